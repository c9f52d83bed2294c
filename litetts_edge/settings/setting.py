"""What one setting says about itself, and how that is read back from the schema."""

from __future__ import annotations

import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Le
from pydantic import BaseModel, Field
from pydantic.fields import FieldInfo

Applies = Literal["live", "reconnect", "revoice", "restart"]
"""What a change costs: nothing, a new connection to the broker, loading the voice again, or a restart."""

Kind = Literal["yes_no", "whole", "number", "text", "choice", "list"]
Value = bool | int | float | str | tuple[str, ...]

MASK = "********"


@dataclass(frozen=True, slots=True)
class Setting:
    """One entry of the schema."""

    key: str
    """Dotted, as in `mqtt.tls.ca_file`."""
    kind: Kind
    default: Value
    applies: Applies
    help: str
    """What it means, in a sentence."""
    unit: str = ""
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()
    """What a `choice`, or each word of a `list`, can be; empty when any word will do."""
    secret: bool = False
    """Never shown: not in errors, logs, tables or on topics."""
    path: bool = False
    """Names a file or a folder; a relative one counts from the folder of the file that says it."""

    def allowed(self) -> str:
        """What may stand there, for people; empty for a free text."""
        unit = f" {self.unit}" if self.unit else ""
        if self.kind == "yes_no":
            return "true or false"
        if self.choices:
            return ("a list of " if self.kind == "list" else "one of ") + ", ".join(self.choices)
        if self.least is not None and self.most is not None:
            return f"{self.least:g} to {self.most:.10g}{unit}"
        return ""

    def shown(self, value: Value) -> str:
        """The value for people, or a mask for a secret that is set."""
        if self.secret and value:
            return MASK
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, tuple):
            return f"[{', '.join(value)}]"
        return '""' if value == "" else str(value)


def setting(
    default: Value,
    *,
    applies: Applies,
    help: str,  # noqa: A002 - the word that everyone knows from argparse
    unit: str = "",
    ge: float | None = None,
    le: float | None = None,
    max_length: int | None = None,
    min_length: int | None = None,
    secret: bool = False,
    path: bool = False,
) -> Any:
    """A field of a settings model. A number needs `ge` and `le`; `help` is one sentence."""
    extra: dict[str, Any] = {"applies": applies}
    extra |= {"unit": unit} if unit else {}
    extra |= {"writeOnly": True} if secret else {}
    extra |= {"format": "path"} if path else {}
    return Field(
        default,
        description=help,
        ge=ge,
        le=le,
        max_length=max_length,
        min_length=min_length,
        repr=not secret,
        json_schema_extra=extra,
    )


def section(model: type[BaseModel]) -> Any:
    """A field that holds a section of settings."""
    return Field(default_factory=model)


def settings_of(model: type[BaseModel], prefix: str = "") -> Iterator[Setting]:
    """Every setting of a model and of the sections in it, in the order of the schema."""
    for name, field in model.model_fields.items():
        key = f"{prefix}{name}"
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from settings_of(field.annotation, f"{key}.")
        else:
            yield _read(key, field)


def sections_of(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, str]]:
    """The dotted name and the sentence of every section, outer ones first."""
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield f"{prefix}{name}", " ".join((field.annotation.__doc__ or "").split())
            yield from sections_of(field.annotation, f"{prefix}{name}.")


def _read(key: str, field: FieldInfo) -> Setting:
    extra = field.json_schema_extra
    assert isinstance(extra, dict), f"{key} was not made with setting()"
    kind, choices = _kind(field.annotation)
    return Setting(
        key=key,
        kind=kind,
        default=field.default,
        applies=extra["applies"],  # type: ignore[arg-type]  # written by setting() above
        help=field.description or "",
        unit=str(extra.get("unit", "")),
        least=next((float(str(m.ge)) for m in field.metadata if isinstance(m, Ge)), None),
        most=next((float(str(m.le)) for m in field.metadata if isinstance(m, Le)), None),
        choices=choices,
        secret="writeOnly" in extra,
        path="format" in extra,
    )


def _kind(annotation: object) -> tuple[Kind, tuple[str, ...]]:
    simple: dict[object, Kind] = {bool: "yes_no", int: "whole", float: "number", str: "text"}
    if annotation in simple:
        return simple[annotation], ()
    if get_origin(annotation) is Literal:
        return "choice", get_args(annotation)
    assert isinstance(annotation, types.GenericAlias), f"no kind of setting for {annotation}"
    words = get_args(annotation)[0]
    return "list", get_args(words) if get_origin(words) is Literal else ()
