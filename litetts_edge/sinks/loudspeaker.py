"""The loudspeaker of the appliance: the speaker as it is set, with manners towards other players."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType

from litetts_edge.settings.schema import Settings
from litetts_edge.sinks.ducking import Ducking, DuckingSink
from litetts_edge.sinks.players import Players
from litetts_edge.sinks.speaker import SpeakerSink


class Loudspeaker:
    """Made of the settings of the start; follow() takes what applies live. `async with` opens both parts."""

    def __init__(self, settings: Callable[[], Settings], on_change: Callable[[], None]) -> None:
        """`on_change` is called on the event loop when the device comes or goes."""
        start = settings()
        self.speaker = SpeakerSink(
            device=start.speaker.device,
            latency_s=start.speaker.latency_s,
            volume=start.speaker.volume,
            muted=start.speaker.muted,
            release_after_s=start.speaker.release_after_s,
            lead_in_s=start.speaker.lead_in_s,
            on_change=on_change,
        )
        memory = Path(start.state_dir) / "ducked.json"
        self._ducking = Ducking(Players(), memory, lambda: settings().speaker.duck_percent)
        self.sink = DuckingSink(self.speaker, self._ducking)
        """What the pipeline plays to."""

    def follow(self, settings: Settings) -> None:
        """Take the live ones of these."""
        self.speaker.set_volume(settings.speaker.volume)
        self.speaker.set_muted(settings.speaker.muted)
        self.speaker.set_lead_in(settings.speaker.lead_in_s)

    async def __aenter__(self) -> Loudspeaker:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self.speaker)
            await stack.enter_async_context(self._ducking)
            self._parts = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._parts.__aexit__(kind, error, trace)
