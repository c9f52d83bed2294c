"""The mapped file of pronunciations: what goes in comes out, damage is silence, endings sound as they should."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import build_pronunciations
from litetts_edge.text import endings
from litetts_edge.text.dictionary import DEFAULT_PATH, MISSING, Dictionary, Entry
from litetts_edge.text.english_alphabets import from_misaki, to_ipa
from litetts_edge.text.phonemes import from_espeak
from litetts_edge.text.pronunciation_file import BLOCK, MAGIC, Source, write

SMALL: dict[str, dict[str, object]] = {
    "us_gold": {
        "Polish": "pˈOlɪʃ",
        "polish": "pˈɑlɪʃ",
        "US": {"DEFAULT": "ˌʌs", "NOUN": None},
        "us": "ˌʌs",
        "read": {"DEFAULT": "ɹˈid", "VBD": "ɹˈɛd", "ADJ": "ɹˈɛd"},
        "have": {"DEFAULT": "hæv", "None": "hˈæv"},
        "bus": "bˈʌs",
        "cat": "kˈæt",
        "dog": "dˈɔɡ",
        "watch": "wˈɑʧ",
        "city": "sˈɪɾi",
        "stop": "stˈɑp",
        "need": "nˈid",
        "hate": "hˈAt",
        "plan": "plˈæn",
        "handle": "hˈændᵊl",
        "paint": "pˈAnt",
        "Paris": "pˈɛɹɪs",
        "panic": "pˈænɪk",
    },
    "us_silver": {"cat": "kˈɑt", "zyzzyva": "zˈɪzəvə"},
    "gb_gold": {
        "Polish": "pˈQlɪʃ",
        "cat": "kˈat",
        "bus": "bˈʌs",
        "hate": "hˈAt",
        "cover": "kˈʌvə",
        "city": "sˈɪti",
    },
    "gb_silver": {"near": "nˈɪə"},
}


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """A wheel as misaki's is laid out, with a few words."""
    path = tmp_path / "misaki-0.9.4-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for part, words in SMALL.items():
            archive.writestr(f"misaki/data/{part}.json", json.dumps(words, ensure_ascii=False))
    return path


@pytest.fixture
def small(tmp_path: Path) -> Dictionary:
    path = tmp_path / "english.pron"
    path.write_bytes(write(build_pronunciations.read(SMALL), "made by hand", "0" * 64))
    return Dictionary(path)


def test_every_word_is_found_as_it_went_in(small: Dictionary) -> None:
    """Gold before silver, each region its own, and no other word."""
    assert small.warning == ""
    for region in ("US", "GB"):
        gold, silver = SMALL[f"{region.lower()}_gold"], SMALL[f"{region.lower()}_silver"]
        for word, said in (silver | gold).items():
            entry = small.exact(word, region)
            assert entry is not None
            symbols = said["DEFAULT"] if isinstance(said, dict) else said
            assert entry.ipa == to_ipa(from_misaki(str(symbols), region))
            assert entry.sure == (word in gold)
    for word in ("", "a", "ca", "catt", "polis", "zz", "~", "Österreich", "x" * 300):
        assert small.exact(word, "US") is None
    assert small.exact("near", "US") is None


def test_parts_of_speech_are_kept(small: Dictionary) -> None:
    """The forms that differ stand under misaki's tags; None says that the letters are spelled."""
    read, us, have = (small.exact(word, "US") for word in ("read", "US", "have"))
    assert read is not None
    assert us is not None
    assert have is not None
    assert read.variant("VBD") == read.variant("ADJ") == "ɹˈɛd"
    assert read.variant("NOUN") is None
    assert us.variant("NOUN") == ""
    assert have.variant("None") == "hˈæv"


def test_case_is_exact_first(small: Dictionary) -> None:
    """Polish is not polish; PARIS, paris and Cat are found all the same."""
    assert _ipa(small, "Polish") == "pˈoʊlɪʃ"
    assert _ipa(small, "polish") == "pˈɑːlɪʃ"
    assert _ipa(small, "POLISH") == "pˈɑːlɪʃ"
    assert _ipa(small, "PARIS") == _ipa(small, "paris") == "pˈɛɹɪs"
    assert _ipa(small, "Cat") == "kˈæt"


@pytest.mark.parametrize(
    ("word", "region", "ipa"),
    [
        ("cats", "US", "kˈæts"), ("dogs", "US", "dˈɔːɡz"), ("buses", "US", "bˈʌsᵻz"), ("buses", "GB", "bˈʌsɪz"),
        ("watches", "US", "wˈɑːtʃᵻz"), ("cities", "US", "sˈɪɾiz"), ("cat's", "US", "kˈæts"),
        ("dogs'", "US", "dˈɔːɡz"), ("Paris'", "US", "pˈɛɹɪs"), ("Paris's", "US", "pˈɛɹɪsᵻz"),
        ("stopped", "US", "stˈɑːpt"), ("needed", "US", "nˈiːdᵻd"), ("hated", "US", "hˈeɪɾᵻd"),
        ("hated", "GB", "hˈeɪtɪd"), ("painted", "US", "pˈeɪntᵻd"),
        ("planned", "US", "plˈænd"), ("planning", "US", "plˈænɪŋ"), ("hating", "US", "hˈeɪɾɪŋ"),
        ("handling", "US", "hˈændlɪŋ"), ("covering", "GB", "kˈʌvəɹɪŋ"), ("covered", "GB", "kˈʌvəd"),
        ("panicked", "US", "pˈænɪkt"), ("panicking", "US", "pˈænɪkɪŋ"), ("needless", "US", "nˈiːdləs"),
        ("cattiest", "US", None), ("sings", "US", None), ("dog'd've", "US", "dˈɔːɡdəv"),
    ],
)  # fmt: skip
def test_endings(small: Dictionary, word: str, region: str, ipa: str | None) -> None:
    """Regular endings are heard after their stem, with its voice and its flap."""
    entry = small.lookup(word, region)
    assert (entry and entry.ipa) == ipa
    assert entry is None or entry.rule


def test_the_same_words_make_the_same_bytes() -> None:
    """The order in which words come does not matter."""
    words = build_pronunciations.read(SMALL)
    shuffled = list(words.items())
    random.Random(1).shuffle(shuffled)
    assert write(dict(shuffled), "x", "0" * 64) == write(words, "x", "0" * 64)


def test_many_blocks(tmp_path: Path) -> None:
    """First, last and middle words of every block are found; words between them are not."""
    words = {f"w{number:04}": {"US": Source("ˈæ" + "t" * (number % 7))} for number in range(0, 50 * BLOCK, 2)}
    path = tmp_path / "many.pron"
    path.write_bytes(write(words, "x", "0" * 64))
    many = Dictionary(path)
    for number in range(50 * BLOCK):
        entry = many.exact(f"w{number:04}", "US")
        assert (entry and entry.ipa) == (None if number % 2 else "ˈæ" + "t" * (number % 7))


def test_a_missing_file_is_a_warning(tmp_path: Path) -> None:
    """Without a file nothing is found, and the caller can say so once."""
    none = Dictionary(tmp_path / "none.pron")
    assert none.lookup("cat", "US") is None
    assert none.warning == MISSING == "pronunciations_missing"


def _damaged() -> Iterator[tuple[str, bytes]]:
    whole = write(build_pronunciations.read(SMALL), "x", "0" * 64)
    yield "empty", b""
    yield "magic", b"X" + whole[1:]
    yield "cut", whole[:-1]
    yield "longer", whole + b"\0"
    yield "only magic", MAGIC
    yield "header", whole[:20] + b"#" + whole[21:]
    at = len(MAGIC) + 8 + int.from_bytes(whole[8:12], "little")
    yield "index", whole[:at] + b"\xff" + whole[at + 1 :]


@pytest.mark.parametrize(
    ("what", "data"), list(_damaged()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_damaged_file_is_a_warning(tmp_path: Path, what: str, data: bytes) -> None:
    """A file that was cut or changed outside of its words is not used."""
    path = tmp_path / "damaged.pron"
    path.write_bytes(data)
    assert Dictionary(path).warning == MISSING, what


def test_any_changed_byte_is_known_to_doctor(tmp_path: Path) -> None:
    """Also one that no look-up notices."""
    path = tmp_path / "english.pron"
    data = bytearray(write(build_pronunciations.read(SMALL), "made by hand", "0" * 64))
    path.write_bytes(data)
    assert Dictionary(path).is_whole()
    data[-1] ^= 1
    path.write_bytes(data)
    assert not Dictionary(path).is_whole()
    assert Dictionary(path).warning == ""


def test_damaged_words_never_raise(tmp_path: Path) -> None:
    """A bit that falls over in the words loses words; it does not stop speech."""
    whole = bytearray(write(build_pronunciations.read(SMALL), "x", "0" * 64))
    dice = random.Random(2)
    body = len(whole) - 150
    for _ in range(300):
        data = bytearray(whole)
        data[dice.randrange(body, len(data))] = dice.randrange(256)
        path = tmp_path / "flipped.pron"
        path.write_bytes(data)
        flipped = Dictionary(path)
        for word in ("cat", "zyzzyva", "read", "US", "Polish", "~~"):
            flipped.lookup(word, "US")
            flipped.lookup(word, "GB")


def test_the_script_reads_a_wheel_and_refuses_another(
    wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wheel's hash must be that of the lock; then its words are in the file."""
    out = tmp_path / "data" / "english.pron"
    with pytest.raises(SystemExit, match="is not the wheel of"):
        build_pronunciations.main(["--wheel", str(wheel), "--out", str(out)])
    assert not out.exists()
    import hashlib

    lock = tmp_path / "pronunciations.lock"
    lock.write_text(f"misaki==0.9.4 --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n")
    monkeypatch.setattr(build_pronunciations, "LOCK", lock)
    build_pronunciations.main(["--wheel", str(wheel), "--out", str(out)])
    assert _ipa(Dictionary(out), "dog") == "dˈɔːɡ"


needs_file = pytest.mark.skipif(not DEFAULT_PATH.exists(), reason="run scripts/build-pronunciations")


@needs_file
def test_the_shipped_file_is_small_and_whole() -> None:
    """Both accents fit into 5 MB, every word is there, and its IPA is read back phone for phone."""
    assert DEFAULT_PATH.stat().st_size < 5_000_000
    shipped = Dictionary()
    assert shipped.warning == ""
    words = list(shipped.words())
    assert len(words) > 200_000
    for word in words[::7]:
        found = 0
        for region in ("US", "GB"):
            entry = shipped.exact(word, region)
            if entry is not None:
                found += 1
                for ipa in (entry.ipa, *(said for _, said in entry.variants)):
                    assert to_ipa(from_espeak(ipa, "en-" + region)) == ipa, word
        assert found, word


@needs_file
def test_rules_agree_with_words_of_the_file() -> None:
    """Held out, regular plurals and pasts sound as the dictionary has them, nearly always."""
    shipped = Dictionary()
    right = {"s": 0, "ed": 0}
    seen = dict(right)
    for word in list(shipped.words())[::5]:
        entry = shipped.exact(word, "US")
        rule, stem, add = next(iter(endings.stems(word)), ("", "", None))
        if entry is None or add is None or rule not in right or entry.variants:
            continue
        base = shipped.exact(stem, "US")
        if base is not None and not base.variants:
            seen[rule] += 1
            right[rule] += add(base.ipa, stem, "US") == entry.ipa
    assert all(seen[rule] > 1000 and right[rule] / seen[rule] > 0.9 for rule in seen), (right, seen)


def _ipa(dictionary: Dictionary, word: str, region: str = "US") -> str:
    entry: Entry | None = dictionary.lookup(word, region)
    return entry.ipa if entry is not None else ""


def test_reading_loads_no_openssl() -> None:
    """It would be 3 MB of every process that reads English; only checking the whole file needs it."""
    program = (
        "import sys; from litetts_edge.text.frontend import phonemes; assert phonemes('The door.', 'en-US');"
        "print('_hashlib' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert said == "False\n"
