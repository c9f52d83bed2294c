"""What KittenTTS reads: the 178 symbols of StyleTTS 2, words and marks each one space apart."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from litetts_edge.text.english_alphabets import APART

_SYMBOLS = (
    '$;:,.!?¡¿—…"«»"" ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
    "ɑɐɒæɓʙβɔɕçɗɖðʤəɘɚɛɜɝɞɟʄɡɠɢʛɦɧħɥʜɨɪʝɭɬɫɮʟɱɯɰŋɳɲɴøɵɸθœɶʘɹɺɾɻʀʁɽʂʃʈʧʉʊʋⱱʌɣɤʍχʎʏʑʐʒʔʡʕʢǀǁǂǃ"
    "ˈˌːˑʼʴʰʱʲʷˠˤ˞↓↑→↗↘'\u0329'ᵻ"
)
VOCABULARY: Mapping[str, int] = MappingProxyType({symbol: at for at, symbol in enumerate(_SYMBOLS)})
"""Symbol to id: its place, the last one where it is there twice, as in the published code."""
FRAME_ID = 0
"""Stands before the first symbol and after the last."""
END_ID = VOCABULARY["…"]
"""Stands before the last FRAME_ID in models whose voices have a row for each length (0.8 and later)."""

_WORD_OR_MARK = re.compile(r"\w+|[^\w\s]")
_WORD = re.compile("[a-zɑ-ʢ]", re.IGNORECASE)


def symbols(ipa: str) -> str:
    """espeak-ng's IPA in symbols of VOCABULARY. Total: what has none is left out."""
    apart = " ".join(_WORD_OR_MARK.findall(ipa.replace(APART, "")))
    return " ".join("".join(symbol for symbol in apart if symbol in VOCABULARY).split())


def is_heard(text: str) -> bool:
    """Whether there is more than marks in it."""
    return _WORD.search(text) is not None


def ids(text: str, *, ends: bool) -> NDArray[np.int64]:
    """Framed, with END_ID when it `ends`."""
    framed = [FRAME_ID, *(VOCABULARY[symbol] for symbol in text), *([END_ID] if ends else []), FRAME_ID]
    return np.array(framed, dtype=np.int64)
