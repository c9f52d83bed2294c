"""What other programs play through PulseAudio or PipeWire, and how loud. Asked of `pactl`, which both come with.

A program of its own and no library: a sound server that hangs then hangs a process that can be killed.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

ANSWER_S = 2.0
"""A sound server that has not answered by then hangs."""
_PROCESS = "application.process.id"
STEP = 70
"""Two volumes closer than this are the same: a thousandth of 100 %, which is 65536. PipeWire rounds."""


class PlayersUnreachable(Exception):
    """There is no `pactl`, or no sound server that answers; str() says which."""


@dataclass(frozen=True, slots=True)
class Player:
    """One stream of another program."""

    index: int
    """The server's number for it; never given twice while the server runs."""
    key: str
    """By which the server remembers its volume, or the program's name: the same after a restart."""
    volumes: tuple[int, ...]
    """By channel; 65536 is 100 %."""

    def is_at(self, volumes: Sequence[int]) -> bool:
        """Whether it is as loud as that."""
        return len(volumes) == len(self.volumes) and all(
            abs(one - other) < STEP for one, other in zip(self.volumes, volumes, strict=True)
        )


class Players:
    """Asks and sets. Every call starts a process, and takes some milliseconds."""

    def __init__(self, own_process: int | None = None) -> None:
        """Streams of the process `own_process` (this one, unless said otherwise) are not seen."""
        self._own = str(own_process or os.getpid())

    async def list(self) -> list[Player]:
        """All streams but our own. Raises PlayersUnreachable."""
        streams = await _listed("sink-inputs")
        try:
            # PipeWire's plug-in for ALSA says who plays of the client alone.
            by_client = any(_PROCESS not in stream["properties"] for stream in streams)
            clients = await _listed("clients") if by_client else []
            owners = {str(one["index"]): one["properties"].get(_PROCESS) for one in clients}
            return list(self._read(streams, owners))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise PlayersUnreachable(f"pactl list gave no list of streams: {error!r}") from None

    async def set(self, index: int, volumes: Sequence[int]) -> None:
        """Make a stream as loud as that; one that is gone is none of our business. Raises PlayersUnreachable."""
        with suppress(_Refused):
            await _pactl("set-sink-input-volume", str(index), *(str(volume) for volume in volumes))

    def _read(self, streams: Any, owners: Mapping[str, Any]) -> Iterator[Player]:
        for stream in streams:
            properties = stream["properties"]
            if properties.get(_PROCESS, owners.get(str(stream.get("client")))) == self._own:
                continue
            names = ("module-stream-restore.id", "application.name", "application.process.binary")
            key = next((str(properties[name]) for name in names if properties.get(name)), "")
            volumes = tuple(int(channel["value"]) for channel in stream["volume"].values())
            yield Player(int(stream["index"]), key, volumes)


class _Refused(PlayersUnreachable):
    """The server was asked, and said no."""


async def _listed(what: str) -> Any:
    said = await _pactl("-f", "json", "list", what)
    try:
        return json.loads(said, strict=False)
    except ValueError as error:
        raise PlayersUnreachable(f"pactl list gave no list of {what}: {error!r}") from None


async def _pactl(*arguments: str) -> str:
    environ = os.environ | {"LC_ALL": "C"}  # in other languages the JSON has commas for decimal points
    try:
        process = await asyncio.create_subprocess_exec(
            "pactl",
            *arguments,
            env=environ,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
    except OSError as error:
        raise PlayersUnreachable(f"pactl cannot be run: {error.strerror}; install pulseaudio-utils") from None
    try:
        async with asyncio.timeout(ANSWER_S):
            said, complaint = await process.communicate()
    except TimeoutError:
        raise PlayersUnreachable(f"the sound server has not answered for {ANSWER_S:g} s") from None
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode:
        raise _Refused(complaint.decode(errors="replace").strip() or f"pactl ended with {process.returncode}")
    return said.decode(errors="replace")
