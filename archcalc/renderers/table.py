"""For a terminal: plain ASCII, no box lines, at most as wide as the terminal."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import Any

import tabulate as tabulating
from tabulate import tabulate

from ..errors import cells, printable
from ..table import Listing, Page, SpecText, Steps, Table, Text
from .cells import shortened
from .listed import drawn_listing
from .texts import Texts, table_texts
from .worked import drawn_steps

_NARROWEST = 14  # characters that a wrapped column keeps
_PIECES = re.compile(r"[^.|]*[.|]|[^.|]+")
_FREE = "\ue000"  # a place kept free, which tabulate does not strip; no text holds it
_TRIED_ROWS = 200  # rows that decide how two wrapped columns share their room
tabulating.MIN_PADDING = 0  # headers need no more room than cells


def render(page: Page, *, exact: bool = False, width: int = 0, **_: Any) -> str:
    """Return the page as text; ``width`` 0 means no limit."""
    parts: list[str] = []
    specs = [block for block in page.blocks if isinstance(block, SpecText)]
    named = max((cells(block.name) for block in specs), default=0)
    previous: Any = None
    for block in page.blocks:
        if isinstance(block, SpecText):
            parts.append(_spec(block, named, width or 80))
        else:
            kinds = (type(block), "")
            under = isinstance(block, Text) and previous == (Listing, "")
            if previous is not None and kinds != previous and not under:
                parts.append("")
            if isinstance(block, Table):
                if isinstance(previous, tuple) and previous[0] is Table and parts[-1] != "":
                    parts.append("")
                parts.append(_table(block, exact, width, page.layout))
            elif isinstance(block, Steps):
                if parts and parts[-1] != "":
                    parts.append("")
                parts.append(drawn_steps(block, width or 80))
            elif isinstance(block, Listing):
                parts.append(drawn_listing(block, width or 80))
            else:
                parts.append(_wrapped(block.text, width or 80))
            previous = kinds
            continue
        previous = (SpecText, "")
    return "\n".join(parts) + "\n"


def _spec(block: SpecText, named: int, width: int) -> str:
    head = block.name + " " * (named - cells(block.name)) + ("  " if named else "")
    lines, line = [], head
    for i, stage in enumerate(block.stages):
        piece = stage if i == 0 else f"| {stage}"
        if i and cells(line) + 1 + cells(piece) > width and line.strip():
            lines.append(line)
            line = " " * cells(head) + piece
        else:
            line += piece if i == 0 else f" {piece}"
    return "\n".join(
        piece for part in [*lines, line] for piece in folded(part, cells(head) + 2, width)
    )


def folded(line: str, margin: int, width: int) -> list[str]:
    """Break a stage that is too long by itself, such as branches, at its bars and semicolons."""
    found = []
    indent = " " * margin
    while cells(line) > width:
        cuts = (line.rfind(sign, len(indent) + 1, width + 1) for sign in (" | ", " ; ", " "))
        cut = next((place for place in cuts if place > len(indent)), 0)
        if not cut:
            break
        found.append(line[:cut].rstrip())
        line = indent + line[cut + 1 :]
    return [*found, line]


def _table(table: Table, exact: bool, width: int, layout: str) -> str:
    found = table_texts(table, exact=exact, bar=_bar(table), layout=layout)
    titles, rows = _marked(table, found)
    keep = list(range(len(titles)))
    if width and rows:
        widest = [max(cells(row[i]) for row in (titles, *rows)) for i in keep]
        least = [
            min(n, _NARROWEST) if column.wraps else n
            for n, column in zip(widest, table.columns, strict=True)
        ]
        while _across(least, keep) > width and len(keep) > 2:
            keep.pop()
        limits = _shared(rows, _levelled(widest, least, keep, width), widest, least)
        titles, *rows = _narrowed([titles, *rows], limits)
    drawn = _drawn(table, titles, rows, keep)
    hidden = [column.title for i, column in enumerate(table.columns) if i not in keep]
    hidden = [title for title in hidden if title]
    if hidden:
        count = f"{len(hidden)} column{'s' * (len(hidden) > 1)} hidden"
        drawn += f"\n({count}: {', '.join(hidden)}; -w for all)"
    marks = {row[i] for row in (found.title_marks, *found.marks) for i in keep}
    for mark, said in found.footnotes:
        if mark in marks:
            drawn += f"\n{_wrapped(f'[{mark}] {said}', width or 80, '  ')}"
    return f"{_wrapped(table.title, width or 80)}\n{drawn}" if table.title else drawn


def _marked(table: Table, found: Texts) -> tuple[list[str], list[list[str]]]:
    """Return titles and rows with their marks; numbers without one leave its place free."""
    titles = [
        text + _bracketed(mark) for text, mark in zip(found.titles, found.title_marks, strict=True)
    ]
    rows = [list(row) for row in found.rows]
    for i, column in enumerate(table.columns):
        widest = max((len(_bracketed(marks[i])) for marks in found.marks), default=0)
        for row, marks in zip(rows, found.marks, strict=True):
            mark = _bracketed(marks[i])
            row[i] += mark + _FREE * (widest - len(mark) if column.right and row[i] else 0)
    return titles, rows


def _bracketed(mark: str) -> str:
    return f"[{mark}]" if mark else ""


def _across(widths: list[int], keep: list[int]) -> int:
    """Return the width of a table whose columns have these widths."""
    return sum(2 + widths[i] for i in keep)


def _levelled(widest: list[int], least: list[int], keep: list[int], width: int) -> dict[int, int]:
    """Return the widths of the columns to narrow: the widest first, until the table fits."""
    widths = list(widest)
    free = [i for i in keep if least[i] < widest[i]]
    while _across(widths, keep) > width:
        wide = [i for i in free if widths[i] > least[i]]
        if not wide:
            break
        widths[max(wide, key=lambda i: widths[i])] -= 1
    return {i: widths[i] for i in free if widths[i] < widest[i]}


def _shared(
    rows: list[list[str]], limits: dict[int, int], widest: list[int], least: list[int]
) -> dict[int, int]:
    """Return the limits of two columns with as few lines as possible in the same width."""
    if len(limits) != 2:
        return limits
    (one, other), both = limits, sum(limits.values())
    pairs = Counter((row[one], row[other]) for row in rows[:_TRIED_ROWS])
    best = limits[one]
    fewest = _lines(pairs, best, both - best)
    for here in range(max(least[one], both - widest[other]), widest[one] + 1):
        if both - here >= least[other] and (count := _lines(pairs, here, both - here)) < fewest:
            best, fewest = here, count
    return {one: best, other: both - best}


def _lines(pairs: Counter[tuple[str, str]], one: int, other: int) -> int:
    heights = (
        (max(broken(a, one).count("\n"), broken(b, other).count("\n")), count)
        for (a, b), count in pairs.items()
    )
    return sum(height * count for height, count in heights)


def _narrowed(rows: list[list[str]], limits: dict[int, int]) -> list[list[str]]:
    """Wrap the texts of columns that have a limit."""
    if not limits:
        return rows
    return [
        [broken(text, limits[i]) if i in limits else text for i, text in enumerate(row)]
        for row in rows
    ]


@lru_cache(maxsize=4096)
def broken(text: str, limit: int) -> str:
    """Break a text at its spaces, long words behind their dots and bars.

    What is longer still loses its middle.

    >>> broken("stage1.block12.conv1", 16).split("\\n"), broken("conv 3x3x64 pad 1", 12)
    (['stage1.block12.', 'conv1'], 'conv 3x3x64\\npad 1')
    """
    lines = [""]
    for word in text.split(" "):
        pieces = _PIECES.findall(word) if cells(word) > limit else [word]
        for i, piece in enumerate(pieces):
            joined = lines[-1] + " " * (i == 0 and lines[-1] != "") + piece
            if cells(joined) <= limit:
                lines[-1] = joined
            elif lines[-1]:
                lines.append(shortened(piece, limit))
            else:
                lines[-1] = shortened(piece, limit)
    return "\n".join(lines)


def _bar(table: Table) -> int:
    return 12 if table.columns[-1].key == "ruler" else 16


def _drawn(table: Table, titles: list[str], rows: list[list[str]], keep: list[int]) -> str:
    body = [[row[i] for i in keep] for row in rows]
    align = ["right" if table.columns[i].right else "left" for i in keep]
    text = tabulate(
        body,
        headers=[titles[i] for i in keep] if any(titles[i] for i in keep) else (),
        tablefmt="plain",
        disable_numparse=True,
        colalign=align if body else None,
    )
    lines = text.replace(_FREE, " ").split("\n")
    return "\n".join("  " + line.rstrip() for line in lines)


def _wrapped(text: str, width: int, indent: str = "") -> str:
    import textwrap

    return textwrap.fill(
        printable(text),
        width,
        initial_indent=indent,
        subsequent_indent=2 * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
