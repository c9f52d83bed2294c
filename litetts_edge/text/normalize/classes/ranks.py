"""Ordinals in digits (3º, 2e, 1ª) and Roman numerals (siglo XXI, Louis XIV, XXe siècle)."""

from __future__ import annotations

import re
from functools import partial

from litetts_edge.text.normalize.classes.scan import Rule, alternatives
from litetts_edge.text.normalize.classes.tables import Roman, Suffix, Tables

_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_CANONICAL = re.compile(r"M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})")
_NEXT = re.compile(r" ([^\W\d_]{2,30})")
_WEATHER = re.compile(r"(?i)temperatur|máxim|mínim|massim|minim|grad[oi]|calor|fr[íi]o|term[oó]")
_RANKED = re.compile(r" [^\W\d_]{4,}")
QUEENS = frozenset(
    """isabel elisabetta maría maria caterina catarina catalina cristina margarita margherita isabella elizabeth
    elisabete juana joana carlota margarida""".split()
)
NUMERAL = r"[IVXLCDM]{1,9}"


def roman(written: str) -> int | None:
    """Value of a well-formed Roman numeral, else None."""
    if not written or not _CANONICAL.fullmatch(written):
        return None
    values = [_VALUES[letter] for letter in written]
    following = [*values[1:], 0]
    return sum(-value if value < after else value for value, after in zip(values, following, strict=True))


def say_rank(tables: Tables, number: int, suffix: Suffix) -> str | None:
    """None for what has no ordinal in words."""
    if not 1 <= number < 1000:
        return None
    return tables.ordinal(number, suffix.gender, plural=suffix.plural, before=suffix.before)


def _ordinal(tables: Tables, match: re.Match[str]) -> str | None:
    suffix = tables.ordinal_suffixes[match["suffix"].lower()]
    number = int(match["n"].replace(".", ""))
    if match["suffix"] == "º" and _WEATHER.search(match.string) and not _RANKED.match(match.string, match.end()):
        return None  # máxima de 31º
    if suffix.gender == "m" and not suffix.plural and not suffix.before and match["suffix"] not in "eE":
        follows = _NEXT.match(match.string, match.end())
        suffix = (
            Suffix("m", before=bool(follows) and tables.agreement(follows[1], "-") == "m") if follows else suffix
        )
    return say_rank(tables, number, suffix) or tables.cardinal(number)


def _degree(tables: Tables, match: re.Match[str]) -> str | None:
    before = match.string[match.end() : match.end() + 1] == " "
    return say_rank(tables, int(match["n"]), Suffix("m", before=before))


def _say(tables: Tables, number: int, way: Roman) -> str | None:
    if number <= way.ordinals_to:
        return say_rank(tables, number, Suffix(way.gender, False, way.before))
    return tables.cardinal(number)


def _beside(tables: Tables, table: dict[str, Roman], match: re.Match[str]) -> str | None:
    number = roman(match["R"])
    way = table[match["word"].lower()]
    return None if number is None else _say(tables, number, way)


def _name(tables: Tables, match: re.Match[str]) -> str | None:
    number = roman(match["R"])
    name = match["word"].lower()
    known = name in tables.roman_names
    if number is None or number > 40 or (not known and (len(match["R"]) == 1 or number < 2)):
        return None
    way = tables.roman_name
    if not known and way.ordinals_to <= 10:
        return tables.cardinal(number)  # grupo II, Proyecto IV
    if known and name in QUEENS:
        way = Roman("f", way.ordinals_to)
    return _say(tables, number, way)


def _suffixed(tables: Tables, match: re.Match[str]) -> str | None:
    number = roman(match["n"])
    if number is None or (number == 1) != (match["suffix"] in tables.roman_firsts):
        return None
    return say_rank(tables, number, tables.roman_suffixes[match["suffix"].lower()])


def _alone(tables: Tables, match: re.Match[str]) -> str | None:
    """A numeral of at least two letters that can be nothing else."""
    number = roman(match[0])
    return None if number is None or number < 2 or match[0] in tables.acronyms_spelled else tables.cardinal(number)


def rank_rules(tables: Tables) -> list[Rule]:
    """Ordinals and Roman numerals."""
    written = alternatives(tables.ordinal_suffixes)
    number = r"(?P<n>\d{1,3}(?:\.\d{3})?)"
    edge = r"(?<![\w.,−-])"
    before, after = alternatives(tables.roman_before), alternatives(tables.roman_after)
    patterns = [
        ("ordinal", rf"{edge}{number}\.?(?P<suffix>(?i:{written}))(?![\w²³])", partial(_ordinal, tables)),
        ("ordinal", rf"{edge}(?P<n>\d{{1,3}})°(?= (?i:{tables.ordinal_nouns})\b)", partial(_degree, tables)),
        (
            "ordinal",
            rf"(?<!\w)(?i:{tables.ordinal_articles}) (?P<R>(?P<n>\d{{1,3}})°)(?! ?[CF]\b)(?!\w)",
            partial(_degree, tables),
        ),
        (
            "roman",
            rf"(?<!\w)(?P<R>(?P<n>[IVX][IVXLC]{{0,7}})(?:\.?(?P<suffix>{alternatives(tables.roman_suffixes)})))(?!\w)",
            partial(_suffixed, tables),
        ),
        (
            "roman",
            rf"(?<!\w)(?P<word>(?i:{before})) (?P<R>{NUMERAL})(?![\w'])",
            partial(_beside, tables, dict(tables.roman_before)),
        ),
        (
            "roman",
            rf"(?<!\w)(?P<word>(?i:{before})) {NUMERAL}(?: [^\W\d_]{{1,2}} | ?[-–/] ?)(?P<R>{NUMERAL})(?![\w'])",
            partial(_beside, tables, dict(tables.roman_before)),
        ),
        (
            "roman",
            rf"(?<!\w)(?P<R>{NUMERAL})\.?(?= (?P<word>(?i:{after}))(?!\w))",
            partial(_beside, tables, dict(tables.roman_after)),
        ),
        ("roman", rf"(?<!\w)(?P<word>[^\W\d_]{{2,20}}) (?P<R>{NUMERAL})(?![\w'])(?!\.\w)", partial(_name, tables)),
        ("roman", r"(?<![\w.])(?=[IVX]{2})[IVX]{2,7}(?![\w.'])", partial(_alone, tables)),
        ("roman", r"(?<![\w.])(?=[IVX]{2})[IVX]{2,7}(?=\.?$)", partial(_alone, tables)),
    ]
    if tables.ordinal_bare:
        patterns.insert(0, ("ordinal", r"^(?P<n>\d{1,3})°(?=\.?$)", partial(_degree, tables)))
    return [Rule(kind, re.compile(pattern), say) for kind, pattern, say in patterns]
