"""Stage 0: SSML (W3C SSML 1.1) to a flat text with what its tags say about it. Pure; expat does the parsing.

Nothing is fetched and nothing expands: a DOCTYPE is refused, and with it every entity but XML's own five. What the
document asks for but cannot have is a warning; only what is no XML, or too large, is an error (SsmlInvalid).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from xml.parsers import expat
from xml.parsers.expat import errors

from litetts_edge.errors import SsmlInvalid
from litetts_edge.text import alphabets
from litetts_edge.text import ssml_tags as tags
from litetts_edge.text import ssml_values as values
from litetts_edge.text.flat import Flat, place
from litetts_edge.text.styled import Style, Styled

__all__ = ["MAX_CHARACTERS", "MAX_DEPTH", "MAX_ELEMENTS", "is_ssml", "parse"]

MAX_CHARACTERS = 200_000
MAX_ELEMENTS = 10_000
MAX_DEPTH = 32

PARAGRAPH_MS = 600
SENTENCE_MS = 300

_BEGINS = re.compile(
    r"[\s\ufeff]*+(?:<\?xml\b[^<>]*+>\s*+)?(?:<!--(?:[^-]|-(?!->))*+-->\s*+)*+"
    r"<(?:!DOCTYPE\s++)?(?:[\w.-]{1,64}+:)?speak(?=[\s/>])"
)


def is_ssml(text: str) -> bool:
    """Does the text begin with `<speak`, after white space, a byte order mark, an XML declaration or comments?"""
    return _BEGINS.match(text) is not None


def parse(text: str) -> Styled:
    """Read an SSML document. Raises SsmlInvalid for what is no XML, no <speak>, or too large."""
    if len(text) > MAX_CHARACTERS:
        raise SsmlInvalid(1, 1, f"it has more than {MAX_CHARACTERS} characters. Send it in parts")
    return _Reader(text).read()


@dataclass(slots=True)
class _Frame:
    """An element that is open."""

    name: str
    """As it is written."""
    tag: str
    """Without the prefix."""
    at: int
    """Where in the document it begins."""
    style: Style
    silent: bool = False
    border: int = 0
    """Milliseconds of the pause that it makes at both its ends."""
    reads: bool = False
    """Whether it decides how its text is read."""
    otherwise: str = ""
    """What stands in the flat text for an element that reads, and has no text."""


class _Reader:
    """One document while it is read."""

    def __init__(self, document: str) -> None:
        self._document = document
        self._skipped = len(document) - len(document.lstrip("\ufeff \t\r\n"))
        self._bytes = document[self._skipped :].encode("utf-8", "surrogatepass")
        self._byte, self._char = 0, self._skipped
        self._flat = Flat(document)
        self._frames: list[_Frame] = []
        self._elements = 0
        self._parser = parser = expat.ParserCreate("utf-8")
        parser.StartElementHandler = self._open
        parser.EndElementHandler = self._close
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = self._doctype

    def read(self) -> Styled:
        try:
            self._parser.Parse(self._bytes, True)
        except expat.ExpatError as error:
            at = self._position(self._parser.ErrorByteIndex)
            at -= 2 * self._document.startswith("</", max(at - 2, 0))  # expat points at the name
            raise self._invalid(self._reason(error, at), at) from None
        finally:
            del self._parser  # it and its handlers hold each other
        return self._flat.finish()

    # -- what expat tells

    def _doctype(self, *_: object) -> None:
        raise self._invalid("a DOCTYPE is not accepted. Remove it")

    def _open(self, name: str, attributes: dict[str, str]) -> None:
        here = self._here()
        self._elements += 1
        tag = name if name.partition(":")[0] in tags.OTHER_MAKERS else name.rpartition(":")[2]
        if not self._frames and tag != "speak":
            raise self._invalid(
                f"the document is <{name}>, not <speak>. Put the text between <speak> and </speak>"
            )
        if len(self._frames) >= MAX_DEPTH:
            raise self._invalid(f"elements are nested more than {MAX_DEPTH} deep. Flatten them")
        if self._elements > MAX_ELEMENTS:
            raise self._invalid(f"it has more than {MAX_ELEMENTS} elements. Send it in parts")
        above = self._frames[-1] if self._frames else _Frame("", "", here, Style())
        frame = _Frame(name, tag, here, above.style, silent=above.silent or tag in tags.UNSPOKEN)
        self._frames.append(frame)
        if not above.silent:
            self._check(name, tag, attributes, here)
        bare = attributes.get("lang", "") if "lang" in tags.KNOWN.get(tag, ()) else ""
        if lang := attributes.get("xml:lang", bare).strip():
            if len(self._frames) == 1:
                self._flat.lang = lang
            else:
                frame.style = replace(frame.style, lang=lang)
        if not frame.silent:
            self._begin(frame, {key.rpartition(":")[2]: value.strip() for key, value in attributes.items()})

    def _check(self, name: str, tag: str, attributes: dict[str, str], here: int) -> None:
        """Warn about what is not followed."""
        known = tags.KNOWN.get(tag)
        if known is None:
            code = values.UNSUPPORTED if tag in tags.OTHERS or ":" in tag else values.UNKNOWN_TAG
            what = "is not supported" if code == values.UNSUPPORTED else "is no SSML"
            self._flat.warn(code, f"<{name}> {what}: its text is spoken as it stands.", here)
            return
        if tag in {"audio", "lexicon"}:
            instead = "the text inside it is spoken" if tag == "audio" else "it was ignored"
            self._flat.warn(values.UNSUPPORTED, f"<{tag}> is not supported: {instead}.", here)
            return
        for key in attributes:
            if key.startswith(("xml:", "xmlns", "xsi:")):
                continue
            if key in tags.NOT_READ or key.partition(":")[0] in tags.OTHER_MAKERS:
                self._flat.warn(values.UNSUPPORTED, f"{key} of <{name}> is not supported and was ignored.", here)
            elif key not in known:
                self._flat.warn(values.UNKNOWN_ATTRIBUTE, f"{key} of <{name}> is no SSML and was ignored.", here)

    def _begin(self, frame: _Frame, attributes: dict[str, str]) -> None:
        """What an element does that is spoken."""
        flat, here = self._flat, frame.at
        match frame.tag:
            case "p":
                frame.border = PARAGRAPH_MS
            case "s" | "br":
                frame.border = SENTENCE_MS
            case "break":
                flat.pause(self._pause(attributes, here), here)
            case "mark":
                self._mark(attributes.get("name", ""), here)
            case "voice":
                frame.style = replace(
                    frame.style,
                    voice=attributes.get("name", "") or frame.style.voice,
                    lang=attributes.get("languages", "") or frame.style.lang,
                )
            case "prosody":
                frame.style = replace(
                    frame.style,
                    rate=self._number(values.rate, attributes, "rate", frame.style.rate, here),
                    pitch=self._number(values.pitch, attributes, "pitch", frame.style.pitch, here),
                    volume=self._number(values.volume, attributes, "volume", frame.style.volume, here),
                )
            case "emphasis":
                frame.style = replace(frame.style, emphasis=self._emphasis(attributes, here))
            case "say-as" | "sub" | "phoneme":
                self._reading(frame, attributes)
        if frame.border:
            flat.border(frame.border, here)

    def _close(self, _name: str) -> None:
        frame, here = self._frames.pop(), self._here()
        if frame.border:
            self._flat.border(frame.border, here)
        if frame.reads:
            self._flat.end_reading(here, frame.otherwise)

    def _text(self, data: str) -> None:
        frame, at = self._frames[-1], self._here()
        if frame.silent:
            return
        if data != "&" and self._document.startswith(data, at):
            self._flat.say(data, at, frame.style)
        else:  # a reference, or the line break that was a carriage return
            end = at + 1
            if self._document.startswith("&", at) and not self._document.startswith("<![CDATA[", at - 9):
                end = self._document.find(";", at, at + 16) + 1 or end
            self._flat.say(data, at, frame.style, end - at)

    # -- what attributes say

    def _pause(self, attributes: dict[str, str], at: int) -> int:
        time, strength = attributes.get("time", ""), attributes.get("strength", "")
        ms, fault = values.pause(time, strength)
        self._fault(fault, "break", "time" if time else "strength", time or strength, f"{ms / 1000:g} s", at)
        return ms

    def _mark(self, name: str, at: int) -> None:
        if name:
            self._flat.mark(name)
        else:
            self._flat.warn(values.BAD, "<mark> has no name and was ignored.", at)

    def _number(
        self,
        read: Callable[[str, float], tuple[float, str]],
        attributes: dict[str, str],
        key: str,
        around: float,
        at: int,
    ) -> float:
        if key not in attributes:
            return around
        value, fault = read(attributes[key], around)
        self._fault(fault, "prosody", key, attributes[key], f"{value:g}", at)
        return value

    def _emphasis(self, attributes: dict[str, str], at: int) -> str:
        level = attributes.get("level", "") or "moderate"
        if level in values.EMPHASES:
            return level
        self._fault(values.BAD, "emphasis", "level", level, "moderate", at)
        return "moderate"

    def _reading(self, frame: _Frame, attributes: dict[str, str]) -> None:
        tag, at = frame.tag, frame.at
        key = {"say-as": "interpret-as", "sub": "alias", "phoneme": "ph"}[tag]
        value = attributes.get(key, "")
        if not value:
            self._flat.warn(values.BAD, f"<{tag}> has no {key}: its text is spoken as it stands.", at)
            return
        if tag == "say-as":
            value = value.strip().lower().rpartition(":")[2]
            if value not in tags.READ_AS:
                written = attributes[key]
                message = f"{key}={written!r} of <say-as> means nothing here: its text is read as without it."
                self._flat.warn(values.BAD, message, at)
                return
        elif tag == "phoneme":
            frame.otherwise = value
            alphabet = attributes.get("alphabet", "") or "ipa"
            ipa = alphabets.to_ipa(value, alphabet)
            if ipa is None:
                message = (
                    f"ph={value!r} of <phoneme> is not {alphabet!r} that is known: its text is spoken instead."
                )
                self._flat.warn(values.BAD, message, at)
                return
            value = ipa
        elif tag == "sub":
            frame.otherwise = value
        frame.reads = self._flat.begin_reading(tag, value, attributes.get("format", ""), frame.style)

    def _fault(self, fault: str, tag: str, key: str, value: str, instead: str, at: int) -> None:
        if fault:
            why = {values.CLAMPED: "is out of range", values.BAD: "means nothing here"}.get(
                fault, "is not supported"
            )
            self._flat.warn(fault, f"{key}={value!r} of <{tag}> {why}: {instead} is taken.", at)

    # -- where things are

    def _here(self) -> int:
        return self._position(self._parser.CurrentByteIndex)

    def _position(self, byte: int) -> int:
        """Characters of the document before this byte. Asked for in order, so that all of it is counted once."""
        if byte < self._byte:
            return self._skipped + len(self._bytes[: max(byte, 0)].decode("utf-8", "replace"))
        self._char += len(self._bytes[self._byte : byte].decode("utf-8", "replace"))
        self._byte = byte
        return self._char

    def _invalid(self, reason: str, at: int | None = None) -> SsmlInvalid:
        at = self._here() if at is None else at
        line, column = place(self._document, at)
        return SsmlInvalid(line, column, reason)

    def _reason(self, error: expat.ExpatError, at: int) -> str:
        why = expat.ErrorString(error.code) or "it is not well-formed"
        if why in {errors.XML_ERROR_TAG_MISMATCH, errors.XML_ERROR_NO_ELEMENTS} and self._frames:
            frame = self._frames[-1]
            line, column = place(self._document, frame.at)
            return (
                f"<{frame.name}> (line {line}, column {column}) is not closed. Write </{frame.name}> where it ends"
            )
        return tags.reason(why, self._document, at)
