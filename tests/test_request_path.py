"""Read this first: a request in, the exact list of events out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from litetts_edge.engines.espeak import EspeakEngine
from litetts_edge.engines.tone import ToneEngine
from litetts_edge.errors import (
    BadRequest,
    Duplicate,
    LanguageNotFound,
    OutputNotFound,
    QueueFull,
    SinkFailed,
    TextEmpty,
    VoiceNotFound,
)
from litetts_edge.events import Cancelled, Dropped, Failed, Finished, FirstAudio, Started
from litetts_edge.speech import Priority
from tests.desk import Desk, ask, open_desk
from tests.faulty_engines import BlockingEngine, DamagedEngine, DeafEngine, RaisingEngine


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path) as desk:
        yield desk


async def test_a_request_is_queued_started_and_finished(desk: Desk) -> None:
    """One request, one story; the whole text is heard."""
    desk.pipeline.submit(ask("a", "one two three"))
    assert await desk.closed("a") == ["a Queued", "a Started", "a Finished"]
    finished = desk.closing("a")
    assert isinstance(finished, Finished)
    assert finished.audio_ms == pytest.approx(3 * 225, abs=1)
    assert finished.first_audio_ms is not None
    assert finished.warnings == ()
    assert desk.speaker.takes[0].finished


async def test_first_audio_is_told_once_and_before_the_end(desk: Desk) -> None:
    """Whoever shows `playing` hears of it while it plays."""
    desk.pipeline.submit(ask("a", "one two. three four."))
    await desk.closed("a")
    kinds = [type(event) for event in desk.told]
    assert kinds.count(FirstAudio) == 1
    assert kinds.index(Started) < kinds.index(FirstAudio) < kinds.index(Finished)


async def test_the_first_sentence_is_handed_over_while_the_next_is_made(tmp_path: Path) -> None:
    """A long text is heard before it is synthesized."""
    engine = BlockingEngine()
    async with open_desk(tmp_path, [ToneEngine(), engine]) as desk:
        desk.pipeline.submit(ask("a", "First. Second.", voice="tone"))
        await desk.started("a")
        await desk.closed("a")
        ends = [chunk.ends_sentence for chunk in desk.speaker.takes[0].chunks]
        assert ends.count(True) == 2


async def test_more_urgent_requests_go_first_and_equals_keep_their_order(desk: Desk) -> None:
    """Critical, high, normal, low; first in, first out inside each."""
    desk.speaker.pause()
    desk.pipeline.submit(ask("now"))
    await desk.at_speaker("now")
    for name, priority in (("l", 0), ("n1", 1), ("h", 2), ("n2", 1), ("c", 3)):
        desk.pipeline.submit(ask(name, priority=Priority(priority)))
    desk.speaker.resume()
    await desk.closed("l")
    assert [take.request.id for take in desk.speaker.takes] == ["now", "c", "h", "n1", "n2", "l"]


async def test_a_file_does_not_wait_for_the_loudspeaker(desk: Desk) -> None:
    """What is not heard goes its own lane."""
    desk.speaker.pause()
    desk.pipeline.submit(ask("aloud"))
    desk.pipeline.submit(ask("quiet", outputs=("file",)))
    await desk.closed("quiet")
    assert "aloud Finished" not in desk.story()
    desk.speaker.resume()
    await desk.closed("aloud")


async def test_stop_cuts_what_is_spoken_and_cancels_what_waits(desk: Desk) -> None:
    """Silence, and every request hears why."""
    desk.speaker.pause()
    for name in ("a", "b", "c"):
        desk.pipeline.submit(ask(name))
    await desk.at_speaker("a")
    desk.pipeline.stop()
    await desk.closed("a", "b", "c")
    assert {desk.closing(name) for name in "abc"} == {Cancelled(ask(name).id, "stop") for name in "abc"}
    assert desk.speaker.takes[0].left
    assert not desk.speaker.takes[0].finished


async def test_skip_goes_on_with_what_waits(desk: Desk) -> None:
    """Only the one that is spoken ends."""
    desk.speaker.pause()
    desk.pipeline.submit(ask("a"))
    desk.pipeline.submit(ask("b"))
    await desk.at_speaker("a")
    desk.pipeline.skip()
    desk.speaker.resume()
    await desk.closed("b")
    assert desk.closing("a") == Cancelled(ask("a").id, "skip")
    assert isinstance(desk.closing("b"), Finished)


async def test_clear_lets_the_spoken_one_end(desk: Desk) -> None:
    """Only those that wait are cancelled."""
    desk.speaker.pause()
    desk.pipeline.submit(ask("a"))
    desk.pipeline.submit(ask("b"))
    await desk.at_speaker("a")
    desk.pipeline.clear()
    desk.speaker.resume()
    await desk.closed("a", "b")
    assert isinstance(desk.closing("a"), Finished)
    assert desk.closing("b") == Cancelled(ask("b").id, "clear")


async def test_cancel_finds_a_request_wherever_it_is(desk: Desk) -> None:
    """Waiting, spoken, or unknown."""
    desk.speaker.pause()
    desk.pipeline.submit(ask("a"))
    desk.pipeline.submit(ask("b"))
    await desk.at_speaker("a")
    assert desk.pipeline.cancel(ask("b").id)
    assert desk.pipeline.cancel(ask("a").id)
    assert not desk.pipeline.cancel(ask("z").id)
    await desk.closed("a", "b")


async def test_a_request_stopped_before_its_first_step_is_closed_too(desk: Desk) -> None:
    """Cancelled in the same breath as it was submitted."""
    desk.pipeline.submit(ask("a"))
    desk.pipeline.stop()
    await desk.closed("a")
    assert isinstance(desk.closing("a"), Cancelled)


async def test_pause_holds_and_resume_goes_on(desk: Desk) -> None:
    """Nothing starts at the loudspeaker meanwhile, and nothing is lost."""
    desk.pipeline.pause()
    desk.sinks["file"].resume()  # nobody hears a file live: real ones ignore pause()
    desk.pipeline.submit(ask("a"))
    desk.pipeline.submit(ask("q", outputs=("file",)))
    await desk.closed("q")
    assert "a Started" not in desk.story()
    assert desk.pipeline.paused
    desk.pipeline.resume()
    assert (await desk.closed("a"))[-2:] == ["a Started", "a Finished"]


async def test_interrupt_cuts_what_is_no_more_urgent(desk: Desk) -> None:
    """And is spoken next, before its waiting equals."""
    desk.speaker.pause()
    desk.pipeline.submit(ask("a"))
    desk.pipeline.submit(ask("b"))
    await desk.at_speaker("a")
    desk.pipeline.submit(ask("now", interrupt=True))
    desk.speaker.resume()
    await desk.closed("now", "b")
    assert desk.closing("a") == Cancelled(ask("a").id, "interrupted")
    assert [take.request.id for take in desk.speaker.takes] == ["a", "now", "b"]


async def test_interrupt_does_not_cut_an_alarm(desk: Desk) -> None:
    """A doorbell waits for the smoke alarm."""
    desk.speaker.pause()
    desk.pipeline.submit(ask("alarm", priority=Priority.CRITICAL))
    await desk.at_speaker("alarm")
    desk.pipeline.submit(ask("bell", interrupt=True))
    desk.speaker.resume()
    await desk.closed("bell")
    assert isinstance(desk.closing("alarm"), Finished)


async def test_repeat_says_it_again(desk: Desk) -> None:
    """Three times the text, with a rest between."""
    desk.pipeline.submit(ask("a", "one", repeat=3))
    await desk.closed("a")
    finished = desk.closing("a")
    assert isinstance(finished, Finished)
    assert finished.audio_ms == pytest.approx(3 * 225 + 2 * 700, abs=1)


async def test_a_request_that_waits_too_long_expires_when_it_happens(desk: Desk) -> None:
    """Not when the long text before it ends."""
    desk.speaker.pause()
    desk.pipeline.submit(ask("a"))
    await desk.at_speaker("a")
    late = ask("b")
    desk.pipeline.submit(ask("c", deadline=late.accepted_at + 0.05))
    await desk.closed("c")
    assert desk.story()[-1] == "c Expired"
    assert "a Finished" not in desk.story()


async def test_a_request_that_comes_too_late_is_never_started(desk: Desk) -> None:
    """Its deadline lies in the past already."""
    desk.pipeline.submit(ask("a", deadline=0.0))
    assert await desk.closed("a") == ["a Queued", "a Expired"]


async def test_a_repeated_id_is_spoken_once(desk: Desk) -> None:
    """And the duplicate leaves no event, so that its name still has one closing event."""
    desk.pipeline.submit(ask("a"))
    with pytest.raises(Duplicate):
        desk.pipeline.submit(ask("a"))
    await desk.closed("a")
    with pytest.raises(Duplicate):
        desk.pipeline.submit(ask("a"))
    assert desk.story() == ["a Queued", "a Started", "a Finished"]


async def test_a_name_that_waits_is_known_however_many_came_after_it(tmp_path: Path) -> None:
    """Else two open requests would share it, and each would end it."""
    async with open_desk(tmp_path, limit=300) as desk:
        desk.pipeline.pause()
        for number in range(300):
            desk.pipeline.submit(ask(str(number)))
        with pytest.raises(Duplicate):
            desk.pipeline.submit(ask("0"))
        desk.pipeline.refuse(ask("0").id, TextEmpty())
        desk.pipeline.clear()
        await desk.closed("0", "299")
        assert desk.closing("0") == Cancelled(ask("0").id, "clear")


async def test_the_last_256_ids_are_known(tmp_path: Path) -> None:
    """The 257th newest is forgotten."""
    async with open_desk(tmp_path, limit=300) as desk:
        desk.speaker.pause()
        for number in range(257):
            desk.pipeline.submit(ask(str(number)))
        with pytest.raises(Duplicate):
            desk.pipeline.submit(ask("1"))
        desk.pipeline.stop()
        await desk.closed("0")
        desk.pipeline.submit(ask("0"))
        desk.pipeline.stop()


@pytest.mark.parametrize(
    ("fields", "error"),
    [({"voice": "nobody"}, VoiceNotFound), ({"outputs": ("speaker", "moon")}, OutputNotFound)],
)
async def test_what_cannot_be_done_is_dropped_with_its_reason(
    desk: Desk, fields: dict[str, Any], error: type[BadRequest]
) -> None:
    """The door gets the error, everybody the event."""
    with pytest.raises(error):
        desk.pipeline.submit(ask("a", **fields))
    assert await desk.closed("a") == ["a Dropped"]
    dropped = desk.closing("a")
    assert isinstance(dropped, Dropped)
    assert dropped.code == error.code


async def test_a_full_queue_refuses_the_new_and_keeps_the_old(tmp_path: Path) -> None:
    """What was admitted is spoken."""
    async with open_desk(tmp_path, limit=2) as desk:
        desk.speaker.pause()
        desk.pipeline.submit(ask("now"))
        await desk.at_speaker("now")
        desk.pipeline.submit(ask("a"))
        desk.pipeline.submit(ask("b"))
        with pytest.raises(QueueFull):
            desk.pipeline.submit(ask("c"))
        desk.speaker.resume()
        await desk.closed("now", "a", "b", "c")
        assert isinstance(desk.closing("b"), Finished)
        assert isinstance(desk.closing("c"), Dropped)


async def test_an_engine_that_raises_fails_one_request(tmp_path: Path) -> None:
    """A told failure, a bug, and then the next request as if nothing had been."""
    async with open_desk(tmp_path, [RaisingEngine()]) as desk:
        for name, text in (("a", "fail"), ("b", "bug"), ("c", "fine")):
            desk.pipeline.submit(ask(name, text))
        await desk.closed("a", "b", "c")
        failed, bug = desk.closing("a"), desk.closing("b")
        assert isinstance(failed, Failed)
        assert failed.code == "engine_failed"
        assert isinstance(bug, Failed)
        assert bug.code == "internal"
        assert isinstance(desk.closing("c"), Finished)


async def test_an_output_that_fails_fails_the_request(desk: Desk) -> None:
    """And the next one is tried."""
    desk.speaker.fails_with = SinkFailed("speaker", "unplugged")
    desk.pipeline.submit(ask("a"))
    desk.pipeline.submit(ask("b"))
    await desk.closed("a", "b")
    failed = desk.closing("a")
    assert isinstance(failed, Failed)
    assert failed.code == "sink_failed"
    assert isinstance(desk.closing("b"), Finished)


async def test_one_of_two_outputs_is_enough_and_the_other_is_told(desk: Desk) -> None:
    """No sound card must not keep the audio from being published."""
    desk.speaker.fails_with = SinkFailed("speaker", "unplugged")
    desk.pipeline.submit(ask("a", outputs=("speaker", "file")))
    await desk.closed("a")
    finished = desk.closing("a")
    assert isinstance(finished, Finished)
    assert any("unplugged" in warning for warning in finished.warnings)
    assert desk.sinks["file"].takes[0].finished


async def test_two_outputs_get_the_same_samples(desk: Desk) -> None:
    """The audio is made once."""
    desk.pipeline.submit(ask("a", outputs=("speaker", "file")))
    await desk.closed("a")
    np.testing.assert_array_equal(desk.speaker.takes[0].samples, desk.sinks["file"].takes[0].samples)


async def test_a_text_with_nothing_to_say_finishes_with_a_warning(desk: Desk) -> None:
    """No nonsense is spoken for punctuation."""
    desk.pipeline.submit(ask("a", "?!"))
    await desk.closed("a")
    finished = desk.closing("a")
    assert isinstance(finished, Finished)
    assert finished.audio_ms == 0
    assert "nothing_to_speak" in finished.warnings[0]


async def test_a_run_that_is_stopped_ends_and_the_next_request_is_spoken(tmp_path: Path) -> None:
    """The model is told to terminate; nobody waits for the whole run."""
    engine = BlockingEngine()
    async with open_desk(tmp_path, [engine, ToneEngine()]) as desk:
        desk.pipeline.submit(ask("a", "held", voice=engine.name))
        await asyncio.to_thread(engine.entered.wait, 5)
        desk.pipeline.stop()
        desk.pipeline.submit(ask("b", voice="tone"))
        await desk.closed("a", "b")
        assert isinstance(desk.closing("b"), Finished)


async def test_a_run_that_cannot_be_stopped_closes_its_request_at_once(tmp_path: Path) -> None:
    """The thread is still busy; the next run waits for it, the event does not."""
    engine = DeafEngine()
    async with open_desk(tmp_path, [engine, ToneEngine()]) as desk:
        desk.pipeline.submit(ask("a", "held", voice=engine.name))
        await asyncio.to_thread(engine.entered.wait, 5)
        desk.pipeline.stop()
        await desk.closed("a")
        desk.pipeline.submit(ask("b", voice="tone"))
        await desk.until(lambda: "b Started" in desk.story())
        assert "b Finished" not in desk.story()
        engine.release()
        await desk.closed("b")


async def test_leaving_closes_every_request(tmp_path: Path) -> None:
    """Spoken or waiting, each hears that the daemon stops."""
    async with open_desk(tmp_path) as desk:
        desk.speaker.pause()
        for name in ("a", "b"):
            desk.pipeline.submit(ask(name))
        await desk.at_speaker("a")
    assert {desk.closing(name) for name in "ab"} == {Cancelled(ask(name).id, "shutdown") for name in "ab"}


async def test_a_language_that_no_voice_reads_is_dropped(tmp_path: Path) -> None:
    """A text is never read by the rules of a language that it is not in."""
    async with open_desk(tmp_path) as desk:
        with pytest.raises(LanguageNotFound):
            desk.pipeline.submit(ask("a", "eins", lang="de"))
        dropped = desk.closing("a") if await desk.closed("a") else None
        assert isinstance(dropped, Dropped)
        assert dropped.code == "language_not_found"


async def test_another_language_is_read_by_a_voice_that_speaks_it(tmp_path: Path) -> None:
    """With a warning, because it is not the voice that was asked for."""
    async with open_desk(tmp_path, [ToneEngine(), EspeakEngine()]) as desk:
        desk.pipeline.submit(ask("a", "eins", lang="de"))
        await desk.closed("a")
        finished = desk.closing("a")
        assert isinstance(finished, Finished)
        assert finished.voice == "espeak:de"
        assert "voice_changed" in finished.warnings[0]


async def test_a_voice_that_cannot_be_loaded_is_replaced(tmp_path: Path) -> None:
    """A damaged model must not cost an announcement."""
    async with open_desk(tmp_path, [DamagedEngine(), EspeakEngine()]) as desk:
        desk.pipeline.submit(ask("a", "hello"))
        await desk.closed("a")
        finished = desk.closing("a")
        assert isinstance(finished, Finished)
        assert finished.voice == "espeak:en-us"
        assert "damaged" in finished.warnings[0]


async def test_without_a_spare_voice_a_load_that_fails_fails_the_request(tmp_path: Path) -> None:
    """And says what is wrong with the model."""
    async with open_desk(tmp_path, [DamagedEngine()]) as desk:
        desk.pipeline.submit(ask("a", "hello"))
        await desk.closed("a")
        failed = desk.closing("a")
        assert isinstance(failed, Failed)
        assert failed.code == "engine_failed"


@pytest.mark.parametrize(
    ("lang", "voice"), [("es-AR", "espeak:es-419"), ("nn", "espeak:nb"), ("pt-BR", "espeak:pt-br")]
)
async def test_a_region_is_read_as_its_nearest_relative(tmp_path: Path, lang: str, voice: str) -> None:
    """A language that goes by another name is found."""
    async with open_desk(tmp_path, [EspeakEngine()]) as desk:
        desk.pipeline.submit(ask("a", "uno", lang=lang))
        await desk.closed("a")
        finished = desk.closing("a")
        assert isinstance(finished, Finished)
        assert finished.voice == voice


async def test_marks_of_ssml_have_their_time(desk: Desk) -> None:
    """A mark behind a pause of two seconds is reached then."""
    document = '<speak>One.<break time="2s"/><mark name="here"/>Two.</speak>'
    desk.pipeline.submit(ask("a", document))
    await desk.closed("a")
    finished = desk.closing("a")
    assert isinstance(finished, Finished)
    ((name, at_ms),) = finished.marks
    assert name == "here"
    assert 2000 < at_ms < finished.audio_ms


async def test_ssml_in_another_language_finds_a_voice_for_it(tmp_path: Path) -> None:
    """Its xml:lang chooses, as a request's lang does; the same language in another accent does not."""
    async with open_desk(tmp_path, [EspeakEngine()]) as desk:
        for name, lang in (("de", "de"), ("gb", "en-GB")):
            desk.pipeline.submit(ask(name, f'<speak xml:lang="{lang}">Hallo</speak>', voice="espeak:en-us"))
        await desk.closed("de", "gb")
        spoken = {event.id: event.voice for event in desk.told if isinstance(event, Finished)}
    assert spoken == {"de": "espeak:de", "gb": "espeak:en-us"}
