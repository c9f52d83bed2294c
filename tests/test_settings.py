"""Settings: which value wins, where it came from, and what of it may be shown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from litetts_edge.settings.load import DEFAULT_FILE, load_settings
from litetts_edge.settings.machine import Machine, node_id, state_folder
from litetts_edge.settings.problems import Origin, SettingsError
from tests.settings_loader import Load, told


def test_a_later_layer_wins(tmp_path: Path, machine: Machine) -> None:
    """Each layer sets the volume; what is taken away from the top uncovers the one below, with its place."""
    file = tmp_path / "edge.yaml"
    folder = tmp_path / "conf.d"
    state = tmp_path / "state"
    folder.mkdir()
    state.mkdir()
    environ = {"STATE_DIRECTORY": str(state)}
    assignments: list[str] = []

    def volume() -> tuple[int, Origin]:
        loaded = load_settings(file, environ, assignments, machine=machine)
        return loaded.settings.speaker.volume, loaded.origins["speaker.volume"]

    file.write_text("# nothing\n")
    assert volume() == (80, Origin("default"))
    file.write_text("speaker:\n  volume: 1\n")
    assert volume() == (1, Origin("file", str(file), 2))
    (folder / "20-b.yaml").write_text("speaker: {volume: 3}\n")
    (folder / "10-a.yaml").write_text("speaker: {volume: 2}\n")
    assert volume() == (3, Origin("conf.d", str(folder / "20-b.yaml"), 1))
    (state / "override.yaml").write_text("# one\n\nspeaker:\n  volume: 4\n")
    assert volume() == (4, Origin("override", str(state / "override.yaml"), 4))
    environ["LITETTS_EDGE__SPEAKER__VOLUME"] = "5"
    assert volume() == (5, Origin("environment", "LITETTS_EDGE__SPEAKER__VOLUME"))
    assignments += ["speaker.volume=6", "speaker.volume=7"]
    assert volume() == (7, Origin("command line"))


def test_files_to_watch_are_named(tmp_path: Path, load: Load) -> None:
    """Also those that are not there yet: one of them may come."""
    (tmp_path / "conf.d").mkdir()
    part = tmp_path / "conf.d" / "a.yaml"
    part.write_text("")
    names = [tmp_path / "edge.yaml", tmp_path / "conf.d", part, tmp_path / "state/override.yaml"]
    assert list(load().files) == names


def test_only_the_default_file_may_be_absent(tmp_path: Path, machine: Machine) -> None:
    """A file that was asked for and is not there is an error, for its settings are missed."""
    with pytest.raises(SettingsError, match=r"nowhere\.yaml: there is no such file"):
        load_settings(tmp_path / "nowhere.yaml", {}, machine=machine)
    if not DEFAULT_FILE.exists():
        state = {"STATE_DIRECTORY": str(tmp_path)}
        assert load_settings(None, state, machine=machine).settings.mqtt.port == 1883


def test_conf_d_reads_yaml_only_and_says_so(tmp_path: Path, load: Load) -> None:
    """Copies of editors and hidden files are not read; .yml is nearly right, so it is not ignored in silence."""
    folder = tmp_path / "conf.d"
    folder.mkdir()
    for name in ("a.yaml~", "a.yaml.dpkg-old", ".a.yaml", "README"):
        (folder / name).write_text("speed: nonsense")
    assert load().settings.speed == 1.0
    (folder / "b.yml").write_text("speed: 2")
    assert told(load) == f"{folder}/b.yml: is not read; name it .yaml"


def test_the_state_folder_follows_the_machine(tmp_path: Path, machine: Machine) -> None:
    """systemd's folder, else root's, else the user's; decided when loading."""
    root = Machine("pi", "", is_root=True, home=Path("/root"))
    assert state_folder(root, {"STATE_DIRECTORY": "/var/lib/x:/var/lib/y"}) == "/var/lib/x"
    assert state_folder(root, {}) == "/var/lib/litetts-edge"
    assert state_folder(machine, {}) == f"{machine.home}/.local/state/litetts-edge"
    assert state_folder(machine, {"XDG_STATE_HOME": "/s"}) == "/s/litetts-edge"
    assert state_folder(machine, {"XDG_STATE_HOME": "relative"}) == f"{machine.home}/.local/state/litetts-edge"


def test_override_is_found_through_the_state_folder(tmp_path: Path, load: Load) -> None:
    """Wherever any other layer puts it; override.yaml itself cannot move it."""
    other = tmp_path / "other"
    other.mkdir()
    (other / "override.yaml").write_text("speed: 1.5")
    loaded = load("", f"state_dir={other}")
    assert (loaded.settings.speed, loaded.settings.file.folder) == (1.5, f"{other}/audio")
    (other / "override.yaml").write_text("\nstate_dir: /elsewhere")
    assert "override.yaml:2: state_dir: cannot be set here" in told(load, "", f"state_dir={other}")


def test_defaults_that_depend_on_the_machine_are_filled_in(tmp_path: Path, load: Load) -> None:
    """Nobody has to ask again what an empty text means."""
    settings = load().settings
    assert settings.node.id == "kitchen-pi"
    assert settings.state_dir == f"{tmp_path}/state"
    assert settings.file.folder == f"{tmp_path}/state/audio"
    assert re.fullmatch(r"litetts-kitchen-pi-[0-9a-f]{8}", settings.mqtt.client_id)
    assert load("", "node.id=x").settings.mqtt.client_id.startswith("litetts-x-")
    assert load("mqtt: {client_id: mine}").settings.mqtt.client_id == "mine"


def test_two_machines_of_one_name_have_different_sessions(load: Load, machine: Machine, tmp_path: Path) -> None:
    """A broker cuts the elder of two clients with the same id."""
    twin = Machine(machine.host_name, "f" * 32, machine.is_root, machine.home)
    state = {"STATE_DIRECTORY": str(tmp_path / "state")}
    other = load_settings(tmp_path / "edge.yaml", state, machine=twin) if load() else None
    assert other is not None
    assert other.settings.node.id == load().settings.node.id
    assert other.settings.mqtt.client_id != load().settings.mqtt.client_id


@pytest.mark.parametrize(
    ("host", "slug"),
    [
        ("Kitchen Pi", "kitchen-pi"),
        ("pi.fritz.box", "pi"),
        ("all", "litetts-all"),
        ("", "litetts"),
        ("Ü", "litetts"),
    ],
)
def test_any_host_name_makes_a_node_id(host: str, slug: str) -> None:
    assert node_id(Machine(host, "", is_root=False, home=Path("/"))) == slug
    assert len(node_id(Machine("x" * 300, "", is_root=False, home=Path("/")))) == 64


def test_paths_count_from_where_they_are_written(tmp_path: Path, load: Load, machine: Machine) -> None:
    """From the file's folder, the home folder after ~, or the working directory."""
    loaded = load("mqtt: {tls: {ca_file: ca.pem, cert_file: ~/c.pem, key_file: /k.pem}}", "file.folder=out")
    tls = loaded.settings.mqtt.tls
    assert (tls.ca_file, tls.cert_file, tls.key_file) == (f"{tmp_path}/ca.pem", f"{machine.home}/c.pem", "/k.pem")
    assert loaded.settings.file.folder == str(Path.cwd() / "out")
    assert load("file: {folder: .}").settings.file.folder == str(tmp_path)


def test_names_that_others_rely_on(load: Load) -> None:
    """Issue 2, point 12: these variables are used to measure."""
    settings = load(
        LITETTS_EDGE__NODE__ID="bench",
        LITETTS_EDGE__VOICE="en",
        LITETTS_EDGE__ENGINE__NAME="espeak",
        LITETTS_EDGE__ENGINE__THREADS="2",
        LITETTS_EDGE__OUTPUTS="speaker, mqtt",
        LITETTS_EDGE__MQTT__HOST="127.0.0.1",
        LITETTS_EDGE__MQTT__PORT="1884",
        LITETTS_EDGE__MQTT__USERNAME="u",
        LITETTS_EDGE__MQTT__PASSWORD_FILE="/p",
        LITETTS_EDGE__MQTT__BASE_TOPIC="a/b",
        LITETTS_EDGE__SPEAKER__DEVICE="2",
        LITETTS_EDGE__SPEAKER__LATENCY_S="0.05",
        LITETTS_EDGE__SPEAKER__VOLUME="100",
    ).settings
    assert (settings.node.id, settings.voice, settings.engine.name, settings.engine.threads) == (
        "bench",
        "en",
        "espeak",
        2,
    )
    assert settings.outputs == ("speaker", "mqtt")
    assert (settings.mqtt.host, settings.mqtt.port, settings.mqtt.base_topic) == ("127.0.0.1", 1884, "a/b")
    assert (settings.mqtt.username, settings.mqtt.password_file) == ("u", "/p")
    assert (settings.speaker.device, settings.speaker.latency_s, settings.speaker.volume) == ("2", 0.05, 100)


@pytest.mark.parametrize(
    ("text", "expected"), [("a,b", ("a", "b")), ("[a, 'b']", ("a", "b")), ("", ()), ("[]", ()), (" a ", ("a",))]
)
def test_lists_in_the_environment(load: Load, text: str, expected: tuple[str, ...]) -> None:
    """By commas, or as in YAML."""
    assert load(LITETTS_EDGE__NODE__GROUPS=text).settings.node.groups == expected


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("LITETTS_EDGE__MQTT__PROT", " Did you mean LITETTS_EDGE__MQTT__PORT?"),
        ("LITETTS_EDGE__MQTT_PORT", " Did you mean LITETTS_EDGE__MQTT__PORT?"),
        ("LITETTS_EDGE_MQTT_PORT", " Did you mean LITETTS_EDGE__MQTT__PORT?"),
        ("litetts_edge__mqtt__prot", " Did you mean LITETTS_EDGE__MQTT__PORT?"),
        ("LITETTS_EDGE__XYZZY", ""),
        ("LITETTS_EDGE__", ""),
    ],
)
def test_an_unknown_variable_is_an_error(load: Load, name: str, hint: str) -> None:
    assert told(load, **{name: "1"}) == f"environment {name}: unknown setting.{hint}"


def test_case_of_variables_does_not_matter_but_twice_does(load: Load) -> None:
    """Two spellings of one variable have no order, so neither can win."""
    assert load(litetts_edge__Mqtt__port="1884").settings.mqtt.port == 1884
    assert "is set by environment LITETTS_EDGE__SPEED already" in told(
        load, LITETTS_EDGE__SPEED="1", LITETTS_EDGE__speed="2"
    )


def test_other_variables_are_let_alone(load: Load) -> None:
    """Container runtimes make variables of service names."""
    load(LITETTS_EDGE_PORT="tcp://10.0.0.1:1", LITETTS_EDGE_SERVICE_HOST="x", LITETTSX="1", PATH="/bin")


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("mqtt.prot=1", "command line: mqtt.prot: unknown key. Did you mean 'port'?"),
        ("mqqt.port=1", "command line: mqqt.port: unknown key. Did you mean 'mqtt.port'?"),
        ("mqtt=1", "command line: mqtt: is a section, not a setting"),
        ("mqtt.port", "command line: mqtt.port: needs a value, as in mqtt.port=1883"),
        ("mqtt.port=0", "command line: mqtt.port: 0 is out of range; allowed: 1 to 65535"),
        ("=", "command line: unknown key."),
        ("a\nb=1", r"command line: 'a\nb': unknown key."),
    ],
)
def test_bad_assignments(load: Load, assignment: str, message: str) -> None:
    assert told(load, "", assignment) == message
