"""Something the user has, to a graph: each reader says whether it reads a source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..graph import Graph
from . import inline, stored

READERS = (stored, inline)


def read(source: str, values: Mapping[str, Any] | None = None, *, layout: str = "hwc") -> Graph:
    """Return the graph of a spec text, of a file, or of standard input (``-``).

    ``values`` replace symbols. Errors: :class:`~archcalc.errors.SpecError` with all mistakes,
    :class:`~archcalc.errors.UsageError` for a file that cannot be read.
    """
    for reader in READERS:
        if reader.reads(source):
            graph: Graph = reader.read(source, values, layout)
            return graph
    raise AssertionError("the inline reader reads every text")  # pragma: no cover
