"""The voice in the box: a small network that learnt to speak from flite's voices, streamed in windows.

Three graphs in models/compact, made by scripts/train_compact: `encoder` (phones to what is to be said of each,
and how long it lasts), `decoder` (10 ms steps to vocoder frames) and `vocoder` (frames to samples). They run on
windows with exactly the context that they need, so that the first sound does not wait for the sentence, and the
samples are the same wherever it is cut.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from litetts_edge.engines import blend
from litetts_edge.engines.compact_graphs import PLAIN, Graphs, Plan, Progress, Prosody
from litetts_edge.engines.compact_input import IS_PHONE, PHONES, Input, read
from litetts_edge.engines.compact_time import hush, timeline
from litetts_edge.engines.compact_units import HOP, SAMPLE_RATE, SPEAKERS
from litetts_edge.engines.compact_windows import FIRST_STEPS, Window, needed, window_at
from litetts_edge.engines.onnx import trim
from litetts_edge.engines.termination import Run, Runs
from litetts_edge.pcm import AudioChunk, Samples, silence
from litetts_edge.speech import Alphabet, Sentence, Voice

_LABELS = ("Compact slt (US, female)", "Compact rms (US, male)", "Compact awb (Scottish, male, reads US English)")
_LANG = "en-US"
_SPEEDS, _PITCHES, _ENERGIES_DB = (0.5, 2.0), (0.25, 4.0), (-60.0, 20.0)

_SHORTEST_PHONE = 3.0
"""Frames: 15 ms, a flap at double speed."""
_SHORTEST_START, _SHORTEST_END = 4.0, 8.0
"""Frames of rest that a sentence needs, so that its first sound is not cut off and its last dies away."""
_FADE_IN, _FADE_OUT = 80, 160
"""Samples. The rest at either edge is quiet, not silent."""
_NOTHING_MS = 20
_HEAD = 96
"""Tokens that the encoder reads before the first sound of a long sentence; the rest when that is needed."""


@dataclass(frozen=True, slots=True)
class TokenTime:
    """When one token of a sentence sounds, in seconds from its first sample."""

    token: str
    """A phone or a mark of compact_input.PHONES."""
    starts_word: bool
    start_s: float
    end_s: float


class CompactEngine:
    """English by three speakers and their blends. The same sentence gives the same samples, always."""

    name = "compact"
    voices = tuple(
        Voice(f"compact:{speaker}", "compact", _LANG, SAMPLE_RATE, label, Alphabet.IPA)
        for speaker, label in zip(SPEAKERS, _LABELS, strict=True)
    )

    def __init__(
        self, *, threads: int = 0, spinning: bool = False, models: Path, first_steps: int = FIRST_STEPS
    ) -> None:
        """`models` is the folder that holds `compact/`. `threads` 0 is one: more only wake each other up.

        `first_steps` (at least 2): length of the first window in steps of 10 ms. What is heard does not depend on
        it.
        """
        self._graphs = Graphs(self.name, models / "compact", threads=threads or 1, spinning=spinning)
        self._first_steps = first_steps
        self._runs = Runs()

    @property
    def model_bytes(self) -> int:
        """Size of the loaded model files; 0 when not loaded."""
        return self._graphs.model_bytes

    def load(self) -> None:
        """Verify and load the three graphs, and say something to nobody."""
        if self._graphs.is_loaded:
            return
        self._graphs.load()
        try:
            for _ in self.speak(read("ðə fɹˈʌnt dˈɔɹ"), self.voices[0], 1.0):
                pass
        except BaseException:
            self.unload()
            raise
        trim()  # what loading took beyond the model

    def synthesize(self, sentence: Sentence, voice: Voice, speed: float) -> Iterator[AudioChunk]:
        """Chunks of 0.3 s at first, then of up to 0.8 s. Raises VoiceNotFound, too.

        `speed` from 0.5 to 2: beyond, the nearest of these; NaN is 1.
        """
        spoken = read(sentence.phonemes, sentence.lang)
        if IS_PHONE[spoken.ids].any():
            yield from self.speak(spoken, voice, speed)
        else:
            yield silence(_NOTHING_MS, SAMPLE_RATE, ends_sentence=True)

    def speak(self, spoken: Input, voice: Voice, speed: float, prosody: Prosody = PLAIN) -> Iterator[AudioChunk]:
        """As synthesize(), of what has been read already, with at least one phone in it."""
        self.load()
        weights = self._weights(voice)
        plan: Plan | None = None
        progress: Progress | None = None
        window = Window(0, 0, is_last=False)
        while not window.is_last:
            if window.end:  # half a millisecond for 3 MB that the window before has left behind
                trim()
            with self._runs.begin() as run:
                if plan is None:
                    plan = self._plan(spoken, weights, speed, prosody, run, is_first=True)
                if not self._reaches(plan, window.end):
                    plan = self._plan(spoken, weights, speed, prosody, run, is_first=False)
                window = window_at(window.end, len(plan.time.token), self._first_steps)
                frames = self._graphs.decode(plan, window, run)
                samples, progress = self._graphs.vocode(frames, progress, run, is_last=window.is_last)
            if window.is_last:
                trim()
            yield AudioChunk(_faded(samples, window), SAMPLE_RATE, window.is_last)

    def times(self, sentence: Sentence, voice: Voice, speed: float) -> tuple[TokenTime, ...]:
        """When each token of the sentence sounds in what synthesize() gives. Raises VoiceNotFound, too."""
        self.load()
        spoken = read(sentence.phonemes, sentence.lang)
        with self._runs.begin() as run:
            _, durations = self._encode(spoken, self._weights(voice), speed, run)
        ends = np.cumsum(durations) * HOP / SAMPLE_RATE
        return tuple(
            TokenTime(PHONES[token], bool(starts), float(start), float(end))
            for token, starts, start, end in zip(
                spoken.ids, spoken.starts_word, [0.0, *ends[:-1]], ends, strict=True
            )
        )

    def blend(self, name: str) -> Voice:
        """The voice for an id such as `compact:slt(2)+rms(1)`, needing no model. Raises VoiceNotFound."""
        shares = blend.weights(name, self.name, SPEAKERS)
        label = f"Compact blend ({blend.label(shares, SPEAKERS)})"
        return Voice(name, self.name, _LANG, SAMPLE_RATE, label, Alphabet.IPA)

    def terminate(self) -> None:
        """End the run in progress at its next node: a millisecond or two."""
        self._runs.terminate()

    def unload(self) -> None:
        """Free the sessions."""
        self._graphs.unload()

    def _weights(self, voice: Voice) -> NDArray[np.float32]:
        return blend.weights(voice.id, self.name, SPEAKERS)

    def _plan(
        self,
        spoken: Input,
        weights: NDArray[np.float32],
        speed: float,
        prosody: Prosody,
        run: Run,
        *,
        is_first: bool,
    ) -> Plan:
        """All of the sentence; of a long one, when `is_first`, only what can be told from its first tokens."""
        context = self._graphs.encoder_context
        is_whole = not is_first or len(spoken.ids) <= _HEAD + context
        told = len(spoken.ids) if is_whole else _HEAD
        near = slice(told if is_whole else told + context)
        read_ahead = Input(spoken.ids[near], spoken.stress[near], spoken.starts_word[near])
        hidden, durations = self._encode(read_ahead, weights, speed, run)
        time = timeline(durations[:told])
        energy_db = hush(time, ~IS_PHONE[spoken.ids[:told]], is_whole=is_whole)
        energy_db += np.float32(_within(_ENERGIES_DB, prosody.energy_db, PLAIN.energy_db))
        pitch = _within(_PITCHES, prosody.pitch, PLAIN.pitch)
        return Plan(hidden[:told], time, is_whole, weights, energy_db, pitch)

    def _reaches(self, plan: Plan, start: int) -> bool:
        """Whether the plan holds all that a window from `start` may need, and that it is not the last one."""
        # One step more, because the last step of a part may belong to what comes behind it.
        told = needed(start, self._first_steps) + self._graphs.decoder_context + 1
        return plan.is_whole or told <= len(plan.time.token)

    def _encode(
        self, spoken: Input, weights: NDArray[np.float32], speed: float, run: Run
    ) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
        """What the decoder reads of each token, and how many frames each lasts."""
        hidden, natural = self._graphs.encode(spoken, weights, run)
        durations = natural / _within(_SPEEDS, speed, 1.0)
        durations = np.where(IS_PHONE[spoken.ids], np.maximum(durations, _SHORTEST_PHONE), durations)
        durations[0] = max(durations[0], _SHORTEST_START)
        durations[-1] = max(durations[-1], _SHORTEST_END)
        return hidden, durations


def _within(limits: tuple[float, float], value: float, unsaid: float) -> float:
    """The nearest to `value` within `limits`; `unsaid` for NaN."""
    return unsaid if math.isnan(value) else min(max(value, limits[0]), limits[1])


def _faded(samples: Samples, window: Window) -> Samples:
    """The same, out of silence at the start of a sentence and into it at its end."""
    faded = samples.copy()
    if window.start == 0:
        faded[:_FADE_IN] *= np.linspace(0, 1, _FADE_IN, dtype=np.float32)
    if window.is_last:
        faded[-_FADE_OUT:] *= np.linspace(1, 0, _FADE_OUT, dtype=np.float32)
    return faded
