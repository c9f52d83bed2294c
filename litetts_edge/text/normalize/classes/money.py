"""Amounts of money: sign or code before or after, hundredths, magnitudes."""

from __future__ import annotations

import re
from functools import partial

from litetts_edge.text.normalize.classes.counted import unit_of
from litetts_edge.text.normalize.classes.figures import (
    BEGIN,
    NUMBER,
    Figure,
    figure,
    say_figure,
    say_sign,
    say_whole,
)
from litetts_edge.text.normalize.classes.scan import Rule, alternatives
from litetts_edge.text.normalize.classes.tables import Currency, Magnitude, Tables


def _thousands(number: Figure) -> Figure:
    """Money has no thousandths: `$1,000` is a thousand in either way of writing."""
    if number.mark and len(number.decimals) == 3 and number.digits != "0" and len(number.digits) <= 3:
        return Figure(number.sign, number.digits + number.decimals, "", "")
    return number


def say_money(
    tables: Tables, number: Figure, currency: Currency, magnitude: Magnitude | None = None, name: str = ""
) -> str:
    """`doce euros con cincuenta céntimos`, `tres millones de dólares`."""
    major = currency.major
    if magnitude is not None:
        if not magnitude.noun and not number.mark and len(number.digits) < 12:
            return _two_parts(tables, Figure(number.sign, number.digits + "000", "", ""), currency)
        amount = say_figure(tables, number, "m" if magnitude.noun else major.gender)
        word = magnitude.one if tables.singular(number.value) else magnitude.many
        if name in {magnitude.one, magnitude.many}:
            word = name  # as written: 1,5 milhão
        return f"{amount} {word} {tables.of(major.many) if magnitude.noun else major.many}"
    number = _thousands(number)
    if len(number.decimals) > 2 or (number.mark and currency.minor is None):
        word = major.one if tables.singular(number.value) else major.many
        return f"{say_figure(tables, number, major.gender, measured=True)} {word}"
    return _two_parts(tables, number, currency)


def _two_parts(tables: Tables, number: Figure, currency: Currency) -> str:
    major, minor = currency.major, currency.minor
    hundredths = int(number.decimals.ljust(2, "0")) if number.decimals else 0
    word = major.one if number.whole == 1 or (tables.singular(0) and number.whole == 0) else major.many
    if number.whole >= 1_000_000 and number.whole % 1_000_000 == 0:
        word = tables.of(word)
    spoken = f"{say_sign(tables, number.sign)}"
    small = ""
    if hundredths and minor is not None:
        small = tables.cardinal(hundredths, minor.gender) + " " + (minor.one if hundredths == 1 else minor.many)
    if small and number.whole == 0:
        return spoken + small
    spoken += f"{say_whole(tables, number.digits, major.gender)} {word}"
    if small and tables.minor_said:
        return f"{spoken} {tables.money_joint} {small}"
    return f"{spoken} {tables.cardinal(hundredths)}" if hundredths else spoken


def _money(tables: Tables, match: re.Match[str]) -> str | None:
    written = match["code"]
    currency = tables.currencies.get(written) or tables.currencies.get(written.replace(" ", ""))
    if currency is None:
        return None
    name = match["magnitude"]
    magnitude = tables.magnitudes.get(name.rstrip()) if name else None
    sign = match["sign"] or ""
    spoken = say_money(tables, figure(sign + match["n"]), currency, magnitude, name or "")
    per = match["per"]
    if per:
        unit = unit_of(tables, per)
        word = unit.one if unit else per
        spoken += f" {tables.per_of(word) if tables.per_of else f'{tables.per} {word}'}"
    return spoken


def money_rules(tables: Tables) -> list[Rule]:
    """Before units, since codes and units share letters."""
    code = alternatives(tables.currencies)
    magnitude = alternatives(tables.magnitudes)
    sign = r"(?P<sign>(?<![\w)])[-−–+])?"
    per = r"(?: ?/ ?(?P<per>[^\W\d_]{1,12}[²³]?)(?![\w/]))?"
    ahead = alternatives(
        name for name in tables.currencies if not name.isalpha() or (name.isupper() and len(name) > 2)
    )
    before = (
        rf"(?<![\w$€£])(?<!\d ){sign}(?P<code>{ahead}) ?(?P<n>[-−]?{NUMBER})(?: "
        rf"?(?P<magnitude>{magnitude})(?!\w))?{per}(?![\w%])"
    )
    joint = r"(?:d[ei] |d')?"
    after = (
        rf"{BEGIN}{sign}(?P<n>{NUMBER}) ?(?:(?P<magnitude>{magnitude}) ?{joint})?(?P<code>{code})(?![\w$€£]){per}"
    )
    return [Rule("money", re.compile(pattern), partial(_money, tables)) for pattern in (before, after)]
