"""The graph as boxes: a layer with the norms and functions that only follow it."""

from __future__ import annotations

from typing import NamedTuple

from ...analysis import Analysis
from ...layers.base import Elementwise
from ...layers.norm import LocalResponseNorm

INPUT = -1


class Box(NamedTuple):
    """Layers drawn as one; ``inputs`` are the boxes that it reads, ``INPUT`` for the net's."""

    positions: tuple[int, ...]
    inputs: tuple[int, ...]


def boxes(analysis: Analysis) -> tuple[Box, ...]:
    """Return the boxes of a net, every one after those that it reads."""
    readers: dict[str, int] = {}
    for node in analysis.nodes:
        for name in node.inputs:
            readers[name] = readers.get(name, 0) + 1
    members: list[list[int]] = []
    read: list[tuple[int, ...]] = []
    home = dict.fromkeys(analysis.graph.inputs, INPUT)
    for i, node in enumerate(analysis.nodes):
        before = home[node.inputs[0]] if node.inputs else INPUT
        follows = len(node.inputs) == 1 and readers[node.inputs[0]] == 1 and before != INPUT
        if follows and _is_appendix(analysis, i) and not _is_appendix(analysis, members[before][0]):
            members[before].append(i)
            home[node.name] = before
            continue
        home[node.name] = len(members)
        members.append([i])
        read.append(tuple(dict.fromkeys(home[name] for name in node.inputs)))
    return tuple(Box(tuple(own), inputs) for own, inputs in zip(members, read, strict=True))


def _is_appendix(analysis: Analysis, position: int) -> bool:
    """Tell whether a layer is written behind another; local response norm has a name in papers."""
    layer = analysis.nodes[position].layer
    return isinstance(layer, Elementwise) and not isinstance(layer, LocalResponseNorm)


def segments(found: tuple[Box, ...]) -> list[range]:
    """Return the boxes in stretches between which a single output is passed on.

    >>> chain = (Box((0,), (INPUT,)), Box((1,), (0,)), Box((2,), (0,)), Box((3,), (1, 2)))
    >>> segments(chain)
    [range(0, 1), range(1, 4)]
    """
    last_read = [INPUT] * (len(found) + 1)  # by box, that of the net's input at the end
    for k, box in enumerate(found):
        for source in box.inputs:
            last_read[source] = k
    stretches, start, open_until = [], 0, last_read[INPUT]
    for k in range(len(found)):
        if open_until <= k:
            stretches.append(range(start, k + 1))
            start = k + 1
        open_until = max(open_until, last_read[k])
    if start < len(found):
        stretches.append(range(start, len(found)))
    return stretches
