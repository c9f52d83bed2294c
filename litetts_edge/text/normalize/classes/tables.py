"""What a language must say about itself for the classes of this package to read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol


class Cardinal(Protocol):
    """Called for every number that is said: 0 <= number < 10**18."""

    def __call__(self, number: int, gender: str = "") -> str:
        """Words of `number`: counting (""), or before a noun, masculine ("m") or feminine ("f")."""
        ...


class Ordinal(Protocol):
    """Called for what has a rank: 1 <= number < 1000."""

    def __call__(self, number: int, gender: str = "m", *, plural: bool = False, before: bool = False) -> str:
        """Words of the rank; `before` asks for the form before a masculine noun, where it differs."""
        ...


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of measure, in words."""

    one: str
    many: str
    gender: str = "m"


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency and its hundredth; `minor` is None where none is in use."""

    major: Unit
    minor: Unit | None = None


@dataclass(frozen=True, slots=True)
class Magnitude:
    """A word or letter that multiplies an amount: `millones`, `M`, `k`."""

    one: str
    many: str
    noun: bool = True
    """Whether it is a noun, which takes "of" before what is counted."""


@dataclass(frozen=True, slots=True)
class Suffix:
    """What the letters after an ordinal's digits say."""

    gender: str = "m"
    plural: bool = False
    before: bool = False


@dataclass(frozen=True, slots=True)
class Roman:
    """How a Roman numeral beside a known word is read."""

    gender: str = "m"
    ordinals_to: int = 0
    """Ranks up to this number, cardinals above; 0 is cardinals only."""
    before: bool = False


@dataclass(frozen=True, slots=True)
class Tables:
    """One language. Regular expressions are fragments, without groups that capture."""

    cardinal: Cardinal
    ordinal: Ordinal
    fraction: Callable[[int, int], str | None]
    """Numerator and denominator in words; None when people would not say it as a fraction."""
    agreement: Callable[[str, str], str]
    """Gender of the noun the next two words speak of: "m", "f", or "" when no noun is counted."""
    clock: Callable[[int, int, bool], str]
    """Hour, minute, and whether a mark for hours was written (14h30, 8 h): a time of day."""
    day_part: Callable[[int, str], str]
    """Hour as written and "a" or "p": what is said for a.m. and p.m."""
    of: Callable[[str], str]
    """The word with "of" before it: `de euros`, `d'euros`."""
    singular: Callable[[float], bool]
    """Whether this amount takes the singular."""

    minus: str
    plus: str
    comma: str
    point: str
    unit_point: str
    """What is said for a decimal point (not comma), alone and before a unit."""
    conjunction: str
    half: Unit
    """`medio kilo`; `one` is masculine, `many` feminine."""
    and_half: str
    and_half_f: str
    """`dos y medio`, `una y media`."""
    decimals_grouped: int
    """Decimals up to this many are said as one number, more of them digit by digit."""

    months: tuple[str, ...]
    month_names: Mapping[str, int]
    """Lower-case names and abbreviations (without dot) to 1..12."""
    first: str
    date: str
    """With {day} {month} {year}."""
    day_month: str
    month_year: str
    date_of: str
    """Pattern between day and month, e.g. `(?:de )?`."""
    year_of: str
    """Pattern between month and year, e.g. `(?: del?| ,)? `."""
    date_cues: str
    """Pattern of words before a short date such as 3/4."""
    at: str
    """Between a date and a time."""
    time_cues: str
    """Pattern of words before a time written with a dot, e.g. 20.15."""
    hour: Unit
    minute: Unit
    second: Unit
    day: Unit

    units: Mapping[str, Unit]
    per: str
    powers: tuple[Unit, Unit]
    """Square and cubic, after the unit."""
    degrees: Unit
    percent: str
    permille: str
    currencies: Mapping[str, Currency]
    magnitudes: Mapping[str, Magnitude]
    money_joint: str
    minor_said: bool
    """Whether the hundredths are named: `con cincuenta céntimos`, but `douze euros cinquante`."""

    range_words: tuple[str, str, str]
    """Pattern of words that open a range already, then what is said before and between the ends."""
    scores: str
    """Pattern of words before a result, such as 3-1."""
    times: str
    """Between factors and sizes: 3 x 4."""
    divided: str
    equals: str
    ratio: str

    ordinal_suffixes: Mapping[str, Suffix]
    ordinal_nouns: str
    """Pattern of words after `3°` that make it a rank, or before it (articles) with a space."""
    ordinal_articles: str
    roman_before: Mapping[str, Roman]
    roman_after: Mapping[str, Roman]
    roman_names: frozenset[str]
    """First names of kings and popes, lower-case."""
    roman_name: Roman
    roman_suffixes: Mapping[str, Suffix]
    roman_firsts: frozenset[str]
    """Those only the first takes: Ier, Ire."""

    phones: str
    """Pattern of a telephone number."""
    phone_by_two: bool
    """Groups of two are said as numbers, not as digits."""

    abbreviations: Mapping[str, str]
    before_name: Mapping[str, str]
    """Read only when a capital follows: `M. Dupont`, `St. Louis`."""
    before_number: Mapping[str, str]
    after_number: Mapping[str, str]
    acronyms_said: frozenset[str]
    acronyms_spelled: frozenset[str]
    acronyms: Mapping[str, str]
    """Capitals with words of their own."""
    syllables: str
    """Pattern of capitals that can be said as a word."""
    letters: Mapping[str, str]
    """Letters espeak-ng cannot spell from a bare capital, e.g. accents; usually empty."""

    symbols: Mapping[str, str]
    net_symbols: Mapping[str, str]
    net_words: frozenset[str]
    """Parts of an address that are words though short: `com`, `org`."""
    number_sign: str
    hashtag: str
    version: str
    states: Mapping[str, str]
    """Values of a home in English that are no words of this language."""
    short_states: Mapping[str, str]
    """Those that could be: read only when they are all the text, or follow a colon or "is"."""
    being: str
    """Pattern of "is"."""
    duration_joint: str = ""
    """Before the last part of a duration; empty: the conjunction."""
    size: str = ""
    """Between measures, when it is not `times`."""
    ordinal_bare: bool = False
    """Whether `3°` by itself is a rank rather than a temperature."""
    per_of: Callable[[str], str] | None = None
    """A price's "per" with its noun, where it is not `per`: `al mese`."""
    joined: Callable[[int, str], str | None] | None = None
    """A number with letters that make one word with it: 18enne."""
    elide: Callable[[str], str] = str
    """What words do to each other: `un'ora`."""
    slash_joins: Mapping[str, str] = field(default_factory=dict)
    """`y/o` and its like, to what is said."""


def unit_rows(rows: str) -> dict[str, Unit]:
    """One row a unit: symbols, singular, plural, f when feminine; `|` between."""
    found: dict[str, Unit] = {}
    for row in rows.split("\n"):
        if row.strip():
            symbols, one, many, *gender = (part.strip() for part in row.split("|"))
            found |= dict.fromkeys(symbols.split(), Unit(one, many, gender[0] if gender else "m"))
    return found
