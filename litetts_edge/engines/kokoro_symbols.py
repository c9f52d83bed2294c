"""What Kokoro reads: 114 symbols of misaki, and how the front end's IPA is written in them.

English is read phone by phone (text.english_alphabets). Chinese and Japanese already come in misaki's symbols
(text.pinyin, text.kana). All other languages are espeak-ng's IPA, in which misaki writes a diphthong or an
affricate as one letter. It tells these by espeak-ng's ties; here two letters side by side are taken for one, but
not where ties never are. Over the sentences of tests/data/normalize_*.tsv the two readings differ in 3 of 28,000
symbols (espeak-ng 1.52; es, fr, hi, it, pt-BR; without the names of languages that misaki leaves in).
"""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from litetts_edge.text.english_alphabets import to_kokoro
from litetts_edge.text.phonemes import from_espeak

log = logging.getLogger(__name__)

_RUNS = (
    (1, ";:,.!?"), (9, '—…"()“” \u0303ʣʥʦʨᵝꭧAI'), (31, "O"), (33, "Q"), (35, "ST"), (39, "W"), (41, "Yᵊabcdef"),
    (50, "hijklmnopqrstuvwxyzɑɐɒæ"), (75, "βɔɕç"), (80, "ɖðʤə"), (85, "ɚɛɜ"), (90, "ɟ"), (92, "ɡ"), (99, "ɥ"),
    (101, "ɨɪʝ"), (110, "ɯɰŋɳɲɴø"), (118, "ɸθœ"), (123, "ɹ"), (125, "ɾɻ"), (128, "ʁɽʂʃʈʧ"), (135, "ʊʋ"),
    (138, "ʌɣɤ"), (142, "χʎ"), (147, "ʒʔ"), (156, "ˈˌː"), (162, "ʰ"), (164, "ʲ"), (169, "↓"), (171, "→↗↘"),
    (177, "ᵻ"),
)  # fmt: skip
VOCABULARY: Mapping[str, int] = MappingProxyType(
    {symbol: first + at for first, run in _RUNS for at, symbol in enumerate(run)}
)
"""Symbol to id, as in the published config.json. Of its 178 ids the others were never trained."""
FRAME_ID = 0
"""Stands before the first symbol and after the last."""

_ONE_LETTER = {
    "aɪ": "I", "aʊ": "W", "dz": "ʣ", "dʒ": "ʤ", "eɪ": "A", "oʊ": "O", "əʊ": "Q", "ss": "S", "ts": "ʦ", "tʃ": "ʧ",
    "ɔɪ": "Y",
}  # fmt: skip
_TWO_SOUNDS = frozenset({"dz", "ss", "ts"})
_WITHOUT_TIES = frozenset({"es", "fr", "hi", "pt"})
"""Languages in which espeak-ng ties none of these: there the letters belong to two syllables."""
_NEAREST = str.maketrans(
    {
        "g": "ɡ", "ʏ": "y", "ʉ": "u", "ɘ": "ə", "ɵ": "ø", "ɞ": "ɜ", "ɝ": "ɜ", "ɫ": "l", "ɬ": "l", "ɭ": "l",
        "ʀ": "ʁ", "ħ": "h", "ɦ": "h", "ɱ": "m", "ʑ": "ʒ", "ʐ": "ʒ", "ɓ": "b", "ɗ": "d", "ɠ": "ɡ", "ʍ": "w",
    }
)  # fmt: skip
"""For languages that Kokoro has no voice for: SSML may switch to them."""
_QUIET = frozenset('ˈˌː;:,.!?—…"()“” \u0303↓→↗↘ʰʲᵝ')


def symbols(ipa: str, lang: str) -> str:
    """The front end's IPA of a text in `lang` as symbols of VOCABULARY. Total: what has none is left out."""
    tag = lang.lower().replace("_", "-")
    primary = tag.partition("-")[0]
    if primary == "en":
        written = to_kokoro(from_espeak(ipa, lang), "GB" if tag.startswith("en-gb") else "US")
    elif primary in {"ja", "zh", "cmn", "jpx"}:
        written = ipa
    else:
        written = _as_one_letter(ipa.replace("\u0361", "").replace("-", ""), primary)
    written = unicodedata.normalize("NFD", written).replace("c\u0327", "ç").translate(_NEAREST)
    unread = {symbol for symbol in written if symbol not in VOCABULARY}
    if unread:
        log.debug("Kokoro has no symbol for %s", " ".join(sorted(map(ascii, unread))))
    return " ".join("".join(symbol for symbol in written if symbol in VOCABULARY).split(" ")).strip()


def is_heard(text: str) -> bool:
    """Whether there is more than marks in it."""
    return any(symbol not in _QUIET for symbol in text)


def ids(text: str) -> NDArray[np.int64]:
    """(n + 2,) of n symbols, framed."""
    return np.array([FRAME_ID, *(VOCABULARY[symbol] for symbol in text), FRAME_ID], dtype=np.int64)


def _as_one_letter(ipa: str, primary: str) -> str:
    for pair, letter in _ONE_LETTER.items():
        if pair not in _TWO_SOUNDS or primary not in _WITHOUT_TIES:
            ipa = ipa.replace(pair, letter)
    return ipa
