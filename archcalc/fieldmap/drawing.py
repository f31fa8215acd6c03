"""The picture as SVG: the input to scale, nested fields, dots at the jump, padding hatched.

Colours are those of Okabe and Ito (https://jfly.uni-koeln.de/color/), which people who see
colours differently tell apart; nothing is said by colour alone. They stand as attributes, which
every program that shows SVG understands; a style sheet changes them on a dark screen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from math import ceil

from ..errors import printable
from ..layers.base import spatial, written
from ..notation.format import canonical, inlined
from ..quantities.receptive_field import WHOLE
from ..renderers.cells import text as cell_text
from ..table import Cell
from .fieldmap import FieldMap, Seen
from .rulers import chosen, shortened
from .unit import Stretch, nearest, stretch

MOST_SHOWN = 14
_WIDTH = 1000
_LEFT = 76
_TOP = 124
_SIDE = 480  # the longer side of the picture
_TABLE = 604  # where the table of layers begins
_COLUMNS = (790, 880, 965)  # where field, jump and padding end
_ROW = 26
_LINE = 22  # from one line of the legend to the next
_BAR = 14
_SLENDER = 8  # an input so many times longer than wide is drawn axis by axis
_DOTS_APART = 14
_LONGEST_SPEC = 640
_GRID_FROM = 12  # the pixels of the input are drawn where they are at least so wide

_COLORS = {
    "paper": 'fill="#ffffff"',
    "ink": 'fill="#1a1a1a"',
    "soft": 'fill="#555555"',
    "frame": 'fill="#f1f2f4"',
    "grid": 'stroke="#d5d7db" stroke-width="0.75" fill="none"',
    "lead": 'stroke="#6b6e75" stroke-width="0.8" fill="none"',
    "field": 'fill="#0072b2" fill-opacity="0.09"',
    "edge": 'stroke="#0072b2" stroke-width="1.5" fill="none"',
    "unit": 'fill="#d55e00" fill-opacity="0.12"',
    "rim": 'stroke="#d55e00" stroke-width="3" fill="none"',
    "hatch": 'stroke="#7d7d7d" stroke-width="0.9" fill="none"',
    "border": 'stroke="#1a1a1a" stroke-width="1.5" fill="none"',
    "dots": 'stroke="#1a1a1a" stroke-width="3" stroke-linecap="round" fill="none"',
    "middle": 'fill="#d55e00" stroke="#ffffff" stroke-width="1.5"',
}
_DARK = """\
.paper { fill: #16181d } .ink { fill: #f2f2f2 } .soft { fill: #b9bcc4 }
.frame { fill: #252932 } .border { stroke: #f2f2f2 } .grid { stroke: #3b404b }
.field { fill: #56b4e9 } .edge { stroke: #56b4e9 } .lead { stroke: #9a9fab }
.unit { fill: #e69f00 } .rim { stroke: #e69f00 } .hatch { stroke: #b9bcc4 }
.dots { stroke: #f2f2f2 } .middle { fill: #e69f00; stroke: #16181d }"""


def drawing(made: FieldMap) -> str:
    """Return the picture of what a unit sees as an SVG document, the same bytes every time."""
    seen, left_out = chosen(made.shown, MOST_SHOWN)
    sheet = _Sheet(made, tuple(seen))
    plane, lines = _panels(made.sizes)
    bottom: float = _TOP
    if plane:
        bottom = _plane(sheet, plane)
        below = _table(sheet, _TOP + _ROW // 2) + _ROW
        legend = _legend(sheet, left_out)
        bottom = max(bottom, below + _LINE * len(legend))
        _write_legend(sheet, legend, _TABLE, bottom - _LINE * len(legend))
    for i, axis in enumerate(lines):
        bottom = _bars(sheet, axis, bottom + (_ROW if plane or i else 0), full=not plane and i == 0)
    if not plane:
        legend = _legend(sheet, left_out)
        _write_legend(sheet, legend, _LEFT, bottom + 12)
        bottom += 12 + _LINE * len(legend)
    return _document(sheet, bottom + 36)


def _panels(sizes: Sequence[int]) -> tuple[tuple[int, int] | None, list[int]]:
    """Return which two axes span the picture, and which are drawn as bars."""
    if len(sizes) < 2:
        return None, [0]
    height, width = len(sizes) - 2, len(sizes) - 1
    if max(sizes[height], sizes[width]) > _SLENDER * min(sizes[height], sizes[width]):
        return None, list(range(len(sizes)))
    return (height, width), list(range(height))


@dataclass
class _Sheet:
    """What is drawn so far."""

    made: FieldMap
    seen: tuple[Seen, ...]
    parts: list[str] = field(default_factory=list)
    is_cut: bool = False
    steps: set[int] = field(default_factory=set)

    def text(self, x: float, y: float, words: str, color: str = "ink", **rest: object) -> None:
        """Write words; other attributes as SVG has them, ``font_size`` 14 unless given."""
        attributes = {"font_size": 14, **rest}.items()
        more = "".join(f' {key.replace("_", "-")}="{value}"' for key, value in attributes)
        self.parts.append(
            f'<text class="{color}" {_COLORS[color]} x="{_n(x)}" y="{_n(y)}" '
            f"{more.strip()}>{_escaped(words)}</text>"
        )

    def path(self, color: str, d: str) -> None:
        if d:
            self.parts.append(f'<path class="{color}" {_COLORS[color]} d="{d}"/>')

    def box(self, color: str, x: float, y: float, width: float, height: float) -> None:
        self.parts.append(
            f'<rect class="{color}" {_COLORS[color]} x="{_n(x)}" y="{_n(y)}" '
            f'width="{_n(width)}" height="{_n(height)}"/>'
        )

    def dot(self, x: float, y: float, radius: float) -> None:
        self.parts.append(
            f'<circle class="middle" {_COLORS["middle"]} cx="{_n(x)}" cy="{_n(y)}" r="{radius}"/>'
        )

    def is_target(self, one: Seen) -> bool:
        return one is self.seen[-1]


@dataclass(frozen=True)
class _Axis:
    """An axis of the input on the sheet: pixel ``low`` begins at ``start``."""

    size: int
    low: int
    high: int
    start: float
    scale: float

    @classmethod
    def fitting(cls, size: int, stretches: Iterable[Stretch], start: float, room: float) -> _Axis:
        """Return the axis with room for all stretches, up to the input's own size outside."""
        places = [(one.first, one.last + 1) for one in stretches]
        low = max(min([0, *(first for first, _ in places)]), -size)
        high = min(max([size, *(end for _, end in places)]), 2 * size)
        return cls(size, low, high, start, room / (high - low))

    @property
    def end(self) -> float:
        """Where the picture ends."""
        return self.at(self.high)

    def at(self, place: float) -> float:
        """Return where a place lies on the sheet, or the picture's edge."""
        return self.start + (min(max(place, self.low), self.high) - self.low) * self.scale

    def edges(self, one: Stretch) -> tuple[float, float]:
        """Return where a stretch begins and ends on the sheet."""
        return self.at(one.first), self.at(one.last + 1)

    def cuts(self, one: Stretch) -> tuple[bool, bool]:
        """Tell whether the picture cuts the stretch at its start and at its end."""
        return one.first < self.low, one.last + 1 > self.high


# Two axes: nested rectangles


def _plane(sheet: _Sheet, axes: tuple[int, int]) -> float:
    """Draw the input as a frame with the fields in it; return where it ends."""
    made, seen = sheet.made, sheet.seen
    high, wide = axes
    y = _Axis.fitting(made.sizes[high], [one.field[high] for one in seen], _TOP, _SIDE)
    x = _Axis.fitting(made.sizes[wide], [one.field[wide] for one in seen], _LEFT, _SIDE)
    scale = min(x.scale, y.scale)
    x = _Axis(x.size, x.low, x.high, x.start, scale)
    y = _Axis(y.size, y.low, y.high, y.start, scale)
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
    sheet.path("border", _outline(x.at(0), y.at(0), x.at(x.size), y.at(y.size)))
    _dots(sheet, x, y, axes)
    _ticks(sheet, x, y, axes)
    for i, one in enumerate(seen):
        corner_x, corner_y = x.edges(one.field[wide])[1], y.edges(one.field[high])[1]
        row = _row(_TOP + _ROW // 2, i) - 5
        sheet.path(
            "lead",
            f"M{_n(corner_x)} {_n(corner_y)}L{_TABLE - 28} {_n(row)}L{_TABLE - 8} {_n(row)}",
        )
    return y.end


def _holds(one: Seen, other: Seen, axes: Iterable[int]) -> bool:
    """Tell whether a field has room for another, and is not the same."""
    pairs = [(one.field[axis], other.field[axis]) for axis in axes]
    inside = all(a.first <= b.first and b.last <= a.last for a, b in pairs)
    return inside and any(a != b for a, b in pairs)


def _rectangle(sheet: _Sheet, one: Seen, x: _Axis, y: _Axis, axes: tuple[int, int]) -> None:
    """Draw a field; its edges stay open where the picture cuts it."""
    high, wide = (one.field[axis] for axis in axes)
    (left, right), (top, bottom) = x.edges(wide), y.edges(high)
    fill, edge = ("unit", "rim") if sheet.is_target(one) else ("field", "edge")
    sheet.box(fill, left, top, right - left, bottom - top)
    open_left, open_right = x.cuts(wide)
    open_top, open_bottom = y.cuts(high)
    sides = [(open_top, "h", right), (open_right, "v", bottom), (open_bottom, "h", left)]
    if not (open_left or any(is_open for is_open, _, _ in sides)):
        d = _outline(left, top, right, bottom)
    else:
        sheet.is_cut = True
        sides.append((open_left, "v", top))
        d = f"M{_n(left)} {_n(top)}"
        here = (left, top)
        for is_open, way, to in sides:
            here = (to, here[1]) if way == "h" else (here[0], to)
            d += f"{'M' if is_open else 'L'}{_n(here[0])} {_n(here[1])}"
    sheet.path(edge, d)


def _outline(left: float, top: float, right: float, bottom: float) -> str:
    return f"M{_n(left)} {_n(top)}H{_n(right)}V{_n(bottom)}H{_n(left)}Z"


def _grid(x: _Axis, y: _Axis) -> str:
    columns = [f"M{_n(x.at(i))} {_n(y.at(0))}V{_n(y.at(y.size))}" for i in range(1, x.size)]
    rows = [f"M{_n(x.at(0))} {_n(y.at(i))}H{_n(x.at(x.size))}" for i in range(1, y.size)]
    return "".join(columns + rows)


def _outside(x: _Axis, y: _Axis, wide: Stretch, high: Stretch) -> str:
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
    return "".join(_hatched(*strip) for strip in strips)


def _hatched(left: float, top: float, right: float, bottom: float, apart: int = 7) -> str:
    """Return slanted lines in a rectangle; lines of neighbouring rectangles meet."""
    if right <= left or bottom <= top:
        return ""
    found = []
    for i in range(int((left - bottom) // apart) + 1, int((right - top) // apart) + 1):
        ahead = i * apart  # how far x is ahead of y on this line
        start, end = max(left, top + ahead), min(right, bottom + ahead)
        found.append(f"M{_n(start)} {_n(start - ahead)}L{_n(end)} {_n(end - ahead)}")
    return "".join(found)


def _dots(sheet: _Sheet, x: _Axis, y: _Axis, axes: tuple[int, int]) -> None:
    """Draw the middles of what the layer's units see, as many as can be told apart."""
    made = sheet.made
    if made.state is WHOLE or made.unit is None or made.field is None:
        return
    high, wide = axes
    step = max(_dot_step(made, high, y.scale), _dot_step(made, wide, x.scale))
    sheet.steps.add(step)
    rows, columns = _middles(made, high, y, step), _middles(made, wide, x, step)
    sheet.path("dots", "".join(f"M{_n(c)} {_n(r)}h.01" for r in rows for c in columns))
    centre = [axis.twice_center / 2 + 0.5 for axis in made.field]
    if x.low <= centre[wide] <= x.high and y.low <= centre[high] <= y.high:
        sheet.dot(x.at(centre[wide]), y.at(centre[high]), 5)


def _dot_step(made: FieldMap, axis: int, scale: float) -> int:
    """Return which of the neighbouring units get a dot: every one, every second, ..."""
    return max(ceil(_DOTS_APART / (float(made.state[axis].jump) * scale)), 1)


def _middles(made: FieldMap, axis: int, on: _Axis, step: int) -> list[float]:
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


def _ticks(sheet: _Sheet, x: _Axis, y: _Axis, axes: tuple[int, int]) -> None:
    """Write where the input begins and ends, above and left of the picture."""
    names = [sheet.made.axes[axis] for axis in axes]
    above, left = y.start - 8, x.start - 10
    lines = [f"M{_n(x.at(i))} {_n(above + 4)}V{_n(y.at(0))}" for i in (0, x.size)]
    lines += [f"M{_n(left + 5)} {_n(y.at(i))}H{_n(x.at(0))}" for i in (0, y.size)]
    sheet.path("lead", "".join(lines))
    middle_x, middle_y = (x.at(0) + x.at(x.size)) / 2, (y.at(0) + y.at(y.size)) / 2
    sheet.text(x.at(0), above, "0", "soft", font_size=12)
    sheet.text(x.at(x.size), above, str(x.size - 1), "soft", font_size=12, text_anchor="end")
    sheet.text(left, y.at(0) + 11, "0", "soft", font_size=12, text_anchor="end")
    sheet.text(left, y.at(y.size), str(y.size - 1), "soft", font_size=12, text_anchor="end")
    sheet.text(middle_x, above, names[1], "soft", font_size=12, text_anchor="middle")
    turned = f"rotate(-90 {_n(left - 4)} {_n(middle_y)})"
    sheet.text(
        left - 4, middle_y, names[0], "soft", font_size=12, text_anchor="middle", transform=turned
    )


# One axis: bars


def _bars(sheet: _Sheet, axis: int, top: float, *, full: bool) -> float:
    """Draw one axis of the input and of every field as bars under each other."""
    made, seen = sheet.made, sheet.seen
    stretches = [one.field[axis] for one in seen]
    x = _Axis.fitting(made.sizes[axis], stretches, _LEFT, _TABLE - _LEFT - 40)
    first = _headings(sheet, top, made.axes[axis], full=full)
    ends = f"0..{x.size - 1}"
    sheet.text(_TABLE, first, "input", "soft")
    sheet.text(_COLUMNS[0] if full else _COLUMNS[-1], first, ends, "soft", text_anchor="end")
    last = _row(top, len(seen))
    lines = [f"M{_n(x.at(i))} {_n(first - _BAR)}V{_n(last + 4)}" for i in (0, x.size)]
    sheet.path("lead", "".join(lines))
    edges = x.at(0), first - _BAR + 2, x.at(x.size), first + 2
    sheet.box("frame", edges[0], edges[1], edges[2] - edges[0], _BAR)
    sheet.path("border", _outline(*edges))
    for i, one in enumerate(seen):
        row = _row(top, i + 1)
        _bar(sheet, one, x, one.field[axis], row)
        _label(sheet, one, row, None if full else str(one.field[axis]))
    if full or made.state is not WHOLE:
        _dots_on_bar(sheet, axis, x, first - _BAR / 2 + 2)
    return last + 4


def _bar(sheet: _Sheet, one: Seen, x: _Axis, on: Stretch, row: float) -> None:
    (left, right), (open_left, open_right) = x.edges(on), x.cuts(on)
    top, bottom = row - _BAR + 2, row + 2
    fill, edge = ("unit", "rim") if sheet.is_target(one) else ("field", "edge")
    sheet.box(fill, left, top, max(right - left, 1), bottom - top)
    if left < x.at(0):
        sheet.path("hatch", _hatched(left, top, min(x.at(0), right), bottom))
    if right > x.at(x.size):
        sheet.path("hatch", _hatched(max(x.at(x.size), left), top, right, bottom))
    ends = "" if open_left else f"M{_n(left)} {_n(top)}V{_n(bottom)}"
    ends += "" if open_right else f"M{_n(right)} {_n(top)}V{_n(bottom)}"
    sheet.is_cut |= open_left or open_right
    along = f"M{_n(left)} {_n(top)}H{_n(right)}M{_n(left)} {_n(bottom)}H{_n(right)}"
    sheet.path(edge, along + ends)


def _dots_on_bar(sheet: _Sheet, axis: int, x: _Axis, y: float) -> None:
    made = sheet.made
    if made.state is WHOLE or made.unit is None or made.field is None:
        return
    step = _dot_step(made, axis, x.scale)
    sheet.steps.add(step)
    places = _middles(made, axis, x, step)
    sheet.path("dots", "".join(f"M{_n(place)} {_n(y)}h.01" for place in places))
    centre = made.field[axis].twice_center / 2 + 0.5
    if x.low <= centre <= x.high:
        sheet.dot(x.at(centre), y, 4)


# The words


def _row(top: float, i: int) -> float:
    """Return the line of the table's row, under its headings."""
    return top + (i + 1) * _ROW


def _headings(sheet: _Sheet, top: float, axis: str = "", *, full: bool = True) -> float:
    if axis:
        sheet.text(_LEFT, top, axis, "soft", font_size=13)
    sheet.text(_TABLE, top, "layer", "soft", font_size=13)
    titles = ("field", "jump", "padding") if full else ("", "", axis)
    for x, title in zip(_COLUMNS, titles, strict=True):
        if title:
            sheet.text(x, top, title, "soft", font_size=13, text_anchor="end")
    return _row(top, 0)


def _table(sheet: _Sheet, top: float) -> float:
    _headings(sheet, top)
    for i, one in enumerate(sheet.seen):
        _label(sheet, one, _row(top, i), None)
    return _row(top, len(sheet.seen) - 1)


def _label(sheet: _Sheet, one: Seen, row: float, place: str | None) -> None:
    """Write a layer's name and its numbers, or its place on one axis."""
    weight = {"font_weight": "bold" if sheet.is_target(one) else "normal"}
    sheet.text(_TABLE, row, shortened(one.name, 14), **weight)
    if place is not None:
        sheet.text(_COLUMNS[-1], row, place, text_anchor="end", **weight)
        return
    cells = Cell(one.size, "field"), Cell(one.jump, "position"), Cell(one.padding, "position")
    for x, cell in zip(_COLUMNS, cells, strict=True):
        sheet.text(x, row, cell_text(cell), text_anchor="end", **weight)


def _legend(sheet: _Sheet, left_out: int) -> list[tuple[str, str]]:
    """Return what explains the picture: a sign, if it has one, and words."""
    made = sheet.made
    found = []
    if made.state is WHOLE:
        found.append(("", f"{shortened(made.layer, 24)} sees everything"))
    elif made.field is not None:
        jump = cell_text(Cell(sheet.seen[-1].jump, "position"))
        found.append(("dots", f"centres of its units, {jump} apart"))
        if sheet.steps != {1}:
            share = f"one unit in {max(sheet.steps)}" if len(sheet.steps) == 1 else "not every unit"
            found.append(("", f"({share} has its dot drawn)"))
        found.append(("middle", f"centre of unit {_place(made)}"))
    fields = [axes for one in sheet.seen for axes in zip(one.field, made.sizes, strict=True)]
    if any(any(axis.outside(size)) for axis, size in fields):
        found.append(("hatch", "padding, outside the input"))
    if sheet.is_cut:
        found.append(("", "fields with open edges go on outside"))
    if left_out:
        found.append(("", f"{left_out} more layers in between are not drawn"))
    return found


def _write_legend(sheet: _Sheet, entries: Iterable[tuple[str, str]], x: float, top: float) -> None:
    for i, (sign, words) in enumerate(entries):
        row = top + (i + 1) * _LINE
        if sign == "dots":
            sheet.path("dots", f"M{_n(x + 3)} {_n(row - 5)}h.01M{_n(x + 14)} {_n(row - 5)}h.01")
        elif sign == "middle":
            sheet.dot(x + 9, row - 5, 5)
        elif sign == "hatch":
            sheet.path("hatch", _hatched(x, row - 11, x + 18, row + 1, 5))
        sheet.text(x + 28, row, words, "soft", font_size=13)


def _place(made: FieldMap) -> str:
    return ",".join(map(str, made.unit or ()))


def _document(sheet: _Sheet, height: float) -> str:
    """Return everything with its title and description."""
    made = sheet.made
    name = printable(made.analysis.graph.name)
    title = f"{name}: what {made.layer} sees" if name else f"What {made.layer} sees"
    heading = _Sheet(made, sheet.seen)
    heading.box("paper", 0, 0, _WIDTH, height)
    heading.text(_LEFT, 48, shortened(title, 58), font_size=26, font_weight="bold")
    heading.text(_LEFT, 76, _subtitle(made), "soft", font_size=15)
    content = "\n".join([*heading.parts, *sheet.parts])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_n(height)}" '
        f'width="{_WIDTH}" height="{_n(height)}" role="img" '
        "font-family=\"'Helvetica Neue', Arial, 'Noto Sans', sans-serif\">\n"
        f"<title>{_escaped(title)}</title>\n<desc>{_escaped(_description(sheet))}</desc>\n"
        f"<style>@media (prefers-color-scheme: dark) {{\n{_DARK}\n}}</style>\n{content}\n</svg>\n"
    )


def _subtitle(made: FieldMap) -> str:
    unit = _place(made)
    shape = written(made.input, made.layout)
    if made.field is None:
        return f"No input reaches unit {unit}; the input is {shape}"
    if made.state is WHOLE:
        return f"Every unit sees the whole input {shape}"
    places = ", ".join(f"{name} {axis}" for name, axis in zip(made.axes, made.field, strict=True))
    return f"Unit {unit} sees {places} of the input {shape}"


def _description(sheet: _Sheet) -> str:
    """Return the picture in words, one sentence per layer."""
    made, spec = sheet.made, sheet.made.analysis.graph.spec
    sentences = [f"{_subtitle(made)}."]
    for one in sheet.seen:
        texts = [cell_text(Cell(value, "position")) for value in (one.size, one.jump, one.padding)]
        places = zip(made.axes, one.field, strict=True)
        where = ", ".join(f"{axis} {place}" for axis, place in places)
        numbers = f"field {texts[0]}, jump {texts[1]}, padding {texts[2]}"
        sentences.append(f"{one.name}: {numbers}; {where}.")
    text = canonical(inlined(spec)) if spec else ""
    if 0 < len(text) <= _LONGEST_SPEC:
        sentences.append(f"The net: {text}")
    return "\n".join(sentences)


def _escaped(words: str) -> str:
    return "\n".join(escape(printable(line)) for line in words.split("\n"))


def _n(value: float) -> str:
    """Return a coordinate with two decimals at most.

    >>> _n(3.0), _n(2.345), _n(-0.001)
    ('3', '2.35', '0')
    """
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
