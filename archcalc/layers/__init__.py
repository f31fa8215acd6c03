"""Layer families, one per file; a file in this folder registers its words by being there.

Start-up matters: a word is found by reading the files' text, and only the file that declares it
is imported. ``LAYERS()`` imports them all.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from pkgutil import get_data, iter_modules

from .base import WORDS, Layer

_DECLARED = re.compile(r'^class \w+\([^)]*\bname="(\w+)"', re.MULTILINE)


@cache
def _homes() -> dict[str, str]:
    """Return the module that declares each word."""
    homes: dict[str, str] = {}
    for module in iter_modules(__path__):
        text = (get_data(__name__, f"{module.name}.py") or b"").decode()
        for word in _DECLARED.findall(text):
            if word in homes:
                raise TypeError(f"the word {word!r} is declared in {homes[word]} and {module.name}")
            homes[word] = module.name
    return homes


def words() -> tuple[str, ...]:
    """Return every layer word, sorted, without importing the layers."""
    return tuple(sorted(_homes()))


def layer_type(word: str) -> type[Layer] | None:
    """Return the layer class of a word, or None where there is none."""
    found = WORDS.get(word)
    if found is None and word in _homes():
        import_module(f"{__name__}.{_homes()[word]}")
        found = WORDS[word]
    return found


@cache
def LAYERS() -> dict[str, type[Layer]]:
    """Return every layer class by its word, in the order of the files and classes."""
    for module in sorted(set(_homes().values())):
        import_module(f"{__name__}.{module}")
    return {word: WORDS[word] for word in _homes()}
