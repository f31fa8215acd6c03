"""A sweep as a table with notes, and as the JSON object."""

from __future__ import annotations

from typing import Any

from ..envelope import conditions
from ..remarks import stated
from ..renderers.cells import as_json
from ..table import Block, Cell, Column, Page, Table, Text
from .grid import shown
from .sweep import Sweep

_MOST_NOTES = 8


def page(sweep: Sweep, *, of: int, layout: str = "hwc") -> Page:
    """Return the page of a sweep; ``of`` is how many rows there are in all."""
    notes = [Text(note, "note") for note in (*_left_out(sweep, of), *_refusals(sweep))]
    table = _table(sweep)
    blocks = (table, *notes, *_stated(sweep))
    return Page(blocks, lambda: _data(sweep, of), table, layout)


def _stated(sweep: Sweep) -> list[Block]:
    """Return what the counts follow, what bytes depend on, and whose times there are."""
    columns, batches = [one.key for one in sweep.quantities], "batch" in sweep.grid.values
    found = stated(sweep.convention, sweep.settings, columns, batches=batches)
    return [*found, *(Text(line, "convention") for line in sweep.basis)]


def _rows(sweep: Sweep) -> list[list[Any]]:
    """Return net, values of the symbols, totals and reason of each row."""
    symbols = [sweep.symbol(name)[sweep.shown].tolist() for name in sweep.grid.values]
    totals = [values[sweep.shown].tolist() for values in sweep.columns]
    rows = []
    for i, row in enumerate(sweep.shown.tolist()):
        refused = int(sweep.refused[row])
        counted = [None if refused >= 0 else values[i] for values in totals]
        reason = sweep.refusals[refused].why if refused >= 0 else ""
        name = sweep.names[row // len(sweep.grid)]
        rows.append([name, *(values[i] for values in symbols), *counted, reason])
    return rows


def _table(sweep: Sweep) -> Table:
    several = len(sweep.names) > 1
    rows = _rows(sweep)
    reasons = any(row[-1] for row in rows)
    columns = [Column("net", "net", False)] if several else []
    columns += [Column(name, name) for name in sweep.grid.values]
    columns += [Column(one.key, one.title) for one in sweep.quantities]
    columns += [Column("refused", "refused", False)] if reasons else []
    count = len(sweep.grid.values)
    cells = []
    for name, *values, reason in rows:
        made = [Cell(name)] if several else []
        made += [Cell(shown(value)) for value in values[:count]]
        made += [
            Cell(value, one.unit)
            for value, one in zip(values[count:], sweep.quantities, strict=True)
        ]
        cells.append(tuple([*made, Cell(reason)] if reasons else made))
    return Table(tuple(columns), tuple(cells))


def _left_out(sweep: Sweep, of: int) -> list[str]:
    if len(sweep) == of:
        return []
    return [f"{len(sweep):,} of {of:,} rows; --limit says how many, -o sweep.csv holds all."]


def _refusals(sweep: Sweep) -> list[str]:
    """Return for each reason how many rows it refuses, and what it says of one of them."""
    import numpy

    here, counts = numpy.unique(sweep.refused[sweep.shown], return_counts=True)
    found = []
    for which, count in zip(here.tolist(), counts.tolist(), strict=True):
        if which >= 0:
            one = sweep.refusals[which]
            at = ", ".join(f"{k}={shown(v)}" for k, v in sweep.grid.at(one.example).items())
            many = f"{count:,} variant{'s' * (count > 1)}"
            found.append(f"{one.why}: {many} cannot be; at {at}: {one.message}.")
    more = len(found) - _MOST_NOTES
    return found[:_MOST_NOTES] + ([f"and {more} more reasons."] if more > 0 else [])


def _data(sweep: Sweep, of: int) -> dict[str, Any]:
    count = len(sweep.grid.values)
    named = [*sweep.grid.values, *(one.key for one in sweep.quantities)]
    rows = []
    for name, *values, reason in _rows(sweep):
        given = [value if isinstance(value, int) else shown(value) for value in values[:count]]
        totals = [
            as_json(Cell(value, one.unit))
            for value, one in zip(values[count:], sweep.quantities, strict=True)
        ]
        rows.append([name, *given, *totals, reason or None])
    return {
        "schema": 1,
        "sweep": {
            "nets": list(sweep.names),
            "symbols": list(sweep.grid.values),
            "columns": ["net", *named, "refused"],
            "variants": of,
            "rows": rows,
            "convention": sweep.convention,
            **conditions(sweep.settings),
            "basis": list(sweep.basis),
            "notes": [*_left_out(sweep, of), *_refusals(sweep)],
        },
    }
