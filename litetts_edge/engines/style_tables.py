"""The voices of Kokoro and KittenTTS: tables of styles, mapped into memory, so that only what is read is resident.

A table has one row (of 256 numbers) for each length of a sentence. It is a file of bare float32 numbers (role
`voice`, the voice's name is the file's), or a member of an npz (role `voices`), which is mapped by its place in
the file when it is stored and not compressed.
"""

from __future__ import annotations

import logging
import re
import zipfile
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from litetts_edge.engines.installed import InstalledModel, ModelFile
from litetts_edge.errors import EngineFailed

log = logging.getLogger(__name__)

_NAME = re.compile("[a-z][a-z0-9_-]{0,39}")
_FLOAT = np.dtype("<f4")
_LOCAL_HEADER = 30
"""Bytes of a zip member's own header before its name (APPNOTE 4.3.7)."""
_LARGEST = 4 << 20
"""Bytes of a compressed member: a voice has half a megabyte."""


class StyleTables:
    """All voices of one model, each opened and checked when it is first asked for."""

    def __init__(self, model: InstalledModel, least: int, most: int, width: Callable[[], int]) -> None:
        """`least` and `most`: how many rows a table may have; `width`: how long each, asked when one is opened."""
        self._model = model
        self._width = width
        self._least, self._most = least, most
        self._open: dict[str, NDArray[np.float32]] = {}
        self._verified: set[str] = set()

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
        """(width,) the row that `wanted` chooses among that many. Raises EngineFailed."""
        table = self._opened(name)
        row = np.array(table[wanted(len(table))], dtype=np.float32)
        if not np.isfinite(row).all():
            raise self._unfit(self._sources[name], name, "holds values that are no numbers")
        return row

    def rows(self, name: str) -> int:
        """How many rows a voice has. Raises EngineFailed."""
        return len(self._opened(name))

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
        except (OSError, zipfile.BadZipFile, NotImplementedError) as error:
            raise self._damaged(file, f"it is no npz ({error})") from None

    def _opened(self, name: str) -> NDArray[np.float32]:
        if name not in self._open:
            self._open[name] = self._table(name)
        return self._open[name]

    def _table(self, name: str) -> NDArray[np.float32]:
        """(rows, width) of a voice whose file is whole."""
        file = self._sources[name]
        if file.path.name not in self._verified:
            self._model.verify(file)
            self._verified.add(file.path.name)
        try:
            table = self._bare(file, name) if file.role == "voice" else self._member(file, name)
        except (OSError, zipfile.BadZipFile, KeyError, ValueError, NotImplementedError, RuntimeError) as error:
            raise self._damaged(file, f"{name} cannot be read ({error})") from None
        shape = table.shape
        if shape[-1:] != (self._width(),) or shape[1:-1] not in {(), (1,)} or table.dtype != _FLOAT:
            raise self._unfit(file, name, f"has the shape {shape} of {table.dtype}")
        if not self._least <= shape[0] <= self._most:
            raise self._unfit(file, name, f"has the shape {shape}")
        return table.reshape(shape[0], shape[-1])

    def _bare(self, file: ModelFile, name: str) -> NDArray[Any]:
        size = file.path.stat().st_size
        row = self._width() * _FLOAT.itemsize
        if not size or size % row:
            raise self._unfit(file, name, f"has {size} bytes, no whole number of rows of {row}")
        return np.memmap(file.path, dtype=_FLOAT, mode="r", shape=(size // row, 1, self._width()))

    def _member(self, file: ModelFile, name: str) -> NDArray[Any]:
        with zipfile.ZipFile(file.path) as archive, file.path.open("rb") as raw:
            info = archive.getinfo(f"{name}.npy")
            if info.compress_type != zipfile.ZIP_STORED:
                if info.file_size > _LARGEST:
                    raise ValueError(f"{info.file_size} bytes are no voice")
                with archive.open(info) as member:
                    table: NDArray[Any] = npy.read_array(member, allow_pickle=False)
                return table
            raw.seek(info.header_offset)
            header = raw.read(_LOCAL_HEADER)
            skipped = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
            raw.seek(skipped, 1)
            shape, dtype = _npy_header(raw)
            return np.memmap(file.path, dtype=dtype, mode="r", offset=raw.tell(), shape=shape)

    def _unfit(self, file: ModelFile, name: str, what: str) -> EngineFailed:
        rows = f"{self._least}" if self._least == self._most else f"{self._least} to {self._most}"
        return EngineFailed(
            self._model.engine,
            f"{file.path}: the voice {name} {what}; wanted is ({rows}, 1, {self._width()}) of float32."
            f" Run `litetts-edge models verify {self._model.name}`, then pull or import it again.",
        )

    def _damaged(self, file: ModelFile, why: str) -> EngineFailed:
        return EngineFailed(
            self._model.engine,
            f"{file.path} is damaged: {why}."
            f" Run `litetts-edge models verify {self._model.name}`, then pull or import it again.",
        )


def _npy_header(raw: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Shape and type of what follows. Raises ValueError."""
    version = npy.read_magic(raw)
    if version == (1, 0):
        shape, fortran, dtype = npy.read_array_header_1_0(raw)
    elif version == (2, 0):
        shape, fortran, dtype = npy.read_array_header_2_0(raw)
    else:
        raise ValueError(f"npy version {version}")
    if fortran or dtype.hasobject:
        raise ValueError("it holds no plain numbers in rows")
    return shape, dtype
