"""From the bytes of a YAML file to nodes that know their line; what no settings file needs is refused."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import yaml

MAX_BYTES = 128 * 1024
"""A settings file with every setting and sentence in it has a tenth of this."""
MAX_DEPTH = 16

_PLAIN_TAGS = frozenset(
    f"tag:yaml.org,2002:{name}"
    for name in ("str", "int", "float", "bool", "null", "timestamp", "value", "merge", "seq", "map")
)


class Unreadable(Exception):
    """The file is no settings file; `line` is 0 when no line is to blame."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


class _Composer(yaml.SafeLoader):
    """Builds nodes only, no values: what a value means is the schema's business, not YAML's."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Refuse what makes small files large or deep."""
        event = self.peek_event()  # type: ignore[no-untyped-call]
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            raise Unreadable("aliases (*name) are not used in settings; write the value itself", line)
        if self.depth >= MAX_DEPTH:
            raise Unreadable(f"more than {MAX_DEPTH} levels are inside each other", line)
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        if node is not None and node.tag not in _PLAIN_TAGS:
            raise Unreadable(f"the tag {node.tag[:60]!r} is not used in settings; remove it", line)
        return node


def read_text(path: Path, longest: int = MAX_BYTES) -> str:
    """The text of a file that people write. Raises FileNotFoundError, or Unreadable for anything else."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise Unreadable("is not a file")
        with path.open("rb") as file:
            content = file.read(longest + 1)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise Unreadable(f"cannot be read: {os.strerror(error.errno or 0)}") from None
    if len(content) > longest:
        raise Unreadable(f"is larger than {longest} bytes: it is left out")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Unreadable("is not UTF-8 text; save it as UTF-8", line) from None


def compose(text: str) -> yaml.MappingNode | None:
    """The keys and values of a settings text, or None when it says nothing. Raises Unreadable."""
    node = compose_any(text)
    if node is not None and not isinstance(node, yaml.MappingNode):
        raise Unreadable("expected settings such as `volume: 80`, not a single value or a list", line_of(node))
    return node


def compose_any(text: str) -> yaml.Node | None:
    """What stands in a YAML text, or None when it says nothing. Raises Unreadable."""
    try:
        loader = _Composer(text)
        try:
            node = loader.get_single_node()
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(error) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise Unreadable(f"holds the character U+{int(error.character):04X}, which YAML forbids", line) from None
    return None if node is None or is_null(node) else node


def line_of(node: yaml.Node) -> int:
    """The line it begins on, counted from 1; 0 for one that came from no file."""
    return node.start_mark.line + 1 if node.start_mark else 0


def is_null(node: yaml.Node) -> bool:
    """True where a value was left out, or written as ~ or null."""
    return node.tag == "tag:yaml.org,2002:null"


def _syntax_error(error: yaml.MarkedYAMLError) -> Unreadable:
    mark = error.problem_mark or error.context_mark
    said = error.problem or "cannot be understood"
    if "'\\t'" in said:
        said = "a tab stands where only spaces may; indent with spaces"
    elif "another document" in said:
        said = "a second document begins here (---); keep one to a file"
    elif "mapping values are not allowed" in said:
        said = "a second ': ' on one line, or wrong indentation; quote the value or mend the indentation"
    return Unreadable(f"YAML syntax: {said}", mark.line + 1 if mark else 0)
