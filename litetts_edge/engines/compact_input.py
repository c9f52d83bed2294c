"""What the compact voice reads: the numbers of a sentence's phones. Training and speaking share it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from litetts_edge.text.phonemes import FLITE, FLITE_PHONES, MARKS, from_espeak

START = "^"
"""Stands before the first phone."""
PHONES: tuple[str, ...] = (START, *MARKS, *FLITE_PHONES)
"""A trained model counts by this order."""

IS_PHONE: NDArray[np.bool_] = np.array([phone in FLITE_PHONES for phone in PHONES])
"""(PHONES,) whether it is heard; START and the marks are rests."""

_ID = {phone: index for index, phone in enumerate(PHONES)}
_MARK_IDS = frozenset(_ID[mark] for mark in MARKS)
_PAUSES, _ENDS = frozenset(",;:"), frozenset(".?!")
"""Which marks training saw within a sentence, and which at its end. `…` and `—` it never saw: asked for one, the
network makes a pause as loud as -23 dBFS and swallows the word beside it. Of the three pauses the comma is
understood best, by tenths of a point."""
UNTRAINED = frozenset("…—")
"""Of PHONES; read() never gives one."""


@dataclass(frozen=True, slots=True)
class Input:
    """One sentence as the encoder reads it."""

    ids: NDArray[np.int64]
    """(tokens,) index into PHONES."""
    stress: NDArray[np.int64]
    """(tokens,) 0 none, 1 primary, 2 secondary."""
    starts_word: NDArray[np.int64]
    """(tokens,) 1 at the first phone of a word."""


def read(ipa: str, lang: str = "en-US") -> Input:
    """The input for what espeak-ng wrote for an English sentence in `lang`.

    It always begins with START and ends with a full stop, a question or an exclamation mark; another mark, or
    none, ends as a full stop. Within a sentence, each mark that is no comma, semicolon or colon is a comma.
    """
    rows = [(_ID[START], 0, 0)]
    for token in from_espeak(ipa, lang):
        phones = FLITE.get(token.symbol)
        if phones is None:
            if rows[-1][0] not in _MARK_IDS and len(rows) > 1:  # the first of several marks
                rows.append((_ID[token.symbol], 0, 0))
            elif len(rows) > 1 and token.symbol in _ENDS:
                rows[-1] = (_ID[token.symbol], 0, 0)
            continue
        for index, phone in enumerate(phones):
            rows.append((_ID[phone], token.stress if index == 0 else 0, int(token.starts_word and index == 0)))
    end = PHONES[rows.pop()[0]] if rows[-1][0] in _MARK_IDS else "."
    rows = [
        (_ID[","], 0, 0) if index in _MARK_IDS and PHONES[index] not in _PAUSES else (index, stress, starts)
        for index, stress, starts in rows
    ]
    rows.append((_ID[end if end in _ENDS else "."], 0, 0))
    table = np.array(rows, dtype=np.int64)
    return Input(table[:, 0], table[:, 1], table[:, 2])
