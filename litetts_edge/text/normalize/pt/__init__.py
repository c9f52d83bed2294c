"""Portuguese, as in Brazil. The region is ignored."""

from __future__ import annotations

from litetts_edge.text.normalize.classes.reader import reader
from litetts_edge.text.normalize.classes.tables import Roman, Tables, Unit
from litetts_edge.text.normalize.pt import numbers, tables, words

_PORTUGUESE = reader(
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
        plus="mais",
        comma="vírgula",
        point="ponto",
        unit_point="vírgula",
        conjunction="e",
        half=Unit("meio", "meia"),
        and_half="meio",
        and_half_f="meia",
        decimals_grouped=2,
        months=tables.MONTHS,
        month_names=tables.MONTH_NAMES,
        first="primeiro",
        date="{day} de {month} de {year}",
        day_month="{day} de {month}",
        month_year="{month} de {year}",
        date_of=r"(?:de )?",
        year_of=r"(?: de |, | )",
        date_cues=(
            r"em|dia|no dia|até|desde|data|(?:segunda|terça|quarta|quinta|sexta)(?:-feira)?,?|sábado,?|"
            r"domingo,?"
        ),
        at="às",
        time_cues=r"(?!)",
        hour=Unit("hora", "horas", "f"),
        minute=Unit("minuto", "minutos"),
        second=Unit("segundo", "segundos"),
        day=Unit("dia", "dias"),
        units=tables.UNITS,
        per="por",
        powers=tables.POWERS,
        degrees=Unit("grau", "graus"),
        percent="por cento",
        permille="por mil",
        currencies=tables.CURRENCIES,
        magnitudes=tables.MAGNITUDES,
        money_joint="e",
        minor_said=True,
        range_words=(r"(?:de|desde|entre|do)", "", "a"),
        scores=r"(?:ganhou|venceu|perdeu|empat|derrotou|placar|resultado|goleou)",
        times="por",
        divided="dividido por",
        equals="igual a",
        ratio="para",
        ordinal_suffixes=tables.SUFFIXES,
        ordinal_nouns=r"(?:andar|lugar|grau|prêmio|aniversário|colocado|ano|turno|artigo|dia|batalhão)",
        ordinal_articles=r"(?:o|do|ao|no)",
        roman_before=tables.ROMAN_BEFORE,
        roman_after=tables.ROMAN_AFTER,
        roman_names=tables.NAMES,
        roman_name=Roman("m", 10),
        roman_suffixes={},
        roman_firsts=frozenset(),
        phones=(
            r"(?:\+55 ?)?\(?\d{2}\) ?9?[ .]?\d{4}[- .]?\d{4}|\+55 ?\d{2} ?9?\d{4}[- .]?\d{4}|\d{2} 9?\d{4}[- "
            r"]\d{4}"
            r"|(?!(?:1[5-9]|20)\d\d-(?:1[5-9]|20)\d\d)9?\d{4}-\d{4}|\d{5}-\d{3}|\d{3}\.\d{3}\.\d{3}-\d{2}|"
            r"0800[ -]?\d{3}[ -]?\d{3,4}|0300[ -]?\d{3}[ -]?\d{3,4}"
            r"|(?:\+|00)\d{1,3}[ .-]?(?:\(?\d{1,4}\)?[ .-]?){1,5}\d{2,4}"
        ),
        phone_by_two=False,
        abbreviations=words.ABBREVIATIONS,
        before_name=words.BEFORE_NAME,
        before_number=words.BEFORE_NUMBER,
        after_number=words.AFTER_NUMBER,
        acronyms_said=words.SAID,
        acronyms_spelled=words.SPELLED,
        acronyms=words.ACRONYMS,
        syllables=r"(?:[BCDFGJLMNPRSTVZ]?[LR]?[AEIOUÃÕ]{1,2}[NLRSMZ]?){2,4}",
        letters={},
        symbols=words.SYMBOLS,
        net_symbols=words.NET_SYMBOLS,
        net_words=words.NET_WORDS,
        number_sign="número",
        hashtag="hashtag",
        version="versão",
        states=words.STATES,
        short_states=words.SHORT_STATES,
        being="está|é|continua",
        slash_joins=words.SLASH_JOINS,
    )
)
read, read_as = _PORTUGUESE.read, _PORTUGUESE.read_as
