"""The arc tangent of 0/0, which exports of Kokoro's structure take for a phase, and which is no number.

Exporters write atan2(y, x) as atan(y / x) and a choice of the quadrant. A bin of the spectrum without energy has
y = x = 0: where the spectrum is made of 8-bit integers, that happens in nearly every sentence. Its phase is
quantized next, with all others, and what the range of numbers is that have a NaN among them is the processor's
affair: on ARM a NaN, on x86 a NaN only when it is one of the last few. Then the whole sentence is no numbers.
"""

from __future__ import annotations

from litetts_edge.prepare.graph import Graph


def mend(graph: Graph) -> int:
    """Let 0/0 count as 0 under an arc tangent, as atan2(0, 0) does; nothing else changes. Gives the places."""
    places = 0
    for tangent in graph.of_type("Atan"):
        quotient = tangent.input[0]
        division = graph.maker(quotient)
        if division is not None and division.op_type == "Div":
            # Of 0/0 the dividend is the 0 that is wanted, in the type that is wanted.
            number = graph.add("Where", [graph.add("IsNaN", [quotient]), division.input[0], quotient])
            graph.read_instead(tangent, 0, number)
            places += 1
    return places
