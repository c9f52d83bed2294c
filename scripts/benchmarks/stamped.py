"""The real program, which writes down when it accepted a request and handed over its first sample.

Run as a script. The times are time.monotonic(), which on Linux is one clock for all processes: so they can be
compared with the publisher's. One JSON line for each request goes to the file $BENCH_STAMPS.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from litetts_edge.cli import main
from litetts_edge.engines import ENGINES
from litetts_edge.events import FirstAudio, SpeechEvent
from litetts_edge.pipeline.bus import EventBus
from litetts_edge.pipeline.speak import SpeechPipeline
from litetts_edge.sinks import loudspeaker
from litetts_edge.sinks.speaker import SpeakerSink
from litetts_edge.speech import SpeakRequest


def stamp(path: Path) -> None:
    """Have every request of this process stamped."""
    file = path.open("a", buffering=1)
    accepted: dict[str, float] = {}
    speakers: list[SpeakerSink] = []
    submit, publish = SpeechPipeline.submit, EventBus.publish

    def stamped_submit(pipeline: SpeechPipeline, request: SpeakRequest) -> None:
        accepted[request.id] = request.accepted_at
        submit(pipeline, request)

    def stamped_publish(bus: EventBus, event: SpeechEvent) -> None:
        publish(bus, event)
        if isinstance(event, FirstAudio):
            at = accepted.pop(event.id)
            first_at = at + event.first_audio_ms / 1000
            delay_s = speakers[0].device_latency_s
            file.write(json.dumps([event.id, at, first_at, delay_s]) + "\n")

    def remembered(*arguments: Any, **options: Any) -> SpeakerSink:
        speakers.append(SpeakerSink(*arguments, **options))
        return speakers[-1]

    replaced: tuple[tuple[object, str, object], ...] = (
        (SpeechPipeline, "submit", stamped_submit),
        (EventBus, "publish", stamped_publish),
        (loudspeaker, "SpeakerSink", remembered),
    )
    for place, name, replacement in replaced:
        setattr(place, name, replacement)


if __name__ == "__main__":
    ENGINES["hum"] = "benchmarks.hum:HumEngine"
    stamp(Path(os.environ["BENCH_STAMPS"]))
    sys.exit(main())
