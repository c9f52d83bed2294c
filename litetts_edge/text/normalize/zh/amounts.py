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
from litetts_edge.text.normalize.scan import Rule, after, before, reading
from litetts_edge.text.normalize.zh.numbers import counted, number
from litetts_edge.text.normalize.zh.units import CURRENCIES, CURRENCY, WRITTEN, unit
from litetts_edge.text.normalize.zh.when import scored
from litetts_edge.text.tokens import Reading

_SIGN = r"(?:(?<![0-9A-Za-z%)\]:/.年月日号點点分\-])[-+±])?"
_SCALE = r"(?: ?(?:万亿|[万萬亿億千百兆]{1,2}))?"
_ENGLISH_SCALE = {"k": "千", "K": "千", "M": "百万", "B": "十亿", "bn": "十亿", "T": "万亿"}
_FIGURES = figures(NUMBER, sign=_SIGN, scale=_SCALE, units=WRITTEN)
_MONEY = re.compile(
    rf"(?P<sign>[-+]?)(?P<currency>(?<![A-Za-z]){CURRENCY}) ?(?P<minus>-?)"
    rf"(?P<n>{NUMBER})(?:{TO}(?:{CURRENCY})?(?P<to>{NUMBER}))?"
    rf"(?P<scale> ?(?:万亿|[万萬亿億千百兆]{{1,2}}|(?:[kKMBT]|bn)(?![A-Za-z0-9])))?"
    rf"(?P<own> ?(?:元|美元|人民币|港元|港币|欧元|英镑|日元))?"
)
_MONEY_AFTER = re.compile(rf"(?P<n>{_SIGN}{NUMBER})(?P<scale>{_SCALE}) ?(?P<currency>{CURRENCY})(?![A-Za-z0-9])")
_PERCENT = re.compile(rf"(?P<a>{_SIGN}{NUMBER})(?: ?(?P<pa>[%‰]?){TO}(?P<b>[-+]?{NUMBER}))? ?(?P<p>[%‰])")
_OPERATORS = {
    "+": "加", "-": "减", "×": "乘", "*": "乘", "x": "乘", "X": "乘", "÷": "除以", "/": "除以", "=": "等于",
    "<": "小于", ">": "大于",
    "≤": "小于等于", "≥": "大于等于", "≠": "不等于", "≈": "约等于", "±": "正负",
}  # fmt: skip
_BY = re.compile(rf"(?P<a>{NUMBER}) ?[×xX*] ?(?P<b>{NUMBER})(?: ?[×xX*] ?(?P<c>{NUMBER}))?(?![A-Za-z0-9])")
_RANGE = re.compile(
    rf"(?<![0-9A-Za-z.\-])(?P<a>-?{NUMBER})(?P<ua>[万萬亿億千百]?)(?P<to>{TO})(?P<b>-?{NUMBER})(?!-[0-9]|"
    rf"[0-9.][0-9])"
)
_NUMBERED = re.compile("第(?:[0-9]{1,4} ?[、，,和与或及至到] ?){0,3}$")
_COMPARED = re.compile(rf"[<>≤≥≈＜＞](?= ?{_SIGN}[0-9])")
_POWERS = {"²": "的平方", "³": "的立方"}
_SUM = SumWords(number, _OPERATORS, {"+": "正", "-": "负", "±": "正负"}, _POWERS, to_the="的", th_power="次方")


def _plain(written: str) -> str:
    """A price without its cents when there are none."""
    return re.sub(r"\.0{1,2}$", "", written)


def _money(match: re.Match[str]) -> Reading | None:
    name = CURRENCIES[match["currency"]]
    scale = (match["scale"] or "").strip()
    scale = _ENGLISH_SCALE.get(scale, scale)
    amount = ("负" if "-" in (match["sign"], match["minus"]) else "") + counted(_plain(match["n"]), scale or name)
    if match["to"]:
        amount += "到" + counted(_plain(match["to"]), scale or name)
    own = (match["own"] or "").strip()
    return reading(match, "money", amount + scale + (own or name))


def _money_after(match: re.Match[str]) -> Reading | None:
    name, scale = CURRENCIES[match["currency"]], match["scale"].strip()
    return reading(match, "money", counted(_plain(match["n"]), scale or name) + scale + name)


def _percent(match: re.Match[str]) -> Reading | None:
    of = {"%": "百分之", "‰": "千分之"}
    spoken = of[match["p"]] + number(match["a"])
    if match["b"]:
        spoken += "到" + of[match["p"]] + number(match["b"])
    return reading(match, "percent", spoken)


def fraction(above: str, below: str) -> str:
    """`1`, `3` is 三分之一."""
    return f"{number(below)}分之{number(above)}"


def _fraction(match: re.Match[str]) -> Reading | None:
    if not is_fraction(match):
        return None
    sign = {"-": "负", "+": "正", "±": "正负"}.get(match["sign"], "")
    doubtful = int(match["a"]) >= int(match["b"])
    return reading(match, "fraction", sign + fraction(match["a"], match["b"]), 0.5 if doubtful else 0.1)


def _mixed(match: re.Match[str]) -> Reading | None:
    part = mixed_part(match)
    if part is None:
        return None
    sign = "负" if is_signed(match) else ""
    return reading(match, "fraction", sign + number(match["w"]) + "又" + fraction(*part))


def _with_unit(spoken: str, written: str) -> str:
    name, per = unit(written)
    if per == "每小时" and name in {"公里", "英里", "米"}:
        return per + spoken + name
    return spoken + name + per


def _measure(match: re.Match[str]) -> Reading | None:
    name = match["scale"].strip() or unit(match["unit"])[0]
    spoken = counted(match["a"], name)
    if match["b"]:
        spoken += "到" + counted(match["b"], name)
    return reading(match, "unit", _with_unit(spoken + match["scale"].strip(), match["unit"]))


def _measures(match: re.Match[str]) -> Reading | None:
    first, second = unit(match["ua"])[0], unit(match["unit"])[0]
    spoken = counted(match["a"], first) + first + "到" + counted(match["b"], second) + second
    return reading(match, "unit", spoken + unit(match["unit"])[1])


def _sum(match: re.Match[str]) -> Reading | None:
    text = match[0]
    if not re.search(r"[=+×÷*<>≤≥≠≈±^]", text[1:]) and not re.search(r" [-/] ", text):
        return None
    if re.fullmatch(rf"{NUMBER} ?[*xX×] ?{NUMBER}(?: ?[*xX×] ?{NUMBER})?", text):
        return None
    return reading(match, "math", _SUM.spoken(_FIGURES.piece, text))


def _by(match: re.Match[str]) -> Reading | None:
    return reading(match, "math", "乘".join(number(part) for part in match.group("a", "b", "c") if part), 0.1)


def _ratio(match: re.Match[str]) -> Reading | None:
    spoken = "比".join(number(part) for part in match.group("a", "b", "c") if part)
    return reading(match, "score" if scored(match) else "ratio", spoken)


def _range(match: re.Match[str]) -> Reading | None:
    below, above = numeric(match["a"]), numeric(match["b"])
    if "~" not in match["to"] and scored(match):
        return reading(match, "score", number(match["a"]) + "比" + number(match["b"]), 0.1)
    if "~" in match["to"] or below < above or match["ua"]:
        following = after(match)
        first = counted(match["a"], match["ua"] or following) + match["ua"]
        return reading(match, "range", first + "到" + counted(match["b"], following), 0.2)
    return reading(match, "math", number(match["a"]) + "减" + number(match["b"]), 0.7)


def _number(match: re.Match[str]) -> Reading | None:
    written = match["n"]
    if _NUMBERED.search(before(match)):
        return reading(match, "ordinal", number(written))
    kind = "decimal" if "." in written else "cardinal"
    return reading(match, kind, counted(written, after(match, 4)))


RULES: tuple[Rule, ...] = (
    (_MONEY, _money),
    (_MONEY_AFTER, _money_after),
    (_PERCENT, _percent),
    (_FIGURES.mixed, _mixed),
    (_FIGURES.sum, _sum),
    (_FIGURES.fraction, _fraction),
    (_FIGURES.measures, _measures),
    (_FIGURES.measure, _measure),
    (_BY, _by),
    (_FIGURES.ratio, _ratio),
    (_RANGE, _range),
    (_FIGURES.power, lambda m: reading(m, "math", number(m["n"]) + _POWERS[m["power"]])),
)
PLAIN: tuple[Rule, ...] = (
    (_FIGURES.number, _number),
    (POINT, lambda m: reading(m, "decimal", "零" + number(m[0]).removeprefix("零"))),
    (_COMPARED, lambda m: reading(m, "math", _OPERATORS[m[0]])),
    (re.compile(VULGAR), lambda m: reading(m, "fraction", fraction(*vulgar(m[0])))),
)
