"""Topic names: what a node listens to, what each means, and where it speaks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from litetts_edge.mqtt.topics import (
    CONTROLS,
    SETTERS,
    VERBS,
    Control,
    Incoming,
    Prepare,
    Request,
    Set,
    Speak,
    Topics,
    matches,
)
from litetts_edge.settings import words
from litetts_edge.speech import Priority

KITCHEN = Topics("litetts", "kitchen", ("ground", "ground-floor"))


MEANINGS: dict[str, Incoming] = {
    "litetts/kitchen/speak": Speak(),
    "litetts/kitchen/speak/low": Speak(Priority.LOW),
    "litetts/kitchen/speak/normal": Speak(Priority.NORMAL),
    "litetts/kitchen/speak/high": Speak(Priority.HIGH),
    "litetts/kitchen/speak/critical": Speak(Priority.CRITICAL),
    "litetts/all/speak": Speak(),
    "litetts/group/ground/speak": Speak(),
    "litetts/group/ground-floor/speak": Speak(),
    "litetts/kitchen/prepare": Prepare(),
    **{f"litetts/{who}/{verb}": Control(verb) for verb in CONTROLS for who in ("kitchen", "all", "group/ground")},
    **{f"litetts/kitchen/{what}/set": Set(what) for what in SETTERS},
    **{f"litetts/kitchen/request/{verb}": Request(verb) for verb in VERBS},
}  # fmt: skip


@pytest.mark.parametrize("topic", MEANINGS)
def test_a_topic_of_the_protocol_is_brought_and_understood(topic: str) -> None:
    """Every one is covered by exactly one subscription, so that nothing is spoken twice."""
    assert KITCHEN.parse(topic) == MEANINGS[topic]
    assert [filter_ for filter_ in KITCHEN.subscriptions() if matches(filter_, topic)] != []
    assert len([filter_ for filter_ in KITCHEN.subscriptions() if matches(filter_, topic)]) == 1


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "/",
        "litetts",
        "litetts/kitchen",
        "litetts/kitchen/",
        "litetts/kitchen//speak",
        "litetts/kitchen/speak/",
        "litetts/kitchen/speak/urgent",
        "litetts/kitchen/speak/high/now",
        "litetts/kitchen/volume",
        "litetts/kitchen/volume/get",
        "litetts/kitchen/request",
        "litetts/kitchen/request/ping/me",
        "litetts/kitchen/availability",
        "litetts/kitchen/event",
        "litetts/kitchen2/speak",
        "litetts/kitche/speak",
        "litetts/other/speak",
        "litetts/all/prepare",
        "litetts/all/volume/set",
        "litetts/all/request/ping",
        "litetts/all/speak/high",
        "litetts/group/speak",
        "litetts/group/attic/speak",
        "litetts/group/ground/request/ping",
        "litetts/pool/render",
        "Litetts/kitchen/speak",
        "other/kitchen/speak",
        "litetts/litetts/kitchen/speak",
    ],
)
def test_a_topic_of_somebody_else_means_nothing(topic: str) -> None:
    """Also those that differ by a level, a letter or a slash."""
    assert KITCHEN.parse(topic) is None


def test_nothing_of_others_is_subscribed() -> None:
    """Never `#`, and a wildcard only below the node's own speak and request."""
    filters = KITCHEN.subscriptions()
    assert len(set(filters)) == len(filters)
    assert [one for one in filters if "#" in one] == []
    assert [one for one in filters if "+" in one] == ["litetts/kitchen/speak/+", "litetts/kitchen/request/+"]


def test_what_the_node_says_is_not_what_it_hears() -> None:
    """None of its own publications comes back to it."""
    said = [KITCHEN.availability, KITCHEN.info, KITCHEN.state, KITCHEN.health, KITCHEN.event, KITCHEN.error]
    said += [KITCHEN.audio("x"), KITCHEN.audio("set"), *(KITCHEN.response(verb) for verb in VERBS)]
    for topic in said:
        assert topic.startswith("litetts/kitchen/")
        assert KITCHEN.parse(topic) is None
        assert not any(matches(filter_, topic) for filter_ in KITCHEN.subscriptions())


def test_a_base_of_several_levels() -> None:
    """`mqtt.base_topic: home/speech` moves everything there."""
    topics = Topics("home/speech", "kitchen", ("ground",))
    assert topics.parse("home/speech/kitchen/speak") == Speak()
    assert topics.parse("home/speech/group/ground/stop") == Control("stop")
    assert topics.parse("home/kitchen/speak") is None
    assert all(filter_.startswith("home/speech/") for filter_ in topics.subscriptions())


def test_a_request_and_its_answer_share_the_verb() -> None:
    """Whoever asks knows where the answer comes."""
    assert KITCHEN.parse(KITCHEN.request("ping")) == Request("ping")
    assert KITCHEN.response("ping") == "litetts/kitchen/response/ping"


def test_a_node_cannot_have_a_name_that_reaches_several() -> None:
    """The settings refuse what the topics reserve; `pool` is for workers to come."""
    shared = {topic.split("/")[1] for topic in KITCHEN.subscriptions()} - {"kitchen"}
    for name in shared | {"pool"}:
        with pytest.raises(ValueError, match="reserved"):
            words.node_id(name)


@given(utterance=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=64))
def test_any_id_is_one_level_of_the_audio_topic(utterance: str) -> None:
    """No id adds a level or a wildcard, and two ids never share a topic."""
    topic = KITCHEN.audio(utterance)
    level = topic.removeprefix("litetts/kitchen/audio/")
    assert level.isascii()
    assert level.isprintable()
    assert not set(level) & set("/+# ")
    assert KITCHEN.audio(utterance + "a") != topic


@given(
    topic=st.text()
    | st.lists(st.sampled_from("litetts kitchen all group ground speak set + #".split())).map("/".join)
)
def test_any_topic_is_parsed(topic: str) -> None:
    """Whatever a broker brings, parsing it raises nothing."""
    KITCHEN.parse(topic)


@pytest.mark.parametrize(
    ("filter_", "topic", "brings"),
    [
        ("a/b", "a/b", True),
        ("a/b", "a/b/c", False),
        ("a/+", "a/b", True),
        ("a/+", "a/", True),
        ("a/+", "a", False),
        ("a/+/c", "a/b/c", True),
        ("a/#", "a/b/c", True),
        ("a/#", "a", True),
        ("a/#", "ab", False),
        ("#", "a/b", True),
        ("+/b", "/b", True),
    ],
)
def test_what_a_subscription_brings(filter_: str, topic: str, brings: bool) -> None:
    """As MQTT 5 section 4.7.1 says it, with its own examples: `a/#` brings `a` too."""
    assert matches(filter_, topic) is brings
