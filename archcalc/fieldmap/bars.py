"""One axis of the input as a bar, with a bar under it for each field."""

from __future__ import annotations

from ..quantities.receptive_field import WHOLE
from .dots import dots_on_bar
from .fieldmap import Seen
from .sheet import COLUMNS, LEFT, TABLE, Axis, Sheet, hatched, number, outline, point
from .unit import Stretch
from .words import headings, label, table_row

_BAR = 14


def bars(sheet: Sheet, axis: int, top: float, *, full: bool) -> float:
    """Draw one axis of the input and of every field as bars under each other."""
    made, seen = sheet.made, sheet.seen
    stretches = [one.field[axis] for one in seen]
    x = Axis.fitting(made.sizes[axis], stretches, LEFT, TABLE - LEFT - 40)
    first = headings(sheet, top, made.axes[axis], full=full)
    ends = f"0..{x.size - 1}"
    sheet.text(TABLE, first, "input", "soft")
    sheet.text(COLUMNS[0] if full else COLUMNS[-1], first, ends, "soft", text_anchor="end")
    last = table_row(top, len(seen))
    lines = [f"M{point(x.at(i), first - _BAR)}V{number(last + 4)}" for i in (0, x.size)]
    sheet.path("lead", "".join(lines))
    edges = x.at(0), first - _BAR + 2, x.at(x.size), first + 2
    sheet.box("frame", edges[0], edges[1], edges[2] - edges[0], _BAR)
    sheet.path("border", outline(*edges))
    for i, one in enumerate(seen):
        row = table_row(top, i + 1)
        _bar(sheet, one, x, one.field[axis], row)
        label(sheet, one, row, None if full else str(one.field[axis]))
    if full or made.state is not WHOLE:
        dots_on_bar(sheet, axis, x, first - _BAR / 2 + 2)
    return last + 4


def _bar(sheet: Sheet, one: Seen, x: Axis, on: Stretch, row: float) -> None:
    (left, right), (open_left, open_right) = x.edges(on), x.cuts(on)
    top, bottom = row - _BAR + 2, row + 2
    fill, edge = ("unit", "rim") if sheet.is_target(one) else ("field", "edge")
    sheet.box(fill, left, top, max(right - left, 1), bottom - top)
    if left < x.at(0):
        sheet.path("hatch", hatched(left, top, min(x.at(0), right), bottom))
    if right > x.at(x.size):
        sheet.path("hatch", hatched(max(x.at(x.size), left), top, right, bottom))
    ends = "" if open_left else f"M{point(left, top)}V{number(bottom)}"
    ends += "" if open_right else f"M{point(right, top)}V{number(bottom)}"
    sheet.is_cut |= open_left or open_right
    along = f"M{point(left, top)}H{number(right)}M{point(left, bottom)}H{number(right)}"
    sheet.path(edge, along + ends)
