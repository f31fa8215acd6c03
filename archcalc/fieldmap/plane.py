"""Two axes of the input as a frame, with nested rectangles for the fields."""

from __future__ import annotations

from collections.abc import Iterable

from .dots import dots
from .fieldmap import Seen
from .sheet import LEFT, ROW, SIDE, TABLE, TOP, Axis, Sheet, hatched, number, outline, point
from .unit import Stretch
from .words import table_row

_GRID_FROM = 12  # the pixels of the input are drawn where they are at least so wide


def plane(sheet: Sheet, axes: tuple[int, int]) -> float:
    """Draw the input as a frame with the fields in it; return where it ends."""
    made, seen = sheet.made, sheet.seen
    high, wide = axes
    y = Axis.fitting(made.sizes[high], [one.field[high] for one in seen], TOP, SIDE)
    x = Axis.fitting(made.sizes[wide], [one.field[wide] for one in seen], LEFT, SIDE)
    scale = min(x.scale, y.scale)
    x = Axis(x.size, x.low, x.high, x.start, scale)
    y = Axis(y.size, y.low, y.high, y.start, scale)
    sheet.box("frame", x.at(0), y.at(0), x.at(x.size) - x.at(0), y.at(y.size) - y.at(0))
    if scale >= _GRID_FROM:
        sheet.path("grid", _grid(x, y))
    largest = [
        one for one in seen if not any(_holds(o, one, axes) for o in seen if o is not one)
    ] or list(seen)
    sheet.path(
        "hatch", "".join(_outside(x, y, one.field[wide], one.field[high]) for one in largest)
    )
    for one in reversed(seen):
        _rectangle(sheet, one, x, y, axes)
    sheet.path("border", outline(x.at(0), y.at(0), x.at(x.size), y.at(y.size)))
    dots(sheet, x, y, axes)
    _ticks(sheet, x, y, axes)
    for i, one in enumerate(seen):
        corner_x, corner_y = x.edges(one.field[wide])[1], y.edges(one.field[high])[1]
        row = table_row(TOP + ROW // 2, i) - 5
        sheet.path(
            "lead",
            f"M{point(corner_x, corner_y)}L{TABLE - 28} {number(row)}L{TABLE - 8} {number(row)}",
        )
    return y.end


def _holds(one: Seen, other: Seen, axes: Iterable[int]) -> bool:
    """Tell whether a field has room for another, and is not the same."""
    pairs = [(one.field[axis], other.field[axis]) for axis in axes]
    inside = all(a.first <= b.first and b.last <= a.last for a, b in pairs)
    return inside and any(a != b for a, b in pairs)


def _rectangle(sheet: Sheet, one: Seen, x: Axis, y: Axis, axes: tuple[int, int]) -> None:
    """Draw a field; its edges stay open where the picture cuts it."""
    high, wide = (one.field[axis] for axis in axes)
    (left, right), (top, bottom) = x.edges(wide), y.edges(high)
    fill, edge = ("unit", "rim") if sheet.is_target(one) else ("field", "edge")
    sheet.box(fill, left, top, right - left, bottom - top)
    open_left, open_right = x.cuts(wide)
    open_top, open_bottom = y.cuts(high)
    sides = [(open_top, "h", right), (open_right, "v", bottom), (open_bottom, "h", left)]
    if not (open_left or any(is_open for is_open, _, _ in sides)):
        d = outline(left, top, right, bottom)
    else:
        sheet.is_cut = True
        sides.append((open_left, "v", top))
        d = f"M{point(left, top)}"
        here = (left, top)
        for is_open, way, to in sides:
            here = (to, here[1]) if way == "h" else (here[0], to)
            d += f"{'M' if is_open else 'L'}{point(here[0], here[1])}"
    sheet.path(edge, d)


def _grid(x: Axis, y: Axis) -> str:
    columns = [f"M{point(x.at(i), y.at(0))}V{number(y.at(y.size))}" for i in range(1, x.size)]
    rows = [f"M{point(x.at(0), y.at(i))}H{number(x.at(x.size))}" for i in range(1, y.size)]
    return "".join(columns + rows)


def _outside(x: Axis, y: Axis, wide: Stretch, high: Stretch) -> str:
    """Hatch the part of a rectangle that lies outside the input, in up to four strips."""
    (left, right), (top, bottom) = x.edges(wide), y.edges(high)
    x0, x1, y0, y1 = x.at(0), x.at(x.size), y.at(0), y.at(y.size)
    middle_top, middle_bottom = max(top, min(y0, bottom)), min(bottom, max(y1, top))
    strips = (
        (left, top, right, min(y0, bottom)),
        (left, max(y1, top), right, bottom),
        (left, middle_top, min(x0, right), middle_bottom),
        (max(x1, left), middle_top, right, middle_bottom),
    )
    return "".join(hatched(*strip) for strip in strips)


def _ticks(sheet: Sheet, x: Axis, y: Axis, axes: tuple[int, int]) -> None:
    """Write where the input begins and ends, above and left of the picture."""
    names = [sheet.made.axes[axis] for axis in axes]
    above, left = y.start - 8, x.start - 10
    lines = [f"M{point(x.at(i), above + 4)}V{number(y.at(0))}" for i in (0, x.size)]
    lines += [f"M{point(left + 5, y.at(i))}H{number(x.at(0))}" for i in (0, y.size)]
    sheet.path("lead", "".join(lines))
    middle_x, middle_y = (x.at(0) + x.at(x.size)) / 2, (y.at(0) + y.at(y.size)) / 2
    sheet.text(x.at(0), above, "0", "soft", font_size=12)
    sheet.text(x.at(x.size), above, str(x.size - 1), "soft", font_size=12, text_anchor="end")
    sheet.text(left, y.at(0) + 11, "0", "soft", font_size=12, text_anchor="end")
    sheet.text(left, y.at(y.size), str(y.size - 1), "soft", font_size=12, text_anchor="end")
    sheet.text(middle_x, above, names[1], "soft", font_size=12, text_anchor="middle")
    turned = f"rotate(-90 {point(left - 4, middle_y)})"
    sheet.text(
        left - 4, middle_y, names[0], "soft", font_size=12, text_anchor="middle", transform=turned
    )
