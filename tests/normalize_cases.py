"""What the tests of a language's normalizer share: its table of cases, and what holds for any text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path

from litetts_edge.text.normalize.scan import spoken_text
from litetts_edge.text.tokens import KINDS, Reading

Read = Callable[[str], list[Reading]]
_DIGIT = re.compile(r"\d")


def cases(lang: str) -> list[tuple[str, list[str]]]:
    """Each text of tests/data/normalize_<lang>.tsv with the readings that are right for it."""
    table = Path(__file__).parent / "data" / f"normalize_{lang}.tsv"
    lines = [line.split("\t") for line in table.read_text(encoding="utf-8").splitlines() if line]
    assert all(len(line) == 3 for line in lines), [line for line in lines if len(line) != 3]
    return [(text, expected.split(" | ")) for text, expected, _ in lines]


def wrong(read: Read, lang: str, gap: str = "") -> list[str]:
    """Every case that is read otherwise, with what came."""
    said = [(text, spoken_text(text, read(text), gap), right) for text, right in cases(lang)]
    return [f"{text} -> {spoken}, not {' | '.join(right)}" for text, spoken, right in said if spoken not in right]


def faults(read: Read, text: str) -> list[str]:
    """What is broken in the readings of `text`, whatever it is; each letter and digit is inside or outside."""
    found, at = [], 0
    for each in (readings := read(text)):
        if not at <= each.start < each.end <= len(text):
            found.append(f"span {each}")
        if each.kind not in KINDS or not 0 <= each.doubt <= 1:
            found.append(f"kind or doubt {each}")
        if _DIGIT.search(each.spoken) or unicodedata.normalize("NFC", each.spoken) != each.spoken:
            found.append(f"spoken {each}")
        if not each.spoken and any(character.isalnum() for character in text[each.start : each.end]):
            found.append(f"lost {each}")
        at = each.end
    if re.search("[0-9]", spoken_text(text, readings)):
        found.append(f"digits left in {spoken_text(text, readings)!r}")
    return found


HOSTILE: Sequence[str] = tuple(
    (unit * 5000)[:5000]
    for unit in (
        "1", "1,", "1-", "a.", "(", "1:", "1/", "$", "1 ", "1~", "1.1", "a-1", "a@", "1+", "年1", "１％", "-",
        ".", "1.", "0", "+1 ",
        "१", "१,", "1/2 ", "1:1:", "12月", "₹1", "k", "1km/", "a1", "http://", "1e", "½", "¥1-", "A1-",
    )
)  # fmt: skip
