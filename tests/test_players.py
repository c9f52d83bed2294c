"""What other programs play, as `pactl` tells it: a server that hangs, none at all, and answers of all kinds."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from litetts_edge.sinks import players as players_module
from litetts_edge.sinks.players import Players, PlayersUnreachable
from tests.virtual_card import VirtualCard


async def test_a_frozen_server_is_given_up(card: VirtualCard, monkeypatch: pytest.MonkeyPatch) -> None:
    """What asks it is killed."""
    monkeypatch.setattr(players_module, "ANSWER_S", 0.3)
    card.freeze()
    try:
        with pytest.raises(PlayersUnreachable, match="has not answered"):
            await Players().list()
    finally:
        card.thaw()


async def test_without_pactl_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A plain ALSA system has none."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PlayersUnreachable, match="pulseaudio-utils"):
        await Players().list()


@pytest.mark.parametrize(
    "said", ["", "{}", "[5]", '[{"index": 1}]', '[{"index": 1, "properties": [], "volume": 5}]']
)
async def test_an_answer_that_is_none_is_no_crash(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: str
) -> None:
    """Whatever a `pactl` of another version writes."""
    (tmp_path / "pactl").write_text(f"#!/bin/sh\necho '{said}'\n")
    (tmp_path / "pactl").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    if said == "{}":
        assert await Players().list() == []
        return
    with pytest.raises(PlayersUnreachable):
        await Players().list()


async def test_our_stream_through_pipewires_alsa_plugin_is_known(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Such a stream does not say whose it is, its client does: as PipeWire 0.3.65 answers."""
    volume = '{"mono": {"value": 65536, "value_percent": "100%", "db": "0.00 dB"}}'
    streams = [
        f'{{"index": {index}, "client": "{client}", "properties": {{"application.name": "{name}"}},'
        f' "volume": {volume}}}'
        for index, client, name in ((96, 95, "PipeWire ALSA [python3.11]"), (98, 97, "PipeWire ALSA [mpd]"))
    ]
    clients = [
        f'{{"index": {index}, "properties": {{"application.process.id": "{process}"}}}}'
        for index, process in ((95, os.getpid()), (97, 4242))
    ]
    answers = {"sink-inputs": ",".join(streams), "clients": ",".join(clients)}
    for what, said in answers.items():
        (tmp_path / what).write_text(f"[{said}]")
    (tmp_path / "pactl").write_text(f'#!/bin/sh\ncat "{tmp_path}/$4"\n')
    (tmp_path / "pactl").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    assert [player.index for player in await Players().list()] == [98]
