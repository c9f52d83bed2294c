"""The names that this node took because another machine has the first ones: kept, for clients know it by them."""

from __future__ import annotations

import json
import logging
from pathlib import Path

from litetts_edge.mdns.table import Service
from litetts_edge.settings import atomic

log = logging.getLogger(__name__)


class Names:
    """Which name each service has. Calls touch the disk: a few bytes, at a start and at a conflict.

    Only what differs from the first name is written down, so that an ordinary home costs the memory card nothing.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._taken: dict[str, str] = {}

    def load(self) -> None:
        """Read them; a damaged file, or a missing one, is an empty one."""
        try:
            document = json.loads(self._path.read_text("utf-8"))
            self._taken = {key: name for key, name in document.items() if _follows(name, key.partition(".")[0])}
        except FileNotFoundError:
            return
        except (OSError, ValueError, AttributeError, RecursionError) as error:
            log.warning("%s cannot be read (%s): the services get their first names again", self._path, error)

    def of(self, service: Service) -> str:
        """The name that the service has, or had last."""
        return self._taken.get(_key(service), service.name)

    def keep(self, service: Service, name: str) -> None:
        """Remember over a restart that the service has this name now. A disk that refuses it is no fault."""
        if name == self.of(service):
            return
        self._taken[_key(service)] = name
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            atomic.write(self._path, json.dumps(self._taken, indent=1, sort_keys=True).encode())
        except OSError as error:
            log.warning("the name %s will be forgotten at a restart: %s", name, error)


def _key(service: Service) -> str:
    return f"{service.name}.{service.type}"


def _follows(name: object, wanted: str) -> bool:
    """Whether it is a name that a conflict leads to: a file may hold anything."""
    if not isinstance(name, str) or not name.startswith(f"{wanted}-"):
        return False
    number = name[len(wanted) + 1 :]
    return number.isascii() and number.isdecimal() and len(number) <= 2
