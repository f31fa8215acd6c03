"""Rows with remarks on a terminal: columns that end at the same places, prose indented below."""

from __future__ import annotations

import textwrap

from ..errors import cells, printable
from ..table import Listing
from .cells import shortened, text

_INDENT = 5
_TITLE = 14  # characters that the second column takes at least
_MARGIN = 6  # columns that stay free at the right


def drawn_listing(block: Listing, width: int) -> str:
    """Return a listing in at most so many columns.

    The first columns are as wide as their texts and the last two end at the right; what stands
    between them takes the rest and loses its middle where it is too long.
    """
    rows = [[printable(text(cell)) for cell in row] for row in block.rows]
    right = width - _MARGIN
    widest = [max((cells(row[i]) for row in rows), default=0) for i in range(len(block.columns))]
    head = widest[0] + 2
    title = max(_TITLE, widest[1]) + 2
    last = max(widest[-2], 7) + 2 + max(widest[-1], 5)
    middle = max(right - head - title - last, 8)
    lines = [_heading(block, right + 3)]
    for row, remarks in zip(rows, block.remarks, strict=True):
        first, what, given, verdict, points = row
        start = _filled(first, head) + _filled(what, title)
        start += _filled(shortened(given, middle - 2), middle) + verdict
        lines.append(start + " " * max(right - cells(start) - cells(points), 1) + points)
        for remark in remarks:
            lines += _remark(printable(remark), width)
    return "\n".join(line.rstrip() for line in lines)


def _heading(block: Listing, width: int) -> str:
    name = printable(block.title)
    gap = width - cells(name) - cells(block.aside)
    return name + " " * max(gap, 2) + block.aside


def _remark(line: str, width: int) -> list[str]:
    indent = " " * _INDENT
    if line.startswith(" "):
        return [indent + line]
    return textwrap.wrap(
        line,
        width - 4,
        initial_indent=indent,
        subsequent_indent=indent,
        break_on_hyphens=False,
    )


def _filled(part: str, width: int) -> str:
    return part + " " * max(width - cells(part), 0)
