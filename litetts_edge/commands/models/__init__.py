"""`litetts-edge models …`: what can be asked, and which module answers. Nothing heavy is imported here.

A further subcommand is a row in SUBCOMMANDS and, when it has options, a function that adds them.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

AddOptions = Callable[[argparse.ArgumentParser], None]


@dataclass(frozen=True, slots=True)
class Subcommand:
    """One thing that can be done with models."""

    function: str
    """`module:function`; it takes the parsed options and returns the exit code."""
    help: str
    add_options: AddOptions = lambda parser: None


def models(options: argparse.Namespace) -> int:
    """Do what was asked."""
    module, _, function = SUBCOMMANDS[options.subcommand].function.partition(":")
    command: Callable[[argparse.Namespace], int] = getattr(import_module(module), function)
    try:
        return command(options)
    except PermissionError as error:
        where = error.filename or "the folder of the models"
        print(
            f"litetts-edge: {where}: permission denied. Try `sudo litetts-edge models {options.subcommand} …`",
            file=sys.stderr,
        )
        return 1


def add_subcommands(parser: argparse.ArgumentParser, settings_options: AddOptions) -> None:
    """Everything that can be asked; each subcommand needs the settings, which say where the models are."""
    subcommands = parser.add_subparsers(dest="subcommand", required=True, metavar="subcommand")
    for name, subcommand in SUBCOMMANDS.items():
        one = subcommands.add_parser(name, help=subcommand.help, description=subcommand.help)
        settings_options(one)
        subcommand.add_options(one)


def _list_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", default="", help="one model, with all that is known of it")
    parser.add_argument("--lang", default="", help="only models that read this language, such as de or en-GB")
    parser.add_argument("--engine", default="", help="only models of this engine: kokoro, piper or kitten")
    parser.add_argument("--installed", action="store_true", help="only what is installed")
    parser.add_argument("--json", action="store_true", help="for programs: one JSON document")


def _pull_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", help="a model of `litetts-edge models list`")
    parser.add_argument("--yes", action="store_true", help="accept the licence without being asked")
    parser.add_argument(
        "--from",
        dest="source",
        default="",
        metavar="URL|FOLDER",
        help="a mirror (the files by name, or laid out as a models folder) or a folder, instead of the internet",
    )
    parser.add_argument(
        "--voices", default="", metavar="A,B", help="only these voices of a Kokoro model; af_* takes all of a kind"
    )


def _import_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="+", metavar="PATH", help="a folder, a stick, or files")
    parser.add_argument("--only", default="", metavar="NAME", help="only this one of the models found there")


def _verify_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="*", metavar="NAME", help="a model (default: all that are installed)")


def _remove_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", help="an installed model")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--force", action="store_true", help="also when the settings use it")


def _use_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "name", help="an installed model; compact or espeak, which come with the program; auto: what the files say"
    )
    parser.add_argument("--voice", default="", help="one of its voices (default: its first)")


def _optimize_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", default="", help="an installed model (default: all)")
    parser.add_argument("--force", action="store_true", help="also where the graphs that are there fit")
    parser.add_argument("--exact", action="store_true", help="without the 8-bit form, which takes longest to make")
    parser.add_argument("--json", action="store_true", help="for programs: the manifests, as a JSON array")


def _check_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", help="an installed model, or an engine that comes with the program (compact)")
    parser.add_argument(
        "--voice",
        action="append",
        default=[],
        metavar="ID",
        help="only this voice; may be repeated (default: all)",
    )
    parser.add_argument(
        "--listener",
        type=Path,
        metavar="FOLDER",
        help="a Whisper model for faster-whisper, which writes down what it hears (default: listener/ in the state"
        " folder; else pocketsphinx for English, if it is installed). Nothing is downloaded",
    )


SUBCOMMANDS: dict[str, Subcommand] = {
    "list": Subcommand(
        "litetts_edge.commands.models.listing:list_models", "list the models that there are", _list_options
    ),
    "pull": Subcommand(
        "litetts_edge.commands.models.fetching:pull_model", "download a model and install it", _pull_options
    ),
    "import": Subcommand(
        "litetts_edge.commands.models.fetching:import_models",
        "install models from a folder or a stick",
        _import_options,
    ),
    "verify": Subcommand(
        "litetts_edge.commands.models.keeping:verify_models",
        "compare what is installed with its hashes",
        _verify_options,
    ),
    "check": Subcommand(
        "litetts_edge.commands.models.checking:check_model",
        "check how a model sounds, on this machine",
        _check_options,
    ),
    "remove": Subcommand(
        "litetts_edge.commands.models.keeping:remove_model", "remove an installed model", _remove_options
    ),
    "use": Subcommand(
        "litetts_edge.commands.models.using:use_model", "speak with an installed model from now on", _use_options
    ),
    "optimize": Subcommand(
        "litetts_edge.commands.optimize:optimize",
        "make the graphs of installed models faster on this machine",
        _optimize_options,
    ),
}
