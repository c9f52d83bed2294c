"""One voice gives way to another while the house is spoken to: in silence, within the memory, losing nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from litetts_edge.engines.espeak import EspeakEngine
from litetts_edge.engines.memory import Room
from litetts_edge.engines.options import SHIPPED
from litetts_edge.engines.tiny import TinyEngine
from litetts_edge.errors import ModelTooLarge, VoiceNotFound
from litetts_edge.events import Finished
from litetts_edge.pipeline.loading import Loader
from litetts_edge.pipeline.residence import UNLOADED_FIRST
from tests.desk import ask
from tests.faulty_engines import HeavyEngine
from tests.hot_house import MB, Clock, House, Machine, need, open_house

# -- beside ------------------------------------------------------------------------------------------------


async def test_the_new_voice_is_loaded_beside_the_old_and_speaks_the_next_request(tmp_path: Path) -> None:
    """The old one is unloaded afterwards."""
    old, new = HeavyEngine("old"), HeavyEngine("new")
    async with open_house(tmp_path, [old], Machine(1000, [old, new])) as house:
        house.residence.want(house.voices(new))
        await house.speaks("new")
        house.desk.pipeline.submit(ask("a"))
        await house.desk.closed("a")
        await house.until(lambda: old.story == ["loaded", "unloaded"])
        assert finished(house, "a").voice == "new"
        assert (house.residence.problem, house.residence.state, house.told) == (None, "loaded", [])


async def test_what_is_spoken_ends_with_the_voice_it_began_with(tmp_path: Path) -> None:
    """And what waits behind it is read by the new one: each has one closing event, in order."""
    old, new = HeavyEngine("old"), HeavyEngine("new")
    async with open_house(tmp_path, [old], Machine(1000, [old, new])) as house:
        desk = house.desk
        desk.speaker.pause()
        desk.pipeline.submit(ask("a", "One. Two. Three."))
        desk.pipeline.submit(ask("b"))
        await desk.at_speaker("a")
        house.residence.want(house.voices(new))
        assert not new.loading.is_set()
        desk.speaker.resume()
        await desk.closed("a", "b")
        assert [finished(house, name).voice for name in ("a", "b")] == ["old", "new"]
        assert [line for line in desk.story() if line.endswith("Finished")] == ["a Finished", "b Finished"]


async def test_a_load_that_may_hold_the_lock_waits_for_silence(tmp_path: Path) -> None:
    """Nobody knows yet for how long this model holds it; what comes meanwhile waits, and is not lost."""
    old, new = HeavyEngine("old"), HeavyEngine("new", loads_at_once=False)
    async with open_house(tmp_path, [old], Machine(1000, [old, new])) as house:
        house.residence.want(house.voices(new))
        await asyncio.to_thread(new.loading.wait, 10)
        house.desk.pipeline.submit(ask("a"))
        await house.desk.until(lambda: bool(house.desk.told))
        assert house.residence.state == "loading"
        assert house.desk.story() == ["a Queued"]
        new.may_load.set()
        await house.desk.closed("a")
        assert finished(house, "a").voice == "new"


async def test_a_load_that_is_known_to_be_harmless_goes_on_beside_speech(tmp_path: Path) -> None:
    """Half of the sound in the card is longer than the lock was held when it was measured."""
    old, new = HeavyEngine("old"), HeavyEngine("new", loads_at_once=False)
    async with open_house(tmp_path, [old], Machine(1000, [old, new]), latency_s=0.2) as house:
        house.loader.know_holds({"new": 0.099})
        house.residence.want(house.voices(new))
        await asyncio.to_thread(new.loading.wait, 10)
        house.desk.pipeline.submit(ask("a"))
        await house.desk.closed("a")
        assert finished(house, "a").voice == "old"
        new.may_load.set()
        await house.speaks("new")


async def test_a_load_that_is_known_to_hold_the_lock_long_waits(tmp_path: Path) -> None:
    """With a hold of half the latency: it is loaded after what is spoken, and before what waits."""
    old, new = HeavyEngine("old"), HeavyEngine("new", loads_at_once=False)
    async with open_house(tmp_path, [old], Machine(1000, [old, new]), latency_s=0.2) as house:
        house.loader.know_holds({"new": 0.1})
        house.desk.speaker.pause()
        house.desk.pipeline.submit(ask("a"))
        await house.desk.at_speaker("a")
        house.desk.pipeline.submit(ask("b"))
        house.residence.want(house.voices(new))
        house.desk.speaker.resume()
        await house.desk.closed("a")
        new.may_load.set()
        await house.desk.closed("a", "b")
        assert [finished(house, name).voice for name in ("a", "b")] == ["old", "new"]


async def test_of_several_wishes_the_last_counts(tmp_path: Path) -> None:
    """One that was overtaken while it waited is not even loaded."""
    old, first, last = HeavyEngine("old"), HeavyEngine("first"), HeavyEngine("last")
    async with open_house(tmp_path, [old], Machine(1000, [old, first, last])) as house:
        house.desk.speaker.pause()
        house.desk.pipeline.submit(ask("a"))
        await house.desk.at_speaker("a")
        house.residence.want(house.voices(first))
        await house.desk.thread.run(lambda: None)
        house.residence.want(house.voices(last))
        house.desk.speaker.resume()
        await house.speaks("last")
        assert first.story == []


async def test_another_voice_of_a_loaded_engine_speaks_at_once(tmp_path: Path) -> None:
    """Nothing is loaded for it, so nothing waits."""
    tiny = TinyEngine(models=SHIPPED)
    async with open_house(tmp_path, [tiny], Machine(1000)) as house:
        house.desk.speaker.pause()
        house.desk.pipeline.submit(ask("a"))
        await house.desk.at_speaker("a")
        house.residence.want(house.desk.pipeline.voices.with_default("tiny:slow"))
        await house.speaks("tiny:slow")
        house.desk.speaker.resume()
        await house.desk.closed("a")
        assert finished(house, "a").voice == "tiny"


# -- not enough memory --------------------------------------------------------------------------------------


async def test_without_room_for_two_the_old_voice_goes_first_and_that_is_said(tmp_path: Path) -> None:
    """What is asked for meanwhile waits for the new one."""
    old, new = HeavyEngine("old"), HeavyEngine("new", loads_at_once=False)
    async with open_house(tmp_path, [old], Machine(150, [old, new])) as house:
        house.residence.want(house.voices(new))
        await asyncio.to_thread(new.loading.wait, 10)
        assert old.story == ["loaded", "unloaded"]
        house.desk.pipeline.submit(ask("a"))
        new.may_load.set()
        await house.desk.closed("a")
        assert finished(house, "a").voice == "new"
        assert [code for code, _ in house.told] == [UNLOADED_FIRST]


async def test_a_failed_load_brings_the_old_voice_back(tmp_path: Path) -> None:
    """Even when it had to go first."""
    old, new = HeavyEngine("old"), HeavyEngine("new")
    new.fails = "its file is damaged."
    async with open_house(tmp_path, [old], Machine(150, [old, new])) as house:
        house.residence.want(house.voices(new))
        await house.until(lambda: house.residence.problem is not None)
        assert house.residence.state == "loaded"
        house.desk.pipeline.submit(ask("a"))
        await house.desk.closed("a")
        assert finished(house, "a").voice == "old"
        assert old.story == ["loaded", "unloaded", "loaded"]
        assert [code for code, _ in house.told] == [UNLOADED_FIRST, "engine_failed"]


async def test_a_model_that_cannot_fit_is_refused_with_the_arithmetic(tmp_path: Path) -> None:
    """Nothing is unloaded for it, and the voice speaks on; a smaller one clears the problem."""
    old, new, small = HeavyEngine("old"), HeavyEngine("new"), HeavyEngine("small")
    async with open_house(tmp_path, [old], Machine(150, [old, new, small])) as house:
        house.residence.want(house.voices(new, megabytes=400))
        await house.until(lambda: house.residence.problem is not None)
        assert house.residence.problem == "model_too_large"
        ((code, message),) = house.told
        assert code == "model_too_large"
        assert "the model new needs about 400 MB (file 400 MB × 1 + 0 MB for whole sentences)" in message
        assert "50 MB are available (MemAvailable of the test), and 100 MB more without the voice" in message
        assert (old.story, new.story, house.residence.state) == (["loaded"], [], "loaded")
        house.residence.want(house.voices(small, megabytes=10))
        await house.speaks("small")
        assert house.residence.problem is None


async def test_a_request_for_another_engine_makes_room_of_what_nobody_uses(tmp_path: Path) -> None:
    """The voice of the settings comes back with the next request for it."""
    one, other = HeavyEngine("one"), HeavyEngine("other")
    async with open_house(tmp_path, [one, other], Machine(150, [one, other])) as house:
        for name, voice in (("a", "other"), ("b", "auto")):
            house.desk.pipeline.submit(ask(name, voice=voice))
            await house.desk.closed(name)
        assert [finished(house, name).voice for name in ("a", "b")] == ["other", "one"]
        assert one.story == ["loaded", "unloaded", "loaded"]


async def test_what_is_used_makes_no_room(tmp_path: Path) -> None:
    """The one that is speaking goes on, and reads the other request as well, which says why."""
    one, other = HeavyEngine("one"), HeavyEngine("other")
    async with open_house(tmp_path, [one, other], Machine(150, [one, other])) as house:
        house.desk.speaker.pause()
        house.desk.pipeline.submit(ask("a"))
        await house.desk.at_speaker("a")
        house.desk.pipeline.submit(ask("b", voice="other", outputs=("file",)))
        await house.desk.closed("b")
        (warning,) = finished(house, "b").warnings
        assert "the model other needs about 100 MB" in warning
        assert (finished(house, "b").voice, other.story) == ("one", [])
        house.desk.speaker.resume()
        await house.desk.closed("a")
        assert (finished(house, "a").voice, one.story) == ("one", ["loaded"])


async def test_the_budget_of_the_settings_counts_as_the_machine_s_own(tmp_path: Path) -> None:
    """It is named where it is what refuses."""
    loader = Loader(lambda: Room(10_000 * MB, "MemAvailable"), budget_mb=lambda: 99)
    with pytest.raises(ModelTooLarge, match=r"99 MB are available \(engine\.memory_mb is 99\)"):
        loader.load(HeavyEngine(), need("heavy", 100))


# -- what fails ---------------------------------------------------------------------------------------------


async def test_a_failed_load_keeps_the_old_voice_speaking(tmp_path: Path) -> None:
    """The problem says so until another load succeeds."""
    old, new = HeavyEngine("old"), HeavyEngine("new")
    new.fails = "its file is damaged."
    async with open_house(tmp_path, [old], Machine(1000, [old, new])) as house:
        house.residence.want(house.voices(new))
        await house.until(lambda: house.residence.problem == "engine_failed")
        house.desk.pipeline.submit(ask("a"))
        await house.desk.closed("a")
        assert finished(house, "a").voice == "old"
        assert old.story == ["loaded"]
        new.fails = ""
        house.residence.want(house.voices(new))
        await house.speaks("new")
        assert house.residence.problem is None


async def test_a_bug_in_an_engine_s_load_ends_nothing(tmp_path: Path) -> None:
    """The next wish is fulfilled all the same."""

    class Buggy(HeavyEngine):
        def load(self) -> None:
            raise RuntimeError("a bug")

    old, new = HeavyEngine("old"), HeavyEngine("new")
    async with open_house(tmp_path, [old], Machine(1000, [old, new])) as house:
        house.residence.want(house.voices(Buggy("buggy")))
        await house.until(lambda: house.residence.problem is not None)
        house.residence.want(house.voices(new))
        await house.speaks("new")


async def test_a_request_for_a_voice_that_left_is_read_by_the_default_with_a_warning(tmp_path: Path) -> None:
    """It was admitted, so it is spoken."""
    old, new = HeavyEngine("old"), HeavyEngine("new")
    async with open_house(tmp_path, [old], Machine(1000, [old, new])) as house:
        house.desk.pipeline.pause()
        house.desk.pipeline.submit(ask("a", voice="old"))
        house.residence.want(house.voices(new))
        await house.speaks("new")
        house.desk.pipeline.resume()
        await house.desk.closed("a")
        assert finished(house, "a").warnings == ("voice_changed: old has left; new speaks instead",)
        with pytest.raises(VoiceNotFound):
            house.desk.pipeline.submit(ask("b", voice="old"))


async def test_a_voice_that_is_on_its_way_may_be_asked_for(tmp_path: Path) -> None:
    """Whoever set it need not wait for the load before the first announcement."""
    old, new = HeavyEngine("old"), HeavyEngine("new", loads_at_once=False)
    async with open_house(tmp_path, [old], Machine(1000, [old, new])) as house:
        house.residence.want(house.voices(new))
        await asyncio.to_thread(new.loading.wait, 10)
        house.desk.pipeline.submit(ask("a", voice="new"))
        new.may_load.set()
        await house.desk.closed("a")
        assert finished(house, "a").voice == "new"


# -- rest ---------------------------------------------------------------------------------------------------


async def test_an_idle_model_is_unloaded_and_comes_back_on_demand(tmp_path: Path) -> None:
    """Not a second too early; the first audio of the next request includes the load."""
    engine, clock = HeavyEngine(), Clock()
    async with open_house(tmp_path, [engine], Machine(1000), clock=clock, idle_unload_s=60) as house:
        house.desk.pipeline.submit(ask("a"))
        await house.desk.closed("a")
        clock.now += 59.9
        await house.residence.tick()
        assert house.residence.state == "loaded"
        clock.now += 0.1
        await house.residence.tick()
        assert (house.residence.state, engine.story) == ("unloaded", ["loaded", "unloaded"])
        house.desk.pipeline.submit(ask("b"))
        await house.desk.closed("b")
        assert house.residence.state == "loaded"


async def test_a_model_in_use_is_never_unloaded(tmp_path: Path) -> None:
    """However long the sentence is held."""
    engine, clock = HeavyEngine(), Clock()
    async with open_house(tmp_path, [engine], Machine(1000), clock=clock, idle_unload_s=60) as house:
        house.desk.speaker.pause()
        house.desk.pipeline.submit(ask("a", "One. Two."))
        await house.desk.at_speaker("a")
        clock.now += 1000
        await house.residence.tick()
        assert not house.loader.unload(engine)
        house.desk.speaker.resume()
        await house.desk.closed("a")
        assert engine.story == ["loaded"]


async def test_without_the_setting_nothing_is_unloaded(tmp_path: Path) -> None:
    """0 is never."""
    engine, clock = HeavyEngine(), Clock()
    async with open_house(tmp_path, [engine], Machine(1000), clock=clock) as house:
        clock.now += 1e9
        await house.residence.tick()
        assert engine.story == ["loaded"]


# -- real engines -------------------------------------------------------------------------------------------


async def test_real_voices_change_places_in_the_middle_of_a_queue(tmp_path: Path) -> None:
    """tiny to espeak and back, ten requests all the while: each is closed once, none fails, in order."""
    tiny, espeak = TinyEngine(models=SHIPPED), EspeakEngine()
    async with open_house(tmp_path, [tiny, espeak], Machine(1000)) as house:
        names = [f"r{number}" for number in range(10)]
        for number, name in enumerate(names):
            house.desk.pipeline.submit(ask(name, "Good morning."))
            if number in {2, 6}:
                first = (espeak, tiny) if number == 2 else (tiny, espeak)
                await house.desk.at_speaker(name)
                house.residence.want(house.voices(*first))
                await house.speaks(first[0].voices[0].id)
        await house.desk.closed(*names)
        spoken = [finished(house, name).voice for name in names]
        assert set(spoken) == {"tiny", espeak.voices[0].id}
        assert spoken[0] == spoken[-1] == "tiny"
        assert [event.id for event in house.desk.told if isinstance(event, Finished)] == names


def finished(house: House, name: str) -> Finished:
    closing = house.desk.closing(name)
    assert isinstance(closing, Finished), closing
    return closing
