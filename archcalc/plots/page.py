"""A plot as a page: its table, with what is said above and below it."""

from __future__ import annotations

from typing import Any

from ..renderers.cells import as_json
from ..table import Page, Text
from .base import Plot


def page(plot: Plot, layout: str = "hwc") -> Page:
    """Return the page of a plot."""
    head = (Text(plot.title, "title"), Text(plot.caption))
    notes = [Text(note, "note") for note in plot.notes]
    return Page((*head, plot.table, *notes), lambda: _data(plot), plot.table, layout)


def _data(plot: Plot) -> dict[str, Any]:
    keys = [column.key for column in plot.table.columns]
    rows = [[as_json(cell) for cell in row] for row in plot.table.rows]
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
