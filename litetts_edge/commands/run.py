"""`litetts-edge run`: the daemon."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Mapping

from litetts_edge.commands.config import sources_of
from litetts_edge.settings.credentials import mqtt_password
from litetts_edge.settings.schema import Settings
from litetts_edge.systemd import journal_handler


def run(options: argparse.Namespace) -> int:
    """Run until SIGTERM or SIGINT. Raises SettingsError."""
    sources = sources_of(options)
    loaded = sources.load()
    mqtt_password(loaded.settings, sources.environ)  # a password that cannot be read is better told now
    _log(loaded.settings, sources.environ)

    from litetts_edge import daemon

    code = daemon.run(sources, loaded, sources.environ, options.announce)
    sys.stdout.flush()
    sys.stderr.flush()
    # PortAudio's atexit handler waits for ever on a frozen sound server; all that had to be closed is closed.
    os._exit(code)


def _log(settings: Settings, environ: Mapping[str, str]) -> None:
    wants_journal = settings.log.format in {"auto", "journal"}
    handler = (journal_handler(environ) if wants_journal else None) or _own_stderr()
    if isinstance(handler, logging.StreamHandler):
        stamp = "" if environ.get("JOURNAL_STREAM") else "%(asctime)s "  # the journal has its own
        handler.setFormatter(_WithFields(f"{stamp}%(levelname)-7s %(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    logging.getLogger("litetts_edge").setLevel(settings.log.level.upper())


class _WithFields(logging.Formatter):
    """A line of text with the fields of the event behind it, as the journal has them: `[request=x]`."""

    _ORDINARY = frozenset(logging.LogRecord("", 0, "", 0, "", (), None).__dict__) | {"message", "asctime"}

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name
        """The line before any traceback."""
        line = super().formatMessage(record)
        fields = {name: value for name, value in record.__dict__.items() if name not in self._ORDINARY}
        told = " ".join(f"{name}={value}" for name, value in fields.items() if value is not None)
        return f"{line} [{told}]" if told else line


def _own_stderr() -> logging.Handler:
    """A handler on a copy of stderr: sounddevice points the original at /dev/null while it looks for devices."""
    return logging.StreamHandler(os.fdopen(os.dup(sys.stderr.fileno()), "w", buffering=1))
