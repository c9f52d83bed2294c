"""What a node answers on its request topics."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from litetts_edge.errors import BadField, BadRequest, NotSupported, did_you_mean
from litetts_edge.health import Health
from litetts_edge.mqtt.topics import VERBS
from litetts_edge.pipeline.inference import InferenceThread
from litetts_edge.pipeline.speak import SpeechPipeline
from litetts_edge.settings.live import LiveSettings
from litetts_edge.settings.schema import known_settings
from litetts_edge.speech import RequestId
from litetts_edge.status import BOOT_ID, Status
from litetts_edge.text.frontend import Frontend
from litetts_edge.text.lexicon_files import LexiconFiles
from litetts_edge.tuning.background import BackgroundTuning

Fields = Mapping[str, Any]
Answer = object

_LEXICON_ACTIONS = ("list", "add", "remove", "undo", "test")
_NO_ENTRY = frozenset({"id", "action"})
"""Fields of the question that are none of the entry."""

LOG_LEVELS = known_settings()["log.level"].choices


class UnknownVerb(BadRequest):
    code = "unknown_verb"

    def __init__(self, verb: str) -> None:
        hint = did_you_mean(verb, VERBS)
        super().__init__(f"There is no request/{verb[:40]}.{hint} There is: {', '.join(VERBS)}.")


@dataclass(frozen=True, slots=True)
class Verbs:
    """Answers requests. Each method is one verb: fields in, data out, BadRequest for what cannot be answered."""

    status: Status
    pipeline: SpeechPipeline
    live: LiveSettings
    health: Health
    thread: InferenceThread
    frontend: Frontend
    """Belongs to the inference thread."""
    lexicon: LexiconFiles
    tuning: BackgroundTuning

    async def answer(self, verb: str, fields: Fields) -> Answer:
        """The data of the answer. Raises BadRequest (UnknownVerb, NotSupported, BadField), SettingsError."""
        verbs: dict[str, Callable[[Fields], Awaitable[Answer]]] = {
            "ping": self._ping,
            "info": self._info,
            "voices": self._voices,
            "models": self._models,
            "queue": self._queue,
            "cancel": self._cancel,
            "health": self._health,
            "config": self._config,
            "reload": self._reload,
            "override": self._override,
            "explain": self._explain,
            "lexicon": self._lexicon,
            "tune": self._tune,
            "log_level": self._log_level,
        }
        if verb in verbs:
            return await verbs[verb](fields)
        if verb in VERBS:
            raise NotSupported(f"request/{verb}")
        raise UnknownVerb(verb)

    async def _ping(self, _: Fields) -> Answer:
        return {"ts": round(time.time(), 3), "boot_id": BOOT_ID, "uptime_s": round(self.health.uptime_s, 1)}

    async def _info(self, _: Fields) -> Answer:
        return self.status.info()

    async def _voices(self, fields: Fields) -> Answer:
        lang = _text(fields, "lang", "").lower()
        return [asdict(voice) for voice in self.pipeline.voices if voice.lang.lower().startswith(lang)]

    async def _models(self, _: Fields) -> Answer:
        return [
            {"engine": engine.name, "voices": len(engine.voices)}
            for engine in self.pipeline.voices.engines.values()
        ]

    async def _queue(self, _: Fields) -> Answer:
        return self.status.queue()

    async def _cancel(self, fields: Fields) -> Answer:
        request = _text(fields, "id")
        return {"cancelled": self.pipeline.cancel(RequestId(request))}

    async def _health(self, _: Fields) -> Answer:
        return await asyncio.to_thread(self.health.snapshot)

    async def _config(self, fields: Fields) -> Answer:
        prefix = _text(fields, "key", "")
        return [asdict(line) for line in self.live.describe() if line.key.startswith(prefix)]

    async def _reload(self, _: Fields) -> Answer:
        return {"changed": [change.key for change in await self.live.reload()]}

    async def _override(self, fields: Fields) -> Answer:
        if "restore" in fields:
            changes = await self.live.restore(_text(fields, "restore"))
        elif "value" in fields:
            changes = await self.live.override({_text(fields, "key"): fields["value"]})
        elif "key" in fields:
            changes = await self.live.override({}, remove=[_text(fields, "key")])
        else:
            return await self.live.overridden()
        return {"changed": [{"key": change.key, "applies": change.applies} for change in changes]}

    async def _explain(self, fields: Fields) -> Answer:
        return await self._explained(fields, self.frontend)

    async def _explained(self, fields: Fields, frontend: Frontend) -> dict[str, Any]:
        text = _text(fields, "text")[: self.live.value.request.max_text]
        lang = _text(fields, "lang", "")
        voices = self.pipeline.voices
        voice = voices.for_language(voices.find(_text(fields, "voice", self.live.value.voice)), lang)
        reading = voices.reading(voice, lang)
        explanation = await self.thread.run(lambda: frontend.explain(text, voice, reading))
        return {"voice": voice.id, "lang": reading, **explanation.document()}

    async def _lexicon(self, fields: Fields) -> Answer:
        """`{"action": "add", "word": ...}` or `{"add": {"word": ...}}`; without an action it lists."""
        nested = next((name for name in _LEXICON_ACTIONS if isinstance(fields.get(name), Mapping)), "")
        action = nested or _text(fields, "action", "list")
        entry = {
            name: value for name, value in (fields[nested] if nested else fields).items() if name not in _NO_ENTRY
        }
        match action:
            case "list":
                return await asyncio.to_thread(self._listed)
            case "add":
                return {"added": (await asyncio.to_thread(self.lexicon.add, entry)).fields()}
            case "remove":
                return {"removed": [one.fields() for one in await asyncio.to_thread(self.lexicon.remove, entry)]}
            case "undo":
                return {"undoable": await asyncio.to_thread(self.lexicon.undo)}
            case "test":
                asked = {name: entry.pop(name) for name in ("text", "lang", "voice") if name in entry}
                tried = await asyncio.to_thread(self.lexicon.tried, entry)
                return await self._explained(asked, Frontend(tried))
        hint = did_you_mean(action, _LEXICON_ACTIONS)
        raise BadField("action", f"{action[:40]!r} is none of {', '.join(_LEXICON_ACTIONS)}.{hint}")

    def _listed(self) -> dict[str, Any]:
        entries = [
            {**entry.fields(), "layer": layer.name.lower(), "file": self.lexicon.origin(layer), "line": entry.line}
            for layer, entry in self.lexicon.current().entries
        ]
        return {"entries": entries, "problems": [str(problem) for problem in self.lexicon.problems]}

    async def _tune(self, fields: Fields) -> Answer:
        """`{"start": true}` tunes in the next moment of silence; without it, how things stand."""
        if fields.get("start") not in (None, True, False):
            raise BadField("start", "true or false is needed here")
        if fields.get("start"):
            self.tuning.ask()
        info = self.status.info()
        return {
            "model": info["model"],
            "tuning": info["tuning"],
            "stale": await self.tuning.reason(),
            "running": self.tuning.is_running,
            "asked": bool(fields.get("start")),
        }

    async def _log_level(self, fields: Fields) -> Answer:
        level = _text(fields, "level").lower()
        if level not in LOG_LEVELS:
            raise BadField("level", f"{level!r} is none of {', '.join(LOG_LEVELS)}")
        logging.getLogger("litetts_edge").setLevel(level.upper())
        return {"level": level}


def _text(fields: Fields, name: str, default: str | None = None) -> str:
    """A field that is a text; without a default it must be there and not empty."""
    value = fields.get(name)
    if value is None and default is not None:
        return default
    if not isinstance(value, str) or not (value or default is not None):
        raise BadField(name, "a text is needed here")
    return value or default or ""
