"""The picture for a terminal: per layer and axis a ruler over the input, in plain ASCII."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeVar

from ..arithmetic.dims import ceil_div
from ..errors import cells
from ..renderers.cells import shortened
from .fieldmap import FieldMap, Seen
from .unit import Positions, Stretch

MOST_RULERS = 24
UNREAD = "o"  # in the field, but no tap on the way reads it
_LONGEST_NAME = 24
_WIDEST_PIXEL = 4

Item = TypeVar("Item")


class Scale(NamedTuple):
    """How an axis of ``size`` becomes marks: so many pixels per mark, or marks per pixel.

    The ruler begins ``before`` pixels before the input and ends ``after`` behind it.
    """

    size: int
    before: int
    after: int
    pixels: int
    marks: int

    @classmethod
    def of(cls, size: int, stretches: Iterable[Stretch], room: int) -> Scale:
        """Return the finest scale on which everything fits; padding beyond the size is cut."""
        ends = [(-one.first, one.last + 1 - size) for one in stretches]
        before, after = (min(max(0, *side), size) for side in zip(*ends, strict=True))
        pixels = 1
        while sum(ceil_div(part, pixels) for part in (before, size, after)) > room:
            pixels = max(pixels + 1, (before + size + after) // room)
        marks = min(room // (before + size + after), _WIDEST_PIXEL) if pixels == 1 else 1
        return cls(size, before, after, pixels, max(marks, 1))

    def ruler(self, seen: Stretch, read: Positions | None = None) -> str:
        """Return the ruler with a stretch on it, of which all is read unless given."""
        ahead, inside, behind = (
            self._marks(Stretch(-self.before, -1), seen, "."),
            self._marks(Stretch(0, self.size - 1), seen, "#", "-", read),
            self._marks(Stretch(self.size, self.size + self.after - 1), seen, "."),
        )
        if seen.first < -self.before:
            ahead = "<" + ahead[1:]
        if seen.last >= self.size + self.after:
            behind = behind[:-1] + ">"
        return f"{ahead}|{inside}|{behind}"

    def _marks(
        self,
        part: Stretch,
        seen: Stretch,
        mark: str,
        rest: str = " ",
        read: Positions | None = None,
    ) -> str:
        """Draw a part of the ruler; a mark stands where any of its pixels is seen, and read."""
        count = ceil_div(part.size, self.pixels)
        start = part.first if part.first >= 0 else -count * self.pixels
        drawn = ""
        for i in range(count):
            low = max(start + i * self.pixels, part.first)
            high = min(start + (i + 1) * self.pixels - 1, part.last)
            sign = mark if seen.first <= high and seen.last >= low else rest
            if sign == mark and read is not None:
                sign = mark if any(place in read for place in range(low, high + 1)) else UNREAD
            drawn += sign * self.marks
        return drawn


def rulers(made: FieldMap, width: int) -> list[str]:
    """Return the picture in lines of at most ``width`` characters."""
    seen, left_out = chosen(made.shown, MOST_RULERS)
    alike = len(set(made.sizes)) == 1 and all(len(set(one.field)) == 1 for one in seen)
    read = [made.read(one) for one in seen]
    alike = alike and all(places is None or len(set(places)) == 1 for places in read)
    lines: list[str] = []
    for axis in range(1 if alike else len(made.axes)):
        axes = "all axes" if len(made.axes) > 2 else " and ".join(made.axes)
        on_axis = [None if places is None else places[axis] for places in read]
        title = axes if alike else made.axes[axis]
        lines += _group(seen, on_axis, title, made.sizes[axis], axis, width)
    if left_out:
        lines.append(f"  ({left_out} more layers in between)")
    return lines


def _group(
    seen: Sequence[Seen],
    read: Sequence[Positions | None],
    axes: str,
    size: int,
    axis: int,
    width: int,
) -> list[str]:
    names = [shortened(one.name, _LONGEST_NAME) for one in seen]
    places = [str(one.field[axis]) for one in seen]
    name_width, place_width = max(map(cells, names)), max(map(len, places))
    room = max(width - name_width - place_width - len("  " * 3 + "||"), 8)
    scale = Scale.of(size, [one.field[axis] for one in seen], room)
    what = "pixel" if axes.endswith(("rows", "columns")) else "position"
    if scale.marks > 1:
        unit = f"{scale.marks} marks = 1 {what}"
    else:
        unit = f"1 mark = {scale.pixels} {what}{'s' * (scale.pixels > 1)}"
    lines = []
    for name, place, one, positions in zip(names, places, seen, read, strict=True):
        pad = " " * (name_width - cells(name))
        ruler = scale.ruler(one.field[axis], positions)
        lines.append(f"  {name}{pad}  {place.rjust(place_width)}  {ruler}".rstrip())
    signs = "# seen"
    if any(UNREAD in line.partition("|")[2] for line in lines):
        signs = f"# read, {UNREAD} not"
    elif any(isinstance(places, frozenset) for places in read):
        signs = "# read in part"
    head, signs = f"{axes.capitalize()} around this unit, {unit}:", f"{signs}, . padding"
    fits = cells(head) + 1 + cells(signs) <= width
    return [f"{head} {signs}", *lines] if fits else [head, f"  {signs}", *lines]


def chosen(seen: Sequence[Seen], most: int) -> tuple[list[Seen], int]:
    """Return at most so many fields to draw, and how many not: rather those that look further."""
    if len(seen) <= most:
        return list(seen), 0
    further = [seen[0]]
    for one in seen[1:-1]:
        if not _in(one, further[-1]):
            further.append(one)
    kept, _ = thinned([*further, seen[-1]], most)
    return kept, len(seen) - len(kept)


def _in(one: Seen, other: Seen) -> bool:
    """Tell whether a field lies within another."""
    pairs = zip(one.field, other.field, strict=True)
    return all(b.first <= a.first and a.last <= b.last for a, b in pairs)


def thinned(items: Sequence[Item], most: int) -> tuple[list[Item], int]:
    """Return at most so many items, evenly chosen with the first and last, and how many not.

    >>> thinned("abcdefg", 3)
    (['a', 'd', 'g'], 4)
    """
    count = len(items)
    if count <= most:
        return list(items), 0
    places = [(i * (count - 1) + (most - 1) // 2) // (most - 1) for i in range(most)]
    return [items[i] for i in places], count - most
