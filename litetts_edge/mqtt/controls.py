"""What the control topics (`stop` and its like) and the set topics (`volume/set` and its like) ask for."""

from __future__ import annotations

from litetts_edge.errors import BadField
from litetts_edge.mqtt.messages import SWITCH, new_id
from litetts_edge.mqtt.payload import parse_object
from litetts_edge.pipeline.speak import SpeechPipeline
from litetts_edge.pipeline.voices import Voices
from litetts_edge.settings.live import LiveSettings
from litetts_edge.settings.problems import SettingsError
from litetts_edge.speech import RequestId

SETTINGS_OF = {
    "volume": "speaker.volume",
    "mute": "speaker.muted",
    "voice": "voice",
    "speed": "speed",
    "quiet": "quiet.mode",
}
"""Which setting each `…/set` topic changes."""

QUIET_MODES = ("on", "off", "auto")


def control(verb: str, payload: bytes, pipeline: SpeechPipeline) -> None:
    """Do what a control topic but `test` asks for; `stop` and `skip` may name one request. Raises BadRequest."""
    named = parse_object(payload).get("id") if payload.lstrip().startswith(b"{") else None
    if verb in {"stop", "skip"} and named is not None:
        if not isinstance(named, str):  # whoever meant one does not want all to be cut
            raise BadField("id", "a text is needed here")
        pipeline.cancel(RequestId(named), verb)
        return
    if verb == "repeat":
        pipeline.repeat_last(new_id())
        return
    {
        "stop": pipeline.stop,
        "skip": pipeline.skip,
        "clear": pipeline.clear,
        "pause": pipeline.pause,
        "resume": pipeline.resume,
    }[verb]()


async def turn(knob: str, payload: bytes, live: LiveSettings, voices: Voices) -> None:
    """Change the setting behind one of SETTINGS_OF, over a restart too. Raises BadRequest."""
    word = payload.decode("utf-8-sig", "replace").strip()
    value: str | bool | None = word
    if knob == "mute":
        value = SWITCH.get(word.lower())
        if value is None:
            raise BadField("mute", f"{word[:40]!r} is neither ON nor OFF")
    elif knob == "quiet":
        value = word.lower()
        if value not in QUIET_MODES:
            raise BadField("quiet", f"{word[:40]!r} is none of ON, OFF and AUTO")
    elif knob == "voice":
        value = voices.find(word).id
    elif knob == "volume":
        # Automation systems send 40 as 40.0, 40.00 or 40 %.
        value = word.removesuffix("%").rstrip()
        if "." in value:
            value = value.rstrip("0").removesuffix(".")
    try:
        await live.override({SETTINGS_OF[knob]: value})
    except SettingsError as error:
        raise BadField(knob, error.problems[0].message) from None
