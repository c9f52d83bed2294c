"""The composition root: the parts list, the one TaskGroup, and the order in which things stop."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from litetts_edge import __version__
from litetts_edge.engines.onnx import trim
from litetts_edge.health import Gauges, Health
from litetts_edge.heartbeat import Heartbeat
from litetts_edge.interfaces import AudioSink
from litetts_edge.mdns.door import MdnsDoor
from litetts_edge.mdns.table import endpoints_of
from litetts_edge.mqtt.door import MqttDoor, topics_of
from litetts_edge.mqtt.hermes import Hermes
from litetts_edge.mqtt.homeassistant import HomeAssistant
from litetts_edge.mqtt.link import Link
from litetts_edge.mqtt.memory import LastAnnounced, LastHeard
from litetts_edge.mqtt.messages import defaults_of, new_id
from litetts_edge.mqtt.neighbour import Neighbour
from litetts_edge.mqtt.publisher import AudioOverMqtt
from litetts_edge.mqtt.service import MqttService
from litetts_edge.mqtt.topics import Topics
from litetts_edge.mqtt.verbs import Verbs
from litetts_edge.pipeline.awaited import Awaited
from litetts_edge.pipeline.bus import EventBus, Subscription
from litetts_edge.pipeline.configured import refuse, voices_at_start, voices_here
from litetts_edge.pipeline.inference import InferenceThread
from litetts_edge.pipeline.inventory import untuned
from litetts_edge.pipeline.journal import Journal
from litetts_edge.pipeline.keeping import Keeping
from litetts_edge.pipeline.ledger import CrashLedger
from litetts_edge.pipeline.loading import Loader
from litetts_edge.pipeline.manners import Manners
from litetts_edge.pipeline.queue import RequestQueue
from litetts_edge.pipeline.residence import Residence
from litetts_edge.pipeline.speak import SpeechPipeline
from litetts_edge.quality import LevelCheck
from litetts_edge.settings.changes import Change, changes
from litetts_edge.settings.credentials import mqtt_password
from litetts_edge.settings.live import LiveSettings, Sources
from litetts_edge.settings.load import Loaded
from litetts_edge.settings.problems import SettingsError
from litetts_edge.settings.schema import Settings
from litetts_edge.sinks.file import FileSink
from litetts_edge.sinks.loudspeaker import Loudspeaker
from litetts_edge.sinks.mqtt import MqttSink
from litetts_edge.sinks.stream import StreamSink
from litetts_edge.speech import SpeakRequest
from litetts_edge.status import Status
from litetts_edge.systemd import Notifier
from litetts_edge.text.frontend import Frontend
from litetts_edge.text.lexicon_files import LexiconFiles
from litetts_edge.tuning.background import BackgroundTuning
from litetts_edge.tuning.record import read_record
from litetts_edge.wyoming.door import WyomingDoor

log = logging.getLogger(__name__)

STOP_S = 1.9
"""From the signal to the exit, whatever hangs: systemd, and whoever stands beside it, waits no longer."""


class Daemon:
    """All parts of a running appliance. Constructing it opens nothing; run() opens, serves and closes."""

    def __init__(self, sources: Sources, loaded: Loaded, environ: Mapping[str, str]) -> None:
        settings = loaded.settings
        self._environ = environ
        voices = voices_at_start(loaded)
        self.live = LiveSettings(sources, loaded, validate=self._validate)
        self.bus = EventBus()
        self.thread = InferenceThread()
        self.loader = Loader(budget_mb=lambda: self.live.value.engine.memory_mb, on_change=self._model_changed)
        self.ledger = CrashLedger(Path(settings.state_dir) / "in-progress.json")
        self.manners = Manners(lambda: self.live.value)
        self.loudspeaker = Loudspeaker(lambda: self.live.value, self._device_changed)
        self.speaker = self.loudspeaker.speaker
        self.audio = AudioOverMqtt(topics_of(settings), settings.mqtt.max_audio_bytes)
        sinks: dict[str, AudioSink] = {
            "speaker": self.loudspeaker.sink,
            "file": FileSink(Path(settings.file.folder)),
        }
        if settings.mqtt.enabled:
            sinks["mqtt"] = MqttSink(self.audio)
        stream = StreamSink()  # for doors, not for a request's `output`
        lexicon = LexiconFiles(Path(settings.text.lexicon), Path(settings.state_dir))
        frontend = Frontend(lexicon)
        self.pipeline = SpeechPipeline(
            voices=voices,
            frontend=frontend,
            check=LevelCheck(),
            sinks={**sinks, stream.name: stream},
            queue=RequestQueue(settings.queue.max),
            bus=self.bus,
            ledger=self.ledger,
            thread=self.thread,
            loader=self.loader,
            manners=self.manners,
            awaited=Awaited({"speaker": self.speaker.available, "mqtt": self.audio.available}, self.speaker.look),
        )
        self.keeping = Keeping(
            self.pipeline, Journal(Path(settings.state_dir) / "waiting.json"), is_on=settings.queue.keep
        )
        self.pipeline.closings.keep = self.keeping.last
        self.homeassistant = HomeAssistant(
            self.live,
            lambda: self.audio.topics,
            lambda: self.pipeline.voices,
            LastAnnounced(Path(settings.state_dir) / "announced"),
            lambda: self.door,
        )
        self.neighbours: tuple[Neighbour, ...] = (self.homeassistant, Hermes(self.live, self.pipeline))
        heard = LastHeard(Path(settings.state_dir) / "last-heard")
        self.door = MqttDoor(self.live, environ, self.audio, self._mqtt_service, heard, self.neighbours)
        self.residence = Residence(
            self.pipeline,
            self.loader,
            self.thread,
            latency_s=lambda: self.live.value.speaker.latency_s,
            idle_unload_s=lambda: self.live.value.engine.idle_unload_s,
            tell=self.door.tell,
            on_change=self._voice_changed,
        )
        self.health = Health(
            Gauges(
                queue_length=lambda: len(self.pipeline.queue),
                audio_device=lambda: self.speaker.device_name,
                underruns=lambda: self.speaker.underruns,
                mqtt_reconnects=lambda: self.door.reconnects,
                mqtt_dropped=lambda: self.door.dropped,
                audio_latency_s=lambda: self.speaker.device_latency_s,
                model_bytes=self._model_bytes,
            )
        )
        self.status = Status(
            self.live,
            self.pipeline,
            self.speaker,
            tuple(sinks),
            self._problem,
            model=lambda: self.residence.state,
        )
        # What another program has at our port is not ours to announce.
        doors = endpoints_of(settings)
        self.mdns = MdnsDoor(
            self.live, self.status.info, lambda: [door for door in doors if door.key in self.wyoming.bound]
        )
        self.wyoming = WyomingDoor(self.live, self.pipeline, self.bus, stream, self.mdns.refresh)
        self.tuning = BackgroundTuning(
            sources.arguments, sources.environ, lambda: untuned(self.live.value), self._reload_soon
        )
        self.verbs = Verbs(
            self.status, self.pipeline, self.live, self.health, self.thread, frontend, lexicon, self.tuning
        )
        self.heartbeat = Heartbeat(Notifier(environ), self.live, self.thread, self.status, self.door, self._chores)
        self._stop = asyncio.Event()
        self._tried = voices
        self.live.listen(self._settings_changed)

    # -- the life of the process -------------------------------------------------------------------

    async def run(self, announce: str = "") -> None:
        """Serve until stop(). `announce` is spoken when all is ready."""
        self._loop = asyncio.get_running_loop()
        self._listen_to_signals()
        await asyncio.to_thread(self.ledger.load)
        await asyncio.to_thread(self.manners.look, self.live.value)
        self.thread.start()
        with self.bus.subscribe() as counted, self.bus.subscribe() as told, self.bus.subscribe() as changes:
            async with self.loudspeaker, asyncio.TaskGroup() as group:
                counting = group.create_task(self._count(counted), name="health")
                ticking = group.create_task(self.heartbeat.run(), name="watchdog")
                async with self.pipeline.running():
                    await self._load_voice()
                    now = self.live.value
                    await self.keeping.restore(defaults_of(now), is_age_needed=now.mqtt.backlog != "speak")
                    keeping = group.create_task(self.keeping.run(changes), name="keeping")
                    residing = group.create_task(self.residence.run(), name="residence")
                    wyoming = group.create_task(self.wyoming.run(), name="wyoming door")
                    if self.live.value.mqtt.enabled:
                        group.create_task(self.door.run(told), name="mqtt door")
                    announcing = group.create_task(self.homeassistant.run(), name="home assistant")
                    self._be_ready(announce)
                    locating = group.create_task(self.mdns.run(), name="mdns")
                    await self._stop.wait()
                    self.heartbeat.stopping()
                    self.door.close()
                    self.wyoming.close()
                    residing.cancel()
                    announcing.cancel()
                    locating.cancel()
                keeping.cancel()
                self.door.silent()
                wyoming.cancel()
                counting.cancel()
                ticking.cancel()
                await self.tuning.close()
        self.thread.stop()
        self.thread.join(0.2)
        log.info("stopped")

    def stop(self) -> None:
        """Fade out, tell everybody, and end run(); whatever hangs by then is left behind."""
        if self._stop.is_set():
            return
        log.info("stopping")
        self._stop.set()
        self._loop.run_in_executor(None, self.ledger.stop)
        # Not a task: the loop itself may be what hangs.
        exit_anyway = threading.Timer(STOP_S, os._exit, (0,))
        exit_anyway.daemon = True
        exit_anyway.start()

    def _listen_to_signals(self) -> None:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self.stop)
        loop.add_signal_handler(signal.SIGINT, self.stop)
        loop.add_signal_handler(signal.SIGHUP, self._reload_soon)

    async def _load_voice(self) -> None:
        voices = self.pipeline.voices
        self.heartbeat.tell(f"Loading the voice {voices.default.id}")
        record = await asyncio.to_thread(read_record, Path(self.live.value.state_dir))
        self.loader.know_holds(record.holds())
        log.info("%s speaks: %s", voices.choice.engine, voices.choice.why)
        await self.residence.begin()
        trim()  # what starting took

    def _be_ready(self, announce: str) -> None:
        self.heartbeat.ready()
        voice = self.pipeline.voices.default
        log.info("ready: litetts-edge %s, node %s, voice %s", __version__, self.live.value.node.id, voice.id)
        if announce:
            settings = self.live.value
            request = SpeakRequest(
                id=new_id(),
                text=announce,
                voice=voice.id,
                speed=settings.speed,
                outputs=settings.outputs,
                source="start",
                accepted_at=time.monotonic(),
            )
            self.pipeline.submit(request)

    # -- tasks -------------------------------------------------------------------------------------

    async def _count(self, events: Subscription) -> None:
        async for event in events:
            self.health.counters.count(event)

    async def _chores(self) -> None:
        """What is looked after every second."""
        self.pipeline.look()
        self.door.refresh_state()
        await self.residence.tick()
        await self.tuning.tick(self.pipeline.idle_s(), is_wanted=self.live.value.tuning.auto)

    # -- changes -----------------------------------------------------------------------------------

    def _validate(self, loaded: Loaded) -> None:
        if _is_about_voices(changes(self.live.value, loaded.settings)):
            before = self.pipeline.voices
            self._tried = voices_here(loaded.settings, before)
            # What was wrong before is no reason against a change that may be to mend it.
            refuse(loaded, [fault for fault in self._tried.faults if fault not in before.faults])
        mqtt_password(loaded.settings, self._environ)
        self.manners.look(loaded.settings)

    def _reload_soon(self) -> None:
        self._reloading = asyncio.get_running_loop().create_task(self._reload(), name="reload")

    async def _reload(self) -> None:
        self.heartbeat.reloading()
        try:
            await self.live.reload()
        except SettingsError as error:
            log.error("the settings are not valid; the old ones stay in force:\n%s", error)
            self.door.refresh_state()
        finally:
            self.heartbeat.ready()

    def _settings_changed(self, settings: Settings, changed: Sequence[Change]) -> None:
        self.loudspeaker.follow(settings)
        if "log.level" in {change.key for change in changed}:
            logging.getLogger("litetts_edge").setLevel(settings.log.level.upper())
        if _is_about_voices(changed):
            self.residence.want(self._tried)

    def _model_changed(self) -> None:
        """Called on the thread that loads."""
        with suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._device_changed)

    def _device_changed(self) -> None:
        self.pipeline.look()
        self.door.refresh_state()

    def _voice_changed(self) -> None:
        self.door.refresh()
        self.mdns.refresh()

    def _mqtt_service(self, link: Link, topics: Topics) -> MqttService:
        parts = self.pipeline, self.live, self.health, self.status, self.verbs, self.neighbours
        return MqttService(link, topics, *parts)

    def _problem(self) -> str | None:
        return self.residence.problem or self.door.problem

    def _model_bytes(self) -> int:
        return sum(getattr(engine, "model_bytes", 0) for engine in self.loader.loaded)


def _is_about_voices(changed: Sequence[Change]) -> bool:
    """A reload without a change may be about models that were pulled."""
    return not changed or any(change.applies == "revoice" for change in changed)


def run(sources: Sources, loaded: Loaded, environ: Mapping[str, str], announce: str = "") -> int:
    """Run the daemon until it is told to stop; returns the exit code. Raises SettingsError."""

    async def serve() -> None:
        await Daemon(sources, loaded, environ).run(announce)

    asyncio.run(serve())
    return 0
