"""How an announcement behaves at home: chimes, quiet hours, insisting, not saying things twice.

The pipeline asks here; what is decided is in quiet.py, policy.py and rounds.py, and what is set in the settings.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from litetts_edge.errors import QuietHours
from litetts_edge.events import ClosingEvent
from litetts_edge.pipeline.policy import LatelySaid
from litetts_edge.pipeline.quiet import Verdict, is_quiet, verdict
from litetts_edge.pipeline.rounds import Rounds
from litetts_edge.pipeline.source import Chimed, Source
from litetts_edge.pipeline.tunes import ChimeUnusable, Tunes
from litetts_edge.settings.schema import Settings
from litetts_edge.speech import SpeakRequest

LEFT_OUT = "quiet_hours: the loudspeaker was left out"
"""The warning of a request that goes to its other outputs alone."""


def local_time() -> datetime:
    """The time on the wall; a time zone that was changed in the environment is heeded at once."""
    time.tzset()
    return datetime.now().astimezone()


class Manners:
    """The manners that are set now. Belongs to the event loop, but for look()."""

    def __init__(
        self, settings: Callable[[], Settings] | None = None, local: Callable[[], datetime] = local_time
    ) -> None:
        """Without `settings` all is as it is by default: nothing is quiet, nothing chimes."""
        default = Settings()
        self._settings = settings or (lambda: default)
        self._local = local
        self._said = LatelySaid()
        self.tunes = Tunes()
        self.rounds = Rounds(
            lambda: self._settings().request.ack_pause_s, lambda: self._settings().request.ack_limit_s
        )

    def look(self, settings: Settings) -> None:
        """Take what the folders have now. Blocks."""
        self.tunes.look(Path(settings.chime.folder))

    @property
    def quiet(self) -> bool:
        """True in quiet hours."""
        return is_quiet(self._settings().quiet, self._local())

    @property
    def quiet_mode(self) -> str:
        """`off`, `auto` or `on`."""
        return self._settings().quiet.mode

    def admit(self, request: SpeakRequest, now: float) -> SpeakRequest:
        """The request as it may be queued. Raises ChimeNotFound, QuietHours, SaidBefore."""
        if request.chime and request.chime != self._settings().chime.default:  # the sender named it
            self.tunes.check(request.chime)
        self._said.check(request, now)
        return self.due(request)

    def admitted(self, request: SpeakRequest, now: float) -> None:
        """It was queued."""
        self._said.add(request, now)

    def held(self, request: SpeakRequest, now: float) -> bool:
        """Whether its turn cannot come now."""
        return self.rounds.again_at(request) > now or (
            self._verdict(request) is Verdict.HOLD and _others(request) == ()
        )

    def due(self, request: SpeakRequest) -> SpeakRequest:
        """The request as it may be spoken now, or held. Raises QuietHours.

        One with other outputs goes there at once, without the loudspeaker: they are not concerned.
        """
        found = self._verdict(request)
        if found in {Verdict.SPEAK, Verdict.SOFTLY}:
            return request
        others = _others(request)
        if others:
            return replace(request, outputs=others, warnings=(*request.warnings, LEFT_OUT))
        if found is Verdict.HOLD:
            return request
        raise QuietHours(self._settings().quiet.passes)

    def again(self, request: SpeakRequest, event: ClosingEvent, now: float) -> SpeakRequest | None:
        """What goes back to the queue after a turn, see Rounds.again(); whether it is quiet is asked anew then."""
        found = self.rounds.again(request, event, now)
        if found is None or LEFT_OUT not in found.warnings:
            return found
        warnings = tuple(warning for warning in found.warnings if warning != LEFT_OUT)
        return replace(found, outputs=("speaker", *found.outputs), warnings=warnings)

    async def announced(self, request: SpeakRequest, source: Source) -> tuple[SpeakRequest, Source]:
        """The request as it is heard, and the source with its chime before it.

        Softly where that is asked for at this hour; a chime that cannot be played is only warned of.
        """
        if self._verdict(request) is Verdict.SOFTLY:
            settings = self._settings()
            asked = settings.speaker.volume if request.volume is None else request.volume
            request = replace(request, volume=min(asked, settings.quiet.volume))
        if not request.chime:
            return request, source
        try:
            return request, Chimed(source, await self.tunes.chunk(request.chime, source.audio.sample_rate))
        except ChimeUnusable as error:
            return replace(request, chime=""), Chimed(source, None, f"chime_unusable: {error}")

    def _verdict(self, request: SpeakRequest) -> Verdict:
        rules = self._settings().quiet
        return Verdict.SPEAK if rules.mode == "off" else verdict(request, rules, self._local())


def _others(request: SpeakRequest) -> tuple[str, ...]:
    return tuple(name for name in request.outputs if name != "speaker")
