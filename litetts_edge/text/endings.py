"""Regular English endings: from a word's spelling to its possible stems, and from a stem's IPA to the word's.

Pure functions. The IPA is that of text.english_alphabets.to_ipa.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

Add = Callable[[str, str, str], str | None]
"""(the stem's IPA, the stem's letters, region) to the IPA with the ending; None where the rule does not hold."""

_VOWEL = "aeiouyæɐəɛɪɒɔɑʊʌɜɚᵻː"
_FLAPPED = re.compile(rf"(?<=[{_VOWEL}])t$|(?<=[ɑɔɛɪʊ]ɹ)t$")
_R_COLOURED = re.compile("(?:ə|ɜː|ɑː|ɔː|eə|iə|iːə|ʊə)$")
_WEAK_L = re.compile("(?<=[pbtdkɡfvszʃʒʔɾŋ])əl$")


_MUTE_E = re.compile(
    r"(?:(?:^|[^aeiou])[aeiouy][bcdfgklmnprstvz]|[csvu]|[^n]g|[aeo]ng|[bcdfgkptz]l|[aeiou]z)$", re.I
)
"""Stems that more likely end in a silent e: dining, dancing, surging, changing, handling."""


def stems(word: str) -> Iterator[tuple[str, str, Add]]:
    """(rule, stem, how to add the ending) for each stem that the word may have; likely ones first."""
    small = word.lower()
    for ending, find, add in _RULES:
        if small.endswith(ending) and len(small) > len(ending) + 1:
            for stem in find(word[: len(word) - len(ending)]):
                yield ending, stem, add


def add_s(ipa: str, _stem: str, region: str) -> str:
    """Plural, third person and possessive."""
    if ipa.endswith(("s", "z", "ʃ", "ʒ")):  # tʃ and dʒ too
        return ipa + ("ᵻz" if region == "US" else "ɪz")
    return ipa + ("s" if ipa.endswith(("p", "t", "k", "f", "θ")) else "z")


def add_ed(ipa: str, stem: str, region: str) -> str | None:
    """Past tense."""
    if ipa.endswith(("t", "d")):
        return _flapped(ipa, region) + ("ᵻd" if region == "US" else "ɪd")
    return ipa + ("t" if ipa.endswith(("p", "k", "f", "θ", "s", "ʃ")) else "d")


def add_ing(ipa: str, stem: str, region: str) -> str | None:
    return _before_vowel(ipa, stem, region) + "ɪŋ"


def add_er(ipa: str, stem: str, region: str) -> str | None:
    return _before_vowel(ipa, stem, region) + ("ɚ" if region == "US" else "ə")


def add_ers(ipa: str, stem: str, region: str) -> str | None:
    return _before_vowel(ipa, stem, region) + ("ɚz" if region == "US" else "əz")


def add_est(ipa: str, stem: str, region: str) -> str | None:
    return _before_vowel(ipa, stem, region) + ("ᵻst" if region == "US" else "ɪst")


def add_ly(ipa: str, stem: str, region: str) -> str | None:
    if stem.lower().endswith("ical") and region == "GB":
        return ipa.removesuffix("əl") + "li"  # basically
    return ipa + ("i" if ipa.endswith("l") else "li")  # fully


def _before_vowel(ipa: str, stem: str, region: str) -> str:
    """The stem as it sounds before an ending that begins with a vowel."""
    if region == "GB" and stem.lower().rstrip("e").endswith("r") and _R_COLOURED.search(ipa):
        return ipa + "ɹ"
    if stem.lower().endswith("le"):
        ipa = _WEAK_L.sub("l", ipa)
    return _flapped(ipa, region)


def _flapped(ipa: str, region: str) -> str:
    return _FLAPPED.sub("ɾ", ipa) if region == "US" else ipa


def _plain(ipa: str) -> Add:
    return lambda stem, _letters, _region: stem + ipa


def _whole(stem: str) -> list[str]:
    return [stem]


def _plural(stem: str) -> list[str]:
    """Before -s."""
    return [] if stem.endswith(("s", "'")) else [stem]


def _sibilant(stem: str) -> list[str]:
    """Before -es: boxes, buses, goes; -ies is for _from_y."""
    return [stem] if stem.endswith(("s", "z", "x", "ch", "sh", "o")) else []


def _from_y(stem: str) -> list[str]:
    return [stem + "y"]


def _opened(stem: str) -> list[str]:
    """Before -ed, -ing, -er, -est: as it is, with its e, without the doubled consonant or the k of panicked."""
    if len(stem) > 2 and stem[-1] == stem[-2] and stem[-1] in "bcdgklmnprstvz":
        return [stem, stem[:-1]]
    if stem.endswith("ck"):
        return [stem, stem[:-1]]
    return [stem + "e", stem] if _MUTE_E.search(stem) else [stem, stem + "e"]


_RULES: tuple[tuple[str, Callable[[str], list[str]], Add], ...] = (
    ("n't", _whole, lambda ipa, _stem, _region: ipa + ("ənt" if ipa[-1] in "bdgkpstvzfθð" else "nt")),
    ("'ve", _whole, lambda ipa, _stem, _region: ipa + ("v" if ipa[-1] in _VOWEL else "əv")),
    ("'ll", _whole, lambda ipa, _stem, _region: ipa + ("l" if ipa[-1] in _VOWEL else "əl")),
    ("'d", _whole, lambda ipa, _stem, _region: ipa + ("əd" if ipa[-1] in "td" else "d")),
    ("'re", _whole, lambda ipa, _stem, region: ipa + ("ɚ" if region == "US" else "ə")),
    ("'m", _whole, _plain("əm")),
    ("'s", _whole, add_s),
    ("s'", _plural, add_s),
    ("s'", lambda stem: [stem + "s"], _plain("")),
    ("'", lambda stem: [stem] if stem.endswith("s") else [], _plain("")),
    ("s", _plural, add_s),
    ("es", _sibilant, add_s),
    ("ies", _from_y, add_s),
    ("ied", _from_y, add_ed),
    ("ed", _opened, add_ed),
    ("ing", _opened, add_ing),
    ("ings", _opened, lambda ipa, stem, region: _before_vowel(ipa, stem, region) + "ɪŋz"),
    ("in'", _opened, lambda ipa, stem, region: _before_vowel(ipa, stem, region) + "ɪn"),
    ("ier", _from_y, add_er),
    ("iest", _from_y, add_est),
    ("er", _opened, add_er),
    ("ers", _opened, add_ers),
    ("est", _opened, add_est),
    ("ly", _whole, add_ly),
    ("ly", lambda stem: [stem + "le"], lambda ipa, _stem, _region: _WEAK_L.sub("l", ipa) + "i"),
    ("ily", _from_y, lambda ipa, _stem, region: ipa[:-1] + ("əli" if region == "US" else "ɪli")),
    ("ness", _whole, _plain("nəs")),
    ("iness", _from_y, lambda ipa, _stem, region: ipa + "nəs" if region == "US" else ipa[:-1] + "ɪnɪs"),
    ("less", _whole, _plain("ləs")),
    ("like", _whole, _plain("lˌaɪk")),
    ("ish", _whole, lambda ipa, stem, region: _before_vowel(ipa, stem, region) + "ɪʃ"),
)
"""(ending, stems of what stands before it, how it is added), likely ones first."""
