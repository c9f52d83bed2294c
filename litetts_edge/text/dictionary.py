"""How English words sound, from the memory-mapped file that scripts/build-pronunciations makes. Endings by rule.

No word is held in memory but the ones asked for last. A file that is missing or damaged is never an error of
speech: `Dictionary.warning` says so, and every look-up finds nothing.
"""

from __future__ import annotations

import json
import mmap
import struct
import sys
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from litetts_edge.text import endings
from litetts_edge.text.pronunciation_file import AS_US, BLOCK, FIRST_TAG, HAS, MAGIC, TAGS, UNSURE

DEFAULT_PATH = Path(__file__).parent / "data" / "english.pron"
_LONGEST = 64
"""Letters; no word is longer."""
MISSING = "pronunciations_missing"
"""The warning code when there is no readable file."""


@dataclass(frozen=True, slots=True)
class Entry:
    """How one word sounds."""

    word: str
    """The word of the file that it was found by; for an ending by rule, the stem."""
    ipa: str
    """As text.english_alphabets.to_ipa writes it."""
    variants: tuple[tuple[str, str], ...] = ()
    """(part of speech or `None` before a pause, IPA); an empty IPA says that the letters are spelled."""
    sure: bool = True
    """False for entries that nobody checked by hand."""
    rule: str = ""
    """The ending that was added by rule (`s`, `ed`, `ing` ...); empty for a word of the file."""

    def variant(self, tag: str) -> str | None:
        """The IPA for one of pronunciation_file.TAGS, when it differs."""
        return next((ipa for name, ipa in self.variants if name == tag), None)


class Dictionary:
    """One file. It is opened by the first look-up and stays mapped."""

    def __init__(self, path: Path = DEFAULT_PATH) -> None:
        self._path = path
        self._file: _File | None = None
        self._opened = False
        self._found = lru_cache(2048)(self._find)

    @property
    def warning(self) -> str:
        """`pronunciations_missing` when the file cannot be read, else empty. Opens it."""
        return "" if self._open() is not None else MISSING

    def is_whole(self) -> bool:
        """Whether every byte is as it was built. Reads the whole file: for `doctor`, not for speaking."""
        import hashlib  # it loads OpenSSL, 3 MB

        try:
            data = self._path.read_bytes()
            at = len(MAGIC)
            (length,) = struct.unpack_from("<I", data, at)
            header = json.loads(data[at + 8 : at + 8 + length])
            body = data[len(data) - header["body_bytes"] :]
            return bool(hashlib.sha256(body).hexdigest() == header["body_sha256"])
        except (OSError, ValueError, KeyError, struct.error):
            return False

    def lookup(self, word: str, region: str) -> Entry | None:
        """How `word` sounds in `US` or `GB`: as written, in small letters, capitalised, or by its ending."""
        return self._found(word, region)

    def exact(self, word: str, region: str) -> Entry | None:
        """The entry of just this spelling."""
        file = self._open()
        return file.get(word, region) if file is not None else None

    def words(self) -> Iterator[str]:
        """Every word of the file, in the order of its letters."""
        file = self._open()
        return file.words() if file is not None else iter(())

    def _find(self, word: str, region: str, *, inner: bool = False) -> Entry | None:
        if not word.isascii() or len(word) > _LONGEST or self._open() is None:
            return None
        found = self._any_case(word, region)
        if found is not None or len(word) < 3:
            return found
        for rule, stem, add in endings.stems(word):
            entry = self._any_case(stem, region)
            if entry is None and "'" in rule and not inner:  # I'd've, the teachers'
                entry = self._find(stem, region, inner=True)
            if entry is not None and entry.ipa and (ipa := add(entry.ipa, stem, region)) is not None:
                variants = tuple((tag, add(said, stem, region) or said) for tag, said in entry.variants if said)
                return Entry(entry.word, ipa, variants, entry.sure, rule)
        return None

    def _any_case(self, word: str, region: str) -> Entry | None:
        small = word.lower()
        for spelling in dict.fromkeys((word, small, small.capitalize())):
            if (entry := self.exact(spelling, region)) is not None:
                return entry
        return None

    def _open(self) -> _File | None:
        if not self._opened:
            self._file = _File.open(self._path)
            self._opened = True
        return self._file


@cache
def shared() -> Dictionary:
    """The dictionary of the process."""
    return Dictionary()


class _File:
    """The mapped file."""

    def __init__(self, data: mmap.mmap, pieces: list[str], starts: array[int], body: int) -> None:
        self._data = data
        self._pieces = pieces
        self._starts = _Firsts(data, starts, body)

    @classmethod
    def open(cls, path: Path) -> _File | None:
        """None when it is not there, is not one, or was cut or changed where it shows at once."""
        try:
            with path.open("rb") as file:
                data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            at = len(MAGIC)
            length, crc = struct.unpack_from("<II", data, at)
            written = data[at + 8 : at + 8 + length]
            if data[:at] != MAGIC or zlib.crc32(written) != crc:
                return None
            header = json.loads(written)
            at += 8 + length
            index = data[at : at + 4 * header["blocks"]]
            if zlib.crc32(index) != header["index_crc32"] or at + len(index) + header["body_bytes"] != len(data):
                return None
        except (OSError, ValueError, KeyError, struct.error):
            return None
        pieces = list(header["pieces"])
        pieces += [""] * (FIRST_TAG - len(pieces)) + [f"\n{tag}\t" for tag in TAGS]
        starts = array("I", index)  # a tuple of so many numbers takes ten times the memory
        if sys.byteorder == "big":
            starts.byteswap()
        return cls(data, pieces, starts, at + len(index))

    def words(self) -> Iterator[str]:
        data, word = self._data, b""
        for block in range(len(self._starts)):
            at = self._starts.offset(block)
            end = self._starts.offset(block + 1) if block + 1 < len(self._starts) else len(data)
            while at < end:
                shared, length, flags = data[at], data[at + 1], data[at + 2]
                word = word[:shared] + data[at + 3 : at + 3 + length]
                at = self._behind(at + 3 + length, flags)
                yield word.decode("ascii")

    def _behind(self, at: int, flags: int) -> int:
        """Where the record ends whose fields begin at `at`."""
        for bit in HAS.values():
            if flags & bit:
                at += 1 + self._data[at]
        return at

    def get(self, word: str, region: str) -> Entry | None:
        letters = word.encode("ascii", "replace")
        block = bisect_right(self._starts, letters) - 1
        if block < 0:
            return None
        try:
            record = self._record(letters, self._starts.offset(block))
            return self._entry(word, region, *record) if record is not None else None
        except (IndexError, ValueError):  # damaged inside: as good as not there
            return None

    def _record(self, letters: bytes, at: int) -> tuple[int, int] | None:
        """The flags of a word and where its fields begin.

        Words are sorted, so it is enough to know how many letters the last word has in common with ours: `same`.
        """
        data, same = self._data, 0
        for _ in range(BLOCK):
            if at >= len(data):
                return None
            shared, length, flags = data[at], data[at + 1], data[at + 2]
            fields = at + 3 + length
            if shared < same:
                return None  # it is behind where ours would stand
            if shared == same:
                rest = data[at + 3 : fields]
                ours = letters[same : same + length]
                if rest == ours and same + length == len(letters):
                    return flags, fields
                if rest > letters[same:]:
                    return None
                common = 0
                while common < len(ours) and ours[common] == rest[common]:
                    common += 1
                same += common
            at = self._behind(fields, flags)
        return None

    def _entry(self, word: str, region: str, flags: int, at: int) -> Entry | None:
        data = self._data
        if region == "GB" and flags & HAS["GB"]:
            if flags & HAS["US"]:
                at += 1 + data[at]
        elif not flags & HAS["US"] or (region == "GB" and not flags & AS_US):
            return None
        codes = data[at + 1 : at + 1 + data[at]]
        default, *variants = "".join([self._pieces[code] for code in codes]).split("\n")
        return Entry(word, default, tuple(_variants(variants)), not flags & UNSURE[region])


def _variants(written: list[str]) -> Iterator[tuple[str, str]]:
    for variant in written:
        tag, _, ipa = variant.partition("\t")
        yield tag, ipa


class _Firsts:
    """The first word of each block, as bisect asks for it."""

    def __init__(self, data: mmap.mmap, starts: array[int], body: int) -> None:
        self._data, self._starts, self._body = data, starts, body

    def __len__(self) -> int:
        return len(self._starts)

    def __getitem__(self, block: int) -> bytes:
        at = self._body + self._starts[block]
        return self._data[at + 3 : at + 3 + self._data[at + 1]]

    def offset(self, block: int) -> int:
        return self._body + self._starts[block]
