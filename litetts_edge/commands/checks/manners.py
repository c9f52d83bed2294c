"""Manners: chimes that can be played, the hours of silence, and whether other players can be turned down."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from litetts_edge.commands.checks.finding import Finding, ok, warn
from litetts_edge.settings.schema import Settings


def manners(settings: Settings) -> Iterator[Finding]:
    """What is set, tried. Nothing is heard."""
    from litetts_edge.pipeline.manners import local_time
    from litetts_edge.sinks.players import Players, PlayersUnreachable

    yield from chimes(settings.chime.default, Path(settings.chime.folder))
    yield from quiet(settings, local_time())
    if settings.speaker.duck_percent < 100:
        try:
            count = len(asyncio.run(Players().list()))
        except PlayersUnreachable as error:
            yield warn(
                "ducking",
                f"other players are not turned down: {error}",
                "Run the daemon as a user whose sound server plays, or set speaker.duck_percent: 100.",
            )
        else:
            yield ok("ducking", f"{count} streams of other players can be turned down")


def chimes(default: str, folder: Path) -> Iterator[Finding]:
    """Every file of one's own that cannot be played, and a default that nobody knows."""
    from litetts_edge.pipeline.tunes import ChimeUnusable, Tunes

    tunes = Tunes()
    tunes.look(folder)
    for name in tunes.own:
        try:
            asyncio.run(tunes.chunk(name, 22_050))
        except ChimeUnusable as error:
            yield warn(
                "chime", str(error), f"Requests with the chime {name} are spoken without it; mend the file."
            )
    if default and default not in tunes.names:
        yield warn(
            "chime",
            f"chime.default is {default!r}, and there is no such chime",
            f"Set it to one of {', '.join(tunes.names)}, or put {default}.wav into {folder}.",
        )
    elif default or tunes.own:
        yield ok("chime", f"{default or 'none'} before announcements; there is {', '.join(tunes.names)}")


def quiet(settings: Settings, local: datetime) -> Iterator[Finding]:
    """Whether it is quiet now, and by which clock."""
    from litetts_edge.pipeline.quiet import is_quiet

    rules = settings.quiet
    if rules.mode == "off":
        return
    now = "quiet" if is_quiet(rules, local) else "not quiet"
    hours = f"from {rules.start} to {rules.end}" if rules.mode == "auto" else "until quiet.mode is changed"
    yield ok("quiet hours", f"{hours}; it is {local:%H:%M %Z} here, so {now}")
