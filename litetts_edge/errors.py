"""Every error that a person or a program outside can meet.

The code is a promise and never changes; the wording is help and may. A message says what happened,
where, and what to do.

    SpeechError
      BadRequest        the door or the queue refused it; nothing is spoken
        BadJson  BadField  NotUtf8  PayloadTooLarge  RetainedMessage  TextEmpty  TextTooLong
        ChimeNotFound  QuietHours  SaidBefore  NothingToRepeat
        LexiconInvalid  NotSupported  VoiceNotFound  LanguageNotFound  OutputNotFound  Duplicate  QueueFull
        AudioNotReadable
        ShuttingDown  SsmlInvalid
      LexiconNotWritten the state folder did not take a change
      EngineFailed      an engine could not load or synthesize
        ModelTooLarge  VoiceUnfit
      ExtraMissing      something needs a package that is not installed
      Terminated        a run was ended because its request was cancelled
      Poison            the request was in progress at two crashes
      AudioStalled      audio that a sender gives did not go on
      SinkFailed        audio could not be handed over
        NoAudioDevice

mqtt/ adds UnknownTopic and UnknownVerb (both BadRequest) and PacketTooLarge; settings/ has SettingsError;
catalogue/errors.py has those of models: of getting them, keeping them and taking them away.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches


def did_you_mean(name: str, known: Sequence[str]) -> str:
    """A hint that ends a message, or an empty string when nothing known is close to `name`."""
    close = get_close_matches(name, known, n=1)
    return f" Did you mean {close[0]!r}?" if close else ""


class SpeechError(Exception):
    """Something about one request went wrong; `code` is stable, str() is for people."""

    code = "internal"


class BadRequest(SpeechError):
    """What was asked cannot be done as it was asked."""

    code = "bad_request"


class BadJson(BadRequest):
    code = "bad_json"

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"The payload begins with '{{' but is not a JSON object: {reason}. Send plain text, or mend the JSON."
        )


class BadField(BadRequest):
    code = "bad_field"

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")


class LexiconInvalid(BadRequest):
    """A lexicon entry, or a change of the lexicon, that cannot be."""

    code = "lexicon_invalid"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The lexicon is unchanged: {reason}.")


class NotUtf8(BadRequest):
    code = "not_utf8"

    def __init__(self, offset: int) -> None:
        super().__init__(f"The payload is not UTF-8 text (byte {offset}). Encode it as UTF-8.")


class PayloadTooLarge(BadRequest):
    code = "payload_too_large"

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(f"The payload has {size} bytes; at most {limit} are accepted. Send the text in parts.")


class RetainedMessage(BadRequest):
    code = "retained_ignored"

    def __init__(self, topic: str) -> None:
        super().__init__(
            f"A retained message on {topic} was ignored: it would act at every reconnect."
            " Publish without retain; an empty retained message removes it from the broker."
        )


class TextEmpty(BadRequest):
    code = "text_empty"

    def __init__(self) -> None:
        super().__init__("There is no text to speak.")


class TextTooLong(BadRequest):
    code = "text_too_long"

    def __init__(self, length: int, limit: int) -> None:
        super().__init__(f"The text has {length} characters; at most {limit} are accepted. Send it in parts.")


class SsmlInvalid(BadRequest):
    code = "ssml_invalid"

    def __init__(self, line: int, column: int, reason: str) -> None:
        self.line, self.column = line, column
        super().__init__(f"The SSML cannot be read, line {line}, column {column}: {reason}.")


class NotSupported(BadRequest):
    code = "not_supported"

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} is not supported by this version.")


class VoiceNotFound(BadRequest):
    code = "voice_not_found"

    def __init__(self, name: str, known: Sequence[str]) -> None:
        meant = [voice for voice in known if name.lower() in (voice.lower(), voice.lower().partition(":")[2])]
        hint = f" Did you mean {meant[0]!r}?" if meant else did_you_mean(name, known)
        super().__init__(f"No voice named {name!r}.{hint} `litetts-edge voices` lists what is installed.")


class OutputNotFound(BadRequest):
    code = "output_not_found"

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(f"No output named {name!r}.{did_you_mean(name, known)} There is: {', '.join(known)}.")


class ChimeNotFound(BadField):
    """The code is that of the field: a chime is one of a list, as a format is."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(
            "chime", f"none is named {name!r}.{did_you_mean(name, known)} There is: {', '.join(known)}."
        )


class QuietHours(BadRequest):
    """The loudspeaker was the only output, and it is quiet now."""

    code = "quiet_hours"

    def __init__(self, passes: str) -> None:
        super().__init__(
            f"It is quiet now, and only requests of priority {passes} or above are spoken (settings quiet.*)."
        )


class SaidBefore(BadRequest):
    code = "said_before"

    def __init__(self, ago_s: float, within_s: float) -> None:
        super().__init__(f"The same was accepted {ago_s:.0f} s ago; dedupe_s is {within_s:g}.")


class NothingToRepeat(BadRequest):
    code = "nothing_to_repeat"

    def __init__(self) -> None:
        super().__init__("There is nothing to repeat: no text was spoken to its end since the start.")


class Duplicate(BadRequest):
    code = "duplicate"

    def __init__(self, request: str) -> None:
        super().__init__(f"A request with the id {request!r} was already accepted; it is spoken once.")


class QueueFull(BadRequest):
    code = "queue_full"

    def __init__(self, limit: int) -> None:
        super().__init__(f"{limit} requests are waiting already (setting queue.max). Try again later.")


class TooMuchAudio(QueueFull):
    """Audio that was sent to be played waits in memory, so there is less room for it than for texts."""

    def __init__(self, limit: int) -> None:
        """`limit` in bytes."""
        BadRequest.__init__(self, f"{limit / 1e6:.0f} MB of audio wait to be played already. Try again later.")


class AudioNotReadable(BadRequest):
    code = "bad_audio"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The audio cannot be played: {reason}. Send a WAV file.")


class ShuttingDown(BadRequest):
    code = "shutting_down"

    def __init__(self) -> None:
        super().__init__("The daemon is stopping. Send the request again when it is back.")


class LanguageNotFound(BadRequest):
    code = "language_not_found"

    def __init__(self, lang: str, known: Sequence[str]) -> None:
        hint = did_you_mean(lang, known)
        super().__init__(f"No voice reads the language {lang!r}.{hint} `litetts-edge voices` lists them.")


class LexiconNotWritten(SpeechError):
    """The state folder did not take the change; everything is as it was before."""

    code = "lexicon_not_written"

    def __init__(self, path: str, error: OSError) -> None:
        super().__init__(
            f"{path} cannot be written: {error.strerror or error}."
            " The lexicon is unchanged; make room or mend the folder."
        )


class EngineFailed(SpeechError):
    code = "engine_failed"

    def __init__(self, engine: str, reason: str) -> None:
        self.engine, self.reason = engine, reason
        super().__init__(f"The engine {engine} failed: {reason}")


class ModelTooLarge(EngineFailed):
    """A model was not loaded, because it would not fit into the memory that is left."""

    code = "model_too_large"

    def __init__(self, engine: str, need: str, room: str) -> None:
        super().__init__(
            engine,
            f"{need}, and {room}. Use a smaller model (`litetts-edge models list`), or stop other programs.",
        )


class VoiceUnfit(EngineFailed):
    """One voice cannot speak, for what is in its own files; the others of its model can."""


EXTRAS = {
    "ja": "pyopenjtalk-plus>=0.4.1.post10",
    "optimize": "onnx>=1.18",
    "quality": "faster-whisper>=1.1",
    "zh": "pypinyin>=0.55",
}
"""Packages that not everybody needs, by extra; the same as in pyproject.toml."""


def how_to_install(extra: str) -> str:
    """The command that brings the package of an extra into the environment that runs this."""
    sudo = "" if os.access(sys.prefix, os.W_OK) else "sudo "
    return f"{sudo}{sys.executable} -m pip install '{EXTRAS[extra]}'"


class ExtraMissing(SpeechError):
    code = "extra_missing"

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(
            f"{what} needs a package that is not installed. Run `{how_to_install(extra)}`;"
            " a daemon that runs takes it after a restart."
        )


class Terminated(SpeechError):
    code = "terminated"

    def __init__(self) -> None:
        super().__init__("The run was ended on request.")


class Poison(SpeechError):
    code = "poison"

    def __init__(self, crashes: int) -> None:
        super().__init__(
            f"The daemon crashed {crashes} times while speaking this request; it is not tried again. See the log."
        )


class AudioStalled(SpeechError):
    """Its sender is still there, but silent: the loudspeaker goes to the next request."""

    code = "audio_stalled"

    def __init__(self, waited_s: float) -> None:
        super().__init__(f"The sender gave no audio for {waited_s:.0f} s and did not end it. Send it again.")


class SinkFailed(SpeechError):
    code = "sink_failed"

    def __init__(self, sink: str, reason: str) -> None:
        super().__init__(f"The output {sink} failed: {reason}")


class NoAudioDevice(SinkFailed):
    code = "no_audio_device"

    def __init__(self, reason: str) -> None:
        super().__init__("speaker", f"{reason} `litetts-edge doctor` lists the devices.")
