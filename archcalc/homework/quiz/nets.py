"""The nets of a quiz: each a text that a key can hold, and what students are shown of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...analysis import Analysis, walk
from ...arithmetic.dims import NotExact
from ...arithmetic.expression import Expression, TooLarge
from ...errors import LayerError, UsageError
from ...expansion import expand
from ...graph import Graph
from ...notation.entries import Spec
from ...notation.format import inlined, short_form, stages
from ...notation.free import symbols
from ...notation.parser import parse
from ...notation.substitution import put_in
from ...readers import spec_of
from ...readers import zoo as zoo_reader

_NAME = re.compile(r"[A-Za-z_][\w-]{0,39}", re.ASCII)


@dataclass(frozen=True)
class Net:
    """A net by the name that the key gives it; ``text`` is read as the key reads it.

    ``shown`` are the stages that students see; of a long net of the zoo, where to see them.
    """

    name: str
    text: str
    shown: tuple[str, ...]
    analysis: Analysis


def net_of(name: str, text: str) -> Net:
    """Return the net of a text, or of a name of the zoo."""
    is_line = "|" in text or " " in text
    graph = expand(parse(text) if is_line else spec_of(text))
    return Net(name, text, _shown(graph), walk(graph))


def texts(graphs: Sequence[Graph], sources: Sequence[str]) -> dict[str, str]:
    """Return what a key says of some nets, by names of their own.

    A net of the zoo as it is goes by its name; any other becomes a line of the notation, with
    numbers in place of symbols. Errors: :class:`UsageError` (E29) for symbols without a number,
    E48 for what is no such line.
    """
    found: dict[str, str] = {}
    for graph, source in zip(graphs, sources, strict=True):
        name = _name(graph, found, len(graphs))
        found[name] = source.strip() if _is_plain(graph, source) else _line(graph, name)
    return found


def _is_plain(graph: Graph, source: str) -> bool:
    """Tell whether a source is a name of the zoo, with nothing changed about it."""
    source = source.strip()
    if " " in source or "|" in source or not zoo_reader.reads(source):
        return False
    spec = spec_of(source)
    mine: Any = graph.spec
    return bool(spec.input == mine.input and expand(spec).values == graph.values)


def _name(graph: Graph, taken: Mapping[str, str], count: int) -> str:
    own = graph.name
    if _NAME.fullmatch(own) and own not in taken:
        return own
    if count == 1:
        return "net"
    letters = (chr(ord("A") + i) for i in range(26))
    return next((one for one in letters if one not in taken), f"net{len(taken) + 1}")


def _line(graph: Graph, name: str) -> str:
    spec = graph.spec
    if spec is None:
        raise UsageError("E48", f"{name} is no spec but a module", "a quiz is made from a spec")
    values = graph.values
    free = [one for one in symbols(spec) if one not in values]
    if free:
        fact = f"{name} has symbols without a number: {', '.join(free[:8])}"
        raise UsageError("E29", fact, f"--set {free[0]}=64")
    if not all(isinstance(value, int) for value in values.values()):
        raise UsageError("E48", f"{name} has symbols that are no whole numbers", "another spec")
    try:
        return short_form(_numbered(spec, values))
    except (LayerError, NotExact, TooLarge) as error:
        fact = f"{name} cannot be written on one line: {error}"
        raise UsageError("E48", fact, "another spec") from None


def _numbered(spec: Spec, values: Mapping[str, int]) -> Spec:
    """Return a spec without name, symbols and blocks of its own."""
    flat = inlined(spec)
    sizes = tuple(n.put(values) if isinstance(n, Expression) else n for n in flat.input or ())
    return replace(flat, name="", symbols={}, input=sizes, body=put_in(flat.body, values))


def _shown(graph: Graph) -> tuple[str, ...]:
    """Return the stages of a net; a student has to see what is asked about, however long."""
    spec = graph.spec
    assert spec is not None  # every net of a quiz is written as one
    return stages(inlined(replace(spec, name="")), full=False)
