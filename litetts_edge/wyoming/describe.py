"""What the two services say of themselves when they are asked (`describe`, answered by `info`)."""

from __future__ import annotations

from collections.abc import Iterable

from litetts_edge import __version__
from litetts_edge.speech import Voice

Document = dict[str, object]

ONLY_TEST = frozenset({"tiny", "tone"})
"""Engines whose voices nobody wants to choose."""
SATELLITE_RATE = 22_050
"""Hz, of what Home Assistant sends to a loudspeaker; any other is played as well."""
_NOTHING: Document = {kind: [] for kind in ("asr", "tts", "handle", "intent", "wake", "mic", "snd")}
"""Old clients expect every kind."""


def tts_info(node: str, voices: Iterable[Voice]) -> Document:
    """The server's: one program, with every voice under its id, its language and its speakers."""
    shown: dict[str, Document] = {}
    speakers: dict[str, list[Document]] = {}
    for voice in voices:
        name, _, speaker = voice.id.partition("#")  # one of several speakers of a voice
        if voice.engine not in ONLY_TEST:
            shown.setdefault(name, {**_artifact(name, voice.name), "languages": [voice.lang]})
            if speaker:
                speakers.setdefault(name, []).append({"name": speaker})
    program = {
        **_artifact(f"litetts {node}", f"LiteTTS Edge on {node}"),
        "voices": [{**voice, "speakers": speakers.get(name)} for name, voice in shown.items()],
        "supports_synthesize_streaming": True,
    }
    return _NOTHING | {"tts": [program]}


def satellite_info(node: str) -> Document:
    """The loudspeaker's. Home Assistant takes a service with `satellite` for that and nothing else."""
    name, description = f"litetts {node}", f"The loudspeaker of {node}"
    return _NOTHING | {
        "satellite": {
            **_artifact(name, description),
            "area": None,
            "has_vad": False,
            "active_wake_words": [],
            "max_active_wake_words": 0,
            "supports_trigger": False,
        },
        "snd": [
            {
                **_artifact(name, description),
                "snd_format": {"rate": SATELLITE_RATE, "width": 2, "channels": 1},
            }
        ],
    }


def _artifact(name: str, description: str) -> Document:
    return {
        "name": name,
        "description": description,
        "attribution": {"name": "LiteTTS Edge", "url": ""},
        "installed": True,
        "version": __version__,
    }
