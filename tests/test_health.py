"""What the appliance measures about itself."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from litetts_edge import health
from litetts_edge.events import Cancelled, Dropped, Expired, Failed, Finished, FirstAudio, Queued, Started
from litetts_edge.health import WINDOW, Counters, Gauges, Health, percentile
from litetts_edge.speech import RequestId
from tests.scarcity import no_file_left

X = RequestId("x")

ROW = (
    "ts, uptime_s, rss_mb, peak_rss_mb, model_mb, cpu_pct, load1, mem_available_mb, temp_c, throttled, rtf_p50, "
    "rtf_p95, first_audio_ms_p50, first_audio_ms_p95, queue_length, cache_hit_rate, cache_mb, spoken_total, "
    "failed_total, dropped_total, underruns_total, mqtt_reconnects, audio_device, last_error"
).split(", ")
"""The health topic's fields, as the protocol's page lists them."""


def finished(
    *, rtf: float = 0.1, first: float | None = 50.0, queue: float = 0.0, hit: bool = False, audio: float = 1000.0
) -> Finished:
    return Finished(X, "tone", audio, first, queue, rtf, hit)


@dataclass(slots=True)
class Clock:
    now: float = 100.0

    def __call__(self) -> float:
        return self.now


def made(clock: Clock | None = None) -> Health:
    """Health with a known value in each gauge."""
    gauges = Gauges(
        queue_length=lambda: 3,
        audio_device=lambda: "pulse",
        underruns=lambda: 4,
        mqtt_reconnects=lambda: 5,
        mqtt_dropped=lambda: 6,
        audio_latency_s=lambda: 0.15,
        model_bytes=lambda: 25_160_000,
    )
    return Health(gauges, clock or Clock())


# -- percentiles -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([], 0.5, None),
        ([7.0], 0.5, 7.0),
        ([7.0], 0.95, 7.0),
        ([3.0, 1.0, 2.0], 0.5, 2.0),
        ([4.0, 1.0, 3.0, 2.0], 0.5, 2.0),
        ([float(value) for value in range(1, 21)], 0.95, 19.0),
        ([float(value) for value in range(1, 22)], 0.95, 20.0),
        ([1.0, 2.0], 0.0, 1.0),
        ([1.0, 2.0], 1.0, 2.0),
    ],
)
def test_a_percentile_is_the_nearest_rank(values: list[float], share: float, expected: float | None) -> None:
    """The smallest value that so large a share does not exceed; nothing is made up between two."""
    assert percentile(values, share) == expected


@given(
    values=st.lists(st.floats(allow_nan=False), min_size=1, max_size=WINDOW),
    share=st.sampled_from(["0.5", "0.95"]),
)
def test_a_percentile_by_its_definition(values: list[float], share: str) -> None:
    """The value of rank ceil(share x n), counted without rounding errors."""
    rank = math.ceil(Fraction(share) * len(values))
    assert percentile(values, float(share)) == sorted(values)[rank - 1]


# -- counters ----------------------------------------------------------------------------------------------


def test_every_closing_event_is_counted_once() -> None:
    """Queued, started, first audio and cancelled change no total."""
    counters = Counters()
    for event in (
        Queued(X), Started(X, "tone", 1), FirstAudio(X, 5), finished(), finished(), finished(hit=True),
        Cancelled(X, "stop"), Expired(X), Failed(X, "engine_failed", "no"),
        Dropped(X, "queue_full", "no"), Dropped(X, "text_empty", "no"),
    ):  # fmt: skip
        counters.count(event)
    totals = (counters.spoken, counters.failed, counters.dropped, counters.expired, counters.cache_hits)
    assert totals == (3, 1, 2, 1, 1)
    assert counters.last_error == "text_empty"


def test_cache_hits_do_not_flatter_the_model() -> None:
    """Neither the real-time factor nor the first audio knows of them."""
    counters = Counters()
    counters.count(finished(rtf=0.5, first=80))
    for _ in range(9):
        counters.count(finished(rtf=0.001, first=1, hit=True))
    assert (list(counters.rtf), list(counters.first_audio_ms)) == ([0.5], [80])


def test_first_audio_counts_from_acceptance() -> None:
    """The time in the queue included: that is how long somebody waited."""
    counters = Counters()
    counters.count(finished(first=5080, queue=5000))
    assert list(counters.first_audio_ms) == [5080]


def test_silence_says_nothing_of_speed() -> None:
    """An utterance without audio has no real-time factor, and one that nobody heard no first audio."""
    counters = Counters()
    counters.count(finished(rtf=0.0, first=None, audio=0.0))
    assert (counters.spoken, list(counters.rtf), list(counters.first_audio_ms)) == (1, [], [])


def test_the_last_two_hundred_count() -> None:
    """What was slow last week is forgotten."""
    counters = Counters()
    for number in range(WINDOW + 10):
        counters.count(finished(rtf=float(number), first=float(number)))
    assert (
        list(counters.rtf) == list(counters.first_audio_ms) == [float(number) for number in range(10, WINDOW + 10)]
    )


# -- the snapshot ------------------------------------------------------------------------------------------


def test_the_snapshot_has_every_field_of_the_protocol() -> None:
    """All of them from the first report on, in JSON; with a few more beside them."""
    document = made().snapshot()
    assert set(document) == {*ROW, "expired_total", "mqtt_dropped_total", "audio_latency_ms"}
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    nothing_yet = ("rtf_p50", "rtf_p95", "first_audio_ms_p50", "first_audio_ms_p95", "last_error")
    assert [document[name] for name in nothing_yet] == [None] * 5
    assert document["cache_hit_rate"] == 0.0


def test_the_snapshot_says_what_was_counted() -> None:
    """Counters, gauges and percentiles under their names."""
    clock = Clock()
    health = made(clock)
    for rtf in range(1, 21):
        health.counters.count(finished(rtf=rtf / 100, first=100.0 + rtf, queue=50.0))
    for event in (finished(hit=True), Failed(X, "sink_failed", "no"), Dropped(X, "duplicate", "no"), Expired(X)):
        health.counters.count(event)
    clock.now += 61.04
    document = health.snapshot()
    assert (
        document
        | {
            "uptime_s": 61.0,
            "model_mb": 25.2,
            "rtf_p50": 0.1,
            "rtf_p95": 0.19,
            "first_audio_ms_p50": 110.0,
            "first_audio_ms_p95": 119.0,
            "queue_length": 3,
            "cache_hit_rate": round(1 / 21, 3),
            "spoken_total": 21,
            "failed_total": 1,
            "dropped_total": 1,
            "expired_total": 1,
            "underruns_total": 4,
            "mqtt_dropped_total": 6,
            "audio_latency_ms": 150.0,
            "mqtt_reconnects": 5,
            "audio_device": "pulse",
            "last_error": "duplicate",
        }
        == document
    )


def test_memory_is_this_processes_own() -> None:
    """Resident now and at its peak, in millions of bytes."""
    before = made().snapshot()
    ballast = bytearray(os.urandom(1000)) * 200_000  # much more than what else comes and goes in a long test run
    during = made().snapshot()
    del ballast
    after = made().snapshot()
    rss, full, peak = (float(str(one)) for one in (before["rss_mb"], during["rss_mb"], after["peak_rss_mb"]))
    assert full - rss == pytest.approx(200, abs=40)
    assert peak >= full - 1  # the kernel counts per core, and adds up now and then
    assert 10 < rss < 5000


def test_the_share_of_the_processor_is_of_the_time_since(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a core for ten seconds is 50 %; two who ask at once are told the same."""
    clock, spent = Clock(), Clock(7.0)
    monkeypatch.setattr(health, "_cpu_seconds", spent)
    measured = made(clock)
    assert measured.snapshot()["cpu_pct"] == 0.0
    clock.now, spent.now = 110.0, 12.0
    assert measured.snapshot()["cpu_pct"] == 50.0
    clock.now, spent.now = 110.001, 12.001
    assert measured.snapshot()["cpu_pct"] == 50.0
    clock.now, spent.now = 112.0, 12.5
    assert measured.snapshot()["cpu_pct"] == 25.0


def test_available_memory_is_the_kernels_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """MemAvailable, from kB to millions of bytes; None where the kernel or the sandbox does not say."""
    file = tmp_path / "meminfo"
    monkeypatch.setattr(health, "MEMORY", file)
    assert made().snapshot()["mem_available_mb"] is None
    file.write_text("MemTotal:  1000 kB\nMemFree:  5 kB\nMemAvailable:     250000 kB\nHugePages_Total:   0\n")
    assert made().snapshot()["mem_available_mb"] == 256.0
    file.write_text("MemTotal: 1000 kB\n")
    assert made().snapshot()["mem_available_mb"] is None
    monkeypatch.undo()
    assert float(str(made().snapshot()["mem_available_mb"])) > 1


def test_a_hidden_proc_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a sandbox without /proc/loadavg the load is unknown."""

    def hidden() -> tuple[float, float, float]:
        raise OSError("Load averages are unobtainable")

    monkeypatch.setattr(os, "getloadavg", hidden)
    assert made().snapshot()["load1"] is None


def test_a_process_that_has_no_file_left_is_no_failure() -> None:
    """What has to be read is unknown; what is counted is not."""
    measured = made()
    with no_file_left():
        snapshot = measured.snapshot()
    assert (snapshot["rss_mb"], snapshot["throttled"]) == (None, None)
    assert snapshot["spoken_total"] == 0


def test_a_snapshot_loads_nothing_heavy() -> None:
    """psutil alone costs 4 MB of resident memory."""
    code = (
        "import sys; from litetts_edge.health import Gauges, Health;"
        "Health(Gauges(int, str, int, int, int, float, int)).snapshot();"
        "print([name for name in ('psutil', 'subprocess', 'numpy') if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert json.loads(said.replace("'", '"')) in ([], ["numpy"])


# -- heat and power ----------------------------------------------------------------------------------------


@pytest.fixture
def board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in place of /sys, with the sensors of a machine that is no Raspberry Pi."""
    for number, name in enumerate(("cpu_thermal", "nvme")):
        sensor = tmp_path / f"hwmon{number}"
        sensor.mkdir()
        (sensor / "name").write_text(f"{name}\n")
        (sensor / "in0_lcrit_alarm").write_text("1\n")
    monkeypatch.setattr(health, "SENSORS", tmp_path)
    monkeypatch.setattr(health, "THERMAL_ZONE", tmp_path / "temp")
    return tmp_path


def add_power_sensor(board: Path, alarm: str | None) -> None:
    sensor = board / "hwmon2"
    sensor.mkdir(exist_ok=True)
    (sensor / "name").write_text("rpi_volt\n")
    if alarm is not None:
        (sensor / "in0_lcrit_alarm").write_text(alarm)


def heat_and_power() -> tuple[object, object]:
    document = made().snapshot()
    return document["temp_c"], document["throttled"]


def test_a_machine_without_sensors_says_nothing(
    board: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None, not false: nobody looked. The same where the folder is missing or the file makes no sense."""
    assert heat_and_power() == (None, None)
    (board / "temp").write_text("hot\n")
    assert heat_and_power() == (None, None)
    monkeypatch.setattr(health, "SENSORS", tmp_path / "missing")
    assert heat_and_power() == (None, None)


@pytest.mark.parametrize(
    ("millidegrees", "alarm", "expected"),
    [
        ("48312\n", "0\n", (48.3, False)),
        ("48312\n", "1\n", (48.3, True)),
        ("79940\n", "0\n", (79.9, False)),
        ("80000\n", "0\n", (80.0, True)),
        ("-5000\n", "0\n", (-5.0, False)),
    ],
)
def test_a_raspberry_pi_is_slowed_down_by_power_or_heat(
    board: Path, millidegrees: str, alarm: str, expected: tuple[float, bool]
) -> None:
    """The alarm of its own sensor, and of no other; and 80 degrees."""
    add_power_sensor(board, alarm)
    (board / "temp").write_text(millidegrees)
    assert heat_and_power() == expected


def test_a_power_sensor_that_cannot_be_read_says_nothing(board: Path) -> None:
    """An older driver, or one that is just going away."""
    add_power_sensor(board, None)
    assert heat_and_power()[1] is None
    add_power_sensor(board, "?\n")
    assert heat_and_power()[1] is None
