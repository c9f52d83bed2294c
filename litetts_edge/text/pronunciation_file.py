"""The file of English pronunciations: how it is laid out, and how one is written. dictionary.py reads it.

    8 bytes      MAGIC
    u32          length of the header
    header       JSON: what it was made from, the table of pieces, where the parts begin, their checksums
    index        one u32 for each block: where it begins, counted from the start of the body
    body         blocks of BLOCK words, sorted by their bytes

A word is a record; numbers are bytes, and the first word of a block shares nothing:

    shared, length, flags, the last `length` letters, then for each region that has it: length, codes

`shared` letters are those of the word before. A code is a piece of IPA: a phone with its stress, or several that
are often together. The last codes are names of parts of speech: what follows one is how the word sounds as that.
"""

from __future__ import annotations

import json
import re
import struct
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

MAGIC = b"LTPRON1\n"
BLOCK = 16
REGIONS = ("US", "GB")
TAGS = ("None", "NOUN", "VERB", "ADJ", "ADV", "DT", "VBD", "VBN", "VBP")
"""misaki's: `None` stands before a pause, the others are parts of speech of the Penn treebank."""
FIRST_TAG = 256 - len(TAGS)
HAS = {"US": 1, "GB": 2}
"""Flags: the region has a pronunciation of its own."""
UNSURE = {"US": 4, "GB": 8}
"""Flags: it comes from the dictionary that nobody checked by hand (misaki's silver)."""
AS_US = 16
"""Flag: GB sounds like US."""

_PIECE = re.compile("[ˈˌ]?(?:tʃ|dʒ|[eaɔ]ɪ|[aoə]ʊ|[eʊ]ə|[iuɔɑɜ]ː|.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Source:
    """How one word sounds in one region."""

    ipa: str
    variants: tuple[tuple[str, str], ...] = ()
    """By tag of TAGS; an empty text means that the letters are spelled."""
    sure: bool = True


def write(words: Mapping[str, Mapping[str, Source]], source: str, source_sha256: str) -> bytes:
    """The file for words (ASCII) by region. The same words make the same bytes."""
    table = _pieces(entry.ipa for regions in words.values() for entry in regions.values())
    encode = _Encoder(table)
    body, starts, before = bytearray(), [], b""
    for number, (word, regions) in enumerate(sorted(words.items())):
        letters = word.encode("ascii")
        if number % BLOCK == 0:
            starts.append(len(body))
            before = b""
        shared = next((at for at, (a, b) in enumerate(zip(letters, before, strict=False)) if a != b), None)
        shared = min(len(letters), len(before)) if shared is None else shared
        flags, fields = _fields(regions, encode)
        body += bytes((shared, len(letters) - shared, flags)) + letters[shared:] + fields
        before = letters
    index = struct.pack(f"<{len(starts)}I", *starts)
    import hashlib  # it loads OpenSSL, 3 MB, and who reads such a file imports this module too

    header = {
        "version": 1,
        "source": source,
        "source_sha256": source_sha256,
        "words": len(words),
        "blocks": len(starts),
        "pieces": table,
        "index_crc32": zlib.crc32(index),
        "body_bytes": len(body),
        "body_sha256": hashlib.sha256(body).hexdigest(),
    }
    written = json.dumps(header, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    return MAGIC + struct.pack("<II", len(written), zlib.crc32(written)) + written + index + bytes(body)


def _fields(regions: Mapping[str, Source], encode: _Encoder) -> tuple[int, bytes]:
    """The flags, and the codes of each region."""
    flags, fields = 0, b""
    american = regions.get("US")
    for region in REGIONS:
        entry = regions.get(region)
        if entry is None:
            continue
        flags |= 0 if entry.sure else UNSURE[region]
        if (
            region == "GB"
            and american is not None
            and (american.ipa, american.variants) == (entry.ipa, entry.variants)
        ):
            flags |= AS_US
            continue
        codes = encode(entry.ipa)
        for tag, ipa in entry.variants:
            codes += bytes((FIRST_TAG + TAGS.index(tag),)) + encode(ipa)
        flags |= HAS[region]
        fields += bytes((len(codes),)) + codes
    return flags, fields


class _Encoder:
    """IPA to codes: the longest pieces from the left."""

    def __init__(self, table: list[str]) -> None:
        self._codes = {piece: code for code, piece in enumerate(table)}
        self._pieces = re.compile("|".join(map(re.escape, sorted(table, key=len, reverse=True))))

    def __call__(self, ipa: str) -> bytes:
        pieces = self._pieces.findall(ipa)
        if "".join(pieces) != ipa:
            raise ValueError(f"no code for a part of {ipa!r}")
        return bytes(self._codes[piece] for piece in pieces)


def _pieces(entries: Iterable[str]) -> list[str]:
    """Each phone, then what is most worth a code of its own: pairs are joined, the most frequent first."""
    every = [_PIECE.findall(ipa) for ipa in entries]
    table = sorted({piece for pieces in every for piece in pieces})
    sample = every[:: max(1, len(every) // 12_000)]
    while len(table) < FIRST_TAG:
        pairs = Counter(pair for pieces in sample for pair in _pairs(pieces))
        if not pairs:
            break
        first, second = max(pairs, key=lambda pair: (pairs[pair], pair))
        table.append(first + second)
        sample = [_joined(pieces, first, second) for pieces in sample]
    return list(dict.fromkeys(table))


def _pairs(pieces: list[str]) -> Iterator[tuple[str, str]]:
    return pairwise(pieces)


def _joined(pieces: list[str], first: str, second: str) -> list[str]:
    if first not in pieces:
        return pieces
    joined, at = [], 0
    while at < len(pieces):
        if pieces[at] == first and pieces[at + 1 : at + 2] == [second]:
            joined.append(first + second)
            at += 2
        else:
            joined.append(pieces[at])
            at += 1
    return joined
