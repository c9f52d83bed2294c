"""What the documentation tells people to type is typed here, line by line, against the real program."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from litetts_edge.mqtt.topics import HermesTopics, Topics
from tests.broker import Broker
from tests.program import NODE, House, house, programs
from tests.waiting import PATIENCE_S

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`(mosquitto_(?:pub|sub|rr) -[^`]+)`")
COMMAND = re.compile(r"(\$ )?(?P<line>.*\bmosquitto_(?:pub|sub|rr) .*)")
TOPIC = re.compile(rf"(?:litetts/{NODE}|hermes|rhasspy/(?:tts|audioServer))/[A-Za-z0-9_+#/<>]*[A-Za-z0-9_+#>]")

OUT = ("availability", "info", "state", "health", "event", "error", "audio/#", "response/lexicon", "#")
HERMES_OUT = ("tts/sayFinished", "tts/voices", "error/tts", "error/audioServer/play", "error/#")

ENVIRON = {
    "LITETTS_EDGE__OUTPUTS": "mqtt",
    "LITETTS_EDGE__HERMES__ENABLED": "true",
    "LITETTS_EDGE__VOICE": "espeak:en-us",
}


def blocks(page: Path, language: str) -> list[str]:
    """The blocks of code in one language; empty for those that name none."""
    return [text for named, text in BLOCK.findall(page.read_text("utf-8")) if named == language]


def commands(page: Path) -> list[str]:
    """The lines that use mosquitto's clients, in their order."""
    found = [
        match["line"] for text in blocks(page, "") for line in text.splitlines() if (match := COMMAND.match(line))
    ]
    return found + [line for line in INLINE.findall(BLOCK.sub("", page.read_text("utf-8"))) if "TOPIC" not in line]


PAGES_WITH_COMMANDS = [page for page in PAGES if commands(page)]


class Shell:
    """A terminal whose mosquitto clients know the broker's port, on a machine that is called as the node is."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        config, programs_ = folder / "config", folder / "bin"
        config.mkdir(parents=True)
        programs_.mkdir()
        for client in ("mosquitto_pub", "mosquitto_sub", "mosquitto_rr"):
            told = "-d\n" if client == "mosquitto_sub" else ""  # it says when it has subscribed
            (config / client).write_text(f"-p {port}\n{told}")
        (programs_ / "hostname").write_text(f"#!/bin/sh\necho {NODE}\n")
        (programs_ / "hostname").chmod(0o755)
        self.environ = {
            "PATH": f"{programs_}:{os.environ['PATH']}",
            "XDG_CONFIG_HOME": str(config),
            "LC_ALL": "C.UTF-8",
        }

    async def start(self, line: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *("sh", "-c", line),
            cwd=self.folder,
            env=self.environ,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    async def run(self, line: str) -> bytes:
        """What a line prints; it has to end well and by itself."""
        process = await self.start(line)
        async with asyncio.timeout(PATIENCE_S):
            out, told = await process.communicate()
        assert process.returncode == 0, f"{line}: {told!r}"
        return out

    async def listen(self, line: str) -> asyncio.subprocess.Process:
        """Start mosquitto_sub and return when the broker has its subscriptions."""
        process = await self.start(f"exec stdbuf -oL {line}")
        await heard(process, b"SUBACK")
        return process


async def heard(process: asyncio.subprocess.Process, part: bytes) -> None:
    """Read on to the line that has `part`."""
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE_S):
        while line := await process.stdout.readline():
            if part in line:
                return
    raise AssertionError(f"it ended before {part!r}")


@asynccontextmanager
async def at_home(tmp_path: Path) -> AsyncIterator[tuple[Shell, House, int]]:
    """A node that is online, a friend on its broker, and somebody at a terminal."""
    async with Broker(tmp_path / "broker") as broker, programs(tmp_path) as make, house(broker.port) as friend:
        await make(broker.port, ENVIRON).start()
        await friend.online()
        yield Shell(tmp_path / "terminal", broker.port), friend, broker.port


@pytest.mark.parametrize("page", PAGES_WITH_COMMANDS, ids=lambda page: page.name)
async def test_every_line_can_be_typed(tmp_path: Path, page: Path) -> None:
    """None is refused, by the client or by the node; each listener, started first, hears something."""
    lines = commands(page)
    async with at_home(tmp_path) as (shell, friend, _):
        listeners = [await shell.listen(line) for line in lines if line.startswith("mosquitto_sub")]
        for line in lines:
            if not line.startswith("mosquitto_sub"):
                await shell.run(line)
        for listener in listeners:
            await heard(listener, b"received PUBLISH")
            listener.kill()
            await listener.communicate()
        assert (await friend.ask("ping"))["status"] == "ok"
        assert friend.documents("error") == []


async def test_the_python_examples_run(tmp_path: Path) -> None:
    """As they stand, but for the broker's port."""
    async with at_home(tmp_path) as (shell, friend, port):
        for text in blocks(ROOT / "docs" / "automation.md", "python"):
            assert "1883" in text
            (shell.folder / "example.py").write_text(text.replace("1883", str(port)))
            out = await shell.run(f"{sys.executable} -W error example.py")
        assert out == b"finished\n"
        await friend.until(lambda: sum(event["event_type"] == "finished" for event in friend.events()) == 2)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_topic_that_is_written_exists(page: Path) -> None:
    """In the examples for programs that are not run here, too."""
    kitchen, hermes = Topics("litetts", NODE), HermesTopics((NODE,))
    unknown = []
    for topic in sorted(set(TOPIC.findall(page.read_text("utf-8")))):
        real = topic.replace("<siteId>", NODE).replace("<requestId>", "1")
        own = real.removeprefix(f"litetts/{NODE}/")
        is_out = own in OUT or any(real.endswith(f"/{end}") for end in (*HERMES_OUT, "playFinished"))
        if kitchen.parse(real) is None and hermes.parse(real) is None and not is_out:
            unknown.append(topic)
    assert unknown == []


def test_there_are_lines_to_try() -> None:
    """Pages that are not read would pass every test."""
    assert {"README.md", "automation.md", "lexicon.md"} <= {page.name for page in PAGES_WITH_COMMANDS}
    assert len(commands(ROOT / "docs" / "automation.md")) >= 12
