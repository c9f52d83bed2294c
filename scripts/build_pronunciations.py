"""Makes litetts_edge/text/data/english.pron from the dictionaries in misaki's wheel. See build-pronunciations."""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from litetts_edge.text.english_alphabets import from_misaki, to_ipa
from litetts_edge.text.pronunciation_file import REGIONS, TAGS, Source, write

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "scripts" / "pronunciations.lock"
TARGET = ROOT / "litetts_edge" / "text" / "data" / "english.pron"

Words = dict[str, dict[str, Source]]


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="build-pronunciations", description=__doc__)
    parser.add_argument("--wheel", type=Path, help="the wheel named in pronunciations.lock, already fetched")
    parser.add_argument("--out", type=Path, default=TARGET)
    options = parser.parse_args(arguments)
    name, sha256 = locked(LOCK.read_text())
    with tempfile.TemporaryDirectory() as folder:
        wheel = options.wheel or fetch(Path(folder))
        found = hashlib.sha256(wheel.read_bytes()).hexdigest()
        if found != sha256:
            sys.exit(f"build-pronunciations: {wheel.name} is not the wheel of {LOCK.name} (sha256 {found})")
        with zipfile.ZipFile(wheel) as archive:
            words = read({part: json.loads(archive.read(f"misaki/data/{part}.json")) for part in PARTS})
    made = write(words, name, sha256)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    unfinished = options.out.with_suffix(".new")
    unfinished.write_bytes(made)
    unfinished.replace(options.out)  # a running daemon keeps the old file mapped
    print(f"build-pronunciations: {len(words)} words, {len(made) / 1e6:.1f} MB in {options.out}")


PARTS = tuple(f"{region.lower()}_{quality}" for region in REGIONS for quality in ("gold", "silver"))


def locked(text: str) -> tuple[str, str]:
    """Name with version, and sha256, of the one requirement in a lock."""
    found = re.search(r"^(\S+==\S+)[\s\\]+--hash=sha256:([0-9a-f]{64})$", text, re.M)
    if found is None:
        sys.exit(f"build-pronunciations: {LOCK.name} names no requirement with a hash")
    return found[1].replace("==", " "), found[2]


def fetch(folder: Path) -> Path:
    """Download the locked wheel; pip compares the hash."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
               "--only-binary", ":all:", "--ignore-requires-python", "--require-hashes", "-r", str(LOCK), "-d",
               str(folder)]  # fmt: skip
    if subprocess.run(command, check=False).returncode != 0:
        sys.exit("build-pronunciations: pip could not fetch the dictionaries; its message is above. "
                 "Fetch the wheel elsewhere and give it with --wheel.")  # fmt: skip
    return next(folder.glob("*.whl"))


def read(parts: Mapping[str, Mapping[str, object]]) -> Words:
    """The words of misaki's dictionaries by part (`us_gold` ...); gold is preferred."""
    words: Words = {}
    for region in REGIONS:
        for quality in ("silver", "gold"):
            for word, said in parts[f"{region.lower()}_{quality}"].items():
                if word.isascii() and (entry := _entry(said, region, sure=quality == "gold")) is not None:
                    words.setdefault(word, {})[region] = entry
    return words


def _entry(said: object, region: str, *, sure: bool) -> Source | None:
    by_tag = said if isinstance(said, dict) else {"DEFAULT": said}
    default = _ipa(by_tag.get("DEFAULT"), region)
    variants = tuple(
        (tag, ipa) for tag in TAGS if tag in by_tag and (ipa := _ipa(by_tag[tag], region)) != default
    )  # fmt: skip
    return Source(default, variants, sure) if default else None


def _ipa(symbols: object, region: str) -> str:
    return to_ipa(from_misaki(symbols, region)) if isinstance(symbols, str) else ""


if __name__ == "__main__":
    main()
