"""Does the installed product start and work here? Runs on both machines.

python -m arm_check.product FOLDER      writes FOLDER/product.json and the audio files that were made
"""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from importlib import import_module
from pathlib import Path

from arm_check.speak import ENGINE, SENTENCES

MODULES = (
    "espeakng_loader",
    "numpy",
    "onnxruntime",
    "paho.mqtt.client",
    "psutil",
    "pydantic",
    "yaml",
    "sounddevice",
    "soundfile",
    "soxr",
    "zeroconf",
)
"""What pyproject.toml depends on, as Python names it."""
TEXT = " ".join(text for text, _ in SENTENCES)
FIRST_VOICE = f"{ENGINE}:first"
"""Stands for the first voice of the engine."""
COMMANDS: dict[str, tuple[str, ...]] = {
    "help": ("--help",),
    "version": ("--version",),
    "check-config": ("check-config",),
    "voices": ("voices", "--lang", "en"),
    "phonemes": ("phonemes",),
    "say, espeak, WAV": ("say", TEXT, "--voice", "espeak:en-us", "--out", "espeak.wav"),
    "say, espeak, Opus": ("say", TEXT, "--voice", "espeak:en-us", "--out", "espeak.opus"),
    "say, compact, WAV": ("say", TEXT, "--voice", FIRST_VOICE, "--out", "compact.wav"),
}
"""Arguments of `litetts-edge`; `phonemes` reads the sentences, a line each."""


def imports() -> dict[str, str]:
    """Each module and its version, or why it cannot be imported."""
    found = {}
    for name in MODULES:
        try:
            module = import_module(name)
        except (ImportError, OSError) as error:  # OSError: a library of the system that is missing
            found[name] = f"failed: {error}"
        else:
            found[name] = str(getattr(module, "__version__", "imported"))
    return found


def libraries() -> dict[str, str]:
    """The C libraries that wheels open or bring, as they name themselves."""
    import sounddevice
    import soundfile

    return {
        "portaudio": sounddevice.get_portaudio_version()[1],
        "libsndfile": soundfile.__libsndfile_version__,
        "libc": " ".join(platform.libc_ver()),
    }


def commands(folder: Path) -> dict[str, dict[str, object]]:
    """What each command of COMMANDS ended with; audio goes into `folder`."""
    from litetts_edge.engines import create

    first = create(ENGINE).voices[0].id
    lines = "\n".join(text for text, _ in SENTENCES) + "\n"
    found: dict[str, dict[str, object]] = {}
    for name, arguments in COMMANDS.items():
        ran = subprocess.run(
            [sys.executable, "-m", "litetts_edge", *(first if a == FIRST_VOICE else a for a in arguments)],
            cwd=folder,
            input=lines if name == "phonemes" else "",
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        found[name] = {"exit": ran.returncode, "stderr": ran.stderr[-2000:], "stdout": ran.stdout}
    return found


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(exist_ok=True)
    found = {
        "machine": platform.machine(),
        "python": platform.python_version(),
        "imports": imports(),
        "libraries": libraries(),
        "commands": commands(folder),
    }
    (folder / "product.json").write_text(json.dumps(found, ensure_ascii=False), "utf-8")


if __name__ == "__main__":
    main()
