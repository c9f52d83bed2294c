"""What is installed on this machine, as Voices: which engine speaks, with which model, tuned how."""

from __future__ import annotations

import logging
from collections.abc import Hashable, Iterable
from dataclasses import replace
from pathlib import Path

from litetts_edge.engines import PREFERENCE, PULLED, available, create
from litetts_edge.engines.board import read_board
from litetts_edge.engines.installed import InstalledModel, installed_models
from litetts_edge.engines.memory import Need, Room, model_need, need_of
from litetts_edge.engines.memory import available as room_available
from litetts_edge.engines.onnx import MANIFEST
from litetts_edge.engines.options import EngineOptions, Stream
from litetts_edge.errors import EngineFailed, VoiceNotFound
from litetts_edge.interfaces import Synthesizer
from litetts_edge.pipeline.choice import Choice, choose, in_order
from litetts_edge.pipeline.voices import SPARE, Part, Voices
from litetts_edge.settings.load import Loaded
from litetts_edge.settings.problems import SettingsError, problem_at
from litetts_edge.settings.schema import Settings
from litetts_edge.tuning.record import EMPTY, Record, Tuned, applied_here, read_record

log = logging.getLogger(__name__)


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
    named = [model for model in models if model.name == options.model]
    if engine != "auto":
        choice = Choice(engine, options.model, "the settings say so")
    elif named:
        choice = Choice(named[0].engine, named[0].name, "engine.model names it")
    else:

        def need(model: InstalledModel) -> Need:
            return model_need(
                model,
                _tuned(model.engine, replace(options, model=model.name), record)[0],
                record.own_mb(model, options),
            )

        choice = choose(models, read_board(), record, _room_for_all(before), need)
    engines: dict[str, Synthesizer] = {}
    parts: dict[str, Part] = {}
    for name in dict.fromkeys((choice.engine, SPARE, *available(options))):
        model = _model_in(voice, name, models) or (choice.model if name == choice.engine else "")
        own = replace(options, model=model)
        own, tuned = _tuned(name, own, record)
        part = Part(_key(name, own), _need(name, own, options, record), tuned)
        is_there = before is not None and before.part(name).key == part.key
        try:
            made = before.engines[name] if before is not None and is_there else create(name, own)
            if made.voices:
                engines[name], parts[name] = made, part
        except EngineFailed as error:
            if name == choice.engine and engine != "auto":
                raise
            log.warning("%s", error)
            if name == choice.engine:
                choice = Choice(PREFERENCE[0], "", f"{name} cannot be used: {error}")
                engines[choice.engine] = create(choice.engine, options)
                parts[choice.engine] = Part(_key(choice.engine, options))
    return Voices(engines.values(), parts, choice)


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


def _key(name: str, options: EngineOptions) -> Hashable:
    """All that an engine's making depends on: what it is told, and for a pulled one the files that are there."""
    if name not in PULLED:
        return name, options.threads, options.spinning, options.shipped
    models = installed_models(options.pulled, name)
    files = tuple((model.name, tuple(file.sha256 for file in model.files)) for model in models)
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


def voices_of(loaded: Loaded, before: Voices | None = None) -> Voices:
    """All voices here, with the one that the settings name as the default. No model is loaded.

    Raises SettingsError for an engine, a model or a voice that is not here, in the place where it was written.
    """
    problems = []
    settings, origins = loaded.settings, loaded.origins
    options, record = options_of(settings), read_record(Path(settings.state_dir))
    named = [model for model in installed_models(options.pulled) if model.name == options.model]
    if options.model and not (named and settings.engine.name in {"auto", named[0].engine}):
        what = f"is a model of {named[0].engine}, not of {settings.engine.name}" if named else "is not installed"
        message = f"{options.model!r} {what}: `litetts-edge models list` shows what there is"
        problems.append(problem_at(origins["engine.model"], "engine.model", message))
        options = replace(options, model="")
    try:
        voices = installed(settings.engine.name, options, before, record, settings.voice)
    except EngineFailed as error:
        problems.append(problem_at(origins["engine.name"], "engine.name", str(error)))
        voices = installed("auto", replace(options, model=""), before, record, settings.voice)
    try:
        voices = voices.with_default(settings.voice)
    except VoiceNotFound as error:
        problems.append(problem_at(origins["voice"], "voice", str(error)))
    if problems:
        raise SettingsError(problems)
    return voices
