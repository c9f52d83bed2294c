"""What a Piper voice reads: ids of the phonemes that espeak-ng writes, framed and padded as in its training.

Our front end writes English in its own closed inventory, close to espeak-ng's: what differs is put back here, so
that a voice gets the symbols that it was trained on, in the readings of our front end. Facts of espeak-ng 1.52,
each held by a test: he, she, we, me and be keep a long vowel without stress, and happy does not; NEAR and idea are
both `iə`; a syllable n is `n̩` behind a glottal stop; the vowel of hat is `a` for en-GB, `æ` for en-US and RP; RP
ends letter in `ɐ` and happy in `ɪ`.
Marks are those of its clauses (tokenizer.c): a dash and an ellipsis are semicolons.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from litetts_edge.engines.piper_config import END, ESPEAK, PAD, START, PiperConfig
from litetts_edge.engines.portions import cut, is_mark
from litetts_edge.errors import EngineFailed, LanguageNotFound
from litetts_edge.speech import Alphabet, Sentence
from litetts_edge.text import espeak
from litetts_edge.text.english_alphabets import APART
from litetts_edge.text.phonemes import from_espeak
from litetts_edge.text.voicing import is_english

log = logging.getLogger(__name__)

Symbol = tuple[str, tuple[int, ...]]
"""A code point or a cluster of them that a voice knows, with its ids."""

MOST_SYMBOLS = 480
"""Of one run; a longer sentence is made of several. Memory for attention grows with the square."""

_VOWEL = "aeiouæɐəɛɪɒɔɑʊʌɜɚᵻ"
_REWRITES = tuple(
    (re.compile(pattern), to)
    for pattern, to in (
        (APART, ""),
        (rf"(?<![^\s])([^\s{_VOWEL}ˈˌ]+)i(?=\s|$|[,.?!;:])", r"\1iː"),
        (r"\bðiː(?=\s)", "ðɪ"),
        ("([ˈˌ])iːə", r"\1iə"),
        ("ʔən(?![ˈˌ]?[" + _VOWEL + "])", "ʔn\u0329"),
    )
)
_ACCENTS = {
    "gmw/en": ((re.compile("æ"), "a"),),
    "gmw/en-GB-x-rp": (
        (re.compile(rf"([{_VOWEL}]\S*)ə(?=ɹ?(?:[\s,.?!;:]|$))"), r"\1ɐ"),
        (re.compile("(?<=[^ˈˌ])i(?![ːə])"), "ɪ"),
    ),
}
"""What espeak-ng's other English voices write otherwise, by their identifiers."""

_ENDS = frozenset(".?!")
_RUNS_ON = ","
"""Put behind a portion that ends between two words: a voice cuts off the last sound where no mark follows."""
_MARKS = {"—": ";", "…": ";", "–": ";"}
_NEAREST = {
    "g": ("ɡ",), "ɡ": ("g",), "ɝ": ("ɜ", "ː"), "ɚ": ("ə", "ɹ"), "ᵻ": ("ɪ",), "ɾ": ("t",), "ʔ": ("t",), "ɐ": ("ə",),
    "ɹ": ("r",), ";": (",",), ":": (",",), "!": (".",), "?": (".",), "ε": ("ɛ",), "ɫ": ("l",), "’": ("'",),
    "ʲ": ("j",), "ʦ": ("t", "s"), "ʤ": ("d", "ʒ"), "ʧ": ("t", "ʃ"),
}  # fmt: skip
"""For a symbol that a voice does not know, when it knows all of these."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the graph is given in one go."""

    ids: list[int]
    """Framed and padded."""
    runs_on: bool = False
    """It ends between two words of one clause: the pause that the voice makes there is none of the sentence."""


def alphabet(config: PiperConfig) -> Alphabet:
    """IPA where our front end reads as the voice was trained; else the words, and read() asks espeak-ng."""
    if config.phoneme_type != ESPEAK:
        return Alphabet.TEXT
    if is_english(config.lang):
        return Alphabet.IPA
    try:
        same = espeak.language(config.lang).voice == espeak.language(config.espeak_voice).voice
    except LanguageNotFound:
        return Alphabet.TEXT
    return Alphabet.IPA if same and config.lang[:2] not in {"zh", "ja"} else Alphabet.TEXT


def read(sentence: Sentence, config: PiperConfig, most: int = MOST_SYMBOLS) -> Iterator[Reading]:
    """The ids of a sentence, in portions of at most `most` symbols; none for one with nothing to say.

    Raises EngineFailed for a voice whose language espeak-ng has not.
    """
    return in_portions(symbols(sentence, config), config, most)


def symbols(sentence: Sentence, config: PiperConfig) -> list[Symbol]:
    """All that the voice reads of a sentence; empty for one with nothing to say. Raises as read() does."""
    found = list(_symbols(written(sentence, config), config))
    if not any(symbol.isalnum() for symbol, _ in found):
        return []
    last = next((symbol for symbol, _ in reversed(found) if not symbol.isspace()), "")
    if last not in _ENDS and "." in config.ids:
        found.append((".", config.ids["."]))
    return found


def in_portions(found: list[Symbol], config: PiperConfig, most: int) -> Iterator[Reading]:
    """In portions of at most `most` symbols, cut behind a mark where one is late enough, or at a space."""
    while found:
        end = cut([symbol for symbol, _ in found], most) if len(found) > most else len(found)
        portion, found = found[:end], found[end:]
        while found and found[0][0].isspace():
            portion.append(found.pop(0))
        ids = [ids for _, ids in portion]
        said = next((symbol for symbol, _ in reversed(portion) if not symbol.isspace()), "")
        runs_on = bool(found) and not is_mark(said)
        if runs_on and _RUNS_ON in config.ids:
            ids.append(config.ids[_RUNS_ON])
        yield Reading(_framed(ids, config), runs_on)


def written(sentence: Sentence, config: PiperConfig) -> str:
    """What the voice was trained to read in place of the sentence: phonemes of espeak-ng, or the text itself."""
    if config.phoneme_type != ESPEAK:
        return sentence.text
    if not sentence.phonemes:
        try:
            ipa = espeak.phonemes(sentence.text, config.espeak_voice)
        except LanguageNotFound:  # the sender asked for none
            raise EngineFailed(
                "piper", f"espeak-ng here has no {config.espeak_voice!r}, its espeak.voice"
            ) from None
    elif is_english(sentence.lang):
        ipa = _english(sentence.phonemes, config.espeak_voice)
    else:
        ipa = sentence.phonemes.replace(APART, "")
    return re.sub(r"\s+(?=[;,.?!:])", "", "".join(_MARKS.get(symbol, symbol) for symbol in ipa))


def _english(ipa: str, espeak_voice: str) -> str:
    for pattern, to in _REWRITES:
        ipa = pattern.sub(to, ipa)
    try:
        accent = espeak.language(espeak_voice).voice
    except LanguageNotFound:
        return ipa
    for pattern, to in _ACCENTS.get(accent, ()):
        ipa = pattern.sub(to, ipa)
    return ipa


def _symbols(text: str, config: PiperConfig) -> Iterator[Symbol]:
    """Each code point (decomposed) or cluster that the voice knows, with its ids; for another one its nearest."""
    text = unicodedata.normalize("NFD", text)
    longest = max(map(len, config.clusters), default=1)
    at = 0
    while at < len(text):
        size = next((n for n in range(longest, 1, -1) if text[at : at + n] in config.clusters), 1)
        symbol = text[at : at + size]
        at += size
        if symbol in {START, END, PAD}:
            continue
        if symbol in config.ids:
            yield symbol, config.ids[symbol]
            continue
        nearest = _nearest(symbol, config)
        log.debug("the voice does not know %r; it reads %r", symbol, "".join(nearest))
        for one in nearest:
            yield one, config.ids[one]


def _nearest(symbol: str, config: PiperConfig) -> tuple[str, ...]:
    """Symbols that the voice knows in place of one that it does not; none when nothing is near."""
    tries: list[tuple[str, ...]] = [(symbol.lower(),), tuple(symbol.casefold()), _NEAREST.get(symbol, ())]
    if symbol.isspace():
        tries.append((" ",))
    elif config.phoneme_type == ESPEAK:
        tries.append(tuple("".join(token.symbol for token in from_espeak(symbol))))
    else:
        tries.append(tuple(unicodedata.normalize("NFKD", symbol)))
    return next((one for one in tries if one and all(part in config.ids for part in one)), ())


def _framed(symbols: list[tuple[int, ...]], config: PiperConfig) -> list[int]:
    pad = config.ids[PAD]
    ids = [*config.ids[START], *pad]
    for one in symbols:
        ids += [*one, *pad]
    return [*ids, *config.ids[END]]
