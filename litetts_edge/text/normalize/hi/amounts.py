"""Money, percentages, fractions, measures, ranges, scores, sums, ordinals and plain numbers."""

from __future__ import annotations

import re

from litetts_edge.text.normalize.hi.numbers import cardinal, number, ordinal
from litetts_edge.text.normalize.hi.units import ABBREVIATIONS, CURRENCIES, CURRENCY, SAME_AS, WRITTEN, unit
from litetts_edge.text.normalize.hi.when import scored
from litetts_edge.text.normalize.scan import Rule, after, before, reading
from litetts_edge.text.tokens import Reading

NUMBER = r"(?:[0-9]{1,3}(?:,[0-9]{2,3}){1,8}(?![0-9]|,[0-9])|[0-9]{1,40})(?:\.[0-9]{1,40})?(?![0-9])"
"""Digits, with commas by lakhs or by thousands, and a part after the point."""
_SIGN = r"(?:(?<![0-9A-Za-z\u0900-\u0963%)\]:/.\-])[-+±])?"
_SCALE = r"(?:(?: ?(?:हज़ार|हजार|लाख|करोड़|अरब|खरब|मिलियन|बिलियन)){1,2}(?![\u0900-\u0963]))?"
_TO = r" ?[-~–—] ?"
_WORD = r"(?![A-Za-z0-9\u0900-\u0963])"

_MONEY = re.compile(
    rf"(?<![A-Za-z\u0900-\u0963])(?P<sign>[-+]?)(?P<currency>{CURRENCY}) ?(?P<minus>-?)(?P<n>{NUMBER})"
    rf"(?:{_TO}(?:{CURRENCY} ?)?(?P<to>{NUMBER}))?(?:/-)?(?P<scale>{_SCALE})(?P<own> ?(?:रुपये|रुपए|रुपया|"
    rf"डॉलर|यूरो|पाउंड){_WORD})?"
)
_MONEY_AFTER = re.compile(
    rf"(?P<n>{_SIGN}{NUMBER})(?P<scale>{_SCALE}) ?(?P<currency>{CURRENCY})(?![A-Za-z0-9\u0900-\u0963])"
)
_RUPEES = re.compile(r"(?P<n>[0-9]{1,3}(?:,[0-9]{2,3}){0,8}\.[0-9]{2}) (?:रुपये|रुपए)(?![\u0900-\u0963])")
_MONEY_DASH = re.compile(rf"(?P<n>{NUMBER})/-(?![0-9])")
_PERCENT = re.compile(rf"(?P<a>{_SIGN}{NUMBER})(?:(?P<pa> ?%?){_TO}(?P<b>[-+]?{NUMBER}))? ?(?P<p>[%‰])")
_MIXED = re.compile(
    r"(?<![0-9./])(?P<sign>-?)(?P<w>[0-9]{1,4})(?: (?P<a>[0-9]{1,3})/(?P<b>[0-9]{1,4})|"
    r" ?(?P<c>[½⅓⅔¼¾⅕⅖⅗⅘⅙⅛⅜⅝⅞]))(?![0-9/])"
)
_FRACTION = re.compile(rf"(?<![0-9./])(?P<sign>{_SIGN})(?P<a>[0-9]{{1,9}})/(?P<b>[0-9]{{1,9}})(?![0-9/]|\.[0-9])")
_VULGAR = {
    "½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4), "⅕": (1, 5), "⅖": (2, 5), "⅗": (3, 5),
    "⅘": (4, 5),
    "⅙": (1, 6), "⅛": (1, 8), "⅜": (3, 8), "⅝": (5, 8), "⅞": (7, 8),
}  # fmt: skip
_PARTS = {"½": "आधा", "¼": "एक चौथाई", "¾": "तीन चौथाई", "⅓": "एक तिहाई", "⅔": "दो तिहाई"}
_MEASURE = re.compile(rf"(?P<a>{_SIGN}{NUMBER})(?:{_TO}(?P<b>{NUMBER}))?(?P<scale>{_SCALE}) ?(?P<unit>{WRITTEN})")
_MEASURES = re.compile(rf"(?P<a>{_SIGN}{NUMBER}) ?(?P<ua>{WRITTEN}){_TO}(?P<b>-?{NUMBER}) ?(?P<unit>{WRITTEN})")
_DEGREES = re.compile(rf"(?P<n>(?<![0-9A-Za-z.])-{NUMBER})(?= ?(?:डिग्री|अंश|प्रतिशत|फ़ीसदी|फीसदी))")
_TERM = rf"(?:[-+]?{NUMBER}[²³]?)"
_SUM = re.compile(
    rf"(?<![0-9A-Za-z.])-?{_TERM}(?: ?[-+×*xX÷/=<>≤≥≠≈±^] ?{_TERM}){{1,12}}(?! ?[0-9A-Za-z%.][0-9]?)(?: ?=)?"
)
_OPERATORS = {
    "+": "प्लस", "-": "माइनस", "×": "गुणा", "*": "गुणा", "x": "गुणा", "X": "गुणा", "÷": "भाग", "/": "भाग",
    "=": "बराबर",
    "<": "से कम", ">": "से अधिक", "≤": "से कम या बराबर", "≥": "से अधिक या बराबर", "≠": "बराबर नहीं",
    "≈": "लगभग बराबर", "±": "प्लस माइनस",
}  # fmt: skip
_PIECE = re.compile(rf"(?P<op>[-+×*xX÷/=<>≤≥≠≈±^])|(?P<n>{NUMBER})(?P<power>[²³]?)")
_RATIO = re.compile(rf"(?<![0-9.:])(?P<a>{NUMBER}) ?: ?(?P<b>{NUMBER})(?: ?: ?(?P<c>{NUMBER}))?(?![0-9:])")
_RANGE = re.compile(rf"(?<![0-9A-Za-z.\-])(?P<a>-?{NUMBER})(?P<to>{_TO})(?P<b>-?{NUMBER})(?!-[0-9]|[0-9.][0-9])")
_POWER = re.compile(rf"(?P<n>{_SIGN}{NUMBER})(?P<power>[²³])")
_ORDINAL = re.compile(
    rf"(?P<n>[0-9]{{1,9}})(?:[- ]?(?P<e>वाँ|वां|वीं|वें|वी|वे|वा)|-?(?P<s>ला|ली|ले|रा|री|रे|था|थी|थे|ठा|ठी|"
    rf"ठे)){_WORD}"
)
_ENGLISH_ORDINAL = re.compile(r"(?P<n>[0-9]{1,4})(?:st|nd|rd|th)(?![A-Za-z0-9])")
_NUMBER = re.compile(rf"(?P<n>{_SIGN}{NUMBER})")
_POINT = re.compile(r"(?<![0-9.])\.[0-9]{1,20}(?![0-9.])")
_POWERS = {"²": " का वर्ग", "³": " का घन"}
_ABBREVIATION = re.compile(
    "(?<![\u0900-\u0963.])(?:" + "|".join(re.escape(a) for a in sorted(ABBREVIATIONS, key=len, reverse=True)) + ")"
)


def _money(match: re.Match[str]) -> Reading | None:
    name = match["currency"]
    minus = "माइनस " if "-" in (match["sign"], match["minus"]) else ""
    own = (match["own"] or "").strip()
    first = amount(match["n"], match["scale"].strip(), name, own) if not match["to"] else number(match["n"])
    last = " से " + amount(match["to"], match["scale"].strip(), name, own) if match["to"] else ""
    return reading(match, "money", minus + first + last)


def amount(written: str, scale: str, currency: str, own: str = "") -> str:
    """A sum of money: `50.25` in rupees is पचास रुपये पच्चीस पैसे."""
    one, several, hundredths = CURRENCIES[SAME_AS.get(currency, currency)]
    if own:
        one = several = own
    whole, point, part = written.lstrip("+-").replace(",", "").partition(".")
    if scale:
        return f"{number(written)} {' '.join(scale.split())} {several}"
    if point and part.strip("0") and (len(part) > 2 or not hundredths):
        return f"{number(written)} {several}"
    minus = "माइनस " if written[0] == "-" else ""
    cents = f"{cardinal(part.ljust(2, '0'))} {hundredths}" if part.strip("0") else ""
    if cents and not whole.strip("0"):
        return minus + cents
    name = one if whole.lstrip("0") == "1" else several
    return f"{minus}{number(whole)} {name} {cents}".rstrip()


def _money_after(match: re.Match[str]) -> Reading | None:
    return reading(match, "money", amount(match["n"], match["scale"].strip(), match["currency"]))


def _percent(match: re.Match[str]) -> Reading | None:
    of = {"%": "प्रतिशत", "‰": "प्रति हज़ार"}[match["p"]]
    spoken = number(match["a"], "माइनस")
    if match["b"]:
        spoken += (f" {of}" if match["pa"].strip() else "") + " से " + number(match["b"], "माइनस")
    return reading(match, "percent", f"{spoken} {of}")


def fraction(above: str, below: str) -> str:
    """`1`, `3` is एक बटा तीन."""
    return f"{number(above)} बटा {number(below)}"


def _fraction(match: re.Match[str]) -> Reading | None:
    if int(match["b"]) == 0 or (len(match["a"]) > 1 and match["a"][0] == "0"):
        return None
    sign = {"-": "ऋणात्मक ", "+": "प्लस ", "±": "प्लस माइनस "}.get(match["sign"], "")
    return reading(match, "fraction", sign + fraction(match["a"], match["b"]), 0.2)


def _mixed(match: re.Match[str]) -> Reading | None:
    whole = match["w"]
    above, below = map(str, _VULGAR[match["c"]]) if match["c"] else (match["a"], match["b"])
    if int(below) <= int(above):
        return None
    sign = "ऋणात्मक " if match["sign"] and not re.search(r"[0-9A-Za-z]$", before(match, 1)) else ""
    spoken = f"{number(whole)} सही {fraction(above, below)}"
    if match["c"] == "½":
        spoken = {"1": "डेढ़", "2": "ढाई"}.get(whole) or f"साढ़े {number(whole)}"
    elif match["c"] == "¼":
        spoken = f"सवा {number(whole)}"
    return reading(match, "fraction", sign + spoken)


def _measure(match: re.Match[str]) -> Reading | None:
    spoken = number(match["a"], "माइनस")
    if match["b"]:
        spoken += " से " + number(match["b"])
    scale = " ".join(match["scale"].split())
    name = unit(match["unit"])
    if name.startswith("घंटे") and match["a"] == "1" and not match["b"]:
        name = "घंटा"
    return reading(match, "unit", " ".join(part for part in (spoken, scale, name) if part))


def _measures(match: re.Match[str]) -> Reading | None:
    first, second = unit(match["ua"]), unit(match["unit"])
    return reading(
        match, "unit", f"{number(match['a'], 'माइनस')} {first} से {number(match['b'], 'माइनस')} {second}"
    )


def _sum(match: re.Match[str]) -> Reading | None:
    text = match[0]
    if not re.search(r"[=+×÷*<>≤≥≠≈±^xX]", text[1:]) and not re.search(r" [-/] ", text):
        return None
    words: list[str] = []
    wants_number = True
    for piece in _PIECE.finditer(text):
        if piece["n"]:
            words.append(number(piece["n"]) + _POWERS.get(piece["power"], ""))
            wants_number = False
        elif piece["op"] == "^":
            words.append("की घात")
        elif wants_number and piece["op"] in "+-±":
            words.append({"+": "प्लस", "-": "माइनस", "±": "प्लस माइनस"}[piece["op"]])
        else:
            words.append(_OPERATORS[piece["op"]])
            wants_number = True
    return reading(match, "math", " ".join(words))


def _ratio(match: re.Match[str]) -> Reading | None:
    return reading(
        match, "ratio", " अनुपात ".join(number(part) for part in match.group("a", "b", "c") if part), 0.2
    )


def _range(match: re.Match[str]) -> Reading | None:
    below, above = _value(match["a"]), _value(match["b"])
    if "~" not in match["to"] and scored(match):
        return reading(match, "score", f"{number(match['a'])} {number(match['b'])}", 0.1)
    if "~" in match["to"] or below < above:
        return reading(match, "range", f"{number(match['a'], 'माइनस')} से {number(match['b'], 'माइनस')}", 0.2)
    return reading(match, "math", f"{number(match['a'])} माइनस {number(match['b'])}", 0.7)


def _value(written: str) -> float:
    return float(written.replace(",", ""))


def _ordinal(match: re.Match[str]) -> Reading | None:
    value, special = int(match["n"]), match["s"]
    if special and {1: "ल", 2: "र", 3: "र", 4: "थ", 6: "ठ"}.get(value) != special[0]:
        return None
    return reading(match, "ordinal", ordinal(match["n"].lstrip("0") or "0", match["e"] or special))


def _abbreviation(match: re.Match[str]) -> Reading | None:
    """At the end of a sentence only after a number, or alone: else the full stop is the sentence's."""
    if not after(match, 2).strip() and not re.search(r"^$|[0-9] ?$", before(match, 2)):
        return None
    return reading(match, "abbreviation", ABBREVIATIONS[match[0]])


def _number(match: re.Match[str]) -> Reading | None:
    return reading(match, "decimal" if "." in match["n"] else "cardinal", number(match["n"]))


RULES: tuple[Rule, ...] = (
    (_MONEY, _money),
    (_MONEY_AFTER, _money_after),
    (_RUPEES, lambda m: reading(m, "money", amount(m["n"], "", "₹"))),
    (_MONEY_DASH, lambda m: reading(m, "money", amount(m["n"], "", "₹"))),
    (_PERCENT, _percent),
    (_MIXED, _mixed),
    (_SUM, _sum),
    (_FRACTION, _fraction),
    (_ORDINAL, _ordinal),
    (_ENGLISH_ORDINAL, lambda m: reading(m, "ordinal", ordinal(m["n"]))),
    (_MEASURES, _measures),
    (_MEASURE, _measure),
    (_DEGREES, lambda m: reading(m, "unit", number(m["n"], "माइनस"))),
    (_RATIO, _ratio),
    (_RANGE, _range),
    (_POWER, lambda m: reading(m, "math", number(m["n"]) + _POWERS[m["power"]])),
    (_ABBREVIATION, _abbreviation),
)
PLAIN: tuple[Rule, ...] = (
    (_NUMBER, _number),
    (_POINT, lambda m: reading(m, "decimal", number(m[0]))),
    (
        re.compile("[½⅓⅔¼¾⅕⅖⅗⅘⅙⅛⅜⅝⅞]"),
        lambda m: reading(m, "fraction", _PARTS.get(m[0]) or fraction(*map(str, _VULGAR[m[0]]))),
    ),
)
