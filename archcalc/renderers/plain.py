"""One fact per line, tab separated, exact: for pipes and for screen readers."""

from __future__ import annotations

from typing import Any

from ..errors import printable
from ..table import Listing, Page, SpecText, Steps, Table, Text
from .cells import raw
from .texts import footnote


def render(page: Page, **_: Any) -> str:
    """Return the page as lines of subject, quantity, value."""
    lines = []
    for block in page.blocks:
        if isinstance(block, SpecText):
            lines.append(("spec", block.name, " | ".join(block.stages)))
        elif isinstance(block, Steps):
            for layer, title, steps in block.records:
                lines.append((layer if block.by_layer else block.title, title, " = ".join(steps)))
        elif isinstance(block, Text):
            lines.append(("note", "", block.text))
        elif isinstance(block, Listing):
            lines.append((block.title, "", block.aside))
            for row, remarks in zip(block.rows, block.remarks, strict=True):
                subject = raw(row[0])
                for column, cell in zip(block.columns[1:], row[1:], strict=True):
                    lines.append((subject, column.key, raw(cell, page.layout)))
                lines += [(subject, "remark", line.strip()) for line in remarks]
        else:
            lines += _table(block, page.layout)
    return "".join("\t".join(_one_line(part) for part in line) + "\n" for line in lines)


def _table(table: Table, layout: str) -> list[tuple[str, str, str]]:
    """Return the facts of a table, then what its footnotes say about them."""
    lines, notes = [], []
    for column in table.columns:
        if column.note:
            notes.append(("note", column.key, column.note))
    for row in table.rows:
        subject = raw(row[0])
        for i, (column, cell) in enumerate(zip(table.columns, row, strict=True)):
            if i and not column.is_drawn and (value := raw(cell, layout)):
                lines.append((subject, column.key, value))
            if said := footnote(cell, table):
                notes.append(("note", f"{subject} {column.key}" if i else subject, said))
    return lines + notes


def _one_line(text: str) -> str:
    return printable(text)
