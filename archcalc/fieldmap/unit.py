"""What one unit sees: its stretch of the input per axis, and what of that really reaches it.

The field of a unit is where it looks on an input without borders. Part of it may lie in the
padding. Where a layer inside the net reads its own padding, it reads zeros instead of what the
input would give there: then less than the field on the input reaches the unit.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ..analysis import Analysis
from ..arithmetic.dims import Shape
from ..layers.base import View, Windows, spatial
from ..layers.window import AdaptiveWindow, AxisWindow, BlockWindow
from ..quantities.field import AxisField

_MOST_BOXES = 16
_MOST_POSITIONS = 1_000_000

Positions = range | frozenset[int]
Box = tuple[Positions, ...]


class Stretch(NamedTuple):
    """Positions along one axis, from the first to the last, both included."""

    first: int
    last: int

    @property
    def size(self) -> int:
        """How many positions there are."""
        return self.last - self.first + 1

    @property
    def twice_center(self) -> int:
        """Twice the position in the middle, which may lie between two positions."""
        return self.first + self.last

    def inside(self, size: int) -> Stretch | None:
        """Return the part on an axis of this size; None where there is none."""
        first, last = max(self.first, 0), min(self.last, size - 1)
        return Stretch(first, last) if first <= last else None

    def outside(self, size: int) -> tuple[int, int]:
        """Return how many positions lie before and after an axis of this size.

        >>> Stretch(-2, 4).outside(4)
        (2, 1)
        """
        before = min(self.last + 1, 0) - self.first
        after = self.last + 1 - max(self.first, size)
        return max(before, 0), max(after, 0)

    def __str__(self) -> str:
        return f"{self.first}..{self.last}"


Rectangle = tuple[Stretch, ...]


def stretch(axis: AxisField, position: int) -> Stretch | None:
    """Return what a position sees along an axis; None where it sees nothing."""
    turns, place = divmod(position, len(axis.starts))
    start, end = axis.starts[place], axis.ends[place]
    if start is None:
        return None
    return Stretch(start + turns * axis.shift, end + turns * axis.shift - 1)


def rectangle(axes: Iterable[AxisField], unit: Iterable[int]) -> Rectangle | None:
    """Return the field of a unit, padding included; None where it sees nothing."""
    return _whole(stretch(axis, i) for axis, i in zip(axes, unit, strict=True))


def inside(field: Rectangle | None, sizes: Iterable[int]) -> Rectangle | None:
    """Return the part of a field on an input of these sizes; None where there is none."""
    if field is None:
        return None
    return _whole(axis.inside(n) for axis, n in zip(field, sizes, strict=True))


def _whole(stretches: Iterable[Stretch | None]) -> Rectangle | None:
    found = tuple(stretches)
    known = tuple(one for one in found if one is not None)
    return known if len(known) == len(found) else None


def nearest(axis: AxisField, count: int, twice_center: int) -> int | None:
    """Return the position, of so many, whose field's middle is nearest to a place.

    None where no position sees anything.
    """
    found = []
    pattern = len(axis.starts)
    for place in range(min(pattern, count)):
        first = stretch(axis, place)
        if first is not None:
            turns = round((twice_center - first.twice_center) / (2 * axis.shift))
            turns = min(max(turns, 0), (count - 1 - place) // pattern)
            away = abs(first.twice_center + 2 * turns * axis.shift - twice_center)
            found.append((away, place + turns * pattern))
    return min(found)[1] if found else None


def reached(analysis: Analysis, position: int, unit: tuple[int, ...]) -> Rectangle | None:
    """Return the smallest rectangle of the input that holds everything that reaches a unit.

    ``position`` is that of its layer; only windows stand between it and the input. None where
    nothing reaches the unit. It may be too large, never too small, where more than a million
    positions are read, or where many paths read sets of positions that do not hold each other.
    """
    boxes = read_boxes(analysis, position, unit)
    return tuple(_ends(_around(axis)) for axis in zip(*boxes, strict=True)) or None


def read_boxes(analysis: Analysis, position: int, unit: tuple[int, ...]) -> list[Box]:
    """Return what of the input reaches a unit, in boxes that may overlap; as :func:`reached`."""
    waiting: dict[str, list[Box]] = {
        analysis.nodes[position].name: [tuple(range(i, i + 1) for i in unit)]
    }
    for i in range(position, -1, -1):
        node, facts = analysis.nodes[i], analysis.facts[i]
        for box in waiting.pop(node.name, ()):
            for name, shape in zip(node.inputs, facts.inputs, strict=True):
                read = _read(box, facts.windows, shape)
                if all(read):
                    waiting[name] = _merged(waiting.get(name, []), read)
    return [box for name in analysis.graph.inputs for box in waiting.get(name, ())]


def _ends(positions: Positions) -> Stretch:
    if isinstance(positions, range):
        return Stretch(positions.start, positions.stop - 1)
    return Stretch(min(positions), max(positions))


def _read(box: Box, windows: Windows, shape: Shape) -> Box:
    """Return the positions of an input of this shape that feed any of the outputs in a box."""
    if isinstance(windows, View):
        return box
    return tuple(feeding(*one) for one in zip(windows, box, spatial(shape), strict=True))


def feeding(window: AxisWindow, positions: Positions, size: int) -> Positions:
    """Return the positions of an axis of this size that feed any of the outputs."""
    several = len(positions) * window.span > _MOST_POSITIONS
    if several or (isinstance(positions, range) and leaves_no_gaps(window)):
        first, last = _ends(positions)
        ends = range(first, last + 1)
        low = min((i[0] for p in ends[: window.period] if (i := window.inputs(p))), default=0)
        high = max((i[-1] for p in ends[-window.period :] if (i := window.inputs(p))), default=-1)
        return range(max(low, 0), min(high + 1, size))
    found = {i for p in positions for i in window.inputs(p) if 0 <= i < size}
    if not found:
        return range(0)
    low, high = min(found), max(found) + 1
    return range(low, high) if len(found) == high - low else frozenset(found)


def leaves_no_gaps(window: AxisWindow) -> bool:
    """Tell whether neighbouring outputs together read every input between them."""
    if isinstance(window, AdaptiveWindow | BlockWindow):
        return True
    return window.dilation == 1 and window.kernel >= window.stride


def _merged(boxes: list[Box], new: Box) -> list[Box]:
    """Add a box to those that do not contain each other; many are joined to the box around."""
    if any(_contains(box, new) for box in boxes):
        return boxes
    kept = [box for box in boxes if not _contains(new, box)]
    if len(kept) < _MOST_BOXES:
        return [*kept, new]
    return [tuple(_around(axis) for axis in zip(*kept, new, strict=True))]


def _around(axis: Iterable[Positions]) -> range:
    ends = [_ends(positions) for positions in axis]
    return range(min(ends).first, max(one.last for one in ends) + 1)


def _contains(box: Box, other: Box) -> bool:
    return all(_holds(mine, others) for mine, others in zip(box, other, strict=True))


def _holds(mine: Positions, others: Positions) -> bool:
    if isinstance(mine, range):
        first, last = _ends(others)
        return mine.start <= first and last < mine.stop
    return mine.issuperset(others)
