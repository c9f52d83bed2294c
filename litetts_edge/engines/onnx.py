"""The session layer that all neural engines share: options, load, run, terminate, unload."""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from litetts_edge.engines.termination import Run
from litetts_edge.errors import EngineFailed

MANIFEST = "manifest.json"
"""Lies beside the model files: `{"files": {"<name>": {"sha256": "<hex>"}}, ...}`."""

_MAX_THREADS = 4
"""More threads than this made no small model faster, and a board has other things to do."""
OFF_IN_8_BITS = ("NhwcTransformer", "QDQSelectorActionTransformer")
"""Optimizers of onnxruntime that an 8-bit form (eight_bit.py) goes without. The first puts convolutions of
integers into another layout than their neighbours, which takes longer; the second makes an operator of what
stands between two of them, such as a LeakyRelu, that refuses a scale for each channel."""
_ERRORS_ONLY = 3
_FATAL_ONLY = 4  # a terminated run would be logged as an error
_AGAIN = "Get the model again, or restore the file from a backup."


def thread_count(wanted: int) -> int:
    """`wanted`, or for 0 one for each physical core that this process may use, at most 4."""
    if wanted > 0:
        return wanted
    import psutil

    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(psutil.cpu_count(logical=False) or 1, allowed, _MAX_THREADS))


@dataclass(frozen=True, slots=True)
class Port:
    """An input or an output of a graph."""

    name: str
    dtype: np.dtype[Any]
    """What the graph wants or gives; object for what numpy has no type for."""
    rank: int
    width: int
    """Its last dimension; 0 where that is not fixed."""
    shape: tuple[int, ...] = ()
    """All of them; 0 for one that is not fixed."""


class OnnxModel:
    """One model file and, between load() and unload(), its session. Used on one thread."""

    heard: ClassVar[Callable[[Path, Mapping[str, NDArray[Any]]], None] | None] = None
    """Told the inputs of each run, for prepare/, which needs real ones. Nobody else sets it."""

    def __init__(
        self,
        engine: str,
        path: Path,
        *,
        threads: int = 0,
        spinning: bool = False,
        arena: bool = True,
        pattern: bool = True,
        eight_bit: bool = False,
        config: Mapping[str, str] = MappingProxyType({}),
        sha256: str = "",
    ) -> None:
        """`engine` is named in errors; `threads` as in thread_count(); `config`: session entries of onnxruntime.

        Without `arena`, memory for a run comes from the C library and goes back to it after each. With `pattern`,
        the arena remembers what each shape of input took: for few shapes only. `eight_bit`: the graph is an
        8-bit form, see OFF_IN_8_BITS. The file must have that `sha256`; without one, what the manifest beside it
        says.
        """
        self._engine = engine
        self._path = path
        self._threads = threads
        self._spinning = spinning
        self._arena = arena
        self._pattern = arena and pattern
        self.is_eight_bit = eight_bit
        self._config = config
        self._sha256 = sha256
        self._session: Any = None
        self.model_bytes = 0
        """Size of the loaded model file; 0 when not loaded."""

    @property
    def is_loaded(self) -> bool:
        return self._session is not None

    @property
    def metadata(self) -> dict[str, str]:
        """The properties that the file carries. Only when loaded."""
        return dict(self._session.get_modelmeta().custom_metadata_map)

    @property
    def inputs(self) -> tuple[Port, ...]:
        """What the graph is given, in its order. Only when loaded."""
        return tuple(port_of(node) for node in self._session.get_inputs())

    @property
    def outputs(self) -> tuple[Port, ...]:
        """What run() returns, in its order. Only when loaded."""
        return tuple(port_of(node) for node in self._session.get_outputs())

    def load(self) -> None:
        """Verify the file and make a session; a second call does nothing. Raises EngineFailed."""
        if self._session is not None:
            return
        size = verify(self._engine, self._path, self._sha256)
        try:
            onnxruntime = library()
        except ImportError as error:  # there is none for 32 bit
            raise EngineFailed(self._engine, f"onnxruntime is not installed ({error}).") from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = thread_count(self._threads)
        options.inter_op_num_threads = 1
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        options.log_severity_level = _ERRORS_ONLY
        options.enable_cpu_mem_arena, options.enable_mem_pattern = self._arena, self._pattern
        options.add_session_config_entry("session.intra_op.allow_spinning", "1" if self._spinning else "0")
        for key, value in self._config.items():
            options.add_session_config_entry(key, value)
        off = list(OFF_IN_8_BITS) if self.is_eight_bit else []
        try:
            self._session = onnxruntime.InferenceSession(
                str(self._path), options, providers=["CPUExecutionProvider"], disabled_optimizers=off
            )
        except Exception as error:  # onnxruntime's own errors share no class but this
            raise EngineFailed(
                self._engine, f"{self._path} is not a model that onnxruntime runs: {error}"
            ) from error
        self.model_bytes = size

    def run(self, inputs: Mapping[str, NDArray[Any]], run: Run, *, shrink: bool = False) -> list[NDArray[Any]]:
        """The model's outputs. `run` ends it between two nodes. Raises EngineFailed; see Runs for Terminated.

        `shrink`: the arena gives back what is free in it afterwards.
        """
        if self._session is None:
            raise EngineFailed(self._engine, f"{self._path} is not loaded.")
        if OnnxModel.heard is not None:
            OnnxModel.heard(self._path, inputs)
        options = library().RunOptions()  # fresh: a terminate that has been set stays set
        options.log_severity_level = _FATAL_ONLY
        if shrink and self._arena:
            options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
        run.when_terminated(lambda: setattr(options, "terminate", True))
        try:
            outputs = self._session.run(None, dict(inputs), options)
        except Exception as error:  # onnxruntime's own errors share no class but this
            raise EngineFailed(self._engine, f"{self._path.name} did not run: {error}") from error
        return [np.asarray(output) for output in outputs]

    def unload(self) -> None:
        """Free the session; load() brings it back."""
        self._session = None
        self.model_bytes = 0
        trim()


def library() -> Any:
    """onnxruntime, which reports nothing to anybody. Raises ImportError."""
    # Since 1.31 it writes a device number into the home folder and reports its use to its maker over the network,
    # unless this is set when it is imported.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    return onnxruntime


def trim() -> None:
    """Give memory that was freed back to the system, where the C library is glibc, which has to be told."""
    malloc_trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if malloc_trim is not None:
        malloc_trim(0)


def read_manifest(engine: str, folder: Path) -> dict[str, Any]:
    """What is written beside the model files. Raises EngineFailed."""
    manifest = folder / MANIFEST
    try:
        facts = json.loads(manifest.read_text("utf-8"))
    except OSError as error:
        raise EngineFailed(engine, f"{manifest} cannot be read ({error.strerror}). {_AGAIN}") from None
    except (ValueError, RecursionError):
        facts = None
    if not isinstance(facts, dict):
        raise EngineFailed(engine, f"{manifest} is damaged: it is not a JSON object. {_AGAIN}")
    return facts


def port_of(node: Any) -> Port:
    """What a session of onnxruntime says of an input or output."""
    kind = node.type.removeprefix("tensor(").removesuffix(")")
    name = {"float": "float32", "double": "float64"}.get(kind, kind)
    try:
        dtype = np.dtype(name)
    except TypeError:
        dtype = np.dtype(object)
    shape = tuple(size if isinstance(size, int) else 0 for size in node.shape or ())
    return Port(node.name, dtype, len(shape), shape[-1] if shape else 0, shape)


def verify(engine: str, path: Path, sha256: str = "") -> int:
    """Compare a model file with `sha256`, or else with the manifest beside it. Raises EngineFailed.

    Returns its size in bytes.
    """
    if sha256:
        return _compare(engine, path, sha256, _AGAIN)
    facts = read_manifest(engine, path.parent)
    made_here = "source_sha256" in facts  # by prepare/
    again = f"Run `litetts-edge models optimize {path.parent.name} --force`." if made_here else _AGAIN
    try:
        expected = facts["files"][path.name]["sha256"]
    except (KeyError, TypeError):
        manifest = path.with_name(MANIFEST)
        raise EngineFailed(engine, f"{manifest} names no sha256 for {path.name}. {again}") from None
    return _compare(engine, path, expected, again)


def _compare(engine: str, path: Path, expected: str, again: str) -> int:
    try:
        with path.open("rb") as file:
            actual = hashlib.file_digest(file, "sha256").hexdigest()
            size = file.tell()
    except OSError as error:
        raise EngineFailed(engine, f"{path} cannot be read ({error.strerror}). {again}") from None
    if actual != expected:
        raise EngineFailed(engine, f"{path} is damaged: its sha256 is {actual}, not {expected}. {again}")
    return size
