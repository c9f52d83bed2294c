"""Ways to write English phones: misaki's symbols (which Kokoro reads), IPA, espeak-ng's mnemonics.

Pure functions over the tokens of text.phonemes. misaki has one letter for each diphthong and affricate, and no
letter for an r-coloured vowel; its en-US has no length marks. A region is `US` or `GB`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from types import MappingProxyType

from litetts_edge.text.phonemes import INVENTORY, VOWELS, Token, from_espeak

APART = "\u200c"
"""Stands between two phones that together would be read as another one (`nut-shell`): from_espeak skips it."""

_SPELLED = {"u": "uː", "ɔ": "ɔː", "ɑ": "ɑː", "ɜ": "ɜː", "ɝ": "ɜː", "ɪə": "iə"}
_STRESS = ("", "ˈ", "ˌ")
_PHONES = frozenset(INVENTORY)

_MISAKI_VOWELS = "AIOQWYaiuæɑɒɔəɛɜɪʊʌᵻ"
_LETTERS = str.maketrans(
    {"A": "eɪ", "I": "aɪ", "O": "oʊ", "Q": "əʊ", "W": "aʊ", "Y": "ɔɪ", "ʤ": "dʒ", "ʧ": "tʃ", "ᵊ": "ə", "T": "ɾ"}
)
_FROM_US = tuple(
    (re.compile(pattern), to)
    for pattern, to in (
        (r"([ɜɔɑui])\1+", r"\1"),  # `woooorst`
        ("ː", ""),
        (rf"ʔn(?![ˈˌ]?[{_MISAKI_VOWELS}])", "ʔən"),  # a syllable: button
        ("ɜɹ?", "ɜː"),
        ("əɹ+", "ɚ"),
        ("([ɔɑu])", r"\1ː"),
        ("(?<=[ˈˌ])i", "iː"),
    )
)
_FROM_GB = tuple(
    (re.compile(pattern), to)
    for pattern, to in (
        (r"([ɜɔɑui])\1+", r"\1"),
        ("ɛː", "eə"),
        ("əː", "ɜː"),
        ("(?<=[ˈˌ])ɪə", "iːə"),
        ("ɪə", "iə"),
        ("a", "æ"),
        ("([ɜɔɑu])ː?", r"\1ː"),
    )
)
_TOGETHER = re.compile("(?<=t)(?=ʃ)|(?<=d)(?=ʒ)|(?<=ɛ)(?=ə)|(?<=ə)(?=ʊ)|(?<=[ɔe])(?=ɪ)|(?<=[ɪʊi])(?=Q)")


def from_misaki(symbols: str, region: str = "US") -> tuple[Token, ...]:
    """The tokens of what misaki's dictionaries or its grapheme-to-phoneme code wrote. Total: never raises."""
    ipa = _TOGETHER.sub(APART, symbols)
    for pattern, to in _FROM_GB if region == "GB" else _FROM_US:
        ipa = pattern.sub(to, ipa)
    return from_espeak(ipa.translate(_LETTERS), "en-" + region)


def to_ipa(tokens: Iterable[Token]) -> str:
    """The tokens as espeak-ng would write them; `from_espeak` of the same accent reads the same tokens back."""
    parts: list[str] = []
    before = ""
    for token in tokens:
        symbol = token.symbol
        if symbol not in _PHONES:
            parts.append(symbol)
            before = " "
            continue
        if before and (token.starts_word or before == " "):
            parts.append(" ")
            before = ""
        written = _SPELLED.get(symbol, "iː" if symbol == "i" and token.stress else symbol)
        if before and not token.stress and _runs_together(before, written):
            parts.append(APART)
        parts.append(_STRESS[token.stress] + written)
        before = written
    return "".join(parts)


@cache
def _runs_together(first: str, second: str) -> bool:
    """Whether two phones written side by side, a vowel behind them, would be read as something else."""
    apart = _symbols(first) + _symbols(second + "ˈʌ")
    return _symbols(first + second + "ˈʌ") != apart


def _symbols(ipa: str) -> list[str]:
    return [token.symbol for token in from_espeak(ipa, "en-GB")]


_KOKORO = {phone: phone for phone in INVENTORY} | {
    "ɐ": "ə", "ɚ": "əɹ", "ɝ": "ɜɹ", "eɪ": "A", "aɪ": "I", "ɔɪ": "Y", "aʊ": "W", "ɪə": "iə", "tʃ": "ʧ", "dʒ": "ʤ",
}  # fmt: skip
KOKORO_US: Mapping[str, str] = MappingProxyType(
    _KOKORO | {"ɜ": "ɜɹ", "oʊ": "O", "əʊ": "O", "eə": "ɛɹ", "ɒ": "ɑ", "ɾ": "T"}
)
"""Total: each phone of INVENTORY for a voice that speaks en-US. misaki writes T for a flap to the first Kokoro; ʔ
is not one of its symbols and becomes t in the end."""
KOKORO_GB: Mapping[str, str] = MappingProxyType(
    _KOKORO
    | {
        "æ": "a", "ᵻ": "ɪ", "ɚ": "ə", "ɝ": "ɜː", "ɜ": "ɜː", "u": "uː", "ɔ": "ɔː", "ɑ": "ɑː", "oʊ": "Q", "əʊ": "Q",
        "eə": "ɛː", "ɾ": "t", "ʔ": "t", "ɪə": "ɪə",
    }
)  # fmt: skip
"""Total: each phone of INVENTORY for a voice that speaks en-GB, unless its neighbours say otherwise."""

_SYLLABLE_N = re.compile(rf"ʔən(?![ˈˌ]?[{_MISAKI_VOWELS}])")
# Where misaki's dictionaries mostly write a weak schwa: after these consonants, by what follows the l or n.
# Counted over its entries; it is never there before m.
_WEAK = {
    "US": re.compile(rf"(?<=[bkdftszvpɡθðnŋmʃʒʤʧTɾ])ə(?=l(?![ˈˌ]?[{_MISAKI_VOWELS}]))|(?<=[kt])ə(?=l[iɪ])"
                     rf"|(?<=[dtsTɾzʒ])ə(?=n(?![ˈˌ]?[{_MISAKI_VOWELS}]))|(?<=ʃ)ə(?=n[əi])"),
    "GB": re.compile(rf"(?<=[bkdftszvpɡθðnŋmʃʒʤʧw])ə(?=l(?![ˈˌ]?[{_MISAKI_VOWELS}]))|(?<=k)ə(?=l[iɪ])"
                     rf"|(?<=[dtszvfpʃʒʤʧθð])ə(?=n(?![ˈˌ]?[{_MISAKI_VOWELS}]))"),
}  # fmt: skip


def to_kokoro(tokens: Sequence[Token], region: str = "US") -> str:
    """The symbols that Kokoro was trained on: words one space apart, marks behind the word they follow."""
    british = region == "GB"
    table = KOKORO_GB if british else KOKORO_US
    parts: list[str] = []
    for at, token in enumerate(tokens):
        symbol = token.symbol
        if symbol not in _PHONES:
            parts.append(symbol)
            continue
        if parts and (token.starts_word or tokens[at - 1].symbol not in _PHONES):
            parts.append(" ")
        following = tokens[at + 1] if at + 1 < len(tokens) and not tokens[at + 1].starts_word else None
        written = table[symbol]
        if symbol == "ɐ" and token.starts_word:
            written = _article(tokens, at)
        elif british and symbol == "i":
            written = "i" if _between_words(tokens, at) else _british_i(token, following)
        elif british and symbol == "ɜ" and not token.stress:
            written = "əː"
        parts.append(_STRESS[token.stress] + written)
    symbols = "".join(parts)
    if not british:
        symbols = _SYLLABLE_N.sub("tn", symbols).replace("ʔ", "t")
    return _WEAK["GB" if british else "US"].sub("ᵊ", symbols)


def _article(tokens: Sequence[Token], at: int) -> str:
    """The words a and an are the only words in which Kokoro's symbols keep ɐ."""
    end = at + 1
    while end < len(tokens) and tokens[end].symbol in _PHONES and not tokens[end].starts_word:
        end += 1
    return "ɐ" if end - at == 1 or (end - at == 2 and tokens[at + 1].symbol == "n") else "ə"


def _between_words(tokens: Sequence[Token], at: int) -> bool:
    """Whether two main stresses have it between them: the end of a word in a compound (twenty-one)."""
    before = at
    while not tokens[before].starts_word and tokens[before].stress != 1:
        before -= 1
    ahead = next((token for token in tokens[at + 1 :] if token.symbol in VOWELS or token.starts_word), None)
    return (
        not tokens[at].stress
        and tokens[before].stress == 1
        and ahead is not None
        and ahead.stress == 1
        and not ahead.starts_word
    )


def _british_i(token: Token, following: Token | None) -> str:
    """Which of ɪ (near), iː (fleece) and i (happy) an i is."""
    if following is not None and following.symbol == "ə":
        return "ɪ"  # near, and happy before a schwa, are written alike
    if token.stress:
        return "iː"
    return "i" if following is None or following.symbol in VOWELS else "iː"


ESPEAK_MNEMONICS: Mapping[str, str] = MappingProxyType(
    {phone: phone for phone in "p b t d k f v s z h m n l j w".split()}
    | {
        "i": "i:", "ɪ": "I", "ᵻ": "I2", "ɛ": "E", "æ": "a", "ə": "@", "ɐ": "a#", "ʌ": "V", "ɚ": "3", "ɜ": "3:",
        "ɝ": "3:", "u": "u:", "ʊ": "U", "ɔ": "O:", "ɑ": "A:", "ɒ": "0", "eɪ": "eI", "aɪ": "aI", "ɔɪ": "OI",
        "aʊ": "aU", "oʊ": "oU", "əʊ": "oU", "ɪə": "i@", "eə": "e@", "ʊə": "U@", "ɾ": "t#", "ʔ": "?", "ɡ": "g",
        "tʃ": "tS", "dʒ": "dZ", "θ": "T", "ð": "D", "ʃ": "S", "ʒ": "Z", "ŋ": "N", "ɹ": "r",
    }
)  # fmt: skip
"""Total: each phone of INVENTORY as espeak-ng 1.52 names it in its English voices."""


def to_espeak_mnemonics(tokens: Iterable[Token]) -> str:
    """The tokens as espeak-ng reads them between `[[` and `]]`, words one space apart; marks are left out."""
    parts: list[str] = []
    for token in tokens:
        mnemonic = ESPEAK_MNEMONICS.get(token.symbol)
        if mnemonic is None:
            continue
        if parts and token.starts_word:
            parts.append(" ")
        parts.append(("", "'", ",")[token.stress] + mnemonic)
    return "".join(parts)
