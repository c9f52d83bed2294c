"""Another protocol on the same link: Rhasspy's, Home Assistant's. Whoever speaks one is a Neighbour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from litetts_edge.events import SpeechEvent
from litetts_edge.mqtt.delivery import Delivery


class Send(Protocol):
    """Publishes; what is above the broker's limit is told instead, and False is returned.

    QoS 1 is kept until the broker has it, over connections that it ends because of it too; QoS 0 is not.
    """

    def __call__(self, topic: str, payload: str, *, retain: bool = False, qos: int = 1) -> bool: ...


class Neighbour(Protocol):
    """Listens and speaks on topics outside the node's own. Called on the event loop only; never waits for speech.

    It lives as long as the daemon, over many links: what was asked over one may end over the next. The service
    acknowledges what it is handed, as it does its own messages, whatever the neighbour thinks of it.
    """

    def topics(self) -> Sequence[str]:
        """The filters to listen to on the link that opens next; none while it is switched off."""
        ...

    async def handle(self, delivery: Delivery) -> None:
        """Take a message that one of topics() brought, a retained one too. Raises BadRequest for a bad one."""
        ...

    def opened(self, send: Send) -> None:
        """A link opens, and this is the way out of it; the one before it is gone."""
        return

    def greet(self) -> None:
        """Connected, each time: publish again what is retained. `online` follows."""
        return

    def changed(self) -> None:
        """The node's info was published, and is another than before: its voices, its engine."""

    def tell(self, event: SpeechEvent) -> None:
        """Something happened to a request, anybody's. It is called in the order of the events."""
        return
