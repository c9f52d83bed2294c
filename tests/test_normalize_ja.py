"""Japanese as it is read: say-as, its numbers, and what other normalizers read."""

from __future__ import annotations

import importlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from litetts_edge.text.normalize import ja
from litetts_edge.text.normalize.ja.numbers import cardinal
from litetts_edge.text.normalize.scan import spoken_text


@pytest.mark.parametrize(
    ("text", "interpret_as", "form", "spoken"),
    [
        ("120", "characters", "", "一 二 ゼロ"),
        ("AB1", "spell-out", "", "A B 一"),
        ("123", "cardinal", "", "百二十三"),
        ("1,234.5", "number", "", "千二百三十四点五"),
        ("第3", "ordinal", "", "第三"),
        ("120", "digits", "", "一二ゼロ"),
        ("090-1234-5678", "telephone", "", "ゼロ九ゼロの一二三四の五六七八"),
        ("2023-05-01", "date", "", "二千二十三年五月一日"),
        ("1/5/2023", "date", "dmy", "二千二十三年五月一日"),
        ("5/1", "date", "md", "五月一日"),
        ("8:30", "time", "", "八時三十分"),
        ("1:30", "duration", "", "一分三十秒"),
        ("1/3", "fraction", "", "三分の一"),
        ("5kg", "unit", "", "五キログラム"),
        ("$5", "currency", "", "五ドル"),
        ("a@b.jp", "address", "", "a アットマーク b ドット jp"),
        ("five", "cardinal", "", None),
        ("", "cardinal", "", None),
        ("13/13/2023", "date", "dmy", None),
        ("x", "expletive", "", None),
        ("x", "no such thing", "", None),
    ],
)
def test_say_as(text: str, interpret_as: str, form: str, spoken: str | None) -> None:
    """What SSML asks for is done, or refused."""
    assert ja.read_as(text, interpret_as, form) == spoken


def test_wetext_agrees_on_plain_classes() -> None:
    """Numbers, dates, percentages, money and measures that both read."""
    if importlib.util.find_spec("wetext") is None:
        pytest.skip("wetext is not installed")
    normalizer = importlib.import_module("wetext").Normalizer(lang="ja", operator="tn")
    texts = [str(number) for number in (*range(1, 130), *range(190, 2300, 37), *range(10001, 130000, 3331))]
    texts += [f"{number}%" for number in range(1, 120, 7)] + [f"{number}.5" for number in range(1, 300, 11)]
    texts += [f"20{year:02}/{1 + year % 12}/{1 + year % 28}" for year in range(50)]
    texts += [f"{hour}:{(7 * hour) % 60:02}" for hour in range(1, 24)] + [f"{a}/{a + 3}" for a in range(1, 10)]
    texts += [f"{number}{unit}" for number in (2, 12, 102) for unit in "kg km cm 個 日 時間 メートル 人".split()]
    texts += [f"${number}" for number in range(1, 300, 13)] + [f"¥{number}" for number in range(1, 3000, 131)]
    both = [(text, spoken_text(text, ja.read(text)), normalizer.normalize(text)) for text in texts]
    differing = [each for each in both if each[1] != each[2]]
    assert len(differing) <= len(texts) // 50, differing


def test_num2words_agrees_on_numbers() -> None:
    """Cardinals up to 10^16; ours says 一千 before 万 and above when nothing follows the thousand."""
    if importlib.util.find_spec("num2words") is None:
        pytest.skip("num2words is not installed")
    words = importlib.import_module("num2words").num2words
    numbers = [*range(10000), *(7**power for power in range(1, 18)), *(10**power + 1 for power in range(1, 16))]
    mine = {number: cardinal(str(number)).replace("一千", "千") for number in numbers}
    theirs = {number: words(number, lang="ja") for number in numbers}
    assert [(number, mine[number], theirs[number]) for number in numbers if mine[number] != theirs[number]] == []


@given(st.integers(0, 10**20 - 1))
def test_a_number_in_words_can_be_read_back(value: int) -> None:
    """cardinal() is right for every number that has words."""
    assert _value(cardinal(str(value))) == value


def _value(words: str) -> int:
    for at, name in ((10**16, "京"), (10**12, "兆"), (10**8, "億"), (10**4, "万")):
        if name in words:
            left, right = words.split(name, 1)
            return _value(left) * at + _value(right)
    total = digit = 0
    for word in words:
        if word in "十百千":
            total += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[word]
            digit = 0
        else:
            digit = "零一二三四五六七八九".index(word)
    return total + digit
