"""What several test modules start from."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from litetts_edge.settings.machine import Machine
from tests.broker import Broker
from tests.settings_loader import Load, kitchen, loader
from tests.virtual_card import VirtualCard, card_of_this_process, virtual_card


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Broker]:
    async with Broker(tmp_path / "broker") as broker:
        yield broker


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return kitchen(tmp_path)


@pytest.fixture
def load(tmp_path: Path) -> Load:
    return loader(tmp_path)


@pytest.fixture
def card() -> Iterator[VirtualCard]:
    """The sound card that this process plays on."""
    with virtual_card() as fresh, card_of_this_process(fresh):
        yield fresh
