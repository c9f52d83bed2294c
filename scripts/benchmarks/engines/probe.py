"""One synthesizer in a process of its own, asked line by line. Needs nothing but the standard library.

It runs in our environment and in the peers'. A request is a JSON object on a line of stdin with `do` and what that
needs; the answer is one on stdout:

    say      `what` (as the system reads it): {"cpu_s", "first_cpu_s", "seconds", "chunks"}
    memory   {"rss", "peak"} in MB (1e6 bytes), of the whole process
    forget   the peak counts from here: {}
    …        whatever else the system offers
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

Say = Callable[[Any], Iterator[float]]
"""Synthesizes, and yields the seconds of each chunk as soon as it exists."""
Offers = Mapping[str, Callable[[Any], dict[str, Any]]]


def serve(open_system: Callable[[dict[str, Any]], tuple[Say, Offers]]) -> None:
    """Answer until stdin ends. The argument of the process is what `open_system` gets, as JSON."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # a library that prints disturbs no answer
    say, offers = open_system(json.loads(sys.argv[1]))
    answers.write("{}\n")
    for line in sys.stdin:
        request = json.loads(line)
        match request["do"]:
            case "say":
                answer = timed(say, request["what"])
            case "memory":
                answer = memory_mb()
            case "forget":
                Path("/proc/self/clear_refs").write_text("5", "ascii")
                answer = {}
            case other:
                answer = offers[other](request["what"])
        answers.write(json.dumps(answer) + "\n")


def timed(say: Say, what: Any) -> dict[str, Any]:
    """CPU seconds of all threads of this process: to the end, and to the first chunk."""
    first_cpu_s, seconds, chunks = 0.0, 0.0, 0
    begun = time.process_time()
    for made in say(what):
        if not chunks:
            first_cpu_s = time.process_time() - begun
        seconds += made
        chunks += 1
    return {
        "cpu_s": time.process_time() - begun,
        "first_cpu_s": first_cpu_s,
        "seconds": seconds,
        "chunks": chunks,
    }


def memory_mb() -> dict[str, float]:
    """Resident now, and the most it ever was."""
    status = Path("/proc/self/status").read_text("ascii")
    found = dict(re.findall(r"(VmRSS|VmHWM):\s+(\d+) kB", status))
    return {"rss": int(found["VmRSS"]) * 1024 / 1e6, "peak": int(found["VmHWM"]) * 1024 / 1e6}
