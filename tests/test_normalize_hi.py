"""Hindi as it is read: say-as and its numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from litetts_edge.text.normalize import hi
from litetts_edge.text.normalize.hi.numbers import WORDS, cardinal


@pytest.mark.parametrize(
    ("text", "interpret_as", "form", "spoken"),
    [
        ("120", "characters", "", "एक दो शून्य"),
        ("AB1", "spell-out", "", "A B एक"),
        ("१२३", "cardinal", "", "एक सौ तेईस"),
        ("1,234.5", "number", "", "एक हज़ार दो सौ चौंतीस दशमलव पाँच"),
        ("3", "ordinal", "", "तीसरा"),
        ("120", "digits", "", "एक दो शून्य"),
        ("112", "telephone", "", "एक एक दो"),
        ("2023-05-01", "date", "", "एक मई दो हज़ार तेईस"),
        ("1/5/1947", "date", "", "एक मई उन्नीस सौ सैंतालीस"),
        ("5/1", "date", "md", "एक मई"),
        ("8:30", "time", "", "साढ़े आठ बजे"),
        ("1:30", "duration", "", "एक मिनट तीस सेकंड"),
        ("1/3", "fraction", "", "एक बटा तीन"),
        ("5kg", "unit", "", "पाँच किलोग्राम"),
        ("$5", "currency", "", "पाँच डॉलर"),
        ("a@b.in", "address", "", "a ऐट b डॉट in"),
        ("five", "cardinal", "", None),
        ("", "cardinal", "", None),
        ("13/13/2023", "date", "dmy", None),
        ("x", "expletive", "", None),
        ("x", "no such thing", "", None),
    ],
)
def test_say_as(text: str, interpret_as: str, form: str, spoken: str | None) -> None:
    """What SSML asks for is done, or refused."""
    assert hi.read_as(text, interpret_as, form) == spoken


def test_the_words_below_a_hundred_are_all_different() -> None:
    """A word that stands twice would be a slip of the table."""
    assert len(set(WORDS)) == len(WORDS) == 100


@given(st.integers(0, 10**19 - 1))
def test_a_number_in_words_can_be_read_back(value: int) -> None:
    """cardinal() is right for every number that has words."""
    assert _value(cardinal(str(value))) == value


def _value(words: str) -> int:
    scales = {"सौ": 100, "हज़ार": 1000, "लाख": 10**5, "करोड़": 10**7, "अरब": 10**9, "खरब": 10**11, "नील": 10**13,
              "पद्म": 10**15, "शंख": 10**17}  # fmt: skip
    total = pending = 0
    for word in words.split():
        if word in scales:
            total, pending = total + pending * scales[word], 0
        else:
            pending = WORDS.index(word)
    return total + pending
