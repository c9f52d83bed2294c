"""Speak with every compact voice and write down what the graphs were asked and answered. Runs on both machines.

    python -m arm_check.speak OUT.npz [--replay OTHER.npz]

The sentences are fixed IPA: nothing of the front end is in the comparison. `--replay` also gives each graph what
was asked in OTHER for the first sentence, so that each can be compared by itself. Keys in OUT:

    repeats                                    True where each voice's first sentence was the same bits again
    VOICE/SENTENCE/samples
    VOICE/SENTENCE/RUN/GRAPH/asked/INPUT       the runs of graphs in their order
    VOICE/SENTENCE/RUN/GRAPH/answered/OUTPUT
    replayed/VOICE/SENTENCE/RUN/GRAPH/answered/OUTPUT
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from litetts_edge.engines import create
from litetts_edge.engines.options import EngineOptions
from litetts_edge.interfaces import Synthesizer
from litetts_edge.speech import Sentence, Voice

ENGINE = "compact"
SENTENCES = (
    ("The front door is open.", "ðə fɹˈʌnt dˈɔːɹ ɪz ˈoʊpən."),
    (
        "It is seven thirty, and the kitchen light is still on.",
        "ɪɾ ɪz sˈɛvən θˈɜːɾi, ænd ðə kˈɪtʃən lˈaɪt ɪz stˈɪl ˈɔn.",
    ),
    (
        "Your washing machine has finished; would you like a reminder?",
        "jʊɹ wˈɑːʃɪŋ məʃˈiːn hɐz fˈɪnɪʃt; wʊd juː lˈaɪk ɐ ɹᵻmˈaɪndɚ?",
    ),
    (
        "Zero degrees outside, with light snow until half past four.",
        "zˈiəɹoʊ dᵻɡɹˈiːz aʊtsˈaɪd, wɪð lˈaɪt snˈoʊ ʌntˈɪl hˈæf pˈæst fˈɔːɹ.",
    ),
    (
        "Please judge whether the garage was left unlocked!",
        "plˈiːz dʒˈʌdʒ wˈɛðɚ ðə ɡɚɹˈɑːʒ wʌz lˈɛft ʌnlˈɑːkt!",
    ),
    ("A large size in stockings is hard to sell.", "ɐ lˈɑːɹdʒ sˈaɪz ɪn stˈɑːkɪŋz ɪz hˈɑːɹd tə sˈɛl."),
)
"""A text and what espeak-ng makes of it."""

Arrays = dict[str, NDArray[Any]]
"""By name: what a graph takes or gives, or a part of OUT."""

sessions: dict[str, RecordingSession] = {}
"""By the name of the graph's file: encoder, decoder, vocoder."""
calls: Arrays = {}
"""Of the sentence being spoken: RUN/GRAPH/asked/INPUT and RUN/GRAPH/answered/OUTPUT."""


class RecordingSession(onnxruntime.InferenceSession):  # type: ignore[misc]
    """What the engine takes for onnxruntime's own."""

    def __init__(self, path: str, *options: Any, **more: Any) -> None:
        super().__init__(path, *options, **more)
        self.graph = Path(path).stem
        sessions[self.graph] = self

    def run(self, names: Any, asked: Arrays, options: Any = None) -> list[NDArray[Any]]:
        """See InferenceSession."""
        answers: list[NDArray[Any]] = super().run(names, asked, options)
        key = f"{sum(name.endswith('/ran') for name in calls)}/{self.graph}"
        calls[f"{key}/ran"] = np.array(True)
        calls.update((f"{key}/asked/{name}", np.array(value)) for name, value in asked.items())
        calls.update((f"{key}/answered/{name}", value) for name, value in self._named(names, answers))
        return answers

    def replay(self, asked: Arrays) -> Arrays:
        """What this machine answers to that."""
        return dict(self._named(None, super().run(None, asked)))

    def _named(self, names: Any, answers: list[NDArray[Any]]) -> list[tuple[str, NDArray[Any]]]:
        known = names or [output.name for output in self.get_outputs()]
        return [(name, np.array(answer)) for name, answer in zip(known, answers, strict=True)]


def speak(engine: Synthesizer) -> Arrays:
    """Every sentence by every voice, the first twice. `engine` was loaded with RecordingSession in place."""
    found: Arrays = {}
    repeats = True
    for voice in engine.voices:
        for number, (text, ipa) in enumerate(SENTENCES):
            sentence = Sentence(text, voice.lang, (0, len(text)), phonemes=ipa)
            before = said(engine, sentence, voice) if number == 0 else None
            calls.clear()
            found[f"{voice.id}/{number}/samples"] = said(engine, sentence, voice)
            found.update((f"{voice.id}/{number}/{name}", value) for name, value in calls.items())
            if before is not None:
                repeats = repeats and np.array_equal(before, found[f"{voice.id}/0/samples"])
    return found | {"repeats": np.array(repeats)}


def said(engine: Synthesizer, sentence: Sentence, voice: Voice) -> NDArray[np.float32]:
    """The samples of a sentence at its natural rate."""
    return np.concatenate([chunk.samples for chunk in engine.synthesize(sentence, voice, 1.0)])


def replay(other: Arrays) -> Arrays:
    """The answers here to what was asked for the first sentences in `other`."""
    found: Arrays = {}
    for name in other:
        if not (name.endswith("/ran") and name.split("/")[1] == "0"):
            continue
        run = name.removesuffix("ran")
        asked = {key.removeprefix(f"{run}asked/"): other[key] for key in other if key.startswith(f"{run}asked/")}
        answered = sessions[run.split("/")[-2]].replay(asked)
        found.update((f"replayed/{run}answered/{key}", value) for key, value in answered.items())
    return found


def main() -> None:
    options = argparse.ArgumentParser(description="Speak, and write down what the graphs said.")
    options.add_argument("out", type=Path)
    options.add_argument("--replay", type=Path, metavar="OTHER")
    given = options.parse_args()
    onnxruntime.InferenceSession = RecordingSession
    engine = create(ENGINE, EngineOptions(threads=1))
    engine.load()
    found = speak(engine)
    if not calls:
        raise SystemExit(
            "arm_check: the engine asked no InferenceSession of onnxruntime: there is nothing to compare"
        )
    if given.replay:
        with np.load(given.replay) as other:
            found |= replay(dict(other))
    np.savez(given.out, **found)  # type: ignore[arg-type]  # a name that begins with `file` would clash, none does


if __name__ == "__main__":
    main()
