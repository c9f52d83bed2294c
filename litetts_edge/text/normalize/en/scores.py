"""Numbers whose marks have a meaning of their own: scores out of a most, formations, chapter and verse, pages of a
year, ratios; and numbers that are digits by what was said before them.
"""

from __future__ import annotations

import re

from litetts_edge.text.normalize.en import spell
from litetts_edge.text.normalize.en.rules import DASH, Rule, Sentence, words
from litetts_edge.text.normalize.en.units import spoken_unit

_RATED = re.compile(
    r"\b(?:scor(?:es?|ed|ing)|rat(?:es?|ed|ing|ings)|aggregate|gave|gives?|given|giving|awarded|metacritic|reviews?|"
    r"graded?|marks?|points|stars?|exam|test|quiz|average|earned|received|got|received|ign|gamespot|pitchfork)\b"
)
_RATED_AFTER = re.compile(r" (?:by|from|score|rating|aggregate|on|review|average|stars|points|marks|for its)\b")
_BOOKS = words(
    """genesis gen exodus exod ex leviticus lev numbers deuteronomy deut joshua judges ruth samuel sam
    kings chronicles
    chron ezra nehemiah esther job psalm psalms ps proverbs prov ecclesiastes isaiah isa jeremiah jer lamentations
    ezekiel ezek daniel dan hosea joel amos obadiah jonah micah nahum habakkuk zephaniah haggai zechariah malachi
    matthew matt mark luke john acts romans rom corinthians cor galatians gal ephesians eph philippians phil
    colossians col thessalonians thess timothy tim titus philemon hebrews heb james peter pet jude revelation rev
    quran qur'an koran surah sura sirach wisdom tobit judith maccabees nephi verse verses"""
)
_RATIO = re.compile(
    r"\b(?:gradients?|ratios?|scale|scaled|slope|grade|mixture|mix|dilut\w{1,4}|proportions?|odds|split|aspect|incline)"
    r"(?: \w{1,10}){0,2} $"
)


def is_ratio(near: str) -> bool:
    """Whether `near`, the text before two numbers with a colon, speaks of a ratio."""
    return bool(_RATIO.search(near))


def _out_of(match: re.Match[str], at: Sentence) -> str | None:
    """`70/100` as "seventy out of one hundred"; below a hundred a word must speak of a rating."""
    got, most = match["got"], match["most"]
    if float(got) > int(most):
        return None
    rated = _RATED.search(at.near_before(match.start())) or _RATED_AFTER.match(at.near_after(match.end()))
    if not rated and (most != "100" or len(got) < 2 or "." in got):
        return None
    return f"{spell.number(got, at.british)} out of {at.cardinal(most)}"


def _triple(match: re.Match[str], at: Sentence) -> str | None:
    """`4-4-2`, `30-60-90`: three numbers, one after another."""
    return " ".join(spell.cardinal(part) for part in re.split(DASH, match[0]))


def _verse(match: re.Match[str], at: Sentence) -> str | None:
    if at.token_before(match.start()).rstrip(".") not in _BOOKS:
        return None
    said = f"{at.cardinal(match['chapter'])} {at.cardinal(match['verse'])}"
    return said + (f" to {at.cardinal(match['last'])}" if match["last"] else "")


def _year_page(match: re.Match[str], at: Sentence) -> str | None:
    """`Hamilton 2001:149`."""
    before = at.text[max(0, match.start() - 30) : match.start()]
    if not re.search(r"(?:[A-Z][a-z]+,?|al\.,?) \(?$", before):
        return None
    said = f"{spell.year(int(match['year']), at.british)} {spell.pairs(match['page'])}"
    return said + (f" to {spell.pairs(match['last'])}" if match["last"] else "")


def _minutes(match: re.Match[str], at: Sentence) -> str | None:
    """`45:30` is no time of day; nor is it a ratio unless it is called one."""
    first, second = int(match["m"]), match["s"]
    if first <= 24 or is_ratio(at.near_before(match.start())) or match["m"] == match["s"]:
        return None
    if second == "00":
        return f"{at.cardinal(first)} minutes"
    return f"{at.cardinal(first)} {'oh ' if second[0] == '0' else ''}{spell.tens(int(second))}"


def _comma_decimal(match: re.Match[str], at: Sentence) -> str | None:
    if match["unit"] in ("in", "A", "B", "K"):
        return None
    name = spoken_unit(match["unit"], one=False, british=at.british)
    return f"{at.cardinal(match['whole'])} point {spell.digits(match['part'])} {name}" if name else None


def _millions(match: re.Match[str], at: Sentence) -> str | None:
    """`1.000.000`, `1'000`: the groups of other countries."""
    return at.cardinal(re.sub(r"[.'’]", "", match[0]))


def _standard_number(match: re.Match[str], at: Sentence) -> str | None:
    """`ISSN 1234-5678`, `ISBN 0 7011 2345 X`: figures one by one, a pause between their groups."""
    if not at.token_before(match.start()).rstrip(":").startswith(("issn", "isbn")):
        return None
    groups = re.findall("[0-9]+|X", match[0])
    return ", ".join("X" if group == "X" else spell.digits(group) for group in groups)


def _nine_eleven(match: re.Match[str], at: Sentence) -> str | None:
    after = re.match(
        r" (?:attack|terror|hijack|commission|memorial|victim|era)", at.near_after(match.end()).lower()
    )
    return "nine eleven" if after or re.search(r"\b(?:post|pre)-$", at.near_before(match.start())) else None


_NOT_MORE = r"(?![\w-]|[.,:/][0-9])"


def _serial_pair(match: re.Match[str], at: Sentence) -> str | None:
    """`Public Law 94-142`, `Notice 2000-44`: a year and a number, no range."""
    if not _PAPERS.search(at.near_before(match.start())):
        return None
    return f"{spell.pairs(match['a'])} {spell.pairs(match['b'])}"


_PAPERS = re.compile(
    r"\b(?:notice|bulletin|ruling|public law|pub\. l\.|resolution|circular|directive|executive order|regulation) "
    r"(?:no\.? )?$"
)
RULES = (
    Rule("digits", r"[0-9]{4}-[0-9]{3}[0-9X](?![\w-])|[0-9]{1,5}(?:[ -][0-9]{1,7}){1,4}(?:[ -]?X)?(?![\w-])",
         _standard_number),
    Rule("ratio", rf"(?P<chapter>[0-9]{{1,3}}):(?P<verse>[0-9]{{1,3}})(?:[-–](?P<last>[0-9]{{1,3}}))?{_NOT_MORE}"
         r"(?! ?[aApP]\.?[mM]\b)", _verse),
    Rule("ratio", r"(?P<year>1[5-9][0-9]{2}|20[0-9]{2}):(?P<page>[1-9][0-9]{0,2})(?:[-–](?P<last>[0-9]{1,3}))?"
         rf"{_NOT_MORE}", _year_page),
    Rule("time", rf"(?P<m>[0-9]{{2}}):(?P<s>[0-5][0-9]){_NOT_MORE}(?! ?(?:min|h|hours|[ap]\.?m)\b)", _minutes),
    Rule("cardinal", r"[1-9][0-9]{0,2}(?:\.[0-9]{3}){2,5}(?![\w.]|,[0-9]{3})|[1-9][0-9]{0,2}(?:['’][0-9]{3}){1,5}"
         r"(?![\w'’])", _millions),
    Rule("decimal", r"(?P<whole>[0-9]{1,6}),(?P<part>[0-9]{1,2}) ?(?P<unit>UNIT)",
         _comma_decimal),
)  # fmt: skip
"""Before dates and times."""
AFTER_DATES = (
    Rule("score", r"(?P<got>[0-9]{1,3}(?:\.[0-9]{1,2})?)/(?P<most>100|10|5|20)(?![\w/-]|[.,:][0-9])", _out_of),
    Rule("id", r"(?P<a>[0-9]{2,4})-(?P<b>[0-9]{1,4})(?![\w-]|[.,:/][0-9])", _serial_pair),
    Rule("date", r"9[-/]11(?![\w-]|[.,:/][0-9])", _nine_eleven),
    Rule("score", r"[0-9]{1,3}[-–][0-9]{1,2}[-–][0-9]{1,3}(?![\w-]|[.,:/][0-9])", _triple),
)
"""After dates, before fractions and ranges."""
