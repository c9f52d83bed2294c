"""How to try next: which version of MQTT, with which session, after what wait. Decides; touches nothing."""

from __future__ import annotations

from collections.abc import Callable

_SHORT_S = 30.0  # a connection that is lost so soon was a short one
_SHORT_ONES = 3  # so many in a row have a cause that should be named
_UNREADABLE = 3  # connections in a row that ended in something unreadable: it is stored in the session


class Attempts:
    """Remembers how the last attempts went. `protocol` is `5`, `3.1.1` or `auto`."""

    def __init__(self, protocol: str, min_s: float, max_s: float, random: Callable[[], float]) -> None:
        self._auto = protocol == "auto"
        self._min_s = min_s
        self._max_s = max_s
        self._random = random
        self._count = 0
        self._five_works = False
        self._closed_early = 0
        self._unreadable = 0
        self.version = 4 if protocol == "3.1.1" else 5
        """The protocol level to try: 5, or 4 for MQTT 3.1.1."""
        self.short_ones = 0
        """Connections in a row that were lost soon after they were made."""

    @property
    def clean(self) -> bool:
        """True when the session must be given up, because a stored message in it ends every connection."""
        return self._unreadable >= _UNREADABLE

    @property
    def unstable(self) -> bool:
        """True when connections are lost again and again as soon as they are made."""
        return self.short_ones >= _SHORT_ONES

    def wait_s(self) -> float:
        """Seconds to wait before the next attempt."""
        wait = backoff(self._count, self._min_s, self._max_s, self._random)
        self._count += 1
        return wait

    def failed(self, *, unsupported: bool, closed_early: bool) -> bool:
        """Note an attempt that came to nothing; True when another one is worth making at once."""
        if not self._auto:
            return False
        if unsupported and self.version == 5:
            self.version, self._closed_early = 4, 0
            return True
        # Some old brokers just hang up. So does a proxy without its broker: what has spoken 5 once is not old.
        self._closed_early = self._closed_early + 1 if closed_early else 0
        if self._closed_early >= 2 and not self._five_works:
            self.version, self._closed_early = (4 if self.version == 5 else 5), 0
        return False

    def succeeded(self) -> None:
        """Note that the broker let us in."""
        self._closed_early = 0
        self._five_works = self._five_works or self.version == 5

    def proved(self) -> None:
        """Note that the self-test came back, behind all that the session had kept."""
        self._unreadable = 0

    def ended(self, lasted_s: float, *, unreadable: bool) -> None:
        """Note the end of a connection that had been made."""
        self._unreadable = self._unreadable + 1 if unreadable else 0
        self.short_ones = self.short_ones + 1 if lasted_s < _SHORT_S else 0
        if lasted_s >= self._max_s:  # else two clients with one id would throw each other out as fast as they can
            self._count = 0
        if self._auto:
            self.version = 5  # the broker may be a newer one when it is back


def backoff(attempt: int, min_s: float, max_s: float, random: Callable[[], float]) -> float:
    """Seconds to wait: full jitter under a ceiling that doubles, so that a house of nodes does not come as one."""
    return random() * min(max_s, min_s * 2.0 ** min(attempt, 16))
