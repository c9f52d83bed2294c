"""French, as in France. The region is ignored."""

from __future__ import annotations

from functools import cache

from litetts_edge.text.normalize.classes.reader import Reader, reader
from litetts_edge.text.normalize.classes.tables import Tables, Unit
from litetts_edge.text.normalize.fr import numbers, tables, words
from litetts_edge.text.tokens import Reading


@cache
def _reader() -> Reader:
    return reader(
        Tables(
            cardinal=numbers.cardinal,
            ordinal=numbers.ordinal,
            fraction=numbers.fraction,
            agreement=numbers.agreement,
            clock=numbers.clock,
            day_part=numbers.day_part,
            of=numbers.of,
            singular=numbers.singular,
            minus="moins",
            plus="plus",
            comma="virgule",
            point="point",
            unit_point="virgule",
            conjunction="et",
            half=Unit("un demi", "une demi"),
            and_half="demi",
            and_half_f="demie",
            decimals_grouped=3,
            months=tables.MONTHS,
            month_names=tables.MONTH_NAMES,
            first="premier",
            date="{day} {month} {year}",
            day_month="{day} {month}",
            month_year="{month} {year}",
            date_of="",
            year_of=r"(?: |, )",
            date_cues=r"le|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|du|au|dès le",
            at="à",
            time_cues=r"(?!)",
            hour=Unit("heure", "heures", "f"),
            minute=Unit("minute", "minutes", "f"),
            second=Unit("seconde", "secondes", "f"),
            day=Unit("jour", "jours"),
            units=tables.UNITS,
            per="par",
            powers=tables.POWERS,
            degrees=Unit("degré", "degrés"),
            percent="pour cent",
            permille="pour mille",
            currencies=tables.CURRENCIES,
            magnitudes=tables.MAGNITUDES,
            money_joint="",
            minor_said=False,
            range_words=(r"(?:de|entre|du)", "", "à"),
            scores=r"(?:gagné|perdu|battu|score|victoire|défaite|match nul|imposé|incliné)",
            times="fois",
            divided="divisé par",
            equals="égale",
            ratio="sur",
            ordinal_suffixes=tables.SUFFIXES,
            ordinal_nouns=r"(?:étage|rang|degré|prix|place|article)",
            ordinal_articles=r"(?!)",
            roman_before=tables.ROMAN_BEFORE,
            roman_after=tables.ROMAN_AFTER,
            roman_names=tables.NAMES,
            roman_name=tables.KING,
            roman_suffixes=tables.ROMAN_SUFFIXES,
            roman_firsts=frozenset(("er", "re", "ère", "ᵉʳ")),
            # compact ten digits: two by two
            phones=(
                r"(?:\+|00)33 ?(?:\(0\) ?)?\d(?:[ .-]?\d{2}){4}|0\d(?:[ .-]\d{2}){4}|0[1-9]\d{8}"
                r"|(?:\+|00)\d{1,3}[ .-]?(?:\(?\d{1,4}\)?[ .-]?){1,5}\d{2,4}|0 ?8\d{2}(?: \d{2,3}){2,3}"
            ),
            phone_by_two=True,
            abbreviations=words.ABBREVIATIONS,
            before_name=words.BEFORE_NAME,
            before_number=words.BEFORE_NUMBER,
            after_number=words.AFTER_NUMBER,
            acronyms_said=words.SAID,
            acronyms_spelled=words.SPELLED,
            acronyms=words.ACRONYMS,
            syllables=r"(?:[BCDFGJKLMNPRSTVZ]?[LR]?[AEIOUÉÈ]{1,2}[NLRSDMXTZ]?){2,4}",
            letters={},
            symbols=words.SYMBOLS,
            net_symbols=words.NET_SYMBOLS,
            net_words=words.NET_WORDS,
            number_sign="numéro",
            hashtag="hashtag",
            version="version",
            states=words.STATES,
            short_states=words.SHORT_STATES,
            being="est|reste",
            duration_joint=" ",
            size="sur",
            slash_joins=words.SLASH_JOINS,
        )
    )


def read(text: str, region: str = "") -> list[Reading]:
    """What of a cleaned sentence is not read as it is written, in order."""
    del region
    return _reader().read(text)


def read_as(text: str, interpret_as: str, form: str = "", region: str = "") -> str | None:
    """What SSML's say-as asks for, in words; None when `text` cannot be read so."""
    return _reader().read_as(text, interpret_as, form)
