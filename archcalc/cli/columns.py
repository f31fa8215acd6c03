"""``archcalc columns``."""

from __future__ import annotations

from typing import Any

import click

from .options import shared


@click.command(short_help="List the columns: key, symbol, unit and meaning.")
@shared
def command(**options: Any) -> None:
    """Example:

    \b
    archcalc columns
    archcalc columns --format markdown

    List the columns: key, symbol, unit and meaning.
    """
    from ..quantities import QUANTITIES
    from ..table import Cell, Column, Page, Table
    from .output import show

    columns = (
        Column("key", "column", False),
        Column("symbol", "symbol", False),
        Column("unit", "unit", False),
        Column("meaning", "meaning", False, True),
    )
    rows = tuple((Cell(q.key), Cell(q.symbol), Cell(q.unit), Cell(q.meaning)) for q in QUANTITIES())
    data = [
        {"key": q.key, "title": q.title, "symbol": q.symbol, "unit": q.unit, "meaning": q.meaning}
        for q in QUANTITIES()
    ]
    show(Page((Table(columns, rows),), lambda: {"schema": 1, "columns": data}), options)
