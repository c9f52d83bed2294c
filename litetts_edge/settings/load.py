"""From files, environment and command line to one valid set of settings, or to every reason why not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from litetts_edge.settings import machine as machines
from litetts_edge.settings.layers import (
    Entry,
    Found,
    layer_in_assignments,
    layer_in_environment,
    layer_in_file,
    layer_in_text,
    nested,
)
from litetts_edge.settings.machine import Machine, this_machine
from litetts_edge.settings.problems import Origin, Problem, SettingsError, problem_at
from litetts_edge.settings.schema import Settings, known_settings
from litetts_edge.settings.setting import Value

DEFAULT_FILE = Path("/etc/litetts-edge/litetts-edge.yaml")
OVERRIDE_NAME = "override.yaml"


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings that are valid as a whole."""

    settings: Settings
    origins: Mapping[str, Origin]
    """Where the value of each dotted key comes from."""
    files: tuple[Path, ...]
    """Every file and folder that was read or looked for: a change in one of them may change the settings."""


def load_settings(
    file: Path | None,
    environ: Mapping[str, str],
    assignments: Sequence[str] = (),
    *,
    override: str | None = None,
    machine: Machine | None = None,
) -> Loaded:
    """Merge all layers. Raises SettingsError with every problem in every layer; see read_settings()."""
    loaded, problems = read_settings(file, environ, assignments, override=override, machine=machine)
    if problems:
        raise SettingsError(problems)
    return loaded


def read_settings(
    file: Path | None,
    environ: Mapping[str, str],
    assignments: Sequence[str] = (),
    *,
    override: str | None = None,
    machine: Machine | None = None,
) -> tuple[Loaded, list[Problem]]:
    """Merge all layers, leaving out what is wrong: only `doctor` goes on with such settings.

    `file` None reads DEFAULT_FILE, which may be absent; a named one may not. `override` is taken in place
    of what the state folder's override.yaml says, to try a change before it is written. `machine` is
    where the defaults come from that depend on it; None looks at this one.
    """
    where = machine or this_machine(environ)
    main = file or DEFAULT_FILE
    below = [layer_in_file(main, "file", where.home, required=file is not None)]
    parts, folder_found = _parts(main.parent / "conf.d")
    below += [folder_found, *(layer_in_file(part, "conf.d", where.home) for part in parts)]
    above = [layer_in_environment(environ, where.home), layer_in_assignments(assignments, where.home)]

    default_folder = machines.state_folder(where, environ)
    state_folder = _merged([*below, *above]).get("state_dir")
    override_file = Path(str(state_folder.value if state_folder else "") or default_folder) / OVERRIDE_NAME
    layers = [*below, _override(override_file, override, where.home), *above]

    problems = [problem for layer in layers for problem in layer.problems]
    entries = _merged(layers)
    filled = {key: entry.value for key, entry in entries.items()}
    _fill(filled, default_folder, main.parent, where)
    settings = Settings.model_validate(nested(filled.items()))
    origins = {key: entries[key].origin if key in entries else Origin("default") for key in known_settings()}
    bad = {problem.key for problem in problems}
    for keys, message in _contradictions(settings):
        if not bad.intersection(keys):  # else it may be only what follows from the other problem
            blamed = next((key for key in keys if origins[key].layer != "default"), keys[0])
            problems.append(problem_at(origins[blamed], blamed, message))
    return Loaded(settings, origins, (main, main.parent / "conf.d", *parts, override_file)), problems


def _parts(folder: Path) -> tuple[list[Path], Found]:
    """The YAML files of conf.d in the order of their names, and what is wrong with the folder."""
    try:
        names = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except (FileNotFoundError, NotADirectoryError):
        return [], Found()
    except OSError as error:
        return [], Found(problems=[Problem(str(folder), 0, "", f"cannot be listed: {error.strerror}")])
    misnamed = [Problem(str(path), 0, "", "is not read; name it .yaml") for path in names if path.suffix == ".yml"]
    return [path for path in names if path.suffix == ".yaml"], Found(problems=misnamed)


def _override(path: Path, text: str | None, home: Path) -> Found:
    if text is None:
        found = layer_in_file(path, "override", home, required=False)
    else:
        found = layer_in_text(text, path, "override", home)
    if entry := found.entries.pop("state_dir", None):
        message = "cannot be set here: this file is found through it"
        found.problems.append(problem_at(entry.origin, "state_dir", message))
    return found


def _merged(layers: Sequence[Found]) -> dict[str, Entry]:
    merged: dict[str, Entry] = {}
    for layer in layers:
        merged |= layer.entries
    return merged


def _fill(values: dict[str, Value], default_folder: str, beside: Path, machine: Machine) -> None:
    """Replace what was left empty by what follows from the machine and the other settings."""
    node = str(values.get("node.id", "")) or machines.node_id(machine)
    folder = str(values.get("state_dir", "")) or default_folder
    values["node.id"] = node
    values["state_dir"] = folder
    values["mqtt.client_id"] = values.get("mqtt.client_id", "") or machines.client_id(machine, node)
    values["text.lexicon"] = values.get("text.lexicon", "") or str(beside / "lexicon.yaml")
    values["chime.folder"] = values.get("chime.folder", "") or str(beside / "chimes")
    values["file.folder"] = values.get("file.folder", "") or str(Path(folder) / "audio")


def _contradictions(settings: Settings) -> Iterator[tuple[tuple[str, ...], str]]:
    """What cannot be used together: the keys, the first one to blame, and what to do."""
    mqtt = settings.mqtt
    if mqtt.reconnect_min_s > mqtt.reconnect_max_s:
        message = f"{mqtt.reconnect_min_s:g} s is above mqtt.reconnect_max_s, which is {mqtt.reconnect_max_s:g} s"
        yield ("mqtt.reconnect_min_s", "mqtt.reconnect_max_s"), message
    if mqtt.password and mqtt.password_file:
        yield ("mqtt.password", "mqtt.password_file"), "mqtt.password_file is set too; keep one of them"
    for key, value in (("mqtt.password", mqtt.password), ("mqtt.password_file", mqtt.password_file)):
        if value and not mqtt.username and mqtt.protocol != "5":  # MQTT 3.1.1 forbids it [MQTT-3.1.2-22]
            yield (
                (key, "mqtt.username", "mqtt.protocol"),
                "a password needs mqtt.username, unless mqtt.protocol is 5",
            )
    if settings.quiet.start == settings.quiet.end:
        yield ("quiet.end", "quiet.start"), "is the same as quiet.start; set quiet.mode: on for a whole day"
    if mqtt.tls.key_file and not mqtt.tls.cert_file:
        yield ("mqtt.tls.key_file", "mqtt.tls.cert_file"), "a key needs mqtt.tls.cert_file"
