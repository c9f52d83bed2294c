"""Settings: what a person writes, and what they are told when it is wrong."""

from __future__ import annotations

import errno
import os
import re
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from litetts_edge.settings import render
from litetts_edge.settings.credentials import mqtt_password
from litetts_edge.settings.document import MAX_BYTES, Unreadable, compose
from litetts_edge.settings.layers import layer_in_text
from litetts_edge.settings.load import DEFAULT_FILE, Loaded, load_settings
from litetts_edge.settings.machine import Machine, node_id, state_folder
from litetts_edge.settings.override import BACKUPS_KEPT, Override, OverrideNotWritten
from litetts_edge.settings.problems import Origin, Problem, SettingsError
from litetts_edge.settings.reload import changes, describe
from litetts_edge.settings.schema import known_sections, known_settings
from litetts_edge.settings.setting import MASK

ROOT = Path(__file__).parent.parent
NOON = datetime(2026, 5, 4, 12, 0, 0, tzinfo=UTC)

Load = Callable[..., Loaded]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A board in the kitchen, used by an ordinary user."""
    return Machine("Kitchen-Pi.local", "0123456789abcdef0123456789abcdef", is_root=False, home=tmp_path / "home")


@pytest.fixture
def load(tmp_path: Path, machine: Machine) -> Load:
    """Load settings from a text in a file of its own, with the state folder beside it."""

    def _load(text: str = "", *assignments: str, override: str | None = None, **environ: str) -> Loaded:
        file = tmp_path / "edge.yaml"
        file.write_text(text)
        environ = {"STATE_DIRECTORY": str(tmp_path / "state"), **environ}
        return load_settings(file, environ, assignments, override=override, machine=machine)

    return _load


def problems_of(load: Load, *arguments: str, **environ: str) -> tuple[Problem, ...]:
    with pytest.raises(SettingsError) as raised:
        load(*arguments, **environ)
    return raised.value.problems


def told(load: Load, *arguments: str, **environ: str) -> str:
    """All that is said about what is wrong."""
    return "\n".join(str(problem) for problem in problems_of(load, *arguments, **environ))


# --- layers ------------------------------------------------------------------------------------------------


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


# --- the environment and the command line ------------------------------------------------------------------


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


# --- what is wrong, and where ------------------------------------------------------------------------------


def test_all_errors_at_once_each_with_its_place(tmp_path: Path, load: Load) -> None:
    """Nobody wants to start a daemon five times to find five mistakes."""
    (tmp_path / "conf.d").mkdir()
    (tmp_path / "conf.d" / "x.yaml").write_text("log:\n  level: warn\n")
    text = "mqtt:\n  prot: 1884\n  port: 70000\nspeaker:\n  latency_s: fast\nvolume: 5\nspeaker:\n  volume: 3\n"
    assert told(load, text, "queue.max=0", LITETTS_EDGE__SPEED="9").splitlines() == [
        f"{tmp_path}/edge.yaml:2: mqtt.prot: unknown key. Did you mean 'port'?",
        f"{tmp_path}/edge.yaml:3: mqtt.port: 70000 is out of range; allowed: 1 to 65535",
        f"{tmp_path}/edge.yaml:5: speaker.latency_s: 'fast' is not a number; allowed: 0.01 to 2 s",
        f"{tmp_path}/edge.yaml:6: volume: unknown key. Did you mean 'speaker.volume'?",
        f"{tmp_path}/edge.yaml:7: speaker: is set on line 4 already",
        f"{tmp_path}/conf.d/x.yaml:2: log.level: 'warn' is not known;"
        " allowed: one of debug, info, warning, error. Did you mean 'warning'?",
        "environment LITETTS_EDGE__SPEED: speed: 9 is out of range; allowed: 0.5 to 2",
        "command line: queue.max: 0 is out of range; allowed: 1 to 10000 requests",
    ]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("mqtt: 5", 1, "mqtt: is a section: settings such as `enabled: …` stand below it, indented"),
        ("mqtt: [1]", 1, "mqtt: is a section"),
        ("mqtt:\n  tls: yes", 2, "mqtt.tls: is a section"),
        ("mqtt:\n  port:", 2, "mqtt.port: has no value; write one, or remove the line; allowed: 1 to 65535"),
        ("speed: ~", 1, "speed: has no value"),
        ("speed: [1]", 1, "speed: expects one value, not a list"),
        ("speed: {a: 1}", 1, "speed: expects a value, not a section"),
        ("mqtt.port: 1884", 1, "mqtt.port: is written as a section: `mqtt:` and below it, indented, `port: …`"),
        ("mqtt.tls.enabled: on", 1, "mqtt.tls.enabled: is written as a section: `mqtt: tls:` and below it"),
        ("MQTT: {}", 1, "MQTT: unknown key. Did you mean 'mqtt'?"),
        ("wyoming: {enabled: true}", 1, "wyoming: unknown key."),
        ("? [a]\n: 1", 1, "a list or a section cannot be a key"),
        ("speed: 1\n\nspeed: 1", 3, "speed: is set on line 1 already"),
        ("speed: 0,8", 1, "'0,8' is not a number; the decimal sign is a point; allowed: 0.5 to 2"),
        ("speed: .nan", 1, "'.nan' is not a number"),
        ("speed: 1e400", 1, "'1e400' is not a number"),
        ("speed: 1:30", 1, "'1:30' is not a number"),
        ("speed: true", 1, "'true' is not a number"),
        ("queue: {max: 1.5}", 1, "'1.5' is not a whole number"),
        ("queue: {max: 0x10}", 1, "'0x10' is not a whole number"),
        ("queue: {max: 1_000}", 1, "'1_000' is not a whole number"),
        ("queue: {max: " + "9" * 5000 + "}", 1, "...' is not a whole number"),
        ("queue: {max: ١٢}", 1, "is not a whole number"),
        ("mqtt:\n  port: 08", 2, "mqtt.port: '08' begins with a zero, which some read as octal; write it without"),
        ("speaker: {muted: maybe}", 1, "speaker.muted: 'maybe' is neither true nor false"),
        ("outputs: []", 1, "outputs: must not be empty; allowed: a list of speaker, mqtt, file"),
        ("outputs: [speaker, mqt]", 1, "outputs: 'mqt' is not known; allowed: a list of speaker, mqtt, file. Did"),
        ("outputs: [speaker, speaker]", 1, "lists 'speaker' twice"),
        ("outputs:\n  - mqtt\n  - [file]", 3, "outputs: expects words in its list"),
        ("outputs:\n  - mqtt\n  -", 3, "outputs: expects words in its list"),
        ("node: {id: no}", 1, "node.id: YAML reads a bare no as true or false; write it in quotes: 'no'"),
        ("node: {groups: [on]}", 1, "node.groups: YAML reads a bare on as true or false"),
        ("node: {id: all}", 1, "node.id: 'all' is reserved"),
        ("node: {id: Kitchen Pi}", 1, "node.id: 'Kitchen Pi' may hold only"),
        ('node: {id: "a\\n"}', 1, r"node.id: 'a\n' may hold only"),
        ("voice: ''", 1, "voice: must not be empty"),
        ("voice: " + "x" * 200, 1, "has more than 128 characters"),
        ('voice: "a\\0b"', 1, "holds the control character U+0000"),
        ('voice: "\\ud800"', 1, "cannot be used"),
        ("mqtt: {host: 'mqtt://broker'}", 1, "holds more than the host name"),
        ("mqtt: {host: 'broker:1884'}", 1, "is not a host name or an IP address; the port goes to mqtt.port"),
        ("mqtt: {host: ''}", 1, "is not a host name"),
        ("mqtt: {base_topic: 'a/#'}", 1, "holds a wildcard"),
        ("mqtt: {base_topic: /a}", 1, "needs at least one level, and no slash at either end"),
        ("mqtt: {base_topic: $SYS}", 1, "begins with $"),
        ("mqtt: {base_topic: " + "ü" * 101 + "}", 1, "is longer than 200 bytes"),
        ("mqtt: {protocol: 4}", 1, "'4' is not known; allowed: one of auto, 5, 3.1.1"),
        ("mqtt:\n  reconnect_min_s: 61", 2, "61 s is above mqtt.reconnect_max_s, which is 60 s"),
        ("mqtt:\n  password: x", 2, "mqtt.password: a password needs mqtt.username, unless mqtt.protocol is 5"),
        ("mqtt:\n  username: u\n  password: x\n  password_file: y", 3, "mqtt.password_file is set too; keep one"),
        ("mqtt:\n  tls:\n    key_file: x", 3, "a key needs mqtt.tls.cert_file"),
        ("speed: *a", 1, "aliases (*name) are not used"),
        (
            "speed: !!python/object/apply:os.abort []",
            1,
            "the tag 'tag:yaml.org,2002:python/object/apply:os.abort'",
        ),
        ("speed: !secret x", 1, "the tag '!secret' is not used"),
        ("speed: 1\n\tvoice: x", 2, "YAML syntax: a tab stands where only spaces may"),
        ("speed: 1\n--- \nspeed: 2", 2, "YAML syntax: a second document begins here"),
        ("voice: a: b", 1, "YAML syntax: a second ': ' on one line"),
        ("voice: 'open", 1, "YAML syntax: "),
        ("a: b\n@", 2, "YAML syntax: "),
        ("speed: 1\nvoice: \x07", 2, "holds the character U+0007, which YAML forbids"),
        ("just words", 1, "expected settings such as `volume: 80`"),
        ("- a\n- b", 1, "expected settings such as `volume: 80`"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, load: Load, text: str, line: int, message: str) -> None:
    problems = problems_of(load, text)
    assert len(problems) == 1
    assert (problems[0].file, problems[0].line) == (f"{tmp_path}/edge.yaml", line)
    assert message in f"{problems[0].key}: {problems[0].message}"
    assert "\n" not in str(problems[0])


def test_a_second_problem_does_not_follow_from_the_first(load: Load) -> None:
    """A user name that is no good is not also a missing one."""
    assert told(load, 'mqtt: {password: x, username: "a\\tb"}').count("\n") == 0


@pytest.mark.parametrize(
    ("text", "key", "expected"),
    [
        ("mqtt: {password: 0123, username: u}", "password", "0123"),
        ("mqtt: {username: 1e3}", "username", "1e3"),
        ("mqtt: {username: 2024-01-01}", "username", "2024-01-01"),
        ("mqtt: {protocol: 5}", "protocol", "5"),
        ("mqtt: {port: '1884'}", "port", 1884),
        ("mqtt: {enabled: off}", "enabled", False),
        ("mqtt: {enabled: 'No'}", "enabled", False),
        ("mqtt: {reconnect_max_s: 2}", "reconnect_max_s", 2.0),
        ("mqtt: {host: '::1'}", "host", "::1"),
        ("mqtt: {host: 10.0}", "host", "10.0"),
    ],
)
def test_the_schema_decides_what_a_text_means(load: Load, text: str, key: str, expected: object) -> None:
    """A password of digits stays one, and YAML 1.1 makes no octal numbers, dates or booleans of names."""
    value = getattr(load(text).settings.mqtt, key)
    assert (value, type(value)) == (expected, type(expected))


@pytest.mark.parametrize("text", ["", "# words\n", "---\n", "mqtt:\n", "mqtt: {}\n", "~", "\ufeffspeed: 1"])
def test_saying_nothing_is_fine(load: Load, text: str) -> None:
    """A heading whose settings are all commented out too."""
    assert load(text).settings == load().settings


def test_a_list_may_be_one_word(load: Load) -> None:
    assert load("outputs: mqtt").settings.outputs == ("mqtt",)
    assert load("outputs:\n  - mqtt\n  - file").settings.outputs == ("mqtt", "file")


# --- files that are no settings ----------------------------------------------------------------------------


def _refused(tmp_path: Path, machine: Machine) -> str:
    with pytest.raises(SettingsError) as raised:
        load_settings(tmp_path / "edge.yaml", {"STATE_DIRECTORY": str(tmp_path)}, machine=machine)
    assert len(raised.value.problems) == 1
    return str(raised.value).removeprefix(f"{tmp_path}/edge.yaml:")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"speed: 1\nvoice: \xff", "2: is not UTF-8 text"),
        ("speed: 1".encode("utf-16"), "1: is not UTF-8 text"),
        (b"#" * (MAX_BYTES + 1), f" is larger than {MAX_BYTES} bytes"),
        (b"a: " + b"[" * 100_000, "1: more than 16 levels"),
        (b"{a: " * 20_000, "1: more than 16 levels"),
        (b"a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]", "2: aliases (*name) are not used"),
        (b"\n".join(b"k%d: 1" % i for i in range(200)), "101: more than 100 problems"),
    ],
)
def test_hostile_files_are_refused(tmp_path: Path, machine: Machine, content: bytes, message: str) -> None:
    """Quickly and in words, whatever was saved under the name."""
    (tmp_path / "edge.yaml").write_bytes(content)
    if b"k150" in content:
        with pytest.raises(SettingsError, match=message):
            load_settings(tmp_path / "edge.yaml", {}, machine=machine)
    else:
        assert _refused(tmp_path, machine).startswith(message)


def test_what_is_not_a_file_is_refused(tmp_path: Path, machine: Machine) -> None:
    """A folder, and a pipe that nobody writes to: neither is opened."""
    path = tmp_path / "edge.yaml"
    path.mkdir()
    assert _refused(tmp_path, machine) == " is not a file"
    path.rmdir()
    os.mkfifo(path)
    assert _refused(tmp_path, machine) == " is not a file"
    path.unlink()
    path.symlink_to(path)
    assert _refused(tmp_path, machine).startswith(" cannot be read: Too many levels of symbolic links")


def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path, machine: Machine) -> None:
    """As another user, for root may read everything."""
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    (tmp_path / "edge.yaml").write_text("speed: 1")
    tmp_path.chmod(0o700)
    os.seteuid(65534)
    try:
        with pytest.raises(SettingsError) as raised:
            load_settings(tmp_path / "edge.yaml", {}, machine=machine)
    finally:
        os.seteuid(0)
    assert f"{tmp_path}/edge.yaml: cannot be read: Permission denied" in str(raised.value).splitlines()


@given(st.text(alphabet=st.sampled_from("abmqt:- \n\t[]{}'\"#&*!|>%@`~,?0189._=<\\é\x00\u2028"), max_size=60))
def test_no_text_makes_the_reader_fail(text: str) -> None:
    """Anything is either settings or problems, each on one line."""
    found = layer_in_text(text, Path("/x.yaml"), "file", Path("/"))
    assert all(len(str(problem).splitlines()) == 1 for problem in found.problems)


@given(st.text(max_size=20))
def test_no_variable_makes_the_reader_fail(text: str) -> None:
    """For every setting, whatever stands in its variable."""
    environ = {f"LITETTS_EDGE__{key.replace('.', '__')}": text for key in known_settings()}
    home = Machine("pi", "", is_root=False, home=Path("/nonexistent"))
    with pytest.raises(SettingsError) as raised:
        load_settings(None, environ, [f"{text}={text}"], machine=home)
    assert all(len(str(problem).splitlines()) == 1 for problem in raised.value.problems)


def test_compose_gives_back_text_and_line() -> None:
    """Lines count from 1, and nothing is converted."""
    root = compose("a: 1\nb: yes\n")
    assert root is not None
    assert [(k.value, v.value, v.start_mark.line) for k, v in root.value] == [("a", "1", 0), ("b", "yes", 1)]
    with pytest.raises(Unreadable):
        compose("a: [")


# --- secrets -----------------------------------------------------------------------------------------------


def test_a_secret_is_never_shown(load: Load) -> None:
    """Not where settings are listed, not in a difference, not in an error, not when printed."""
    loaded = load("mqtt: {username: u, password: hunter2}")
    shown = {one.key: one.value for one in describe(loaded)}
    assert (shown["mqtt.password"], shown["mqtt.username"]) == (MASK, "u")
    difference = changes(load().settings, loaded.settings)
    assert [(c.key, c.old, c.new) for c in difference if "password" in c.key] == [("mqtt.password", '""', MASK)]
    assert "hunter2" not in repr(loaded)
    for bad in ('"hunter2\\n"', "hunter2" * 100, "[hunter2]"):
        assert "hunter2" not in told(load, f"mqtt: {{username: u, password: {bad}}}")


def test_the_password_comes_from_its_file(tmp_path: Path, load: Load) -> None:
    """The first line, without its end; the credential of systemd when nothing is set; else none."""
    secret = tmp_path / "secret"
    secret.write_bytes(b" pass word \r\nsecond line\n")
    (tmp_path / "mqtt-password").write_text("from systemd\n")
    environ = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    named = load("mqtt: {username: u, password_file: secret}").settings
    assert mqtt_password(named, environ) == " pass word "
    assert mqtt_password(load("mqtt: {username: u, password: direct}").settings, environ) == "direct"
    assert mqtt_password(load().settings, environ) == "from systemd"
    assert mqtt_password(load().settings, {"CREDENTIALS_DIRECTORY": "/nonexistent"}) == ""
    assert mqtt_password(load().settings, {}) == ""


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "there is no such file"), (b"\n", "first line is empty"), (b"\xff", "not UTF-8")],
)
def test_a_password_file_that_is_no_good(tmp_path: Path, load: Load, content: bytes | None, message: str) -> None:
    if content is not None:
        (tmp_path / "secret").write_bytes(content)
    settings = load("mqtt: {username: u, password_file: secret}").settings
    with pytest.raises(SettingsError, match=message) as raised:
        mqtt_password(settings, {})
    assert raised.value.problems[0].key == "mqtt.password_file"


# --- override ----------------------------------------------------------------------------------------------


@pytest.fixture
def override(tmp_path: Path, load: Load) -> Override:
    return Override(tmp_path / "state", lambda text: load("speaker: {volume: 30}", override=text))


def content(override: Override) -> str:
    return override.path.read_text() if override.path.exists() else ""


def test_a_setting_changed_while_running_is_kept(tmp_path: Path, override: Override, load: Load) -> None:
    """It holds from now on and after a restart, and can be taken back."""
    assert override.set("speaker.volume", 55, NOON).settings.speaker.volume == 55
    assert override.set("mqtt.tls.enabled", value=True, now=NOON).settings.mqtt.tls.enabled
    assert override.set("node.groups", ["no", "1"], NOON).settings.node.groups == ("no", "1")
    assert override.set("voice", "no", NOON).settings.voice == "no"
    after = load()
    assert (after.settings.speaker.volume, after.origins["speaker.volume"].layer) == (55, "override")
    assert override.values() == {
        "speaker.volume": "55", "mqtt.tls.enabled": "true", "node.groups": "[no, 1]", "voice": "no"
    }  # fmt: skip
    assert override.remove("mqtt.tls.enabled", NOON).settings.mqtt.tls.enabled is False
    assert "mqtt" not in content(override)
    assert override.remove("speaker.volume", NOON).settings.speaker.volume == 30
    assert override.path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("speaker.volume", 900, "speaker.volume: 900 is out of range; allowed: 0 to 100 %"),
        ("speaker.volumen", 5, "speaker.volumen: unknown key. Did you mean 'volume'?"),
        ("speaker", 5, "speaker: unknown key. Did you mean 'speaker'?"),
        ("speaker.volume.x", 5, "unknown key"),
        ("", 5, "unknown key"),
        ("a\nb", 5, r"a\nb: unknown key"),
        ("speaker.volume", None, "speaker.volume: expects true or false, a number, a text or a list of texts"),
        ("speaker.volume", {"a": 1}, "expects true or false"),
        ("speaker.volume", 10**18, "expects true or false"),
        ("speaker.volume", float("nan"), "is not a whole number"),
        ("speaker.volume", True, "is not a whole number"),
        ("speaker.latency_s", float("inf"), "is not a number"),
        ("outputs", [["speaker"]], "expects true or false"),
        ("voice", "a\nb", "holds the control character U+000A"),
        ("voice", "\ud800", "cannot be used"),
        ("state_dir", "/x", "state_dir: cannot be set here"),
        ("mqtt.reconnect_min_s", 100, "100 s is above mqtt.reconnect_max_s"),
    ],
)
def test_a_bad_change_is_refused_and_nothing_is_written(
    override: Override, key: str, value: object, message: str
) -> None:
    """Also one that is wrong only together with the rest."""
    override.set("speed", 1.5, NOON)
    before = content(override)
    with pytest.raises(SettingsError) as raised:
        override.set(key, value, NOON)
    assert message in str(raised.value)
    assert "override.yaml" not in str(raised.value)
    assert (content(override), override.backups()) == (before, ())


def test_several_changes_are_made_together_or_not_at_all(override: Override) -> None:
    """Two that are valid only together can be made together."""
    change = {"mqtt.reconnect_min_s": 100, "mqtt.reconnect_max_s": 200}
    assert override.change(change, ["speed"], NOON).settings.mqtt.reconnect_min_s == 100
    before = content(override)
    with pytest.raises(SettingsError) as raised:
        override.change({"speed": 2, "speaker.volume": -1, "x": 1, "y": 1}, [], NOON)
    assert len(raised.value.problems) == 2
    assert content(override) == before


def test_what_was_there_can_be_restored(override: Override) -> None:
    """The last ten, also when the clock goes back as it does on a board without a battery."""
    for volume in range(15):
        override.set("speaker.volume", volume, NOON - timedelta(days=volume))
    names = override.backups()
    assert len(names) == BACKUPS_KEPT
    assert names[0] == "000014-20260420T120000Z.yaml"
    assert override.restore(names[0], NOON).settings.speaker.volume == 13
    assert override.restore(override.backups()[0], NOON).settings.speaker.volume == 14
    with pytest.raises(SettingsError, match="there is no such backup"):
        override.restore("../../etc/passwd", NOON)


def test_no_change_writes_nothing(override: Override) -> None:
    """A dial that is turned to where it stands does not wear the card out, nor push out older backups."""
    override.set("speaker.volume", 5, NOON)
    written = override.path.stat()
    override.set("speaker.volume", 5, NOON)
    override.remove("speed", NOON)
    assert (override.path.stat().st_ino, override.backups()) == (written.st_ino, ())


def test_a_backup_that_is_no_longer_valid_stays_a_backup(override: Override) -> None:
    override.set("speed", 1.5, NOON)
    override.set("speed", 1.6, NOON)
    (override.path.parent / "override-backups" / override.backups()[0]).write_text("sped: 1")
    with pytest.raises(SettingsError, match="sped: unknown key"):
        override.restore(override.backups()[0], NOON)
    assert "1.6" in content(override)


def test_what_was_written_by_hand_survives_a_change(override: Override) -> None:
    """A password of digits is not rewritten as an octal number."""
    override.path.parent.mkdir()
    override.path.write_text("mqtt: {username: u, password: 0123}\nspeed: 2\n")
    assert override.set("speed", 1.5, NOON).settings.mqtt.password == "0123"
    assert override.set("speed", 1.6, NOON).settings.mqtt.password == "0123"
    assert override.values()["mqtt.password"] == MASK


def test_a_key_that_an_update_made_unknown_can_be_removed(override: Override) -> None:
    """Else nothing could be changed any more without an editor."""
    override.path.parent.mkdir()
    override.path.write_text("old: {thing: 1}\nspeed: 2\n")
    with pytest.raises(SettingsError, match=r"override\.yaml:2: old: unknown key"):
        override.set("speed", 1, NOON)
    assert override.remove("old.thing", NOON).settings.speed == 2
    override.path.write_text("old: [")
    with pytest.raises(SettingsError, match="YAML syntax"):
        override.remove("old", NOON)


@contextmanager
def no_room(size: int) -> Iterator[None]:
    """No file of this process can grow beyond `size` bytes, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_or_missing_disk_is_told_and_nothing_is_lost(
    tmp_path: Path, override: Override, load: Load
) -> None:
    """The old file stays whole, and no half of the new one stays behind."""
    override.set("speed", 1.5, NOON)
    before = content(override)
    with no_room(len("speaker: {volume: 30}")), pytest.raises(OverrideNotWritten, match=os.strerror(errno.EFBIG)):
        override.set("speed", 1.6, NOON)
    assert content(override) == before
    assert [path.name for path in override.path.parent.glob(".*")] == []
    nowhere = Override(Path("/proc/litetts"), lambda text: load(override=text))  # nobody can make folders there
    with pytest.raises(OverrideNotWritten, match=r"^/proc/litetts/override\.yaml cannot be written: No such file"):
        nowhere.set("speed", 1.5, NOON)
    assert nowhere.backups() == ()


# --- reload and display ------------------------------------------------------------------------------------


def test_a_change_says_what_it_takes(load: Load) -> None:
    """In the order of the schema, and only what differs."""
    new = load("speaker: {volume: 5}\nvoice: x\nmqtt: {port: 1, tls: {enabled: on}}\nqueue: {max: 5}").settings
    assert [(c.key, c.old, c.new, c.applies) for c in changes(load().settings, new)] == [
        ("voice", "auto", "x", "revoice"),
        ("mqtt.port", "1883", "1", "reconnect"),
        ("mqtt.tls.enabled", "false", "true", "reconnect"),
        ("speaker.volume", "80", "5", "live"),
        ("queue.max", "100", "5", "restart"),
    ]
    assert changes(new, new) == ()


def test_every_value_is_shown_with_its_origin(tmp_path: Path, load: Load) -> None:
    shown = {one.key: one for one in describe(load("node: {groups: [a, b]}", "speed=2"))}
    assert list(shown) == list(known_settings())
    assert (shown["node.groups"].value, str(shown["node.groups"].origin)) == ("[a, b]", f"{tmp_path}/edge.yaml:1")
    assert (shown["speed"].value, str(shown["speed"].origin)) == ("2.0", "command line")
    assert str(shown["voice"].origin) == "default"


def test_every_setting_explains_itself() -> None:
    """A sentence, and a range with every number."""
    for one in known_settings().values():
        assert one.help.endswith("."), one.key
        assert one.kind not in {"whole", "number"} or (one.least is not None and one.most is not None), one.key
        assert one.allowed() or one.kind in {"text", "list"}, one.key
    assert all(sentence.endswith(".") for sentence in known_sections().values())


def test_the_schema_for_programs_holds_no_secret() -> None:
    schema = render.json_schema()
    password = schema["$defs"]["Mqtt"]["properties"]["password"]
    assert (password["writeOnly"], password["default"]) == (True, "")
    assert schema["$defs"]["Speaker"]["properties"]["volume"]["maximum"] == 100
    assert "http" not in schema["properties"]


# --- generated files ---------------------------------------------------------------------------------------


def test_generated_files_are_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    assert render.main([str(ROOT), "--check"]) == 0, capsys.readouterr().out


def test_generated_files_that_differ_are_told_and_mended(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "docs").mkdir()
    assert render.main([str(tmp_path), "--check"]) == 1
    assert "run scripts/generate-settings" in capsys.readouterr().out
    assert (render.main([str(tmp_path)]), render.main([str(tmp_path), "--check"])) == (0, 0)


def test_the_shipped_file_changes_nothing(load: Load) -> None:
    assert load((ROOT / "etc/litetts-edge.yaml").read_text()).settings == load().settings


COMMENTED = re.compile(r"^( *)#(?=[a-z_]+: )", re.MULTILINE)


def uncommented(lines: Sequence[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        if COMMENTED.match(line):
            yield "\n".join([*lines[:number], COMMENTED.sub(r"\1", line), *lines[number + 1 :]])


def test_any_line_of_the_shipped_file_can_be_uncommented(load: Load) -> None:
    """Each alone, and all together; the defaults they show are the defaults there are."""
    text = (ROOT / "etc/litetts-edge.yaml").read_text()
    variants = list(uncommented(text.splitlines()))
    assert len(variants) == len(known_settings())
    for variant in variants:
        loaded = load(variant)
        assert loaded.settings == load().settings
        assert sum(origin.layer == "file" for origin in loaded.origins.values()) == 1
    everything = load(COMMENTED.sub(r"\1", text))
    assert everything.settings == load().settings
    assert all(origin.layer == "file" for origin in everything.origins.values())


def test_loading_settings_imports_nothing_heavy() -> None:
    """`--help` and `check-config` are quick on a small board."""
    code = "import sys, litetts_edge.settings.load, litetts_edge.settings.override, litetts_edge.settings.render\n"
    code += "print({'numpy', 'onnxruntime', 'sounddevice', 'soundfile', 'paho', 'asyncio'} & set(sys.modules))"
    assert (
        subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True).stdout
        == "set()\n"
    )
