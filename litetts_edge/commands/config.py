"""`litetts-edge check-config`, and how every command finds the settings."""

from __future__ import annotations

import argparse
import os
import sys

from litetts_edge.errors import did_you_mean
from litetts_edge.pipeline.configured import voices_of
from litetts_edge.settings.changes import describe
from litetts_edge.settings.live import Sources


def sources_of(options: argparse.Namespace) -> Sources:
    """Where the settings of this command come from."""
    return Sources(options.config, os.environ, options.assignments)


def check_config(options: argparse.Namespace) -> int:
    """Print every value with its origin, or one value bare. Raises SettingsError."""
    loaded = sources_of(options).load()
    lines = describe(loaded)
    if options.get:
        found = next((line for line in lines if line.key == options.get), None)
        if found is None:
            hint = did_you_mean(options.get, [line.key for line in lines])
            print(f"litetts-edge: no setting {options.get!r}.{hint}", file=sys.stderr)
            return 2
        print(found.value)
        return 0
    voices_of(loaded)
    key_width = max(len(line.key) for line in lines)
    value_width = min(40, max(len(line.value) for line in lines))
    for line in lines:
        print(f"{line.key:{key_width}}  {line.value:{value_width}}  {line.origin}")
    return 0
