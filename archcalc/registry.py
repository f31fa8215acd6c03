"""Presence is registration: the words that the files of a folder declare, found without importing.

Start-up matters, so a word is looked up in the files' text and only the file that declares it is
imported.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from pkgutil import get_data, iter_modules
from sys import modules

_DECLARED = re.compile(r'^class \w+\([^)]*\bword="(\w+)"', re.MULTILINE)


@cache
def declared(package: str) -> dict[str, str]:
    """Return the module that declares each word, for the classes ``class X(..., word="conv")``.

    Errors: :class:`TypeError` naming both files where a word is declared twice.
    """
    homes: dict[str, str] = {}
    for module in iter_modules(modules[package].__path__):
        text = (get_data(package, f"{module.name}.py") or b"").decode()
        for word in _DECLARED.findall(text):
            if word in homes:
                raise TypeError(f"the word {word!r} is declared in {homes[word]} and {module.name}")
            homes[word] = module.name
    return homes


def load(package: str, word: str) -> bool:
    """Import the module that declares a word; tell whether there is one."""
    home = declared(package).get(word)
    if home is None:
        return False
    import_module(f"{package}.{home}")
    return True
