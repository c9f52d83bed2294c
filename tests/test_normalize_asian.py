"""Chinese, Hindi and Japanese as they are read: each language's table, and what holds for any text."""

from __future__ import annotations

from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from litetts_edge.text.normalize import hi, ja, zh
from tests.normalize_cases import HOSTILE, faults, wrong

FIGURES = "0123456789.,:/-+%~$¥€ ½²℃kmgAP(）％１２－．：=×@"
WRITTEN = {
    hi: st.text(FIGURES + "年月बजे₹रु.वां५१मईकिमी", max_size=40),
    ja: st.text(FIGURES + "年月日時つ円対第〜人", max_size=40),
    zh: st.text(FIGURES + "年月日点个元两第至到", max_size=40),
}
each_language = pytest.mark.parametrize("language", WRITTEN, ids=lambda language: language.__name__[-2:])


@pytest.mark.parametrize(("language", "name", "gap"), [(hi, "hi", " "), (ja, "ja", ""), (zh, "zh", "")])
def test_every_case_is_read_as_a_person_would(language: ModuleType, name: str, gap: str) -> None:
    """tests/data/normalize_*.tsv, line by line."""
    assert wrong(language.read, name, gap) == []


@each_language
@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_text_is_read_whole(language: ModuleType, data: st.DataObject) -> None:
    """No error, spans in order, no digit left, no letter lost."""
    assert faults(language.read, data.draw(st.one_of(WRITTEN[language], st.text(max_size=60)))) == []


@each_language
@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:6])
def test_hostile_texts_are_read_too(language: ModuleType, text: str) -> None:
    """5,000 characters of one thing."""
    assert faults(language.read, text) == []
