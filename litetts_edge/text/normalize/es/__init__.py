"""Spanish. The region is ignored: words are those of Spain, hundredths of dollars and pesos are centavos."""

from __future__ import annotations

from functools import cache

from litetts_edge.text.normalize.classes.reader import Reader, reader
from litetts_edge.text.normalize.classes.tables import Tables, Unit
from litetts_edge.text.normalize.es import numbers, tables, words
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
            minus="menos",
            plus="más",
            comma="coma",
            point="punto",
            unit_point="punto",
            conjunction="y",
            half=Unit("medio", "media"),
            and_half="medio",
            and_half_f="media",
            decimals_grouped=2,
            months=tables.MONTHS,
            month_names=tables.MONTH_NAMES,
            first="primero",
            date="{day} de {month} de {year}",
            day_month="{day} de {month}",
            month_year="{month} de {year}",
            date_of=r"(?:de )?",
            year_of=r"(?: del? |, | )",
            date_cues=r"el|lunes|martes|miércoles|jueves|viernes|sábado|domingo|día|fecha|desde el|al",
            at="a las",
            time_cues="las|la",
            hour=Unit("hora", "horas", "f"),
            minute=Unit("minuto", "minutos"),
            second=Unit("segundo", "segundos"),
            day=Unit("día", "días"),
            units=tables.UNITS,
            per="por",
            powers=tables.POWERS,
            degrees=Unit("grado", "grados"),
            percent="por ciento",
            permille="por mil",
            currencies=tables.CURRENCIES,
            magnitudes=tables.MAGNITUDES,
            money_joint="con",
            minor_said=True,
            range_words=(r"(?:de|desde|entre|del)", "", "a"),
            scores=r"(?:ganó|perdió|venció|empató|empate|derrotó|marcador|resultado)",
            times="por",
            divided="entre",
            equals="igual a",
            ratio="a",
            ordinal_suffixes=tables.SUFFIXES,
            ordinal_nouns=r"(?:piso|lugar|puesto|grado|aniversario|derecha|izquierda|premio|curso|planta|puerta)",
            ordinal_articles=r"(?:el|del|al|su|artículo|art\.)",
            roman_before=tables.ROMAN_BEFORE,
            roman_after=tables.ROMAN_AFTER,
            roman_names=tables.NAMES,
            roman_name=tables.KING,
            roman_suffixes={},
            roman_firsts=frozenset(),
            phones=(
                r"(?:(?:\+|00)\d{1,3}[ .-]?)(?:\(?\d{1,4}\)?[ .-]?){1,5}\d{2,4}"
                r"|[6789]\d{2} \d{3} \d{3}|[89]\d{2}[ .-]\d{2}[ .-]\d{2}[ .-]\d{2}|[89]\d \d{3} \d{2} \d{2}"
                r"|[6789]\d{2}-\d{3}-\d{3}|[67]\d{2} \d{2} \d{2} \d{2}|\(\d{2,4}\) ?\d{3,4}[ -]?\d{3,4}"
                r"|\d{3}[-.]\d{3}[-.]\d{4}|[6789]\d{8}"
            ),
            phone_by_two=False,
            abbreviations=words.ABBREVIATIONS,
            before_name=words.BEFORE_NAME,
            before_number=words.BEFORE_NUMBER,
            after_number=words.AFTER_NUMBER,
            acronyms_said=words.SAID,
            acronyms_spelled=words.SPELLED,
            acronyms=words.ACRONYMS,
            syllables=r"(?:[BCDFGJKLMNPRSTVZ]?[LR]?[AEIOUÁÉÍÓÚ]{1,2}[NLRSDMZ]?){2,4}|[BCDFGLMNPRSTVZ][AEIOU][NLRSZX]",
            letters={},
            symbols=words.SYMBOLS,
            net_symbols=words.NET_SYMBOLS,
            net_words=words.NET_WORDS,
            number_sign="número",
            hashtag="hashtag",
            version="versión",
            states=words.STATES,
            short_states=words.SHORT_STATES,
            being="está|es|sigue",
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
