"""A sound card for tests: a private PulseAudio that can be frozen, killed, restarted and heard."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType

import numpy as np
import pytest

from litetts_edge.pcm import Samples
from tests.waiting import news, next_note

RATE = 48_000
"""Hz, of the card and of every recording."""


class VirtualCard:
    """A sound card in a private folder; `environment` makes a program play on it and on nothing else."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket = folder / "native"
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """The variables that a program needs to find this card: ALSA reads HOME, PulseAudio the others."""
        return {
            "HOME": str(self.folder),
            "XDG_RUNTIME_DIR": str(self.folder),
            "PULSE_RUNTIME_PATH": str(self.folder),
            "PULSE_STATE_PATH": str(self.folder),
            "PULSE_SERVER": f"unix:{self.socket}",
        }

    def __enter__(self) -> VirtualCard:
        pulse = f'{{ type pulse server "unix:{self.socket}" }}\n'
        (self.folder / ".asoundrc").write_text(f"pcm.!default {pulse}ctl.!default {pulse}")
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def start(self) -> None:
        """Start the sound server and wait until it answers."""
        self.socket.unlink(missing_ok=True)
        ready = self.folder / "ready"
        ready.unlink(missing_ok=True)
        # Without norewinds=1 a program is served in bursts, and 1 s of sound takes 2.5 s.
        sink = f"module-null-sink norewinds=1 sink_name=speaker rate={RATE} channels=2 format=s16le"
        door = f"module-native-protocol-unix auth-anonymous=1 socket={self.socket}"
        with (
            (self.folder / "pulseaudio.log").open("ab") as log,
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notes,
        ):
            notes.bind(str(ready))
            self._server = subprocess.Popen(
                [
                    *"pulseaudio -n --daemonize=no --exit-idle-time=-1 --use-pid-file=no -L".split(),
                    sink,
                    "-L",
                    door,
                ],
                env=os.environ | self.environment | {"NOTIFY_SOCKET": str(ready)},
                stdout=log,
                stderr=log,
            )
            self._await_ready(notes)

    @property
    def pid(self) -> int:
        """Of the server that runs."""
        assert self._server is not None, "the sound server is not running"
        return self._server.pid

    def freeze(self) -> None:
        """The server stops answering, but its sockets stay open."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def suspend(self, suspended: bool) -> None:
        """The server answers and takes streams, but plays none, as after a switch of user sessions."""
        subprocess.run(
            ["pactl", "suspend-sink", "speaker", "1" if suspended else "0"],
            env=os.environ | self.environment,
            check=True,
            timeout=20,
        )

    def kill(self) -> None:
        """The server dies as in a crash; its clients see their sockets closed."""
        if self._server is not None and self._server.poll() is None:
            self._server.kill()
            self._server.wait()
        self._server = None

    def recording(self) -> Recording:
        """Everything that the loudspeaker plays, from entering until leaving the context."""
        return Recording(self)

    def _signal(self, number: int) -> None:
        assert self._server is not None, "the sound server is not running"
        self._server.send_signal(number)

    def _await_ready(self, notes: socket.socket) -> None:
        assert self._server is not None
        if "READY=1" not in next_note(notes, self._server):
            raise RuntimeError((self.folder / "pulseaudio.log").read_text())


class Recording:
    """What the card's monitor hears, with the time at which each piece arrived."""

    def __init__(self, card: VirtualCard) -> None:
        self._card = card
        self._pieces: list[tuple[float, bytes]] = []
        self._more = threading.Condition()

    def __enter__(self) -> Recording:
        self._recorder = subprocess.Popen(
            f"parec -d speaker.monitor --raw --rate={RATE} --channels=1 --format=s16le --latency-msec=10".split(),
            env=os.environ | self._card.environment,
            stdout=subprocess.PIPE,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        assert self._wait(lambda: bool(self._pieces), 10), "the recorder heard nothing, not even silence"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._recorder.kill()
        self._recorder.wait()
        self._reader.join(5)
        assert self._recorder.stdout is not None
        self._recorder.stdout.close()

    def samples(self) -> Samples:
        """All that was heard so far, at RATE."""
        with self._more:
            raw = b"".join(piece for _, piece in self._pieces)
        return _floats(raw)

    def pieces(self) -> list[tuple[float, Samples]]:
        """The time.monotonic() at which each piece arrived, and its samples."""
        with self._more:
            return [(at, _floats(raw)) for at, raw in self._pieces]

    async def heard(self, seconds: float, within_s: float = 10) -> None:
        """Wait until so much more was recorded."""
        goal = self._bytes() + round(seconds * RATE) * 2
        arrived = await asyncio.to_thread(self._wait, lambda: self._bytes() >= goal, within_s)
        assert arrived, "the recorder stopped"

    async def sound(self, within_s: float = 10) -> float:
        """Wait for the first sample that is not silence; the time.monotonic() at which it arrived."""
        assert await asyncio.to_thread(self._wait, lambda: self._first() is not None, within_s), "silence"
        first = self._first()
        assert first is not None
        return first

    def _first(self) -> float | None:
        return next((at for at, raw in self._pieces if any(raw)), None)

    def _bytes(self) -> int:
        return sum(len(raw) for _, raw in self._pieces)

    def _wait(self, until: Callable[[], bool], timeout: float) -> bool:
        with self._more:
            return self._more.wait_for(until, timeout)

    def _read(self) -> None:
        assert self._recorder.stdout is not None
        while raw := os.read(self._recorder.stdout.fileno(), 1 << 16):
            with self._more:
                self._pieces.append((time.monotonic(), raw))
                self._more.notify_all()
            news()


def _floats(raw: bytes) -> Samples:
    values = np.frombuffer(raw[: len(raw) // 2 * 2], dtype="<i2")
    return values.astype(np.float32) / np.float32(32768)


@contextlib.contextmanager
def virtual_card() -> Iterator[VirtualCard]:
    """A card that plays nowhere, for as long as the context lasts."""
    # A socket's path is limited to 108 bytes, which pytest's own temporary folders can exceed.
    folder = Path(tempfile.mkdtemp(prefix="card-"))
    try:
        with VirtualCard(folder) as card:
            yield card
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def card_of_this_process(card: VirtualCard) -> Iterator[VirtualCard]:
    """Make this very process play on `card`, which is dead at the end."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in card.environment.items():
            patch.setenv(name, value)
        try:
            yield card
        finally:
            card.kill()
            # Whoever hung on a frozen card returns now; PortAudio must not be ended under it.
            for thread in threading.enumerate():
                if thread.name == "portaudio":
                    thread.join(5)


def babble(seconds: float, rate: int, seed: int = 1) -> Samples:
    """Noise in the band of speech, half of full scale: no two moments of it are alike."""
    count = round(seconds * rate)
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(count))
    frequencies = np.fft.rfftfreq(count, 1 / rate)
    spectrum[(frequencies < 100) | (frequencies > 3_400)] = 0
    samples: Samples = np.fft.irfft(spectrum, count).astype(np.float32)
    half: Samples = samples / np.abs(samples).max() / np.float32(2)
    return half


def place(recorded: Samples, piece: Samples) -> int:
    """Where in `recorded` the piece is most alike."""
    size = len(recorded) + len(piece)
    product = np.fft.irfft(np.fft.rfft(recorded, size) * np.conj(np.fft.rfft(piece, size)), size)
    return int(product[: max(len(recorded) - len(piece), 0) + 1].argmax())


def likenesses(recorded: Samples, sent: Samples) -> list[float]:
    """How alike each 40 ms of `sent` is to the same moment of `recorded`; both begin together, at RATE."""
    width = round(0.040 * RATE)
    alike = []
    for start in range(0, len(sent) - width + 1, width):
        one, other = sent[start : start + width], recorded[start : start + width]
        if len(other) < width or not other.any():
            alike.append(0.0)
        else:
            alike.append(float(one @ other / np.sqrt((one @ one) * (other @ other))))
    return alike
