"""The suite `engines`: turns, ratios, memory and the page. What it measures, nobody judges here."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.engines import contests, effort, memory, page, probe
from benchmarks.engines.process import System
from benchmarks.engines.texts import MINUTE, SENTENCES, WHOLE, short_texts
from benchmarks.figures import Figure, Goal

ROOT = Path(__file__).parent.parent


class Fake(System):
    """Answers without a process."""

    def __init__(self, cpu_s: float, order: list[str], name: str) -> None:
        super().__init__(name, {})
        self.cpu_s, self.order = cpu_s, order

    def ask(self, do: str, what: Any = None) -> dict[str, Any]:
        self.order.append(self.name)
        return {"cpu_s": self.cpu_s, "first_cpu_s": self.cpu_s / 10, "seconds": 2.0, "chunks": 3}


def test_the_sides_take_turns() -> None:
    """One after the other, each turn; the first does not count."""
    order: list[str] = []
    sides: dict[str, tuple[System, object]] = {
        "streamed": (Fake(1.0, order, "ours"), "a text"),
        "theirs": (Fake(2.0, order, "theirs"), ["ids"]),
    }
    spent = effort.by_turns(sides, 3)
    assert order == ["ours", "theirs"] * 4
    assert [len(ones) for ones in spent.values()] == [3, 3]


def figures(contest: contests.Contest, text: str) -> dict[str, Figure]:
    order: list[str] = []
    sides: dict[str, tuple[System, object]] = {
        side: (Fake(cpu_s, order, side), "")
        for side, cpu_s in (("streamed", 1.0), ("whole", 0.8), ("theirs", 2.0))
    }
    found = effort.figures(contest, text, effort.by_turns(sides, 2))
    return {figure.name: figure for figure in found}


def test_ours_is_held_against_theirs() -> None:
    """CPU a second of audio, and its share of the peer's, with the issue's goal for that engine."""
    kokoro, piper = contests.CONTESTS[0], contests.CONTESTS[2]
    found = figures(kokoro, WHOLE)
    assert found[f"cpu.{kokoro.name}.15s.whole"].values == [400.0, 400.0]
    assert found[f"cpu.{kokoro.name}.15s.ratio-whole"].values == [0.4, 0.4]
    assert found[f"cpu.{kokoro.name}.15s.ratio-streamed"].met is True
    assert found[f"first.{kokoro.name}.ratio-streamed"].values == [0.5, 0.5]
    assert found[f"first.{kokoro.name}.ratio-streamed"].met is False
    piper_goal = figures(piper, WHOLE)[f"first.{piper.name}.streamed"].goal
    assert piper_goal is not None
    assert (piper_goal.limit, kokoro.most, piper.most) == (100, 0.6, 0.9)
    assert not any(name.startswith("first.") for name in figures(kokoro, "2s"))


def test_the_goals_on_memory_are_those_of_the_issue() -> None:
    """In MB, for a text of a minute."""
    assert {name: goal.limit for name, goal in memory.PEAKS.items()} == {"kokoro-q8": 350, "piper-medium": 220}
    assert set(memory.PEAKS) <= {contest.name for contest in contests.CONTESTS}


@pytest.mark.parametrize(("leak_kb", "met"), [(0.5, True), (20.0, False)])
def test_a_leak_is_a_slope(leak_kb: float, met: bool) -> None:
    """Under noise; what the first half fills does not count."""
    filled = np.concatenate([np.linspace(100, 200, 25), np.full(25, 200.0)])
    noise = np.random.default_rng(1).normal(0, 0.05, 50)
    sizes = filled + noise + np.arange(50) * 20 * leak_kb / 1000
    slope = memory.slope_kb(list(sizes), 20)
    assert slope == pytest.approx(leak_kb, abs=0.5)
    assert (slope <= memory.GROWTH.limit) is met


def test_the_process_is_asked_and_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Line by line; what a library prints disturbs nothing, and the CPU of the first chunk is told apart."""
    package = tmp_path / "benchmarks" / "engines"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package.parent / "__init__.py").touch()
    (package / "noisy.py").write_text(
        "from benchmarks.engines.probe import serve\n"
        "def open_system(about):\n"
        "    print('a library says hello')\n"
        "    return (lambda what: iter([what, about['more']])), {'double': lambda what: {'is': 2 * what}}\n"
        "serve(open_system)\n"
    )
    (package / "probe.py").write_text((ROOT / "scripts/benchmarks/engines/probe.py").read_text("utf-8"))
    monkeypatch.setattr("benchmarks.engines.process.SCRIPTS", tmp_path)
    with System("noisy", {"more": 1.5}, Path(sys.executable)) as system:
        said = system.ask("say", 0.5)
        assert (said["seconds"], said["chunks"]) == (2.0, 2)
        assert 0 <= said["first_cpu_s"] <= said["cpu_s"]
        assert system.ask("double", 21) == {"is": 42}
        grown = system.ask("memory")
        assert 1 < grown["rss"] <= grown["peak"]
        with pytest.raises(RuntimeError, match="KeyError: 'undone'"):
            system.ask("undone")


def test_the_first_chunk_is_timed_when_it_exists() -> None:
    """Not when the second does."""

    def say(what: int) -> Iterator[float]:
        yield 1.0
        sum(range(what))
        yield 1.0

    found = probe.timed(say, 3_000_000)
    assert found["first_cpu_s"] < found["cpu_s"] / 2


def test_the_texts_are_of_the_lengths_that_are_judged() -> None:
    """At some 15 characters a second: a sentence of 15 s, a text of 60 s, sentences of one piece."""
    assert len(SENTENCES[WHOLE]) / 15 == pytest.approx(20, abs=5)
    assert len(MINUTE) / 15 == pytest.approx(75, abs=15)
    assert all(text.count(".") == 1 for text in SENTENCES.values())
    texts = list(short_texts(200))
    assert texts == list(short_texts(200))
    assert {len(text.split()) for text in texts} == set(range(1, 7))


def test_the_peers_are_pinned_and_not_ours() -> None:
    """By hash and without a host; nothing of them is in our locks, and only their own modules import them."""
    lock = (ROOT / "scripts/benchmarks/engines/peers.txt").read_text("utf-8")
    assert "kokoro-onnx==0.6.1" in lock
    assert "piper-tts==1.8.0" in lock
    assert "://" not in lock
    assert lock.count("--hash=sha256:") >= len(re.findall("^[a-z].*==", lock, re.MULTILINE))
    for locked in ("requirements.lock", "requirements-dev.lock"):
        assert not re.search(
            "^(kokoro-onnx|piper-tts|phonemizer)", (ROOT / locked).read_text("utf-8"), re.MULTILINE
        )
    importing = re.compile(r"^\s*(?:from|import) (?:kokoro_onnx|piper)\b", re.MULTILINE)
    sources = [*(ROOT / "litetts_edge").rglob("*.py"), *(ROOT / "scripts").rglob("*.py")]
    found = {path.name for path in sources if importing.search(path.read_text("utf-8"))}
    assert found == {"kokoro_onnx_peer.py", "piper_peer.py"}


def test_a_single_voice_becomes_what_the_peer_reads(tmp_path: Path) -> None:
    """kokoro-onnx takes an npz; a model may be installed with a file for each voice."""
    models = tmp_path / "models"
    folder = models / "kokoro-v1.0"
    folder.mkdir(parents=True)
    rows = np.arange(510 * 256, dtype=np.float32)
    rows.tofile(folder / "af_heart.bin")
    (folder / "model.onnx").touch()
    about = {"sha256": "0" * 64, "bytes": 0}
    files = {"model.onnx": about | {"role": "model"}, "af_heart.bin": about | {"role": "voice"}}
    facts = {"name": "kokoro-v1.0", "engine": "kokoro", "languages": [], "files": files}
    (folder / "manifest.json").write_text(json.dumps(facts))
    model = contests.Field(1.0, models, None, None).find("kokoro-v1.0")
    assert model is not None
    told = contests.peer_files(model, tmp_path)
    with np.load(told["voices"]) as voices:
        assert voices[told["voice"]].shape == (510, 1, 256)
        assert np.array_equal(voices[told["voice"]].ravel(), rows)


def test_what_was_measured_is_written_down() -> None:
    """That the weights are random, and the peers' versions."""
    about = contests.describe(contests.Field(1.0, ROOT / "nowhere", None, None))
    assert about["random_weights"] is True
    assert about["peers"]["kokoro-onnx"] == "0.6.1"
    assert about["files"] == {}


def test_ours_and_theirs_stand_side_by_side() -> None:
    """One row a measurement, with the ratios and their goals."""
    goal = Goal("p95", 0.6, "a wish")
    made = [
        Figure("cpu.k.6s.streamed", "CPU a second of audio, ours", "ms/s", [200.0, 210.0]),
        Figure("cpu.k.6s.whole", "CPU a second of audio, ours, whole", "ms/s", [150.0]),
        Figure("cpu.k.6s.theirs", "CPU a second of audio, theirs", "ms/s", [300.0]),
        Figure("cpu.k.6s.ratio-streamed", "that", "times", [0.7], goal),
        Figure("cpu.k.6s.ratio-whole", "that", "times", [0.5], goal),
        Figure("rss.p.peak.streamed", "the most it ever was", "MB", [180.0], Goal("max", 220, "a wish")),
    ]
    machine = {"commit": "0" * 40, "cpu": "?", "cores": 1, "memory_gb": 1.0, "kernel": "?", "python": "?"}
    report = {
        "machine": machine,
        "started": "now",
        "load": {"before": [0], "after": [0]},
        "field": {"peers": {"kokoro-onnx": "0.6.1"}},
        "figures": [figure.document() for figure in made],
    }
    lines = page.table(report).splitlines()
    assert "**random weights**" in lines[0]
    assert lines[4:] == [
        "| `cpu.k.6s`: CPU a second of audio | ms/s |  | 200 (max 210) | 150 | 300 | 0.7 / 0.5 | p95 ≤ 0.6"
        " | **missed** / met |",
        "| `rss.p.peak`: the most it ever was | MB |  | 180 |  |  |  | max ≤ 220 | met |",
    ]
