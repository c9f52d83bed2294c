"""Abbreviations, acronyms, symbols, and values of a home."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial

from litetts_edge.text.normalize.classes.addresses import say_letters
from litetts_edge.text.normalize.classes.figures import say_digits, say_whole
from litetts_edge.text.normalize.classes.scan import Rule, alternatives
from litetts_edge.text.normalize.classes.tables import Tables


def _look_up(table: Mapping[str, str], match: re.Match[str]) -> str | None:
    written = match["R"]
    for key in (written, written.lower(), written + ".", written.lower() + "."):
        if key in table:
            return table[key]
    return None


def _written(names: Mapping[str, str]) -> str:
    """Names as they are, capitalised, and without the last dot where it ends the sentence too."""
    forms = set(names) | {name[0].upper() + name[1:] for name in names}
    open_ended = {form for form in forms if form[-1] in ".º°/"}
    stops = {form[:-1] for form in forms if form.endswith(".")}
    return (
        rf"(?:{alternatives(open_ended)}(?![^\W\d])(?!$)|{alternatives(stops)}(?=\.$)"
        rf"|{alternatives(forms - open_ended)}(?!\w))"
    )


def _acronym(tables: Tables, match: re.Match[str]) -> str | None:
    written = match["a"]
    if written in tables.acronyms:
        return tables.acronyms[written]
    if written in tables.acronyms_said:
        return None
    if written in tables.acronyms_spelled:
        return say_letters(tables, written)
    sayable = len(written) > 2 and re.fullmatch(tables.syllables, written) is not None
    if sayable or _shouted(match.string):
        return None
    return say_letters(tables, written) if len(written) <= 6 else None


def _shouted(text: str) -> bool:
    """A sentence all in capitals says nothing by them."""
    words: list[str] = re.findall(r"[^\W\d_]{2,}", text[:400])
    capitals = sum(word.isupper() for word in words)
    return capitals >= 2 and capitals * 2 > len(words)


def _dotted_letters(tables: Tables, match: re.Match[str]) -> str | None:
    letters = match["R"].replace(".", "").replace(" ", "")
    if letters in tables.acronyms:
        return tables.acronyms[letters]
    return None if letters in tables.acronyms_said else say_letters(tables, letters)


def _symbol(tables: Tables, match: re.Match[str]) -> str | None:
    return tables.symbols.get(match[0])


def _number_sign(tables: Tables, match: re.Match[str]) -> str:
    return f"{tables.number_sign} {say_whole(tables, match['n'])}"


def _joined(tables: Tables, match: re.Match[str]) -> str | None:
    first, last = match["a"], match["b"]
    key = f"{first}/{last}".lower()
    if key in tables.slash_joins:
        return tables.slash_joins[key]
    if first.isupper() and last.isupper() and len(first) <= 3:
        return f"{say_letters(tables, first)} {tables.net_symbols['/']} {say_letters(tables, last)}"
    return f"{first} {tables.net_symbols['/']} {last}"


def _state(tables: Tables, match: re.Match[str]) -> str | None:
    return tables.states.get(match["R"].lower()) or tables.short_states.get(match["R"].lower())


def _math(tables: Tables, match: re.Match[str]) -> str | None:
    sign = match["R"]
    return {
        "-": tables.minus, "−": tables.minus, "–": tables.minus, "x": tables.times, "X": tables.times,
        "×": tables.times, "*": tables.times, "·": tables.times, "/": tables.divided, "÷": tables.divided,
        ":": tables.divided, "+": tables.plus, "=": tables.equals,
    }.get(sign)  # fmt: skip


def _last(tables: Tables, match: re.Match[str]) -> str:
    digits = match[0]
    return say_whole(tables, digits) if len(digits) <= 15 else say_digits(tables, digits)


def state_rules(tables: Tables) -> list[Rule]:
    states, short = alternatives(tables.states), alternatives(tables.short_states)
    return [
        Rule("state", re.compile(rf"(?i:(?<![\w.])(?P<R>{states})(?![\w]))"), partial(_state, tables)),
        Rule(
            "state",
            re.compile(rf"(?i:(?:^|: |(?<!\w)(?:{tables.being}) )(?P<R>{short})(?=[.!]?$))"),
            partial(_state, tables),
        ),
    ]


def abbreviation_rules(tables: Tables) -> list[Rule]:
    """Abbreviations, longest first; each by what stands beside it."""
    edge = r"(?<![\w.])"
    patterns = [
        (tables.before_name, rf"{edge}(?P<R>{_written(tables.before_name)})(?=[ -]?[A-ZÀ-Þ])"),
        (tables.before_number, rf"{edge}(?P<R>{_written(tables.before_number)})(?= ?[\dIVXLC])"),
        (tables.after_number, rf"(?<=\d) ?(?P<R>{_written(tables.after_number)})"),
        (tables.abbreviations, rf"{edge}(?P<R>{_written(tables.abbreviations)})"),
    ]
    # Alone, as a label or in a list, it is said in full too; single letters are letters.
    alone = {name: said for table in (tables.before_name, tables.before_number) for name, said in table.items()}
    alone = {name: said for name, said in alone.items() if len(name) > 2 and name.endswith(".")}
    patterns.append((alone, rf"^(?P<R>{alternatives(alone)})$"))
    return [
        Rule("abbreviation", re.compile(pattern), partial(_look_up, table)) for table, pattern in patterns if table
    ]


def acronym_rules(tables: Tables) -> list[Rule]:
    capitals = "A-ZÀ-ÖØ-Þ"
    dotted = rf"(?<![\w.])(?P<R>(?:[{capitals}]\.){{2,6}}(?:[{capitals}](?![\w.]))?)(?!\w)(?!$)"
    ending = rf"(?<![\w.])(?P<R>(?:[{capitals}]\.){{1,6}}[{capitals}])(?=\.$)"
    return [
        Rule("letters", re.compile(dotted), partial(_dotted_letters, tables)),
        Rule("letters", re.compile(ending), partial(_dotted_letters, tables)),
        Rule(
            "acronym",
            re.compile(rf"(?<![\w])(?P<R>(?P<a>[{capitals}]{{2,7}}))s?(?!\w)(?!'\w)"),
            partial(_acronym, tables),
        ),
    ]


def math_rules(tables: Tables) -> list[Rule]:
    """Signs between numbers or single letters, spaced."""
    spaced = r"(?<=[\d)²³]) (?P<R>[-−–xX×*·/÷:+=]) (?=[(\d]|[a-zπ]\b)"
    tight = r"(?<=\d)(?P<R>[+=×*÷])(?=[\d(a-z])"
    after = r"(?<![\w'][a-z])(?<=[a-z]) (?P<R>[-−+=×*÷]) (?=[\d(]|[a-z]\b)"
    return [Rule("math", re.compile(pattern), partial(_math, tables)) for pattern in (spaced, tight, after)]


def symbol_rules(tables: Tables) -> list[Rule]:
    """The last: what is left must not stay."""
    slash = r"(?<![\w/])(?P<a>[^\W\d_]{1,30}+)/(?P<b>[^\W\d_]{1,30}+)(?![\w/])"
    number = r"(?<![\w#])# ?(?P<n>\d{1,12})(?![\w])"
    return [
        Rule("symbol", re.compile(slash), partial(_joined, tables)),
        Rule("symbol", re.compile(number), partial(_number_sign, tables)),
    ]


def last_rules(tables: Tables) -> list[Rule]:
    return [
        Rule("symbol", re.compile(alternatives(tables.symbols)), partial(_symbol, tables)),
        Rule("digits", re.compile(r"\d++"), partial(_last, tables), 0.5),
    ]
