"""A table that a template makes of its own rows: what is a count, a size, a text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ..arithmetic.unknown import Unknown
from ..errors import UsageError
from ..table import Cell, Column, Table


def own_table(
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    title: str = "",
    total: bool = False,
    reference: int | None = None,
    uniform: bool = True,
) -> Table:
    """Return a table that a template makes: titles, and rows of counts, sizes and texts.

    A title that ends in ``:bytes``, ``:ratio``, ``:field``, ``:exact``, ``:code`` or ``:text`` says
    what its numbers are, counts otherwise; texts in a column ``:right`` stand right. Errors:
    :class:`UsageError` (E71) for a row that has another number of cells than there are titles.
    """
    titles, units = [], []
    for text in columns:
        name, colon, unit = text.rpartition(":")
        is_unit = bool(colon) and unit in _UNITS
        titles.append(name if is_unit else text)
        units.append(unit if is_unit else "")
    made = []
    for row in rows:
        if len(row) != len(titles):
            raise UsageError(
                "E71", f"a row of {len(row)} cells under {len(titles)} titles: {titles}"[:200]
            )
        made.append(tuple(_cell(value, unit) for value, unit in zip(row, units, strict=True)))
    if reference is not None and not 0 <= reference < len(made):
        raise UsageError("E71", f"no row {reference} among {len(made)}", "they begin at 0")
    right = [
        units[i] == "right"
        or (all(not isinstance(row[i].value, str) for row in made) and bool(made))
        for i in range(len(titles))
    ]
    heads = tuple(Column(name or f"column_{i}", name, right[i]) for i, name in enumerate(titles))
    return Table(
        heads, tuple(made), title, total, uniform=uniform, footnoted=True, reference=reference
    )


_UNITS = ("bytes", "ratio", "field", "exact", "code", "text", "layers", "shape", "right")


def _cell(value: Any, unit: str) -> Cell:
    if isinstance(value, Cell):
        return value
    if value is None or isinstance(value, str):
        return Cell(None if value is None else str(value), unit if unit == "code" else "text")
    if unit:
        return Cell(value, unit)
    if isinstance(value, tuple):
        return Cell(value, "field")
    return Cell(value, "count" if isinstance(value, int | Unknown) else "ratio")
