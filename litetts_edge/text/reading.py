"""A sentence to tokens: what SSML and the lexicon decide, what the normalizer reads, and the words as they are."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from importlib import import_module
from typing import Protocol, cast

from litetts_edge.text.lexicon import Layer, Lexicon, Match, possessive
from litetts_edge.text.styled import Fixed
from litetts_edge.text.tokens import Reading, Token

log = logging.getLogger(__name__)

MARKS = ",.?!;:…—"
"""What stays in the phonemes: a voice pauses and raises its pitch by it."""

_LANGUAGES = {"cmn": "zh"} | {tag: tag for tag in ("en", "es", "fr", "it", "pt", "hi", "zh", "ja")}
"""Those with rules of their own. Every other language is espeak-ng's, as it is written."""
# Accents and vowel signs that stand alone: to Python they are no part of a word.
_SIGN = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
    "\u0900-\u0963\u0966-\u0dff"
    "\u0e31-\u0e4e\u0eb1-\u0ecd\u0f18-\u0fbc\u102b-\u109d\u17b4-\u17d3\u200c\u200d"
)
_PART = re.compile(
    rf"(?P<initials>(?:[^\W\d_]\.){{2,}}(?![^\W_])|[A-Z]\.(?=\s+\S))|(?P<dash>(?<=\s)-{{1,3}}(?=\s))"
    rf"|(?P<word>[^\W_](?:[^\W_]|[{_SIGN}])*+(?:['’\-](?:[^\W_]|[{_SIGN}])++)*+'?)"
    rf"|(?P<mark>[{re.escape(MARKS)}]++)|(?P<symbol>\S)"
)


_KINDS = {"initials": "word", "dash": "mark"}


_NUMBER_FORMATS = frozenset({"ordinal", "cardinal", "digits", "telephone", "fraction"})
"""Formats of `number`, as SSML 1.0 has them, that are kinds of their own."""


class Normalizer(Protocol):
    """A module of text/normalize/."""

    def read(self, text: str, region: str = "") -> list[Reading]: ...

    def read_as(self, text: str, interpret_as: str, form: str = "", region: str = "") -> str | None: ...


def normalizer(lang: str) -> Normalizer | None:
    """The rules of a language, by its BCP 47 tag; None for one that has none."""
    name = _LANGUAGES.get(lang.replace("_", "-").partition("-")[0].lower())
    return _module(name) if name else None


def region(lang: str) -> str:
    """The region of a BCP 47 tag, in capitals: `GB` of `en-GB`; empty when it names none."""
    parts = lang.replace("_", "-").split("-")[1:]
    return next((part.upper() for part in parts if len(part) == 2 and part.isalpha()), "")


def tokens(sentence: str, lang: str, fixed: Sequence[Fixed] = (), lexicon: Lexicon | None = None) -> list[Token]:
    """Every part of a cleaned `sentence`, in order. `fixed` are its own stretches; SSML wins over the lexicon."""
    decided = [_from_ssml(sentence, one, lang) for one in fixed]
    if lexicon is not None:
        matches, left_out = lexicon.find(sentence, lang)
        for pattern in left_out:
            log.warning(
                "the lexicon's regex %r takes too long or does not fit its say; it is left out here", pattern
            )
        for match in matches:
            if all(match.end <= token.start or match.start >= token.end for token in decided):
                decided.append(_from_lexicon(sentence, match, lang))
        decided.sort(key=lambda token: token.start)
    return list(_filled(sentence, decided, _readings(sentence, lang, decided)))


def spoken(sentence: str, parts: Iterable[Token]) -> str:
    """The sentence with each token as it is said, and everything between them as it is written."""
    said: list[str] = []
    done = 0
    for token in parts:
        said.append(sentence[done : token.start])
        done = token.end
        text = token.written if token.as_written else token.spoken
        if not text and sentence[token.end : token.end + 1].isalnum():
            text = " "  # what it divided stays divided: `a*b`
        if said and text and _glued(said[-1] or (said[-2] if len(said) > 1 else ""), text):
            said.append(" ")
        said.append(text)
    said.append(sentence[done:])
    return " ".join("".join(said).split())


def _glued(before: str, text: str) -> bool:
    return before[-1:].isalnum() and text[:1].isalnum()


def _readings(sentence: str, lang: str, decided: Sequence[Token]) -> list[Reading]:
    """The normalizer's, around what is decided. A reading across its edge is made again from what is left."""
    rules = normalizer(lang)
    if rules is None:
        return []
    place = region(lang)
    found = _read(rules, sentence, place)
    if not decided:
        return found
    kept: list[Reading] = []
    for reading in found:
        inside = [token for token in decided if token.start < reading.end and reading.start < token.end]
        if not inside:
            kept.append(reading)
            continue
        for start, end in _gaps(reading.start, reading.end, inside):
            kept += [
                replace(again, start=again.start + start, end=again.end + start)
                for again in _read(rules, sentence[start:end], place)
            ]
    return kept


def _read(rules: Normalizer, text: str, place: str) -> list[Reading]:
    """What the rules read. A fault in one of them must not cost an announcement: espeak-ng knows numbers, too."""
    try:
        return rules.read(text, place)
    except Exception:
        log.exception("a rule of %s failed; this sentence is read without rules", rules)
        return []


def _read_as(rules: Normalizer, written: str, asked: str, form: str, place: str) -> str | None:
    """What SSML's say-as asks for; None when the rules cannot, or fail."""
    try:
        return rules.read_as(written, asked, form, place)
    except Exception:
        log.exception("say-as of %s failed; it is read as if it were not there", rules)
        return None


def _gaps(start: int, end: int, inside: Iterable[Token]) -> Iterator[tuple[int, int]]:
    for token in inside:
        if token.start > start:
            yield start, token.start
        start = max(start, token.end)
    if start < end:
        yield start, end


def _filled(sentence: str, decided: Sequence[Token], readings: Sequence[Reading]) -> Iterator[Token]:
    """All of it in order: decided tokens, readings, and the words and marks between."""
    parts = [*decided, *(_from_reading(sentence, reading) for reading in readings)]
    parts.sort(key=lambda token: token.start)
    done = 0
    for token in parts:
        yield from _plain(sentence, done, token.start)
        yield token
        done = token.end
    yield from _plain(sentence, done, len(sentence))


def _plain(sentence: str, start: int, end: int) -> Iterator[Token]:
    for part in _PART.finditer(sentence, start, end):
        text, kind = part[0], _KINDS.get(part.lastgroup or "", part.lastgroup or "symbol")
        if kind == "word" and text.endswith("'") and text[-2:-1].lower() != "s":
            text = text[:-1]  # a closing quote; after s it may be a plural's possessive
        said = text if kind == "word" else ""
        yield Token(part.start(), part.start() + len(text), text, kind, said, as_written=True)


def _from_reading(sentence: str, reading: Reading) -> Token:
    written = sentence[reading.start : reading.end]
    return Token(
        reading.start, reading.end, written, reading.kind, reading.spoken, reading.doubt, "", reading.phonemes
    )


def _from_ssml(sentence: str, fixed: Fixed, lang: str) -> Token:
    written = sentence[fixed.start : fixed.end]
    token = Token(fixed.start, fixed.end, written, fixed.kind, written, source="ssml")
    if fixed.kind == "phoneme":
        return replace(token, phonemes=fixed.value)
    if fixed.kind == "sub":
        return replace(token, spoken=normalized(fixed.value, lang))
    rules = normalizer(lang)
    asked = fixed.form if fixed.value == "number" and fixed.form in _NUMBER_FORMATS else fixed.value
    said = _read_as(rules, written, asked, fixed.form, region(lang)) if rules else _apart(written, asked)
    kind = "letters" if fixed.value in {"characters", "spell-out", "verbatim"} else "digits"
    return replace(token, kind=kind, spoken=said if said is not None else normalized(written, lang))


def _apart(written: str, asked: str) -> str | None:
    """Letters and digits one by one, which every language can: what it is without rules of ours."""
    if asked in {"characters", "spell-out", "verbatim", "digits", "telephone"}:
        return " ".join(sign for sign in written if sign.isalnum())
    return None


def _from_lexicon(sentence: str, match: Match, lang: str) -> Token:
    source = "lexicon" if match.layer is Layer.PROJECT else "user"
    written = sentence[match.start : match.end]
    if not match.entry.ipa:
        return Token(match.start, match.end, written, "lexicon", normalized(match.say, lang), source=source)
    end = possessive(sentence, match.end)
    said = sentence[match.start : end]
    return Token(
        match.start,
        end,
        said,
        "lexicon",
        said,
        source=source,
        phonemes=_with_ending(match, sentence[match.end : end]),
    )


def _with_ending(match: Match, ending: str) -> str:
    """The entry's IPA with the sound of a possessive behind it."""
    ipa = match.entry.ipa
    if "s" not in ending.lower():
        return ipa
    last = ipa.rstrip("ː ")
    if last.endswith(("s", "z", "ʃ", "ʒ")):
        return f"{ipa}ᵻz"
    return f"{ipa}s" if last.endswith(("p", "t", "k", "f", "θ")) else f"{ipa}z"


def normalized(text: str, lang: str) -> str:
    """A text of a lexicon or an alias as it is said; no lexicon is asked again."""
    return spoken(text, tokens(text, lang))


@cache
def _module(name: str) -> Normalizer:
    return cast("Normalizer", import_module(f"litetts_edge.text.normalize.{name}"))
