"""The words of a picture: the table of layers, the legend, the title and the description."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..errors import printable
from ..layers.base import written
from ..notation.format import canonical, inlined
from ..quantities.receptive_field import WHOLE
from ..renderers.cells import shortened
from ..renderers.cells import text as cell_text
from ..table import Cell
from .fieldmap import FieldMap, Seen
from .sheet import (
    COLUMNS,
    DARK,
    LEFT,
    LINE,
    ROW,
    TABLE,
    WIDTH,
    Sheet,
    escaped,
    hatched,
    number,
    point,
)
from .unit import inside

_LONGEST_SPEC = 640
_LETTER, _DIGIT, _GAP = 9, 8.5, 12  # widths of bold type, and what stays free before a number
_SHORTEST_NAME = 8


def table_row(top: float, i: int) -> float:
    """Return the line of the table's row, under its headings."""
    return top + (i + 1) * ROW


def headings(sheet: Sheet, top: float, axis: str = "", *, full: bool = True) -> float:
    """Write what stands above the table, and the axis above the bars; return its first row."""
    if axis:
        sheet.text(LEFT, top, axis, "soft", font_size=13)
    sheet.text(TABLE, top, "layer", "soft", font_size=13)
    titles = ("field", "jump", "padding") if full else ("", "", axis)
    for x, title in zip(COLUMNS, titles, strict=True):
        if title:
            sheet.text(x, top, title, "soft", font_size=13, text_anchor="end")
    return table_row(top, 0)


def layer_table(sheet: Sheet, top: float) -> float:
    """Write the layers with their numbers; return where the table ends."""
    headings(sheet, top)
    for i, one in enumerate(sheet.seen):
        label(sheet, one, table_row(top, i), None)
    return table_row(top, len(sheet.seen) - 1)


def label(sheet: Sheet, one: Seen, row: float, place: str | None) -> None:
    """Write a layer's name and its numbers, or its place on one axis."""
    weight = {"font_weight": "bold" if sheet.is_target(one) else "normal"}
    sheet.text(TABLE, row, shortened(one.name, _longest_name(sheet)), **weight)
    if place is not None:
        sheet.text(COLUMNS[-1], row, place, text_anchor="end", **weight)
        return
    cells = Cell(one.size, "field"), Cell(one.jump, "position"), Cell(one.padding, "position")
    for x, cell in zip(COLUMNS, cells, strict=True):
        sheet.text(x, row, cell_text(cell), text_anchor="end", **weight)


def _longest_name(sheet: Sheet) -> int:
    """Return how many characters of a name leave room for the widest field beside it."""
    widest = max(len(cell_text(Cell(one.size, "field"))) for one in sheet.seen)
    return max(int((COLUMNS[0] - TABLE - _GAP - widest * _DIGIT) / _LETTER), _SHORTEST_NAME)


def legend(sheet: Sheet, left_out: int) -> list[tuple[str, str]]:
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
    if len(sheet.seen) > 1:
        found.append(("", "earlier layers: the unit in the middle"))
    if any(_gaps(sheet)):
        found.append(("", "positions between taps are not read"))
    fields = [axes for one in sheet.seen for axes in zip(one.field, made.sizes, strict=True)]
    if any(any(axis.outside(size)) for axis, size in fields):
        found.append(("hatch", "padding, outside the input"))
    if sheet.is_cut:
        found.append(("", "fields with open edges go on outside"))
    if left_out:
        found.append(("", f"{left_out} more layers in between are not drawn"))
    return found


def _gaps(sheet: Sheet) -> Iterator[bool]:
    """Tell of each field whether some of its positions in the input are not read."""
    for one in sheet.seen:
        read, field = sheet.made.read(one), inside(one.field, sheet.made.sizes)
        if read is not None and field is not None:
            yield any(len(places) < axis.size for places, axis in zip(read, field, strict=True))


def write_legend(sheet: Sheet, entries: Iterable[tuple[str, str]], x: float, top: float) -> None:
    """Write the signs and what they mean, one under the other."""
    for i, (sign, words) in enumerate(entries):
        row = top + (i + 1) * LINE
        if sign == "dots":
            sheet.path(
                "dots",
                f"M{point(x + 3, row - 5)}h.01M{point(x + 14, row - 5)}h.01",
            )
        elif sign == "middle":
            sheet.dot(x + 9, row - 5, 5)
        elif sign == "hatch":
            sheet.path("hatch", hatched(x, row - 11, x + 18, row + 1, 5))
        sheet.text(x + 28, row, words, "soft", font_size=13)


def _place(made: FieldMap) -> str:
    return ",".join(map(str, made.unit or ()))


def document(sheet: Sheet, height: float) -> str:
    """Return everything with its title and description."""
    made = sheet.made
    name = printable(made.analysis.graph.name)
    title = f"{name}: what {made.layer} sees" if name else f"What {made.layer} sees"
    heading = Sheet(made, sheet.seen)
    heading.box("paper", 0, 0, WIDTH, height)
    heading.text(LEFT, 48, shortened(title, 58), font_size=26, font_weight="bold")
    heading.text(LEFT, 76, _subtitle(made), "soft", font_size=15)
    content = "\n".join([*heading.parts, *sheet.parts])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {number(height)}" '
        f'width="{WIDTH}" height="{number(height)}" role="img" '
        "font-family=\"'Helvetica Neue', Arial, 'Noto Sans', sans-serif\">\n"
        f"<title>{escaped(title)}</title>\n<desc>{escaped(_description(sheet))}</desc>\n"
        f"<style>@media (prefers-color-scheme: dark) {{\n{DARK}\n}}</style>\n{content}\n</svg>\n"
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


def _description(sheet: Sheet) -> str:
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
