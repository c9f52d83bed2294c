"""The voices of Kokoro v1.0 by name: who they are, what they speak, and what OpenAI calls them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from litetts_edge.engines.style_graph import SAMPLE_RATE
from litetts_edge.speech import Alphabet, Voice

DEFAULT = "af_heart"

NAMES: tuple[str, ...] = tuple(
    """
    af_heart af_alloy af_aoede af_bella af_jessica af_kore af_nicole af_nova af_river af_sarah af_sky
    am_adam am_echo am_eric am_fenrir am_liam am_michael am_onyx am_puck am_santa
    bf_alice bf_emma bf_isabella bf_lily bm_daniel bm_fable bm_george bm_lewis
    ef_dora em_alex em_santa ff_siwis hf_alpha hf_beta hm_omega hm_psi if_sara im_nicola
    jf_alpha jf_gongitsune jf_nezumi jf_tebukuro jm_kumo pf_dora pm_alex pm_santa
    zf_xiaobei zf_xiaoni zf_xiaoxiao zf_xiaoyi zm_yunjian zm_yunxi zm_yunxia zm_yunyang
    """.split()
)
"""The 54 that are published, the default first."""

MIXED = "af"
MIXED_OF = ("af_bella", "af_sarah")
"""Half of each is `af`, which is published as a file of its own or not at all."""

ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "alloy": "af_alloy",
        "ash": "am_adam",
        "coral": "af_bella",
        "echo": "am_echo",
        "fable": "bm_fable",
        "nova": "af_nova",
        "onyx": "am_onyx",
        "sage": "af_sarah",
        "shimmer": "af_sky",
    }
)
"""OpenAI's names."""


@dataclass(frozen=True, slots=True)
class _Language:
    tag: str
    label: str


_LANGUAGES = {
    "a": _Language("en-US", "US"),
    "b": _Language("en-GB", "UK"),
    "e": _Language("es", "Spanish"),
    "f": _Language("fr-FR", "French"),
    "h": _Language("hi", "Hindi"),
    "i": _Language("it", "Italian"),
    "j": _Language("ja", "Japanese"),
    "p": _Language("pt-BR", "Brazilian Portuguese"),
    "z": _Language("zh", "Mandarin"),
}
_PLACES = {name: at for at, name in enumerate((*NAMES, MIXED))}
_SEXES = {"f": "female", "m": "male"}


def language(name: str) -> str:
    """What the voice speaks, as a BCP 47 tag; en-US for one whose name does not tell."""
    return _LANGUAGES[name[0]].tag if _tells(name) else _LANGUAGES["a"].tag


def voice(name: str) -> Voice:
    """The voice called `name`."""
    label = f"Kokoro {name}"
    if name == MIXED:
        label = "Kokoro (US, female)"
    elif _tells(name):
        who = f"{_LANGUAGES[name[0]].label}, {_SEXES[name[1]]}"
        label = f"Kokoro {name.partition('_')[2].capitalize()} ({who})"
    return Voice(f"kokoro:{name}", "kokoro", language(name), SAMPLE_RATE, label, Alphabet.IPA)


def place(name: str) -> tuple[int, str]:
    """Where a voice stands in a list: those of NAMES as there, then the mixed one, then all others by name."""
    return _PLACES.get(name, len(_PLACES)), name


def _tells(name: str) -> bool:
    """Whether a name says language and sex: `bf_emma`, `af`."""
    prefix = name.partition("_")[0]
    return len(prefix) == 2 and prefix[0] in _LANGUAGES and prefix[1] in _SEXES
