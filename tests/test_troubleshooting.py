"""docs/troubleshooting.md: every code that a person can meet is explained there, and none that does not exist."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
TABLE = ROOT / "docs" / "troubleshooting.md"
CODE = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*")

SSML = {"CLAMPED", "BAD", "UNKNOWN_TAG", "UNKNOWN_ATTRIBUTE", "UNSUPPORTED"}
NAMES = {"code", "_REFUSALS", "RESTART_NEEDED", "UNLOADED_FIRST", *SSML}
"""Names that stand for a code, or a table of them."""
FIRST = {"ConnectFailed", "Ended", "_tell", "tell"}
"""Calls whose first argument is a code."""
SECOND = {"Failed", "Dropped"}
"""Calls whose second argument is one."""
CHECKS = {"check", "problem"}
"""Functions that give codes back."""


def codes_in(source: str) -> set[str]:
    """The codes that stand in a module, wherever the ways to say one are used."""
    return {code for node in ast.walk(ast.parse(source)) for code in _codes(node) if CODE.fullmatch(code)}


def _codes(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in NAMES:
            yield from _texts(value)
        case ast.Call():
            yield from _codes_of_call(node)
        case ast.Dict(keys=keys, values=values):
            for key, value in zip(keys, values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "code":
                    yield from _texts(value)
        case ast.FunctionDef(name=name) if name in CHECKS:
            yield from _codes_of_function(node)


def _codes_of_call(call: ast.Call) -> Iterator[str]:
    match call.func:
        case ast.Attribute(value=ast.Name(id=name)) if name in NAMES:  # _REFUSALS.get(reason, (code, text))
            places = slice(None)
        case ast.Name(id=name) | ast.Attribute(attr=name) if name in FIRST:
            places = slice(0, 1)
        case ast.Name(id=name) | ast.Attribute(attr=name) if name in SECOND:
            places = slice(1, 2)
        case _:
            return
    for argument in call.args[places]:
        yield from _texts(argument)


def _codes_of_function(function: ast.FunctionDef) -> Iterator[str]:
    for node in ast.walk(function):
        match node:
            case ast.Return(value=ast.expr() as value):
                yield from _texts(value)
            case ast.Call(func=ast.Attribute(attr="append"), args=[ast.Constant(value=str(code))]):
                yield code


def _texts(node: ast.AST) -> Iterator[str]:
    for each in ast.walk(node):
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield each.value


def codes_of_the_program() -> set[str]:
    package = ROOT / "litetts_edge"
    modules = [path for path in package.rglob("*.py") if "shipped" not in path.parts]
    return {code for path in modules for code in codes_in(path.read_text(encoding="utf-8"))}


def rows() -> list[tuple[str, str, str]]:
    """Code, meaning and what to do, of each row."""
    found = re.findall(r"^\| `([a-z0-9_]+)` \| (.+) \| (.+) \|$", TABLE.read_text(encoding="utf-8"), re.MULTILINE)
    assert found
    return found


def test_every_code_is_explained() -> None:
    """A new code needs a row: what it means, and what to do."""
    assert sorted(codes_of_the_program() - {code for code, _, _ in rows()}) == []


def test_no_row_outlives_its_code() -> None:
    """A row that nothing says any more misleads."""
    assert sorted({code for code, _, _ in rows()} - codes_of_the_program()) == []


def test_each_code_has_one_row_and_both_columns() -> None:
    """Whoever searches for a code finds one place, with a sentence in each column."""
    assert [code for code, count in Counter(code for code, _, _ in rows()).items() if count > 1] == []
    assert [code for code, meaning, what in rows() if min(len(meaning), len(what)) < 8] == []


def test_the_collector_sees_every_way_to_say_a_code() -> None:
    """One sample of each."""
    source = (
        "class A(Exception):\n    code = 'of_a_class'\n"
        "RESTART_NEEDED = 'named'\n"
        "_REFUSALS = {0x84: ('of_a_table', 'why it was so')}\n"
        "_REFUSALS.get(reason, ('of_the_rest', 'why it was so'))\n"
        "raise ConnectFailed('first', 'why')\n"
        "self._tell('also_first' if x else None, 'why')\n"
        "Failed(request, 'second', 'why')\n"
        "publish({'code': 'of_a_document', 'message': 'why'})\n"
        "class B:\n    def problem(self):\n        return 'returned' if x else None\n"
        "    def check(self):\n        faults.append('appended')\n        return ('also_returned',)\n"
    )
    assert codes_in(source) == {
        "of_a_class", "named", "of_a_table", "of_the_rest", "first", "also_first", "second", "of_a_document",
        "returned", "appended", "also_returned",
    }  # fmt: skip
