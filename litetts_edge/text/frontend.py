"""The plain front end: text to sentences. It reads what is there; numbers and units are left to the voice."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from litetts_edge.speech import Alphabet, Sentence, Voice
from litetts_edge.text import espeak
from litetts_edge.text.sentences import split

# Control characters, lone surrogates, byte order marks and bidirectional marks are no part of what is said.
# Joiners stay: Persian and the Indic scripts need them.
_UNSPOKEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
)
_EMOJI = re.compile(
    "(?:[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u2190-\u21ff\u2300-\u23ff\U000e0020-\U000e007f]\ufe0f?\u200d?"
    "|[\u00a9\u00ae\u203c\u2049\u2122\u2139\u24c2\u2934\u2935\u3030\u303d\u3297\u3299]\ufe0f|\ufe0f?\u20e3|\ufe0f)+"
)


@dataclass(frozen=True, slots=True)
class Explained:
    """How one piece of a text is spoken, and why."""

    span: tuple[int, int]
    """[start, end) in the text, in characters."""
    text: str
    """What stands there."""
    spoken: str
    phonemes: str
    """IPA; empty when the voice reads the words themselves."""
    source: str
    """Who decided: `espeak-ng`, or `voice` when the voice pronounces on its own."""


class PlainFrontend:
    """Sentences, Unicode and white space; phonemes from espeak-ng for a voice that asks for IPA."""

    def sentences(self, text: str, voice: Voice, lang: str) -> Iterator[Sentence]:
        """Yield what is spoken; see TextFrontend. Raises LanguageNotFound for a voice that reads IPA."""
        lang = lang or voice.lang
        for piece in split(text, lang):
            spoken = clean(text[piece.start : piece.end])
            if not is_speakable(spoken):
                continue
            ipa = ""
            if voice.alphabet is Alphabet.IPA:
                ipa = espeak.phonemes(spoken, lang)
                if not ipa:  # letters that this language has no sound for
                    continue
            yield Sentence(spoken, lang, (piece.start, piece.end), piece.pause_ms, ipa)

    def explain(self, text: str, voice: Voice, lang: str = "") -> list[Explained]:
        """How `text` is spoken by `voice`, piece by piece."""
        source = "espeak-ng" if voice.alphabet is Alphabet.IPA else "voice"
        return [
            Explained(sentence.span, text[slice(*sentence.span)], sentence.text, sentence.phonemes, source)
            for sentence in self.sentences(text, voice, lang)
        ]


def normalize(text: str, lang: str) -> str:
    """What is spoken for `text`, on one line."""
    spoken = (clean(text[piece.start : piece.end]) for piece in split(text, lang))
    return " ".join(part for part in spoken if is_speakable(part))


def phonemes(text: str, lang: str) -> str:
    """The IPA of `text`, on one line. Raises LanguageNotFound."""
    espeak.language(lang)  # also when there is nothing to say
    spoken = (clean(text[piece.start : piece.end]) for piece in split(text, lang))
    return " ".join(ipa for part in spoken if is_speakable(part) and (ipa := espeak.phonemes(part, lang)))


def clean(text: str) -> str:
    """Unicode NFC on one line, without control characters and emoji."""
    text = _EMOJI.sub(" ", _UNSPOKEN.sub("", text))
    return " ".join(unicodedata.normalize("NFC", text).split())


def is_speakable(text: str) -> bool:
    """Whether there is a letter or a digit in it."""
    return any(unicodedata.category(character)[0] in "LN" for character in text)
