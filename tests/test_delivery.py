"""The decisions of the link, without a broker: what is answered, kept, given up, and tried next."""

from __future__ import annotations

from litetts_edge.mqtt.attempts import Attempts, backoff
from litetts_edge.mqtt.delivery import Inbox
from litetts_edge.mqtt.outbox import Outbox, Outgoing


def test_a_reused_packet_id_is_another_message() -> None:
    """An acknowledgement kept from before answers its own message, never a later one with the same packet id."""
    sent: list[int] = []
    inbox = Inbox()
    inbox.connected(sent.append, resumed=False)
    old = inbox.arrive(7, (b"topic", b"old"), dup=False)
    inbox.connected(sent.append, resumed=False)  # another session
    new = inbox.arrive(7, (b"topic", b"new"), dup=False)
    assert old is not None
    assert new is not None
    inbox.take(old)
    assert sent == []
    inbox.take(new)
    assert sent == [7]
    inbox.connected(sent.append, resumed=False)
    assert inbox.arrive(7, (b"topic", b"new"), dup=True) is not None  # repeated to us, but not from our session


def test_a_duplicate_is_answered_after_the_first_is_taken() -> None:
    """A message that comes again while the first is still being queued is answered once, when that is done."""
    sent: list[int] = []
    inbox = Inbox()
    inbox.connected(sent.append, resumed=False)
    first = inbox.arrive(7, (b"topic", b"text"), dup=False)
    inbox.connected(sent.append, resumed=True)
    assert first is not None
    assert inbox.arrive(7, (b"topic", b"text"), dup=True) is None
    assert sent == []
    inbox.take(first)
    inbox.take(first)
    assert sent == [7]


def test_an_outbox_is_bounded() -> None:
    """When it is full, the oldest waiting message gives way; one that costs every connection is given up."""
    outbox = Outbox(2)
    messages = [Outgoing("topic", str(number).encode(), qos=1) for number in range(3)]
    dropped = [message for new in messages for message in outbox.add(new)]
    assert [message.payload for message in dropped] == [b"0"]
    given_up: list[Outgoing] = []
    for _ in range(5):
        message = outbox.next(window=1)
        assert message is messages[1]
        assert outbox.next(window=0) is None
        outbox.sent(1, message)
        given_up += outbox.disconnected()
    assert given_up == [messages[1]]
    assert outbox.next(window=1) is messages[2]


def test_only_a_broker_that_never_spoke_5_is_taken_for_an_old_one() -> None:
    """Two hang-ups in a row change the version, both ways, until 5 has worked once."""
    attempts = Attempts("auto", 1, 60, lambda: 1.0)
    versions = []
    for _ in range(5):
        versions.append(attempts.version)
        assert not attempts.failed(unsupported=False, closed_early=True)
    assert versions == [5, 5, 4, 4, 5]
    attempts.succeeded()
    for _ in range(3):
        attempts.failed(unsupported=False, closed_early=True)
    assert attempts.version == 5


def test_a_short_connection_does_not_make_the_next_wait_short() -> None:
    """Only a connection that lasted begins the waits anew; three short ones in a row are called unstable."""
    attempts = Attempts("5", 1, 60, lambda: 1.0)
    waits = []
    for lasted_s in (5, 5, 5, 500):
        attempts.succeeded()
        attempts.ended(lasted_s, unreadable=False)
        waits.append((attempts.wait_s(), attempts.unstable))
    assert waits == [(1, False), (2, False), (4, True), (1, False)]


def test_waiting_for_the_next_attempt_is_jittered_and_bounded() -> None:
    """Full jitter: anything from nothing to a ceiling that doubles up to the maximum."""
    waits = [backoff(attempt, 1.0, 60.0, lambda: 1.0) for attempt in range(8)]
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    assert backoff(5000, 1.0, 60.0, lambda: 0.5) == 30
