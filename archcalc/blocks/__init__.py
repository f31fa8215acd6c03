"""Named compositions, one per file; a file in this folder registers its word by being there."""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from pkgutil import get_data, iter_modules

from .base import BLOCKS, Block

_DECLARED = re.compile(r'^class \w+\(Block, name="(\w+)"\)', re.MULTILINE)


@cache
def _homes() -> dict[str, str]:
    homes: dict[str, str] = {}
    for module in iter_modules(__path__):
        text = (get_data(__name__, f"{module.name}.py") or b"").decode()
        for word in _DECLARED.findall(text):
            if word in homes:
                raise TypeError(f"the word {word!r} is declared in {homes[word]} and {module.name}")
            homes[word] = module.name
    return homes


def block_words() -> tuple[str, ...]:
    """Return the words of all blocks, sorted, without importing them."""
    return tuple(sorted(_homes()))


def block_type(word: str) -> type[Block] | None:
    """Return the block class of a word, or None where there is none."""
    if word not in BLOCKS and word in _homes():
        import_module(f"{__name__}.{_homes()[word]}")
    return BLOCKS.get(word)
