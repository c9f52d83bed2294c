"""Whether a Piper voice may be spoken with the 8-bit form of its decoder (prepare/fixed.py).

The same sentences with both, and the same noise: how far their spectra are apart, and whether the words are
understood as well. The engine reads the result. A voice file has one decoder, so where several of its speakers
were checked, the one for whom it does worst decides.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from litetts_edge.engines.eight_bit import EIGHT_BIT, eight_bit_of
from litetts_edge.engines.installed import ModelFile
from litetts_edge.engines.piper import PiperEngine
from litetts_edge.engines.prepared import Prepared
from litetts_edge.engines.stream_check import hiss_db, spectral_distance_db
from litetts_edge.engines.stream_record import FOLDER, StreamCheck, checks, record
from litetts_edge.interfaces import Synthesizer, TextFrontend
from litetts_edge.pcm import Samples
from litetts_edge.soundcheck.check import say
from litetts_edge.soundcheck.finding import Finding, Verdict
from litetts_edge.soundcheck.listeners import Listener
from litetts_edge.soundcheck.sentences import are_words, sentences
from litetts_edge.soundcheck.stream import WordErrorsOf
from litetts_edge.speech import Voice

PUBLISHED = "published"
"""A variant that no prepared graph has: all are taken in the published precision."""


class EightBitPoint:
    """The point `8 bits` of the engines that have it."""

    def __init__(self, frontend: TextFrontend, listener: Listener | None) -> None:
        self._frontend = frontend
        self._listener = listener

    def __call__(self, engine: Synthesizer, voice: Voice) -> Finding | None:
        """Compare the voice with both forms, and keep the result. Raises EngineFailed."""
        if not isinstance(engine, PiperEngine) or (found := engine.eight_bit(voice)) is None:
            return None
        prepared, source = found
        engine.unload()
        check = self._compared(engine, voice, prepared, source)
        try:
            kept = _record(prepared, check)
        except OSError as error:
            return Finding("8 bits", Verdict.UNCHECKED, f"in the published precision: {error}")
        return _finding(kept)

    def _compared(self, engine: PiperEngine, voice: Voice, prepared: Prepared, source: ModelFile) -> StreamCheck:
        texts = sentences(voice.lang)
        whole, other = (self._said(engine.with_variant(form), voice, texts) for form in (PUBLISHED, EIGHT_BIT))
        distances = [spectral_distance_db(one, two) for one, two in zip(other, whole, strict=True)]
        errors = None
        if self._listener is not None and are_words(voice.lang) and self._listener.hears(voice.lang):
            heard = WordErrorsOf(self._listener, texts, voice.lang, voice.sample_rate)
            pairs = enumerate(zip(other, whole, strict=True))
            errors = float(np.mean([heard(number, one) - heard(number, two) for number, (one, two) in pairs]))
        return StreamCheck(
            voice.id.partition(":")[2].partition("#")[0],
            source.sha256,
            "",
            len(texts),
            spectral_db=float(np.mean(distances)),
            worst_spectral_db=float(np.max(distances)),
            jump_db=0.0,
            hiss_db=float(np.max([hiss_db(one, two) for one, two in zip(other, whole, strict=True)])),
            word_errors=errors,
            eight_bit=prepared.graphs[eight_bit_of("decoder")].sha256,
        )

    def _said(self, engine: PiperEngine, voice: Voice, texts: Sequence[str]) -> list[Samples]:
        try:
            return [say(engine, voice, self._frontend, text).samples for text in texts]
        finally:
            engine.unload()


def _record(prepared: Prepared, check: StreamCheck) -> StreamCheck:
    """Keep it, unless another speaker of the same graph did worse; what decides is returned."""
    folder = prepared.folder / FOLDER
    folder.mkdir(exist_ok=True)
    before = checks(folder).get(check.voice)
    is_same = before is not None and (before.model, before.eight_bit) == (check.model, check.eight_bit)
    if before is not None and is_same and _badness(before) > _badness(check):
        return before
    return record(folder, check)


def _badness(check: StreamCheck) -> tuple[int, float]:
    return len(check.failures), check.spectral_db


def _finding(found: StreamCheck) -> Finding:
    values = {
        "is_8_bit": float(found.is_passed),
        "spectral_distance_db": found.spectral_db,
        "worst_spectral_distance_db": found.worst_spectral_db,
        "hiss_db": found.hiss_db,
    }
    if found.is_passed:
        told = f"used: {found.spectral_db:.2f} dB from the published precision"
    else:
        told = f"not used, as it would differ: {'; '.join(found.failures)}"
    return Finding("8 bits", Verdict.PASSED, told, values)
