"""Totals of nets side by side, each with how it compares with the reference.

Where the largest is over a hundred times the smallest, marks on a logarithmic axis replace bars:
a bar's length would say nothing there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..analysis import Analysis
from ..comparison import change
from ..quantities.base import Quantity
from ..renderers.cells import shortened, text
from ..table import Cell, Column, Table
from .base import Art, Plot, heading, limited
from .scale import Scale
from .sheet import LEFT, RIGHT, Sheet, across, line, width_of
from .style import SMALL, TEXT, Series, color
from .values import drawable, height_of, label_of, unknown_notes

_MOST_NETS = 24
_LONGEST = 24  # characters of a net's name
_ROW, _BAR = 23, 14
_VALUE = 200  # the pixels that a bar's number and its comparison take


def drawn(
    analyses: Sequence[Analysis],
    names: Sequence[str],
    *,
    columns: Sequence[str] | str = ("params", "macs", "activations"),
    convention: str = "macs",
    reference: int = 0,
) -> Plot:
    """Return the plot, a panel per column; ``reference`` is the net compared with."""
    limited(names, _MOST_NETS, "bars")
    counted = drawable(columns, convention)
    totals = [[column.total(analysis) for analysis in analyses] for column in counted]
    heights = [
        [height_of(value, name, column) for value, name in zip(values, names, strict=True)]
        for values, column in zip(totals, counted, strict=True)
    ]
    changes = [
        [Cell("") if i == reference else change(value, values[reference], column)
         for i, value in enumerate(values)]
        for values, column in zip(totals, counted, strict=True)
    ]  # fmt: skip
    titles = ", ".join(column.title for column in counted)
    high = sum(_panel(Scale.of(_known(sizes)), len(names)) for sizes in heights)
    caption = f"Compared with {names[reference]}." if len(names) > 1 else ""
    return Plot(
        "bars",
        heading(titles, names),
        caption,
        _table(names, counted, totals, changes),
        Art(high, lambda sheet: _paint(sheet, names, counted, totals, heights, changes)),
        unknown_notes(analyses, names),
    )


def _known(sizes: Sequence[int | None]) -> list[int]:
    return [size for size in sizes if size]


def _panel(scale: Scale, rows: int) -> float:
    return 26 + _ROW * rows + (46 if scale.is_log else 12)


def _table(
    names: Sequence[str], counted: Sequence[Quantity], totals: Any, changes: Any
) -> Table:  # fmt: skip
    columns = [Column("net", "net", False, True)]
    for column in counted:
        columns.append(Column(column.key, column.title))
        if len(names) > 1:
            columns.append(Column(f"{column.key}_change", "compared", False))
    rows = []
    for i, name in enumerate(names):
        row = [Cell(name)]
        for column, values, compared in zip(counted, totals, changes, strict=True):
            row.append(Cell(values[i], column.unit))
            row += [compared[i]] if len(names) > 1 else []
        rows.append(tuple(row))
    return Table(tuple(columns), tuple(rows))


def _paint(
    sheet: Sheet, names: Sequence[str], counted: Sequence[Quantity], totals: Any, heights: Any,
    changes: Any,
) -> None:  # fmt: skip
    shown = [shortened(name, _LONGEST) for name in names]
    left = LEFT + max(width_of(name, SMALL) for name in shown) + 10
    right = RIGHT - _VALUE
    for c, column in enumerate(counted):
        scale = Scale.of(_known(heights[c]))
        sheet.words(LEFT, sheet.top + 16, label_of(column), TEXT, bold=True)
        top = sheet.top + 26
        axes = sheet.axes(left, top, right, top + _ROW * len(names))
        axes.set(ylim=(_ROW * len(names), 0), yticks=[])
        if scale.is_log:
            across(axes, scale, "")
        else:
            scale = Scale(0, max(_known(heights[c]), default=1), ())
            axes.set(xlim=(0, scale.high), xticks=[])
            axes.spines["bottom"].set_visible(False)
        for i, size in enumerate(heights[c]):
            middle = i * _ROW + _ROW / 2
            at = top + middle + 4
            sheet.words(left - 8, at, shown[i], SMALL, anchor="end")
            end = left
            if size:
                end += (right - left) * scale.share(size)
                _mark(axes, scale, size, middle, Series.of(c % 8))
            words = (text(Cell(totals[c][i], column.unit)), text(changes[c][i]))
            sheet.words(end + 8, at, ", ".join(filter(None, words)), SMALL, "soft")
        sheet.top += _panel(scale, len(names))


def _mark(axes: Any, scale: Scale, size: int, middle: float, series: Series) -> None:
    if scale.is_log:
        line(axes, series, [scale.low, size], [middle] * 2, linewidth=0.8, markevery=[1])
    else:
        axes.barh(middle, size, _BAR, color=color(series.color), linewidth=0)
