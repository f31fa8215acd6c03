"""What is needed to draw a receptive field: four numbers per axis and how many units there are."""

from __future__ import annotations

from typing import Any

from ...analysis import Analysis
from ...arithmetic.unknown import Unknown
from ...layers.base import spatial
from ...quantities.receptive_field import WHOLE, Scattered, states

Field = Any  # a list per axis, "whole", or None where nothing can be drawn


def fields(analysis: Analysis) -> tuple[list[Field], list[int]]:
    """Return the different fields of a net, and for every layer which of them is its own.

    A field is ``[size, jump, first, input, units]`` per axis, ``"whole"``, or None where places
    are not known, rearranged, repeating in a pattern, or symbols.
    """
    (shape, *_) = analysis.graph.inputs.values()
    sides = spatial(shape) or (shape[:1] if len(shape) == 1 else ())
    known: dict[Any, int] = {}
    own = []
    for facts, state in zip(analysis.facts, states(analysis), strict=True):
        key = _field(state, sides, facts.output)
        own.append(known.setdefault(key, len(known)))
    return [[list(axis) for axis in key] if isinstance(key, tuple) else key for key in known], own


def _field(state: Any, sides: Any, output: Any) -> Any:
    if not sides or not all(isinstance(side, int) for side in sides):
        return None
    if state is WHOLE:
        return "whole"
    if isinstance(state, Unknown | Scattered) or len(state) != len(sides):
        return None
    units = spatial(output)
    if len(units) != len(sides):
        return None
    found = []
    for axis, side, count in zip(state, sides, units, strict=True):
        numbers = (axis.size, axis.jump, axis.first, side, count)
        if len(axis.starts) != 1 or not all(isinstance(number, int) for number in numbers):
            return None
        found.append(numbers)
    return tuple(found)
