"""A text as it comes, plain or SSML, to passages that are read in one go, each with its style and its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from litetts_edge.text.clean import Clean, clean
from litetts_edge.text.sentences import split
from litetts_edge.text.ssml import is_ssml, parse
from litetts_edge.text.styled import Fixed, Style, Styled

_DEFAULT = Style()


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence, or a part of one that is spoken in one style."""

    text: str
    """Cleaned, on one line; never empty."""
    start: int
    """Where it begins in the document's cleaned text."""
    lead_ms: int
    """Silence before it."""
    pause_ms: int
    """Silence after it, when something follows."""
    tail_ms: int
    """Silence after it that SSML asks for, instead of the pause."""
    style: Style
    fixed: tuple[Fixed, ...]
    """What SSML decides, with places in `text`."""
    marks: tuple[tuple[str, float], ...]
    """SSML marks in it or right before or behind it, with the share of its text before each."""


class Document:
    """A text that has been cleaned, and knows its sentences. Raises SsmlInvalid when it is made."""

    def __init__(self, text: str) -> None:
        styled = parse(text) if is_ssml(text) else None
        self._styled = styled
        self._clean: Clean = clean(styled.text, markup=False) if styled else clean(text)
        self.text = self._clean.text
        self.lang = styled.lang if styled else ""
        """What the document says that it is written in; empty when it does not."""
        self.warnings = (
            tuple(f"{one.code}: {one.message} (line {one.line})" for one in styled.warnings) if styled else ()
        )

    def unheard(self) -> tuple[str, ...]:
        """What of SSML is read but changes no sound yet."""
        if self._styled is None:
            return ()
        styles = [one.style for one in self._styled.styles]
        found = {
            "pitch": any(style.pitch for style in styles),
            "volume": any(style.volume for style in styles),
            "emphasis": any(style.emphasis not in {"", "none"} for style in styles),
        }
        return tuple(name for name, is_there in found.items() if is_there)

    def source(self, start: int, end: int) -> tuple[int, int]:
        """The [start, end) of the text as it came that became [start, end) of the cleaned one."""
        start, end = self._clean.source(start, end)
        return self._styled.source(start, end) if self._styled else (start, end)

    def passages(self, lang: str) -> Iterator[Passage]:
        """What is spoken, in order, of a text that is in `lang` where the document does not say otherwise."""
        if self._styled is None:
            for piece in split(self.text, lang):
                yield Passage(
                    _line(self.text[piece.start : piece.end]), piece.start, 0, piece.pause_ms, 0, _DEFAULT, (), ()
                )
            return
        yield from self._styled_passages(self._styled, lang)

    def _styled_passages(self, styled: Styled, lang: str) -> Iterator[Passage]:
        here = self._clean.target
        cuts = sorted({here(0, cut)[1] for cut in styled.cuts()})
        styles = [(*here(one.start, one.end), one.style) for one in styled.styles]
        fixed = [
            replace(one, start=place[0], end=place[1])
            for one in styled.fixed
            if (place := here(one.start, one.end))
        ]
        breaks = [(here(0, one.position)[1], one.ms) for one in styled.breaks]
        borders = {here(0, one.position)[1]: one.pause_ms for one in styled.borders}
        marks = [(here(0, one.position)[1], one.name) for one in styled.marks]
        pieces = list(split(self.text, lang, forced=cuts, kept=[(one.start, one.end) for one in fixed]))
        for index, piece in enumerate(pieces):
            following = pieces[index + 1].start if index + 1 < len(pieces) else len(self.text)
            after = [ms for at, ms in breaks if piece.end <= at <= following]
            border = max((ms for at, ms in borders.items() if piece.end <= at <= following), default=0)
            last = index + 1 == len(pieces)
            yield Passage(
                _line(self.text[piece.start : piece.end]),
                piece.start,
                sum(ms for at, ms in breaks if at <= piece.start) if index == 0 else 0,
                0 if after else max(border, piece.pause_ms),
                sum(after),
                next((style for start, end, style in styles if start <= piece.start < end), _DEFAULT),
                tuple(
                    replace(one, start=one.start - piece.start, end=one.end - piece.start)
                    for one in fixed
                    if piece.start <= one.start and one.end <= piece.end and one.start < one.end
                ),
                tuple(
                    (name, min(max((at - piece.start) / (piece.end - piece.start), 0.0), 1.0))
                    for at, name in marks
                    if (at < following or last) and (at >= piece.start or index == 0)
                ),
            )


def _line(text: str) -> str:
    """Line breaks as spaces, so that places stay."""
    return text.translate(_LINE_BREAKS)


_LINE_BREAKS = dict.fromkeys(map(ord, "\n\u2028\u2029"), " ")
