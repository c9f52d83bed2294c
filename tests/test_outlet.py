"""A stream of the sound card that hangs: PortAudio ends the program when two threads hold one."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest

from litetts_edge.errors import NoAudioDevice
from litetts_edge.sinks import outlet as outlet_module
from litetts_edge.sinks.driver import DriverStuck, DriverThread, anything_hangs
from litetts_edge.sinks.outlet import Outlet
from litetts_edge.sinks.playout import Playout
from litetts_edge.sinks.ring import Ring

RATE = 48_000


class HangingStream:
    """Starts when it is let; a sound server that died between opening and starting never lets it."""

    def __init__(self, fails: bool = False) -> None:
        self.fails = fails
        self.let = threading.Event()
        self.closed = threading.Event()
        self.calls: list[str] = []

    def start(self) -> None:
        self.calls.append("start")
        self.let.wait()
        self.calls.append("started")
        if self.fails:
            raise NoAudioDevice("The sound device could not be started.")

    def abort(self, ignore_errors: bool) -> None:
        self.calls.append("abort")

    def close(self, ignore_errors: bool) -> None:
        self.calls.append("close")
        self.closed.set()


@pytest.fixture
async def driver() -> AsyncIterator[DriverThread]:
    driver = DriverThread()
    yield driver
    driver.close()


@pytest.mark.parametrize("fails", [False, True])
async def test_a_stream_whose_start_hangs_is_closed_by_who_starts_it(
    driver: DriverThread, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    """Whenever that returns, and however."""
    monkeypatch.setattr(outlet_module, "OPEN_S", 0.05)
    stream, ring = HangingStream(fails), Ring(RATE, RATE)
    hung = Outlet(driver, ring, stream, Playout(ring, RATE, 0.1, 1.0, held=False), 0.1)
    with pytest.raises(DriverStuck):
        await hung.start()
    with pytest.raises(DriverStuck):
        await hung.close()
    assert stream.calls == ["start"]
    assert anything_hangs()  # whoever asks, so that nobody ends PortAudio
    stream.let.set()
    assert await asyncio.to_thread(stream.closed.wait, 5)
    assert stream.calls == ["start", "started", "abort", "close"]


async def test_a_stream_is_closed_once(driver: DriverThread) -> None:
    """One that plays."""
    stream, ring = HangingStream(), Ring(RATE, RATE)
    stream.let.set()
    playing = Outlet(driver, ring, stream, Playout(ring, RATE, 0.1, 1.0, held=False), 0.1)
    await playing.start()
    await playing.close()
    assert stream.calls == ["start", "started", "abort", "close"]
