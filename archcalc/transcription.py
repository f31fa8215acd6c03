"""A recorded graph written as a spec, where the notation has words for all of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .analysis import Settings, walk
from .errors import ArchcalcError, UsageError
from .expansion import expand
from .graph import Graph, Node
from .layers.base import Contraction, hwc
from .notation.binding import is_suffix
from .notation.entries import Aux, Chain, Entry, Identity, Parallel, Spec, Stage
from .quantities import quantity

DEEPEST = 20  # what is nested deeper nobody reads, and it is written by functions in functions

Label = Callable[[Node, bool], str]


def _outside(node: Node, inside: bool) -> str:
    """Return a node's name where it stands in no branch."""
    return "" if inside else node.name


def transcribed(graph: Graph, label: Label = _outside) -> Spec:
    """Return a spec that gives the same numbers as a recorded graph, side heads included.

    ``label`` names a node, told whether it stands inside a branch. Errors: :class:`UsageError`
    (E53) naming what the notation has no word for, or a node that several branches read in a way
    that it cannot say.
    """
    if graph.spec is not None:
        return graph.spec
    if len(graph.inputs) != 1:
        raise NotWritten(graph, f"it has {len(graph.inputs)} inputs")
    strange = [node for node in graph if not _has_word(node) and not node.training_only]
    if strange:
        listed = ", ".join(f"{node.name} ({node.layer.word})" for node in strange[:4])
        more = f" and {len(strange) - 4} more" if len(strange) > 4 else ""
        raise NotWritten(graph, f"the notation has no word for {listed}{more}")
    writer = _Writer(graph, label)
    ((start, shape),) = graph.inputs.items()
    spec = Spec("", hwc(shape), Chain(tuple(writer.chain(graph.output, start))))
    _check(graph, spec)
    return spec


def _has_word(node: Node) -> bool:
    return type(node.layer).word != ""


class NotWritten(UsageError):
    """A net that no spec says (E53): ``why``, and the node that several branches read, if any."""

    def __init__(self, graph: Graph, why: str, shared: str = "") -> None:
        super().__init__(
            "E53",
            f"{graph.name} cannot be written as a spec: {why}",
            "`archcalc summary` shows all its numbers",
        )
        self.why, self.shared = why, shared


class _Writer:
    def __init__(self, graph: Graph, label: Label) -> None:
        self.graph = graph
        self.label = label
        self.nodes = {node.name: node for node in graph}
        self.seen: set[str] = set()
        self.order = {name: i for i, name in enumerate((*graph.inputs, *self.nodes))}
        self.dominators: dict[str, str] = {}
        for node in graph:
            self.dominators[node.name] = self.common(list(node.inputs))
        self.heads: dict[str, list[str]] = {}
        for end in _head_ends(graph):
            self.heads.setdefault(self.trunk(end), []).append(end)

    def common(self, names: list[str]) -> str:
        """Return the nearest node that every path to these passes."""
        while len(set(names)) > 1:
            last = max(names, key=self.order.__getitem__)
            names = [self.dominators[name] if name == last else name for name in names]
        return names[0]

    def trunk(self, end: str) -> str:
        """Return where a side head leaves what inference runs."""
        while end in self.nodes and self.nodes[end].training_only:
            end = self.dominators[end]
        return end

    def chain(self, end: str, start: str, depth: int = 0) -> list[Entry]:
        """Return the stages from one node, excluded, to another, included."""
        if depth > DEEPEST:
            raise NotWritten(self.graph, f"its branches are nested more than {DEEPEST} deep")
        found: list[Entry] = []
        here = end
        while here != start:
            node = self.nodes[here]
            if here in self.seen:
                raise NotWritten(self.graph, f"{here} is read in several branches", here)
            self.seen.add(here)
            found += self.side_heads(here, depth)
            if len(node.inputs) == 1:
                found.append(Stage(node.layer, label=self.label(node, depth > 0)))
                here = node.inputs[0]
                continue
            fork = self.dominators[here]
            branches = [self.chain(one, fork, depth + 1) for one in node.inputs]
            found.append(_parallel(node.layer.word, branches))
            here = fork
        if depth == 0:
            found += self.side_heads(start, depth)
        return _folded(found[::-1])

    def side_heads(self, trunk: str, depth: int) -> list[Entry]:
        """Return the side heads that leave a node, last first."""
        ends = self.heads.pop(trunk, [])
        chains = [self.chain(end, trunk, depth + 1) for end in ends[::-1]]
        return [Aux("", Chain(tuple(chain))) for chain in chains]


def _head_ends(graph: Graph) -> list[str]:
    """Return the last nodes of the side heads, where the notation has words for all of them."""
    heads = [node for node in graph if node.training_only]
    if not all(_has_word(node) for node in heads):
        return []
    read = {name for node in graph for name in node.inputs}
    return [node.name for node in heads if node.name not in read]


def _parallel(kind: str, branches: list[list[Entry]]) -> Entry:
    chains = [Chain(tuple(branch or [Identity()])) for branch in branches]
    empty = [i for i, branch in enumerate(branches) if not branch]
    if kind == "add" and len(chains) == 2:
        if not empty:
            longer = 0 if len(branches[0]) >= len(branches[1]) else 1
            return Parallel("res", (chains[longer], chains[1 - longer]))
        if len(empty) == 1:
            return Parallel("res", (chains[1 - empty[0]],))
    return Parallel(kind, tuple(chains))


def _folded(entries: list[Entry]) -> list[Entry]:
    """Hang norms and functions on the convolution or linear layer that they follow."""
    found: list[Entry] = []
    for entry in entries:
        last = found[-1] if found else None
        is_plain = isinstance(entry, Stage) and is_suffix(entry.layer.word)
        if is_plain and isinstance(last, Stage) and isinstance(last.layer, Contraction):
            assert isinstance(entry, Stage)
            kind: Any = type(entry.layer)
            if entry.layer == kind():
                suffix = Stage(entry.layer)
                found[-1] = Stage(last.layer, (*last.suffixes, suffix), label=last.label)
                continue
        found.append(entry)
    return found


def _check(graph: Graph, spec: Spec) -> None:
    """Raise E53 where the spec would not give the numbers of the graph."""
    settings = Settings(train=bool(_head_ends(graph)))
    try:
        again = walk(expand(spec), settings)
    except ArchcalcError as error:
        raise NotWritten(graph, error.message) from None
    first = walk(graph, settings)
    for key in ("params", "macs", "output", "elementwise_ops"):
        one, two = (quantity(key).total(analysis) for analysis in (first, again))
        if one != two:
            raise NotWritten(graph, f"{key} would be {two}, not {one} (weights used twice?)")
