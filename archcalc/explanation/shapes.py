"""Output shapes worked out: one size per axis, and how `same` pads."""

from __future__ import annotations

from typing import Any

from ..analysis import Analysis
from ..arithmetic.working import Working
from ..layers.base import hwc, spatial, written
from ..table import Line, Step
from .remembering import worked_node
from .writing import steps

_AXES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}


def axis_names(count: int) -> tuple[str, ...]:
    """Return what so many spatial axes are called."""
    return _AXES.get(count, tuple(f"axis {i + 1}" for i in range(count)))


def output_lines(analysis: Analysis, position: int, layout: str = "hwc") -> tuple[Line, ...]:
    """Return the sizes that a formula gives, and the shape they make."""
    again = worked_node(analysis, position)
    whole = ("output", (Step(written(analysis.facts[position].output, layout)),))
    if again is None:
        return (whole,)
    made = spatial(again.output)
    last: Any = hwc(again.output)[-1]
    lines: list[Line] = []
    if isinstance(again.windows, tuple):
        names = axis_names(len(made))
        lines += _same_padding(again.windows, names)
        lines += [(name, steps(size)) for name, size in zip(names, made, strict=True)]
        lines.append(("channels", steps(last)))
    elif isinstance(last, Working) and not last.is_leaf:  # concatenation, flattening
        lines.append(("channels" if made else "values", steps(last)))
    return (*lines, whole)


def _same_padding(windows: tuple[Any, ...], names: tuple[str, ...]) -> list[Line]:
    """Work out what `same` pads in all, and how it is split: the odd one goes to the end."""
    found: list[tuple[str, ...]] = []
    for window in windows:
        before = getattr(window, "before", None)
        if not getattr(window, "same", False) or not isinstance(before, Working):
            return []
        if before.op != "floor":
            return []
        *worked, last = steps(before.args[0])
        found.append((*worked, f"{last}: {int(before)} before, {int(window.after)} after"))
    if len(set(found)) == 1:
        return [("padding", found[0])]
    return [(f"padding, {name}", one) for name, one in zip(names, found, strict=True)]
