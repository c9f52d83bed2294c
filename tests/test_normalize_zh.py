"""Chinese as it is read: say-as, its numbers, and what other normalizers read."""

from __future__ import annotations

import importlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from litetts_edge.text.normalize import zh
from litetts_edge.text.normalize.scan import spoken_text
from litetts_edge.text.normalize.zh.numbers import cardinal


@pytest.mark.parametrize(
    ("text", "interpret_as", "form", "spoken"),
    [
        ("123", "characters", "", "一 二 三"),
        ("AB1", "spell-out", "", "A B 一"),
        ("123", "cardinal", "", "一百二十三"),
        ("1,234.5", "number", "", "一千二百三十四点五"),
        ("3", "ordinal", "", "第三"),
        ("第3", "ordinal", "", "第三"),
        ("120", "digits", "", "一二零"),
        ("110", "telephone", "", "幺幺零"),
        ("2023-05-01", "date", "", "二零二三年五月一日"),
        ("1/5/2023", "date", "dmy", "二零二三年五月一日"),
        ("5/1", "date", "md", "五月一日"),
        ("8:30", "time", "", "八点三十分"),
        ("1:30", "duration", "", "一分钟三十秒"),
        ("1/3", "fraction", "", "三分之一"),
        ("5kg", "unit", "", "五千克"),
        ("$5", "currency", "", "五美元"),
        ("a@b.cn", "address", "", "a 艾特 b 点 cn"),
        ("five", "cardinal", "", None),
        ("", "cardinal", "", None),
        ("13/13/2023", "date", "dmy", None),
        ("x", "expletive", "", None),
        ("x", "no such thing", "", None),
    ],
)
def test_say_as(text: str, interpret_as: str, form: str, spoken: str | None) -> None:
    """What SSML asks for is done, or refused."""
    assert zh.read_as(text, interpret_as, form) == spoken


def test_wetext_agrees_on_plain_classes() -> None:
    """Numbers, dates, percentages and measures that both read; 两 and 幺 included."""
    if importlib.util.find_spec("wetext") is None:
        pytest.skip("wetext is not installed")
    normalizer = importlib.import_module("wetext").Normalizer(lang="zh", operator="tn")
    texts = [str(number) for number in (*range(110), *range(124, 2300, 37), *range(9000, 130000, 3331))]
    texts += [f"{number}%" for number in range(0, 120, 7)] + [f"{number}.5" for number in range(0, 300, 11)]
    texts += [f"20{year:02}-{1 + year % 12:02}-{1 + year % 28:02}" for year in range(50)]
    texts += [f"{hour}:{(7 * hour) % 60:02}" for hour in range(1, 24)] + [f"{a}/{a + 3}" for a in range(1, 20)]
    texts += [f"{number}{unit}" for number in (2, 12, 102) for unit in "kg km cm ml 个 天 元 小时 米 人".split()]
    both = [(text, spoken_text(text, zh.read(text)), normalizer.normalize(text)) for text in texts]
    differing = [each for each in both if _plain(each[1]) != _plain(each[2])]
    assert len(differing) <= len(texts) // 50, differing


def _plain(words: str) -> str:
    """200 is 两百 or 二百, and both are right."""
    return re.sub("两(?=百)", "二", words)


@given(st.integers(0, 10**20 - 1))
def test_a_number_in_words_can_be_read_back(value: int) -> None:
    """cardinal() is right for every number that has words."""
    assert _value(cardinal(str(value))) == value


def _value(words: str) -> int:
    for at, name in ((10**16, "亿亿"), (10**12, "万亿"), (10**8, "亿"), (10**4, "万")):
        if name in words:
            left, right = words.split(name, 1)
            return _value(left) * at + _value(right)
    total = digit = 0
    for word in words.replace("两", "二"):
        if word in "十百千":
            total += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[word]
            digit = 0
        else:
            digit = "零一二三四五六七八九".index(word)
    return total + digit
