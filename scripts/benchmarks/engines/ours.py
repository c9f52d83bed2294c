"""An engine of this program in a process of its own: `python -m benchmarks.engines.ours JSON`, see probe.

{"engine", "model", "models", "prepared" (or ""), "stream", "variant"}. It says texts, which its front end has read
before (`read`): the peers are fed what it made of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.engines.probe import Offers, Say, serve
from litetts_edge.engines import create
from litetts_edge.engines.installed import installed_models
from litetts_edge.engines.options import EngineOptions, Stream
from litetts_edge.interfaces import Synthesizer
from litetts_edge.speech import Sentence, Voice
from litetts_edge.text.frontend import Frontend


def open_system(about: dict[str, Any]) -> tuple[Say, Offers]:
    """An engine, loaded, on one thread."""
    options = EngineOptions(
        threads=1,
        stream=Stream(about["stream"]),
        variant=about["variant"],
        model=about["model"],
        pulled=Path(about["models"]),
        prepared=Path(about["prepared"]) if about["prepared"] else None,
    )
    engine = create(about["engine"], options)
    voice = voice_of(engine, about["model"])
    frontend = Frontend()
    read: dict[str, list[Sentence]] = {}

    def sentences(text: str) -> list[Sentence]:
        if text not in read:
            read.clear()  # of a thousand texts none is kept but the last
            read[text] = list(frontend.sentences(text, voice, "en-US"))
        return read[text]

    def say(text: str) -> Iterator[float]:
        for sentence in read.get(text) or sentences(text):
            for chunk in engine.synthesize(sentence, voice, 1.0):
                yield chunk.seconds

    def tell(text: str) -> dict[str, Any]:
        return {"read": [tokens(engine.name, sentence, options) for sentence in sentences(text)]}

    engine.load()
    return say, {"read": tell}


def voice_of(engine: Synthesizer, model: str) -> Voice:
    """The voice of that model, where each model is one; else the engine's first."""
    own = f"{engine.name}:{model.lower()}"
    return next((voice for voice in engine.voices if voice.id.partition("#")[0] == own), engine.voices[0])


def tokens(engine: str, sentence: Sentence, options: EngineOptions) -> Any:
    """What a peer is fed, so that both say the same: Kokoro's symbols, or Piper's ids."""
    if engine == "kokoro":
        from litetts_edge.engines.kokoro_symbols import symbols

        return symbols(sentence.phonemes, sentence.lang)
    if engine == "piper":
        from litetts_edge.engines.piper_config import read_config
        from litetts_edge.engines.piper_input import read

        model = next(one for one in installed_models(options.pulled, engine) if one.name == options.model)
        return [ids for portion in read(sentence, read_config(model)) for ids in portion.ids]
    return None


if __name__ == "__main__":
    serve(open_system)
