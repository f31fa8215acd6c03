"""Dots where the units of a layer look, as many as can be told apart."""

from __future__ import annotations

from math import ceil

from ..layers.base import spatial
from ..quantities.receptive_field import WHOLE
from .fieldmap import FieldMap
from .sheet import Axis, Sheet, point
from .unit import nearest, stretch

_DOTS_APART = 14


def dots(sheet: Sheet, x: Axis, y: Axis, axes: tuple[int, int]) -> None:
    """Draw the middles of what the layer's units see, as many as can be told apart."""
    made = sheet.made
    if made.state is WHOLE or made.unit is None or made.field is None:
        return
    high, wide = axes
    step = max(_dot_step(made, high, y.scale), _dot_step(made, wide, x.scale))
    sheet.steps.add(step)
    rows, columns = _middles(made, high, y, step), _middles(made, wide, x, step)
    sheet.path("dots", "".join(f"M{point(c, r)}h.01" for r in rows for c in columns))
    centre = [axis.twice_center / 2 + 0.5 for axis in made.field]
    if x.low <= centre[wide] <= x.high and y.low <= centre[high] <= y.high:
        sheet.dot(x.at(centre[wide]), y.at(centre[high]), 5)


def dots_on_bar(sheet: Sheet, axis: int, x: Axis, y: float) -> None:
    """Draw the middles of what the layer's units see on the bar of the input."""
    made = sheet.made
    if made.state is WHOLE or made.unit is None or made.field is None:
        return
    step = _dot_step(made, axis, x.scale)
    sheet.steps.add(step)
    places = _middles(made, axis, x, step)
    sheet.path("dots", "".join(f"M{point(place, y)}h.01" for place in places))
    centre = made.field[axis].twice_center / 2 + 0.5
    if x.low <= centre <= x.high:
        sheet.dot(x.at(centre), y, 4)


def _dot_step(made: FieldMap, axis: int, scale: float) -> int:
    """Return which of the neighbouring units get a dot: every one, every second, ..."""
    return max(ceil(_DOTS_APART / (float(made.state[axis].jump) * scale)), 1)


def _middles(made: FieldMap, axis: int, on: Axis, step: int) -> list[float]:
    """Return where the middles of every so many units lie on the sheet, if in the picture."""
    state, count = made.state[axis], spatial(made.output)[axis]
    assert made.unit is not None
    near = [nearest(state, count, 2 * place) or 0 for place in (on.low, on.high)]
    low, high = max(min(near) - 1, 0), min(max(near) + 1, count - 1)
    found = []
    for position in range(low + (made.unit[axis] - low) % step, high + 1, step):
        one = stretch(state, position)
        if one is not None and on.low <= one.twice_center / 2 + 0.5 <= on.high:
            found.append(on.at(one.twice_center / 2 + 0.5))
    return found
