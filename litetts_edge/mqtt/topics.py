"""Every topic name of the protocol, built and parsed here only. `docs/mqtt.md` is the table for people."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from litetts_edge.errors import BadRequest
from litetts_edge.speech import Priority

CONTROLS = ("stop", "skip", "pause", "resume", "clear", "repeat", "test")
SETTERS = ("volume", "mute", "voice", "speed", "quiet")
VERBS = (
    "ping", "info", "voices", "models", "queue", "cancel", "health", "config", "reload", "override",
    "explain", "lexicon", "cache", "tune", "log_level",
)  # fmt: skip

_NOT_IN_TOPICS = re.compile("[+#\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef]")


class UnknownTopic(BadRequest):
    code = "unknown_topic"

    def __init__(self, topic: str) -> None:
        super().__init__(
            f"{topic} is not a topic of this protocol: the priorities are low, normal, high, critical."
        )


def publish_topic(text: str) -> str:
    """A topic that may be published to, as it came. Raises ValueError.

    Stricter than MQTT: brokers close the connection over a control character or a noncharacter [MQTT 5 § 1.5.4].
    """
    if not text or len(text.encode("utf-8", "replace")) > 512:
        raise ValueError("a topic has 1 to 512 bytes")
    if text.startswith("$"):
        raise ValueError("a topic that begins with $ belongs to the broker [MQTT 5 § 4.7.2]")
    found = _NOT_IN_TOPICS.search(text) or next((sign for sign in text if ord(sign) & 0xFFFE == 0xFFFE), None)
    if found:
        sign = found if isinstance(found, str) else found.group()
        raise ValueError(f"a topic to publish to cannot hold U+{ord(sign):04X}")
    return text


@dataclass(frozen=True, slots=True)
class Speak:
    """`…/speak` or `…/speak/<priority>`."""

    priority: Priority = Priority.NORMAL


@dataclass(frozen=True, slots=True)
class Prepare:
    """`<id>/prepare`."""


@dataclass(frozen=True, slots=True)
class Control:
    """`…/stop` and its like."""

    verb: str


@dataclass(frozen=True, slots=True)
class Set:
    """`<id>/volume/set` and its like."""

    what: str


@dataclass(frozen=True, slots=True)
class Request:
    """`<id>/request/<verb>`."""

    verb: str


Incoming = Speak | Prepare | Control | Set | Request


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics of one node."""

    base: str
    node: str
    groups: tuple[str, ...] = ()

    def own(self, *levels: str) -> str:
        """A topic below the node's own."""
        return "/".join((self.base, self.node, *levels))

    @property
    def availability(self) -> str:
        return self.own("availability")

    @property
    def info(self) -> str:
        return self.own("info")

    @property
    def state(self) -> str:
        return self.own("state")

    @property
    def health(self) -> str:
        return self.own("health")

    @property
    def event(self) -> str:
        return self.own("event")

    @property
    def error(self) -> str:
        return self.own("error")

    @property
    def update(self) -> str:
        return self.own("update")

    def discovery(self, prefix: str) -> str:
        """Where Home Assistant looks for a device."""
        return f"{prefix}/device/{self.node}/config"

    def request(self, verb: str) -> str:
        """Where a verb is asked."""
        return self.own("request", verb)

    def response(self, verb: str) -> str:
        """Where it is answered, for a client without response topics."""
        return self.own("response", verb)

    def audio(self, utterance: str) -> str:
        """Where the audio of an utterance goes. Its id may hold any character; a topic level may not."""
        return self.own("audio", quote(utterance, safe=""))

    def subscriptions(self) -> tuple[str, ...]:
        """Everything that the node listens to. Never `<base>/#`: that is everybody else's traffic too."""
        return tuple(self._subscriptions())

    def _subscriptions(self) -> Iterator[str]:
        yield self.own("speak")
        yield self.own("speak", "+")
        yield self.own("prepare")
        yield self.own("request", "+")
        for what in SETTERS:
            yield self.own(what, "set")
        for verb in CONTROLS:
            yield self.own(verb)
        for shared in self._shared():
            yield f"{shared}/speak"
            for verb in CONTROLS:
                yield f"{shared}/{verb}"

    def _shared(self) -> tuple[str, ...]:
        return (f"{self.base}/all", *(f"{self.base}/group/{group}" for group in self.groups))

    def parse(self, topic: str) -> Incoming | None:
        """What a topic means to this node; None when it is none of its topics."""
        own = topic.removeprefix(self.own("")) if topic.startswith(self.own("")) else None
        if own is not None:
            return _parse_own(own.split("/"))
        for shared in self._shared():
            if topic.startswith(f"{shared}/"):
                return _parse_shared(topic.removeprefix(f"{shared}/").split("/"))
        return None


def matches(filter_: str, topic: str) -> bool:
    """True when a subscription to `filter_` brings `topic` [MQTT 5 section 4.7]."""
    wanted, levels = filter_.split("/"), topic.split("/")
    if wanted[-1] == "#":
        wanted, levels = wanted[:-1], levels[: len(wanted) - 1]
    return len(wanted) == len(levels) and all(
        want in ("+", level) for want, level in zip(wanted, levels, strict=True)
    )


def _parse_shared(levels: Sequence[str]) -> Incoming | None:
    match levels:
        case ["speak"]:
            return Speak()
        case [verb] if verb in CONTROLS:
            return Control(verb)
    return None


def _parse_own(levels: Sequence[str]) -> Incoming | None:
    match levels:
        case ["speak", priority] if priority.upper() in Priority.__members__:
            return Speak(Priority[priority.upper()])
        case ["prepare"]:
            return Prepare()
        case [what, "set"] if what in SETTERS:
            return Set(what)
        case ["request", verb]:
            return Request(verb)
    return _parse_shared(levels)


# -- Hermes, the protocol of Rhasspy --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HermesSay:
    """`hermes/tts/say`."""


@dataclass(frozen=True, slots=True)
class HermesGetVoices:
    """`rhasspy/tts/getVoices`, as Rhasspy sends it, or `hermes/tts/getVoices`, as its manual calls it."""

    answer: str
    """The topic of the answer, which begins like the question."""


@dataclass(frozen=True, slots=True)
class HermesPlay:
    """`hermes/audioServer/<siteId>/playBytes/<requestId>`."""

    site: str
    request: str


@dataclass(frozen=True, slots=True)
class HermesToggle:
    """`hermes/audioServer/toggleOn` and `toggleOff`."""

    is_on: bool


@dataclass(frozen=True, slots=True)
class HermesSetVolume:
    """`rhasspy/audioServer/setVolume`."""


HermesIncoming = HermesSay | HermesGetVoices | HermesPlay | HermesToggle | HermesSetVolume

_HERMES: dict[str, HermesIncoming] = {
    "hermes/tts/say": HermesSay(),
    "rhasspy/tts/getVoices": HermesGetVoices("rhasspy/tts/voices"),
    "hermes/tts/getVoices": HermesGetVoices("hermes/tts/voices"),
    "hermes/audioServer/toggleOn": HermesToggle(True),
    "hermes/audioServer/toggleOff": HermesToggle(False),
    "rhasspy/audioServer/setVolume": HermesSetVolume(),
}


@dataclass(frozen=True, slots=True)
class HermesTopics:
    """The topics of the Hermes protocol for the sites that a node stands for."""

    sites: tuple[str, ...]

    say_finished = "hermes/tts/sayFinished"
    say_error = "hermes/error/tts"
    play_error = "hermes/error/audioServer/play"

    def play_finished(self, site: str) -> str:
        """Where it is said that given audio has been played."""
        return f"hermes/audioServer/{site}/playFinished"

    def subscriptions(self) -> tuple[str, ...]:
        """Everything to listen to. Most topics name no site; their payloads do."""
        return (*_HERMES, *(f"hermes/audioServer/{site}/playBytes/+" for site in self.sites))

    def parse(self, topic: str) -> HermesIncoming | None:
        """What a topic means; None when it is none of these, or another site's."""
        match topic.split("/"):
            case ["hermes", "audioServer", site, "playBytes", request] if site in self.sites:
                return HermesPlay(site, request)
        return _HERMES.get(topic)
