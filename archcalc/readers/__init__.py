"""Something the user has, to a graph: each reader says whether it reads a source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..errors import UsageError
from ..expansion import expand
from ..graph import Graph
from ..notation.entries import Spec
from ..notation.parser import parse_input
from . import inline, stored, torch, zoo

READERS = (zoo, stored, inline)


def spec_of(
    source: str,
    *,
    layout: str = "hwc",
    fragment: bool = False,
    input: str = "",
    called: str = "--input",
) -> Spec:
    """Return the spec of a text, of a file, of standard input (``-``) or of the zoo.

    ``fragment`` lets a text without an input pass; ``input`` is a shape that replaces the spec's
    own, and ``called`` what errors call it. Errors: :class:`~archcalc.errors.SpecError` with all
    mistakes, :class:`~archcalc.errors.UsageError` for what cannot be read.
    """
    if torch.reads(source):
        raise UsageError("E52", f"{source} is code, not a spec", "archcalc summary reads it")
    for reader in READERS:
        if reader.reads(source):
            found: Spec = reader.spec(source, layout, fragment or bool(input))
            return with_input(found, input, layout, called)
    raise AssertionError("the inline reader reads every text")  # pragma: no cover


def with_input(spec: Spec, input: str, layout: str, called: str = "--input") -> Spec:
    """Return a spec with another input, where one is given: a shape written in the layout.

    Figures that were published of the spec are not of one with another input.
    """
    if not input:
        return spec
    sizes = parse_input(input, called)
    sizes = (*sizes[1:], sizes[0]) if layout == "chw" else sizes
    return spec if sizes == spec.input else replace(spec, input=sizes, published=())


def read(
    source: str,
    values: Mapping[str, Any] | None = None,
    *,
    layout: str = "hwc",
    input: str = "",
    unused: bool = False,
    train: bool = False,
) -> Graph:
    """Return the graph of a source; ``values`` replace symbols, all of which have to be there.

    ``input`` is a shape that replaces the spec's own, or that of a torch module, which has none;
    ``train`` runs a module as in training. Errors: as :func:`spec_of`; ``unused`` lets values
    pass that the spec has no symbol for.
    """
    if torch.reads(source):
        if values and not unused:
            raise UsageError("E29", f"no symbol {next(iter(values))} in a torch module")
        return torch.graph(source, input=input, train=train)
    spec = spec_of(source, layout=layout, input=input)
    return expand(spec, values, unused=unused)
