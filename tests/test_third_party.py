"""What is installed is named with its licence."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def locked(lock: str) -> set[str]:
    return set(re.findall(r"^([A-Za-z0-9_.-]+)==", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_locked_package_is_named(lock: str) -> None:
    """A package that comes into a lock comes into THIRD_PARTY.md."""
    named = (ROOT / "THIRD_PARTY.md").read_text(encoding="utf-8").lower()
    assert [name for name in sorted(locked(lock)) if not re.search(rf"\b{re.escape(name.lower())}\b", named)] == []


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_names_no_host(lock: str) -> None:
    """Where the packages come from is the machine's business; the hashes say what they are."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert len(locked(lock)) <= text.count("--hash=sha256:")
