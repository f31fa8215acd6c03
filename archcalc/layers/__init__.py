"""Layer families, one per file; a file in this folder registers its words by being there."""

from __future__ import annotations

from functools import cache

from ..registry import declared, load
from .base import WORDS, Layer


def words() -> tuple[str, ...]:
    """Return every layer word, sorted, without importing the layers."""
    return tuple(sorted(declared(__name__)))


def layer_type(word: str) -> type[Layer] | None:
    """Return the layer class of a word, or None where there is none."""
    if word not in WORDS:
        load(__name__, word)
    return WORDS.get(word)


@cache
def LAYERS() -> dict[str, type[Layer]]:
    """Return every layer class by its word, in the order of the files and classes."""
    for word in declared(__name__):
        load(__name__, word)
    return {word: WORDS[word] for word in declared(__name__)}
