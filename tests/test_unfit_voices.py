"""A voice that cannot be made ready costs no announcement: another one speaks, and it is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from litetts_edge.engines.espeak import EspeakEngine
from litetts_edge.engines.memory import Room
from litetts_edge.errors import ModelTooLarge
from litetts_edge.events import Finished
from litetts_edge.pipeline.loading import Loader
from litetts_edge.pipeline.voices import Part, Voices
from tests.desk import ask
from tests.faulty_engines import ChoirEngine, HeavyEngine
from tests.hot_house import MB, Clock, House, Machine, need, open_house


async def said(house: House, name: str, voice: str = "auto", text: str = "one two") -> Finished:
    """Have the text said; how that ended."""
    house.desk.pipeline.submit(ask(name, text, voice=voice))
    await house.desk.closed(name)
    closing = house.desk.closing(name)
    assert isinstance(closing, Finished), closing
    return closing


async def test_the_default_reads_for_a_voice_that_is_unfit(tmp_path: Path) -> None:
    """With a warning on that request, and no problem: nothing is wrong with the voice of the settings."""
    choir = ChoirEngine("choir", "ann", "bob")
    choir.unfit = {"bob"}
    async with open_house(tmp_path, [choir], Machine(1000)) as house:
        told = await said(house, "a", "choir:bob")
        assert told.voice == "choir:ann"
        assert told.warnings == (
            "voice_changed: The engine choir failed: choir:bob is damaged. choir:ann speaks instead.",
        )
        assert (house.residence.problem, house.told) == (None, [])


async def test_an_unfit_default_is_a_problem_until_it_is_mended(tmp_path: Path) -> None:
    """Another voice of its language and engine reads, or else espeak; it is told once."""
    choir = ChoirEngine("choir", "ann", "bob")
    choir.unfit = {"ann"}
    async with open_house(tmp_path, [choir, EspeakEngine()], Machine(1000)) as house:
        assert (await said(house, "a")).voice == "choir:bob"
        choir.unfit = {"ann", "bob"}
        assert (await said(house, "b")).voice == "espeak:en-us"
        assert house.residence.problem == "engine_failed"
        assert house.told == [("engine_failed", "The engine choir failed: choir:ann is damaged.")]
        choir.unfit = set()
        assert (await said(house, "c")).voice == "choir:ann"
        assert house.residence.problem is None


async def test_a_voice_in_another_language_is_not_read_by_the_default(tmp_path: Path) -> None:
    """espeak reads it as it is written."""
    english, german = ChoirEngine("english", "ann"), ChoirEngine("german", "eva", lang="de")
    german.unfit = {"eva"}
    async with open_house(tmp_path, [english, german, EspeakEngine()], Machine(1000)) as house:
        assert (await said(house, "a", "german:eva")).voice == "espeak:de"


async def test_an_unfit_voice_of_the_loaded_engine_does_not_take_over(tmp_path: Path) -> None:
    """The one before speaks on."""
    choir = ChoirEngine("choir", "ann", "bob")
    choir.unfit = {"bob"}
    async with open_house(tmp_path, [choir], Machine(1000)) as house:
        house.residence.want(house.desk.pipeline.voices.with_default("choir:bob"))
        await house.until(lambda: house.residence.problem == "engine_failed")
        told = await said(house, "a")
        assert (told.voice, told.warnings) == ("choir:ann", ())


async def test_a_model_that_is_gone_when_it_is_needed_again_is_a_problem(tmp_path: Path) -> None:
    """It was unloaded, and removed: espeak reads, the state says so, and the next load clears it."""
    engine, clock = HeavyEngine(), Clock()
    async with open_house(
        tmp_path, [engine, EspeakEngine()], Machine(1000), clock=clock, idle_unload_s=60
    ) as house:
        clock.now += 60
        await house.residence.tick()
        engine.fails = "its file is gone."
        for name in ("a", "b"):
            assert (await said(house, name)).voice == "espeak:en-us"
        assert house.residence.problem == "engine_failed"
        assert house.told == [("engine_failed", "The engine heavy failed: its file is gone.")]
        engine.fails = ""
        assert (await said(house, "c")).voice == "heavy"
        assert house.residence.problem is None


async def test_a_bug_in_loading_costs_no_announcement(tmp_path: Path) -> None:
    """It is in the log, with its traceback."""

    class Buggy(HeavyEngine):
        def load(self) -> None:
            raise RuntimeError("a bug")

    async with open_house(tmp_path, [Buggy("buggy"), EspeakEngine()], Machine(1000)) as house:
        told = await said(house, "a")
        assert told.voice == "espeak:en-us"
        assert "an unexpected error; see the log" in told.warnings[0]


async def test_ssml_that_asks_for_an_unfit_voice_is_read_by_the_one_that_speaks(tmp_path: Path) -> None:
    """To its end."""
    choir = ChoirEngine("choir", "ann", "bob", "eve")
    choir.unfit = {"bob"}
    async with open_house(tmp_path, [choir], Machine(1000)) as house:
        text = '<speak>One. <voice name="bob">Two.</voice> <voice name="eve">Three.</voice> Four.</speak>'
        told = await said(house, "a", text=text)
        assert told.warnings == ("voice_kept: The engine choir failed: choir:bob is damaged. choir:ann goes on",)


# -- several models in one engine ---------------------------------------------------------------------------


def of_models(choir: ChoirEngine, **megabytes: int) -> Voices:
    """Each voice is a model of that size."""
    needs = {name: need(name, size) for name, size in megabytes.items()}
    return Voices([choir], {"choir": Part("choir", next(iter(needs.values())), needs=needs)})


def test_a_large_model_that_nobody_asked_for_forbids_no_small_one() -> None:
    """Each voice needs what its own model does; the arithmetic is that of the one that is refused."""
    choir = ChoirEngine("choir", "small", "large")
    voices = of_models(choir, small=100, large=400)
    loader = Loader(lambda: Room(10_000 * MB, "MemAvailable"), budget_mb=lambda: 380)
    small, large = voices.find("choir:small"), voices.find("choir:large")
    loader.load(choir, voices.need(small), small)
    with (
        loader.using(choir),
        pytest.raises(ModelTooLarge, match=r"large needs about 400 MB.*280 MB are.*and 100 MB more without"),
    ):
        loader.load(choir, voices.need(large), large)
    assert (choir.story, loader.is_loaded(choir)) == (["loaded"], True)


def test_a_model_goes_first_where_the_budget_holds_one_of_two() -> None:
    """Unless somebody else speaks with it."""
    choir = ChoirEngine("choir", "one", "two")
    voices = of_models(choir, one=100, two=300)
    loader = Loader(lambda: Room(10_000 * MB, "MemAvailable"), budget_mb=lambda: 380)
    one, two = voices.find("choir:one"), voices.find("choir:two")
    loader.load(choir, voices.need(one), one)
    with loader.using(choir), loader.using(choir), pytest.raises(ModelTooLarge):
        loader.load(choir, voices.need(two), two)
    assert choir.story == ["loaded"]
    with loader.using(choir):
        loader.load(choir, voices.need(two), two)
    assert choir.story == ["loaded", "unloaded", "loaded"]
