"""What the table is trained on: labelled sentences, and stand-ins, words that are only a noun or only a verb."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

from litetts_edge.text.homographs import row_of

_TOKEN = re.compile(r"\d[\d,.]*\d|\d|[^\W\d_]+(?:['’\-][^\W\d_]+)*['’]?(?=\s|$|[^\w'’])|[^\W\d_]+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Example:
    """One occurrence of a homograph, or of a word that stands in for all of a kind."""

    words: tuple[str, ...]
    index: int
    row: str
    """The homograph; empty for a stand-in."""
    kind: str
    side: int
    """0 the first reading, 1 the second; more are for rules alone."""
    group: int
    """The same number for the same sentence: they are kept aside together."""
    repeats: float = 1.0


def tokens(text: str) -> list[tuple[str, int]]:
    """Words and marks with their places."""
    return [(found.group().replace("’", "'"), found.start()) for found in _TOKEN.finditer(text)]


def group_of(text: str) -> int:
    """One number for all spellings of a sentence that differ in digits, case and marks only."""
    return crc32(re.sub(r"[\W\d_]+", " ", text).lower().strip().encode())


def labelled(data: Path) -> Iterator[Example]:
    """The examples of the Wikipedia data. Raises ValueError for a label that the readings lack."""
    for line in data.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        row = row_of(record["word"].lower())
        pieces = tokens(record["input"])
        index = max(
            (at for at, (_, start) in enumerate(pieces) if start <= record["start"]), default=0
        )  # a token that begins before it contains it
        word, start = pieces[index]
        if word.lower() != record["word"].lower():  # a part of a compound: cut it out
            cut = record["start"] - start
            length = record["end"] - record["start"]
            parts = [(word[:cut].rstrip("-'"), start), (word[cut : cut + length], record["start"])]
            parts.append((word[cut + length :].lstrip("-'"), record["end"]))
            kept = [part for part in parts if part[0]]
            pieces[index : index + 1] = kept
            index += kept.index(parts[1])
        yield Example(
            tuple(word for word, _ in pieces),
            index,
            record["word"].lower(),
            row.kind,
            row.labels.index(record["label"]),
            group_of(record["input"]),
        )


def written(path: Path) -> Iterator[Example]:
    """Sentences of our own: label, TAB, sentence with the word in [brackets]."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        label, sentence = line.split("\t")
        before, word, after = re.split(r"[\[\]]", sentence)
        row = row_of(word.lower())
        words = [piece for piece, _ in tokens(before)]
        index = len(words)
        words += [word, *(piece for piece, _ in tokens(after))]
        yield Example(
            tuple(words),
            index,
            word.lower(),
            row.kind,
            row.labels.index(label),
            group_of(before + word + after),
            3.0,
        )


_VERBS = """
provide become achieve include allow create develop describe receive require maintain explain enjoy prevent
protect destroy remove avoid choose decide believe understand know think bring keep lose write speak tell hear
learn teach arrive appear exist occur happen belong accept admit agree apply arrange assume attend begin behave
borrow carry celebrate collect compare compete confirm connect consider contain continue contribute convince
defend define deliver demonstrate deny depend derive discover discuss divide earn eat eliminate emerge employ
encourage engage enter evaluate examine expand expect extend forget forgive gather generate grow ignore
illustrate imagine improve indicate inform inspire install investigate join justify locate marry modify obtain
occupy offer oppose organize participate perceive perform persuade possess prefer prepare preserve pretend
proceed promote prove publish pursue realize recognize recommend reduce refer reflect relate rely remember
replace represent resolve respond retain retire reveal satisfy seek select sell send serve settle solve
strengthen submit succeed suffer suggest survive sustain translate unite vary write determine establish
introduce identify ensure acquire adopt involve operate assist reach save follow give take
""".split()
_NOUNS = """
city people year family member church university county district town village river building population army
government company team player president king queen daughter father mother wife husband child century history
language art book album band movie character student teacher college court law office election party region area
station railway bridge island province computer software engine car vehicle aircraft airport road street
mountain valley lake ocean forest tree bird animal dog horse science theory idea knowledge technique disease
patient hospital doctor artist author poet article newspaper magazine journal editor museum gallery theatre
theater orchestra opera guitar piano singer actor director producer festival event ceremony prize medal
championship tournament league stadium victory captain soldier weapon missile enemy treaty agreement citizen
community society culture tradition religion god priest bishop saint emperor prince duke money energy
temperature weather garden kitchen door window evidence opinion method education economy industry product market
customer price service system software website television radio music
""".split()
_ADJECTIVES = """
large important small different various famous political social economic military similar old new strong
difficult possible available successful modern ancient traditional international natural special professional
additional main rare beautiful happy rich poor serious significant dangerous useful effective visible common
""".split()
_PAIRS = """
write wrote written; speak spoke spoken; take took taken; give gave given; know knew known; go went gone; begin
began begun; choose chose chosen; eat ate eaten; forget forgot forgotten; hear heard; tell told; buy bought;
bring brought; keep kept; lose lost; make made; send sent; sell sold; teach taught; win won; find found;
understand understood; see seen; sing sang sung; explain explained; follow followed; learn learned; publish
published; enjoy enjoyed; receive received
""".replace("\n", " ").split(";")


def _in_s(word: str) -> str:
    if word[-1] == "y" and word[-2] not in "aeiou":
        return word[:-1] + "ies"
    return word + ("es" if word[-2:] in {"ch", "sh", "ss"} or word[-1] in "xo" else "s")


def _standing_in() -> dict[str, tuple[tuple[str, int], ...]]:
    """Each word that is only one thing: the kinds whose examples it makes, and on which side."""
    sides: dict[str, list[tuple[str, int]]] = {}
    for word in _VERBS:
        sides.setdefault(word, []).append(("v", 1))
        sides.setdefault(_in_s(word), []).append(("s", 1))
    for word in _NOUNS:
        sides.setdefault(word, []).extend([("v", 0), ("p", 0)])
        sides.setdefault(_in_s(word), []).append(("s", 0))
    for word in _ADJECTIVES:
        sides.setdefault(word, []).append(("v", 0))
    for forms in _PAIRS:
        base, *past = forms.split()
        sides.setdefault(base, []).append(("r", 0))
        for word in past:
            sides.setdefault(word, []).extend([("r", 1), ("p", 1)])
    return {word: tuple(found) for word, found in sides.items()}


def stand_ins(sentences: list[str]) -> Iterator[Example]:
    """An example for each stand-in in each sentence, once."""
    known = _standing_in()
    done: set[int] = set()
    for text in sentences:
        group = group_of(text)
        if group in done:
            continue
        done.add(group)
        words = tuple(word for word, _ in tokens(text))
        for index, word in enumerate(words):
            for kind, side in known.get(word.lower(), ()):
                yield Example(words, index, "", kind, side, group)
