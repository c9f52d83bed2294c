"""How long a sentence takes, how that grows with its length, and what the process takes."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.figures import Figure, Goal
from litetts_edge.text import espeak
from litetts_edge.text.frontend import normalize, phonemes

DATA = Path(__file__).resolve().parents[3] / "tests" / "data"
SENTENCE = Goal("p95", 1.5, "issue: p95 of a 20-word sentence")
PROCESS = Goal("max", 35, "issue: the front-end process")
LINEAR = Goal("max", 2, "ours: 5,000 characters cost at most twice as much each as 1,000 do")
LINES = 5000

KINDS: dict[str, str] = {
    "prose": "",
    "digits": "1",
    "grouped": "1,",
    "dashes": "1-",
    "points": "1.",
    "letters": "a",
    "initials": "A.",
    "words": "word ",
    "slashes": "a/",
    "brackets": "(",
    "tags": "<a>",
    "money": "$1 ",
    "times": "1:",
    "at": "a@",
    "stars": "*a",
    "ampersands": "&a",
    "spaces": " \n",
    "capitals": "AB",
    "accents": "e\u0301",
    "wide": "\u4f60",
}


def measure(scale: float) -> Iterator[Figure]:
    """Time, growth, memory."""
    yield from _sentences(scale)
    yield from _growth(scale)
    yield from _process(scale)


def _sentences(scale: float) -> Iterator[Figure]:
    chosen = twenty_words(round(500 * scale))
    normalize(chosen[0], "en-US")  # the tables are loaded by the first
    phonemes(chosen[0], "en-US")
    plain = [_ms(lambda text=text: espeak.phonemes(text, "en-US")) for text in chosen]  # type: ignore[misc]
    yield Figure("time.espeak", "espeak-ng alone, the same sentence: the baseline", "ms", plain)
    words = [_ms(lambda text=text: normalize(text, "en-US")) for text in chosen]  # type: ignore[misc]
    yield Figure("time.normalize", "a sentence of 20 words to spoken words", "ms", words)
    ipa = [_ms(lambda text=text: phonemes(text, "en-US")) for text in chosen]  # type: ignore[misc]
    yield Figure("time.phonemes", "a sentence of 20 words to phonemes, all stages", "ms", ipa, SENTENCE)
    both = [mine / its for mine, its in zip(ipa, plain, strict=True)]
    yield Figure("time.ratio", "the same, of espeak-ng's", "times", both)


def twenty_words(count: int) -> list[str]:
    """`count` sentences of 20 words: prose, announcements; one in three has numbers, units and dates."""
    chance = random.Random(4)  # noqa: S311 - the same sentences each time
    prose = (DATA / "held_out.txt").read_text("utf-8").split() + (DATA / "home_sentences.txt").read_text(
        "utf-8"
    ).split()
    cases = [
        line.split("\t")[0]
        for line in (DATA / "normalize_en.tsv").read_text("utf-8").splitlines()
        if line[:1] != "#"
    ]
    found = []
    for number in range(count):
        start = chance.randrange(len(prose) - 20)
        words = [word.strip(".,!?").lower() for word in prose[start : start + 20]]
        if number % 3 == 0:
            case = chance.choice(cases).split()[:12]
            words[5 : 5 + len(case)] = case
        found.append(" ".join(words[:20]).capitalize() + ".")
    return found


def _growth(scale: float) -> Iterator[Figure]:
    """Each kind of text, hostile ones too, at 1,000, 2,000 and 5,000 characters."""
    prose = (DATA / "held_out.txt").read_text("utf-8").replace("\n", " ")
    repeats = max(1, round(5 * scale))
    ratios = []
    for name, unit in KINDS.items():
        took = {}
        for length in (1000, 2000, 5000):
            text = prose[:length] if not unit else (unit * length)[:length]
            took[length] = min(_ms(lambda text=text: phonemes(text, "en-US")) for _ in range(repeats))  # type: ignore[misc]
            yield Figure(
                f"growth.{name}.{length}",
                f"{length} characters of {unit!r}" if unit else f"{length} of prose",
                "ms",
                [took[length]],
            )
        ratios.append(took[5000] / took[1000] / 5)
    yield Figure(
        "growth.ratio", "5,000 characters, of five times 1,000: each kind of text", "times", ratios, LINEAR
    )


def _process(scale: float) -> Iterator[Figure]:
    """`litetts-edge phonemes` over many lines: its peak, and its pace."""
    lines = twenty_words(round(LINES * scale))
    for command in ("normalize", "phonemes"):
        began = time.perf_counter()
        program = subprocess.Popen(
            [sys.executable, "-m", "litetts_edge", command, "--lang", "en-US"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        said, _ = program.communicate("\n".join(lines) + "\n")
        took = time.perf_counter() - began
        assert len(said.splitlines()) == len(lines)
        yield Figure(f"lines.{command}", f"{len(lines)} lines of 20 words, start included", "s", [took])
        yield Figure(f"rss.{command}", "the most that process ever had", "MB", [_peak_mb(command, lines)], PROCESS)


def _peak_mb(command: str, lines: list[str]) -> float:
    """VmHWM, which a process reads of itself at its end."""
    code = (
        "import atexit, re, sys, os\n"
        "def told():\n"
        "    status = open('/proc/self/status').read()\n"
        "    print(re.search(r'VmHWM:\\s+(\\d+)', status)[1], file=sys.stderr)\n"
        "from litetts_edge.__main__ import main\n"
        f"sys.argv = ['litetts-edge', {command!r}, '--lang', 'en-US']\n"
        "try:\n    main()\nfinally:\n    told()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        input="\n".join(lines) + "\n",
        capture_output=True,
        text=True,
        env=os.environ,
        check=False,
    )
    found = re.search(r"(\d+)\s*$", done.stderr)
    assert found, done.stderr
    return int(found[1]) * 1024 / 1e6


def _ms(call: Callable[[], object]) -> float:
    began = time.process_time()
    call()
    return (time.process_time() - began) * 1000
