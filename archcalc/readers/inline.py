"""The text reader: inline notation, or YAML that was handed over as a text."""

from __future__ import annotations

import re

from ..notation.entries import Spec
from ..notation.parser import parse

_YAML = re.compile(r"\s*(?:(?:#[^\n]*|%[^\n]*|---[ \t]*)\n\s*)*archcalc[ \t]*:")


def reads(source: str) -> bool:
    """Take every text that no other reader took."""
    return True


def spec(
    source: str, layout: str, fragment: bool, *, name: str = "spec", variant: str = ""
) -> Spec:
    """Return the spec of a text; one that begins with ``archcalc:`` is YAML."""
    source = source.removeprefix("\ufeff")
    if name.endswith((".yaml", ".yml")) or _YAML.match(source):
        from ..notation.documents import read_document

        return read_document(source, name, variant=variant, layout=layout)
    return parse(source, name, layout=layout, fragment=fragment)
