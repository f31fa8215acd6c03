"""The inline reader: a text in the notation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..expansion import expand
from ..graph import Graph
from ..notation.parser import parse


def reads(source: str) -> bool:
    """Take every text that no other reader took."""
    return True


def read(source: str, values: Mapping[str, Any] | None, layout: str, name: str = "spec") -> Graph:
    """Return the graph of an inline spec."""
    return expand(parse(source, name, layout=layout), values)
