"""Home Assistant's device of this node, as the broker keeps it."""

from __future__ import annotations

import json

from litetts_edge.commands.checks.finding import Finding, ok, warn


def judge_device(topic: str, document: str | None, *, is_wanted: bool, is_online: bool) -> Finding | None:
    """What `topic` holds (None when nothing was seen there), with whether it is wanted and a daemon runs.

    None when there is nothing to say.
    """
    if not is_wanted:
        if not document:
            return None
        return warn(
            "home assistant",
            f"homeassistant.enabled is false, and the device is still on {topic}",
            "`litetts-edge homeassistant remove` takes it back for good.",
        )
    if not document:
        if not is_online:
            return None
        return warn(
            "home assistant",
            f"no device is seen on {topic}",
            f"The broker's access rules (ACL) may keep the node from it: `topic readwrite {topic}`.",
            "If they let it write alone, only this check cannot see it.",
        )
    parts = _parts(document)
    if not parts:
        return warn(
            "home assistant",
            f"what is on {topic} is no device",
            "Somebody else wrote there: `litetts-edge homeassistant add`, or restart the daemon.",
        )
    shown = "" if is_online else "; it is shown as unavailable, because no daemon runs"
    return ok("home assistant", f"the device is on {topic}, with {parts} entities and triggers{shown}")


def _parts(document: str) -> int:
    """How many components it announces; 0 for what is no device."""
    try:
        return len(json.loads(document)["components"])
    except (ValueError, RecursionError, KeyError, TypeError):
        return 0
