"""The closed inventory of English phones (US and GB), and how espeak-ng's IPA is read into it. Pure functions.

What espeak-ng 1.52 really writes for en-US and en-GB shaped the tables; each fact is held by a test:

* `iə` is NEAR, happY + schwa and the end of `idea` alike, in both accents, and `ɪə` is never NEAR: it is happY +
  schwa (`pˈiəɹɪəd`). So both are two phones, and `ɪə` stays in INVENTORY for other sources (dictionaries);
* a stressed `iəɹ` (zero, period) is the `ɪɹ` of near and here, also in en-US;
* `ɜː` is written alike for both accents, rhotic or not: only the language tells;
* en-US repeats an r that is already in the vowel (`hˈɜːɹi`, `dˈɪfɚɹənt`) or in the word (`kjˈʊɹɹiəs`), and some
  r are trilled (`bˈɛrzfɚd`) or have no vowel at all (`mˈɛsrz`);
* letters of other scripts are spoken by their own language's phones, and a few keep a piece of an internal name
  (`r.`, `s-`, `l1`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Token:
    """One phone or one mark."""

    symbol: str
    """A phone of INVENTORY, or a mark of MARKS."""
    stress: int = 0
    """0 none, 1 primary, 2 secondary; on vowels only."""
    starts_word: bool = False
    """The first phone of a group of letters that stands between spaces or marks; False for marks."""


_VOWELS = tuple("i ɪ ᵻ ɛ æ ə ɐ ʌ ɚ ɜ ɝ u ʊ ɔ ɑ ɒ eɪ aɪ ɔɪ aʊ oʊ əʊ ɪə eə ʊə".split())
_CONSONANTS = tuple("p b t d ɾ ʔ k ɡ tʃ dʒ f v θ ð s z ʃ ʒ h m n ŋ l ɹ j w".split())

INVENTORY: tuple[str, ...] = _VOWELS + _CONSONANTS
"""Every phone once. Trained models count by this order: a new phone goes to the end."""
VOWELS: frozenset[str] = frozenset(_VOWELS)
MARKS: tuple[str, ...] = (",", ".", "?", "!", ";", ":", "…", "—")

FLITE_PHONES: tuple[str, ...] = tuple(
    """
    aa ae ah ao aw ax ay b ch d dh eh er ey f g hh ih iy jh k l m n ng ow oy p r s sh t th uh uw v w y z zh
    """.split()
)

FLITE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        phone: tuple(spoken.split())
        for phone, spoken in {
            "i": "iy",
            "ɪ": "ih",
            "ᵻ": "ax",  # flite says ax in 59 of 100, ih in 35, iy in 6 (6,000 words, by how often they are used)
            "ɛ": "eh",
            "æ": "ae",
            "ə": "ax",
            "ɐ": "ax",
            "ʌ": "ah",
            "ɚ": "er",
            "ɜ": "er",  # there is no such vowel without r
            "ɝ": "er",
            "u": "uw",
            "ʊ": "uh",
            "ɔ": "ao",
            "ɑ": "aa",
            "ɒ": "aa",
            "eɪ": "ey",
            "aɪ": "ay",
            "ɔɪ": "oy",
            "aʊ": "aw",
            "oʊ": "ow",
            "əʊ": "ow",
            # A glide to schwa, never to r: where the r is heard, espeak-ng writes it (bˈeə, but bˈeəɹɪŋ).
            "ɪə": "iy ax",
            "eə": "eh ax",
            "ʊə": "uh ax",
            "p": "p",
            "b": "b",
            "t": "t",
            "d": "d",
            "ɾ": "t",
            "ʔ": "t",
            "k": "k",
            "ɡ": "g",
            "tʃ": "ch",
            "dʒ": "jh",
            "f": "f",
            "v": "v",
            "θ": "th",
            "ð": "dh",
            "s": "s",
            "z": "z",
            "ʃ": "sh",
            "ʒ": "zh",
            "h": "hh",
            "m": "m",
            "n": "n",
            "ŋ": "ng",
            "l": "l",
            "ɹ": "r",
            "j": "y",
            "w": "w",
        }.items()
    }
)
"""Total: each phone of INVENTORY as one or two phones of FLITE_PHONES."""

_NEAREST = {
    # English, written otherwise
    "a": "æ", "aː": "ɑ", "aa": "ɑ", "ææ": "ɑ", "e": "ɛ", "eː": "eɪ", "ɛə": "eə", "o": "oʊ", "g": "ɡ",
    "ɪə": "i ə", "ɪəʊ": "i əʊ", "iəʊ": "i əʊ", "eəʊ": "eɪ əʊ", "ʊəʊ": "ʊ əʊ", "ʍ": "w", "ɫ": "l",
    "l\u0329": "ə l", "m\u0329": "ə m", "n\u0329": "ə n", "ŋ\u0329": "ə ŋ", "ɹ\u0329": "ɚ", "ɜ˞": "ɝ", "ə˞": "ɚ",
    # vowels of other languages
    "ɨ": "ɪ", "y": "u", "ʏ": "ʊ", "ø": "ɜ", "œ": "ɜ", "ɶ": "æ", "ɘ": "ə", "ɵ": "ʊ", "ɞ": "ɜ", "ʉ": "u", "ɯ": "u",
    "ɤ": "ʌ", "ᵿ": "ʊ", "\u0303": "n",
    # consonants of other languages
    "x": "k", "χ": "k", "q": "k", "ɣ": "ɡ", "ɢ": "ɡ", "ɠ": "ɡ", "ʛ": "ɡ", "c": "tʃ", "ɟ": "dʒ", "ʄ": "dʒ",
    "c\u0327": "ʃ", "ʝ": "j", "tɕ": "tʃ", "dʑ": "dʒ", "tʂ": "tʃ", "dʐ": "dʒ", "ɕ": "ʃ", "ʑ": "ʒ", "ʂ": "ʃ",
    "ʐ": "ʒ", "ɧ": "ʃ", "ʈ": "t", "ɖ": "d", "ɗ": "d", "ɓ": "b", "ʙ": "b", "ɸ": "f", "β": "v", "ʋ": "v", "ɱ": "m",
    "ɳ": "n", "ɲ": "n j", "ɴ": "ŋ", "ɬ": "l", "ɮ": "l", "ɭ": "l", "ʎ": "l j", "ʟ": "l", "ɺ": "ɹ", "ɽ": "ɹ",
    "ɻ": "ɹ", "ʀ": "ɹ", "ʁ": "ɹ", "ħ": "h", "ɦ": "h", "ʜ": "h", "ɥ": "w", "ɰ": "w", "ʡ": "ʔ",
    "ʲ": "j", "ʷ": "w", "ᵐ": "m", "ⁿ": "n", "ᵑ": "ŋ",
}  # fmt: skip
"""One or two phones for what is no phone of INVENTORY by itself."""

_SILENT = frozenset("ːˑʰʱˠˤˀʼ˞ˡʕʢ˥˦˧˨˩‿'ʹ-1_^‖|ǀǁǂǃʘ\u2191\u2193\u2197\u2198\u200c\u200d")
"""Length, breath, throat, tone and clicks, and what is left of internal names: no English phone is nearest."""
_READ: Mapping[str, tuple[str, ...]] = {
    **{phone: (phone,) for phone in INVENTORY if phone != "ɪə"},
    **{written: tuple(phones.split()) for written, phones in _NEAREST.items()},
}
_LONGEST = max(map(len, _READ))
_STRESS = {"ˈ": 1, "ˌ": 2}
_MARK_OF = {mark: mark for mark in MARKS} | dict(zip("–、，；：。！？؟،؛।", "—,,;:.!??,;.", strict=True))

_CONSONANT = "pbtdɾʔkɡfvθðszʃʒhmnŋlx"
_VOWEL = "aeiouyæɐəɛɪɒɔɑʊʌɜɝɚᵻᵿɨʉɯøœɶɤɵʏɘɞ"
_GAPS = "".join(_MARK_OF) + r"\s"
_REWRITES = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        ("[\u0361\u035c]", ""),  # ties
        (rf"r\.(?=[^{_GAPS}])", "ɽ"),  # or it would be a full stop
        ("r", "ɹ"),
        ("ɹɹ+", "ɹ"),
        ("(?<=[ˈˌ])[iɪ]əɹ", "ɪɹ"),
        ("oː?(?=ɹ)", "ɔ"),
        (rf"ʲ(?![ˈˌ]?[{_VOWEL}])", ""),  # English has j before vowels only
        (rf"ɲ(?![ˈˌ]?[{_VOWEL}])", "n"),
        (rf"ʎ(?![ˈˌ]?[{_VOWEL}])", "l"),
        ("[ˈˌ](?=[lmnŋɹ]\u0329)", ""),  # a syllable without a vowel is never the stressed one
        ("\u0303(?=ː?[ˈˌ]?[mnŋɲɳɴ])", ""),  # a nasal vowel before a nasal is only a vowel
        (r"\.{2,}", "…"),
    )
)
_RHOTIC = re.compile("(ɚ|ɝ|ɜː?)ɹ")
_NO_VOWEL = re.compile(rf"(?<=[{_CONSONANT}])ɹ(?=[{_CONSONANT}{_GAPS}]|$)")


def from_espeak(ipa: str, lang: str = "en-US") -> tuple[Token, ...]:
    """The tokens of what `text.espeak.phonemes` returned for `lang` (`en-US` or `en-GB`). Total: never raises.

    A phone of another language becomes its nearest English ones; what no table knows is left out (`unread`).
    The language decides two things that the IPA does not say: `ɜː` is ɝ, or ɜ for `en-GB`; and an r that is
    part of the vowel before it is not repeated, except for `en-GB`, whose vowels have none.
    """
    british = lang.lower().replace("_", "-").startswith("en-gb")
    tokens: list[Token] = []
    stress, starts_word = 0, True
    for piece in _pieces(_rewritten(ipa, british)):
        if piece.isspace():
            stress, starts_word = 0, True
        elif piece in _STRESS:
            stress = _STRESS[piece]
        elif piece in _MARK_OF:
            mark = Token(_MARK_OF[piece])
            if not tokens or tokens[-1] != mark:
                tokens.append(mark)
            stress, starts_word = 0, True
        else:
            for phone in _READ.get(piece, ()):
                symbol = "ɝ" if phone == "ɜ" and not british else phone
                vowel = symbol in VOWELS
                tokens.append(Token(symbol, stress if vowel else 0, starts_word))
                stress, starts_word = 0 if vowel else stress, False
    return tuple(tokens)


def unread(ipa: str) -> str:
    """The characters that `from_espeak` leaves out because no table knows them; empty for all that is expected."""
    return "".join(
        piece
        for piece in _pieces(_rewritten(ipa, british=False))
        if piece not in _READ and piece not in _MARK_OF and piece not in _STRESS and piece not in _SILENT
        and not piece.isspace()
    )  # fmt: skip


def _rewritten(ipa: str, british: bool) -> str:
    """`ipa` with what depends on its neighbours made plain."""
    ipa = unicodedata.normalize("NFD", ipa)
    for pattern, replacement in _REWRITES:
        ipa = pattern.sub(replacement, ipa)
    if not british:
        ipa = _RHOTIC.sub(r"\1", ipa)
    return _NO_VOWEL.sub("ə" if british else "ɚ", ipa)


def _pieces(ipa: str) -> Iterator[str]:
    """The longest pieces that _READ knows, from the left, else single characters."""
    at = 0
    while at < len(ipa):
        length = next((size for size in range(_LONGEST, 1, -1) if ipa[at : at + size] in _READ), 1)
        yield ipa[at : at + length]
        at += length
