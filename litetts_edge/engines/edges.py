"""Silence at the edges of what a model speaks: taken off, because pauses belong to the pipeline."""

from __future__ import annotations

import numpy as np

from litetts_edge.pcm import Samples

_BELOW = 10 ** (-60 / 20)
"""Of the loudest so far: quieter is silence. kokoro-onnx takes the same 60 dB."""
_QUIETEST = 10 ** (-75 / 20)
"""Of full scale: quieter is always silence, whatever the loudest is."""
_BEFORE_S, _AFTER_S = 0.010, 0.030
"""Kept of the silence: a soft sound begins and dies away there."""
_FADE_S = 0.004


class Edges:
    """One portion, as it is made. What is taken off is below the threshold in every sample."""

    def __init__(self, sample_rate: int, *, start: bool = True, end: bool = True) -> None:
        """`start`, `end`: whether silence is taken off there."""
        self._before = round(_BEFORE_S * sample_rate)
        self._after = round(_AFTER_S * sample_rate)
        self._fade = round(_FADE_S * sample_rate)
        self._loudest = 0.0
        self._begun = not start
        self._ends = end
        self._held = np.zeros(0, dtype=np.float32)

    def trim(self, samples: Samples, *, is_last: bool) -> Samples:
        """The next samples without the silence before the first sound and, at the end, after the last one.

        Silence is held back until a sound follows it; the last call gives at least a few samples. An edge that is
        kept is given as it comes.
        """
        if self._begun and not self._ends:
            return samples
        held = np.concatenate((self._held, samples)).astype(np.float32, copy=False)
        size = np.abs(held)
        self._loudest = max(self._loudest, float(size.max(initial=0.0)))
        heard = np.flatnonzero(size > max(self._loudest * _BELOW, _QUIETEST))
        if not len(heard):
            self._held = held if self._begun else held[-self._before :]
            return self._end(held[: self._after]) if is_last else held[:0]
        start = 0 if self._begun else max(0, int(heard[0]) - self._before)
        end = min(len(held), int(heard[-1]) + 1 + self._after) if self._ends else len(held)
        given = held[start:end].copy()
        if not self._begun:
            fade = min(self._fade, len(given))
            given[:fade] *= np.linspace(0, 1, fade, dtype=np.float32)
        self._begun = True
        self._held = held[end:]
        return self._end(given) if is_last and self._ends else given

    def _end(self, samples: Samples) -> Samples:
        """Faded out, and as long as the rest that is kept after a sound, so never empty."""
        ended = np.zeros(max(len(samples), self._after), dtype=np.float32)
        ended[: len(samples)] = samples
        fade = min(self._fade, len(samples))
        ended[len(samples) - fade : len(samples)] *= np.linspace(1, 0, fade, dtype=np.float32)
        return ended
