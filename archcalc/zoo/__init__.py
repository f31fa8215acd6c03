"""The zoo: one YAML spec per family of architectures; a file is there by being in this folder.

Names are found in the files' text, so that looking one up reads no YAML.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

_NAME = re.compile(r"""^name:\s*["']?([\w.:-]+)""", re.MULTILINE)
_VARIANTS = re.compile(r"^variants:[^\n]*\n((?:[ #][^\n]*\n|\n)*)", re.MULTILINE)
_KEY = re.compile(r"""^  ["']?([a-z][\w.:-]*?)["']?:(?=\s)""", re.MULTILINE)


@cache
def families() -> dict[str, str]:
    """Return the text of every file by its stem, in alphabetical order."""
    found = (item for item in files(__name__).iterdir() if item.name.endswith(".yaml"))
    texts = {item.name.removesuffix(".yaml"): item.read_text("utf-8") for item in found}
    return dict(sorted(texts.items()))


@cache
def entries() -> dict[str, str]:
    """Return the family of every architecture by its name, in the order of the files.

    Errors: :class:`TypeError` naming both files where a name is declared twice.
    """
    homes: dict[str, str] = {}
    for family, text in families().items():
        declared = _NAME.findall(text)
        for block in _VARIANTS.findall(text + "\n"):
            declared += _KEY.findall(block)
        for name in declared:
            if name in homes:
                raise TypeError(f"{name!r} is declared in {homes[name]}.yaml and {family}.yaml")
            homes[name] = family
    return homes
