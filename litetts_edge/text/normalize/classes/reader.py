"""A language's reader: all classes over one sentence, in the order of what is surest."""

from __future__ import annotations

from dataclasses import dataclass

from litetts_edge.text.normalize.classes.addresses import address_rules, code_rules, mixed_rules
from litetts_edge.text.normalize.classes.counted import glued_rules, measure_rules, number_rules
from litetts_edge.text.normalize.classes.dates import date_rules, time_rules
from litetts_edge.text.normalize.classes.money import money_rules
from litetts_edge.text.normalize.classes.ranks import rank_rules
from litetts_edge.text.normalize.classes.say_as import say_as
from litetts_edge.text.normalize.classes.scan import Rule, scan
from litetts_edge.text.normalize.classes.tables import Tables
from litetts_edge.text.normalize.classes.words import (
    abbreviation_rules,
    acronym_rules,
    last_rules,
    math_rules,
    state_rules,
    symbol_rules,
)
from litetts_edge.text.tokens import Reading


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads sentences of one language."""

    tables: Tables
    rules: tuple[Rule, ...]

    def read(self, text: str, region: str = "") -> list[Reading]:
        """What of a cleaned sentence is not read as it is written, in order. `region` makes no difference."""
        return scan(text, self.rules)

    def read_as(self, text: str, interpret_as: str, form: str = "", region: str = "") -> str | None:
        """What SSML's say-as asks for, in words; None when `text` cannot be read so."""
        return say_as(self.tables, self.rules, text, interpret_as, form)


def reader(tables: Tables) -> Reader:
    """Compiles the rules; a language does it once."""
    ranks = rank_rules(tables)
    halves, *measures = measure_rules(tables)
    rules = [
        *address_rules(tables),
        *state_rules(tables),
        *code_rules(tables),
        halves,
        *date_rules(tables),
        *time_rules(tables),
        *money_rules(tables),
        *(rule for rule in ranks if rule.kind == "ordinal"),
        *measures,
        *abbreviation_rules(tables),
        *(rule for rule in ranks if rule.kind == "roman"),
        *math_rules(tables),
        *glued_rules(tables),
        *mixed_rules(tables),
        *symbol_rules(tables),
        *number_rules(tables),
        *acronym_rules(tables),
        *last_rules(tables),
    ]
    return Reader(tables, tuple(rules))
