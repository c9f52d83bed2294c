"""The layers above the defaults, each read and checked on its own, so that every error keeps its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from litetts_edge.settings.document import Unreadable, compose, is_null, line_of, read_text
from litetts_edge.settings.problems import Layer, Origin, Problem, problem_at, unknown_key
from litetts_edge.settings.schema import Settings, known_sections, known_settings
from litetts_edge.settings.setting import Value
from litetts_edge.settings.values import BadValue, value_in_text, value_in_yaml, why_refused

ENVIRONMENT_PREFIX = "LITETTS_EDGE__"
MOST_PROBLEMS = 100
"""After so many in one file the rest says nothing new."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One value and where it was written."""

    value: Value
    origin: Origin


@dataclass(slots=True)
class Found:
    """What a layer holds: good values by dotted key, and all that is wrong with the others."""

    entries: dict[str, Entry] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def bad_keys(self) -> set[str]:
        """The keys that were written, but cannot be used."""
        return {problem.key for problem in self.problems}


def layer_in_file(path: Path, layer: Layer, home: Path, *, required: bool = True) -> Found:
    """What a YAML file sets; an absent one that is not required sets nothing."""
    try:
        text = read_text(path)
    except FileNotFoundError:
        return Found(problems=[Problem(str(path), 0, "", "there is no such file")] if required else [])
    except Unreadable as error:
        return Found(problems=[Problem(str(path), error.line, "", str(error))])
    return layer_in_text(text, path, layer, home)


def layer_in_text(text: str, path: Path, layer: Layer, home: Path) -> Found:
    """What a YAML text sets, told as if it stood in the file `path`."""
    found = Found()
    try:
        root = compose(text)
        if root is not None:
            _walk(root, "", Origin(layer, str(path)), found)
    except Unreadable as error:
        found.problems.append(Problem(str(path), error.line, "", str(error)))
    checked = _checked(found, path.absolute().parent, home)
    checked.problems.sort(key=lambda problem: problem.line)
    return checked


def layer_in_environment(environ: Mapping[str, str], home: Path) -> Found:
    """What variables such as LITETTS_EDGE__MQTT__PORT set; upper and lower case are the same."""
    found = Found()
    names = {variable_of(key): key for key in known_settings()}
    squeezed = {_squeeze(name): name for name in names}
    for name in sorted(environ):
        variable = name.upper()
        if variable in names:
            _add_text(names[variable], environ[name], Origin("environment", name), found)
        elif variable.startswith(ENVIRONMENT_PREFIX):
            near = get_close_matches(_squeeze(variable), squeezed, n=1, cutoff=0.8)  # most of it is the prefix
            hint = f" Did you mean {squeezed[near[0]]}?" if near and variable != ENVIRONMENT_PREFIX else ""
            found.problems.append(Problem(f"environment {_printable(name)}", 0, "", f"unknown setting.{hint}"))
        elif _squeeze(variable) in squeezed:
            meant = squeezed[_squeeze(variable)]
            found.problems.append(Problem(f"environment {name}", 0, "", f"unknown setting. Did you mean {meant}?"))
    return _checked(found, Path.cwd(), home)


def layer_in_assignments(assignments: Sequence[str], home: Path) -> Found:
    """What `section.key=value` pairs set; of two with the same key the later one counts."""
    found = Found()
    for assignment in assignments:
        key, equals, text = assignment.partition("=")
        key = key.strip()
        origin = Origin("command line")
        if not equals:
            message = "needs a value, as in mqtt.port=1883"
            found.problems.append(problem_at(origin, _printable(key), message))
        elif key in known_settings():
            found.entries.pop(key, None)
            _add_text(key, text, origin, found)
        else:
            found.problems.append(problem_at(origin, _printable(key), why_unknown(key)))
    return _checked(found, Path.cwd(), home)


def variable_of(key: str) -> str:
    """The environment variable that sets a dotted key."""
    return ENVIRONMENT_PREFIX + key.replace(".", "__").upper()


def nested(values: Iterable[tuple[str, Value]]) -> dict[str, Any]:
    """Dotted keys as sections inside sections."""
    tree: dict[str, Any] = {}
    for key, value in values:
        *sections, name = key.split(".")
        place = tree
        for one in sections:
            place = place.setdefault(one, {})
        place[name] = value
    return tree


def _walk(mapping: yaml.MappingNode, prefix: str, origin: Origin, found: Found) -> None:
    seen: dict[str, int] = {}
    for key_node, node in mapping.value:
        line = line_of(key_node)
        if len(found.problems) >= MOST_PROBLEMS:
            raise Unreadable(f"more than {MOST_PROBLEMS} problems; what comes after this is not checked", line)
        here = Origin(origin.layer, origin.file, line)
        if not isinstance(key_node, yaml.ScalarNode):
            found.problems.append(problem_at(here, prefix.rstrip("."), "a list or a section cannot be a key"))
            continue
        name = str(key_node.value)
        key = prefix + name
        if name in seen:
            found.problems.append(problem_at(here, _printable(key), f"is set on line {seen[name]} already"))
        elif "." not in name and key in known_settings():
            _add_node(key, node, here, found)
        elif "." not in name and key in known_sections():
            _walk_section(key, node, here, found)
        else:
            found.problems.append(problem_at(here, _printable(key), why_unknown(key, flat="." in name)))
        seen.setdefault(name, line)


def _walk_section(key: str, node: yaml.Node, here: Origin, found: Found) -> None:
    if isinstance(node, yaml.MappingNode):
        _walk(node, f"{key}.", here, found)
    elif not is_null(node):  # a heading under which everything is commented out is fine
        inside = next(one for one in known_settings() if one.startswith(f"{key}."))
        message = f"is a section: settings such as `{inside.removeprefix(f'{key}.')}: …` stand below it, indented"
        found.problems.append(problem_at(here, key, message))


def _add_node(key: str, node: yaml.Node, here: Origin, found: Found) -> None:
    try:
        found.entries[key] = Entry(value_in_yaml(known_settings()[key], node), here)
    except BadValue as error:
        found.problems.append(problem_at(here, key, str(error), error.line))


def _add_text(key: str, text: str, origin: Origin, found: Found) -> None:
    if key in found.entries:
        other = found.entries[key].origin
        found.problems.append(problem_at(origin, key, f"is set by {other} already"))
        return
    try:
        found.entries[key] = Entry(value_in_text(known_settings()[key], text), origin)
    except BadValue as error:
        found.problems.append(problem_at(origin, key, str(error)))


def _checked(found: Found, folder: Path, home: Path) -> Found:
    """The same with ranges and rules applied, and paths made absolute."""
    settings = known_settings()
    try:
        Settings.model_validate(nested((key, entry.value) for key, entry in found.entries.items()))
    except ValidationError as error:
        for one in error.errors(include_url=False)[:MOST_PROBLEMS]:
            key = ".".join(part for part in one["loc"] if isinstance(part, str))
            message = why_refused(settings[key], one["input"], one["type"], one["msg"])
            if entry := found.entries.get(key):
                found.problems.append(problem_at(entry.origin, key, message))
        for key in found.bad_keys():
            found.entries.pop(key, None)
    for key, entry in found.entries.items():
        if settings[key].path and entry.value:
            found.entries[key] = Entry(_absolute(str(entry.value), folder, home), entry.origin)
    return found


def _absolute(text: str, folder: Path, home: Path) -> str:
    parts = Path(text).parts
    return str(home.joinpath(*parts[1:]) if parts[:1] == ("~",) else folder / text)


def why_unknown(key: str, *, flat: bool = False) -> str:
    """What to say of a dotted key that is no setting; `flat` when it stands like that in a file."""
    known = known_settings()
    if key in known_sections():
        return "is a section, not a setting"
    if flat and key in known:
        section, _, name = key.rpartition(".")
        return f"is written as a section: `{section.replace('.', ': ')}:` and below it, indented, `{name}: …`"
    return unknown_key(key, list(known))


def _squeeze(variable: str) -> str:
    return re.sub("_+", "_", variable)


def _printable(name: str) -> str:
    """A name that cannot break the line on which it is shown."""
    return name if name.isprintable() and len(name) <= 80 else ascii(name[:80])
