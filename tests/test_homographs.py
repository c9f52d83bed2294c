"""English words with two readings are read by their place in the sentence."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from litetts_edge.text.homograph_rules import RULES
from litetts_edge.text.homographs import DATA, KINDS, Table, candidates, choose, lines, row_of
from litetts_edge.text.phonemes import INVENTORY
from train_homographs.corpus import stand_ins, tokens, written
from train_homographs.evaluate import SURE, curve, judge
from train_homographs.fit import Effort, fit, numbered

ROOT = Path(__file__).parent.parent
EVERYDAY = ROOT / "tests" / "data" / "homographs.tsv"
TAUGHT = ROOT / "scripts" / "train_homographs" / "sentences.tsv"


def words(sentence: str) -> list[str]:
    return [word for word, _ in tokens(sentence)]


def labels(sentence: str) -> list[str]:
    """The label of each homograph that is an open word, in order."""
    spoken = words(sentence)
    choices = (choose(spoken, at) for at, word in enumerate(spoken) if word.lower() not in {"the", "a"})
    return [choice.label for choice in choices if choice]


def test_everyday_sentences() -> None:
    """Of sentences that the training never saw, at least 93 % are read right."""
    examples = list(written(EVERYDAY))
    wrong = []
    for example in examples:
        choice = choose(example.words, example.index)
        assert choice
        wanted = row_of(example.row).labels[example.side]
        if choice.label != wanted:
            wrong.append(f"{wanted}, not {choice.label}: {' '.join(example.words)}")
    assert len(examples) >= 150
    assert len(wrong) <= 0.07 * len(examples), "\n".join(wrong)


def test_no_sentence_is_both_taught_and_asked() -> None:
    asked = {example.group for example in written(EVERYDAY)}
    assert not asked & {example.group for example in written(TAUGHT)}


def test_each_occurrence_is_decided_at_its_own_place() -> None:
    assert labels("I will record a new record.") == ["record_vrb", "record_nou"]
    assert labels("They refuse to collect the refuse.") == ["refuse_vrb", "refuse_nou"]
    assert labels("He lives nine lives.") == ["lives_vrb", "lives_nou"]


@pytest.mark.parametrize(
    ("sentence", "label"),
    [
        ("There was a tear in her eye.", "tear_nou"),
        ("There was a tear in the corner of my eye.", "tear_nou"),
        ("There was a tear in the retina of his eye.", "tear_vrb"),
        ("There was a tear in her dress.", "tear_vrb"),
        ("He tied a bow to it.", "bow_nou-knot"),
        ("Nice, France.", "nice_geo"),
        ("Nice, it works.", "nice"),
    ],
)
def test_what_stands_near_decides(sentence: str, label: str) -> None:
    """A tear in an eye is wept, one in a dress is torn; what is tied is a knot; Nice has its country behind it."""
    assert label in labels(sentence)


def test_what_is_no_homograph_is_nobody_s_choice() -> None:
    assert choose(["Hello", "world"], 1) is None
    assert candidates("world") == ()
    assert candidates("Record") == ("record_nou", "record_vrb")
    with pytest.raises(IndexError):
        choose(["record"], 1)


def test_a_word_alone_has_a_reading() -> None:
    """Every homograph, alone and between strange words, gets a reading of its own row, and a confidence."""
    for word in lines():
        for spoken in ([word], [word.upper()], ["", word.title(), "￼"], [word] * 30):
            choice = choose(spoken, len(spoken) // 2 if len(spoken) != 3 else 1, "GB")
            assert choice
            assert choice.label in candidates(word)
            assert 0.5 <= choice.confidence <= 1


def test_every_reading_is_of_the_inventory() -> None:
    """Phones of INVENTORY with exactly one primary stress, or none for the and a."""
    phone = re.compile("|".join(sorted(map(re.escape, INVENTORY), key=len, reverse=True)) + "|[ˈˌ]")
    for word in lines():
        row = row_of(word)
        assert row.kind in KINDS
        assert len(row.labels) == len(set(row.labels)) == len(row.us) == len(row.gb) >= 2
        for ipa in (*row.us, *row.gb):
            assert not phone.sub("", ipa), (word, ipa)
            assert ipa.count("ˈ") == (0 if word in {"the", "a"} and ipa != "ˈeɪ" else 1), (word, ipa)
        assert len(set(row.us)) > 1 or len(set(row.gb)) > 1, word


def test_regions_have_their_own_sounds() -> None:
    sentence = words("The progress was slow.")
    us, gb = choose(sentence, 1, "US"), choose(sentence, 1, "GB")
    assert us
    assert gb
    assert us.label == gb.label == "progress_nou"
    assert (us.phonemes, gb.phonemes) == ("pɹˈɑɡɹˌɛs", "pɹˈəʊɡɹɛs")


def test_readings_that_sound_alike_are_no_doubt() -> None:
    """An upload and to upload differ in British English only."""
    sentence = words("Upload it.")
    us, gb = choose(sentence, 0, "US"), choose(sentence, 0, "GB")
    assert us
    assert gb
    assert us.confidence == 1
    assert gb.confidence < 1


@pytest.mark.parametrize(
    ("sentence", "label"),
    [
        ("the hour", "the_vowel"), ("the unit", "the"), ("the uninvited", "the_vowel"), ("the FBI", "the_vowel"),
        ("the one", "the"), ("the European", "the"), ("the U S", "the"), ("the S U V", "the_vowel"),
        ("a cat", "a"), ("A cat", "a"), ("vitamin A is good", "a_letter"), ("from A to B", "a_letter"),
    ],
)  # fmt: skip
def test_articles(sentence: str, label: str) -> None:
    choices = [choice for at in range(len(words(sentence))) if (choice := choose(words(sentence), at))]
    assert choices[0].label == label


def test_every_rule_is_for_a_homograph() -> None:
    assert set(RULES) <= set(lines())


def test_the_table_fits_the_readings() -> None:
    """At most 160 KB, made for as many rows as there are, and it says what it was trained on."""
    data = (DATA / "homographs.bin").read_bytes()
    assert len(data) <= 160_000
    assert f" rows={len(lines())} ".encode() in data[:512]
    assert b"WikipediaHomographData" in data[:512]
    assert b"Apache-2.0" in data[:512]


def test_training_is_the_same_to_the_bit_and_learns() -> None:
    """The same sentences make the same bytes, and what was taught is known."""
    taught = [example for example in written(TAUGHT) if example.side < 2]
    stood_in = stand_ins(["We write a letter.", "The city is old.", "They want to write."])
    examples = [*taught, *stood_in]
    first, second = (fit(numbered(examples), Effort(), SURE) for _ in range(2))
    assert first == second
    judged = [judge(Table(first), example) for example in taught]
    assert sum(one.right for one in judged) > 0.9 * len(judged)
    assert sorted(curve(judged)) == list(curve(judged))


def test_the_front_end_needs_no_numpy() -> None:
    """The table is read without any package."""
    program = (
        "import sys; from litetts_edge.text.homographs import choose; choose(['I', 'record', 'it'], 1);"
        "sys.exit(any(name.partition('.')[0] == 'numpy' for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False, cwd=ROOT).returncode == 0
