"""A system in a process of its own, started and asked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

SCRIPTS = Path(__file__).resolve().parents[2]


class System:
    """Ours or theirs between `with` and its end. Raises RuntimeError, with what it printed, when it ends early."""

    def __init__(self, module: str, about: Mapping[str, Any], python: Path | None = None) -> None:
        """`module` of benchmarks.engines; `python` None is this one, else the peers'."""
        self.name = module
        self._command = (
            str(python or sys.executable),
            "-P",
            "-m",
            f"benchmarks.engines.{module}",
            json.dumps(about),
        )
        places = [SCRIPTS] if python else [SCRIPTS.parent, SCRIPTS]
        self._environ = os.environ | {"PYTHONPATH": ":".join(map(str, places)), "OMP_NUM_THREADS": "1"}
        self._process: subprocess.Popen[str] | None = None
        self._printed: IO[str] | None = None

    def __enter__(self) -> Self:
        self._printed = tempfile.TemporaryFile("w+")
        self._process = subprocess.Popen(
            self._command,
            env=self._environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._printed,
            text=True,
        )
        try:
            self._answer()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def ask(self, do: str, what: Any = None) -> dict[str, Any]:
        """One request, one answer."""
        assert self._process is not None
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # it ended: the answer tells why
            self._process.stdin.write(json.dumps({"do": do, "what": what}) + "\n")
            self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process is not None
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            code = self._process.wait()
            assert self._printed is not None
            self._printed.seek(0)
            raise RuntimeError(f"{self.name} ended with {code}: {self._printed.read()[-2000:]}")
        found: dict[str, Any] = json.loads(line)
        return found

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            for end in (self._process.stdin, self._process.stdout):
                if end is not None:
                    with suppress(BrokenPipeError):  # what it was asked last, it does not read
                        end.close()
            self._process.wait()
            self._process = None
        if self._printed is not None:
            self._printed.close()
