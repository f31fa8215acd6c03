"""Receptive field: how much of the input one output position sees."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..analysis import Analysis
from ..arithmetic.dims import Shape, is_known
from ..arithmetic.unknown import Unknown
from ..errors import MisalignedPaths
from ..graph import Node
from ..layers.base import Facts, View, spatial
from .base import OfOutput
from .field import ONE_PIXEL, AxisField, PatternTooLong


class Whole:
    """The field of an output that sees everything; not a large number."""

    def __repr__(self) -> str:
        return "WHOLE"


WHOLE = Whole()


class Scattered(tuple[AxisField, ...]):
    """Fields of values whose positions were rearranged: the sizes hold, the places do not."""

    __slots__ = ()


class ReceptiveField(OfOutput):
    """Input pixels that one output position sees, per axis, padding included; whole when it
    sees everything.
    """

    key, title, symbol, unit, rank = "receptive_field", "receptive field", "R", "field", 20

    def values(self, analysis: Analysis) -> list[Any]:
        """Return the size per axis, WHOLE or an :class:`Unknown`."""
        return per_state(analysis, sizes)

    def at_input(self, analysis: Analysis) -> Any:
        """Return the field of an input position: itself."""
        return sizes(start(analysis.output))


def states(analysis: Analysis) -> list[Any]:
    """Return the field behind each layer: AxisFields, WHOLE or Unknown."""
    known = analysis.columns.get("field states")
    if known is None:
        known = analysis.columns["field states"] = _walk(analysis)
    return known


def per_state(analysis: Analysis, value: Callable[[Any], Any]) -> list[Any]:
    """Return a value of each layer's field; layers that share a field are asked once."""
    found = []
    before: Any = None
    shown: Any = None
    for state in states(analysis):
        if state is not before:  # runs of pointwise layers share their field
            before, shown = state, value(state)
        found.append(shown)
    return found


def sizes(state: Any) -> Any:
    """Return the sizes per axis of a field, or what it is instead."""
    return tuple([axis.size for axis in state]) if isinstance(state, tuple) else state


def start(shape: Any) -> tuple[AxisField, ...]:
    """Return the field of an input position, per axis: itself."""
    return (ONE_PIXEL,) * max(len(spatial(shape)), 1)


def _walk(analysis: Analysis) -> list[Any]:
    reached: dict[str, Any] = {name: start(shape) for name, shape in analysis.graph.inputs.items()}
    found = []
    passed: dict[Any, Any] = {}
    for node, facts in zip(analysis.nodes, analysis.facts, strict=True):
        if len(node.inputs) == 1:
            before = reached[node.inputs[0]]
            if facts.windows is View.POINTWISE:
                here = before
            else:
                key = (id(facts), id(before))
                here = passed.get(key)
                if here is None:
                    here = passed[key] = _through(before, facts, node)
        else:
            sizes = zip(node.inputs, facts.inputs, strict=True)
            states = [_spread(reached[name], x, facts.output, analysis) for name, x in sizes]
            here = _met(states, facts, node)
        reached[node.name] = here
        found.append(here)
    return found


def _through(before: Any, facts: Facts, node: Node) -> Any:
    windows = facts.windows
    if windows is View.UNKNOWN:
        return Unknown(f"nobody said what {node.name} sees")
    if windows is View.WHOLE:
        return WHOLE
    if not isinstance(before, tuple):
        return before
    if windows is View.SCATTERED:
        return Scattered(before)
    assert not isinstance(windows, View)  # pointwise layers never arrive here
    if isinstance(before, Scattered) or len(windows) != len(before):
        return Unknown(f"{node.name} looks at rearranged positions")
    try:
        first = before[0].through(windows[0])
        if len(before) == 2 and before[0] is before[1] and windows[0] == windows[1]:
            return (first, first)  # square windows on square fields, the usual case
        return tuple([axis.through(w) for axis, w in zip(before, windows, strict=True)])
    except PatternTooLong as error:
        return Unknown(f"the receptive field of {node.name}: {error}")


def _met(states: list[Any], facts: Facts, node: Node) -> Any:
    """Return the field behind a node that reads several others, or none."""
    if not states or facts.windows is View.UNKNOWN:
        return Unknown(f"nobody said what {node.name} sees")
    if facts.windows is View.WHOLE:
        return WHOLE
    known = all(isinstance(state, tuple) for state in states)
    if facts.windows is View.SCATTERED and known and len({len(state) for state in states}) == 1:
        return _join_scattered(states)
    return _join(states, node)


def _spread(state: Any, x: Shape, y: Shape, analysis: Analysis) -> Any:
    """Return the field of a branch whose one position is put to use at every position.

    What it sees lies at the same place for all: everything, or a place that no jump describes.
    """
    if not isinstance(state, tuple) or not spatial(x) or not spatial(y):
        return state
    if not all(n == 1 for n in spatial(x)) or all(n == 1 for n in spatial(y)):
        return state
    (shape, *_) = analysis.graph.inputs.values()
    sides = spatial(shape) or shape
    covers = len(sides) == len(state) and all(
        is_known(side) and axis.starts[0] <= 0 and axis.ends[0] >= side
        for axis, side in zip(state, sides, strict=True)
        if axis.starts[0] is not None
    )
    return WHOLE if covers else Unknown("one position of a branch scales all of another")


def _join(states: list[Any], node: Node) -> Any:
    unknown = [state for state in states if isinstance(state, Unknown)]
    if unknown:
        return unknown[0]
    if any(state is WHOLE for state in states):
        return WHOLE
    if len({len(state) for state in states}) > 1:
        return Unknown(f"the paths into {node.name} have different axes")
    if any(isinstance(state, Scattered) for state in states):
        return _join_scattered(states)
    first, *others = states
    joined = first
    for path, other in zip(node.inputs[1:], others, strict=True):
        if other is joined:
            continue
        try:
            first = joined[0].join(other[0])
            if len(joined) == 2 and joined[0] is joined[1] and other[0] is other[1]:
                joined = (first, first)
            else:
                joined = tuple([one.join(two) for one, two in zip(joined, other, strict=True)])
        except MisalignedPaths as error:
            return Unknown(
                f"misaligned paths meet in {node.name}: through {node.inputs[0]} and {path}, "
                f"{error}"
            )
        except PatternTooLong as error:
            return Unknown(f"the receptive field of {node.name}: {error}")
    return joined


def _join_scattered(states: list[Any]) -> Any:
    """Keep the widest per axis: positions correspond, wherever they came from."""
    axes = zip(*states, strict=True)
    return Scattered(max(axis, key=lambda field: field.size) for axis in axes)


QUANTITY = ReceptiveField()
