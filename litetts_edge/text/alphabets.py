"""Phonetic alphabets of <phoneme>: IPA as people type it, and X-SAMPA. Pure functions."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

_X_SAMPA = r"""
a a  b b  b_< ɓ  c c  d d  d` ɖ  d_< ɗ  e e  f f  g ɡ  g_< ɠ  h h  h\ ɦ  i i  j j  j\ ʝ  k k  l l  l` ɭ  l\ ɺ
m m  n n  n` ɳ  o o  p p  p\ ɸ  q q  r r  r` ɽ  r\ ɹ  r\` ɻ  s s  s` ʂ  s\ ɕ  t t  t` ʈ  u u  v v  v\ ʋ  w w  x x
x\ ɧ  y y  z z  z` ʐ  z\ ʑ
A ɑ  B β  B\ ʙ  C ç  D ð  E ɛ  F ɱ  G ɣ  G\ ɢ  G\_< ʛ  H ɥ  H\ ʜ  I ɪ  I\ ᵻ  J ɲ  J\ ɟ  J\_< ʄ  K ɬ  K\ ɮ  L ʎ
L\ ʟ  M ɯ  M\ ɰ  N ŋ  N\ ɴ  O ɔ  O\ ʘ  P ʋ  Q ɒ  R ʁ  R\ ʀ  S ʃ  T θ  U ʊ  U\ ᵿ  V ʌ  W ʍ  X χ  X\ ħ  Y ʏ  Z ʒ
. .  " ˈ  % ˌ  : ː  :\ ˑ  @ ə  @\ ɘ  @` ɚ  { æ  } ʉ  1 ɨ  2 ø  3 ɜ  3\ ɞ  3` ɝ  4 ɾ  5 ɫ  6 ɐ  7 ɤ  8 ɵ  9 œ
& ɶ  ? ʔ  ?\ ʕ  <\ ʢ  >\ ʡ  ^ ꜛ  ! ꜜ  !\ ǃ  | |  |\ ǀ  || ‖  |\|\ ǁ  =\ ǂ  -\ ‿  ' ʲ  ` ˞  <R> ↗  <F> ↘
_> ʼ  _?\ ˤ  _` ˞  _G ˠ  _h ʰ  _j ʲ  _l ˡ  _n ⁿ  _w ʷ
"""
_X_SAMPA_ABOVE = """
= 0329  ~ 0303  _" 0308  _+ 031f  _- 0320  _/ 030c  _0 0325  _= 0329  _\\ 0302  _^ 032f  _} 031a  _~ 0303  _A 0318
_a 033a  _B 030f  _B_L 1dc5  _c 031c  _d 032a  _e 0334  _F 0302  _H 0301  _H_T 1dc4  _k 0330  _L 0300  _M 0304
_m 033b  _N 033c  _O 0339  _o 031e  _q 0319  _R 030c  _R_F 1dc8  _r 031d  _T 030b  _t 0324  _v 032c
_X 0306  _x 033d
"""
"""What is written above, below or through the letter before it."""
_LEFT_OUT = {"-": "", "*": "", " ": " ", "_": "\u0361"}
"""Separators; an underline before a letter joins two (`t_S`)."""

_LOOKALIKES = str.maketrans(
    {"'": "ˈ", "’": "ˈ", ":": "ː", "g": "ɡ", "ε": "ɛ", "∫": "ʃ", "ә": "ə", "ǝ": "ə", "ı": "ɪ"}
)
_DIGRAPHS = str.maketrans({"ʤ": "dʒ", "ʧ": "tʃ", "ʦ": "ts", "ʣ": "dz"})
_IPA = re.compile(
    "(?=.*[a-zɐ-ʯæçðøœħŋβθχ])[a-zæçðøœħŋβθχɐ-ʯǀ-ǃʘ\u02b0-\u02ff\u0300-\u036f\u1d00-\u1dffⁿ↑↓↗↘ꜛꜜ ._|‖‿-]+",
    re.DOTALL,
)


def to_ipa(text: str, alphabet: str) -> str | None:
    """`text` in IPA (NFC); None for a symbol or an alphabet that is not known. Alphabets: `ipa`, `x-sampa`."""
    name = re.sub("[-_ ]", "", alphabet).lower()
    if name == "ipa":
        bare = text.strip().strip("/[]").translate(_LOOKALIKES).translate(_DIGRAPHS)
        bare = unicodedata.normalize("NFC", bare)
        return bare if _IPA.fullmatch(unicodedata.normalize("NFD", bare).replace("c\u0327", "ç")) else None
    return _from_x_sampa(text.strip().strip("/[]")) if name == "xsampa" else None


@cache
def _table() -> dict[str, str]:
    words, above = _X_SAMPA.split(), _X_SAMPA_ABOVE.split()
    table = dict(zip(words[::2], words[1::2], strict=True))
    return table | {one: chr(int(code, 16)) for one, code in zip(above[::2], above[1::2], strict=True)} | _LEFT_OUT


def _from_x_sampa(text: str) -> str | None:
    """The longest symbols from the left."""
    table = _table()
    at, ipa = 0, []
    while at < len(text):
        size = next((size for size in (4, 3, 2, 1) if text[at : at + size] in table), 0)
        if not size:
            return None
        ipa.append(table[text[at : at + size]])
        at += size
    said = unicodedata.normalize("NFC", "".join(ipa))
    return said if any(map(str.isalpha, said)) else None
