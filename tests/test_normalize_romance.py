"""Spanish, French, Italian and Brazilian Portuguese: what is written, as it is said on the radio there."""

from __future__ import annotations

import importlib
import random
import re
from collections.abc import Callable
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
def test_hostile_text_is_read_to_its_end(language: str) -> None:
    """Endless numbers, dots and brackets: spans are ordered, no digit is left (an explosion never ends)."""
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
        readings = read(text)
        assert not re.search(r"\d", render(text, readings)), piece
        check_shape(text, readings)


MARKS = "0123456789 .,:/-–'°º²½%€$£#@&+=()XVIabcdehmsCKM_"


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
    alphabet = [
        *"0123456789 .,:/-–'°º²½%€$£#@&+=()XVIabcdehmsCKM_",
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


SAY_AS = [
    ("es", "USB", "characters", "", "U S B"),
    ("es", "A1", "spell-out", "", "A uno"),
    ("es", "12", "ordinal", "", "duodécimo"),
    ("es", "XIV", "ordinal", "", "decimocuarto"),
    ("es", "205", "digits", "", "dos cero cinco"),
    ("es", "3/4", "fraction", "", "tres cuartos"),
    ("es", "5/12/2023", "date", "mdy", "doce de mayo de dos mil veintitrés"),
    ("es", "20230512", "date", "", "doce de mayo de dos mil veintitrés"),
    ("es", "el 20230512", "date", "", "doce de mayo de dos mil veintitrés"),
    ("es", "14:30", "time", "", "catorce treinta"),
    ("es", "12,50 €", "currency", "", "doce euros con cincuenta céntimos"),
    ("es", "5 km", "unit", "", "cinco kilómetros"),
    ("es", "hola", "cardinal", "", None),
    ("es", "", "characters", "", None),
    ("es", "12", "nonsense", "", None),
    ("fr", "71", "cardinal", "", "soixante et onze"),
    ("fr", "1", "ordinal", "", "premier"),
    ("fr", "0612", "telephone", "", "zéro six un deux"),
    ("it", "1.500", "number", "", "millecinquecento"),
    ("it", "8", "ordinal", "", "ottavo"),
    ("it", "2022", "date", "y", "duemilaventidue"),
    ("pt", "1.200", "cardinal", "", "mil e duzentos"),
    ("pt", "7/9", "date", "dm", "sete de setembro"),
]


@pytest.mark.parametrize(("language", "text", "interpret_as", "form", "spoken"), SAY_AS)
def test_say_as_forces_the_class(
    language: str, text: str, interpret_as: str, form: str, spoken: str | None
) -> None:
    """SSML names the class; what cannot be read so is None."""
    assert module_of(language).read_as(text, interpret_as, form) == spoken


def plain(words: str) -> str:
    """Spellings that differ without being heard: hyphens, commas, the accent of tré."""
    return words.replace("-", " ").replace(",", "").replace("tré", "tre")


FAULTS: dict[str, Callable[[str, str], bool]] = {
    "fr": lambda ours, theirs: False,
    "es": lambda ours, theirs: theirs.replace("uno", "un") == ours.replace("uno", "un").replace("ún", "un"),
    "it": lambda ours, theirs: theirs.replace("dicotto", "diciotto").replace(" e ", " ") == ours,
    "pt": lambda ours, theirs: theirs.replace(" e ", " ") == ours.replace(" e ", " "),
}
"""num2words 0.5.14 says "veintiuno mil" and "uno millones" (es), "centodicotto" and joins with "e" (it), and
puts "e"
before thousands below a hundred where more follows (pt). French has none."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_agree_with_num2words(language: str) -> None:
    """Two spellers, written apart, say the same numbers up to 10**12, but for the faults listed."""
    num2words: Callable[..., str] = pytest.importorskip("num2words").num2words
    cardinal = importlib.import_module(f"litetts_edge.text.normalize.{language}.numbers").cardinal
    rng = random.Random(language)
    numbers = [*range(1200), *(rng.randrange(10 ** rng.randint(4, 12)) for _ in range(2000))]
    wrong = []
    for number in numbers:
        ours, theirs = (
            plain(cardinal(number)),
            plain(num2words(number, lang={"pt": "pt_BR"}.get(language, language))),
        )
        if ours != theirs and not FAULTS[language](ours, theirs):
            wrong.append((number, ours, theirs))
    assert not wrong, wrong[:8]
