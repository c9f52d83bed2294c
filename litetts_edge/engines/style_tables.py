"""The voices of Kokoro and KittenTTS: tables of styles, mapped into memory, so that only what is read is resident.

A table has one row (of 256 numbers) for each length of a sentence. It is a file of bare float32 numbers (role
`voice`, the voice's name is the file's), or a member of an npz (role `voices`), which is mapped by its place in
the file when it is stored and not compressed.
"""

from __future__ import annotations

import logging
import math
import re
import zipfile
import zlib
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from litetts_edge.engines.installed import InstalledModel, ModelFile
from litetts_edge.errors import EngineFailed, VoiceUnfit

log = logging.getLogger(__name__)

_NAME = re.compile("[a-z][a-z0-9_-]{0,39}")
_FLOAT = np.dtype("<f4")
_LOCAL_HEADER = 30
"""Bytes of a zip member's own header before its name (APPNOTE 4.3.7)."""
_NPY_HEADER = 512
"""Bytes of an npy file that its header is in."""
_NPY = re.compile(
    rb"\x93NUMPY(\x01\x00..|\x02\x00....)"
    rb"\{'descr': '(?P<type>[^']{1,30})', 'fortran_order': False, 'shape': \((?P<shape>[0-9, ]{0,30})\), \} *\n",
    re.DOTALL,
)
"""The header as numpy writes it (numpy.lib.format)."""
_ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, KeyError, EOFError, NotImplementedError, RuntimeError)
_PACKINGS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
"""Of the members of an npz, as numpy writes one."""
_LARGEST = 4 << 20
"""Bytes of a member: a voice has half a megabyte."""
Shape = tuple[int, ...]


class StyleTables:
    """All voices of one model, each opened and checked when it is first asked for."""

    def __init__(self, model: InstalledModel, least: int, most: int, width: Callable[[], int]) -> None:
        """`least` and `most`: how many rows a table may have; `width`: how long each, asked when one is opened."""
        self._model = model
        self._width = width
        self._least, self._most = least, most
        self._open: dict[str, NDArray[np.float32]] = {}
        self._verified: set[Path] = set()

    @property
    def engine(self) -> str:
        """The engine's name."""
        return self._model.engine

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Of every voice, in the manifest's order. Raises EngineFailed when there is none."""
        if not self._sources:
            raise EngineFailed(
                self._model.engine,
                f"the model {self._model.name} has no voices. Run `litetts-edge models pull {self._model.name}`.",
            )
        return tuple(self._sources)

    def row(self, name: str, wanted: Callable[[int], int]) -> NDArray[np.float32]:
        """(width,) the row that `wanted` chooses among that many. Raises VoiceUnfit."""
        table = self._opened(name)
        return np.array(table[wanted(len(table))], dtype=np.float32)

    def rows(self, name: str) -> int:
        """How many rows a voice has. Raises VoiceUnfit."""
        return len(self._opened(name))

    def verify(self, name: str) -> None:
        """Compare the file of a voice with the manifest, once until close(). Raises VoiceUnfit."""
        file = self._sources[name]
        if file.path in self._verified:
            return
        try:
            self._model.verify(file)
        except EngineFailed as error:
            raise VoiceUnfit(error.engine, error.reason) from None
        self._verified.add(file.path)

    def close(self) -> None:
        """Let go of the files; row() opens them again."""
        self._open.clear()
        self._verified.clear()

    @cached_property
    def _sources(self) -> Mapping[str, ModelFile]:
        """Where each voice is."""
        sources: dict[str, ModelFile] = {}
        for file in self._model.files:
            if file.role == "voice":
                found = [file.path.stem]
            elif file.role == "voices":
                found = [name.removesuffix(".npy") for name in self._members(file)]
            else:
                continue
            for name in found:
                if _NAME.fullmatch(name):
                    sources.setdefault(name, file)
                else:
                    log.warning("%s: a voice cannot be called %r; it is left out.", file.path, name[:40])
        return sources

    def _members(self, file: ModelFile) -> list[str]:
        try:
            with zipfile.ZipFile(file.path) as archive:
                return archive.namelist()
        except (OSError, ValueError, *_ZIP_ERRORS) as error:
            raise self._damaged(file, f"it is no npz ({error})") from None

    def _opened(self, name: str) -> NDArray[np.float32]:
        if name not in self._open:
            self._open[name] = self._table(name)
        return self._open[name]

    def _table(self, name: str) -> NDArray[np.float32]:
        """(rows, width) of a voice whose file is whole."""
        file = self._sources[name]
        self.verify(name)
        try:
            shape, table = self._bare(file, name) if file.role == "voice" else self._member(file, name)
        except (OSError, ValueError, *_ZIP_ERRORS) as error:
            raise self._damaged(file, f"{name} cannot be read ({error})") from None
        if shape[-1:] != (self._width(),) or shape[1:-1] not in {(), (1,)}:
            raise self._unfit(file, name, f"has the shape {shape}")
        if not self._least <= shape[0] <= self._most:
            raise self._unfit(file, name, f"has the shape {shape}")
        if not np.isfinite(table).all():  # a row of them would be met at some length of a sentence only
            raise self._unfit(file, name, "holds values that are no numbers")
        return table.reshape(shape[0], shape[-1])

    def _bare(self, file: ModelFile, name: str) -> tuple[Shape, NDArray[np.float32]]:
        size = file.path.stat().st_size
        row = self._width() * _FLOAT.itemsize
        if not size or size % row:
            raise self._unfit(file, name, f"has {size} bytes, no whole number of rows of {row}")
        return (size // row, 1, self._width()), np.memmap(file.path, dtype=_FLOAT, mode="r")

    def _member(self, file: ModelFile, name: str) -> tuple[Shape, NDArray[np.float32]]:
        with zipfile.ZipFile(file.path) as archive:
            info = archive.getinfo(f"{name}.npy")
            if info.file_size > _LARGEST:
                raise ValueError(f"{info.file_size} bytes are no voice")
            if info.compress_type not in _PACKINGS:
                raise ValueError(f"it is packed by the method {info.compress_type}, which numpy does not write")
            if info.compress_type != zipfile.ZIP_STORED:
                with archive.open(info) as member:
                    content = member.read(_LARGEST)
                shape, start = self._layout(file, name, content[:_NPY_HEADER])
                return shape, np.frombuffer(content, dtype=_FLOAT, count=math.prod(shape), offset=start)
        with file.path.open("rb") as raw:
            raw.seek(info.header_offset)
            header = raw.read(_LOCAL_HEADER)
            start = info.header_offset + _LOCAL_HEADER
            start += int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
            raw.seek(start)
            shape, offset = self._layout(file, name, raw.read(_NPY_HEADER))
        return shape, np.memmap(file.path, _FLOAT, "r", start + offset, (math.prod(shape),))

    def _layout(self, file: ModelFile, name: str, begins: bytes) -> tuple[Shape, int]:
        """Shape of an npy file, and where its numbers begin. Raises ValueError, EngineFailed."""
        found = _NPY.match(begins)
        if found is None:
            raise ValueError("it is no npy file of plain numbers in rows")
        if found["type"] != b"<f4":
            raise self._unfit(file, name, f"holds {found['type'].decode('ascii', 'replace')[:20]}")
        shape = tuple(int(size) for size in found["shape"].split(b",") if size.strip())
        if not 0 < math.prod(shape) * _FLOAT.itemsize <= _LARGEST or not shape:
            raise self._unfit(file, name, f"has the shape {shape}")
        return shape, found.end()

    def _unfit(self, file: ModelFile, name: str, what: str) -> VoiceUnfit:
        rows = f"{self._least}" if self._least == self._most else f"{self._least} to {self._most}"
        return VoiceUnfit(
            self._model.engine,
            f"{file.path}: the voice {name} {what}; wanted is ({rows}, 1, {self._width()}) of float32."
            f" Run `litetts-edge models verify {self._model.name}`, then pull or import it again.",
        )

    def _damaged(self, file: ModelFile, why: str) -> VoiceUnfit:
        return VoiceUnfit(
            self._model.engine,
            f"{file.path} is damaged: {why}."
            f" Run `litetts-edge models verify {self._model.name}`, then pull or import it again.",
        )
