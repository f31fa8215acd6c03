"""The costs of a table by every convention, as texts that the script puts in their places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from ...conventions import CONVENTIONS, cost
from ...renderers.texts import table_texts
from ...table import Cell, Table
from .contract import Report

_WORDS = ("more", "fewer")
Place = tuple[int, int]  # row and column; row 0 is the head


def switched(table: Table, report: Report) -> dict[str, Any]:
    """Return ``places`` and, by convention, the ``texts`` in them; nothing where no cost stands.

    A table has the costs of all nets in a row under its title, or in a column. Ratios follow where
    both numbers are known.
    """
    places = list(_places(table, report))
    if not places:
        return {}
    texts = {}
    for key in CONVENTIONS:
        counted = _counted(table, report, places, key)
        found = table_texts(counted, layout=report.layout)
        whole = [found.titles, *found.rows]
        texts[key] = [whole[r][c] for r, c in places]
    return {"places": [list(place) for place in places], "texts": texts}


def _places(table: Table, report: Report) -> Iterator[Place]:
    """Yield the places of the title, the costs and the ratios."""
    keys = [column.key for column in table.columns]
    count, key = len(report.analyses), cost(report.counting).key
    if key in keys[1:] and keys[0] == "architecture" and len(table.rows) == count:
        for name in (key, f"{key}_ratio"):
            if name in keys:
                yield from ((r, keys.index(name)) for r in range(count + 1))
        return
    for r, row in enumerate(table.rows, start=1):
        if row[0].unit == "title" and row[0].value[1] in (key, f"{key}_ratio"):
            yield from ((r, c) for c in range(len(row)))


def _counted(table: Table, report: Report, places: Sequence[Place], key: str) -> Table:
    """Return the table with the costs by another convention."""
    column = cost(key)
    totals = [column.total(analysis) for analysis in report.analyses]
    heads = list(table.columns)
    rows = [list(row) for row in table.rows]
    for r, c in places:
        if not r:
            if not table.columns[c].key.endswith("_ratio"):
                heads[c] = replace(table.columns[c], title=column.title)
            continue
        rows[r - 1][c] = _cell(table, (r - 1, c), column.title, totals, report.reference)
    return replace(table, columns=tuple(heads), rows=tuple(map(tuple, rows)))


def _cell(
    table: Table, place: Place, title: str, totals: Sequence[Any], reference: int
) -> Cell:  # fmt: skip
    """Return what stands at a place: a title, a cost or how it compares."""
    r, c = place
    cell, is_down = table.rows[r][c], table.columns[0].key == "architecture"
    if cell.unit == "change":
        which = r if is_down else c - 1
        if which >= len(totals):  # the column of ratios beside two nets
            which = 1 - reference
        return Cell((totals[which], totals[reference], *_WORDS), "change")
    if is_down:
        return cell._replace(value=totals[r]) if cell.unit == "count" else cell
    if c and cell.unit == "count":
        return cell._replace(value=totals[c - 1])
    is_title = cell.unit == "title" and not cell.value[1].endswith("_ratio")
    return cell._replace(value=(title, cell.value[1])) if is_title else cell
