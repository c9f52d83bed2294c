"""The one espeak-ng library of the process, by ctypes, behind one lock.

espeak-ng keeps its state in static variables, so there is one library, opened at the first call. Facts
about 1.52 that shaped this file, each seen in a test:

* after an unknown voice name the next call crashes the process: names come from its own list only, and
  the return code is checked;
* it lists languages whose dictionary is not installed, and speaks rubbish for them: they are left out;
* some texts crash it (a backtick in Vietnamese, a long word of foreign letters): see espeak_input.py;
* phonemes lose their punctuation and carry language flags such as `(en)`;
* repeats are not bit-identical: the phase of its pitch flutter is static, nothing but a fresh load of the
  library resets it, and each load leaks 60 kB.

The wheel's library may hold the data path of the machine that built it, so the path is always passed.
"""

from __future__ import annotations

import ctypes
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from litetts_edge.errors import EngineFailed, LanguageNotFound
from litetts_edge.text.espeak_input import clauses, safe

if TYPE_CHECKING:  # phonemes need no arrays, and numpy takes as much memory as the rest of the front end
    import numpy as np
    from numpy.typing import NDArray

SAMPLE_RATE = 22050
"""Hz; all of its own voices have it."""

Take = Callable[["NDArray[np.int16]"], bool]
"""Receives the next samples; False ends the run."""

# speak_lib.h of espeak-ng 1.52
_AUDIO_OUTPUT_SYNCHRONOUS = 2
_INITIALIZE_DONT_EXIT = 0x8000
_CHARS_UTF8 = 1  # and neither espeakSSML (0x10) nor espeakPHONEMES (0x100): input is text, never commands
_POS_CHARACTER = 1
_PARAMETER_RATE = 1
_PHONEMES_IPA = 2

_SynthCallback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)

_FLAG = re.compile(r"\([a-z][a-z0-9]*(?:-[a-z0-9]+)*\)")

_ALIASES = {
    "zh-hk": "yue",
    "zh-mo": "yue",
    "zh-hant-hk": "yue",
    "iw": "he",
    "in": "id",
    "mo": "ro",
    "nn": "nb",
    "sh": "hbs",
    "en-ca": "en-us",
    "en-ph": "en-us",
} | {f"es-{region}": "es-419" for region in "ar bo cl co cr cu do ec gt hn ni pa pe pr py sv us uy ve".split()}


@dataclass(frozen=True, slots=True)
class Language:
    """One language that can be spoken."""

    tag: str
    """BCP 47, with its usual case (`en-US`)."""
    name: str
    """As espeak-ng calls it, in English."""
    voice: str
    """The identifier that selects it (`gmw/en-US`)."""


class _VoiceEntry(ctypes.Structure):
    """espeak_VOICE of speak_lib.h."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_void_p),
        ("identifier", ctypes.c_char_p),
        ("gender", ctypes.c_ubyte),
        ("age", ctypes.c_ubyte),
        ("variant", ctypes.c_ubyte),
        ("xx1", ctypes.c_ubyte),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    )


class _Library:
    """The opened library. Every method is called with the lock held."""

    def __init__(self) -> None:
        try:
            import espeakng_loader

            data = Path(espeakng_loader.get_data_path())
            self._lib = ctypes.CDLL(espeakng_loader.get_library_path())
        except (ImportError, OSError, RuntimeError) as error:
            raise EngineFailed(
                "espeak", f"espeak-ng could not be opened ({error}). Reinstall espeakng-loader."
            ) from None
        self._lib.espeak_TextToPhonemes.restype = ctypes.c_char_p
        self._lib.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(_VoiceEntry))
        rate = self._lib.espeak_Initialize(_AUDIO_OUTPUT_SYNCHRONOUS, 0, str(data).encode(), _INITIALIZE_DONT_EXIT)
        if rate != SAMPLE_RATE:
            raise EngineFailed("espeak", f"espeak-ng did not start ({rate}) on {data}. Reinstall espeakng-loader.")
        self._take: Take | None = None
        self._error: BaseException | None = None
        self._callback = _SynthCallback(self._on_samples)  # the library keeps a bare pointer: this keeps it alive
        self._lib.espeak_SetSynthCallback(self._callback)
        self.languages = _by_tag(list(self._voices()), data)

    def select(self, language: Language) -> None:
        status = self._lib.espeak_SetVoiceByName(language.voice.encode())
        if status != 0:  # the next call would crash
            raise EngineFailed("espeak", f"espeak-ng refused its own voice {language.voice!r} (status {status}).")

    def phonemes(self, text: str) -> str:
        """IPA of one clause, in the selected language."""
        data = ctypes.create_string_buffer(text.encode())
        position = ctypes.c_void_p(ctypes.addressof(data))
        parts = []
        while position.value:  # it stops at what it takes for the end of a clause, and sets NULL at the end
            part = self._lib.espeak_TextToPhonemes(ctypes.byref(position), _CHARS_UTF8, _PHONEMES_IPA)
            parts.append(part.decode("utf-8", "replace"))
        return " ".join(_FLAG.sub("", " ".join(parts)).split())

    def synthesize(self, text: str, words_per_minute: int, take: Take) -> None:
        data = text.encode()
        self._lib.espeak_SetParameter(_PARAMETER_RATE, words_per_minute, 0)
        self._take, self._error = take, None
        try:
            status = self._lib.espeak_Synth(
                data, ctypes.c_size_t(len(data) + 1), 0, _POS_CHARACTER, 0, _CHARS_UTF8, None, None
            )
        finally:
            self._take = None
        if self._error is not None:
            raise self._error
        if status != 0:
            raise EngineFailed("espeak", f"espeak-ng did not speak (status {status}).")

    def _on_samples(self, samples: int | None, count: int, _events: int | None) -> int:
        """Called by the library; 1 makes it stop. An exception must not leave: C would not see it."""
        if self._error is not None or self._take is None:
            return 1
        if not samples or count <= 0:
            return 0
        import numpy as np

        try:
            return 0 if self._take(np.frombuffer(ctypes.string_at(samples, 2 * count), dtype=np.int16)) else 1
        except BaseException as error:  # noqa: BLE001 - raised again by synthesize()
            self._error = error
            return 1

    def _voices(self) -> Iterator[tuple[str, str, list[tuple[int, str]]]]:
        """Name, identifier and (priority, code) of its languages, for each voice; a low priority number wins."""
        listed = self._lib.espeak_ListVoices(None)
        index = 0
        while listed[index]:
            entry = listed[index].contents
            index += 1
            codes = []
            at = entry.languages
            while priority := ctypes.string_at(at, 1)[0]:
                code = ctypes.string_at(at + 1)
                codes.append((priority, code.decode().lower()))
                at += len(code) + 2
            yield entry.name.decode().strip(), entry.identifier.decode(), codes


def languages() -> tuple[Language, ...]:
    """Every language that can be spoken, ordered by tag. Opens the library (5 ms) at the first call."""
    return tuple(_known().values())


def language(tag: str) -> Language:
    """The language for a BCP 47 tag, by dropping subtags from its end (RFC 4647 §3.4). Raises LanguageNotFound."""
    known = _known()
    code = tag.strip().lower().replace("_", "-")
    while code:
        code = _ALIASES.get(code, code)
        if code in known:
            return known[code]
        code = re.sub(r"(?:-[a-z0-9])?-?[^-]*$", "", code)
    raise LanguageNotFound(tag, [entry.tag for entry in known.values()])


def phonemes(text: str, lang: str) -> str:
    """IPA of one sentence: words apart, stress marks kept, punctuation behind the word it follows.

    Raises LanguageNotFound.
    """
    spoken = language(lang)
    parts: list[str] = []
    with _lock:
        library = _library()
        library.select(spoken)
        for clause, mark in clauses(safe(text, spoken.voice)):
            ipa = library.phonemes(clause)
            if ipa:
                parts.append(ipa + mark)
            elif parts and mark:
                parts[-1] += mark
    return " ".join(parts)


def synthesize(text: str, lang: str, words_per_minute: int, take: Take) -> None:
    """Speak the whole text as plain text; `take` gets SAMPLE_RATE mono samples, some 60 ms at a time.

    80 to 450 words per minute. What `take` raises ends the run and is raised here. Raises LanguageNotFound.
    """
    spoken = language(lang)
    with _lock:
        library = _library()
        library.select(spoken)
        library.synthesize(safe(text, spoken.voice), words_per_minute, take)


_lock = threading.Lock()
_opened: list[_Library] = []


def _library() -> _Library:
    if not _opened:
        _opened.append(_Library())
    return _opened[0]


def _known() -> dict[str, Language]:
    """The languages by lower-case code. Only opening takes the lock: the event loop asks while we speak."""
    if not _opened:
        with _lock:
            _library()
    return _opened[0].languages


def _by_tag(voices: list[tuple[str, str, list[tuple[int, str]]]], data: Path) -> dict[str, Language]:
    """The language for each lower-case code; a code that several voices claim goes to the best claim."""
    best: dict[str, tuple[int, Language]] = {}
    for name, identifier, codes in voices:
        if not _has_dictionary(identifier, codes[0][1], data):
            continue
        own = identifier.rpartition("/")[2].lower()
        for priority, code in codes if any(code == own for _, code in codes) else [*codes, (codes[0][0], own)]:
            if code not in best or priority < best[code][0]:
                best[code] = (priority, Language(_cased(code), name, identifier))
    return {code: best[code][1] for code in sorted(best)}


def _has_dictionary(identifier: str, code: str, data: Path) -> bool:
    if (data / f"{code.partition('-')[0]}_dict").is_file():
        return True
    named = re.search(r"^\s*dictionary\s+(\S+)", (data / "lang" / identifier).read_text("utf-8", "replace"), re.M)
    return named is not None and (data / f"{named[1]}_dict").is_file()


def _cased(code: str) -> str:
    """A code with the case that BCP 47 recommends (RFC 5646 §2.1.1)."""
    first, *rest = code.split("-")
    cased = [first]
    for part in rest:
        if "x" in cased:
            cased.append(part)
        elif len(part) == 2:
            cased.append(part.upper())
        else:
            cased.append(part.title() if len(part) == 4 else part)
    return "-".join(cased)
