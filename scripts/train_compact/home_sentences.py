"""English sentences that a home says: what the compact voice is trained on, besides a book.

The grammar is home_grammar.txt: each `name:` begins a rule, and each line under it is one way to say it, all
equally likely; the word lists at its end are rules too. `{name}` stands for one way of that rule, `{Name}` for the
same with a capital, `{number 0-90}` for a number in words, `[...]` for a part that is left out half the time.
Numbers are words; of punctuation there is only , . ? ! ; : ' and the hyphen. The short ones ("Done.") and all 39
phones of English in many neighbourhoods, zh, oy and uh too, are here on purpose.
"""

from __future__ import annotations

import random
import re
from functools import cache
from pathlib import Path

from benchmarks.listener import spoken_words

GRAMMAR = Path(__file__).with_name("home_grammar.txt")

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
_TENS = "_ _ twenty thirty forty fifty sixty seventy eighty ninety".split()

_PART = re.compile(r"\[([^\[\]]*)\]")
_NAME = re.compile(r"\{([^{}]*)\}")
_BEFORE_A_VOWEL = re.compile(r"\b([Aa]) (?=[aio]|e(?!u)|u(?!s|ni)|hour)")


def generate(count: int, seed: int) -> list[str]:
    """Distinct sentences, distinct in their words too; the same for the same seed. Some may be of the evaluation.

    The first of many are the same as of few: generate(9, s)[:5] == generate(5, s). Raises ValueError where the
    grammar does not seem to have so many.
    """
    draw = random.Random(seed)  # noqa: S311 - a corpus, not a secret
    found: dict[tuple[str, ...], str] = {}
    for _ in range(20 * count + 1000):
        if len(found) >= count:
            return list(found.values())
        sentence = _sentence(draw)
        found.setdefault(tuple(spoken_words(sentence)), sentence)
    raise ValueError(f"only {len(found)} distinct sentences were found of the {count} asked for")


def number(value: int, draw: random.Random) -> str:
    """0 to 1000 in words; "and" after the hundreds is left to chance, as people do."""
    if value == 1000:
        return "one thousand"
    if value >= 100:
        rest = value % 100
        joint = draw.choice([" ", " and "]) if rest else ""
        return f"{_ONES[value // 100]} hundred{joint}{number(rest, draw) if rest else ''}"
    if value < 20:
        return _ONES[value]
    return _TENS[value // 10] + (f"-{_ONES[value % 10]}" if value % 10 else "")


@cache
def _rules() -> dict[str, list[str]]:
    rules: dict[str, list[str]] = {}
    ways: list[str] = []
    for line in GRAMMAR.read_text(encoding="utf-8").replace("\n ", " ").splitlines():
        if line and not line.startswith("#"):
            if begins := re.fullmatch(r"([a-z ]+):(?: (.*))?", line):
                ways = rules[begins[1]] = begins[2].split(", ") if begins[2] else []
            else:
                ways.append(line)
    return rules


def _sentence(draw: random.Random) -> str:
    text = "{sentence}"
    while found := _NAME.search(text):
        way = _PART.sub(lambda part: part[1] if draw.random() < 0.5 else "", _way(found[1], draw))
        text = text[: found.start()] + way + text[found.end() :]
    text = _BEFORE_A_VOWEL.sub(r"\1n ", " ".join(text.split()))
    return re.sub(r"\s(?=[.,;!?])", "", text[0].upper() + text[1:])


def _way(name: str, draw: random.Random) -> str:
    if name.startswith("number "):
        lowest, highest = name.removeprefix("number ").split("-")
        return number(draw.randint(int(lowest), int(highest)), draw)
    if name[0].isupper() and name.lower() in _rules():  # {Room}: as it begins a sentence
        way = _way(name.lower(), draw)
        return way if way[0] == "{" else way[0].upper() + way[1:]
    return draw.choice(_rules()[name])
