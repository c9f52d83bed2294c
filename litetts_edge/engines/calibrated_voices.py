"""The voices of a model that a check has found good in windows: their statistics, and which graph speaks them."""

from __future__ import annotations

import logging

from litetts_edge.engines.eight_bit import good_voices, spoken_by
from litetts_edge.engines.options import EngineOptions
from litetts_edge.engines.part_sessions import GENERATOR
from litetts_edge.engines.prepared import Prepared
from litetts_edge.engines.stream_record import FOLDER
from litetts_edge.engines.stream_statistics import Calibration, read

log = logging.getLogger(__name__)


class CalibratedVoices:
    """What is on disk of a voice is read once."""

    def __init__(self, prepared: Prepared, options: EngineOptions, source: str, name: str) -> None:
        """`source`: sha256 of the published file; `name`: of the model, for the log."""
        self._prepared = prepared
        self._options = options
        self._source = source
        self._name = name
        self._calibrations: dict[str, Calibration | None] = {}
        self._generators: dict[str, str] = {}

    def good(self) -> frozenset[str]:
        """Those that the check has passed with a generator that is there."""
        return good_voices(GENERATOR, self._prepared, self._source)

    def calibration(self, voice: str, channels: int) -> Calibration | None:
        """That of a voice, for a generator of so many channels, if the check has passed; why not, is logged."""
        if voice not in self._calibrations:
            self._calibrations[voice] = self._read(voice, channels)
        return self._calibrations[voice]

    def generator(self, voice: str) -> str:
        """The form of the generator that the voice was found good with."""
        if voice not in self._generators:
            self._generators[voice] = spoken_by(GENERATOR, self._prepared, self._options, self._source, voice)
        return self._generators[voice]

    def forget(self) -> None:
        """Read all again when it is needed."""
        self._calibrations.clear()
        self._generators.clear()

    def _read(self, voice: str, channels: int) -> Calibration | None:
        if not voice:
            return None
        folder = self._prepared.folder / FOLDER
        file = folder / f"{voice}.npz"
        why = ""
        if not file.is_file():
            why = "it has no calibration"
        elif voice not in self.good():
            why = "its calibration has not passed the check"
        if why:
            log.info("%s of %s is spoken in whole sentences: %s.", voice, self._name, why)
            return None
        return read(file, self._source, channels)
