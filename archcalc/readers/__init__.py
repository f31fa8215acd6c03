"""Something the user has, to a graph: each reader says whether it reads a source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..expansion import expand
from ..graph import Graph
from ..notation.entries import Spec
from ..notation.parser import parse_input
from . import inline, stored, zoo

READERS = (zoo, stored, inline)


def spec_of(source: str, *, layout: str = "hwc", fragment: bool = False) -> Spec:
    """Return the spec of a text, of a file, of standard input (``-``) or of the zoo.

    ``fragment`` lets a text without an input pass. Errors: :class:`~archcalc.errors.SpecError`
    with all mistakes, :class:`~archcalc.errors.UsageError` for what cannot be read.
    """
    for reader in READERS:
        if reader.reads(source):
            found: Spec = reader.spec(source, layout, fragment)
            return found
    raise AssertionError("the inline reader reads every text")  # pragma: no cover


def read(
    source: str,
    values: Mapping[str, Any] | None = None,
    *,
    layout: str = "hwc",
    input: str = "",
    unused: bool = False,
) -> Graph:
    """Return the graph of a source; ``values`` replace symbols, all of which have to be there.

    ``input`` is a shape that replaces the spec's own. Errors: as :func:`spec_of`; ``unused`` lets
    values pass that the spec has no symbol for.
    """
    spec = spec_of(source, layout=layout, fragment=bool(input))
    if input:
        sizes = parse_input(input, "--input")
        spec = replace(spec, input=(*sizes[1:], sizes[0]) if layout == "chw" else sizes)
    return expand(spec, values, unused=unused)
