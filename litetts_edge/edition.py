"""Which version is installed: after an update it is another than the one that runs, until the next start."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

DISTRIBUTION = "litetts-edge"


def installed_version() -> str:
    """The version of the distribution on disk, read at each call; empty when it was not installed as one."""
    try:
        return version(DISTRIBUTION)
    except (PackageNotFoundError, KeyError, OSError):  # an update may be under way
        return ""
