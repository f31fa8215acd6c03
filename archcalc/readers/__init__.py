"""Something the user has, to a graph: each reader says whether it reads a source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..expansion import expand
from ..graph import Graph
from ..notation.entries import Spec
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
    unused: bool = False,
) -> Graph:
    """Return the graph of a source; ``values`` replace symbols, all of which have to be there.

    Errors: as :func:`spec_of`; ``unused`` lets values pass that the spec has no symbol for.
    """
    return expand(spec_of(source, layout=layout), values, unused=unused)
