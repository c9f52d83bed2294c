"""Any text as people and programs write it becomes words and marks, and knows where they came from."""

from __future__ import annotations

import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from litetts_edge.text.clean import Clean, clean

TABLE = Path(__file__).parent / "data" / "clean.tsv"


def test_each_line_of_the_table() -> None:
    """What stands on the left is cleaned to what stands on the right."""
    rows = [line.split("\t") for line in TABLE.read_text(encoding="utf-8").splitlines()[1:]]
    assert len(rows) > 120
    wrong = []
    for source, want in rows:
        got = clean(source.replace(r"\n", "\n").replace(r"\t", "\t")).text
        shown = got.replace("\n", r"\n").replace("\u2028", r"\l")
        if shown != want:
            wrong.append((source, want, shown))
    assert wrong == []


UNSEEN = {
    "a\u200bb\u00ad\ufeff": "ab",
    "\u202eabc\u202c\u2066d\u2069": "abcd",
    "a\x00b\x07\x7f\x9f": "ab",
    "\ud83da\ude00": "a",
    "می\u200cخواهم क्\u200dष": "می\u200cخواهم क्\u200dष",
    "a\u200db": "ab",
    "\x1b[1;31mred\x1b[0m": "red",
    "x\u00a0y\u202fz\u3000w\u2003v": "x y z w v",
    "icon \ue123 font": "icon font",
    "a\r\nb\rc": "a\nb\nc",
    "a\u2029b": "a\n\nb",
    "a\u2028b": "a\u2028b",
    " \n a \n\n \n b \n ": "a\n\nb",
    "e\u0301 n\u0303 A\u030a \u1112\u1161\u11ab \u0b92\u0bd7": "é ñ Å 한 ஔ",
    "ﾊﾟﾝ ｶﾞ": "パン ガ",
}


@pytest.mark.parametrize("source", UNSEEN)
def test_what_is_not_seen_is_taken_out(source: str) -> None:
    """Controls, zero width, direction, surrogates, odd spaces; composed characters."""
    assert clean(source).text == UNSEEN[source]


def test_spans_lead_back_to_the_source() -> None:
    """Each word of the result comes from its place, marks around it not included."""
    source = "\ufeff# Le **cafe\u0301** &amp; [the\u00a0bar](http://x.y) 🎉 ﬁne…"
    cleaned = clean(source)
    assert cleaned.text == "Le café & the bar fine…"
    for word, origin in {
        "Le": "Le",
        "café": "cafe\u0301",
        "&": "&amp;",
        "the": "the",
        "bar": "bar",
        "fine": "ﬁne",
    }.items():
        at = cleaned.text.index(word)
        start, end = cleaned.source(at, at + len(word))
        assert source[start:end] == origin
        assert cleaned.target(start, end) == (at, at + len(word))
    party = source.index("🎉")
    first, last = cleaned.target(party, party + 1)
    assert cleaned.text[first:last].strip() == ""


def test_an_ordinary_text_is_itself() -> None:
    """Nothing to clean: the very text, without a map to keep."""
    cleaned = clean("It's 21.5 degrees (outside), isn't it?")
    assert cleaned.text == "It's 21.5 degrees (outside), isn't it?"
    assert cleaned.offsets.starts is None
    assert cleaned.source(5, 9) == (5, 9)


def test_without_markup_marks_are_words() -> None:
    """What came out of SSML is no Markdown and no HTML, and is not decoded twice."""
    assert clean("**a** &amp; <b>", markup=False).text == "**a** &amp; <b>"
    assert clean("&amp;lt;b&gt;").text == "&lt;b>"


def check(cleaned: Clean, length: int) -> None:
    """Spans are ordered, inside the source, and never cross."""
    before = (0, 0)
    for at in range(len(cleaned.text)):
        start, end = cleaned.source(at, at + 1)
        assert 0 <= start <= end <= length
        assert before[0] <= start
        assert before[1] <= end
        before = start, end
        first, last = cleaned.target(start, end)
        assert first <= last <= len(cleaned.text)
        assert start == end or first <= at < last
    assert cleaned.source(len(cleaned.text), len(cleaned.text)) <= (length, length)


MARKUP = "ab1 \n*_`#[]()!<>&;|~-+=\\/:.x\u0301²⁵①🎉\u200d\ufe0f\u20e3"


@given(text=st.text(max_size=300) | st.text(alphabet=MARKUP, max_size=300))
@settings(deadline=None, max_examples=500)
def test_spans_of_any_text(text: str) -> None:
    """Never raises; spans are in order; what is left is NFC with single spaces, and clean."""
    cleaned = clean(text)
    check(cleaned, len(text))
    assert cleaned.text == cleaned.text.strip()
    assert "  " not in cleaned.text
    assert not any(
        unicodedata.category(character) in {"Cc", "Cs", "Co"} - {"\n"}
        for character in cleaned.text.replace("\n", "")
    )


def letters(text: str) -> list[str]:
    """Letters and digits in one form."""
    return [one for one in unicodedata.normalize("NFKC", text) if one.isalnum()]


BLANK = "\u3164\uffa0\u115f\u1160"
"""Letters by their category that are blank."""
PLAIN = st.characters(exclude_characters="<>&[]`~*_#|\\=!-+\x1b" + BLANK, exclude_categories=["Co", "No"])


@given(text=st.text(alphabet=PLAIN, max_size=200))
@settings(deadline=None, max_examples=500)
def test_no_letter_of_a_text_without_markup_is_lost(text: str) -> None:
    """Every letter and digit survives, in order."""
    assert letters(clean(text).text) == letters(text)


WORDS = st.from_regex(r"[A-Za-zéß0-9]{1,8}|snake_case|C#|2\*3\*4|it’s|a@b\.de|½|m²|10⁵|1️⃣", fullmatch=True)
BETWEEN = st.sampled_from(
    "** *|* |_|` |``|\n# |\n- |\n\n> |\n1. | \n|~~|<br>|</p><p>|<b>|</b>| &amp; |&nbsp;| 🎉 | 👍🏽|, |. |! |"
    "?!?! | -- |"
    "–|“|” | « | » |[|](http://x.de/y) | | || |\n---\n|\n```\n| <!-- |--> | (|) |…|\u200b | ".split("|")
)


@given(parts=st.lists(st.tuples(WORDS, BETWEEN), max_size=30))
@settings(deadline=None, max_examples=500)
def test_no_word_between_marks_is_lost(parts: list[tuple[str, str]]) -> None:
    """Words with any marks between them: each is there, in order; but not in comments and addresses."""
    source = "".join(word + between for word, between in parts)
    if "<!--" in source or "](" in source:
        return
    left = iter(letters(clean(source).text))
    for letter in letters("".join(word for word, _ in parts)):
        assert letter in left, source


@pytest.mark.parametrize(
    "unit",
    "** * *a _a [ [a [](a ![ <b <b> <!-- <a | &amp; & ` `` ``` a` \n- \n> \n# \n| |- --- 🎉 🎉\u200d 1️⃣ "
    "« » ! . ?! e\u0301 \u0301 ﬁ ² ⁵ ① ~~ == <script> [^a] \\* \x1b[ \u200c * ( \u0327\u0301 ﾊﾟ </td>".split(" "),
)
@pytest.mark.parametrize("gap", ["", " ", "\n"])
def test_hostile_text_costs_no_more_than_its_length(unit: str, gap: str) -> None:
    """50,000 characters of anything: linear work takes 0.1 s of processor time, quadratic 50 s."""
    text = ((unit + gap) * 50_000)[:50_000]
    began = time.process_time()
    clean(text)
    assert time.process_time() - began < 4.0
