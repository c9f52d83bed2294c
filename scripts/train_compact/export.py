"""The trained network as three ONNX graphs, with the weights of the point-wise layers in int8."""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import helper, numpy_helper
from torch import Tensor, nn

from litetts_edge.engines.compact_units import FRAMES_PER_STEP, HOP, SAMPLE_RATE, SPEAKERS
from train_compact.data import CHANNELS
from train_compact.flite import BANDS, Flite
from train_compact.network import CONTEXT, ENCODER_DILATIONS, HIDDEN, KERNEL, PLACES, Decoder, Encoder
from train_compact.train import Network
from train_compact.vocoder import AFTER, BEFORE, Vocoder, responses

OPSET = 18
SMALLEST_QUANTIZED = 4096
"""Weights with fewer numbers than this stay in fp32."""
FOLDED = {"encoder": 0, "decoder": 0}
"""How many of the int8 weights become fp32 at load: time against memory, of which the voice may add 40 MB.

Measured in one run with onnxruntime 1.31, its import included, for 0, 6, 12 and all 18 of the decoder's: 37.2,
39.2, 41.5 and 43.5 MB, and 1, 0.89, 0.79 and 0.71 times the CPU. Speaking adds 1 MB that stays, and 4 MB that do
not. The vocoder has nothing learnt in it.
"""

CONTEXTS = {
    "encoder_context": sum(ENCODER_DILATIONS) * (KERNEL // 2),
    "decoder_context": CONTEXT,
    "vocoder_before": BEFORE,
    "vocoder_after": AFTER,
}
"""Tokens, steps and frames around a window that decide it: in the manifest, and in the graph that they name."""


class SpeakingEncoder(nn.Module):
    """One sentence: ids, stress, starts_word (tokens,), voice (speakers,) -> hidden, durations in frames."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, ids: Tensor, stress: Tensor, starts_word: Tensor, voice: Tensor) -> tuple[Tensor, Tensor]:
        hidden, lengths = self.encoder(torch.stack([ids, stress, starts_word], dim=1)[None], voice[None])
        return hidden[0], torch.clamp(torch.exp(lengths[0]) - 1, min=0)


class SpeakingDecoder(nn.Module):
    """Steps of a sentence -> what the vocoder reads.

    hidden (tokens, HIDDEN), token (steps,), places (steps, PLACES), voice (speakers,), pitch (steps,) as a factor,
    energy (steps,) in dB -> frames (2 steps, CHANNELS).
    """

    levels: Tensor

    def __init__(self, decoder: Decoder, levels_db: NDArray[np.float64]) -> None:
        super().__init__()
        self.decoder = decoder
        self.register_buffer("levels", torch.tensor(levels_db, dtype=torch.float32))

    def forward(
        self, hidden: Tensor, token: Tensor, places: Tensor, voice: Tensor, pitch: Tensor, energy: Tensor
    ) -> Tensor:
        said = self.decoder(hidden[token][None], places[None], voice[None])[0]
        said = said * self.decoder.scale + voice @ self.decoder.mean
        pitch, energy = pitch.repeat_interleave(FRAMES_PER_STEP), energy.repeat_interleave(FRAMES_PER_STEP)
        f0 = torch.clamp(torch.exp(said[:, 0]) * pitch, 40.0, 800.0)
        voiced = (said[:, 1] > 0).float()
        level = (energy + voice @ self.levels) * (math.log(10) / 20)
        cepstra = torch.cat([(said[:, 2] + level)[:, None], said[:, 3:-BANDS]], dim=1)
        strengths = torch.clamp(said[:, -BANDS:], 0.0, 1.0)
        return torch.cat([f0[:, None], voiced[:, None], cepstra, strengths], dim=1)


def export(network: Network, folder: Path, levels_db: NDArray[np.float64], *, quantized: bool) -> None:
    """Write encoder.onnx, decoder.onnx, vocoder.onnx and manifest.json. `levels_db` (speakers,) is added."""
    folder.mkdir(parents=True, exist_ok=True)
    voice = torch.full((len(SPEAKERS),), 1 / len(SPEAKERS))
    tokens, steps, frames = 7, 40, 60
    ids = torch.zeros(tokens, dtype=torch.long)
    many = torch.export.Dim("tokens", min=2, max=4096), torch.export.Dim("steps", min=2, max=65536)
    count = torch.export.Dim("frames", min=BEFORE + AFTER + 1, max=65536)
    graphs: dict[str, tuple[nn.Module, dict[str, Tensor], list[str], dict[str, Any]]] = {
        "encoder": (
            SpeakingEncoder(network.encoder),
            # Three tensors: one that is passed three times becomes one input, and two that nothing reads.
            {"ids": ids, "stress": ids.clone(), "starts_word": ids.clone(), "voice": voice},
            ["hidden", "durations"],
            {"ids": {0: many[0]}, "stress": {0: many[0]}, "starts_word": {0: many[0]}, "voice": None},
        ),
        "decoder": (
            SpeakingDecoder(network.decoder, levels_db),
            {
                "hidden": torch.zeros(tokens, HIDDEN),
                "token": torch.zeros(steps, dtype=torch.long),
                "places": torch.zeros(steps, PLACES),
                "voice": voice,
                "pitch": torch.ones(steps),
                "energy": torch.zeros(steps),
            },
            ["frames"],
            {
                "hidden": {0: many[0]},
                **{name: {0: many[1]} for name in ("token", "places")},
                "voice": None,
                **{name: {0: many[1]} for name in ("pitch", "energy")},
            },
        ),
        "vocoder": (
            Vocoder(responses(Flite(SPEAKERS[0]).band_filters())),
            {
                "frames": torch.ones(frames, CHANNELS),
                "phase": torch.zeros((), dtype=torch.float64),
                "noise": torch.zeros(frames, HOP),
            },
            ["samples", "next_phase"],
            {"frames": {0: count}, "phase": None, "noise": {0: count}},
        ),
    }
    for name, (module, inputs, outputs, dynamic) in graphs.items():
        program = torch.onnx.export(
            module.eval(),
            tuple(inputs.values()),
            dynamo=True,
            input_names=list(inputs),
            output_names=outputs,
            dynamic_shapes=tuple(dynamic.values()),
            opset_version=OPSET,
            verbose=False,
        )
        assert program is not None
        model = program.model_proto
        if quantized and name in FOLDED:
            quantize(model, FOLDED[name])
        model.producer_name, model.producer_version, model.doc_string = "litetts_edge", "", ""
        del model.metadata_props[:]
        declared = {key: str(value) for key, value in CONTEXTS.items() if key.startswith(name)}
        helper.set_model_props(model, declared)  # here a hash guards them
        for node in model.graph.node:
            node.doc_string = ""
            del node.metadata_props[:]
        del model.graph.value_info[:]
        onnx.checker.check_model(model)
        onnx.save(model, folder / f"{name}.onnx")
    write_manifest(folder)


def write_manifest(folder: Path) -> None:
    """The hashes by which a model is verified, and the numbers that whoever runs it must know."""
    facts = {
        "name": "compact",
        "engine": "compact",
        "licence": "Apache-2.0",
        "source": "scripts/train-compact",
        "voices": list(SPEAKERS),
        "sample_rate": SAMPLE_RATE,
        "hop": HOP,
        "frames_per_step": FRAMES_PER_STEP,
    }
    files = {
        path.name: {"sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "bytes": path.stat().st_size}
        for path in sorted(folder.glob("*.onnx"))
    }
    (folder / "manifest.json").write_text(
        json.dumps(facts | CONTEXTS | {"files": files}, indent=2) + "\n", "utf-8"
    )


def quantize(model: onnx.ModelProto, folded: int) -> None:
    """Replace the large weights of MatMul by int8 with a scale for each output, in place.

    The first `folded` of them become fp32 again when the model is loaded, because Cast and Mul of constants are
    folded. The others stay behind DequantizeLinear, which onnxruntime leaves alone: int8 in memory, made fp32 at
    each run. Both give the same numbers.
    """
    graph = model.graph
    weights = {tensor.name: tensor for tensor in graph.initializer}
    nodes = []
    for node in graph.node:
        name = node.input[1] if node.op_type == "MatMul" else ""
        weight = numpy_helper.to_array(weights[name]) if name in weights else np.zeros(0)
        if weight.ndim != 2 or weight.size < SMALLEST_QUANTIZED:
            continue
        scale = np.abs(weight).max(axis=0) / 127
        scale = np.where(scale == 0, 1, scale).astype(np.float32)
        small, factor = f"{name}.int8", f"{name}.scale"
        graph.initializer.remove(weights[name])
        graph.initializer.extend(
            [
                numpy_helper.from_array(np.round(weight / scale).astype(np.int8), small),
                numpy_helper.from_array(scale, factor),
            ]
        )
        if folded > 0:
            folded -= 1
            whole = f"{name}.whole"
            nodes += [
                helper.make_node("Cast", [small], [whole], to=onnx.TensorProto.FLOAT),
                helper.make_node("Mul", [whole, factor], [name]),
            ]
        else:
            nodes.append(helper.make_node("DequantizeLinear", [small, factor], [name], axis=1))
    nodes += graph.node
    del graph.node[:]
    graph.node.extend(nodes)
