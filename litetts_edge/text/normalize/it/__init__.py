"""Italian. The region is ignored."""

from __future__ import annotations

from litetts_edge.text.normalize.classes.reader import reader
from litetts_edge.text.normalize.classes.tables import Roman, Tables, Unit
from litetts_edge.text.normalize.it import numbers, tables, words

_ITALIAN = reader(
    Tables(
        cardinal=numbers.cardinal,
        ordinal=numbers.ordinal,
        fraction=numbers.fraction,
        agreement=numbers.agreement,
        clock=numbers.clock,
        day_part=numbers.day_part,
        of=numbers.of,
        singular=numbers.singular,
        minus="meno",
        plus="più",
        comma="virgola",
        point="punto",
        unit_point="virgola",
        conjunction="e",
        half=Unit("mezzo", "mezza"),
        and_half="mezzo",
        and_half_f="mezza",
        decimals_grouped=2,
        months=tables.MONTHS,
        month_names=tables.MONTH_NAMES,
        first="primo",
        date="{day} {month} {year}",
        day_month="{day} {month}",
        month_year="{month} {year}",
        date_of="",
        year_of=r"(?: |, )",
        date_cues=(
            r"il|lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica|del|dal|al|entro il|giorno|in data"
        ),
        at="alle",
        time_cues=r"alle|ore|dalle|delle|per le|h|tra le",
        hour=Unit("ora", "ore", "f"),
        minute=Unit("minuto", "minuti"),
        second=Unit("secondo", "secondi"),
        day=Unit("giorno", "giorni"),
        units=tables.UNITS,
        per="per",
        powers=tables.POWERS,
        degrees=Unit("grado", "gradi"),
        percent="per cento",
        permille="per mille",
        currencies=tables.CURRENCIES,
        magnitudes=tables.MAGNITUDES,
        money_joint="e",
        minor_said=True,
        range_words=(r"(?:da|dai|dal|dalle|dalla|tra|fra)", "da", "a"),
        scores=r"(?:vinto|vince|vinc|perso|battuto|batte|pareggi|finit|risultato|punteggio)",
        times="per",
        divided="diviso",
        equals="uguale",
        ratio="a",
        ordinal_suffixes=tables.SUFFIXES,
        ordinal_nouns=(
            r"(?!(?:alla|alle|all|nella|nel|con|per|sotto|sopra|centigradi|celsius|fahrenheit|della|dalle|circa|nord|sud|est"
            r"|ovest|latitudine|che|sono|fuori|dentro|oggi|domani|ieri)\b)[^\W\d_]{3,}"
        ),
        ordinal_articles=r"(?:il|al|del|dal|nel|sul|un)",
        roman_before=tables.ROMAN_BEFORE,
        roman_after=tables.ROMAN_AFTER,
        roman_names=tables.NAMES,
        roman_name=Roman("m", 999),
        roman_suffixes={},
        roman_firsts=frozenset(),
        phones=(
            r"(?:\+|00)\d{1,3}[ .-]?(?:\(?\d{1,4}\)?[ .-]?){1,5}\d{2,4}|3\d{2}[ ./-]\d{3}[ .-]?\d{3,4}|3\d{9}"
            r"|3\d{2} \d{2} \d{2} \d{3}|0\d{1,3}[ -]\d{3,4}(?:[ .-]?\d{3,4})?|0\d{1,3}[ ./-]\d{5,8}"
            r"|800[ .-]?\d{3}[ .-]?\d{3}"
        ),
        phone_by_two=False,
        abbreviations=words.ABBREVIATIONS,
        before_name=words.BEFORE_NAME,
        before_number=words.BEFORE_NUMBER,
        after_number=words.AFTER_NUMBER,
        acronyms_said=words.SAID,
        acronyms_spelled=words.SPELLED,
        acronyms=words.ACRONYMS,
        syllables=r"(?:[BCDFGLMNPRSTVZ]?[LR]?[AEIOU]{1,2}[NLRS]?){2,4}",
        letters={},
        symbols=words.SYMBOLS,
        net_symbols=words.NET_SYMBOLS,
        net_words=words.NET_WORDS,
        number_sign="numero",
        hashtag="hashtag",
        version="versione",
        states=words.STATES,
        short_states=words.SHORT_STATES,
        being="è|resta|rimane",
        elide=numbers.elide,
        per_of=numbers.per_of,
        joined=numbers.joined,
        ordinal_bare=True,
        slash_joins=words.SLASH_JOINS,
    )
)
read, read_as = _ITALIAN.read, _ITALIAN.read_as
