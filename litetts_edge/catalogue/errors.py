"""What can go wrong with models: getting them, keeping them, taking them away (the tree begins in errors.py).

SpeechError
BadRequest
ModelNotFound      no model of that name is known, or none is installed
NotAModel          what was given to import is none
LicenceNotAccepted
ModelInUse         the settings speak with it
DownloadFailed       a file could not be had
ModelDamaged         a file is not what it has to be
ModelBusy            another process works on the same model
DiskFull             there is no room
"""

from __future__ import annotations

from collections.abc import Sequence

from litetts_edge.errors import BadRequest, SpeechError, did_you_mean


class ModelNotFound(BadRequest):
    code = "model_not_found"

    def __init__(self, name: str, known: Sequence[str]) -> None:
        hint = did_you_mean(name, known)
        super().__init__(f"No model named {name!r}.{hint} `litetts-edge models list` has them all.")


class NotAModel(BadRequest):
    """What was given to import is nothing that an engine here can run."""

    code = "not_a_model"

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")


class LicenceNotAccepted(BadRequest):
    code = "licence_not_accepted"

    def __init__(self, model: str, licence: str, text: str) -> None:
        super().__init__(
            f"{model} comes under {licence}, which was not accepted; nothing was fetched."
            f" Read {text} and say --yes to accept it."
        )


class ModelInUse(BadRequest):
    code = "model_in_use"

    def __init__(self, model: str, why: str) -> None:
        super().__init__(
            f"{model} is in use: {why}. `litetts-edge models use` takes another one; --force removes it all the"
            " same."
        )


class DownloadFailed(SpeechError):
    """No place gave the file. Nothing of it is installed; what came is kept for the next try."""

    code = "download_failed"

    def __init__(self, file: str, tried: Sequence[str]) -> None:
        places = "".join(f"\n  {one}" for one in tried)
        super().__init__(
            f"{file} could not be downloaded:{places}\nRun the same command again: it goes on where it stopped."
            " Without a network, `litetts-edge models import FOLDER` takes the files from a stick."
        )


class ModelDamaged(SpeechError):
    code = "model_damaged"

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path} is not what it has to be: {reason}")


class ModelBusy(SpeechError):
    code = "model_busy"

    def __init__(self, model: str) -> None:
        super().__init__(
            f"Another process pulls, imports, optimizes or removes {model} just now. Wait for it to end."
        )


class DiskFull(SpeechError):
    code = "disk_full"

    def __init__(self, folder: str, needed: int, free: int) -> None:
        """Both in bytes."""
        super().__init__(
            f"{folder} has {free / 1e6:.0f} MB free, and {needed / 1e6:.0f} MB are needed. Make room"
            " (`litetts-edge models remove`), or put the folder state_dir on another disk. Nothing half is left."
        )
