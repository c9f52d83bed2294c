"""A machine for tests: a real systemd as PID 1 in a container, over a copy-on-write layer of a Debian root.

What is written there lives in memory and is gone with the machine. Its only network is a loopback interface.
Needs root, systemd-nspawn, and a root folder with systemd in it: this machine's own `/` will do.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from tests.waiting import next_note

_BOOT_S = 60.0

BOOT = r"""
set -e
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs "$LAYER"
mkdir "$LAYER/upper" "$LAYER/work" "$LAYER/root"
mount -t overlay overlay -o "lowerdir=$LOWER,upperdir=$LAYER/upper,workdir=$LAYER/work" "$LAYER/root"
cd "$LAYER/root"
# Of the root's own services only what Debian links statically is started, and none of its disks is mounted.
rm -rf etc/systemd/system/* etc/rc?.d var/log/journal run/*
rm -rf opt/litetts-edge etc/litetts-edge etc/default/litetts-edge usr/local/bin/litetts-edge
: >etc/fstab
[ -s etc/hosts ] || echo "127.0.0.1 localhost" >etc/hosts # debootstrap makes none
# Not a first boot, at which systemd would enable every service by its preset.
echo 6c69746574747365646765746573740a >etc/machine-id
mkdir -p var/log/journal
cd /
exec systemd-nspawn --quiet --notify-ready=yes --register=no --keep-unit --private-network --console=read-only \
    --machine=litetts-test --directory="$LAYER/root" "$@" \
    --boot systemd.unified_cgroup_hierarchy=1 systemd.unit=multi-user.target
"""


def why_not() -> str:
    """Why no machine can be booted here; empty when one can."""
    if os.geteuid() != 0:
        return "a machine with systemd can only be booted by root"
    for program in ("systemd-nspawn", "nsenter", "unshare"):
        if not shutil.which(program):
            return f"{program} is not installed"
    allowed = subprocess.run(
        ["unshare", "--mount", "mount", "-t", "cgroup2", "cgroup2", "/sys/fs/cgroup"],
        capture_output=True,
        check=False,
    )
    return "" if allowed.returncode == 0 else "this root may not mount file systems"


class Machine:
    """Booted on entering the context, powered off and forgotten on leaving it."""

    def __init__(self, root: Path, folder: Path, seen: Mapping[Path, str], shared: Mapping[Path, str]) -> None:
        """`root` is the Debian below; `folder` is empty and ours; `seen` and `shared` are folders of this
        machine, read-only and writable, and where they appear inside.
        """
        self._root = root
        self._folder = folder
        self._binds = [f"--bind-ro={here}:{there}" for here, there in seen.items()]
        self._binds += [f"--bind={here}:{there}" for here, there in shared.items()]
        self._log = folder / "console.log"
        self._leader = 0

    def __enter__(self) -> Machine:
        layer = self._folder / "layer"
        layer.mkdir()
        ready = self._folder / "ready"
        environ = {"LAYER": str(layer), "LOWER": str(self._root), "NOTIFY_SOCKET": str(ready)}
        with self._log.open("wb") as log, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notes:
            notes.bind(str(ready))
            self._nspawn = subprocess.Popen(
                ["unshare", "--mount", "bash", "-c", BOOT, "boot", *self._binds],
                env=environ | {"PATH": os.environ["PATH"]},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
            try:
                self._await_boot(notes)
            except BaseException:
                self._power_off()
                raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._power_off()

    def run(self, *command: str, timeout: float = 60, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run `command` there as root, to its end; standard error comes with standard output."""
        return subprocess.run(
            self.inside(*command, **variables),
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            timeout=timeout,
        )

    def inside(self, *command: str, **variables: str) -> list[str]:
        """The command line that runs `command` there."""
        path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        given = [f"{name}={value}" for name, value in variables.items()]
        environ = ["env", "-i", path, "HOME=/root", "LANG=C.UTF-8", *given]
        return ["nsenter", "--target", str(self._leader), "--all", "--wdns=/", *environ, *command]

    def done(self, *command: str, timeout: float = 60, **variables: str) -> str:
        """What `command` printed; AssertionError with all of it when it failed."""
        result = self.run(*command, timeout=timeout, **variables)
        assert result.returncode == 0, f"{' '.join(command)} ended with {result.returncode}:\n{result.stdout}"
        return result.stdout.strip()

    def show(self, unit: str, name: str) -> str:
        """One property of a unit, as `systemctl show` has it."""
        return self.done("systemctl", "show", "--value", f"--property={name}", unit)

    def _await_boot(self, notes: socket.socket) -> None:
        """Wait until its systemd says READY=1: it is up, or has tried to be."""
        while said := next_note(notes, self._nspawn, _BOOT_S):
            for line in said:
                if line.startswith("X_NSPAWN_LEADER_PID="):  # systemd-nspawn's own word for its PID 1
                    self._leader = int(line.partition("=")[2])
            if "READY=1" in said:
                return
        raise RuntimeError(f"the machine did not boot:\n{self._log.read_text(errors='replace')[-3000:]}")

    def _power_off(self) -> None:
        if self._leader:
            # systemd(1): SIGRTMIN+4 is poweroff.target
            os.kill(self._leader, signal.SIGRTMIN + 4)
        else:
            self._nspawn.terminate()
        try:
            self._nspawn.wait(30)
        except subprocess.TimeoutExpired:
            self._nspawn.kill()
            self._nspawn.wait()
