"""The machine: versions, the state folder, memory, heat, the clock."""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from litetts_edge import __version__
from litetts_edge.commands.checks.finding import Finding, fault, ok, warn
from litetts_edge.health import MEMORY, SENSORS, THERMAL_ZONE, THROTTLES_AT_C

DISTRIBUTION = "litetts-edge"
SHOWN = ("onnxruntime", "numpy", "paho-mqtt", "sounddevice", "pydantic")
"""The packages whose versions a bug report needs."""

LITTLE_DISK_MB, NO_DISK_MB = 100, 5
WHEN_DISK_STUCK = ("The disk hangs: look at `dmesg | tail`; a network folder may have lost its server.",)
LITTLE_MEMORY_MB, NO_MEMORY_MB = 150, 40
"""The daemon takes about 80 MB with an espeak voice, and 130 MB with the compact one."""

THROTTLE_BITS = {0: "under-voltage", 1: "frequency capped", 2: "throttled", 3: "soft temperature limit"}
"""Of get_throttled: now; the same 16 bits higher: since the start of the machine."""

FIRST_YEAR = 2025
"""No clock that is right shows an earlier one: this program is younger."""
SYNCHRONIZED = Path("/run/systemd/timesync/synchronized")
"""systemd-timesyncd touches it when it has set the clock."""
_TIME_ERROR = 5  # adjtimex(2): the clock is not synchronized


# -- versions ----------------------------------------------------------------------------------------------


def versions() -> Iterator[Finding]:
    """Python, this program and the packages it needs."""
    yield judge_python(sys.version_info[:3], struct.calcsize("P") * 8, platform.machine())
    yield judge_packages(_packages())


def judge_python(version: tuple[int, int, int], bits: int, machine: str) -> Finding:
    """`bits` is the width of a pointer."""
    found = f"{'.'.join(map(str, version))} on {machine}, {bits} bit; litetts-edge {__version__}"
    if version < (3, 11, 0):
        return fault("python", found, "litetts-edge needs Python 3.11 or newer: Raspberry Pi OS 12 has it.")
    if bits < 64:
        return warn(
            "python",
            found,
            "There is no onnxruntime for 32 bit: only the espeak voices speak here.",
            "For neural voices install the 64-bit Raspberry Pi OS (a Pi 3, 4, 5 or Zero 2 can run it).",
        )
    return ok("python", found)


def judge_packages(installed: Mapping[str, str | None]) -> Finding:
    """`installed` is each needed package with its version, None where it is missing."""
    missing = [name for name, version in installed.items() if version is None]
    if missing:
        return fault(
            "packages",
            f"not installed: {', '.join(missing)}",
            "Run `scripts/start` (or, for the service, `scripts/install`) again: it installs what is missing.",
        )
    shown = [f"{name} {installed[name]}" for name in SHOWN if name in installed]
    return ok("packages", f"all {len(installed)} are installed: {', '.join(shown)}")


def _packages() -> dict[str, str | None]:
    try:
        needs = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:  # run from its source, uninstalled
        needs = list(SHOWN)
    names = [match[0] for need in needs if "extra ==" not in need and (match := re.match(r"[\w.-]+", need))]
    return {name: _version(name) for name in names}


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


# -- the state folder --------------------------------------------------------------------------------------


def state_folder(folder: Path) -> Iterable[Finding]:
    """Whether the daemon can keep there what outlives it, and how much room there is."""
    existing = next((path for path in (folder, *folder.parents) if path.exists()), Path("/"))
    problem = _try_to_write(existing)
    if problem is not None:
        return [judge_unwritable(folder, existing, problem, _user())]
    return [judge_room(folder, shutil.disk_usage(existing).free / 1e6, exists=existing == folder)]


def _try_to_write(folder: Path) -> OSError | None:
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(4096))
            file.flush()
            os.fsync(file.fileno())  # a disk that is broken takes the bytes and fails here
    except OSError as error:
        return error
    return None


def judge_unwritable(folder: Path, tried: Path, error: OSError, user: str) -> Finding:
    """`tried` is `folder`, or the nearest folder above it that exists."""
    found = f"{folder}: {tried} cannot be written by {user}: {error.strerror}"
    if error.errno == errno.EROFS:
        return fault(
            "state folder",
            found,
            "The disk is mounted read-only. If nobody did that, the SD card is failing: look at `dmesg | tail`.",
            "With a read-only system on purpose, set state_dir to a folder that can be written.",
        )
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return fault(
            "state folder",
            found,
            "The disk is full. See `df -h` and `df -i`; `journalctl --vacuum-size=50M` and `apt clean` make room.",
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return fault(
            "state folder",
            found,
            f"Make it yours: `sudo mkdir -p {folder} && sudo chown {user} {folder}`, or set state_dir to another.",
            "Was the daemon started once with sudo? Then the folder belongs to root now.",
        )
    return fault("state folder", found, "Set state_dir to a folder on a disk that works; see `dmesg | tail`.")


def judge_room(folder: Path, free_mb: float, *, exists: bool) -> Finding:
    """`free_mb` is what this user may still write."""
    found = f"{folder} {'can be written' if exists else 'does not exist yet and can be made'}"
    found = f"{found}, {free_mb:,.0f} MB free"
    advice = "Make room: `df -h`, `journalctl --vacuum-size=50M`, `apt clean`; or set state_dir to another disk."
    if free_mb < NO_DISK_MB:
        return fault("state folder", found, advice)
    return warn("state folder", found, advice) if free_mb < LITTLE_DISK_MB else ok("state folder", found)


def _user() -> str:
    import pwd

    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:  # a user that only the service manager knows
        return f"user {os.geteuid()}"


# -- memory and heat ---------------------------------------------------------------------------------------


def memory() -> Iterable[Finding]:
    """What is left for a voice."""
    lines = MEMORY.read_text().splitlines()
    kilobytes = {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines)}
    return [judge_memory(kilobytes["MemAvailable"] * 1024 / 1e6, kilobytes["MemTotal"] * 1024 / 1e6)]


def judge_memory(available_mb: float, total_mb: float) -> Finding:
    """In millions of bytes."""
    found = f"{available_mb:,.0f} of {total_mb:,.0f} MB available"
    advice = "Stop what is not needed: `ps aux --sort=-rss | head` shows who takes most."
    if available_mb < NO_MEMORY_MB:
        return fault("memory", found, advice)
    return warn("memory", found, advice) if available_mb < LITTLE_MEMORY_MB else ok("memory", found)


def heat() -> Iterator[Finding]:
    """Temperature and throttling; nothing is said on a machine that has neither."""
    celsius = _number(THERMAL_ZONE)
    if celsius is not None:
        yield judge_temperature(celsius / 1000)
    bits = _firmware_says()
    if bits is None:
        bits = _sensor_says()
    if bits is not None:
        yield judge_throttling(bits)


def _firmware_says() -> int | None:
    """The bits of `vcgencmd get_throttled`; None on another machine, or for a user who may not ask."""
    program = shutil.which("vcgencmd")
    if program is None:
        return None
    try:
        said = subprocess.run([program, "get_throttled"], capture_output=True, text=True, timeout=3, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = re.search(r"throttled=0x([0-9a-fA-F]+)", said.stdout)
    return int(match[1], 16) if match else None


def _sensor_says() -> int | None:
    """Only the bit of the under-voltage that is now, from the kernel's driver raspberrypi-hwmon."""
    for name in SENSORS.glob("hwmon*/name"):
        if name.read_text().strip() == "rpi_volt":
            return _number(name.with_name("in0_lcrit_alarm"))
    return None


def judge_temperature(celsius: float) -> Finding:
    """Of the processor."""
    found = f"the processor has {celsius:.0f} C"
    if celsius < THROTTLES_AT_C:
        return ok("temperature", found)
    return warn("temperature", found, "It slows down in this heat: give it air, or a heat sink.")


def judge_throttling(bits: int) -> Finding:
    """`bits` as the Raspberry Pi's firmware gives them (`vcgencmd get_throttled`)."""
    now = [word for bit, word in THROTTLE_BITS.items() if bits >> bit & 1]
    before = [word for bit, word in THROTTLE_BITS.items() if bits >> (bit + 16) & 1]
    if not now and not before:
        return ok("power", "full voltage and full speed since the start")
    found = f"now: {', '.join(now)}" if now else f"since the start: {', '.join(before)}"
    advice = ["Give it air, or a heat sink: it slows down to stay cool."]
    if "under-voltage" in now or "under-voltage" in before:
        advice = [
            "Use the power supply made for this board and a short, thick cable; unplug hungry USB devices.",
            "Low voltage makes speech stutter and damages SD cards.",
        ]
    return fault("power", found, *advice) if "under-voltage" in now else warn("power", found, *advice)


def _number(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return None


# -- the clock ---------------------------------------------------------------------------------------------


def clock() -> Iterable[Finding]:
    """Whether certificates and the expiry of messages can be judged by it."""
    return [judge_clock(datetime.fromtimestamp(time.time(), UTC), synchronized())]


def synchronized() -> bool | None:
    """Whether something keeps the clock right; None where that cannot be known."""
    if SYNCHRONIZED.exists():
        return True
    try:
        adjtimex = ctypes.CDLL(None, use_errno=True).adjtimex
    except (OSError, AttributeError):
        return None
    state = adjtimex(ctypes.create_string_buffer(512))  # struct timex of zeros: read, change nothing
    return None if state < 0 else state != _TIME_ERROR


def judge_clock(now: datetime, is_synchronized: bool | None) -> Finding:
    """`now` is what the clock shows."""
    found = f"{now:%Y-%m-%d %H:%M} UTC"
    advice = "Set it by the network: `sudo timedatectl set-ntp true`, then look at `timedatectl`."
    if now.year < FIRST_YEAR:
        return fault(
            "clock",
            f"{found}: that is long ago",
            advice,
            "With a wrong clock TLS refuses every certificate, and requests expire at the wrong time.",
        )
    if is_synchronized is False:
        return warn("clock", f"{found}, but nothing keeps it right", advice)
    how = "synchronized" if is_synchronized else "whether it is synchronized cannot be seen here"
    return ok("clock", f"{found}, {how}")
