"""`litetts-edge say`: the way of a request with no door."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import tempfile
import time
from contextlib import AsyncExitStack, suppress
from pathlib import Path

from litetts_edge.commands.config import sources_of
from litetts_edge.encode import EXTENSIONS
from litetts_edge.errors import BadField, BadRequest, NoAudioDevice, did_you_mean
from litetts_edge.events import Cancelled, ClosingEvent, Dropped, Failed, Finished
from litetts_edge.interfaces import AudioSink
from litetts_edge.mqtt.messages import Arrival, Defaults, SpeakRefused, parse_speak
from litetts_edge.pipeline.bus import EventBus
from litetts_edge.pipeline.configured import voices_of
from litetts_edge.pipeline.inference import InferenceThread
from litetts_edge.pipeline.ledger import CrashLedger
from litetts_edge.pipeline.loading import Loader
from litetts_edge.pipeline.queue import RequestQueue
from litetts_edge.pipeline.speak import SpeechPipeline
from litetts_edge.pipeline.voices import Voices
from litetts_edge.quality import LevelCheck
from litetts_edge.settings.schema import Settings
from litetts_edge.sinks.file import FileSink
from litetts_edge.sinks.speaker import SpeakerSink
from litetts_edge.speech import Encoding, SpeakRequest
from litetts_edge.text.frontend import Frontend
from litetts_edge.text.lexicon_files import LexiconFiles


class OutFile(FileSink):
    """The file that the user named."""

    def __init__(self, path: Path) -> None:
        super().__init__(path.parent)
        self._path = path

    def path(self, request: SpeakRequest) -> Path:
        """See FileSink."""
        return self._path


def say(options: argparse.Namespace) -> int:
    """Speak, or write a file. Raises BadRequest, SettingsError."""
    loaded = sources_of(options).load()
    settings, voices = loaded.settings, voices_of(loaded)
    if options.out is not None and options.out.is_dir():
        raise BadField("--out", f"{options.out} is a folder; name a file in it")
    request = _request(options, settings)
    closing = asyncio.run(_say(request, settings, voices, options.out))
    if not isinstance(closing, Finished):
        reason = getattr(closing, "message", "") or getattr(closing, "reason", "expired")
        hint = " To write a file instead: --out FILE." if _has_no_card(closing) else ""
        print(f"litetts-edge: {reason}{hint}", file=sys.stderr)
    else:
        _report(closing, options.out)
    sys.stdout.flush()
    sys.stderr.flush()
    # PortAudio's atexit handler waits for ever on a frozen sound server.
    os._exit(_exit_code(closing))


def _has_no_card(closing: ClosingEvent) -> bool:
    return isinstance(closing, Failed) and closing.code == NoAudioDevice.code


def _exit_code(closing: ClosingEvent) -> int:
    match closing:
        case Finished():
            return 0
        case Dropped():
            return 2
        case Cancelled():
            return 130
    return 1


def _report(finished: Finished, out: Path | None) -> None:
    for warning in finished.warnings:
        print(f"litetts-edge: warning: {warning}", file=sys.stderr)
    where = f" to {out}" if out else ""
    seconds = f"{finished.audio_ms / 1000:.2f} s"
    print(f"{seconds} of speech by {finished.voice}{where}, real-time factor {finished.rtf:.3f}")


def _request(options: argparse.Namespace, settings: Settings) -> SpeakRequest:
    """Held to the same rules as a message. Raises BadRequest."""
    fields = {"text": text_of(options), "voice": options.voice, "lang": options.lang, "speed": options.speed}
    fields["format"] = _encoding(options.out).value if options.out is not None else ""
    payload = json.dumps({name: value for name, value in fields.items() if value}).encode()
    defaults = Defaults(
        voice=settings.voice,
        speed=settings.speed,
        outputs=("file",) if options.out is not None else ("speaker",),
        max_text=settings.request.max_text,
        max_payload_bytes=max(len(payload), settings.request.max_payload_bytes),
    )
    try:
        return parse_speak(payload, Arrival(at=time.monotonic(), source="command line"), defaults)
    except SpeakRefused as refused:
        raise refused.error from None


def text_of(options: argparse.Namespace) -> str:
    """The text that was given, or all of stdin for `-`."""
    return sys.stdin.read() if options.text == "-" else str(options.text)


def _encoding(out: Path) -> Encoding:
    suffix = out.suffix.removeprefix(".").lower()
    found = next((encoding for encoding, extension in EXTENSIONS.items() if extension == suffix), None)
    if suffix == "ogg":
        return Encoding.OPUS
    if found is None:
        known = sorted(EXTENSIONS.values())
        hint = did_you_mean(suffix, known)
        raise BadField(
            "--out", f"the format of {out.name!r} is not known; it ends in one of {', '.join(known)}.{hint}"
        )
    return found


async def _say(request: SpeakRequest, settings: Settings, voices: Voices, out: Path | None) -> ClosingEvent:
    thread = InferenceThread()
    bus = EventBus()
    async with AsyncExitStack() as stack:
        sinks: dict[str, AudioSink] = {}
        if out is not None:
            sinks["file"] = OutFile(out)
        else:
            speaker = settings.speaker
            sinks["speaker"] = await stack.enter_async_context(
                SpeakerSink(speaker.device, speaker.latency_s, speaker.volume, speaker.muted)
            )
        pipeline = SpeechPipeline(
            voices=voices,
            frontend=Frontend(LexiconFiles(Path(settings.text.lexicon), Path(settings.state_dir))),
            check=LevelCheck(),
            sinks=sinks,
            queue=RequestQueue(1),
            bus=bus,
            # Nobody delivers this request a second time, so there is nothing to remember.
            ledger=CrashLedger(Path(stack.enter_context(tempfile.TemporaryDirectory())) / "in-progress.json"),
            thread=thread,
            loader=Loader(budget_mb=lambda: settings.engine.memory_mb),
        )
        thread.start()
        events = stack.enter_context(bus.subscribe())
        await stack.enter_async_context(pipeline.running())
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, pipeline.stop)
        with suppress(BadRequest):  # it is told as Dropped
            pipeline.submit(request)
        async for event in events:
            if isinstance(event, ClosingEvent):
                return event
    raise AssertionError("a request ends with a closing event")
