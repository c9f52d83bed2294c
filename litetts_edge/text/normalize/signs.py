"""What Chinese, Hindi and Japanese texts have that is read sign by sign: addresses, versions, ④ and Ⅳ."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from litetts_edge.text.normalize.scan import Rule, reading
from litetts_edge.text.tokens import Reading

VERSION = re.compile(r"(?<![0-9.])[0-9]{1,5}(?:\.[0-9]{1,5}){2,5}(?![0-9]|\.[0-9])")
_ROMAN, _SMALL_ROMAN, _CIRCLED, _BRACKETED = 0x2160, 0x2170, 0x2460, 0x2474


def addresses(endings: str) -> re.Pattern[str]:
    """Of the internet; `endings` are the domains, `com|org`, that make a bare name one."""
    return re.compile(
        r"(?<![A-Za-z0-9.@])(?:https?://[A-Za-z0-9._~:/?#@!$&'*+=%\-]{1,200}|www\.[A-Za-z0-9._~:/?#@&=%\-]{1,200}"
        r"|[A-Za-z0-9._+\-]{1,64}@[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){1,4}"
        rf"|[A-Za-z0-9\-]{{1,63}}(?:\.[A-Za-z0-9\-]{{1,63}}){{0,3}}\.(?:{endings})"
        r"(?:/[A-Za-z0-9._~/\-]{0,100})?(?![A-Za-z0-9]))"
    )


def spelled(written: str, one_by_one: Callable[[str], str], names: Mapping[str, str]) -> str:
    """An address, its letters as words and its signs by name."""
    words = []
    for piece in re.findall(r"[A-Za-z]+|[0-9]+|.", written):
        if piece[0].isalpha():
            words.append(piece)
        else:
            words.append(one_by_one(piece) if piece.isdecimal() else names.get(piece, ""))
    return " ".join(word for word in words if word)


def is_ip(parts: list[str]) -> bool:
    """Whether what stands between the points of a version is an address."""
    return len(parts) == 4 and all(int(part) < 256 for part in parts)


def sign_rule(names: Mapping[str, str]) -> Rule:
    """Single signs by name; one whose name is empty is left."""

    def say(match: re.Match[str]) -> Reading | None:
        return reading(match, "symbol", names[match[0]], 0.3) if names[match[0]] else None

    return re.compile(f"[{re.escape(''.join(names))}]"), say


def enclosed_rules(cardinal: Callable[[str], str]) -> tuple[Rule, Rule]:
    """Numbers that are one character: Ⅳ and ⅳ, ④ and ⑷."""
    roman = {chr(first + at): cardinal(str(at + 1)) for first in (_ROMAN, _SMALL_ROMAN) for at in range(12)}
    circled = {chr(first + at): cardinal(str(at + 1)) for first in (_CIRCLED, _BRACKETED) for at in range(20)}
    return (
        (re.compile(f"[{''.join(roman)}]"), lambda match: reading(match, "roman", roman[match[0]])),
        (re.compile(f"[{''.join(circled)}]"), lambda match: reading(match, "cardinal", circled[match[0]])),
    )
