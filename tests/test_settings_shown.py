"""Settings as they are shown: no secrets, every origin, and files that are generated from the schema."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from litetts_edge.settings import render
from litetts_edge.settings.changes import changes, describe
from litetts_edge.settings.credentials import mqtt_password
from litetts_edge.settings.problems import SettingsError
from litetts_edge.settings.schema import known_sections, known_settings
from litetts_edge.settings.setting import MASK
from tests.settings_loader import Load, told

ROOT = Path(__file__).parent.parent


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
    secret.write_bytes(b"\xef\xbb\xbf pass word \r\nsecond line\n")  # as a Windows editor saves it
    (tmp_path / "mqtt-password").write_text("from systemd\n")
    environ = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    named = load("mqtt: {username: u, password_file: secret}").settings
    assert mqtt_password(named, environ) == " pass word "
    assert mqtt_password(load("mqtt: {username: u, password: direct}").settings, environ) == "direct"
    assert mqtt_password(load().settings, environ) == "from systemd"
    assert mqtt_password(load().settings, {"CREDENTIALS_DIRECTORY": str(tmp_path / "none")}) == ""
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
