"""Utterances as files in a folder: each appears there whole, or not at all."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import re
import secrets
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from litetts_edge.encode import EXTENSIONS, Encoder, encoder
from litetts_edge.errors import SinkFailed
from litetts_edge.interfaces import AudioWriter
from litetts_edge.pcm import AudioChunk, AudioFormat
from litetts_edge.speech import SpeakRequest

_PLAIN = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")


def file_stem(request_id: str) -> str:
    """A file name without extension for an id, safe in any folder; different ids give different names.

    A plain id stays as it is. Any other becomes its harmless characters, `~`, and a hash of the whole.
    """
    if _PLAIN.fullmatch(request_id):
        return request_id
    harmless = re.sub(r"[^A-Za-z0-9_-]+", "_", request_id)[:40].strip("_")
    digest = hashlib.sha256(request_id.encode("utf-8", "surrogatepass")).hexdigest()[:24]
    return f"{harmless}~{digest}"


class FileSink:
    """Writes `<folder>/<id>.<extension>`, encoded as the request asks.

    The file is written beside its place under a hidden name, synced, and renamed when it is complete, so
    that whoever watches the folder never sees half of one.
    """

    name = "file"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, request: SpeakRequest) -> Path:
        """Where the file of that request is, or will be."""
        return self._folder / f"{file_stem(request.id)}.{EXTENSIONS[request.encoding]}"

    def pause(self) -> None:
        """Nobody hears a file being written: it goes on."""

    def resume(self) -> None:
        """Nothing was held."""

    @contextlib.asynccontextmanager
    async def writer(
        self, request: SpeakRequest, audio: AudioFormat, on_first_audio: Callable[[float], None]
    ) -> AsyncIterator[AudioWriter]:
        """See AudioSink.writer. Raises SinkFailed when the folder cannot be written."""
        # The disk may be slow, and encoding takes time: both stay off the loop.
        parts = await asyncio.to_thread(encoder, request.encoding, audio.sample_rate)
        draft = _Draft(self.path(request), parts)
        try:
            await asyncio.to_thread(draft.open)
            yield _FileWriter(draft, on_first_audio)
        finally:
            await asyncio.shield(asyncio.to_thread(draft.discard))


class _Draft:
    """One file on its way. Every method blocks, and raises SinkFailed for what the disk refuses.

    The lock is there for discard(): a cancelled await leaves its thread writing.
    """

    def __init__(self, path: Path, parts: Encoder) -> None:
        self._path = path
        self._parts = parts
        self._lock = threading.Lock()
        self._file: BinaryIO | None = None
        self._temporary = Path()
        self._discarded = False

    def open(self) -> None:
        with self._explained():
            if self._discarded:
                return
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._temporary = self._path.parent / f".{secrets.token_hex(8)}.part"
            self._file = self._temporary.open("xb")

    def write(self, chunk: AudioChunk) -> None:
        with self._explained():
            if self._file is not None:
                self._file.write(self._parts.feed(chunk.samples))

    def complete(self) -> None:
        with self._explained():
            if self._file is None:
                return
            self._file.write(self._parts.finish())
            for offset, data in self._parts.corrections:
                self._file.seek(offset)
                self._file.write(data)
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._temporary.replace(self._path)
            self._file = None
            folder = os.open(self._path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)  # the new name too survives a power cut
            finally:
                os.close(folder)

    def discard(self) -> None:
        """Remove what was not completed."""
        with self._lock:
            self._discarded = True
            if self._file is not None:
                with contextlib.suppress(OSError):
                    self._file.close()  # flushes, and may find the disk full once more
                with contextlib.suppress(OSError):  # a disk that turned read-only keeps it; why it failed is told
                    self._temporary.unlink(missing_ok=True)
                self._file = None

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        with self._lock:
            try:
                yield
            except OSError as error:
                reason = error.strerror or str(error)
                raise SinkFailed(
                    "file", f"{reason} ({self._path}). Make room there, or set another folder."
                ) from error


class _FileWriter:
    def __init__(self, draft: _Draft, on_first_audio: Callable[[float], None]) -> None:
        self._draft = draft
        self._on_first_audio: Callable[[float], None] | None = on_first_audio

    async def write(self, chunk: AudioChunk) -> None:
        taken_at = time.monotonic()
        await asyncio.to_thread(self._draft.write, chunk)
        if self._on_first_audio is not None and chunk.samples.any():
            self._on_first_audio(taken_at)
            self._on_first_audio = None

    async def finish(self) -> None:
        await asyncio.to_thread(self._draft.complete)
