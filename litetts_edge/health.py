"""What the appliance measures about itself: counters, percentiles, memory, heat. One snapshot() for all doors."""

from __future__ import annotations

import logging
import os
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from litetts_edge.events import Dropped, Expired, Failed, Finished, SpeechEvent

log = logging.getLogger(__name__)

WINDOW = 200
"""Requests over which percentiles are taken."""

CPU_WINDOW_S = 1.0
"""Over less time the share of the processor says nothing: two people may ask for a snapshot at once."""

AS_ASKED = ("quiet_hours", "said_before")
"""Refusals that somebody asked for: no faults."""

MEMORY = Path("/proc/meminfo")
THERMAL_ZONE = Path("/sys/class/thermal/thermal_zone0/temp")
SENSORS = Path("/sys/class/hwmon")

THROTTLES_AT_C = 80.0
"""Every Raspberry Pi slows down from here on (its documentation, "Frequency management and thermal control")."""


def percentile(values: Sequence[float], share: float) -> float | None:
    """The nearest-rank percentile: the smallest value that `share` of all do not exceed; None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[max(0, min(len(ordered) - 1, -int(-share * len(ordered) // 1) - 1))]


@dataclass(slots=True)
class Counters:
    """What happened since the start."""

    spoken: int = 0
    failed: int = 0
    dropped: int = 0
    expired: int = 0
    cache_hits: int = 0
    rtf: deque[float] = field(default_factory=lambda: deque(maxlen=WINDOW))
    """Cache hits excluded: they would flatter the model."""
    first_audio_ms: deque[float] = field(default_factory=lambda: deque(maxlen=WINDOW))
    """From acceptance, the time in the queue included; cache hits excluded."""
    last_error: str | None = None

    def count(self, event: SpeechEvent) -> None:
        """Take one event into account."""
        match event:
            case Finished():
                self.spoken += 1
                self.cache_hits += event.cache_hit
                synthesized = event.voice and not event.cache_hit
                if synthesized and event.audio_ms:
                    self.rtf.append(event.rtf)
                if synthesized and event.first_audio_ms is not None:
                    self.first_audio_ms.append(event.first_audio_ms)
            case Failed():
                self.failed += 1
                self.last_error = event.code
            case Dropped():
                self.dropped += 1
                if event.code not in AS_ASKED:
                    self.last_error = event.code
            case Expired():
                self.expired += 1


@dataclass(frozen=True, slots=True)
class Gauges:
    """What other parts know; asked for at every snapshot."""

    queue_length: Callable[[], int]
    audio_device: Callable[[], str]
    underruns: Callable[[], int]
    mqtt_reconnects: Callable[[], int]
    mqtt_dropped: Callable[[], int]
    """Messages in or out that were given up because too many waited."""
    audio_latency_s: Callable[[], float]
    """From handing a sample to the sound card to hearing it, as the card says; 0 while it is closed."""
    model_bytes: Callable[[], int]


class Health:
    """Counts events and reads the machine. snapshot() reads files, so call it off the event loop."""

    def __init__(self, gauges: Gauges, clock: Callable[[], float] = time.monotonic) -> None:
        self.counters = Counters()
        self._gauges = gauges
        self._clock = clock
        self._started = clock()
        self._cpu: tuple[float, float] = (self._started, _cpu_seconds())
        self._cpu_pct = 0.0

    @property
    def uptime_s(self) -> float:
        """Seconds since the daemon began."""
        return self._clock() - self._started

    def snapshot(self) -> dict[str, object]:
        """The fields of the health topic; a value that this machine does not have is None."""
        counters = self.counters
        rss_mb, peak_rss_mb = _memory_mb()
        temp_c = _temperature()
        return {
            "ts": round(time.time(), 3),
            "uptime_s": round(self.uptime_s, 1),
            "rss_mb": rss_mb,
            "peak_rss_mb": peak_rss_mb,
            "model_mb": round(self._gauges.model_bytes() / 1e6, 1),
            "cpu_pct": self._cpu_percent(),
            "load1": _load(),
            "mem_available_mb": _mem_available_mb(),
            "temp_c": temp_c,
            "throttled": _throttled(temp_c),
            "rtf_p50": _rounded(percentile(counters.rtf, 0.5), 4),
            "rtf_p95": _rounded(percentile(counters.rtf, 0.95), 4),
            "first_audio_ms_p50": _rounded(percentile(counters.first_audio_ms, 0.5), 1),
            "first_audio_ms_p95": _rounded(percentile(counters.first_audio_ms, 0.95), 1),
            "queue_length": self._gauges.queue_length(),
            "cache_hit_rate": round(counters.cache_hits / counters.spoken, 3) if counters.spoken else 0.0,
            "cache_mb": 0.0,
            "spoken_total": counters.spoken,
            "failed_total": counters.failed,
            "dropped_total": counters.dropped,
            "expired_total": counters.expired,
            "underruns_total": self._gauges.underruns(),
            "mqtt_reconnects": self._gauges.mqtt_reconnects(),
            "mqtt_dropped_total": self._gauges.mqtt_dropped(),
            "audio_latency_ms": round(self._gauges.audio_latency_s() * 1000, 1),
            "audio_device": self._gauges.audio_device(),
            "last_error": counters.last_error,
        }

    def _cpu_percent(self) -> float:
        """Of one core, since the last snapshot that was not just now."""
        then, spent = self._cpu
        now, total = self._clock(), _cpu_seconds()
        if now - then >= CPU_WINDOW_S:
            self._cpu = (now, total)
            self._cpu_pct = round(100 * (total - spent) / (now - then), 1)
        return self._cpu_pct


def _cpu_seconds() -> float:
    return sum(os.times()[:2])


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def _memory_mb() -> tuple[float | None, float | None]:
    """Resident set of this process now and at its peak (proc(5): VmRSS, VmHWM, in kB)."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return None, None
    fields = dict(line.split(":", 1) for line in lines if ":" in line)
    rss, peak = (int(fields[name].split()[0]) * 1024 / 1e6 for name in ("VmRSS", "VmHWM"))
    return round(rss, 1), round(peak, 1)


def _mem_available_mb() -> float | None:
    """What programs can still get without swapping (proc(5): MemAvailable, in kB)."""
    try:
        lines = MEMORY.read_text().splitlines()
    except OSError:
        return None
    for line in lines:
        if line.startswith("MemAvailable:"):
            return round(int(line.split()[1]) * 1024 / 1e6, 1)
    return None


def _load() -> float | None:
    try:
        return round(os.getloadavg()[0], 2)
    except OSError:  # /proc is hidden
        return None


def _temperature() -> float | None:
    try:
        return round(int(THERMAL_ZONE.read_text()) / 1000, 1)
    except (OSError, ValueError):
        return None


def _throttled(temp_c: float | None) -> bool | None:
    """Whether a Raspberry Pi is slowed down by a weak power supply or by heat; None on any other machine.

    The driver raspberrypi-hwmon asks the firmware every 2 s, and shows only the power supply. The firmware's own
    word, soc:firmware/get_throttled, made the kernel log a stack trace, and is gone since March 2025 (Linux 6.12).
    """
    try:
        names = list(SENSORS.glob("hwmon*/name"))
    except OSError:
        return None
    for name in names:
        try:
            if name.read_text().strip() == "rpi_volt":
                weak = int(name.with_name("in0_lcrit_alarm").read_text()) != 0
                return weak or (temp_c is not None and temp_c >= THROTTLES_AT_C)
        except (OSError, ValueError):
            continue
    return None
