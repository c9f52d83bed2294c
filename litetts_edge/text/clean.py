"""Stage 1: any text as people and programs write it, to one that is only words and marks. Pure, linear.

What `clean` leaves: Unicode NFC; straight quotes ' and "; the dashes - – —; single spaces; a line break, a blank
line as two of them, and U+2028 for a line break that ends a sentence (after a list item, a heading, `<br>`).
Symbols that are read stay (° © ™ § № ½ ² ³ → ≤ €), emoji do not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from litetts_edge.text.characters import compatible, compose, unseen
from litetts_edge.text.markup import LINE, html, markdown
from litetts_edge.text.offsets import Offsets, Rewriter


@dataclass(frozen=True, slots=True)
class Clean:
    """A cleaned text that knows where each of its characters came from."""

    text: str
    offsets: Offsets

    def source(self, start: int, end: int) -> tuple[int, int]:
        """The [start, end) of the source text that became [start, end) of this one."""
        return self.offsets.source(start, end)

    def target(self, start: int, end: int) -> tuple[int, int]:
        """The [start, end) of this text that came from [start, end) of the source; empty for what is gone."""
        return self.offsets.target(start, end)


_PLAIN = re.compile(r"(?!\s)(?:[A-Za-z0-9()%$'\"]|[,;:](?![,;:])|-(?=\w)|[.!?](?![.!?])| (?![\s.:;-]|\Z))*+")
"""A text in which there is nothing to clean."""
_LINES = re.compile("\r\n?|[\x0b\x85]")
_ENTITY = re.compile(
    r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});|&(?:nbsp|amp|lt|gt|quot)(?![\w=;])"
)
_SPACES = re.compile(r"\s{2,}|[^\S ]|^ | \Z")


def clean(text: str, *, markup: bool = True) -> Clean:
    """Clean `text`. Without `markup` (SSML is none of it), HTML tags, entities and Markdown marks stay."""
    if _PLAIN.fullmatch(text):
        return Clean(text, Offsets(len(text)))
    rewriter = Rewriter(text)
    unseen(rewriter)
    rewriter.sub(_LINES, "\n")
    if markup:
        html(rewriter)
        markdown(rewriter)
        if "&" in rewriter.text:
            _entities(rewriter)
        if "`" in rewriter.text:
            rewriter.translate({ord("`"): "'"})
    if not rewriter.text.isascii():
        compatible(rewriter)
        compose(rewriter)
    _marks(rewriter)
    rewriter.sub(_SPACES, _space)
    return Clean(rewriter.text, rewriter.offsets())


def _entities(rewriter: Rewriter) -> None:
    """Decode `&amp;`, `&#8217;` and the like, once; what they stand for is cleaned too."""
    from html import unescape  # its table is wanted for few texts

    rewriter.sub(_ENTITY, lambda found: unescape(found[0]))
    unseen(rewriter)


_RUNS = re.compile(
    r"(?P<dots>(?<!\.)\.{3,}+|(?<!\.)(?<!\. )\.(?: \.){2,}+(?!\w)|…[.…]++)"
    r"|(?P<strong>[!?]{2,}+)|(?P<wide>[！？]{2,}+)|(?P<comma>,{2,}+|;{2,}+)"
    r"|(?P<dash>(?<=\w)-{2,3}+(?=\w)|(?<=\s)-{2,3}+(?=\s)|-{4,}+)"
    r"|(?P<rule>[*=_~#/\\|+^<>]{4,}+)"
    r"|(?P<face>(?<!\S)[:;]-?[()](?!\S))"
)


def _marks(rewriter: Rewriter) -> None:
    """Repeated marks become one."""
    rewriter.sub(_RUNS, _mark)


def _mark(found: re.Match[str]) -> str | None:
    run = found[0]
    match found.lastgroup:
        case "dots":
            return "…"
        case "strong":
            return run[0] if run.count(run[0]) == len(run) else "?!" if run[0] == "?" else "!?"
        case "comma" | "wide":
            return run[0]
        case "dash":
            return "—"
        case "rule":
            return " " if run.count(run[0]) == len(run) else None
        case _:
            return " "


def _space(found: re.Match[str]) -> str:
    """One space, or one line break, or one blank line; nothing at the edges."""
    run = found[0]
    if found.start() == 0 or found.end() == len(found.string):
        return ""
    breaks = run.count("\n")
    if breaks > 1 or "\u2029" in run or "\f" in run:
        return "\n\n"
    if LINE in run:
        return LINE
    return "\n" if breaks else " "
