"""Where paths with different centres meet, and what `same` does to centres at other input sizes.

TensorFlow's `same` with a stride pads an even input less in front than an odd one: the centre of
a field then depends on the input's size, and paths through different windows part
(https://distill.pub/2019/computing-receptive-fields).
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any, NamedTuple

from ..analysis import Analysis, walk
from ..errors import ArchcalcError
from ..graph import Node
from ..layers.base import channels, spatial, volume
from ..layers.window import Window
from ..quantities.field import AxisField
from ..quantities.receptive_field import start, states

_MOST_INPUTS = 64

Centers = tuple[Fraction | None, ...]


class Parting(NamedTuple):
    """A merge whose paths have different centres: where unit 0 looks through each input."""

    node: Node
    centers: tuple[tuple[str, Centers], ...]


def partings(analysis: Analysis, target: int) -> list[Parting]:
    """Return the merges up to a layer whose paths have different centres.

    Paths whose fields follow a pattern, behind an upsampling, have no one centre: they are left
    out.
    """
    fields: dict[str, Any] = {name: start(shape) for name, shape in analysis.graph.inputs.items()}
    found = []
    for node, state in zip(analysis.nodes, states(analysis)[: target + 1], strict=False):
        fields[node.name] = state
        if len(node.inputs) > 1 and type(state) is tuple:
            paths = tuple((name, centers(fields[name])) for name in dict.fromkeys(node.inputs))
            known = all(None not in path for _, path in paths)
            if known and len({path for _, path in paths}) > 1:
                found.append(Parting(node, paths))
    return found


def centers(field: tuple[AxisField, ...]) -> Centers:
    """Return the middle of what unit 0 sees, per axis; None where it is a symbol or not regular."""
    return tuple(_center(axis) for axis in field)


def _center(axis: AxisField) -> Fraction | None:
    (start, *others), (end, *_) = axis.starts, axis.ends
    if others or not isinstance(start, int) or not isinstance(end, int):
        return None
    return Fraction(start + end - 1, 2)


def odd_input(analysis: Analysis, target: int) -> Analysis | None:
    """Return the net up to a layer on an input one pixel larger than a multiple of the jump.

    Where every stride has `same`, all maps are odd there, and it pads alike on both sides. None
    where the input
    has such a size, where nothing depends on it, or where the net does not take it.
    """
    steps = _steps(analysis, target)
    sizes = spatial(next(iter(analysis.graph.inputs.values())))
    odd = tuple(n + (1 - n) % step for n, step in zip(sizes, steps, strict=False))
    return _on(analysis, target, odd) if steps and odd != sizes else None


def aligning_input(analysis: Analysis, target: int) -> Analysis | None:
    """Return the net up to a layer on the next larger input where no paths part; None if none."""
    steps = _steps(analysis, target)
    sizes = spatial(next(iter(analysis.graph.inputs.values())))
    for more in range(1, min(max(steps, default=0), _MOST_INPUTS) + 1):
        larger = _on(analysis, target, tuple(n + more for n in sizes))
        if larger is not None and not partings(larger, target):
            return larger
    return None


def _steps(analysis: Analysis, target: int) -> tuple[int, ...]:
    """Return the longest jump per axis; nothing where no padding depends on the input's size."""
    (shape,) = analysis.graph.inputs.values()
    facts = analysis.facts[: target + 1]
    windows = [w for one in facts if isinstance(one.windows, tuple) for w in one.windows]
    if not any(isinstance(w, Window) and w.same and w.stride != 1 for w in windows):
        return ()
    if not all(isinstance(n, int) for n in spatial(shape)):
        return ()
    before = [state for state in states(analysis)[: target + 1] if type(state) is tuple]
    jumps = [[axis.jump for axis in state] for state in before if len(state) == len(spatial(shape))]
    return tuple(max(int(jump) for jump in axis) for axis in zip(*jumps, strict=True))


def _on(analysis: Analysis, target: int, sizes: tuple[int, ...]) -> Analysis | None:
    """Return the net up to a layer on an input of other sizes; None where it does not take it."""
    graph, last = analysis.graph, analysis.nodes[target].name
    ((name, shape),) = graph.inputs.items()
    end = next(i for i, node in enumerate(graph.nodes) if node.name == last)
    inputs = {name: volume(channels(shape), sizes)}
    other = replace(graph, inputs=inputs, nodes=graph.nodes[: end + 1], output=last)
    try:
        return walk(other, analysis.settings)
    except (ArchcalcError, ArithmeticError):
        return None
