"""What the sections of the schema are made of: their class, and the texts that have a form."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

from litetts_edge.settings import words

Line = Annotated[str, AfterValidator(words.line)]
Slug = Annotated[str, AfterValidator(words.slug)]
Level = Annotated[str, AfterValidator(words.level)]
Topic = Annotated[str, AfterValidator(words.topic)]
TimeOfDay = Annotated[str, AfterValidator(words.time_of_day)]


class Section(BaseModel):
    """Settings that belong together; values are already of the right type when they come here."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)
