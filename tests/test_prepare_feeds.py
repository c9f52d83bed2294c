"""What the graphs of a model are compared by, and what the ranges of its 8-bit form are told from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from litetts_edge.engines.installed import read_installed
from litetts_edge.errors import ExtraMissing
from litetts_edge.prepare import feeds
from litetts_edge.prepare.feeds import OTHERS, VOICES, other_feeds
from litetts_edge.speech import Sentence, Voice
from litetts_edge.text.frontend import Frontend
from tests.small_models import PULLED_MODELS


class Reader(Frontend):
    """Keeps what is said by whom; cannot read what `unread` would say."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[tuple[str, str]] = []
        self.unread: Sequence[str] = ()

    def sentences(self, text: str, voice: Voice, lang: str) -> Iterator[Sentence]:
        if voice.id in self.unread:
            raise ExtraMissing("Japanese", "ja")
        self.said.append((text, voice.id))
        return super().sentences("No.", voice, lang)


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Reader:
    found = Reader()
    monkeypatch.setattr(feeds, "Frontend", lambda: found)
    return found


def voices_of(model: Path, reader: Reader) -> list[str]:
    other_feeds(read_installed(model))
    return sorted({voice for _, voice in reader.said})


@pytest.mark.parametrize("name", ["piper-small", "kokoro-small", "kitten-small"])
def test_each_voice_says_each_of_its_sentences_once(reader: Reader, name: str) -> None:
    """All sentences are said, by one voice or by eight; no voice says the same again."""
    voices = voices_of(PULLED_MODELS / name, reader)
    assert 1 <= len(voices) <= VOICES
    assert {text for text, _ in reader.said} == set(OTHERS)
    assert len(set(reader.said)) == len(reader.said) >= 2 * len(voices)


def test_a_voice_whose_language_cannot_be_read_here_says_nothing(reader: Reader) -> None:
    """The other voices do: one package that is missing does not cost the model its graphs."""
    model = PULLED_MODELS / "kokoro-small"
    voices = voices_of(model, reader)
    reader.said.clear()
    reader.unread = voices[:1]
    assert voices_of(model, reader) == voices[1:]


def test_a_model_that_cannot_be_read_at_all_says_why(reader: Reader) -> None:
    """With the package that is wanted."""
    model = PULLED_MODELS / "kokoro-small"
    reader.unread = voices_of(model, reader)
    with pytest.raises(ExtraMissing, match="Japanese"):
        other_feeds(read_installed(model))
