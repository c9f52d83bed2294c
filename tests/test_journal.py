"""The file of what waits: everything of a request comes back, time goes on, and nothing in it is believed."""

from __future__ import annotations

import json
import logging
import math
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from litetts_edge.mqtt.messages import MAX_TTL_S, Defaults
from litetts_edge.pipeline import journal
from litetts_edge.pipeline.journal import Journal, Open, can_be_kept
from litetts_edge.speech import Encoding, Priority, RequestId, SpeakRequest

DEFAULTS = Defaults(voice="auto", speed=1.0, outputs=("speaker",))
WHOLE = SpeakRequest(
    id=RequestId("leak"),
    text="Water in the cellar, 4 °C: <now>.",
    voice="espeak:de",
    lang="de-DE",
    speed=1.5,
    volume=40,
    priority=Priority.CRITICAL,
    interrupt=True,
    repeat=2,
    outputs=("speaker", "mqtt"),
    encoding=Encoding.OPUS,
    reply_to="house/audio",
    correlation=b"\0\xff",
    source="mqtt",
    accepted_at=900.0,
    deadline=1100.0,
    warnings=("unknown_key: 'x' was ignored.",),
    chime="alert",
    until_ack=True,
    dedupe_s=5.0,
    coalesce_key="leak",
    repeat_of="first",
)
PLAIN = SpeakRequest(RequestId("a"), "hello", "auto", source="mqtt", accepted_at=1000.0, deadline=1120.0)


def at(path: Path, clock: float, wall: float, boot: str = "") -> Journal:
    """The file, for a process at that moment."""
    return Journal(path / "state" / "waiting.json", lambda: clock, lambda: wall, lambda: boot)


def test_everything_of_a_request_comes_back(tmp_path: Path) -> None:
    """In a process whose clock began anew, 30 s later: what was said with it, and the time that is left."""
    assert at(tmp_path, 1000.0, 5000.0).save([Open(WHOLE, 1500.0)]) == {"leak"}
    (found,) = at(tmp_path, 10.0, 5030.0).load(DEFAULTS, is_age_needed=True)
    assert found == Open(replace(WHOLE, accepted_at=-120.0, deadline=80.0), 480.0)


def test_a_request_without_a_deadline_has_none_afterwards(tmp_path: Path) -> None:
    """And no chime, though the settings have one now."""
    at(tmp_path, 0.0, 5000.0).save([Open(replace(PLAIN, deadline=math.inf))])
    (found,) = at(tmp_path, 0.0, 5000.0).load(replace(DEFAULTS, chime="gong"), is_age_needed=True)
    assert (found.request.deadline, found.request.chime, found.ends_at) == (math.inf, "", None)


@pytest.mark.parametrize(("is_age_needed", "left"), [(True, [0.0, 100.0]), (False, [120.0, 100.0])])
def test_a_clock_that_went_back(
    tmp_path: Path, is_age_needed: bool, left: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    """The age is not known: what may be too old has expired, unless old messages are wanted; an alarm goes on."""
    at(tmp_path, 1000.0, 5000.0).save([Open(PLAIN), Open(WHOLE)])
    found = at(tmp_path, 50.0, 100.0).load(DEFAULTS, is_age_needed=is_age_needed)
    assert [one.request.deadline - 50.0 for one in found] == left
    assert "clock went back" in caplog.text


@pytest.mark.parametrize("wall", [1.0, 5003.0, 9e9])
def test_a_clock_that_was_set_since_the_boot_does_not_matter(tmp_path: Path, wall: float) -> None:
    """NTP sets it a minute after the start, by hours: a restart loses nothing. After another boot it counts."""
    at(tmp_path, 1000.0, 5000.0, "one").save([Open(PLAIN)])
    (found,) = at(tmp_path, 1003.0, wall, "one").load(DEFAULTS, is_age_needed=True)
    assert found.request.deadline == PLAIN.deadline
    (found,) = at(tmp_path, 0.0, 5007.0, "other").load(DEFAULTS, is_age_needed=True)
    assert found.request.deadline == 113.0


def test_only_its_owner_may_read_it_and_nothing_is_left_of_it(tmp_path: Path) -> None:
    """What is said at home is private; when nothing waits there is no file."""
    file = tmp_path / "state" / "waiting.json"
    at(tmp_path, 0.0, 0.0).save([Open(PLAIN)])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    at(tmp_path, 0.0, 0.0).save([])
    assert not file.exists()
    assert at(tmp_path, 0.0, 0.0).load(DEFAULTS, is_age_needed=True) == []


def test_it_is_bounded(tmp_path: Path) -> None:
    """By number and by bytes; the first ones, which are the most urgent, are kept."""
    many = [Open(replace(PLAIN, id=RequestId(f"{number}"))) for number in range(journal.MOST + 5)]
    assert at(tmp_path, 0.0, 0.0).save(many) == {f"{number}" for number in range(journal.MOST)}
    long = [Open(replace(one.request, text="\u00e4" * 5000)) for one in many[:50]]
    assert len(at(tmp_path, 0.0, 0.0).save(long)) < 20
    assert (tmp_path / "state" / "waiting.json").stat().st_size <= journal.MOST_BYTES + 100


def test_a_request_that_may_wait_for_years_waits_for_a_week(tmp_path: Path) -> None:
    """A message expiry interval is longer than any time that is believed in the file."""
    at(tmp_path, 2e6, 5000.0).save([Open(replace(PLAIN, deadline=2e9))])
    (found,) = at(tmp_path, 0.0, 5000.0).load(DEFAULTS, is_age_needed=True)
    assert found.request.deadline == MAX_TTL_S


def test_what_is_told_of_it_can_be_sent(tmp_path: Path) -> None:
    """Half a character in the file has no bytes on the wire, and would end the MQTT door."""
    at(tmp_path, 1000.0, 5000.0).save([Open(replace(PLAIN, warnings=("\ud800",), repeat_of="\udfff"))])
    (found,) = at(tmp_path, 1000.0, 5000.0).load(DEFAULTS, is_age_needed=True)
    assert (found.request.warnings, found.request.repeat_of) == ((" ",), " ")


def test_what_nobody_could_be_answered_for_is_not_kept() -> None:
    """Audio of another program, and requests of doors that wait for their end."""
    others = [replace(PLAIN, source=source) for source in ("wyoming", "hermes", "start")]
    assert not any(map(can_be_kept, [*others, replace(PLAIN, outputs=("stream",))]))
    assert can_be_kept(PLAIN)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"5",
        b"{}",
        b"[" * 100_000,
        b'{"written_at": "x", "requests": []}',
        b'{"written_at": 1e999, "requests": 5}',
        b'{"written_at": 5000, "requests": 5}',
        b'{"written_at": 5000, "requests": [' + b" " * 2_000_000 + b"]}",
    ],
    ids=lambda content: content[:40].decode("latin-1"),
)
def test_a_damaged_file_is_told_and_no_crash(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """The house speaks all the same."""
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "waiting.json").write_bytes(content)
    assert at(tmp_path, 0.0, 5000.0).load(DEFAULTS, is_age_needed=True) == []
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


@pytest.mark.parametrize(
    "damage",
    [
        lambda one: one.clear(),
        lambda one: one.update(speak=[]),
        lambda one: one["speak"].update(id=5),
        lambda one: one["speak"].update(text="bell \x07"),
        lambda one: one["speak"].update(text="a" * 5001),
        lambda one: one["speak"].update(output=["printer"]),
        lambda one: one["speak"].update(reply_to="a/#"),
        lambda one: one["speak"].update(volume=4000),
        lambda one: one.update(left_s=math.nan),
        lambda one: one.update(left_s=1e300),
        lambda one: one.update(age_s="5"),
        lambda one: one.update(ends_s=True),
        lambda one: one.update(correlation="xx"),
        lambda one: one.update(correlation="00" * 2000),
        lambda one: one.update(warnings=[5]),
    ],
)
def test_a_damaged_request_is_left_out(
    tmp_path: Path, damage: Callable[[dict[str, object]], object], caplog: pytest.LogCaptureFixture
) -> None:
    """With a warning, and the others are spoken: the file is read as if a stranger had sent it."""
    at(tmp_path, 1000.0, 5000.0).save([Open(WHOLE), Open(PLAIN)])
    file = tmp_path / "state" / "waiting.json"
    document = json.loads(file.read_bytes())
    damage(document["requests"][0])
    file.write_text(json.dumps(document))
    found = at(tmp_path, 1000.0, 5000.0).load(DEFAULTS, is_age_needed=True)
    assert [one.request for one in found] == [PLAIN]
    assert "is left out" in caplog.text
