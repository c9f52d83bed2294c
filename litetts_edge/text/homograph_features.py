"""What is seen around a word, as numbers: the features by which a homograph is told.

Pure integers, so that the trained table means the same on every machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from zlib import crc32

_CLASSES = """
the a an | this that these those every each another any some no | my your his its our their whose her | i we
they you | he she it who | me him us them himself itself themselves yourself myself | will would can could shall
should may might must cannot can't won't couldn't wouldn't shouldn't i'll we'll they'll you'll he'll she'll
it'll let's | do does did don't doesn't didn't | to | be | is are was were am been being isn't aren't wasn't
weren't i'm we're they're you're he's she's it's that's there's | have has had having haven't hasn't hadn't i've
we've they've you've | of | in on at by for from with into over under about between through during against among
within without onto upon across behind near toward towards along around via per | as than like | and or but nor
& | if because while when where since until before after although though once unless whether why how | which
what whom | not never n't | also often always usually sometimes still already just soon now then again later
ever even only both all rarely | more most less very so too quite as rather much | please | up down out off away
back forward together | . ! ? | , | ; : | - – — | ( [ | ) ] | " ' ` “ ” | # % | help helps helped make makes
made let lets see saw | there here | same first second third last next other own such | want wants wanted try
tries tried going able used need needs needed decided continue began begin like order | get gets got become
becomes became seem seems seemed remain remained | today yesterday tomorrow tonight ago
"""
_NUMBERS = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion half
"""
_SUFFIXES = """
ing ed ly s 's er est tion sion ment ness ity ous al ive ic able ful ed an ian ese ish ist ism ance ence ship
age ary ory ent ant ate ize ise ify en th y or
"""
NUMBER = 90
"""The class of a number, in digits or words."""
_CAPITAL, _OTHER, _FIRST_SUFFIX = 91, 92, 40
EDGE = ("", 0, 93)
"""What stands before the first word and after the last one."""

Seen = tuple[str, int, int]
"""A word in lower case, its number, its class."""


@cache
def _classes() -> dict[str, int]:
    classes = dict.fromkeys(_NUMBERS.split(), NUMBER)
    for number, words in enumerate(_CLASSES.split("|"), start=1):
        classes.update(dict.fromkeys(words.split(), number))
    return classes


@cache
def _suffixes() -> dict[str, int]:
    return {suffix: _FIRST_SUFFIX + at for at, suffix in enumerate(_SUFFIXES.split())}


def seen(word: str) -> Seen:
    """One word of a sentence. Twenty-one, 21 and one are the same: a number."""
    lower = word.lower()
    known = _classes().get(lower)
    if known == NUMBER or (known is None and (word[:1].isdigit() or lower.partition("-")[0] in _TENS)):
        return "#", 1, NUMBER
    if known is None:
        suffixes = _suffixes()
        known = (
            _CAPITAL
            if word[:1].isupper()
            else suffixes.get(lower[-4:])
            or suffixes.get(lower[-3:])
            or suffixes.get(lower[-2:])
            or suffixes.get(lower[-1:])
            or _OTHER
        )
    return lower, crc32(lower.encode()), known


_TENS = frozenset("twenty thirty forty fifty sixty seventy eighty ninety".split())

_A, _B, _C, _D = 0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F
MASK = 0xFFFFFFFF


def around(words: Sequence[str], index: int) -> list[Seen]:
    """Three words before, the word itself, three after; EDGE beyond the sentence."""
    low = index - 3
    return [seen(words[at]) if 0 <= at < len(words) else EDGE for at in range(low, low + 7)]


def near(window: list[Seen], shape: int) -> list[int]:
    """The features of a window of `around`. `shape` is how the word itself is written (0 to 5)."""
    (_, l3, k3), (_, l2, k2), (sl, l1, k1), _, (sr, r1, c1), (_, r2, c2), (_, r3, c3) = window
    left, right = crc32(sl[-3:].encode()), crc32(sr[-3:].encode())
    pair, after, before = k1 * 128 + c1, c1 * 128 + c2, k2 * 128 + k1
    return [
        l1 * _A + 1,
        l2 * _A + 2,
        l3 * _A + 3,
        r1 * _A + 4,
        r2 * _A + 5,
        r3 * _A + 6,
        k1 * _B + 7,
        k2 * _B + 8,
        c1 * _B + 9,
        c2 * _B + 10,
        before * _C + 11,
        pair * _C + 12,
        after * _C + 13,
        (before * 128 + k3) * _C + 14,
        (before * 128 + c1) * _C + 15,
        (pair * 128 + c2) * _C + 16,
        l1 * _A + l2 * _B + 17,
        l1 * _A + r1 * _B + 18,
        r1 * _A + r2 * _B + 19,
        l1 * _A + c1 * _B + 20,
        r1 * _A + k1 * _B + 21,
        l1 * _A + k2 * _B + 22,
        r1 * _A + c2 * _B + 23,
        left * _A + 24,
        right * _A + 25,
        shape * _D + 26,
        (shape * 128 + k1) * _D + 27,
        k3 * _B + 28,
        c3 * _B + 29,
    ]


def company(words: Sequence[str], index: int) -> list[int]:
    """The words of weight up to eight places away, wherever they stand: what the sentence is about."""
    classes = _classes()
    found = []
    for at in range(max(0, index - 8), min(len(words), index + 9)):
        if at != index:
            lower = words[at].lower()
            if len(lower) > 2 and lower not in classes:
                found.append(crc32(lower.encode()) * _D + 30)
    return found


def shape_of(words: Sequence[str], index: int) -> int:
    """0 lower, 1 Capital, 2 CAPITALS; 3 more where a sentence or a quotation begins."""
    word = words[index]
    shape = 0 if not word[:1].isupper() else 2 if len(word) > 1 and word.isupper() else 1
    starts = index == 0 or words[index - 1] in _OPENS
    return shape + 3 * starts


_OPENS = frozenset('. ! ? : " “ ( … — –'.split())


def mixed(feature: int, seed: int) -> int:
    """32 bits for a feature in the vector that `seed` names; the high ones are its place, the low its mark."""
    mix = (((feature & MASK) ^ seed) * _A) & MASK
    return (mix ^ mix >> 15) * _B & MASK
