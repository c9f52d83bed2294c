"""The silence that a loudspeaker hears before the first sample, so that the first word is not cut.

HDMI receivers, Bluetooth loudspeakers and many USB cards sleep when nothing is played, and take a while to wake
up. A chime is a good thing to wake up with: what is cut of it is no word.
"""

from __future__ import annotations

from dataclasses import dataclass

SLEEPS_AFTER_S = 5.0
"""A stream that was silent for so long may have put what hangs on it to sleep."""


@dataclass(slots=True)
class LeadIn:
    """How long the first sample of an utterance has to wait. Times are time.monotonic()."""

    seconds: float = 0.0
    _awake_at: float = 0.0

    def begin(self, now: float, *, opened: bool, idle_s: float) -> bool:
        """An utterance begins, on a stream that was just opened or idle so long; True when it has to wake it."""
        asleep = self.seconds > 0 and (opened or idle_s >= SLEEPS_AFTER_S)
        self._awake_at = now + self.seconds if asleep else 0.0
        return asleep

    def left(self, now: float, chime_s: float = 0.0) -> float:
        """Seconds that its first sample has to wait; a chime of that length wakes it as well as silence does."""
        return max(0.0, self._awake_at - chime_s - now)
