"""What a node answers on its request topics, verb by verb, and what it refuses."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from litetts_edge.engines.espeak import EspeakEngine
from litetts_edge.engines.tone import ToneEngine
from litetts_edge.errors import BadRequest, LanguageNotFound
from litetts_edge.events import Failed
from litetts_edge.health import Gauges, Health
from litetts_edge.mqtt.topics import VERBS
from litetts_edge.mqtt.verbs import LOG_LEVELS, Verbs
from litetts_edge.settings.live import LiveSettings, Sources
from litetts_edge.settings.problems import SettingsError
from litetts_edge.speech import RequestId, Voice
from litetts_edge.status import BOOT_ID, Status
from litetts_edge.text.frontend import Explanation, Frontend
from litetts_edge.text.lexicon_files import LexiconFiles
from litetts_edge.tuning.background import BackgroundTuning
from tests.desk import Desk, ask, open_desk

LATER = ("cache",)


@dataclass(slots=True)
class Card:
    """A loudspeaker as the status sees it."""

    device_name: str = "pulse"
    problem: str | None = None


@dataclass(slots=True)
class Office:
    """Verbs over a running pipeline."""

    verbs: Verbs
    desk: Desk
    live: LiveSettings
    card: Card
    file: Path
    link_problems: list[str] = field(default_factory=list)

    @property
    def status(self) -> Status:
        return self.verbs.status

    async def ask(self, verb: str, **fields: Any) -> Any:
        """The answer, as it looks after the way over the wire."""
        return json.loads(json.dumps(await self.verbs.answer(verb, fields), allow_nan=False))

    async def refusal(self, verb: str, **fields: Any) -> tuple[str, str]:
        with pytest.raises(BadRequest) as raised:
            await self.verbs.answer(verb, fields)
        return raised.value.code, str(raised.value)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """The default voice is beeps; espeak's voices are there too."""
    file = tmp_path / "edge.yaml"
    file.write_text("node: {id: kitchen, groups: [ground]}\nmqtt: {username: me, password: sesame}\n")
    sources = Sources(file, {"STATE_DIRECTORY": str(tmp_path / "state"), "HOME": str(tmp_path)}, ())
    live = LiveSettings(sources, sources.load())
    card = Card()
    link_problems: list[str] = []
    async with open_desk(tmp_path, [ToneEngine(), EspeakEngine()]) as desk:
        status = Status(live, desk.pipeline, card, ("speaker", "file"), lambda: next(iter(link_problems), None))
        health = Health(Gauges(int, lambda: "pulse", int, int, int, float, int))
        lexicon = LexiconFiles(tmp_path / "lexicon.yaml", tmp_path / "state")
        tuning = BackgroundTuning((), {}, lambda: "the kernel changed", lambda: None)
        verbs = Verbs(status, desk.pipeline, live, health, desk.thread, Frontend(lexicon), lexicon, tuning)
        yield Office(verbs, desk, live, card, file, link_problems)


async def busy(office: Office) -> None:
    """One is spoken, two wait."""
    for name in ("one", "two", "three"):
        office.desk.pipeline.submit(ask(name, "a " * 400))
        if name == "one":
            office.desk.speaker.pause()
            await office.desk.until(lambda: office.desk.pipeline.current() is not None)


# -- every verb --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", VERBS)
async def test_every_verb_of_the_protocol_is_answered_or_comes_later(office: Office, verb: str) -> None:
    """Nothing of the protocol is an unknown verb, and nothing that works is told to come later."""
    needed = {"cancel": {"id": "x"}, "explain": {"text": "hi"}, "log_level": {"level": "info"}}
    if verb in LATER:
        code, message = await office.refusal(verb)
        assert (code, f"request/{verb} " in message) == ("not_supported", True)
    else:
        await office.ask(verb, **needed.get(verb, {}))


async def test_an_unknown_verb_is_told_what_there_is(office: Office) -> None:
    """With the nearest one, and not in full when it is long."""
    code, message = await office.refusal("pong")
    assert code == "unknown_verb"
    assert "Did you mean 'ping'?" in message
    assert all(verb in message for verb in VERBS)
    for name in ("", "PING", "__class__", "_ping", "a" * 60_000):
        code, message = await office.refusal(name)
        assert (code, len(message) < 400) == ("unknown_verb", True)


# -- each verb ---------------------------------------------------------------------------------------------


async def test_ping_says_since_when(office: Office) -> None:
    """Enough to see that it lives and whether it was restarted."""
    answer = await office.ask("ping", id="any")
    assert answer["boot_id"] == BOOT_ID
    assert answer["uptime_s"] >= 0
    assert answer["ts"] > 1.7e9


async def test_info_is_the_info_topic(office: Office) -> None:
    """Who it is, what it has, what it takes; and no secret."""
    answer = await office.ask("info")
    for name in ("version", "schema", "boot_id", "engine", "model", "voices", "sample_rate", "outputs", "limits"):
        assert answer[name], name
    assert (answer["id"], answer["groups"], answer["voice"]) == ("kitchen", ["ground"], "tone")
    assert answer["outputs"] == ["speaker", "file"]
    assert answer["limits"] == {"text": 5000, "payload_bytes": 65536, "queue": 10, "repeat": 5}
    assert "speaker" in answer["settings_schema"]["properties"]
    assert "sesame" not in json.dumps(answer)


async def test_voices_can_be_asked_for_by_language(office: Office) -> None:
    """All of them, or those whose tag begins so, in whatever case."""
    everything = await office.ask("voices")
    assert everything[0] == {
        "id": "tone", "engine": "tone", "lang": "en-US", "sample_rate": 16000, "name": "Beeps", "alphabet": "text"
    }  # fmt: skip
    assert await office.ask("voices", lang="") == await office.ask("voices", lang=None) == everything
    german = await office.ask("voices", lang="DE")
    assert {voice["id"] for voice in german} == {"espeak:de"}
    assert await office.ask("voices", lang="tlh") == []
    assert await office.refusal("voices", lang=5) == ("bad_field", "lang: a text is needed here")


async def test_models_are_counted(office: Office) -> None:
    answer = await office.ask("models")
    assert answer[0] == {"engine": "tone", "voices": 1}
    assert answer[1]["voices"] > 50


async def test_the_queue_is_shown_without_the_texts(office: Office) -> None:
    """They are private; ids, priorities and sources are not."""
    assert await office.ask("queue") == {"current": None, "waiting": [], "limit": 10}
    await busy(office)
    answer = await office.ask("queue")
    assert answer["current"] == {"id": "one", "priority": "normal", "source": "command line"}
    assert [request["id"] for request in answer["waiting"]] == ["two", "three"]
    assert "a a" not in json.dumps(answer)


async def test_cancel_takes_one_out(office: Office) -> None:
    """Waiting or spoken; what is neither is no error."""
    await busy(office)
    assert await office.ask("cancel", id="two") == {"cancelled": True}
    assert await office.ask("cancel", id="two") == {"cancelled": False}
    assert await office.ask("cancel", id="one") == {"cancelled": True}
    await office.desk.closed("one", "two")
    for wrong in ({}, {"id": ""}, {"id": 5}, {"id": None}):
        assert (await office.refusal("cancel", **wrong))[0] == "bad_field"


async def test_health_is_the_health_topic(office: Office) -> None:
    office.verbs.health.counters.count(Failed(RequestId("x"), "sink_failed", "no"))
    answer = await office.ask("health")
    assert (answer["failed_total"], answer["last_error"]) == (1, "sink_failed")
    assert answer["rss_mb"] > 10


async def test_config_shows_where_each_value_comes_from(office: Office) -> None:
    """All of them or one section; secrets are masked."""
    everything = await office.ask("config")
    assert len(everything) > 40
    assert "sesame" not in json.dumps(everything)
    (node,) = await office.ask("config", key="node.id")
    assert node == {
        "key": "node.id",
        "value": "kitchen",
        "origin": {"layer": "file", "file": str(office.file), "line": 1},
        "applies": "restart",
    }
    assert {line["key"].partition(".")[0] for line in await office.ask("config", key="speaker.")} == {"speaker"}
    assert await office.ask("config", key="nothing") == []
    assert (await office.refusal("config", key=5))[0] == "bad_field"


async def test_reload_says_what_changed(office: Office) -> None:
    """Or every error, and then nothing changed."""
    assert await office.ask("reload") == {"changed": []}
    office.file.write_text("speed: 2\n")
    assert "speed" in (await office.ask("reload"))["changed"]
    office.file.write_text("sped: 2\nspeaker: {volume: 900}\n")
    with pytest.raises(SettingsError) as raised:
        await office.ask("reload")
    assert len(raised.value.problems) == 2
    assert office.status.state()["problem"] == "bad_settings"


async def test_override_sets_lists_removes_and_restores(office: Office) -> None:
    """One verb for all that is changed while it runs."""
    change = {"changed": [{"key": "speed", "applies": "live"}]}
    assert await office.ask("override") == {"overrides": {}, "backups": []}
    assert await office.ask("override", key="speed", value=1.5) == change
    assert await office.ask("override", key="speed", value=1.5) == {"changed": []}
    assert await office.ask("override", key="speed") == change
    assert office.live.value.speed == 1.0
    (backup,) = (await office.ask("override"))["backups"]
    assert await office.ask("override", restore=backup) == change
    assert (await office.ask("override"))["overrides"] == {"speed": "1.5"}


@pytest.mark.parametrize("fields", [{"value": 5}, {"key": 5}, {"key": ""}, {"key": 5, "value": 5}, {"restore": 5}])
async def test_override_refuses_what_names_no_setting(office: Office, fields: dict[str, object]) -> None:
    """A value without its key is not taken for a question."""
    assert (await office.refusal("override", **fields))[0] == "bad_field"


@pytest.mark.parametrize(
    "fields",
    [
        {"key": "speed", "value": 9},
        {"key": "speed", "value": None},
        {"key": "speed", "value": {}},
        {"key": "sped", "value": 1},
        {"restore": "../../etc/passwd"},
    ],
)
async def test_override_refuses_what_is_no_value(office: Office, fields: dict[str, object]) -> None:
    """By the settings' own words; nothing is changed."""
    with pytest.raises(SettingsError):
        await office.ask("override", **fields)
    assert await office.ask("override") == {"overrides": {}, "backups": []}


async def test_explain_says_how_a_text_is_spoken(office: Office) -> None:
    """Token by token, with spans into the text, in the words of the protocol."""
    answer = await office.ask("explain", text="It's 5 km.")
    assert (answer["voice"], answer["lang"], answer["warnings"]) == ("tone", "en-US", [])
    word, number, mark = answer["tokens"]
    assert (word["span"], word["text"], word["class"]) == ([0, 4], "It's", "word")
    assert (number["span"], number["class"], number["spoken"]) == ([5, 9], "unit", "five kilometers")
    assert number["phonemes"].startswith("fˈaɪv")
    assert (mark["text"], mark["class"], mark["spoken"]) == (".", "mark", "")


async def test_explain_takes_a_lexicon_that_was_just_changed(office: Office) -> None:
    """add, and the next text is read by it; undo, and it is not."""
    await office.ask("lexicon", action="add", word="Nguyen", say="win")
    (token,) = (await office.ask("explain", text="Nguyen"))["tokens"]
    assert (token["class"], token["spoken"], token["source"]) == ("lexicon", "win", "user")
    await office.ask("lexicon", action="undo")
    (token,) = (await office.ask("explain", text="Nguyen"))["tokens"]
    assert (token["class"], token["spoken"]) == ("word", "Nguyen")


async def test_lexicon_verbs(office: Office) -> None:
    """list, add in both spellings, test without keeping, remove, undo."""
    added = await office.ask("lexicon", add={"word": "Nguyen", "say": "win", "note": "a name"})
    assert added == {"added": {"word": "Nguyen", "say": "win", "note": "a name"}}
    listed = (await office.ask("lexicon"))["entries"]
    assert [(one["word"], one["layer"]) for one in listed if one["layer"] != "project"] == [("Nguyen", "live")]
    tried = await office.ask("lexicon", action="test", text="an HVAC", word="HVAC", say="H vac")
    assert tried["tokens"][1]["spoken"] == "H vac"
    assert (await office.ask("explain", text="HVAC"))["tokens"][0]["spoken"] != "H vac"
    assert await office.ask("lexicon", action="remove", word="nguyen") == {"removed": [added["added"]]}
    assert await office.ask("lexicon", action="undo") == {"undoable": 1}


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"action": "ad"}, "bad_field"),
        ({"action": "add", "word": "a b", "say": "c"}, "lexicon_invalid"),
        ({"add": {"wrod": "a"}}, "lexicon_invalid"),
        ({"action": "remove", "word": "nobody"}, "lexicon_invalid"),
        ({"action": "undo"}, "lexicon_invalid"),
        ({"action": "test", "word": "a", "say": "b"}, "bad_field"),
    ],
)
async def test_lexicon_refuses(office: Office, fields: dict[str, object], code: str) -> None:
    """Each fault is the sender's to mend, and changes nothing."""
    assert (await office.refusal("lexicon", **fields))[0] == code


async def test_explain_takes_the_voice_that_would_speak(office: Office) -> None:
    """A named voice, or the one that reads the language; the same choice as for a speak request."""
    asked: list[tuple[str, str]] = []

    class Asked(Frontend):
        def explain(self, text: str, voice: Voice, lang: str = "") -> Explanation:
            asked.append((voice.id, lang))
            return Explanation((), (), ())

    verbs = replace(office.verbs, frontend=Asked())
    for fields in ({}, {"voice": "espeak:fr"}, {"lang": "de"}, {"voice": None, "lang": None}):
        await verbs.answer("explain", {"text": "hi", **fields})
    assert asked == [("tone", "en-US"), ("espeak:fr", "fr"), ("espeak:de", "de"), ("tone", "en-US")]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, "bad_field"),
        ({"text": ""}, "bad_field"),
        ({"text": 5}, "bad_field"),
        ({"text": "hi", "voice": 5}, "bad_field"),
        ({"text": "hi", "lang": ["en"]}, "bad_field"),
        ({"text": "hi", "lang": "xx"}, "language_not_found"),
        ({"text": "hi", "voice": "nobody"}, "voice_not_found"),
    ],
)
async def test_explain_refuses(office: Office, fields: dict[str, object], code: str) -> None:
    """Each fault is the sender's to mend, and is answered."""
    assert (await office.refusal("explain", **fields))[0] == code


async def test_explain_answers_what_the_front_end_cannot_read(office: Office) -> None:
    """A language that espeak-ng does not know is found out on the inference thread only."""

    class Ignorant(Frontend):
        def explain(self, text: str, voice: Voice, lang: str = "") -> Explanation:
            raise LanguageNotFound(lang, ("en", "de"))

    verbs = replace(office.verbs, frontend=Ignorant())
    with pytest.raises(BadRequest, match="No voice reads the language 'en-US'"):
        await verbs.answer("explain", {"text": "hi", "lang": "en-US"})


async def test_explain_reads_no_more_than_a_request_may_have(office: Office) -> None:
    """5000 characters; the inference thread has speech to make."""
    answer = await office.ask("explain", text="Word. " * 2000)
    assert answer["tokens"][-1]["span"][1] <= 5000


@pytest.fixture
def level_kept() -> Iterator[logging.Logger]:
    logger = logging.getLogger("litetts_edge")
    before = logger.level
    yield logger
    logger.setLevel(before)


async def test_log_level_is_set(office: Office, level_kept: logging.Logger) -> None:
    """Until the next start; the words are those of the settings."""
    for level in LOG_LEVELS:
        assert await office.ask("log_level", level=level.upper()) == {"level": level}
        assert logging.getLevelName(level_kept.level) == level.upper()
    for wrong in ({}, {"level": "loud"}, {"level": 10}, {"level": "critical"}):
        assert (await office.refusal("log_level", **wrong))[0] == "bad_field"


# -- the state that goes with it ---------------------------------------------------------------------------


async def test_the_state_says_what_goes_on(office: Office) -> None:
    """Idle, synthesizing or playing, paused: the one word that everybody reads."""
    state = office.status.state()
    assert state == {
        "state": "idle", "problem": None, "audio_device": "pulse", "voice": "tone",
        "model": "loaded", "speed": 1.0, "volume": 80,
        "muted": False, "quiet": False, "quiet_mode": "off", "queue_length": 0, "current": None,
    }  # fmt: skip
    await busy(office)
    assert office.status.state()["queue_length"] == 2
    assert office.status.state()["state"] in {"synthesizing", "playing"}
    office.desk.speaker.resume()
    await office.desk.started("one")
    office.desk.speaker.pause()
    assert office.status.state()["state"] == "playing"
    office.desk.pipeline.pause()
    assert office.status.state()["state"] == "paused"
    office.desk.pipeline.resume()


async def test_the_most_important_problem_is_told(office: Office) -> None:
    """What only waits for a restart hides nothing that is broken now."""
    await office.live.override({"queue.max": 7})
    assert office.status.problem() == "restart_needed"
    office.link_problems.append("self_test_failed")
    assert office.status.problem() == "self_test_failed"
    office.card.problem = "no_audio_device"
    assert office.status.problem() == "no_audio_device"
    office.file.write_text("nonsense: 1\n")
    with pytest.raises(SettingsError):
        await office.live.reload()
    assert office.status.problem() == "bad_settings"


async def test_a_missing_loudspeaker_is_no_problem_for_who_uses_none(office: Office) -> None:
    """A server that only publishes has no sound card, and nothing is wrong."""
    office.card.device_name, office.card.problem = "none", "no_audio_device"
    await office.live.override({"outputs": ["mqtt"]})
    assert office.status.problem() is None
    await office.live.override({"outputs": ["speaker"]})
    assert office.status.problem() == "no_audio_device"
