"""Devices: one YAML profile per GPU; a file is there by being in this folder.

Every figure names its source. What was fitted to measurements stands in it with its error.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def texts() -> dict[str, str]:
    """Return the text of every profile by its name, in alphabetical order."""
    found = (item for item in files(__name__).iterdir() if item.name.endswith(".yaml"))
    read = {item.name.removesuffix(".yaml"): item.read_text("utf-8") for item in found}
    return dict(sorted(read.items()))


def names() -> tuple[str, ...]:
    """Return the names of the profiles."""
    return tuple(texts())
