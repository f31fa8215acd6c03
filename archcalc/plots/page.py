"""A plot as a page: its table, with what is said above and below it."""

from __future__ import annotations

from typing import Any

from ..arithmetic.unknown import Unknown
from ..renderers.cells import raw
from ..table import Cell, Page, Text
from .base import Plot


def page(plot: Plot, layout: str = "hwc") -> Page:
    """Return the page of a plot."""
    head = (Text(plot.title, "title"), Text(plot.caption))
    notes = [Text(note, "note") for note in plot.notes]
    return Page((*head, plot.table, *notes), lambda: _data(plot), plot.table, layout)


def _data(plot: Plot) -> dict[str, Any]:
    keys = [column.key for column in plot.table.columns]
    rows = [[_value(cell) for cell in row] for row in plot.table.rows]
    return {
        "schema": 1,
        "plot": {
            "kind": plot.kind,
            "title": plot.title,
            "caption": plot.caption,
            "columns": keys,
            "rows": rows,
            "notes": list(plot.notes),
        },
    }


def _value(cell: Cell) -> Any:
    """Return a cell for scripts: numbers exact, sizes per axis, null where there is nothing."""
    value = cell.value
    if value is None or isinstance(value, int):
        return value
    if cell.unit == "field" and isinstance(value, tuple):
        return list(value)
    if isinstance(value, Unknown) or cell.unit != "share":
        return raw(cell)
    part, whole = value
    known = isinstance(part, int) and isinstance(whole, int) and whole
    return part / whole if known else None
