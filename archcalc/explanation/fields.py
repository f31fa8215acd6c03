"""Places worked out: what a position sees, how far apart two are, where the first one begins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..analysis import Analysis
from ..arithmetic.unknown import Unknown
from ..graph import Node
from ..layers.base import View
from ..layers.window import Window
from ..quantities import quantity
from ..quantities.field import AxisField, widened
from ..quantities.receptive_field import WHOLE, Scattered, start, states
from ..table import Line, Step
from .remembering import visible_number, worked_node
from .writing import per_axis, plain, steps

PLACES = ("receptive_field", "jump", "first")


def field_of(analysis: Analysis, name: str) -> Any:
    """Return the field behind a layer or at an input."""
    if name in analysis.graph.inputs:
        return start(analysis.graph.inputs[name])
    return states(analysis)[analysis.position(name)]


def place_lines(
    analysis: Analysis, position: int, metric: str, *, always: bool = True
) -> tuple[Line, ...]:
    """Return a place per axis; jump and first, unless ``always``, only where a window moves it."""
    column, found = quantity(metric), axis_steps(analysis, position, metric)
    if metric != "receptive_field" and not always:
        symbolic = worked_node(analysis, position) is None
        moved = found is not None and len(analysis.nodes[position].inputs) == 1
        if not moved and (not symbolic or column.of(analysis)[position] is None):
            return ()
    if found is None:
        return ((column.title, place_steps(analysis, position, metric)),)
    return per_axis(column.title, found)


def place_steps(analysis: Analysis, position: int, metric: str) -> tuple[str, ...]:
    """Return a place as the column has it: per axis, or what it is instead."""
    value, state = quantity(metric).of(analysis)[position], states(analysis)[position]
    if value is not None:
        return steps(value)
    if isinstance(state, Unknown):
        return (f"does not apply: {state.reason}",)
    seen = "it sees the entire input" if state is WHOLE else "its positions are rearranged"
    return (f"does not apply: {seen}",)


def axis_steps(analysis: Analysis, position: int, metric: str) -> list[tuple[str, ...]] | None:
    """Return the steps to a place on each axis; None where no window or union gives it."""
    node, state = analysis.nodes[position], states(analysis)[position]
    if not _placed(state):
        return None
    paths = [field_of(analysis, name) for name in node.inputs]
    if not all(_placed(path) and len(path) == len(state) for path in paths):
        return None
    if len(paths) > 1:
        united = _UNIONS[metric]
        return [united(axis, [path[i] for path in paths]) for i, axis in enumerate(state)]
    again = worked_node(analysis, position)
    if again is None or isinstance(again.windows, View) or not paths:
        return None
    pairs = list(zip(again.windows, paths[0], strict=True))
    if not all(isinstance(window, Window) for window, _ in pairs):
        return None
    moved = _MOVES[metric]
    return [steps(moved(window, axis)) for window, axis in pairs]


def _placed(state: Any) -> bool:
    """Tell whether positions have a place, the same on each axis for all, and in numbers."""
    return (
        isinstance(state, tuple)
        and not isinstance(state, Scattered)
        and all(len(axis.starts) == 1 and isinstance(axis.size, int) for axis in state)
        and all(isinstance(axis.jump, int) and isinstance(axis.first, int) for axis in state)
    )


# Behind a window: https://distill.pub/2019/computing-receptive-fields


def _widened(window: Any, axis: AxisField) -> Any:
    return widened(visible_number(axis.size), window, visible_number(axis.jump))


def _strided(window: Any, axis: AxisField) -> Any:
    return visible_number(axis.jump) * window.stride


def _shifted(window: Any, axis: AxisField) -> Any:
    return visible_number(axis.first) - window.before * visible_number(axis.jump)


_MOVES: dict[str, Callable[[Any, AxisField], Any]] = {
    "receptive_field": _widened,
    "jump": _strided,
    "first": _shifted,
}


# Where paths meet: their union, which is the largest where it holds all


def _united(axis: AxisField, paths: list[AxisField]) -> tuple[str, ...]:
    sizes = [path.size for path in paths]
    if axis.size == max(sizes):
        return Step(f"max({', '.join(map(plain, sizes))})"), Step(plain(axis.size))
    begin, end = axis.starts[0], axis.ends[0] - 1
    worked = f"{end} - {f'({begin})' if begin < 0 else begin} + 1"
    return f"{worked}, all paths together", Step(plain(axis.size))


def _alike(axis: AxisField, paths: list[AxisField]) -> tuple[str, ...]:
    return (Step(plain(axis.jump)),)


def _earliest(axis: AxisField, paths: list[AxisField]) -> tuple[str, ...]:
    firsts = ", ".join(str(path.first) for path in paths)
    return Step(f"min({firsts})"), Step(plain(axis.first))


_UNIONS: dict[str, Callable[[AxisField, list[AxisField]], tuple[str, ...]]] = {
    "receptive_field": _united,
    "jump": _alike,
    "first": _earliest,
}


def way_to(analysis: Analysis, position: int, metric: str) -> list[int]:
    """Return the positions from the input to a layer, where paths meet along the decisive one."""
    found: list[int] = []
    reached: Node | None = analysis.nodes[position]
    while reached is not None:
        found.append(analysis.position(reached.name))
        name = _decisive(analysis, reached, metric)
        inner = name is not None and name not in analysis.graph.inputs
        reached = analysis.nodes[analysis.position(name)] if name and inner else None
    return found[::-1]


def _decisive(analysis: Analysis, node: Node, metric: str) -> str | None:
    """Return the input that says what is seen: the unknown one, else the widest or the earliest."""
    paths = {name: field_of(analysis, name) for name in node.inputs}
    for kind in (Unknown, type(WHOLE)):
        for name, state in paths.items():
            if isinstance(state, kind):
                return name
    if len(paths) < 2 or not all(map(_placed, paths.values())):
        return next(iter(paths), None)
    if metric == "first":
        return min(paths, key=lambda name: paths[name][0].first)
    return max(paths, key=lambda name: paths[name][0].size)


def changes(analysis: Analysis, position: int, metric: str) -> bool:
    """Tell whether a layer moves a place, or sets how far the next window reaches."""
    node, here = analysis.nodes[position], states(analysis)[position]
    name = _decisive(analysis, node, metric)
    before = None if name is None else field_of(analysis, name)
    if not isinstance(here, tuple) or not isinstance(before, tuple):
        return here is not before
    return len(here) != len(before) or any(
        getattr(axis, part) != getattr(old, part)
        for part in _MOVED[metric]
        for axis, old in zip(here, before, strict=True)
    )


_MOVED = {"receptive_field": ("size", "jump"), "jump": ("jump",), "first": ("first",)}
