"""What an SSML document says: a flat text, and what is to be done with stretches and places of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from litetts_edge.text.offsets import Offsets

SILENT_DB = -100.0
"""The volume of what is not to be heard at all."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a stretch of text is spoken; the default changes nothing."""

    voice: str = ""
    """As the document names it; empty is the request's own."""
    lang: str = ""
    """BCP 47 tag, as the document has it; empty is the voice's own."""
    rate: float = 1.0
    """Factor of the speed, 0.5 to 2."""
    pitch: float = 0.0
    """Semitones, -12 to 12."""
    volume: float = 0.0
    """dB, -40 to 12, or SILENT_DB."""
    emphasis: str = ""
    """`strong`, `moderate`, `reduced`, `none`, or empty."""


@dataclass(frozen=True, slots=True)
class StyleSpan:
    """A style over [start, end) of the flat text."""

    start: int
    end: int
    style: Style


@dataclass(frozen=True, slots=True)
class Fixed:
    """A stretch of the flat text whose reading the document decides."""

    start: int
    end: int
    kind: str
    """`say-as`, `sub` or `phoneme`."""
    value: str
    """interpret-as; the alias; IPA."""
    form: str = ""
    """The format of a say-as (`dmy`), else empty."""


class Break(NamedTuple):
    """Silence at a position of the flat text."""

    position: int
    ms: int


class Mark(NamedTuple):
    """A named moment: when what stands from `position` on is spoken."""

    position: int
    name: str


class Border(NamedTuple):
    """A place where a sentence or a paragraph ends, and its pause."""

    position: int
    pause_ms: int


@dataclass(frozen=True, slots=True)
class SsmlWarning:
    """Something that the document asks for and does not get."""

    code: str
    """ssml_clamped, ssml_bad_value, ssml_unknown_tag, ssml_unknown_attribute or ssml_unsupported."""
    message: str
    line: int
    column: int
    """Both from 1, in characters."""


@dataclass(frozen=True, slots=True)
class Styled:
    """What an SSML document says."""

    text: str
    """What is spoken, with one space between words; a paragraph's end is `\\n\\n`, a sentence's U+2028."""
    offsets: Offsets
    """From `text` to the document, in characters."""
    lang: str = ""
    """The xml:lang of <speak>."""
    styles: tuple[StyleSpan, ...] = ()
    """In order, not overlapping, and only where the style is not the default."""
    fixed: tuple[Fixed, ...] = ()
    """In order, not overlapping."""
    breaks: tuple[Break, ...] = ()
    marks: tuple[Mark, ...] = ()
    borders: tuple[Border, ...] = ()
    warnings: tuple[SsmlWarning, ...] = ()

    def source(self, start: int, end: int) -> tuple[int, int]:
        """The [start, end) of the document that became [start, end) of the flat text."""
        return self.offsets.source(start, end)

    def cuts(self) -> list[int]:
        """Where a piece of the flat text must end: at borders, breaks and changes of style."""
        places = {border.position for border in self.borders} | {pause.position for pause in self.breaks}
        for one in self.styles:
            places |= {one.start, one.end}
        return sorted(place for place in places if 0 < place < len(self.text))
