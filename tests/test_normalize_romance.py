"""Spanish, French, Italian and Brazilian Portuguese: what is written, as it is said on the radio there."""

from __future__ import annotations

import importlib
import random
import re
import time
from pathlib import Path
from types import ModuleType

import pytest

from litetts_edge.text.tokens import KINDS, Reading

LANGUAGES = ("es", "fr", "it", "pt")
CASES = Path(__file__).parent / "data"


def module_of(language: str) -> ModuleType:
    return importlib.import_module(f"litetts_edge.text.normalize.{language}")


def render(text: str, readings: list[Reading]) -> str:
    """The sentence with its readings in place, a space wherever a word would touch another."""
    pieces: list[str] = []
    position = 0
    for reading in readings:
        before = text[position : reading.start]
        pieces.append(before + " " if not before or before[-1].isalnum() else before)
        pieces.append(reading.spoken)
        position = reading.end
        pieces.append(" " if text[position : position + 1].isalnum() else "")
    return " ".join("".join([*pieces, text[position:]]).split())


def cases(language: str) -> list[tuple[str, list[str], str]]:
    rows = (CASES / f"normalize_{language}.tsv").read_text("utf-8").splitlines()
    split = [row.split("\t") for row in rows if row and not row.startswith("#")]
    return [(text, [way.strip() for way in spoken.split(" | ")], category) for text, spoken, category in split]


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_are_read_as_people_say_them(language: str) -> None:
    """Every line of the table is read as one of the ways it accepts."""
    read = module_of(language).read
    wrong = []
    for text, accepted, category in cases(language):
        said = render(text, read(text))
        if said not in accepted:
            wrong.append(f"[{category}] {text}\n    said:   {said}\n    wanted: {' | '.join(accepted)}")
    assert not wrong, f"{len(wrong)} lines\n" + "\n".join(wrong)


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_text_takes_linear_time_and_leaves_no_digit(language: str) -> None:
    """Endless numbers, dots and brackets are read within a second; spans are ordered; no digit is left."""
    read = module_of(language).read
    for piece in (
        "1",
        "1,",
        "1.",
        "1-",
        "1/",
        "1:",
        "1 ",
        "111.",
        "111 ",
        "a.",
        "a_",
        "a/",
        "a@",
        "(",
        "-",
        "I",
        "$",
        "1h",
        "@",
        "#",
    ):
        text = piece * (5000 // len(piece))
        start = time.perf_counter()
        readings = read(text)
        assert time.perf_counter() - start < 2, piece
        assert not re.search(r"\d", render(text, readings)), piece
        check_shape(text, readings)


def check_shape(text: str, readings: list[Reading]) -> None:
    position = 0
    for reading in readings:
        assert position <= reading.start < reading.end <= len(text), (text, reading)
        assert reading.kind in KINDS, reading
        assert not re.search(r"[\d%€$@/]|\s\s", reading.spoken), (text, reading)
        position = reading.end


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_raises_or_keeps_a_digit(language: str) -> None:
    """Random strings of the marks that classes look for: never an error, never a digit left."""
    read = module_of(language).read
    rng = random.Random(language)
    alphabet = list("0123456789 .,:/-–'°º²½%€$£#@&+=()XVIabcdehmsCKM_") + [
        " de ",
        " km",
        "er",
        " 12",
        "h",
        "://",
        "www.",
        "€",
        "a.m.",
    ]
    for _ in range(3000):
        text = "".join(rng.choices(alphabet, k=rng.randint(1, 40)))
        readings = read(text)
        check_shape(text, readings)
        assert not re.search(r"\d", render(text, readings)), text
