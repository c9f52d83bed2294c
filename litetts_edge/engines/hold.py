"""How long something keeps the interpreter lock from the thread that feeds the loudspeaker.

onnxruntime holds it while it makes a session (its issue 27063), for as long as the model is large. A thread that
wants it every millisecond sees that as a late tick.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

TICK_S = 0.001


class Hold:
    """The longest time for which nobody else could run Python."""

    def __init__(self) -> None:
        self.seconds = 0.0


@contextmanager
def measured() -> Iterator[Hold]:
    """Measure while inside; the figure is there when the context is left. A busy machine makes it larger."""
    hold = Hold()
    done = threading.Event()

    def tick() -> None:
        while True:
            began = time.perf_counter()
            ended = done.wait(TICK_S)
            hold.seconds = max(hold.seconds, time.perf_counter() - began - (0 if ended else TICK_S))
            if ended:
                return

    thread = threading.Thread(target=tick, name="hold of the lock", daemon=True)
    thread.start()
    try:
        yield hold
    finally:
        done.set()
        thread.join()
