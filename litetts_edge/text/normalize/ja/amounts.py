"""Money, percentages, fractions, measures, ranges, scores, sums and plain numbers."""

from __future__ import annotations

import re

from litetts_edge.text.normalize.figures import BY_THOUSANDS as NUMBER
from litetts_edge.text.normalize.figures import (
    POINT,
    TO,
    VULGAR,
    SumWords,
    figures,
    is_fraction,
    is_signed,
    mixed_part,
    numeric,
    vulgar,
)
from litetts_edge.text.normalize.ja.numbers import before_group, cardinal, number
from litetts_edge.text.normalize.ja.units import CENTS, CURRENCIES, CURRENCY, WRITTEN, unit
from litetts_edge.text.normalize.ja.when import scored
from litetts_edge.text.normalize.scan import Rule, after, before, reading
from litetts_edge.text.tokens import Reading

_SIGN = r"(?:(?<![0-9A-Za-z%)\]:/.年月日時分秒円\-])[-+±])?"
_SCALE = r"(?: ?[万億兆千百]{1,2})?"
_ENGLISH_SCALE = {"k": "千", "K": "千", "M": "百万", "B": "十億", "bn": "十億", "T": "兆"}
_FIGURES = figures(NUMBER, sign=_SIGN, scale=_SCALE, units=WRITTEN, joint="(?: |と)")
_MONEY = re.compile(
    rf"(?P<sign>[-+]?)(?P<currency>(?<![A-Za-z]){CURRENCY}) ?(?P<minus>-?)(?P<n>{NUMBER})"
    rf"(?:{TO}(?:{CURRENCY})?(?P<to>{NUMBER}))?"
    rf"(?P<scale> ?(?:[万億兆千百]{{1,2}}|(?:[kKMBT]|bn)(?![A-Za-z0-9])))?(?P<own> ?(?:円|ドル|ユーロ|"
    rf"ポンド|元|ウォン))?"
)
_MONEY_AFTER = re.compile(rf"(?P<n>{_SIGN}{NUMBER})(?P<scale>{_SCALE}) ?(?P<currency>{CURRENCY})(?![A-Za-z0-9])")
_PERCENT = re.compile(rf"(?P<a>{_SIGN}{NUMBER})(?:(?P<pa> ?[%‰]?){TO}(?P<b>[-+]?{NUMBER}))? ?(?P<p>[%‰])")
_OPERATORS = {
    "+": "プラス", "-": "マイナス", "×": "かける", "*": "かける", "x": "かける", "X": "かける", "÷": "割る",
    "/": "割る", "=": "イコール",
    "<": "小なり", ">": "大なり", "≤": "小なりイコール", "≥": "大なりイコール", "≠": "ノットイコール",
    "≈": "ニアリーイコール",
    "±": "プラスマイナス",
}  # fmt: skip
_RANGE = re.compile(
    rf"(?<![0-9A-Za-z.\-])(?P<a>-?{NUMBER})(?P<ua>[万億兆千百]?)(?P<to>{TO})(?P<b>-?{NUMBER})(?!-[0-9]|"
    rf"[0-9.][0-9])"
)
_POWERS = {"²": "の二乗", "³": "の三乗"}
_SUM = SumWords(
    number,
    _OPERATORS,
    {"+": "プラス", "-": "マイナス", "±": "プラスマイナス"},
    _POWERS,
    to_the="の",
    th_power="乗",
)
_ADDRESSED = re.compile(r"(?:[町村区市目]|番地|住所は?)$")


def _money(match: re.Match[str]) -> Reading | None:
    name = (match["own"] or "").strip() or CURRENCIES[match["currency"]]
    scale = (match["scale"] or "").strip()
    scale = _ENGLISH_SCALE.get(scale, scale)
    minus = "マイナス" if "-" in (match["sign"], match["minus"]) else ""
    if not match["to"]:
        return reading(match, "money", minus + amount(match["n"], scale, name))
    return reading(
        match, "money", f"{minus}{before_group(match['n'], scale)}から{amount(match['to'], scale, name)}"
    )


def amount(written: str, scale: str, name: str) -> str:
    """A sum of money, its hundredths as cents where the currency has them."""
    whole, point, part = written.partition(".")
    if point and not scale and not part.strip("0"):
        return number(whole) + name
    if point and not scale and len(part) == 2 and name in CENTS:
        cents = cardinal(part) + CENTS[name]
        return cents if not whole.strip("0") else number(whole) + name + cents
    return before_group(written, scale) + scale + name


def _money_after(match: re.Match[str]) -> Reading | None:
    spoken = amount(match["n"], match["scale"].strip(), CURRENCIES[match["currency"]])
    return reading(match, "money", spoken)


def _percent(match: re.Match[str]) -> Reading | None:
    of = {"%": "パーセント", "‰": "パーミル"}
    spoken = number(match["a"])
    if match["b"]:
        spoken += of.get(match["pa"].strip(), "") + "から" + number(match["b"])
    return reading(match, "percent", spoken + of[match["p"]])


def fraction(above: str, below: str) -> str:
    """`1`, `3` is 三分の一."""
    return f"{number(below)}分の{number(above)}"


def _fraction(match: re.Match[str]) -> Reading | None:
    if not is_fraction(match):
        return None
    sign = {"-": "マイナス", "+": "プラス", "±": "プラスマイナス"}.get(match["sign"], "")
    return reading(match, "fraction", sign + fraction(match["a"], match["b"]), 0.3)


def _mixed(match: re.Match[str]) -> Reading | None:
    part = mixed_part(match)
    if part is None:
        return None
    sign = "マイナス" if is_signed(match) else ""
    return reading(match, "fraction", sign + number(match["w"]) + "と" + fraction(*part))


def _measure(match: re.Match[str]) -> Reading | None:
    lead, name = unit(match["unit"])
    scale = match["scale"].strip()
    spoken = before_group(match["a"], scale)
    if match["b"]:
        spoken += "から" + before_group(match["b"], scale)
    return reading(match, "unit", lead + spoken + scale + name)


def _measures(match: re.Match[str]) -> Reading | None:
    (lead, first), (_, second) = unit(match["ua"]), unit(match["unit"])
    return reading(match, "unit", f"{lead}{number(match['a'])}{first}から{number(match['b'])}{second}")


def _sum(match: re.Match[str]) -> Reading | None:
    text = match[0]
    if not re.search(r"[=+×÷*<>≤≥≠≈±^xX]", text[1:]) and not re.search(r" [-/] ", text):
        return None
    return reading(match, "math", _SUM.spoken(_FIGURES.piece, text))


def _ratio(match: re.Match[str]) -> Reading | None:
    spoken = "対".join(number(part) for part in match.group("a", "b", "c") if part)
    return reading(match, "score" if scored(match) else "ratio", spoken)


def _range(match: re.Match[str]) -> Reading | None:
    below, above = numeric(match["a"]), numeric(match["b"])
    if "~" not in match["to"] and scored(match):
        return reading(match, "score", number(match["a"]) + "対" + number(match["b"]), 0.1)
    if "~" not in match["to"] and _ADDRESSED.search(before(match, 3)):
        return reading(match, "id", number(match["a"]) + "の" + number(match["b"]), 0.2)
    if "~" in match["to"] or below < above or match["ua"]:
        first = before_group(match["a"], match["ua"]) + match["ua"]
        return reading(match, "range", first + "から" + before_group(match["b"], after(match, 1)), 0.2)
    return reading(match, "math", number(match["a"]) + "マイナス" + number(match["b"]), 0.7)


def _number(match: re.Match[str]) -> Reading | None:
    written = match["n"]
    kind = "ordinal" if before(match, 1) == "第" else "decimal" if "." in written else "cardinal"
    return reading(match, kind, before_group(written, after(match, 1)))


RULES: tuple[Rule, ...] = (
    (_MONEY, _money),
    (_MONEY_AFTER, _money_after),
    (_PERCENT, _percent),
    (_FIGURES.mixed, _mixed),
    (_FIGURES.sum, _sum),
    (_FIGURES.fraction, _fraction),
    (_FIGURES.measures, _measures),
    (_FIGURES.measure, _measure),
    (_FIGURES.ratio, _ratio),
    (_RANGE, _range),
    (_FIGURES.power, lambda m: reading(m, "math", number(m["n"]) + _POWERS[m["power"]])),
)
PLAIN: tuple[Rule, ...] = (
    (_FIGURES.number, _number),
    (POINT, lambda m: reading(m, "decimal", number(m[0]))),
    (re.compile(VULGAR), lambda m: reading(m, "fraction", fraction(*vulgar(m[0])))),
)
