"""Named compositions, one per file; a file in this folder registers its word by being there."""

from __future__ import annotations

from ..registry import declared, load
from .base import BLOCKS, Block


def block_words() -> tuple[str, ...]:
    """Return the words of all blocks, sorted, without importing them."""
    return tuple(sorted(declared(__name__)))


def block_type(word: str) -> type[Block] | None:
    """Return the block class of a word, or None where there is none."""
    if word not in BLOCKS:
        load(__name__, word)
    return BLOCKS.get(word)
