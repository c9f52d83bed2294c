"""What only the machine knows, and the defaults that follow from it."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from litetts_edge.settings.words import RESERVED_IDS


@dataclass(frozen=True, slots=True)
class Machine:
    """Where the daemon runs, as far as defaults depend on it."""

    host_name: str
    machine_id: str
    """The content of /etc/machine-id; empty where there is none."""
    is_root: bool
    home: Path


def this_machine(environ: Mapping[str, str]) -> Machine:
    """Look at the machine we are on."""
    try:
        machine_id = Path("/etc/machine-id").read_text("utf-8").strip()
    except (OSError, ValueError):
        machine_id = ""
    home = Path(environ.get("HOME", ""))
    is_root = os.geteuid() == 0
    return Machine(socket.gethostname(), machine_id, is_root, home if home.is_absolute() else Path("/"))


def node_id(machine: Machine) -> str:
    """The host name as a slug."""
    label = machine.host_name.partition(".")[0].lower()
    slug = re.sub(r"[^a-z0-9_-]+", "-", label).strip("-")[:64] or "litetts"
    return f"litetts-{slug}" if slug in RESERVED_IDS else slug


def state_folder(machine: Machine, environ: Mapping[str, str]) -> str:
    """The folder that systemd gives (STATE_DIRECTORY of systemd.exec(5)), else the customary one."""
    given = environ.get("STATE_DIRECTORY", "").partition(":")[0]
    if given.startswith("/"):
        return given
    if machine.is_root:
        return "/var/lib/litetts-edge"
    data = environ.get("XDG_STATE_HOME", "")  # a relative one has to be ignored: XDG Base Directory Specification
    return str((Path(data) if data.startswith("/") else machine.home / ".local/state") / "litetts-edge")


def client_id(machine: Machine, node: str) -> str:
    """A name for the session at the broker that two machines with the same node id do not share.

    machine-id(5) asks to publish only a keyed hash of the machine's id.
    """
    key = (machine.machine_id or machine.host_name).encode()
    return f"litetts-{node}-{hmac.new(key, b'litetts-edge', hashlib.sha256).hexdigest()[:8]}"
