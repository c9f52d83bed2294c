"""HTML tags and Markdown marks taken out of a text; what they enclose stays. Pure functions, linear in the length.

Where markup makes a line of its own (a list item, a heading, `<br>`), LINE is left: a line break that ends a
sentence, where a plain line break may be only the end of a row. PARAGRAPH is a blank line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from litetts_edge.text.offsets import Rewriter

LINE = "\u2028"
PARAGRAPH = "\n\n"

Edit = tuple[int, int, str]

_BLOCK_TAGS = frozenset(
    """
    address article aside blockquote body canvas details dialog div dl fieldset figcaption figure footer form h1 h2
    h3 h4 h5 h6 head header hgroup hr html main nav ol p pre section summary table tbody tfoot thead title ul video
    """.split()
)
_LINE_TAGS = frozenset("br caption dd dt li option td th tr".split())
_INLINE_TAGS = frozenset(
    """
    a abbr acronym audio b base bdi bdo big button center cite code col colgroup data del dfn em embed font i
    iframe
    img input ins kbd label legend link map mark meta meter nobr object output picture progress q rp rt ruby s samp
    select small source span strike strong sub sup svg textarea time tt u var wbr
    """.split()
)
_ATTRIBUTE = (
    r"\s++(?:[A-Za-z_:@][\w:.@-]{0,60}+\s*+=\s*+(?:\"[^\"<>]*+\"|'[^'<>]*+'|[^\s\"'<>=`]++)"
    r"|(?:async|autoplay|checked|controls|defer|disabled|hidden|loop|multiple|muted|open|readonly|required|selected)\b)"
)
_TAG = re.compile(
    r"<(?:(?P<comment>!--)|!doctype[^<>]*+>"
    r"|/t[dh]\s*+>\s*+<(?P<cell>t[dh])\b[^<>]*+>"
    rf"|(?P<close>/?)(?P<name>[a-z][a-z0-9]{{0,15}}+)(?P<attributes>(?:{_ATTRIBUTE})*+)\s*+/?+>)",
    re.IGNORECASE,
)
_ALT = re.compile(r"\balt\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)')", re.IGNORECASE)


def html(rewriter: Rewriter) -> None:
    """Take HTML tags and comments out. `a < b` is no tag, nor is `<b and c>`."""
    if "<" in rewriter.text:
        rewriter.edit(_tags(rewriter.text))


def _tags(text: str) -> Iterator[Edit]:
    at, unclosed = 0, set[str]()
    while found := _TAG.search(text, at):
        start, at = found.span()
        name = (found["name"] or "").lower()
        if found["comment"] or (name in {"script", "style"} and not found["close"]):
            closing = "-->" if found["comment"] else f"</{name}>"
            end = -1 if closing in unclosed else text.find(closing, at)
            if end < 0:
                unclosed.add(closing)  # looked for once, so that the work stays linear
                continue
            at = end + len(closing)
            yield start, at, ""
        elif found["cell"]:
            yield start, at, ", "
        elif not name or name in _INLINE_TAGS:
            alt = _ALT.search(found["attributes"]) if name == "img" else None
            yield start, at, (alt[1] or alt[2] or "") if alt else ""
        elif name in _BLOCK_TAGS:
            yield start, at, PARAGRAPH
        elif name in _LINE_TAGS:
            if name == "br" and text.startswith("\n", at):
                at += 1  # one break, also written as one
            yield start, at, "\n" + LINE


_MAY_BE_MARKDOWN = re.compile(r"[*_`#\[|~•‣⁃◦▪●\\]|==|^[ \t]*(?:[-+>=]|\d{1,3}[.)][ \t])", re.MULTILINE)


def markdown(rewriter: Rewriter) -> None:
    """Take Markdown's marks out. `2*3*4`, `snake_case`, `C#` and a lone `*` are none."""
    if not _MAY_BE_MARKDOWN.search(rewriter.text):
        return
    rewriter.edit(_Blocks(rewriter.text).edits())
    rewriter.edit(_around(_IMAGE, rewriter.text))
    rewriter.sub(_FOOTNOTE, "")
    rewriter.edit(_around(_LINK, rewriter.text))
    rewriter.edit(_around(_AUTOLINK, rewriter.text))
    rewriter.edit(sorted(_inline(rewriter.text)))
    rewriter.edit(_around(_ESCAPE, rewriter.text))


def _around(pattern: re.Pattern[str], text: str) -> Iterator[Edit]:
    """Take out what is around the group of each match."""
    for found in pattern.finditer(text):
        start, end = found.span(found.lastindex or 0)
        yield found.start(), start, ""
        yield end, found.end(), ""


# -- lines

_FENCE = re.compile(r"(?:`{3,}+|~{3,}+)(?P<info>[A-Za-z][\w+#.-]{0,19}+)?$")
_RULE = re.compile(r"(?:-[ \t]*+){3,}+$|(?:\*[ \t]*+){3,}+$|(?:_[ \t]*+){3,}+$|={3,}+$")
_TABLE_RULE = re.compile(r"\|?[ \t]*+:?-{2,}:?[ \t]*+(?:\|[ \t]*+:?-{2,}:?[ \t]*+)*+\|?$")
_QUOTE = re.compile(r"(?:>[ \t]?+)++(?![ \t]*+[\d=$€£+-])")
_HEADING = re.compile(r"#{1,6}+[ \t]++(?=\S)")
_HEADING_END = re.compile(r"(?<![ \t])[ \t]++#++$")
_BULLET = re.compile(r"(?:[-*+][ \t]++|[•‣⁃◦▪●][ \t]*+)(?:\[[ xX]\][ \t]++)?(?=\S)")
_NUMBER = re.compile(r"(\d{1,3}+)[.)][ \t]++(?=\S)")
_DEFINITION = re.compile(
    r"\[[^\[\]]{1,200}\]:[ \t]*+(?:<?\w{1,20}+:/|www\.|[/#])[^\s]*+(?:[ \t]++[\"'(][^\"')]*+[\"')])?+$"
)
_BAR = re.compile(r"(?<![ \t])[ \t]*+\|[| \t]*+")
_NOTHING = re.compile(r"(?!)")
_VALUE = re.compile(r"[-+][ \t]++\d[\d.,]*+\s*+(?:[%°]\S{0,3}+)?$")


class _Blocks:
    """The lines of a text, one after the other, with what the lines before them began."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = text.split("\n")
        self._fenced = self._table = False
        self._item = ""
        """What the line before was: see _kind, `row`, or nothing."""

    def edits(self) -> Iterator[Edit]:
        """What is taken from the beginnings of lines, and whole lines that are only marks."""
        start = 0
        for number, line in enumerate(self._lines):
            begin = start + len(line) - len(line.lstrip(" \t"))
            end = start + len(line.rstrip(" \t"))
            start += len(line) + 1
            if begin >= end:
                self._item, self._table = "", False
            elif self._is_fence(self._text[begin:end], number):
                self._fenced, self._item = not self._fenced, ""
                yield begin, end, PARAGRAPH
            elif not self._fenced:
                follows = self._lines[number + 1].strip() if number + 1 < len(self._lines) else ""
                yield from self._line(line, begin, end, follows)

    def _is_fence(self, line: str, number: int) -> bool:
        """A name behind the marks (```yaml) is one only where code can follow; else it is a word of the text."""
        fence = _FENCE.match(line)
        return fence is not None and (not fence["info"] or (not self._fenced and number + 1 < len(self._lines)))

    def _line(self, line: str, begin: int, end: int, follows: str) -> Iterator[Edit]:
        quote = _QUOTE.match(self._text[begin:end])
        if quote and begin + quote.end() < end:
            yield begin, begin + quote.end(), ""
            begin += quote.end()
        bare = self._text[begin:end]
        if _is_table_rule(bare) or _RULE.match(bare) or _DEFINITION.match(bare):
            self._table, self._item = self._table or "|" in bare, ""
            table = "|" in bare  # its line disappears with its break
            yield begin, end + (table and self._text.startswith("\n", end)), LINE if table else PARAGRAPH
            return
        self._table = "|" in bare and (self._table or _is_table_rule(follows))
        if self._table or (bare[0] == "|" == bare[-1] and len(bare) > 2):
            self._item = "row"
            yield from _row(self._text, begin, end)
        else:
            yield from self._words(line, bare, begin, end)

    def _words(self, line: str, bare: str, begin: int, end: int) -> Iterator[Edit]:
        was, self._item = self._item, _kind(bare, self._item, alone=len(self._lines) == 1)
        mark = {"heading": _HEADING, "bullet": _BULLET}.get(self._item, _NOTHING).match(bare)
        if mark:
            yield begin, begin + mark.end(), LINE
            closing = _HEADING_END.search(bare) if self._item == "heading" else None
            if closing:
                yield begin + closing.start(), end, ""
        elif self._item == "number" or (was and not _continues(line, was)):
            yield begin, begin, LINE
        elif was:
            self._item = was


def _kind(bare: str, before: str, *, alone: bool) -> str:
    """`heading`, `bullet`, `number` or nothing. A line that begins with `12.` is in a list only after another."""
    if _HEADING.match(bare):
        return "heading"
    if _BULLET.match(bare):
        return "" if alone and _VALUE.match(bare) else "bullet"
    number = _NUMBER.match(bare)
    return "number" if number and (int(number[1]) <= 1 or before == "number") else ""


def _continues(line: str, item: str) -> bool:
    """Does this line go on with the list item above it?"""
    return item in {"bullet", "number"} and (line[0] in " \t" or line[0].islower())


def _is_table_rule(bare: str) -> bool:
    return "|" in bare and _TABLE_RULE.match(bare) is not None


def _row(text: str, begin: int, end: int) -> Iterator[Edit]:
    """A row of a table: its cells with commas between them."""
    for bar in _BAR.finditer(text, begin, end):
        edge = LINE if bar.start() == begin else "" if bar.end() == end else ", "
        yield bar.start(), bar.end(), edge


# -- inside lines

_LABEL = r"\[([^\[\]\n]{0,500}+(?:\n[^\[\]\n]{1,500}+)?)\]"
_ADDRESS = r"[^\s()<>]{0,2000}(?:\([^\s()<>]{0,200}\)[^\s()<>]{0,2000})?"
_TARGET = rf"\(\s*+<?{_ADDRESS}>?(?:\s++[\"'][^\"'\n]{{0,500}}[\"'])?\s*+\)"
_LIKE_A_TARGET = r"(?=\(\s*+(?:<|[^\s()]{0,200}?[/.#:]|\)))"
_IMAGE = re.compile(rf"!{_LABEL}{_LIKE_A_TARGET}{_TARGET}")
_LINK = re.compile(rf"{_LABEL}{_LIKE_A_TARGET}{_TARGET}|\[([^\[\]\n]{{1,500}}+)\]\[[^\[\]\n]{{0,100}}+\]")
_FOOTNOTE = re.compile(r"\[\^[^\[\]\s]{1,40}+\]:?")
_AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^\s<>]++|[\w.+-]{1,64}+@[\w.-]{1,255}+)>")
_ESCAPE = re.compile(r"\\([*_`#~|\[\]])")
_RUN = re.compile(
    r"(?P<url>(?:https?://|www\.)(?:[^\s*<>`]|\*(?=\w))++)|(?P<code>(?<![`\\])`{1,3}+(?!`))|(?P<run>(?<![*_~=\\])(?:\*{1,3}+|_{1,3}+|~~|==)(?![*_~=]))"
    r"|(?P<bullet>(?<=[ \t])[•‣⁃◦▪●][ \t]*+)|(?P<gap>\n[ \t]*+\n)"
)


def _inline(text: str) -> Iterator[Edit]:
    """The marks of code and emphasis that belong together, and bullets inside a line."""
    opened: dict[str, tuple[int, int]] = {}
    code = ""
    for found in _RUN.finditer(text):
        mark = found[0]
        if found["gap"]:
            opened.clear()
            code = ""
        elif found["code"]:
            if code == mark:
                code = ""
                yield *opened.pop(mark), ""
                yield *found.span(), ""
            elif not code and text.find(mark, found.end(), found.end() + 1000) > 0:
                code, opened[mark] = mark, found.span()
        elif code or found["url"]:
            continue
        elif found["bullet"]:
            yield *found.span(), LINE
        elif mark in opened and _closes(text, found):
            yield *opened.pop(mark), ""
            yield *found.span(), ""
        elif _opens(text, found):
            opened[mark] = found.span()


def _opens(text: str, found: re.Match[str]) -> bool:
    before = text[found.start() - 1 : found.start()]
    after = text[found.end() : found.end() + 1]
    if not after or after.isspace():
        return False
    if not _is_word(before):
        return True
    return found[0] == "**" and before.isalpha() and text[found.end() : found.end() + 2].isalpha()


def _closes(text: str, found: re.Match[str]) -> bool:
    before = text[found.start() - 1 : found.start()]
    after = text[found.end() : found.end() + 1]
    if not before or before.isspace():
        return False
    return not _is_word(after) or (
        found[0] == "**" and after.isalpha() and text[found.start() - 2 : found.start()].isalpha()
    )


def _is_word(character: str) -> bool:
    """A letter, digit or underscore of a script that leaves spaces between words."""
    return (character.isalnum() and not "\u2e80" <= character <= "\uffff") or character == "_"
