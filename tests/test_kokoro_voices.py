"""Kokoro's voices: the right row of the right voice, blends, aliases, presets, bad files."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from litetts_edge.engines import kokoro_names
from litetts_edge.engines.kokoro import KokoroEngine, row
from litetts_edge.engines.options import EngineOptions
from litetts_edge.engines.portions import AT_ONCE_S, symbols_at_once
from litetts_edge.engines.style_speech import chosen_model
from litetts_edge.engines.style_tables import StyleTables
from litetts_edge.errors import EngineFailed, VoiceNotFound
from litetts_edge.pipeline.inventory import installed
from litetts_edge.pipeline.voices import Voices
from litetts_edge.speech import Sentence
from tests.kokoro_parts import engine_in, loudness, said, telling
from tests.style_models import PER_ID, install, sign, table


@pytest.fixture(scope="module")
def kokoro(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KokoroEngine]:
    with telling(tmp_path_factory.mktemp("models")) as engine:
        yield engine


# -- voices and rows ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "index"), [(0, 0), (1, 0), (2, 1), (509, 508), (510, 509), (511, 509), (9999, 509)]
)
def test_the_row_is_chosen_by_the_number_of_symbols(count: int, index: int) -> None:
    """`voice[min(n, 510) - 1]`."""
    assert row(count)(510) == index


@pytest.mark.parametrize("count", [1, 100])
@pytest.mark.parametrize("voice", ["af_heart", "bm_fable"])
def test_the_row_reaches_the_graph(kokoro: KokoroEngine, count: int, voice: str) -> None:
    """Also of a table with 512 rows."""
    assert loudness(said(kokoro, "a" * count, voice)) == pytest.approx(count / 1024, rel=1e-3)


@pytest.mark.parametrize(("count", "rows"), [(509, [509]), (510, [510]), (511, [510, 1])])
def test_511_symbols_are_two_portions(kokoro: KokoroEngine, count: int, rows: list[int]) -> None:
    """Even where memory sets no bound; the second has a row of its own, and nothing is lost."""
    kokoro.load()
    voice = kokoro.blend("kokoro:af_heart")
    spoken = kokoro.portions(Sentence("text", "es", (0, 4), phonemes="a" * count), voice)
    assert [portion.style[0, 0] * 1024 for portion in spoken] == pytest.approx(rows)
    assert sum(len(portion.ids) - 2 for portion in spoken) == count


@pytest.mark.parametrize("speed", [0.5, 1.0, 2.0])
def test_a_whole_graph_is_given_what_its_memory_is_reckoned_for(kokoro: KokoroEngine, speed: float) -> None:
    """The slower the voice, the fewer symbols in one go, so that none lasts longer; and nothing is lost."""
    text = " ".join(["aaaa"] * 100)
    sentence = Sentence("text", "es", (0, 4), phonemes=text)
    chunks = list(kokoro.synthesize(sentence, kokoro.blend("kokoro:af_heart"), speed))
    longest = symbols_at_once(speed) * PER_ID / speed / 24_000
    assert longest <= AT_ONCE_S
    assert longest / 2 < max(chunk.seconds for chunk in chunks) <= longest + 0.05
    spaces_lost = len(chunks) - 1
    whole = (len(text) - spaces_lost) * PER_ID / speed
    assert sum(len(chunk.samples) for chunk in chunks) == pytest.approx(whole, abs=1500 * len(chunks))


@pytest.mark.parametrize("packed", [False, True])
def test_voices_are_mapped_and_not_read(tmp_path: Path, packed: bool) -> None:
    """From single files and from an npz, the tables are views of the files."""
    install(tmp_path, "kokoro", {"af_heart": table(), "af": table(512, loud=0.5)}, packed=packed)
    tables = StyleTables(chosen_model("kokoro", EngineOptions(pulled=tmp_path)), 510, 512, lambda: 256)
    assert tables.row("af_heart", lambda _: 9)[0] == pytest.approx(10 / 1024)
    assert tables.row("af", lambda rows: rows - 1)[0] == 0.5
    assert all(isinstance(mapped.base, np.memmap) for mapped in tables._open.values())
    tables.close()
    assert tables.row("af_heart", lambda _: 0)[0] == pytest.approx(1 / 1024)


def test_a_compressed_npz_is_read(tmp_path: Path) -> None:
    """It cannot be mapped, so only the voice that is asked for is read."""
    folder = install(tmp_path, "kokoro", {"af_heart": table(loud=0.25)}, packed=True)
    np.savez_compressed(folder / "voices.npz", af_heart=table(loud=0.25), af_sky=table())
    (folder / "voices.npz").replace(folder / "voices.bin")
    sign(folder, "kokoro", {"onnx/model.onnx": "model", "voices.bin": "voices"})
    assert loudness(said(engine_in(tmp_path), "aaa")) == pytest.approx(0.25, rel=1e-3)


def test_an_npz_that_numpy_does_not_write_is_told(tmp_path: Path) -> None:
    """Whole or not: a damaged LZMA has errors of its own, which nobody else knows."""
    folder = install(tmp_path, "kokoro", {"af_heart": table()}, packed=True)
    with zipfile.ZipFile(folder / "voices.bin") as whole:
        voice = whole.read("af_heart.npy")
    with zipfile.ZipFile(folder / "voices.bin", "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("af_heart.npy", voice)
    content = bytearray((folder / "voices.bin").read_bytes())
    content[60:64] = b"\xff" * 4
    (folder / "voices.bin").write_bytes(content)
    sign(folder, "kokoro", {"onnx/model.onnx": "model", "voices.bin": "voices"})
    with pytest.raises(EngineFailed, match=r"voices\.bin is damaged: af_heart.*by the method 14, which numpy"):
        engine_in(tmp_path).load()


WRONG: dict[str, tuple[NDArray[Any], str]] = {
    "too few rows": (table(509), r"\(509, 1, 256\)"),
    "too many rows": (table(513), r"\(513, 1, 256\)"),
    "narrow": (table()[:, :, :128], r"\(510, 1, 128\)"),
    "one number": (np.array(1, np.float32), r"\(\)"),
    "float64": (table().astype(np.float64), "<f8"),
    "objects": (np.array([{}], dtype=object), r"\|O"),
    "column by column": (np.asfortranarray(table()), "no npy file of plain numbers in rows"),
    "no numbers": (np.full((510, 1, 256), np.nan, np.float32), "no numbers"),
}


@pytest.mark.parametrize(("values", "found"), WRONG.values(), ids=WRONG.keys())
def test_a_voice_of_the_wrong_shape_is_named(tmp_path: Path, values: NDArray[Any], found: str) -> None:
    """File, voice, what was found and what was wanted."""
    install(tmp_path, "kokoro", {"af_heart": values}, packed=True)
    with pytest.raises(EngineFailed, match=rf"voices\.bin.*af_heart.*{found}"):
        engine_in(tmp_path).load()


def test_a_single_file_of_the_wrong_size_is_named(tmp_path: Path) -> None:
    """As a voice of another model would be, or half a download with a manifest that fits."""
    folder = install(tmp_path, "kokoro", {"af_heart": table()})
    file = folder / "voices/af_heart.bin"
    roles = {"onnx/model.onnx": "model", "voices/af_heart.bin": "voice"}
    for size, found in ((522_239, "522239 bytes"), (0, "0 bytes"), (1024, r"\(1, 1, 256\)")):
        file.write_bytes(bytes(size))
        sign(folder, "kokoro", roles)
        with pytest.raises(EngineFailed, match=rf"af_heart\.bin.*{found}.*wanted is \(510 to 512, 1, 256\)"):
            engine_in(tmp_path).load()
    file.write_bytes(bytes(522_240) + b"x")
    with pytest.raises(EngineFailed, match=r"af_heart\.bin is damaged: its sha256"):
        engine_in(tmp_path).load()


def test_a_damaged_npz_is_named(tmp_path: Path) -> None:
    """Where the list of its members is gone, before anything is loaded."""
    folder = install(tmp_path, "kokoro", {"af_heart": table()}, packed=True)
    file = folder / "voices.bin"
    file.write_bytes(file.read_bytes()[:-30])
    with pytest.raises(EngineFailed, match=r"voices\.bin is damaged: it is no npz"):
        _ = engine_in(tmp_path).voices


def test_damaged_voices_silence_nobody_else(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The engine that the settings name has its voices; the damaged model is logged and left out."""
    folder = install(tmp_path, "kokoro", {"af_heart": table()}, packed=True)
    (folder / "voices.bin").write_bytes(b"<html>")
    voices = installed("tone", EngineOptions(pulled=tmp_path))
    assert {"tone", "espeak"} <= set(voices.engines)
    assert "kokoro" not in voices.engines
    assert "voices.bin is damaged" in caplog.text


def test_a_strange_member_is_no_voice(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Names that no voice can have are left out, with a warning."""
    folder = install(tmp_path, "kokoro", {"af_heart": table()}, packed=True)
    with zipfile.ZipFile(folder / "voices.bin", "a") as archive:
        archive.writestr("../../evil+name.npy", b"")
    assert [voice.id for voice in engine_in(tmp_path).voices] == ["kokoro:af_heart"]
    assert "evil+name" in caplog.text


def test_without_a_model_it_is_said_what_to_do(tmp_path: Path) -> None:
    """Nothing installed, a model that is not there, a model without voices."""
    with pytest.raises(EngineFailed, match="models pull"):
        _ = engine_in(tmp_path).voices
    install(tmp_path, "kokoro", {})
    with pytest.raises(EngineFailed, match="small has no voices"):
        _ = engine_in(tmp_path).voices
    with pytest.raises(EngineFailed, match=r"'smal' is not installed. Did you mean 'small'"):
        _ = engine_in(tmp_path, model="smal").voices


# -- names -------------------------------------------------------------------------------------------


def test_54_voices_and_af_each_in_its_language(tmp_path: Path) -> None:
    """The languages are tags that the front end reads."""
    install(tmp_path, "kokoro", dict.fromkeys(kokoro_names.NAMES, table(510)), packed=True)
    voices = engine_in(tmp_path).voices
    assert len(voices) == 55
    assert voices[0].id == "kokoro:af_heart"
    by_lang = {voice.lang: voice.id for voice in voices}
    assert set(by_lang) == {"en-US", "en-GB", "es", "fr-FR", "hi", "it", "ja", "pt-BR", "zh"}
    assert {voice.lang for voice in voices if voice.id.startswith("kokoro:z")} == {"zh"}
    assert voices[-1].id == "kokoro:af"
    assert len({voice.name for voice in voices}) == 55


def test_af_is_half_bella_half_sarah(kokoro: KokoroEngine) -> None:
    """Where it has no file of its own."""
    assert loudness(said(kokoro, "aaaa", "af")) == pytest.approx(0.3, rel=1e-3)
    assert "kokoro:af" in {voice.id for voice in kokoro.voices}


@pytest.mark.parametrize(("alias", "voice"), [("fable", "bm_fable"), ("coral", "af_bella"), ("sage", "af_sarah")])
def test_openais_names_are_aliases(kokoro: KokoroEngine, alias: str, voice: str) -> None:
    """They are the voice itself, also for those who look voices up."""
    assert Voices([kokoro]).find(f"kokoro:{alias}") == kokoro.blend(f"kokoro:{voice}")


def test_a_blend_is_the_weighted_mean(kokoro: KokoroEngine) -> None:
    """Aliases may be parts of it."""
    assert loudness(said(kokoro, "aaaa", "af_bella(3)+sage(1)")) == pytest.approx(0.25, rel=1e-3)


def test_a_blend_speaks_the_language_of_its_largest_part(kokoro: KokoroEngine) -> None:
    """The first of equals."""
    assert kokoro.blend("kokoro:af_bella(1)+bm_fable(2)").lang == "en-GB"
    assert kokoro.blend("kokoro:af_bella+bm_fable").lang == "en-US"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("af_hart", "mean 'kokoro:af_heart'"),
        ("fabel", "mean 'kokoro:fable'"),
        ("evning", "No voice"),
        ("af_heart+", "mean 'kokoro:af_heart"),
        ("af_heart(0)", "No voice"),
        ("", "No voice"),
        ("nova", "No voice named 'kokoro:nova'\\. (?!Did you mean 'kokoro:nova')"),
    ],
)
def test_a_wrong_voice_is_told(kokoro: KokoroEngine, name: str, hint: str) -> None:
    """An alias of a voice that is not installed, too."""
    with pytest.raises(VoiceNotFound, match=hint):
        kokoro.blend(f"kokoro:{name}")


# -- presets -----------------------------------------------------------------------------------------


def test_a_preset_is_a_voice(tmp_path: Path) -> None:
    """It is listed behind the voices, and speaks as its blend."""
    install(tmp_path / "models", "kokoro", {"af_bella": table(loud=0.2), "bf_emma": table(loud=0.6)})
    presets = tmp_path / "presets.yaml"
    presets.write_text("kokoro:\n  evening: bf_emma(3)+af_bella(1)\nkitten: {}\n", "utf-8")
    engine = engine_in(tmp_path / "models", presets=presets)
    assert [voice.id for voice in engine.voices] == ["kokoro:af_bella", "kokoro:bf_emma", "kokoro:evening"]
    evening = engine.blend("kokoro:evening")
    assert (evening.lang, evening.name) == ("en-GB", "Kokoro Evening (25 % af_bella, 75 % bf_emma)")
    assert loudness(said(engine, "aaaa", "evening")) == pytest.approx(0.5, rel=1e-3)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("kokoro:\n  af_heart: af_heart", "a voice has this name"),
        ("kokoro:\n  alloy: af_heart", "a voice has this name"),
        ("kokoro:\n  odd: af_hart", "No voice named"),
        ("kokoro:\n  Odd one: af_heart", "its name is not"),
        ("kokoro:\n  on: af_heart", "its name is not"),
        ("kokoro:\n  odd: [1]", "its blend is no text"),
        ("kokoro: 5", "no mapping"),
        ("- kokoro", "not read"),
        ("kokoro: {", "not read"),
        ("kokoro: " + "[" * 5000, "not read"),
        ("#" * 70_000, "not read"),
        ("\x00", "not read"),
    ],
)
def test_a_preset_that_cannot_be_is_left_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, text: str, why: str
) -> None:
    """With a warning that names the file; the engine speaks."""
    install(tmp_path / "models", "kokoro", {"af_heart": table()})
    presets = tmp_path / "presets.yaml"
    presets.write_text(text, "utf-8")
    engine = engine_in(tmp_path / "models", presets=presets)
    assert [voice.id for voice in engine.voices] == ["kokoro:af_heart"]
    assert why in caplog.text
    assert "presets.yaml" in caplog.text
