"""Chimes: how the made ones sound, which files of one's own are taken, and where they come in an utterance."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from litetts_edge.chimes import CHIMES, chime
from litetts_edge.errors import ChimeNotFound
from litetts_edge.events import Cancelled, Finished
from litetts_edge.mqtt.messages import USUAL
from litetts_edge.pcm import Samples
from litetts_edge.pipeline.tunes import LONGEST_S, ChimeUnusable, Tunes
from litetts_edge.soundcheck.loudness import weighting
from tests.desk import Desk, ask, open_desk

RATES = (16_000, 22_050, 24_000, 48_000)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path) as desk:
        yield desk


def loudest(samples: Samples, rate: int) -> float:
    """LUFS of the loudest 400 ms."""
    width, points = round(0.4 * rate), len(samples) + 3 * rate
    heard = np.fft.irfft(np.fft.rfft(samples, points) * weighting(rate, points), points)
    energy = np.concatenate([[0.0], np.cumsum(np.square(heard))])
    return float(-0.691 + 10 * np.log10((energy[width:] - energy[:-width]).max() / width))


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("name", CHIMES)
def test_every_chime_is_as_loud_as_speech(name: str, rate: int) -> None:
    """One volume suits both, at whatever rate the voice has."""
    made = chime(name, rate)
    assert made.dtype == np.float32
    assert len(made) == round(CHIMES[name].length_s * rate)
    assert loudest(made, rate) == pytest.approx(-20, abs=0.7)
    assert np.abs(made).max() < 0.5


@pytest.mark.parametrize("name", CHIMES)
def test_no_chime_clicks(name: str) -> None:
    """It begins and ends at zero, and what is above 12 kHz is below -60 dB of the rest at every moment."""
    made = chime(name, 48_000)
    assert abs(made[0]) < 1e-4
    assert abs(made[-1]) < 1e-4
    above = np.fft.rfft(made)
    above[np.fft.rfftfreq(len(made), 1 / 48_000) < 12_000] = 0
    clicks = np.abs(np.fft.irfft(above, len(made)))
    assert 20 * np.log10(clicks.max() / np.abs(made).max()) < -60


def test_the_click_test_can_fail() -> None:
    """A chime that is cut off clicks."""
    made = chime("gong", 48_000).copy()
    made[24_000:] = 0
    above = np.fft.rfft(made)
    above[np.fft.rfftfreq(len(made), 1 / 48_000) < 12_000] = 0
    assert 20 * np.log10(np.abs(np.fft.irfft(above, len(made))).max() / np.abs(made).max()) > -60


def test_chimes_are_the_same_every_time() -> None:
    """Pure functions: a cache may keep them."""
    assert all((chime(name, 16_000) == chime(name, 16_000)).all() for name in CHIMES)
    assert USUAL in CHIMES


# -- files of one's own ------------------------------------------------------------------------------------


def tone(seconds: float, rate: int, channels: int = 1) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    time = np.arange(round(seconds * rate)) / rate
    return np.repeat((0.1 * np.sin(2 * np.pi * 440 * time)).astype(np.float32)[:, None], channels, axis=1)


@pytest.mark.parametrize(
    ("rate", "channels", "ending"), [(44_100, 2, "wav"), (16_000, 1, "flac"), (8_000, 1, "WAV")]
)
async def test_a_file_is_taken_at_the_voices_rate(tmp_path: Path, rate: int, channels: int, ending: str) -> None:
    """Mono, resampled, as long as it was."""
    soundfile.write(tmp_path / f"mine.{ending}", tone(0.5, rate, channels), rate)
    tunes = Tunes()
    tunes.look(tmp_path)
    assert "mine" in tunes.names
    made = await tunes.chunk("mine", 22_050)
    assert made.seconds == pytest.approx(0.5, abs=0.01)
    assert np.abs(made.samples).max() == pytest.approx(0.1, abs=0.02)


async def test_a_file_of_ones_own_wins(tmp_path: Path) -> None:
    """Whoever names theirs `ding` means theirs, and it is listed once."""
    soundfile.write(tmp_path / "ding.wav", tone(0.3, 16_000), 16_000)
    tunes = Tunes()
    tunes.look(tmp_path)
    assert tunes.names == tuple(CHIMES)
    assert (await tunes.chunk("ding", 16_000)).seconds == pytest.approx(0.3)


async def test_what_is_no_chime_says_why(tmp_path: Path) -> None:
    """Too long, no audio, nothing in it, gone meanwhile: never a crash."""
    soundfile.write(tmp_path / "long.wav", tone(LONGEST_S + 0.1, 8_000), 8_000)
    soundfile.write(tmp_path / "empty.wav", tone(0, 8_000), 8_000)
    (tmp_path / "text.wav").write_text("this is no audio")
    (tmp_path / "cut.flac").write_bytes(b"fLaC\0")
    (tmp_path / "gone.wav").write_bytes(b"")
    (tmp_path / "notes.txt").write_text("hi")
    tunes = Tunes()
    tunes.look(tmp_path)
    (tmp_path / "gone.wav").unlink()
    assert "notes" not in tunes.names
    for name, why in (
        ("long", "5.1 s"),
        ("empty", "no sound"),
        ("text", "read"),
        ("cut", "audio"),
        ("gone", "No such"),
    ):
        with pytest.raises(ChimeUnusable, match=why):
            await tunes.chunk(name, 16_000)


def test_a_name_that_is_no_text_is_left_out(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """As another system's disk brings them: nobody could ask for it, and the node's info could not be sent."""
    for name in (b"t\xfcr.wav", b"bell\x07.wav", "t\u00fcr.wav".encode()):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).touch()
    tunes = Tunes()
    tunes.look(tmp_path)
    assert tunes.own == ("t\u00fcr",)
    assert caplog.text.count("rename it") == 2


def test_a_folder_that_is_none_has_no_chimes(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Absent is usual; what cannot be read is said."""
    tunes = Tunes()
    tunes.look(tmp_path / "absent")
    assert not caplog.records
    (tmp_path / "file").write_text("")
    tunes.look(tmp_path / "file")
    assert "cannot be read" in caplog.text
    assert tunes.names == tuple(CHIMES)


# -- in an utterance ---------------------------------------------------------------------------------------


async def test_a_chime_comes_once_and_first(desk: Desk) -> None:
    """Before the first word, also when the text is repeated, and it counts in audio_ms."""
    desk.pipeline.submit(ask("bare", repeat=2))
    desk.pipeline.submit(ask("a", chime="dingdong", repeat=2))
    await desk.closed("bare", "a")
    bare, chimed = desk.speaker.takes
    made = chime("dingdong", chimed.audio.sample_rate)
    assert (chimed.chunks[0].samples == made).all()
    assert (chimed.samples[len(made) :] == bare.samples).all()
    one, other = desk.closing("bare"), desk.closing("a")
    assert isinstance(one, Finished)
    assert isinstance(other, Finished)
    assert other.audio_ms - one.audio_ms == pytest.approx(1500)


async def test_an_unknown_chime_is_refused_with_a_hint(desk: Desk) -> None:
    """Under the code of a bad field; nothing is spoken."""
    with pytest.raises(ChimeNotFound, match="Did you mean 'gong'") as raised:
        desk.pipeline.submit(ask("a", chime="gnog"))
    assert raised.value.code == "bad_field"
    assert await desk.closed("a") == ["a Dropped"]


async def test_a_damaged_chime_costs_no_announcement(desk: Desk, tmp_path: Path) -> None:
    """The text is spoken, and the closing event says what is wrong."""
    (tmp_path / "chimes").mkdir()
    (tmp_path / "chimes" / "mine.wav").write_text("no audio")
    desk.pipeline.manners.tunes.look(tmp_path / "chimes")
    desk.pipeline.submit(ask("a", chime="mine"))
    await desk.closed("a")
    finished = desk.closing("a")
    assert isinstance(finished, Finished)
    assert [text.split(":")[0] for text in finished.warnings] == ["chime_unusable"]


async def test_a_stop_cuts_the_chime(desk: Desk) -> None:
    """It is part of the utterance."""
    desk.speaker.pause()
    desk.pipeline.submit(ask("a", chime="gong"))
    await desk.at_speaker("a")
    desk.pipeline.stop()
    await desk.closed("a")
    assert desk.closing("a") == Cancelled(ask("a").id, "stop")
    assert desk.speaker.takes[0].chunks == []


async def test_given_audio_may_have_a_chime(desk: Desk) -> None:
    """Whatever the audio comes from."""
    from litetts_edge.pipeline.given import Recording

    given = Recording(np.full(1600, 0.25, dtype=np.float32), 16_000)
    desk.pipeline.submit(replace(ask("a", "", chime="alert"), audio=given))
    await desk.closed("a")
    assert (desk.speaker.takes[0].samples[-1600:] == 0.25).all()
    assert len(desk.speaker.takes[0].samples) == 1600 + len(chime("alert", 16_000))
