"""What the appliance says about itself on every door: state, info, queue."""

from __future__ import annotations

import platform
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from litetts_edge import __version__
from litetts_edge.mqtt.messages import MAX_REPEAT
from litetts_edge.pipeline.speak import SpeechPipeline
from litetts_edge.settings.live import RESTART_NEEDED, LiveSettings

SCHEMA = 1
"""Version of the MQTT protocol."""

BOOT_ID = secrets.token_hex(8)
"""New at every start of the process, so that a client sees a restart."""


class Loudspeaker(Protocol):
    """What the status needs to know of the speaker sink."""

    @property
    def device_name(self) -> str:
        """The device in use, `none` when there is none."""
        ...

    @property
    def problem(self) -> str | None:
        """A stable code while the device cannot be used."""
        ...


@dataclass(frozen=True, slots=True)
class Status:
    """Builds the documents that doors publish. Every call is cheap and touches no disk."""

    live: LiveSettings
    pipeline: SpeechPipeline
    loudspeaker: Loudspeaker
    outputs: Sequence[str]
    fault: Callable[[], str | None]
    """A code while something is wrong with the voice, or with a broker link that is connected all the same."""
    model: Callable[[], str] = lambda: "loaded"
    """`loaded`, `loading`, or `unloaded`: then the first audio of the next request waits for the load."""

    def state(self) -> dict[str, object]:
        """The document of the state topic."""
        settings = self.live.value
        current = self.pipeline.current()
        return {
            "state": self._word(),
            "problem": self.problem(),
            "audio_device": self.loudspeaker.device_name,
            "voice": self.pipeline.voices.default.id,
            "model": self.model(),
            "speed": settings.speed,
            "volume": settings.speaker.volume,
            "muted": settings.speaker.muted,
            "quiet": self.pipeline.manners.quiet,
            "quiet_mode": self.pipeline.manners.quiet_mode,
            "queue_length": len(self.pipeline.queue),
            "current": None
            if current is None
            else {
                "id": current.request.id,
                "priority": current.request.priority.name.lower(),
                "source": current.request.source,
            },
        }

    def problem(self) -> str | None:
        """The most important thing that is wrong, as a stable code: what can wait for a restart comes last."""
        settings = self.live.problem
        needs_speaker = "speaker" in self.live.value.outputs
        return (
            (settings if settings != RESTART_NEEDED else None)
            or (self.loudspeaker.problem if needs_speaker else None)
            or self.fault()
            or settings
        )

    def _word(self) -> str:
        current = self.pipeline.current()
        if self.pipeline.paused:
            return "paused"
        if current is None:
            return "idle"
        return "playing" if current.audible else "synthesizing"

    def info(self) -> dict[str, object]:
        """The document of the info topic."""
        settings = self.live.value
        voices = self.pipeline.voices
        voice = voices.default
        part = voices.part(voice.engine)
        return {
            "version": __version__,
            "schema": SCHEMA,
            "boot_id": BOOT_ID,
            "id": settings.node.id,
            "groups": list(settings.node.groups),
            "engine": voice.engine,
            "model": part.need.model if part.need is not None else voice.engine,
            "choice": voices.choice.why,
            "tuning": part.tuned.summary if part.tuned is not None else None,
            "voice": voice.id,
            "voices": [known.id for known in voices],
            "sample_rate": voice.sample_rate,
            "outputs": list(self.outputs),
            "limits": {
                "text": settings.request.max_text,
                "payload_bytes": settings.request.max_payload_bytes,
                "queue": self.pipeline.queue.limit,
                "repeat": MAX_REPEAT,
            },
            "chimes": list(self.pipeline.manners.tunes.names),
            "settings_schema": self.live.schema(),
            "python": platform.python_version(),
            "machine": platform.machine(),
        }

    def queue(self) -> dict[str, object]:
        """What is spoken and what waits, without the texts: they are private."""
        waiting = [
            {"id": request.id, "priority": request.priority.name.lower(), "source": request.source}
            for request in self.pipeline.queue.waiting()
        ]
        return {"current": self.state()["current"], "waiting": waiting, "limit": self.pipeline.queue.limit}
