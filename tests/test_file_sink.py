"""Names that are safe, and a disk that is full."""

from __future__ import annotations

import errno
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from litetts_edge.errors import SinkFailed
from litetts_edge.pcm import AudioChunk, AudioFormat
from litetts_edge.sinks.file import FileSink, file_stem
from litetts_edge.speech import RequestId, SpeakRequest

ODD = [
    "../../etc/passwd",
    "/etc/passwd",
    "",
    ".",
    "..",
    ".hidden",
    "a/b",
    "a_b",
    "a\0b",
    "ü" * 64,
    "x" * 300,
    "a~b",
]


def test_odd_ids_are_safe_and_distinct() -> None:
    """No id leads out of the folder, hides, or shares its file with another."""
    stems = [file_stem(odd) for odd in ODD]
    assert len(set(stems)) == len(ODD)
    for stem in stems:
        assert len(stem) <= 100
        assert stem.isascii()
        assert not set(stem) & set("/\0")
        assert not stem.startswith(".")


@given(st.text(max_size=64), st.text(max_size=64))
def test_no_two_ids_collide(one: str, other: str) -> None:
    """Different ids have different names."""
    assert (file_stem(one) == file_stem(other)) == (one == other)


def test_a_plain_id_is_its_own_name() -> None:
    """So that people find their files."""
    assert file_stem("door-3.front_2") == "door-3.front_2"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder with room for 64 KiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", folder], check=False)
    if mounted.returncode != 0:
        pytest.skip("mounting a small disk needs root")
    yield folder
    subprocess.run(["umount", folder], check=True)


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def speak_long(sink: FileSink) -> None:
    request = SpeakRequest(RequestId("r"), "text", "voice")
    async with sink.writer(request, AudioFormat(48_000), lambda _at: None) as writer:
        for _ in range(10):
            await writer.write(AudioChunk(np.full(48_000, 0.5, dtype=np.float32), 48_000))
        await writer.finish()


async def test_a_full_disk_is_a_clear_failure_and_leaves_nothing(small_disk: Path) -> None:
    """`No space left on device`, with the path; not half a file."""
    with pytest.raises(SinkFailed, match="No space left"):
        await speak_long(FileSink(small_disk))
    assert names(small_disk) == []


async def test_a_folder_that_cannot_be_made_is_a_clear_failure(tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "taken").write_text("")
    with pytest.raises(SinkFailed, match="taken"):
        await speak_long(FileSink(tmp_path / "taken"))


async def test_a_disk_that_turns_read_only_is_told_as_such(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worn SD card does that in the middle of a file. What failed is told, not that the rest stays."""

    def refuse(_path: Path, missing_ok: bool = False) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    async def speak() -> None:
        request = SpeakRequest(RequestId("r"), "text", "voice")
        async with FileSink(tmp_path).writer(request, AudioFormat(48_000), lambda _at: None):
            monkeypatch.setattr(Path, "unlink", refuse)
            raise SinkFailed("file", "no more can be written")

    with pytest.raises(SinkFailed, match="no more"):
        await speak()
