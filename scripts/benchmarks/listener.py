"""A listener that nothing can flatter: what speech says, as a recogniser hears it, and how wrong that is."""

from __future__ import annotations

import re


def spoken_words(text: str) -> list[str]:
    """The words of a text as they are compared: lower case, no punctuation, a hyphen parts two words."""
    return re.findall(r"[a-z]+(?:'[a-z]+)*", text.lower())
