"""Tables to texts: units in the titles, decimals below each other, the marks of the footnotes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..arithmetic.unknown import Unknown
from ..errors import printable
from ..table import Cell, Table
from .cells import text

if TYPE_CHECKING:
    from .decimals import Scale

REFERENCE = "reference"


class Texts(NamedTuple):
    """What a table says, still without markup.

    ``marks`` holds the letter of each cell's footnote, nothing where it has none, and
    ``title_marks`` those of the titles; ``footnotes`` holds each letter with its text.
    """

    titles: list[str]
    rows: list[list[str]]
    title_marks: list[str]
    marks: list[list[str]]
    footnotes: list[tuple[str, str]]


def table_texts(table: Table, *, exact: bool = False, bar: int = 20, layout: str = "hwc") -> Texts:
    """Return the texts of a table; compared values that print alike go exact."""
    columns = [tuple(row[i] for row in table.rows) for i in range(len(table.columns))]
    scales: list[Scale | None] = [None] * len(columns)
    if table.uniform and not exact:
        from .decimals import column_scale

        scales = [column_scale(column) for column in columns]
    rows = []
    for row in table.rows:
        texts = [
            text(cell, exact=exact, bar=bar, layout=layout, scale=scale)
            for cell, scale in zip(row, scales, strict=True)
        ]
        across = table.compared and not table.uniform and not exact
        rows.append(_distinguished(row, texts) if across else texts)
    if not exact:
        for i in _compared_columns(table):
            if scales[i] is None:
                shown = _distinguished(columns[i], [row[i] for row in rows])
                for row_texts, one in zip(rows, shown, strict=True):
                    row_texts[i] = one
    titles = [
        f"{column.title} ({scale.unit})" if scale and scale.unit else column.title
        for column, scale in zip(table.columns, scales, strict=True)
    ]
    if table.reference is not None:
        rows[table.reference][0] += f" ({REFERENCE})"
    if table.reference_column is not None:
        titles[table.reference_column] += f" ({REFERENCE})"
    known: dict[str, str] = {}
    title_marks = [_mark(column.note, known) for column in table.columns]
    marks = [[_mark(footnote(cell, table), known) for cell in row] for row in table.rows]
    return Texts(titles, rows, title_marks, marks, [(mark, said) for said, mark in known.items()])


def footnote(cell: Cell, table: Table) -> str:
    """Return what a footnote says about a cell: its own note, else why it is not known."""
    if cell.note or not table.footnoted or not isinstance(cell.value, Unknown):
        return cell.note
    value = cell.value
    if value.known_part and cell.unit not in ("field", "position", "shape"):
        return f"lower bound; not known: {value.reason}"
    return f"not known: {value.reason}"


def _mark(note: str, known: dict[str, str]) -> str:
    """Return the letter of a note: a to z, then aa; equal notes share one."""
    if not note:
        return ""
    said = printable(note)
    if said not in known:
        known[said] = letters(len(known))
    return known[said]


def letters(i: int) -> str:
    """Count in letters.

    >>> letters(0), letters(25), letters(26), letters(701), letters(702)
    ('a', 'z', 'aa', 'zz', 'aaa')
    """
    found = ""
    i += 1
    while i:
        i, last = divmod(i - 1, 26)
        found = chr(ord("a") + last) + found
    return found


def _compared_columns(table: Table) -> range:
    """Where architectures stand in rows, the values compared stand in columns."""
    down = table.compared and len(table.rows) > 1 and table.columns[0].key == "architecture"
    return range(len(table.columns) if down or table.uniform else 0)


def _distinguished(row: tuple[Cell, ...], texts: list[str]) -> list[str]:
    return [
        text(cell, exact=True) if _is_alike(i, row, texts) else shown
        for i, (cell, shown) in enumerate(zip(row, texts, strict=True))
    ]


def _is_alike(i: int, row: tuple[Cell, ...], texts: list[str]) -> bool:
    cell = row[i]
    if cell.unit not in ("count", "bytes") or not isinstance(cell.value, int):
        return False
    return any(
        i != j and other.unit == cell.unit and texts[i] == texts[j] and other.value != cell.value
        for j, other in enumerate(row)
    )
