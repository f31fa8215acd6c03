"""A drawn net as a spec: branches that cross are read again from what joined them, or told."""

from __future__ import annotations

from ..errors import Problem, SpecError
from ..graph import Graph, Node
from ..notation.entries import Spec
from ..transcription import NotWritten, transcribed
from .base import Draft

MOST_TRIES = 30


def written(graph: Graph, draft: Draft) -> Spec:
    """Return the spec of a net; :class:`SpecError` (E53) with a place where it cannot be said."""
    for _ in range(MOST_TRIES):
        try:
            return transcribed(graph, draft.label)
        except NotWritten as error:
            again = _reread(graph, draft, error.shared)
            if again is None:
                raise SpecError([_crossing(graph, draft, error)]) from None
            graph = again
    raise SpecError([Problem("E53", f"{draft.given.path} has too many branches that cross")])


def _reread(graph: Graph, draft: Draft, shared: str) -> Graph | None:
    """Return the net with a node's later readers at the join that keeps its channels as they are.

    A concatenation holds the values of what it joins, so that a part of it is the same as what
    went in: only what nests changes. None where no such join is there.
    """
    places = {node.name: at for at, node in enumerate(graph)}
    readers = [node for node in graph if shared in node.inputs]
    joins = [node for node in readers if node.layer.word == "concat"]
    shape = draft.shape(shared)
    if not joins or shape is None:
        return None
    join = joins[0]
    later = {node.name for node in readers if places[node.name] > places[join.name]}
    if not later or join.training_only:
        return None
    part = draft.reserved("slice", shape)
    found: list[Node] = []
    for node in graph:
        if node.name in later:
            inputs = tuple(part if one == shared else one for one in node.inputs)
            node = node._replace(inputs=inputs)
        found.append(node)
        if node.name == join.name:
            found.append(Node(part, draft.stated("slice", shape), (join.name,), node.span))
    return Graph(graph.inputs, tuple(found), graph.output, graph.name)


def _crossing(graph: Graph, draft: Draft, error: NotWritten) -> Problem:
    """Return why a whole net cannot be said, and where: which layer branches share."""
    shared = error.shared
    readers = [node for node in graph if shared in node.inputs]
    if not readers:
        message = f"{draft.given.path} cannot be written as a spec: {error.why}"
        return Problem(error.code, message, None, "convert the file in parts that can be said")
    last = draft.labels.get(readers[-1].name) or readers[-1].layer.word
    names = {node.name: draft.labels.get(node.name) or node.layer.word for node in graph}
    return Problem(
        error.code,
        f'{draft.given.path} has branches that cross: "{names.get(shared, shared)}" is read by '
        f'{len(readers)} layers, the last of them "{last}", and the notation can only nest '
        "branches",
        readers[-1].span,
        "end the file before that place: what stands ahead of it converts; the rest has to be "
        "written by hand",
    )
