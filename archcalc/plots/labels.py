"""Names beside marks: each where it covers nothing and is nearest to its own."""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot

from ..renderers.cells import shortened
from ..roofline.scale import Box, free_place
from .sheet import WIDTH, Sheet, width_of
from .style import SMALL, color

_APART = 10  # the pixels from a label to the marks of others, and to its own without a line
_NARROW = 0.9  # names are of small letters mostly
_LONGEST = 22

Spot = tuple[float, float]


def labels(
    sheet: Sheet, names: Sequence[str], spots: Sequence[Spot], box: Box, taken: list[Box],
    *, near: bool = False,
) -> None:  # fmt: skip
    """Write names beside marks at these pixels within ``box``; nothing where a name is empty.

    ``taken`` are boxes to be left free, to which those of the names are added. A line leads to a
    name that stands away from its mark; with ``near`` one that would stand far is left out.
    """
    for i, (name, (x, y)) in enumerate(zip(names, spots, strict=True)):
        if not name:
            continue
        shown = shortened(name, _LONGEST)
        size = _NARROW * width_of(shown, SMALL)
        marks = [around(at, 5 if k == i else _APART) for k, at in enumerate(spots)]
        start, end, is_far = free_place(x, y, size, SMALL, [*taken, *marks], box)
        if near and is_far:
            continue
        label = start, end - SMALL, start + size, end
        taken.append(label)
        edge = min(max(x, label[0]), label[2]), min(max(y, label[1]), label[3])
        if hypot(edge[0] - x, edge[1] - y) > _APART:
            _lead(sheet, (x, y), edge)
            taken += along((x, y), edge)
        side = "end" if label[2] < x else "start" if label[0] > x else "middle"
        place = {"start": label[0], "end": label[2], "middle": (label[0] + label[2]) / 2}[side]
        sheet.words(place, end - 2, shown, SMALL, anchor=side, backed=True)


def _lead(sheet: Sheet, start: Spot, end: Spot) -> None:
    """Draw a thin line from a mark to its name."""
    from matplotlib.lines import Line2D

    x, y = [start[0] / WIDTH, end[0] / WIDTH], [1 - at / sheet.height for at in (start[1], end[1])]
    sheet.figure.add_artist(Line2D(x, y, color=color("lead"), linewidth=0.8))


def along(start: Spot, end: Spot) -> list[Box]:
    """Return small boxes along a line, so that no label covers it."""
    parts = [step / 8 for step in range(9)]
    return [
        around((start[0] + part * (end[0] - start[0]), start[1] + part * (end[1] - start[1])), 2)
        for part in parts
    ]


def around(spot: Spot, far: float) -> Box:
    """Return the box that reaches so far from a place."""
    return spot[0] - far, spot[1] - far, spot[0] + far, spot[1] + far
