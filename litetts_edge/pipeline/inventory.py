"""What is installed on this machine, as Voices: which engine speaks, with which model, tuned how."""

from __future__ import annotations

import logging
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from litetts_edge.engines import PREFERENCE, PULLED, available, create
from litetts_edge.engines.board import read_board
from litetts_edge.engines.installed import InstalledModel, installed_models
from litetts_edge.engines.memory import Need, Room, model_need, need_of
from litetts_edge.engines.memory import available as room_available
from litetts_edge.engines.onnx import MANIFEST
from litetts_edge.engines.options import EngineOptions, Stream
from litetts_edge.errors import EngineFailed
from litetts_edge.interfaces import Synthesizer
from litetts_edge.pipeline.choice import Choice, choose, in_order
from litetts_edge.pipeline.voices import SPARE, Part, Voices
from litetts_edge.settings.schema import Settings
from litetts_edge.tuning.record import EMPTY, Record, Tuned, applied_here, read_record

log = logging.getLogger(__name__)

PIPER = "piper"
"""The engine of which each model is a voice."""


def installed(
    engine: str,
    options: EngineOptions,
    before: Voices | None = None,
    record: Record = EMPTY,
    voice: str = "auto",
) -> Voices:
    """All voices here: those of the chosen engine first, then espeak's, then those that only test the path.

    `voice` is the one that will speak: where each model is a voice, its engine loads the model of that one.
    No model is loaded, and what `before` has is used again where it would be the same. Raises EngineFailed when
    there is no such engine, or its voices cannot be told; another one whose voices cannot be told is left out,
    with a warning.
    """
    models = installed_models(options.pulled)
    is_named = engine != "auto" or any(model.name == options.model for model in models)
    choice = _choice(engine, options, models, before, record)
    engines: dict[str, Synthesizer] = {}
    parts: dict[str, Part] = {}
    sound = models
    while choice.engine not in engines:
        try:
            engines[choice.engine], parts[choice.engine] = _made(
                choice.engine, choice.model, options, before, record, voice
            )
        except EngineFailed as error:
            if is_named or choice.engine == PREFERENCE[0]:
                raise
            sound = tuple(model for model in sound if model.engine != choice.engine)
            other = _choice(engine, options, sound, before, record)
            choice = replace(other, why=f"{other.why}; {choice.engine} cannot be used: {error}")
    for name in dict.fromkeys((SPARE, *available(options))):
        # A voice's own model may be damaged: that takes no other with it.
        for wanted in (voice, "auto") if _model_in(voice, name, models) else (voice,):
            try:
                if name not in engines:
                    engines[name], parts[name] = _made(name, "", options, before, record, wanted)
            except EngineFailed as error:
                log.warning("%s", error)
    return Voices(engines.values(), parts, choice)


def _choice(
    engine: str,
    options: EngineOptions,
    models: tuple[InstalledModel, ...],
    before: Voices | None,
    record: Record,
) -> Choice:
    """The engine that speaks, and its model, among these."""
    if engine != "auto":
        return Choice(engine, options.model, "the settings say so")
    for model in models:
        if model.name == options.model:
            return Choice(model.engine, model.name, "engine.model names it")

    def need(model: InstalledModel) -> Need:
        own = replace(options, model=model.name)
        return model_need(model, _tuned(model.engine, own, record)[0], record.own_mb(model, options))

    return choose(models, read_board(), record, _room_for_all(before), need)


def _made(
    name: str, model: str, options: EngineOptions, before: Voices | None, record: Record, voice: str
) -> tuple[Synthesizer, Part]:
    """An engine with the model of the voice, or else `model`; the one of `before` where that is the same.

    Raises EngineFailed.
    """
    named = _model_in(voice, name, installed_models(options.pulled, name))
    own, tuned = _tuned(name, replace(options, model=named or model), record)
    part = Part(_key(name, own), _need(name, own, options, record), tuned, _needs(name, own, options, record))
    is_there = before is not None and before.part(name).key == part.key
    engine = before.engines[name] if before is not None and is_there else create(name, own)
    if not engine.voices:
        raise EngineFailed(name, "it has no voice.")
    return engine, part


def _model_in(voice: str, engine: str, models: Iterable[InstalledModel]) -> str:
    """The model that a voice's id names (`piper:<model>#<speaker>`), if it is one of that engine; else empty."""
    named = voice.removeprefix(f"{engine}:").partition("#")[0]
    return next((model.name for model in models if (model.engine, model.name) == (engine, named)), "")


def _room_for_all(before: Voices | None) -> Room | None:
    """What a model could have: what is free, and what the models of `before` would give back."""
    room = room_available()
    if room is None or before is None:
        return room
    return replace(room, bytes=room.bytes + before.resident_bytes)


def _tuned(name: str, options: EngineOptions, record: Record) -> tuple[EngineOptions, Tuned | None]:
    """What tune found for the model that the engine will load, and the options with it."""
    models = installed_models(options.pulled, name) if name in PULLED else ()
    model = next((one for one in models if one.name == options.model), models[0] if models else None)
    tuned = record.tuned(model) if model is not None else None
    if model is None or tuned is None or tuned.best.failure:
        return options, None
    return applied_here(options, model, tuned), tuned


def _need(name: str, own: EngineOptions, options: EngineOptions, record: Record) -> Need | None:
    """What the engine's model takes as it is run (`own`); tune measured with what `options` say is there."""
    return need_of(name, own, lambda model: record.own_mb(model, options)) if name in PULLED else None


def _needs(name: str, own: EngineOptions, options: EngineOptions, record: Record) -> Mapping[str, Need]:
    """The same of each model, where each is a voice that a request may name."""
    models = installed_models(options.pulled, name) if name == PIPER else ()
    return {model.name: model_need(model, own, record.own_mb(model, options)) for model in models}


def _key(name: str, options: EngineOptions) -> Hashable:
    """All that an engine's making depends on: what it is told, and for a pulled one the files that are there."""
    if name not in PULLED:
        return name, options.threads, options.spinning, options.shipped
    models = installed_models(options.pulled, name)
    # A damaged file that was mended has the hash that it always should have had.
    files = tuple((model.name, *((file.sha256, _changed(file.path)) for file in model.files)) for model in models)
    made = [options.prepared / model.name / MANIFEST for model in models] if options.prepared is not None else []
    return name, options, files, tuple(map(_changed, (*made, options.presets)))


def _changed(file: Path | None) -> int:
    """When a file was written, in ns; 0 for one that is not there."""
    try:
        return file.stat().st_mtime_ns if file is not None else 0
    except OSError:
        return 0


def untuned(settings: Settings) -> str:
    """Why the voice of the settings should be tuned (again); empty when it need not be. Reads files."""
    options, record = options_of(settings), read_record(Path(settings.state_dir))
    models = in_order(installed_models(options.pulled))
    asked = [model for model in models if _model_in(settings.voice, model.engine, [model])]
    asked = asked or [model for model in models if options.model == model.name]
    asked = asked or [model for model in models if settings.engine.name in {"auto", model.engine}]
    for model in asked[:1] if settings.engine.name != "auto" else asked:
        if stale := record.stale(model, options):
            return stale
        tuned = record.tuned(model)
        if tuned is not None and tuned.keeps_up:
            break  # what comes after it will not be chosen
    return ""


def options_of(settings: Settings) -> EngineOptions:
    """What the settings say about engines."""
    engine, state = settings.engine, Path(settings.state_dir)
    return EngineOptions(
        threads=engine.threads,
        spinning=engine.spinning,
        stream=Stream(engine.stream),
        model=engine.model,
        pulled=state / "models",
        prepared=state / "prepared",
        presets=state / "presets.yaml",
    )
