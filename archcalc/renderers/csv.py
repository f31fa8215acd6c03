"""Comma-separated values: the page's tables, exact numbers, one header each."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

from ..table import Page, Steps, Table
from .cells import plain_number, raw

_FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")  # spreadsheets take the wide ones too
_NUMBER = re.compile(r"-?\d+(\.\d+)?((x|\.\.)-?\d+(\.\d+)?)*")


def render(page: Page, **_: Any) -> str:
    """Return the first table; pages of worked steps give one row per step."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    table = page.records or (page.tables[0] if page.tables else None)
    if table is not None:
        _table(writer, table, page.layout)
    else:
        writer.writerow(("layer", "quantity", "working", "value"))
        for block in page.blocks:
            if isinstance(block, Steps):
                for layer, title, steps in block.records:
                    cells = (layer, title, " = ".join(steps[:-1]), plain_number(steps[-1]))
                    writer.writerow(map(safe, cells))
    return stream.getvalue()


def _table(writer: Any, table: Table, layout: str) -> None:
    shown = [i for i, column in enumerate(table.columns) if not column.is_drawn]
    writer.writerow([safe(table.columns[i].key) for i in shown])
    for row in table.rows:
        writer.writerow([safe(raw(row[i], layout)) for i in shown])


def safe(text: str) -> str:
    """Keep a spreadsheet from running a label as a formula."""
    return "'" + text if text.startswith(_FORMULA_STARTS) and not _NUMBER.fullmatch(text) else text
