"""One line of a lexicon: how a word is said. Validated here, with the line that is wrong; pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import yaml

from litetts_edge.errors import did_you_mean
from litetts_edge.settings.document import Unreadable, compose_any, line_of
from litetts_edge.settings.problems import Problem
from litetts_edge.text.clean import clean
from litetts_edge.text.phonemes import from_espeak, unread

Form = Literal["word", "phrase", "regex"]
FORMS: tuple[Form, ...] = ("word", "phrase", "regex")
MAX_PATTERN = 200
MAX_SAY = 500
MOST_ENTRIES = 20_000

_KEYS = (*FORMS, "say", "ipa", "lang", "case", "note")
_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
_ITEM = re.compile(r"^(?P<indent> *)- ", re.M)
_GROUP = re.compile(r"\\(?:(?P<number>[1-9]\d?)|g<(?P<name>\w{1,40})>)")


@dataclass(frozen=True, slots=True)
class Entry:
    """How a word, a phrase or what a regular expression finds is said."""

    form: Form
    pattern: str
    """What stands in the text."""
    say: str = ""
    """The words that are said instead; for a regex `\\1` is what its first group found."""
    ipa: str = ""
    """How it is pronounced; instead of `say`, for a word or a phrase."""
    lang: str = ""
    """BCP 47 tag of the texts it holds for, `en` for all of English; empty for every language."""
    case: bool = False
    """Whether capital and small letters are told apart."""
    note: str = ""
    line: int = 0
    """Where it stands in its file, counted from 1; 0 for one from elsewhere."""

    @property
    def key(self) -> tuple[str, str, str]:
        """Two entries with the same key are about the same thing: the later one holds."""
        return self.form, self.pattern if self.case else self.pattern.lower(), self.lang.lower()

    def holds_for(self, lang: str) -> bool:
        """Whether a text in `lang` is read by it."""
        own, asked = self.lang.lower(), lang.lower().replace("_", "-")
        return not own or asked == own or asked.startswith(f"{own}-")

    def fields(self) -> dict[str, Any]:
        """As it is written in a file or a message; what is not set is left out."""
        written: dict[str, Any] = {self.form: self.pattern}
        for name in ("say", "ipa", "lang", "case", "note"):
            if value := getattr(self, name):
                written[name] = value
        return written


def entry_of(fields: Mapping[str, Any]) -> Entry:
    """The entry that a message or a file describes. Raises ValueError, saying what to mend."""
    for name in fields:
        if name not in _KEYS:
            raise ValueError(f"unknown key {str(name)[:40]!r}.{did_you_mean(str(name), _KEYS)}")
    forms = [form for form in FORMS if fields.get(form) is not None]
    if len(forms) != 1:
        raise ValueError("an entry has exactly one of word, phrase and regex")
    form = forms[0]
    pattern, say, ipa = _pattern(fields, form), _line(fields, "say"), _line(fields, "ipa")
    if bool(say) == bool(ipa):
        raise ValueError("an entry has exactly one of say and ipa")
    if ipa:
        _check_ipa(form, ipa)
    elif not any(sign.isalnum() for sign in say):
        raise ValueError("say: it has no letter and no digit")
    if form == "regex":
        _check_regex(pattern, say)
    lang, case = _line(fields, "lang"), fields.get("case", False)
    if lang and not _TAG.fullmatch(lang):
        raise ValueError(f"lang: {lang!r} is no language tag such as en or en-GB")
    if not isinstance(case, bool):
        raise ValueError("case: expects true or false")
    return Entry(form, pattern, say, ipa, lang, case, _line(fields, "note"))


def read_entries(text: str, file: str) -> tuple[list[Entry], list[Problem]]:
    """The good entries of a lexicon's text, in their order, and what is wrong with the others."""
    try:
        found = list(_items(compose_any(text)))
    except Unreadable as error:
        return _piecewise(text, file, error)
    return _checked(found, file, 0)


def _piecewise(text: str, file: str, error: Unreadable) -> tuple[list[Entry], list[Problem]]:
    """The same for a text that is no YAML as a whole: item by item, so that a bad line costs one entry."""
    first = _ITEM.search(text)
    starts = [item.start() for item in _ITEM.finditer(text) if first and item["indent"] == first["indent"]]
    if not starts or error.line == 0:
        return [], [Problem(file, error.line, "", str(error))]
    entries: list[Entry] = []
    problems: list[Problem] = []
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        above = text.count("\n", 0, start)
        try:
            found = list(_items(compose_any(text[start:end])))
        except Unreadable as one:
            last = text.count("\n", start, end) or 1  # an open quote is missed only after it
            problems.append(Problem(file, above + min(one.line, last), "", str(one)))
            continue
        good, bad = _checked(found, file, above)
        entries += good
        problems += bad
    return entries, problems or [Problem(file, error.line, "", str(error))]


def _items(node: yaml.Node | None) -> Iterator[yaml.Node]:
    if node is None:
        return
    if not isinstance(node, yaml.SequenceNode):
        raise Unreadable("expected a list of entries such as `- {word: Nguyen, say: win}`", line_of(node))
    yield from node.value


def _checked(nodes: list[yaml.Node], file: str, above: int) -> tuple[list[Entry], list[Problem]]:
    entries: list[Entry] = []
    problems: list[Problem] = []
    for node in nodes:
        line = above + line_of(node)
        try:
            if len(entries) >= MOST_ENTRIES:
                raise ValueError(f"more than {MOST_ENTRIES} entries; this and all after it are left out")
            entries.append(replace(entry_of(_fields(node)), line=line))
        except ValueError as error:
            problems.append(Problem(file, line, "", str(error)))
            if len(entries) >= MOST_ENTRIES:
                break
    return entries, problems


def _fields(node: yaml.Node) -> dict[str, Any]:
    """What a lexicon writes is text, whatever YAML would make of `no` and `1.0`; only `case` is true or false."""
    if not isinstance(node, yaml.MappingNode):
        raise ValueError("expected an entry such as `{word: Nguyen, say: win}`")
    fields: dict[str, Any] = {}
    for key, value in node.value:
        if not isinstance(value, yaml.ScalarNode) or not isinstance(key, yaml.ScalarNode):
            raise ValueError(f"{str(key.value)[:40]}: expects a single text")
        if key.value in fields:
            raise ValueError(f"{key.value}: it stands here twice")
        truth = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
        fields[key.value] = truth.get(value.value.lower(), value.value) if key.value == "case" else value.value
    return fields


def _line(fields: Mapping[str, Any], name: str, longest: int = MAX_SAY) -> str:
    value = fields.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"{name}: expects a text")
    if any(ord(sign) < 32 or 0xD800 <= ord(sign) < 0xE000 for sign in value):
        raise ValueError(f"{name}: it has a line break or a control character")
    if len(value) > longest:
        raise ValueError(f"{name}: it has {len(value)} characters; {longest} are the most")
    return value.strip()


def _pattern(fields: Mapping[str, Any], form: Form) -> str:
    pattern = _line(fields, form, MAX_PATTERN)
    if form != "regex":
        pattern = clean(pattern, markup=False).text.strip()  # as the texts are: O’Neil is O'Neil there
    if not pattern:
        raise ValueError(f"{form}: it is empty")
    if form == "word" and any(sign.isspace() for sign in pattern):
        raise ValueError(f"word: {pattern!r} is more than one word; write `phrase` instead")
    if form != "regex" and not any(sign.isalnum() for sign in pattern):
        raise ValueError(f"{form}: it has no letter and no digit")
    return pattern


def _check_ipa(form: Form, ipa: str) -> None:
    if form == "regex":
        raise ValueError("ipa: a regex is said by `say`; what it finds differs")
    if unknown := unread(ipa):
        raise ValueError(f"ipa: {unknown[:40]!r} is no IPA; see docs/lexicon.md for the phones")
    if not any(token.symbol.isalpha() for token in from_espeak(ipa)):
        raise ValueError("ipa: there is no phone in it")


def _check_regex(pattern: str, say: str) -> None:
    import regex  # only for those who write one

    try:
        compiled = regex.compile(pattern)
    except regex.error as error:
        raise ValueError(f"regex: {error}") from None
    if compiled.match(""):
        raise ValueError("regex: it finds nothing everywhere; let it need at least one character")
    if rest := _GROUP.sub("", say).count("\\"):
        raise ValueError(f"say: {rest} times a backslash that names no group; write \\1 or \\g<name>")
    for group in _GROUP.finditer(say):
        named = group["name"] or group["number"]
        known = int(named) <= compiled.groups if named.isdigit() else named in compiled.groupindex
        if not known:
            raise ValueError(f"say: the regex has no group {named!r}")
