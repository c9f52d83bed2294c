"""Where texts are cut into sentences: cases as people write them, and another splitter on prose."""

from __future__ import annotations

import importlib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from litetts_edge.text.clean import clean
from litetts_edge.text.sentences import MAX_CHARACTERS, PARAGRAPH_PAUSE_MS, SENTENCE_PAUSE_MS, split

DATA = Path(__file__).parent / "data"
UNSPACED = {"zh", "ja", "my"}
"""Languages that write no space between sentences."""


def pieces(text: str, lang: str = "en", forced: tuple[int, ...] = ()) -> list[str]:
    return [text[piece.start : piece.end] for piece in split(text, lang, forced)]


def cases(name: str) -> Iterator[tuple[str, str, list[str]]]:
    """Language, text and its sentences, of each line of a table."""
    for line in (DATA / name).read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            lang, _, marked = line.rpartition("\t")
            parts = marked.replace(r"\n", "\n").split("|")
            gap = "" if lang in UNSPACED else " "
            text = parts[0] + "".join(part if part[:1] == "\n" else gap + part for part in parts[1:])
            yield lang or "en", text, [part.strip("\n") for part in parts]


@pytest.mark.parametrize(("name", "least"), [("sentences_en.txt", 110), ("sentences_other.tsv", 40)])
def test_sentences_end_where_the_table_says(name: str, least: int) -> None:
    """Every line of the table, with all that fail in one report."""
    table = list(cases(name))
    assert len(table) >= least
    wrong = [(lang, want, got) for lang, text, want in table if (got := pieces(text, lang)) != want]
    assert wrong == []


@pytest.mark.parametrize("name", ["sentences_en.txt", "sentences_other.tsv"])
def test_a_cleaned_text_has_the_same_sentences(name: str) -> None:
    """clean() straightens quotes and takes list marks out, and moves no border."""
    different = []
    for lang, text, want in cases(name):
        cleaned = clean(text)
        spans = [cleaned.source(piece.start, piece.end) for piece in split(cleaned.text, lang)]
        if len(spans) != len(want) or any(
            text[start:end] not in part for (start, end), part in zip(spans, want, strict=True)
        ):
            different.append((text, [text[start:end] for start, end in spans]))
    assert different == []


EXPLAINED = {
    "By 2 a.m. Mr. Oakes had mended the fuse.": "pysbd ends a sentence after any a.m. before a capital letter",
}
"""Places in prose_en.txt that pysbd 0.3.4 cuts otherwise, and why we do not."""


def test_prose_is_cut_as_another_splitter_does() -> None:
    """pysbd on a story: each difference is known, with its reason."""
    try:
        pysbd = importlib.import_module("pysbd")
    except ImportError:
        pytest.skip("pysbd is not installed")
    text = (DATA / "prose_en.txt").read_text(encoding="utf-8")
    theirs, ours = set(), set()
    for paragraph in text.splitlines():
        theirs |= {sentence.strip() for sentence in pysbd.Segmenter(language="en", clean=False).segment(paragraph)}
        ours |= set(pieces(paragraph))
    assert len(ours & theirs) > 40
    assert ours - theirs == set(EXPLAINED)


def test_pauses_are_those_of_the_border() -> None:
    """A paragraph's, a sentence's, a meant line break's; a forced cut has none of its own."""
    text = "One. Two\u2028three.\n\nFour five. Six"
    found = [(text[piece.start : piece.end], piece.pause_ms) for piece in split(text, "en", [text.index("five")])]
    assert found == [
        ("One.", SENTENCE_PAUSE_MS),
        ("Two", SENTENCE_PAUSE_MS),
        ("three.", PARAGRAPH_PAUSE_MS),
        ("Four", 0),
        ("five.", SENTENCE_PAUSE_MS),
        ("Six", PARAGRAPH_PAUSE_MS),
    ]


def test_what_is_kept_is_one_piece() -> None:
    """No sentence ends inside it; it may end with it, and a forced cut is stronger."""
    text = "It is on. Then off. Good"
    kept = [(6, 19)]
    assert [text[piece.start : piece.end] for piece in split(text, "en", (), kept)] == [
        "It is on. Then off.",
        "Good",
    ]
    assert [piece.end for piece in split(text, "en", [9], kept)] == [9, 19, 24]


@given(
    text=st.text(max_size=400) | st.text(alphabet="aB1i. !?…\n\u2028\"'()•-。", max_size=700),
    lang=st.sampled_from(["en", "de", "el", "ja", "ru", "xx"]),
    forced=st.lists(st.integers(-5, 800), max_size=8),
)
@settings(deadline=None, max_examples=300)
def test_pieces_cover_the_text(text: str, lang: str, forced: list[int]) -> None:
    """Ordered, not over-long, no space at the edges; only white space between them; a forced cut is kept."""
    at = 0
    for piece in split(text, lang, forced):
        part = text[piece.start : piece.end]
        assert at <= piece.start < piece.end <= len(text)
        assert text[at : piece.start].strip() == ""
        assert part == part.strip()
        assert len(part) <= MAX_CHARACTERS
        assert not any(piece.start < place < piece.end for place in forced)
        at = piece.end
    assert text[at:].strip() == ""


@pytest.mark.parametrize(
    "unit",
    [
        "a. ",
        "1. ",
        "A.",
        "- x\n",
        "x\n",
        "1) a ",
        "• ",
        ". ",
        '."',
        "I. ",
        "z. B. ",
        "x\u2028",
        "…",
        "[...] ",
        "p.m. A",
        "Mr. ",
    ],
)
def test_hostile_text_costs_no_more_than_its_length(unit: str) -> None:
    """100,000 characters of what the rules look at: linear work takes 1 s of processor time, quadratic 100 s."""
    text = (unit * 100_000)[:100_000]
    began = time.process_time()
    assert sum(1 for _ in split(text)) >= 1
    assert time.process_time() - began < 10.0


def test_no_name_or_number_is_cut() -> None:
    """An over-long sentence is cut beside them."""
    text = "we saw Dr. Mary Ann Smith with 1 000 000 bees and " * 20
    assert not any(part.endswith(("Dr.", "Mary", "Ann", "1", "1 000")) for part in pieces(text))


def test_scripts_without_spaces_are_cut_between_syllables() -> None:
    """Thai vowels that are written before their consonant stay with it."""
    parts = pieces("เมือง" * 200, "th")
    assert "".join(parts) == "เมือง" * 200
    assert not any(part[-1] in "เแโใไ" for part in parts)
