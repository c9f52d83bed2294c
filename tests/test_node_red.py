"""docs/node-red-flow.json in a real Node-RED, clicked node by node; scripts/node-red-check runs this."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from tests.broker import Broker, free_port
from tests.program import House, house, programs

INSTALLED = os.environ.get("LITETTS_EDGE_TEST_NODE_RED", "")
FLOW = Path(__file__).parent.parent / "docs" / "node-red-flow.json"
PATIENCE_S = 60.0

pytestmark = pytest.mark.skipif(not INSTALLED, reason="scripts/node-red-check installs Node-RED and runs this")


class NodeRed:
    """One Node-RED that runs the flow of the documentation, headless."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self._process = process
        self._port = port
        self.log: list[str] = []

    async def until(self, pattern: str) -> str:
        """Read its log on to a line that matches."""
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(PATIENCE_S):
                while line := (await self._process.stdout.readline()).decode():
                    self.log.append(line.rstrip())
                    if re.search(pattern, line):
                        return line
        except TimeoutError:
            pass
        raise AssertionError(f"no {pattern} in:\n" + "\n".join(self.log))

    async def click(self, node: str) -> None:
        """Press the button of an inject node, as the editor does."""
        request = Request(f"http://127.0.0.1:{self._port}/inject/litetts_{node}", b"", method="POST")
        await asyncio.to_thread(urlopen, request, timeout=20)

    async def debugged(self, name: str, text: str) -> None:
        """Wait for a debug node to print a text that matches."""
        await self.until(rf"\[debug:{name}\] .*{text}")


def own_flow(broker_port: int) -> list[dict[str, Any]]:
    """The flow as its user changes it: another broker's port; and what is debugged goes to the log, too."""
    flow: list[dict[str, Any]] = json.loads(FLOW.read_text("utf-8"))
    for node in flow:
        if node["type"] == "mqtt-broker":
            node["port"] = str(broker_port)
        if node["type"] == "debug":
            node["console"] = True
    return flow


@asynccontextmanager
async def at_home(tmp_path: Path) -> AsyncIterator[tuple[NodeRed, House]]:
    """The node `kitchen`, a friend who listens, and Node-RED, all on one broker."""
    async with Broker(tmp_path / "broker") as broker, programs(tmp_path) as make, house(broker.port) as friend:
        await make(broker.port, {"LITETTS_EDGE__OUTPUTS": "mqtt"}).start()
        await friend.online()
        folder = tmp_path / "node-red"
        folder.mkdir()
        (folder / "flow.json").write_text(json.dumps(own_flow(broker.port)))
        (folder / "settings.js").write_text("module.exports = {};\n")
        port = free_port()
        process = await asyncio.create_subprocess_exec(
            *("node", f"{INSTALLED}/node_modules/node-red/red.js", "--userDir", str(folder), "--port", str(port)),
            *("-D", "uiHost=127.0.0.1", str(folder / "flow.json")),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={"PATH": os.environ["PATH"], "HOME": str(folder)},
        )
        try:
            yield NodeRed(process, port), friend
        finally:
            process.terminate()
            await process.communicate()


async def test_the_flow_of_the_documentation(tmp_path: Path) -> None:
    """Each button does what it says, and each answer is seen, over MQTT 5 as the flow is shipped."""
    async with at_home(tmp_path) as (node_red, friend):
        await node_red.debugged("availability", "online")
        await node_red.click("say")
        await node_red.debugged("ended", "[0-9a-f]{16} finished")
        await node_red.click("alarm")
        await node_red.debugged("ended", "door-[0-9a-f]+ finished")
        await node_red.click("quieter")
        await node_red.debugged("state", "volume 40, problem none")
        await node_red.click("ask")
        await node_red.debugged("answer", "english voices: ok, [1-9][0-9]* voices")
        await node_red.click("audio")
        await node_red.debugged("audio", "dinner: RIFF, full")
        await node_red.click("audio2")
        await node_red.debugged("audio", "nobody says: RIFF, full")
        await node_red.click("stop")
        assert (await friend.ask("ping"))["status"] == "ok"
        assert friend.documents("error") == []
        print("\n" + "\n".join(line for line in node_red.log if re.search(r"debug:(?!state)", line)))
