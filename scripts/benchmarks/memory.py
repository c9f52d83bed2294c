"""Resident memory: idle, after speaking, and over many requests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import numpy as np

from benchmarks.figures import Figure, Goal
from benchmarks.machine import memory_mb
from benchmarks.scene import Scene, scene, speak
from tests.virtual_card import VirtualCard

IDLE_S = 5.0
IDLE = Goal("max", 90, "issue: RSS idle")
GROWTH = Goal("max", 4, "ours: 4 MB a thousand requests, below which heap noise hides a leak")
SHORT = {"text": "Ready.", "speed": 2.0}


async def measure(card: VirtualCard, scale: float) -> AsyncIterator[Figure]:
    """Several starts each, because the layout of memory differs from start to start."""
    silent = {"LITETTS_EDGE__OUTPUTS": "mqtt"}
    for name, device, environ, goal, what in (
        ("no-card", None, silent, IDLE, "without a sound card"),
        ("card", card, {}, IDLE, "with a sound card"),
        ("onnx", None, {**silent, "LITETTS_EDGE__ENGINE__NAME": "tiny"}, None, "with the smallest ONNX voice"),
        ("compact", None, {**silent, "LITETTS_EDGE__ENGINE__NAME": "compact"}, None, "with the compact voice"),
    ):
        idle, pss, spoken, peak = [], [], [], []
        for _ in range(max(1, round(3 * scale))):
            async with scene(device, environ) as here:
                await asyncio.sleep(IDLE_S)
                now = memory_mb(here.program.pid)
                idle.append(now["rss"])
                pss.append(now["pss"])
                await _speak(here, 0, 50)
                now = memory_mb(here.program.pid)
                spoken.append(now["rss"])
                peak.append(now["peak"])
        yield Figure(f"rss.{name}.idle", f"resident, {IDLE_S:g} s after READY, {what}", "MB", idle, goal)
        yield Figure(f"rss.{name}.idle.pss", "the same, what is shared divided among its users", "MB", pss)
        yield Figure(f"rss.{name}.spoken", "resident after 50 requests", "MB", spoken)
        yield Figure(f"rss.{name}.peak", "the most it ever was", "MB", peak)


async def measure_growth(card: VirtualCard, scale: float) -> AsyncIterator[Figure]:
    """A leak shows as a slope. The first half fills what is bounded: names, percentiles, the allocator's pools."""
    total, step = round(500 * scale), 10
    environ = {"LITETTS_EDGE__SPEAKER__LATENCY_S": "0.05"}
    async with scene(card, environ) as here:
        sizes = [memory_mb(here.program.pid)["rss"]]
        for done in range(0, total, step):
            await _speak(here, done, step)
            sizes.append(memory_mb(here.program.pid)["rss"])
    half = sizes[len(sizes) // 2 :]
    slope = float(np.polyfit(np.arange(len(half)) * step, half, 1)[0])
    yield Figure("growth.resident", f"resident over {total} spoken requests, every {step}", "MB", sizes)
    yield Figure("growth.per-request", "slope over the second half of them", "kB", [slope * 1000], GROWTH)


async def _speak(here: Scene, done: int, count: int) -> None:
    for index in range(done, done + count):
        await speak(here.house, f"spoken-{index}", **SHORT)
        await here.house.closed(f"spoken-{index}")
    assert here.house.story(f"spoken-{done}")[-1] == "finished"
