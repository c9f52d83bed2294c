"""What is said: English of known lengths. Durations come from random weights that are biased to a natural pace."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.compact.sentences import held_out

SENTENCES = {
    "2s": "The small boat drifted slowly across the lake.",
    "6s": "The small boat drifted slowly across the quiet lake while two children on the shore counted the birds "
    "that rested on the old wooden pier.",
    "15s": "The small boat drifted slowly across the quiet lake while two children on the shore counted the birds "
    "that rested on the old wooden pier, and when the evening came their mother called them home, gave them bread "
    "with butter and honey, and told them about the winter in which the whole lake had been frozen from one side "
    "to the other.",
}
"""One sentence each, named by about how long it takes."""
WHOLE = "15s"
"""The one whose first sound is measured."""

MINUTE = " ".join(
    (
        SENTENCES["15s"],
        SENTENCES["6s"],
        "Nobody heard the old clock because the radio was playing in the next room.",
        "We walked home along the river and talked about the weather, the price of apples and the new teacher.",
        "Please bring the yellow basket into the kitchen before dinner, and close the window behind you.",
        "She bought a loaf of bread, some cheese and a bottle of milk, and forgot what she had come for.",
        "The front door is open, the light in the hall is on, and the washing machine has finished.",
        "Tomorrow it will rain in the north, while the south stays dry and mild with a gentle wind from the west.",
        "The train to the coast leaves from the second platform, a little later than usual.",
    )
)
"""About 60 s, in nine sentences."""


def short_texts(count: int) -> Iterator[str]:
    """Of one to six words each, in a fixed order: memory must not grow with what was said."""
    drawn, words = np.random.default_rng(5), " ".join(held_out()).replace(",", "").replace(".", "").split()
    for size in drawn.integers(1, 6, endpoint=True, size=count):
        yield " ".join(drawn.choice(words, size=size)) + "."
