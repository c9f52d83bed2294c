"""Money: signs and codes before or after the amount, magnitudes, cents, prices by the unit, basis points."""

from __future__ import annotations

import re
from dataclasses import dataclass

from litetts_edge.text.normalize.en import spell
from litetts_edge.text.normalize.en.rules import DASH, END, NUMBER, SIGN, Rule, Sentence
from litetts_edge.text.normalize.en.units import spoken_unit
from litetts_edge.text.tokens import Reading


@dataclass(frozen=True, slots=True)
class Currency:
    """The names of a currency and of its hundredth; no hundredth, no cents."""

    one: str
    many: str
    cent: str = ""
    cents: str = ""


def _dollars(country: str = "") -> Currency:
    return Currency(f"{country}dollar", f"{country}dollars", "cent", "cents")


_CURRENCIES = {
    "$": _dollars(),
    "US$": _dollars("U S "),
    "A$": _dollars("Australian "),
    "AU$": _dollars("Australian "),
    "C$": _dollars("Canadian "),
    "CA$": _dollars("Canadian "),
    "NZ$": _dollars("New Zealand "),
    "HK$": _dollars("Hong Kong "),
    "S$": _dollars("Singapore "),
    "$NZ": _dollars("New Zealand "),
    "$US": _dollars("U S "),
    "US $": _dollars("U S "),
    "NZ $": _dollars("New Zealand "),
    "AU $": _dollars("Australian "),
    "Rs": Currency("rupee", "rupees", "paisa", "paise"),
    "R$": Currency("real", "reais", "centavo", "centavos"),
    "£": Currency("pound", "pounds", "penny", "pence"),
    "€": Currency("euro", "euros", "cent", "cents"),
    "¥": Currency("yen", "yen"),
    "₹": Currency("rupee", "rupees", "paisa", "paise"),
    "₩": Currency("won", "won"),
    "₽": Currency("ruble", "rubles", "kopek", "kopeks"),
    "₺": Currency("lira", "lira", "kurus", "kurus"),
    "₿": Currency("bitcoin", "bitcoins"),
    "₪": Currency("shekel", "shekels", "agora", "agorot"),
    "₴": Currency("hryvnia", "hryvnias", "kopek", "kopeks"),
    "USD": _dollars("U S "),
    "CAD": _dollars("Canadian "),
    "AUD": _dollars("Australian "),
    "NZD": _dollars("New Zealand "),
    "EUR": Currency("euro", "euros", "cent", "cents"),
    "GBP": Currency("pound", "pounds", "penny", "pence"),
    "JPY": Currency("yen", "yen"),
    "CNY": Currency("yuan", "yuan"),
    "RMB": Currency("yuan", "yuan"),
    "KRW": Currency("won", "won"),
    "INR": Currency("rupee", "rupees", "paisa", "paise"),
    "CHF": Currency("Swiss franc", "Swiss francs", "centime", "centimes"),
    "SEK": Currency("Swedish krona", "Swedish kronor"),
    "NOK": Currency("Norwegian krone", "Norwegian kroner"),
    "DKK": Currency("Danish krone", "Danish kroner"),
    "PLN": Currency("zloty", "zlotys", "grosz", "groszy"),
    "CZK": Currency("Czech koruna", "Czech korunas"),
    "HUF": Currency("forint", "forints"),
    "BRL": Currency("real", "reais", "centavo", "centavos"),
    "MXN": Currency("Mexican peso", "Mexican pesos", "centavo", "centavos"),
    "ZAR": Currency("rand", "rand", "cent", "cents"),
    "RUB": Currency("ruble", "rubles", "kopek", "kopeks"),
    "TRY": Currency("lira", "lira"),
    "BTC": Currency("bitcoin", "bitcoins"),
}
_SIGNS = r"(?:\$(?:NZ|US)(?=[0-9])|(?:US|NZ|AU) \$|Rs\b\.?|(?:US|AU?|CA?|NZ|HK|S|R)?\$|[£€¥₹₩₽₺₿₪₴])"
_CODES = r"(?:USD|CAD|AUD|NZD|EUR|GBP|JPY|CNY|RMB|KRW|INR|CHF|SEK|NOK|DKK|PLN|CZK|HUF|BRL|MXN|ZAR|RUB|BTC)"
_MAGNITUDES = {
    "k": "thousand", "thousand": "thousand", "m": "million", "mm": "million", "mn": "million", "mln": "million",
    "mil": "million", "million": "million", "b": "billion", "bn": "billion", "bln": "billion",
    "billion": "billion", "lakh": "lakh", "crore": "crore",
    "t": "trillion", "tn": "trillion", "trn": "trillion", "trillion": "trillion", "hundred": "hundred",
}  # fmt: skip
_MAGNITUDE = (
    r"(?:(?: |-(?=[mbt][ir]))?(?P<big>thousand|lakh|crore|(?:m|b|tr)illion|hundred|mil|mm|ml?n|bl?n|tr?n|"
    r"[kKmMbBtT]|[MB]n|MN|BN)"
    r"(?![a-zA-Z0-9]))?"
)
_PER = r"(?: ?/ ?(?P<per>[a-zA-Zµ²³]{1,14}[23²³]?)(?![\w/]))?"
_INDIAN = r"[0-9]{1,2}(?:,[0-9]{2}){1,4},[0-9]{3}(?![0-9,])"
"""`1,50,000`: one and a half lakhs."""
_LOSS = re.compile(
    r"(?:\b(?:loss|losses|profit|balance|deficit|net|total|income|result|change|cash|flow)(?: of)?|:) $"
)
_NOTES = re.compile(r" (?:bill|note|coin|banknote|fine|prize|fee|deposit|ticket|discount|gift card)\b")
_NETWORK = re.compile(r"\b(?:link|network|modem|download|upload|speed|serial|baud|bandwidth|connection|bitrate)\b")


def amount(number: str, big: str, currency: Currency, british: bool = False) -> str:
    """`20.50` dollars as "twenty dollars fifty cents", `1.5 m` as "one point five million dollars"."""
    if big:
        return f"{spell.number(number, british)} {_MAGNITUDES[big.lower()]} {currency.many}"
    whole, dot, cents = number.replace(",", "").partition(".")
    if not dot or not currency.cents or len(cents) > 2:
        return f"{spell.number(number, british)} {currency.one if number == '1' else currency.many}"
    pence = int(cents.ljust(2, "0"))
    said_cents = f"{spell.cardinal(pence)} {currency.cent if pence == 1 else currency.cents}"
    if not whole.strip("0"):
        return said_cents if pence else f"zero {currency.many}"
    said = f"{spell.cardinal(whole, british)} {currency.one if whole == '1' else currency.many}"
    return f"{said} {said_cents}" if pence else said


def _per(match: re.Match[str], british: bool) -> str | None:
    written = match["per"]
    if not written:
        return ""
    if written.lower() in ("mo", "yr", "wk"):
        return " per " + {"mo": "month", "yr": "year", "wk": "week"}[written.lower()]
    unit = spoken_unit(written, one=True, british=british)
    return " per " + (unit or written.lower()) if unit or written.isalpha() else None


def _signed(match: re.Match[str], at: Sentence) -> str | Reading | None:
    sign = match["sign"].rstrip(".")
    if " " in sign and at.word_before(match.start()) == "the":
        return None
    currency = _CURRENCIES[match["code"] or sign]
    number, second, big, end = match["number"], match["second"], match["big"] or "", match.end()
    per = _per(match, at.british)
    if per is None:
        per, end = "", match.start("per") - 1
    minus = "minus " if match["minus"] in ("-", "−", "–") else "plus " if match["minus"] == "+" else ""
    if match["each"]:
        per += match["each"].replace("-", " ")
    if match["open"]:
        return _bracketed(match, at, minus + amount(number, big, currency, at.british) + per)
    if second:
        first_big = match["big1"]
        said = f"{spell.number(number, at.british)} {_MAGNITUDES[first_big.lower()] + ' ' if first_big else ''}"
        if first_big and first_big == big:
            said = said[: -len(_MAGNITUDES[first_big.lower()]) - 1]
        if "." in number and not big:
            low, high = (amount(one, "", currency, at.british) for one in (number, second))
            return f"{minus}{low} to {high}{per}"
        return Reading(
            match.start(), end, "money", f"{minus}{said}to {amount(second, big, currency, at.british)}{per}"
        )
    if _is_adjective(match, at, end) and not per:
        magnitude = f"{_MAGNITUDES[big.lower()]} " if big else ""
        return Reading(
            match.start(), end, "money", f"{minus}{spell.number(number, at.british)} {magnitude}{currency.one}"
        )
    return Reading(match.start(), end, "money", minus + amount(number, big, currency, at.british) + per)


def _is_adjective(match: re.Match[str], at: Sentence, end: int) -> bool:
    """`a $5 bill`, `a $50 million deal`: before a noun the currency is said in the singular."""
    if "." in match["number"] or match["big"] or match["each"] or match["code"]:
        return False
    after_article = at.word_before(match.start()) in ("a", "an") and re.match(r" [a-z]{3}", at.near_after(end))
    return bool(_NOTES.match(at.near_after(end)) or after_article)


def _bracketed(match: re.Match[str], at: Sentence, said: str) -> Reading | None:
    """Accountants write a loss in brackets; anybody else writes a remark there."""
    before = at.near_before(match.start())
    if match.string[match.end() : match.end() + 1] != ")":
        return None
    if not (_LOSS.search(before) or (not before and at.ends_at(match.end() + 1))):
        return None
    return Reading(match.start(), match.end() + 1, "money", "minus " + said)


def _coded(match: re.Match[str], at: Sentence) -> str | None:
    currency = _CURRENCIES[match["sign"].rstrip(".")]
    minus = "minus " if match["minus"] else ""
    return minus + amount(match["number"], match["big"] or "", currency, at.british)


def _trailing(match: re.Match[str], at: Sentence) -> str | Reading | None:
    currency = _CURRENCIES[match["sign"].rstrip(".")]
    number, big = match["number"], match["big"] or ""
    if number[-3:-2] == ",":  # a comma before the cents, as most of the continent writes
        number = number[:-3] + "." + number[-2:]
    per = _per(match, at.british) or ""
    end = match.end() if per or not match["per"] else match.start("per") - 1
    if match["second"]:
        said = f"{spell.number(number, at.british)} to {amount(match['second'], big, currency, at.british)}"
    else:
        said = amount(number, big, currency, at.british)
    return Reading(match.start(), end, "money", f"{'minus ' if match['minus'] else ''}{said}{per}")


def _cents(match: re.Match[str], at: Sentence) -> str | None:
    """`50¢`, `50c`, `25p`; `1080p` is no money."""
    sign, number = match["sign"], match["number"]
    if sign == "p" and (
        not at.british and at.around(match.start(), match.end(), re.compile("video|screen|resol"))
    ):
        return None
    if sign != "¢" and (len(number) > 2 or number.startswith("0")):
        return None
    one, many = ("penny", "pence") if sign == "p" else ("cent", "cents")
    return f"{spell.number(number, at.british)} {one if number == '1' else many}"


def _cents_per(match: re.Match[str], at: Sentence) -> str:
    cents = "pence" if "p/" in match[0] else "cent" if match["number"] == "1" else "cents"
    return f"{spell.number(match['number'], at.british)} {cents}{_per(match, at.british)}"


def _basis_points(match: re.Match[str], at: Sentence) -> str | None:
    if at.around(match.start(), match.end(), _NETWORK):
        return None
    return f"{spell.number(match['number'], at.british)} basis point{'s' * (match['number'] != '1')}"


def _shillings(match: re.Match[str], at: Sentence) -> str:
    """`£12 10s 6d`: pounds, shillings and pence as they were before 1971."""
    names = (("l", "pound", "pounds"), ("s", "shilling", "shillings"), ("d", "penny", "pence"))
    said = [
        f"{at.cardinal(match[letter])} {one if match[letter] == '1' else many}"
        for letter, one, many in names
        if match[letter]
    ]
    return " ".join(said[:-1]) + " and " + said[-1]


RULES = (
    Rule("money", r"£ ?(?P<l>[0-9]{1,6}),? (?P<s>[0-9]{1,2}) ?s\b\.?(?:,? (?P<d>[0-9]{1,2}) ?d\b)?", _shillings),
    Rule(
        "money",
        rf"(?P<open>\()?(?P<minus>{SIGN}|–(?=[$£€]))?(?P<sign>{_SIGNS}) ?(?P<number>{_INDIAN}|{NUMBER})"
        rf"(?:(?: ?(?P<big1>[kK]|[mM]n?|[bB]n?|(?:m|b|tr)illion))? ?{DASH} ?(?:{_SIGNS})?(?P<second>{NUMBER}))?"
        rf"(?!-?[0-9]){_MAGNITUDE}(?: (?P<code>USD|CAD|AUD|NZD)(?!\w))?{_PER}(?P<each>-an?-[a-z]{{2,12}}(?!\w))?",
        _signed,
    ),
    Rule("money", rf"(?P<sign>{_CODES}) ?(?P<minus>[-−])?(?P<number>{NUMBER}){_MAGNITUDE}{END}", _coded),
    Rule("money", rf"(?P<sign>{_SIGNS})(?P<minus>[-−])(?P<number>{NUMBER}){_MAGNITUDE}{END}", _coded),
)
"""What begins with a sign or a code."""

NUMBER_RULES = (
    Rule(
        "money",
        rf"(?P<minus>[-−])?(?P<number>[0-9]{{1,6}},[0-9]{{2}}(?= ?€)|{NUMBER})(?: ?(?:{DASH}|to) ?"
        rf"(?P<second>{NUMBER}))?{_MAGNITUDE}"
        rf" ?(?P<sign>{_CODES}{END}|[£€₹₩₽₺₪₴](?![0-9])|\$(?![0-9])){_PER}",
        _trailing,
    ),
    Rule(
        "money",
        rf"(?P<number>{NUMBER}) ?(?:cts?|¢|c|p)/(?P<per>kWh|kwh|l|L|kg|min|h|GB|mile|litre|liter|unit){END}",
        _cents_per,
    ),
    Rule("money", rf"(?P<number>{NUMBER})(?P<sign>¢|c|p){END}", _cents),
    Rule("money", rf"(?P<number>{NUMBER}) ?bps{END}", _basis_points),
)
