"""The command line: what can be asked, and which module answers. Nothing heavy is imported here."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from litetts_edge import __version__
from litetts_edge.commands.models import add_subcommands

EXIT_CODES = """exit codes:
  0  done
  1  it could not be done: the speech failed, or doctor found a fault
  2  wrong usage, or a configuration with errors (all of them are listed)
  3  no broker, or no daemon, could be reached
  130  interrupted
  143  `models` and `tune`: ended by SIGTERM
"""

COMMANDS: dict[str, tuple[str, str]] = {
    "run": ("litetts_edge.commands.run:run", "run the daemon in the foreground"),
    "say": ("litetts_edge.commands.say:say", "speak here and now, without broker and daemon"),
    "speak": ("litetts_edge.commands.client:speak", "have a running daemon speak, and wait for the end"),
    "voices": ("litetts_edge.commands.text:voices", "list the voices"),
    "models": ("litetts_edge.commands.models:models", "list, pull, import, verify, check, remove and use models"),
    "check-config": (
        "litetts_edge.commands.config:check_config",
        "check the settings and show where they come from",
    ),
    "doctor": ("litetts_edge.commands.doctor:doctor", "look for faults and say what to do"),
    "tune": ("litetts_edge.commands.tune:tune", "find out how a model runs best on this machine"),
    "status": ("litetts_edge.commands.client:status", "show how a running daemon is"),
    "homeassistant": (
        "litetts_edge.commands.homeassistant:homeassistant",
        "add the node to Home Assistant, or remove it for good",
    ),
    "normalize": ("litetts_edge.commands.lines:normalize", "stdin to stdout, line for line: text as it is spoken"),
    "phonemes": ("litetts_edge.commands.lines:phonemes", "stdin to stdout, line for line: text as phonemes (IPA)"),
    "explain": ("litetts_edge.commands.text:explain", "show how a text is read, and why"),
}


CLEANS_UP = frozenset({"models", "tune"})
"""At SIGTERM, too, they have files or a process to put away first. The others are ended at once: a sound server
that hangs must not keep them."""
TERMINATED = 143
"""128 and the number of SIGTERM, as shells have it."""


class Ended(KeyboardInterrupt):
    """SIGTERM came: whatever is done at an interrupt is done then."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse, run the command, and return the exit code."""
    options = parser().parse_args(arguments)
    module, _, function = COMMANDS[options.command][0].partition(":")
    command: Callable[[argparse.Namespace], int] = getattr(import_module(module), function)
    before = signal.signal(signal.SIGTERM, _end) if options.command in CLEANS_UP else None
    try:
        code = _reported(command, options)
        sys.stdout.flush()
        return code
    except Ended:
        return TERMINATED
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `| head` has seen enough; nothing may be written to the closed pipe at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    finally:
        if before is not None:
            signal.signal(signal.SIGTERM, before)


def _end(*_: object) -> None:
    raise Ended


def _reported(command: Callable[[argparse.Namespace], int], options: argparse.Namespace) -> int:
    import logging

    from litetts_edge.errors import BadRequest, SpeechError
    from litetts_edge.settings.problems import SettingsError

    # A command tells its user itself what happened; `run` sets its own handlers.
    logging.getLogger("litetts_edge").addHandler(logging.NullHandler())
    try:
        return command(options)
    except SettingsError as error:
        count = len(error.problems)
        print(f"litetts-edge: {count} {'error' if count == 1 else 'errors'} in the settings:", file=sys.stderr)
        print(error, file=sys.stderr)
        return 2
    except BadRequest as error:
        print(f"litetts-edge: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        raise
    except (SpeechError, OSError) as error:
        print(f"litetts-edge: {error}", file=sys.stderr)
        return 1


def parser() -> argparse.ArgumentParser:
    """Everything that can be asked."""
    top = argparse.ArgumentParser(
        prog="litetts-edge",
        description="An appliance that speaks: MQTT in, sound out.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"litetts-edge {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="command")
    parsers = {
        name: commands.add_parser(name, help=what, description=what) for name, (_, what) in COMMANDS.items()
    }
    for name in (
        "run",
        "say",
        "speak",
        "check-config",
        "doctor",
        "status",
        "voices",
        "explain",
        "tune",
        "homeassistant",
    ):
        _settings_options(parsers[name])
    add_subcommands(parsers["models"], _settings_options)
    _run_options(parsers["run"])
    _say_options(parsers["say"])
    _speak_options(parsers["speak"])
    _status_options(parsers["status"])
    _tune_options(parsers["tune"])
    parsers["homeassistant"].add_argument("action", choices=("add", "remove"))
    parsers["homeassistant"].add_argument(
        "--node", default="", help="the node that is meant (default: the one of the settings)"
    )
    parsers["voices"].add_argument("--lang", default="", help="only voices of this language, such as de or en-GB")
    parsers["check-config"].add_argument("--get", metavar="KEY", default="", help="print one value, bare")
    for name in ("normalize", "phonemes"):
        parsers[name].add_argument("--lang", default="en-US", help="language of the lines (default: en-US)")
    parsers["explain"].add_argument("text")
    parsers["explain"].add_argument(
        "--voice", default="", help="the voice that reads it (default: the configured one)"
    )
    parsers["explain"].add_argument("--json", action="store_true", help="for programs: one JSON object")
    parsers["explain"].add_argument("--lang", default="", help="language of the text (default: the voice's own)")
    return top


def _settings_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "-c",
        "--config",
        type=Path,
        metavar="FILE",
        help="settings file (default: /etc/litetts-edge/litetts-edge.yaml)",
    )
    command.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        dest="assignments",
        help="a setting, above all files",
    )


def _run_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--announce", default="", metavar="TEXT", help="speak this when all is ready")


def _say_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("text", help="what to say; - reads it from stdin")
    command.add_argument(
        "--out", type=Path, metavar="FILE", help="write wav, flac, opus or mp3 instead of playing"
    )
    _voice_options(command)


def _speak_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("text", help="what to say; - reads it from stdin")
    _voice_options(command)
    command.add_argument("--node", default="", help="the node that speaks (default: the one of the settings)")
    command.add_argument("--priority", choices=("low", "normal", "high", "critical"), default="normal")
    command.add_argument("--volume", type=int, metavar="0-100", help="loudness of this utterance only")
    command.add_argument("--interrupt", action="store_true", help="cut what plays now")
    command.add_argument("--output", action="append", choices=("speaker", "mqtt", "file"), default=[])
    command.add_argument("--timeout", type=float, default=120.0, metavar="S", help="how long to wait for the end")


def _voice_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--voice", default="", help="a voice of `litetts-edge voices` (default: the configured one)"
    )
    command.add_argument("--lang", default="", help="language of the text (default: the voice's own)")
    command.add_argument("--speed", type=_speed, default=0.0, metavar="0.5-2", help="rate of speech")


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0.5 <= speed <= 2.0:  # nor is NaN
        raise argparse.ArgumentTypeError(f"must be a number from 0.5 to 2, and is {text!r}")
    return speed


def _tune_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("model", nargs="*", help="installed models (default: those that the settings may take)")
    command.add_argument("--quick", action="store_true", help="fewer candidates, each tried once")
    command.add_argument(
        "--json", action="store_true", help="for programs: all that was measured, when it is done"
    )
    command.add_argument("--background", action="store_true", help="with the lowest priority, as the daemon does")


def _status_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--node", default="", help="the node to ask (default: the one of the settings)")
    command.add_argument("--json", action="store_true", help="print the documents as they are published")
    command.add_argument("--timeout", type=float, default=5.0, metavar="S", help="how long to wait for an answer")
