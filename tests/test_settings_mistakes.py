"""Settings: whatever is wrong with what a person wrote is told with its line, and nothing crashes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from litetts_edge.settings.document import MAX_BYTES, Unreadable, compose
from litetts_edge.settings.layers import layer_in_text
from litetts_edge.settings.load import load_settings
from litetts_edge.settings.machine import Machine
from litetts_edge.settings.problems import SettingsError
from litetts_edge.settings.schema import known_settings
from tests.settings_loader import Load, problems_of, told


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
        ("zigbee: {enabled: true}", 1, "zigbee: unknown key."),
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


def test_a_file_whose_name_is_not_utf8_can_be_told_of(tmp_path: Path, machine: Machine) -> None:
    """The message can be printed and published."""
    path = tmp_path / os.fsdecode(b"\xff.yaml")
    with pytest.raises(SettingsError) as raised:
        load_settings(path, {"STATE_DIRECTORY": str(tmp_path)}, machine=machine)
    assert str(raised.value).encode() == f"{tmp_path}/\\udcff.yaml: there is no such file".encode()


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


@hypothesis_settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("abmqt:- \n\t[]{}'\"#&*!|>%@`~,?0189._=<\\é\x00\u2028"), max_size=60))
def test_no_text_makes_the_reader_fail(text: str) -> None:
    """Anything is either settings or problems, each on one line."""
    found = layer_in_text(text, Path("/x.yaml"), "file", Path("/"))
    assert all(len(str(problem).splitlines()) == 1 for problem in found.problems)


@hypothesis_settings(deadline=None)
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
