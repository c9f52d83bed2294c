"""The JSON beside a Piper voice: what it reads, who speaks, and how."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from litetts_edge.engines.installed import InstalledModel
from litetts_edge.errors import EngineFailed

START, END, PAD = "^", "$", "_"
"""Symbols that frame a sentence, and the one that stands behind each symbol."""
ESPEAK, TEXT = "espeak", "text"
"""Values of `phoneme_type` that are spoken: espeak-ng's phonemes, or the letters themselves."""

_NOISE_SCALE, _LENGTH_SCALE, _NOISE_W = 0.667, 1.0, 0.8
"""Piper's own, for a voice that does not say."""
_SCALES = {"noise_scale": (0.0, 2.0), "length_scale": (0.1, 10.0), "noise_w": (0.0, 2.0)}
"""Lengths of phones grow with the exponential of noise_w: with 10 one warm-up takes all memory of a machine."""
_HIGHEST = 2**31 - 1
"""Of an id."""
_RATES = (4_000, 192_000)


@dataclass(frozen=True, slots=True)
class PiperConfig:
    """One voice file's facts."""

    sample_rate: int
    """Hz."""
    lang: str
    """BCP 47 tag (`en-US` for `en_US`)."""
    espeak_voice: str
    """The espeak-ng language that it was trained on (`en-us`)."""
    phoneme_type: str
    """ESPEAK or TEXT."""
    ids: Mapping[str, tuple[int, ...]]
    """Symbol (mostly one code point, decomposed) to the ids that stand for it."""
    clusters: frozenset[str]
    """Symbols of several code points that stand in `ids` as one."""
    speakers: tuple[str, ...]
    """By number; empty for a voice with one."""
    noise_scale: float
    length_scale: float
    noise_w: float


def read_config(model: InstalledModel) -> PiperConfig:
    """Of an installed voice. Raises EngineFailed for a JSON that is missing, damaged or not Piper's."""
    files = model.files_of("config")
    if not files:
        name = next((file.path.name for file in model.files_of("model")), f"{model.name}.onnx")
        raise EngineFailed(
            model.engine,
            f"{model.folder} has no JSON, without which nobody knows what the voice reads."
            f" Get {name}.json from where {name} came from, and import both together.",
        )
    path = files[0].path
    again = f"Run `litetts-edge models verify {model.name}`, then pull or import it again."
    try:
        facts = json.loads(path.read_bytes())  # with or without a byte order mark, as the import reads it
    except OSError as error:
        raise EngineFailed(model.engine, f"{path} cannot be read ({error.strerror}). {again}") from None
    except (ValueError, RecursionError):
        raise EngineFailed(model.engine, f"{path} is damaged: it is no JSON. {again}") from None
    try:
        return _config(facts)
    except _Wrong as error:
        raise EngineFailed(model.engine, f"{path} is not the JSON of a Piper voice: {error}. {again}") from None


class _Wrong(ValueError):
    """A key that is missing or says what cannot be."""


def _config(facts: Any) -> PiperConfig:
    if not isinstance(facts, dict):
        raise _Wrong("it is no object")
    kind = facts.get("phoneme_type", ESPEAK)
    if kind not in {ESPEAK, TEXT}:
        raise _Wrong(f"phoneme_type is {str(kind)[:40]!r}; `espeak` and `text` are spoken")
    espeak_voice = _at(facts, "espeak", "voice") if kind == ESPEAK else ""
    if not isinstance(espeak_voice, str) or (kind == ESPEAK and not espeak_voice):
        raise _Wrong("espeak.voice is no name")
    lang = _at(facts, "language", "code") or espeak_voice
    if not isinstance(lang, str) or not lang:
        raise _Wrong("language.code is missing")
    ids = _ids(facts.get("phoneme_id_map"), facts.get("num_symbols"))
    clusters = facts.get("vowel_clusters") or ()
    try:
        joined = frozenset("".join(parts) for parts in clusters)
    except TypeError:
        raise _Wrong("vowel_clusters is no list of lists of symbols") from None
    return PiperConfig(
        sample_rate=int(_number(_at(facts, "audio", "sample_rate"), "audio.sample_rate", _RATES)),
        lang=_tag(lang),
        espeak_voice=espeak_voice,
        phoneme_type=kind,
        ids=ids,
        clusters=frozenset(one for one in joined if one in ids),
        speakers=_speakers(facts),
        noise_scale=_scale(facts, "noise_scale", _NOISE_SCALE),
        length_scale=_scale(facts, "length_scale", _LENGTH_SCALE),
        noise_w=_scale(facts, "noise_w", _NOISE_W),
    )


def _at(facts: Mapping[str, Any], section: str, key: str) -> Any:
    inner = facts.get(section)
    return inner.get(key) if isinstance(inner, dict) else None


def _scale(facts: Mapping[str, Any], key: str, unsaid: float) -> float:
    value = _at(facts, "inference", key)
    return unsaid if value is None else _number(value, f"inference.{key}", _SCALES[key])


def _number(value: Any, key: str, limits: tuple[float, float]) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not limits[0] <= value <= limits[1]:
        raise _Wrong(f"{key} is {str(value)[:40]}, not a number from {limits[0]:g} to {limits[1]:g}")
    return float(value)


def _ids(found: Any, symbols: Any) -> dict[str, tuple[int, ...]]:
    if not isinstance(found, dict):
        raise _Wrong("phoneme_id_map is missing")
    ids: dict[str, tuple[int, ...]] = {}
    for symbol, given in found.items():
        numbers = [given] if type(given) is int else given
        if (
            not isinstance(numbers, list)
            or not numbers
            or any(type(one) is not int or not 0 <= one <= _HIGHEST for one in numbers)
        ):
            raise _Wrong(f"phoneme_id_map gives {symbol[:8]!r} no ids")
        ids[symbol] = tuple(numbers)
    if missing := [symbol for symbol in (START, END, PAD) if symbol not in ids]:
        raise _Wrong(f"phoneme_id_map has no {' '.join(missing)}")
    if not any(symbol.isalpha() for symbol in ids):
        raise _Wrong("phoneme_id_map has no letters")
    highest = max(max(numbers) for numbers in ids.values())
    if type(symbols) is int and highest >= symbols:
        raise _Wrong(f"phoneme_id_map goes up to {highest}, but num_symbols is {symbols}")
    return ids


def _speakers(facts: Mapping[str, Any]) -> tuple[str, ...]:
    """Names by number; a number without a name is its own name."""
    count = facts.get("num_speakers", 1)
    if type(count) is not int or not 0 <= count <= 100_000:
        raise _Wrong(f"num_speakers is {str(count)[:40]}")
    named = facts.get("speaker_id_map") or {}
    if not isinstance(named, dict) or any(type(one) is not int or not 0 <= one < count for one in named.values()):
        raise _Wrong("speaker_id_map does not give each name a number below num_speakers")
    if count <= 1:
        return ()
    names = [str(number) for number in range(count)]
    for name, number in named.items():
        names[number] = name
    if len(set(names)) < count:
        raise _Wrong("speaker_id_map has a name twice")
    return tuple(names)


def _tag(code: str) -> str:
    """BCP 47: `en_US` and `en-us` are `en-US`; `es_419` is `es-419`."""
    first, *rest = code.replace("_", "-").split("-")
    return "-".join([first.lower(), *(part.upper() if len(part) == 2 else part.lower() for part in rest)])


def beside(model: InstalledModel) -> Path:
    """The voice file of an installed model. Raises EngineFailed."""
    files = model.files_of("model")
    if not files:
        raise EngineFailed(model.engine, f"{model.folder} names no file with the role `model`. Pull it again.")
    return files[0].path
