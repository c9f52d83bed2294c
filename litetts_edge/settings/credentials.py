"""The password for the broker, from the place where it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from litetts_edge.settings.document import Unreadable, read_text
from litetts_edge.settings.problems import Problem, SettingsError
from litetts_edge.settings.schema import Settings

CREDENTIAL = "mqtt-password"
"""Name of the systemd credential (systemd.exec(5), LoadCredential=)."""


def mqtt_password(settings: Settings, environ: Mapping[str, str]) -> str:
    """The password, or an empty text when there is none. Raises SettingsError.

    First mqtt.password, then the first line of mqtt.password_file, then of the systemd credential
    mqtt-password. Read it again at each connection: files like these are replaced while we run.
    """
    if settings.mqtt.password:
        return settings.mqtt.password
    if settings.mqtt.password_file:
        return _first_line(Path(settings.mqtt.password_file), required=True)
    folder = environ.get("CREDENTIALS_DIRECTORY", "")
    return _first_line(Path(folder) / CREDENTIAL, required=False) if folder else ""


def _first_line(path: Path, *, required: bool) -> str:
    key = "mqtt.password_file" if required else ""
    try:
        line = read_text(path).partition("\n")[0].removesuffix("\r")
    except FileNotFoundError:
        if not required:
            return ""
        raise SettingsError([Problem(str(path), 0, key, "there is no such file")]) from None
    except Unreadable as error:
        raise SettingsError([Problem(str(path), error.line, key, str(error))]) from None
    if not line:
        raise SettingsError([Problem(str(path), 1, key, "the first line is empty; write the password there")])
    return line
