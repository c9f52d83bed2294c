"""Debian's flite as a teacher: the speech it makes, and the parameters that it makes the speech from.

slt, rms and awb are statistical parametric voices (Black, "CLUSTERGEN", Interspeech 2006): trees predict, for
every 5 ms, F0, 25 mel-cepstra, and five band voicing strengths, and a mel-cepstral filter turns them into samples.
Those parameters stay on the utterance, so they are read by ctypes. What our vocoder makes of them, against flite's
own samples, is `wer.bare.vocoder-teacher` in docs/benchmarks.md.
"""

from __future__ import annotations

import ctypes as c
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

CEPSTRA = 25
BANDS = 5
ALPHA = 0.42
"""Warping of the mel-cepstra, the same in all three voices."""
POSTFILTER = 0.4
"""flite's `mlsa_beta`: how much the formants are sharpened."""
GAIN = 1.5

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Phone:
    """One segment of an utterance."""

    name: str
    """Of flite's US set; `pau` is silence."""
    end: float
    """Seconds."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """What flite made of one text."""

    phones: tuple[Phone, ...]
    f0: Array
    """(frames,) Hz; 0 where unvoiced."""
    cepstra: Array
    """(frames, 25) mel-cepstra, post-filter and gain included; log amplitude of 16-bit samples."""
    strengths: Array
    """(frames, 5) share of the pulse in each band; the rest is noise."""
    samples: Array
    """(samples,) 1.0 is full scale; empty when only the parameters were asked for."""


class _Track(c.Structure):
    _fields_ = (
        ("type", c.c_char_p),
        ("num_frames", c.c_int),
        ("num_channels", c.c_int),
        ("times", c.POINTER(c.c_float)),
        ("frames", c.POINTER(c.POINTER(c.c_float))),
    )


class _Wave(c.Structure):
    _fields_ = (
        ("type", c.c_char_p),
        ("sample_rate", c.c_int),
        ("num_samples", c.c_int),
        ("num_channels", c.c_int),
        ("samples", c.POINTER(c.c_short)),
    )


class _Database(c.Structure):
    """The beginning of cst_cg_db, up to what is read here."""

    _fields_ = (
        *((name, c.c_void_p) for name in ("name", "types")),
        *((name, c.c_int) for name in ("num_types", "sample_rate")),
        *((name, c.c_float) for name in ("f0_mean", "f0_stddev")),
        ("num_f0_models", c.c_int),
        ("f0_trees", c.c_void_p),
        ("num_param_models", c.c_int),
        *((name, c.c_void_p) for name in ("param_trees", "accent_tree", "phrase_tree", "num_channels")),
        *((name, c.c_void_p) for name in ("num_frames", "model_vectors")),
        *((name, c.c_int) for name in ("num_channels_accent", "num_frames_accent")),
        *((name, c.c_void_p) for name in ("accent_vectors", "model_min", "model_range", "qtable")),
        ("model_shape", c.c_int),
        ("frame_advance", c.c_float),
        ("num_dur_models", c.c_int),
        *((name, c.c_void_p) for name in ("dur_stats", "dur_cart", "phone_states")),
        ("do_mlpg", c.c_int),
        ("dynwin", c.c_void_p),
        ("dynwinsize", c.c_int),
        *((name, c.c_float) for name in ("mlsa_alpha", "mlsa_beta")),
        *((name, c.c_int) for name in ("multimodel", "mixed_excitation", "bands", "taps")),
        ("filters", c.POINTER(c.POINTER(c.c_double))),
        ("spamf0", c.c_int),
        ("gain", c.c_float),
    )


class _Utterance(c.Structure):
    _fields_ = (("features", c.c_void_p),)


class _Voice(c.Structure):
    _fields_ = (("name", c.c_char_p), ("features", c.c_void_p))


class _Streaming(c.Structure):
    _fields_ = (("min_buffsize", c.c_int), ("asc", c.c_void_p))


_Chunk = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_int, c.c_int, c.c_int, c.c_void_p)
_STREAM_STOP = -1

_SIGNATURES: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "flite_init": (c.c_int, ()),
    "flite_synth_text": (c.POINTER(_Utterance), (c.c_char_p, c.c_void_p)),
    "flite_voice_add_lex_addenda": (c.c_int, (c.c_void_p, c.c_char_p)),
    "feat_val": (c.c_void_p, (c.c_void_p, c.c_char_p)),
    "feat_set": (None, (c.c_void_p, c.c_char_p, c.c_void_p)),
    "flite_feat_set_float": (None, (c.c_void_p, c.c_char_p, c.c_float)),
    "val_track": (c.POINTER(_Track), (c.c_void_p,)),
    "val_cg_db": (c.c_void_p, (c.c_void_p,)),
    "mlpg": (c.POINTER(_Track), (c.POINTER(_Track), c.c_void_p)),
    "delete_track": (None, (c.POINTER(_Track),)),
    "utt_relation": (c.c_void_p, (c.c_void_p, c.c_char_p)),
    "relation_head": (c.c_void_p, (c.c_void_p,)),
    "item_next": (c.c_void_p, (c.c_void_p,)),
    "item_feat_string": (c.c_char_p, (c.c_void_p, c.c_char_p)),
    "item_feat_float": (c.c_float, (c.c_void_p, c.c_char_p)),
    "new_audio_streaming_info": (c.POINTER(_Streaming), ()),
    "audio_streaming_info_val": (c.c_void_p, (c.POINTER(_Streaming),)),
    "utt_wave": (c.POINTER(_Wave), (c.c_void_p,)),
    "delete_utterance": (None, (c.c_void_p,)),
}


class Flite:
    """The library with one voice. Keep one a process: the voices share their lexicon."""

    def __init__(self, speaker: str, *, parameters_only: bool = False) -> None:
        """With `parameters_only` no samples are made, which takes a third of the time."""
        self._lib = c.CDLL("libflite.so.1", mode=c.RTLD_GLOBAL)
        for name in ("libflite_cmulex.so.1", "libflite_usenglish.so.1"):
            c.CDLL(name, mode=c.RTLD_GLOBAL)
        for name, (result, arguments) in _SIGNATURES.items():
            function = getattr(self._lib, name)
            function.restype, function.argtypes = result, arguments
        self._seed = c.CDLL(None).srand
        self._lib.flite_init()
        register = getattr(c.CDLL(f"libflite_cmu_us_{speaker}.so.1"), f"register_cmu_us_{speaker}")
        register.restype, register.argtypes = c.c_void_p, (c.c_char_p,)
        self._voice = register(None)
        self._features = c.cast(self._voice, c.POINTER(_Voice)).contents.features
        if parameters_only:
            self._stop = _Chunk(lambda *_: _STREAM_STOP)  # the library keeps a bare pointer: this keeps it alive
            info = self._lib.new_audio_streaming_info()
            info.contents.min_buffsize, info.contents.asc = 1, c.cast(self._stop, c.c_void_p)
            self._lib.feat_set(self._features, b"streaming_info", self._lib.audio_streaming_info_val(info))

    def pronounce(self, addenda: Path) -> None:
        """Read words as the lines of `addenda` say, each `word : ph ph1 ...`."""
        self._lib.flite_voice_add_lex_addenda(self._voice, str(addenda).encode())

    def speak(self, text: str, stretch: float = 1.0) -> Utterance:
        """Speak one sentence, `stretch` times as long as usual."""
        lib = self._lib
        # Its noise is rand()'s: a text is to sound the same whatever was spoken before it.
        self._seed(1)
        lib.flite_feat_set_float(self._features, b"duration_stretch", stretch)
        utterance = lib.flite_synth_text(text.encode("ascii", "ignore"), self._voice)
        try:
            features = utterance.contents.features
            track = lib.val_track(lib.feat_val(features, b"param_track"))
            smooth = lib.mlpg(track, lib.val_cg_db(lib.feat_val(features, b"cg_db")))
            parameters = _array(smooth.contents)
            lib.delete_track(smooth)
            strengths = _array(lib.val_track(lib.feat_val(features, b"str_track")).contents)
            wave = lib.utt_wave(utterance).contents
            pcm = c.string_at(wave.samples, 2 * wave.num_samples) if wave.samples else b""
            samples = np.frombuffer(pcm, dtype=np.int16).astype(np.float32) / np.float32(32768)
            phones = self._phones(utterance)
        finally:
            lib.delete_utterance(utterance)
        return Utterance(phones, parameters[:, 0], sharpened(parameters[:, 1:]), strengths, samples)

    def band_filters(self) -> NDArray[np.float64]:
        """(BANDS, taps) the filters that split the excitation into bands of pulse and noise."""
        lib = self._lib
        value = lib.feat_val(self._features, b"cg_db")
        database = c.cast(lib.val_cg_db(value), c.POINTER(_Database)).contents
        if (round(database.mlsa_alpha, 3), round(database.mlsa_beta, 3), database.gain) != (
            ALPHA,
            POSTFILTER,
            GAIN,
        ):
            raise RuntimeError("this flite has other voices: compare ALPHA, POSTFILTER and GAIN with its cg_db")
        return np.array([database.filters[band][: database.taps] for band in range(database.bands)])

    def _phones(self, utterance: Any) -> tuple[Phone, ...]:
        lib, phones = self._lib, []
        segment = lib.relation_head(lib.utt_relation(utterance, b"Segment"))
        while segment:
            name = lib.item_feat_string(segment, b"name").decode()
            phones.append(Phone(name, lib.item_feat_float(segment, b"end")))
            segment = lib.item_next(segment)
        return tuple(phones)


def _array(track: _Track) -> Array:
    size = 4 * track.num_channels
    data = b"".join(c.string_at(track.frames[index], size) for index in range(track.num_frames))
    return np.frombuffer(data, dtype=np.float32).reshape(track.num_frames, track.num_channels)


def sharpened(cepstra: Array) -> Array:
    """Mel-cepstra with flite's post-filter and gain: all but the first two times 1.4, at equal energy."""
    b = cepstra.astype(np.float64)
    for index in range(CEPSTRA - 2, -1, -1):  # mc2b: b[m] = c[m] - alpha b[m+1]
        b[:, index] -= ALPHA * b[:, index + 1]
    before = _energy(b)
    b[:, 1] -= POSTFILTER * ALPHA * cepstra[:, 2]
    b[:, 2:] *= 1 + POSTFILTER
    b[:, 0] += np.log(before / _energy(b)) / 2 + np.log(GAIN)
    return _to_cepstra(b).astype(np.float32)


def _to_cepstra(b: NDArray[np.float64]) -> NDArray[np.float64]:
    mc = b.copy()
    mc[:, :-1] += ALPHA * b[:, 1:]
    return mc


def _energy(b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Energy of the filter's impulse response (Parseval, on 129 bins)."""
    log_amplitude = _to_cepstra(b).astype(np.float32) @ _COSINES
    energy: NDArray[np.float64] = np.exp(2 * log_amplitude).mean(axis=1).astype(np.float64)
    return energy


def warped(bins: int) -> NDArray[np.float64]:
    """Radians of `bins` + 1 equidistant frequencies from 0 to pi, warped by the phase of the all-pass of ALPHA."""
    omega = np.linspace(0, np.pi, bins + 1)
    result: NDArray[np.float64] = omega + 2 * np.arctan2(ALPHA * np.sin(omega), 1 - ALPHA * np.cos(omega))
    return result


_COSINES = np.cos(np.outer(np.arange(CEPSTRA), warped(128))).astype(np.float32)
