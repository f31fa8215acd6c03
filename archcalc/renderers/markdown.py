"""Markdown as GitHub renders it: pipe tables, specs in code blocks, labels escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby
from textwrap import dedent, indent
from typing import Any

import tabulate as tabulating
from tabulate import tabulate

from ..errors import printable
from ..table import Listing, Page, SpecText, Step, Steps, Table
from .texts import table_texts

tabulating.MIN_PADDING = 0  # the same bytes whatever was rendered before


def render(page: Page, *, exact: bool = False, **_: Any) -> str:
    """Return the page as markdown."""
    parts: list[str] = []
    specs = [block for block in page.blocks if isinstance(block, SpecText)]
    if specs:
        lines = [f"{s.name}  {' | '.join(s.stages)}".strip() for s in specs]
        parts.append(fenced("\n".join(lines)))
    for block in page.blocks:
        if isinstance(block, Table):
            if block.title:
                parts.append(f"**{escaped(block.title)}**")
            parts.append(_table(block, exact, page.layout))
        elif isinstance(block, Steps):
            parts.append(f"**{escaped(block.title)}** {escaped(block.subtitle)}".strip())
            parts.append(_steps(block))
        elif isinstance(block, Listing):
            parts += _listing(block, exact, page.layout)
        elif not isinstance(block, SpecText):
            parts.append(f"*{escaped(block.text.strip())}*")
    return "\n\n".join(parts) + "\n"


def fenced(text: str) -> str:
    """Return a text as a code block, fenced by more backticks than it has."""
    fence = "`" * max(3, 1 + max((len(found) for found in re.findall("`+", text)), default=0))
    return f"{fence}text\n{text}\n{fence}"


def escaped(text: str) -> str:
    """Escape what markdown or HTML would take for markup.

    >>> escaped("a|b <c> `d`")
    'a\\\\|b &lt;c&gt; \\\\`d\\\\`'
    """
    text = printable(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_\[\]|#~$])", r"\\\1", text)


def _listing(block: Listing, exact: bool, layout: str) -> list[str]:
    """Return a heading, the rows as a table, and what is said about each below it."""
    aside = f" - {escaped(block.aside)}" if block.aside else ""
    parts = [f"### {escaped(block.title)}{aside}"]
    parts.append(_table(Table(block.columns, block.rows), exact, layout))
    rows = table_texts(Table(block.columns, block.rows), exact=exact, layout=layout).rows
    for row, said in zip(rows, block.remarks, strict=True):
        if said:
            parts.append(f"**{escaped(f'{row[0]} {row[1]}'.strip())}**")
            parts += remarks(said)
    return parts


def remarks(lines: Iterable[str]) -> list[str]:
    """Return prose as paragraphs, lines that keep their blanks as indented code."""
    parts: list[str] = []
    for is_code, group in groupby(lines, key=lambda line: line.startswith(" ")):
        if is_code:
            code = dedent("\n".join(" ".join(line.splitlines()) for line in group))
            parts.append(indent("\n".join(map(printable, code.split("\n"))), "    "))
        else:
            parts += [escaped(line) for line in group]
    return parts


def _steps(block: Steps) -> str:
    """Return worked lines as a list; as a table where something stands beside them."""
    if not block.columns:
        return "\n".join(f"- {escaped(title)}: {_worked(steps)}" for title, steps in block.lines)
    body = [
        [escaped(title), *map(escaped, beside), _worked(steps)]
        for (title, steps), beside in zip(block.lines, block.beside, strict=True)
    ]
    return tabulate(
        body,
        headers=["layer", *map(escaped, block.columns), escaped(block.title)],
        tablefmt="pipe",
        disable_numparse=True,
        colalign=["left", *("right" for _ in block.columns), "left"] if body else None,
    )


def _worked(steps: tuple[str, ...]) -> str:
    """Return steps as mathematics, each its own so that a line may break before an equals sign."""
    if not any(isinstance(step, Step) for step in steps):
        return code_span(" = ".join(steps))
    return " ".join(_step(step, "= " if i else "") for i, step in enumerate(steps))


def _step(step: str, sign: str) -> str:
    formula = step.latex if isinstance(step, Step) else ""
    return f"${sign}{formula}$" if formula else f"{sign}{escaped(step)}"


def code_span(text: str) -> str:
    """Return a text as code, fenced by more backticks than it has."""
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    space = " " if "`" in text else ""
    return f"{fence}{space}{text}{space}{fence}"


def _table(table: Table, exact: bool, layout: str) -> str:
    found = table_texts(table, exact=exact, layout=layout)
    keep = [
        i
        for i, column in enumerate(table.columns)
        if not column.is_drawn
        and (found.titles[i] or any(row[i] for row in found.rows) or not found.rows)
    ]
    code = [[cell.unit == "code" for cell in row] for row in table.rows]
    body = [
        [(_code(row[i]) if is_code[i] else _cell(row[i])) + _mark(marks[i]) for i in keep]
        for row, is_code, marks in zip(found.rows, code, found.marks, strict=True)
    ]
    titles = [escaped(found.titles[i]) + _mark(found.title_marks[i]) for i in keep]
    if table.last_is_total and body:
        body[-1] = [_bold(cell) for cell in body[-1]]
    if table.reference is not None:
        body[table.reference] = [_bold(cell) for cell in body[table.reference]]
    if table.reference_column in keep:
        place = keep.index(table.reference_column)
        titles[place] = _bold(titles[place])
    drawn = tabulate(
        body,
        headers=titles,
        tablefmt="pipe",
        disable_numparse=True,
        colalign=["right" if table.columns[i].right else "left" for i in keep] if body else None,
    )
    footnotes = "\n".join(f"- {_mark(mark)} {escaped(said)}" for mark, said in found.footnotes)
    return f"{drawn}\n\n{footnotes}" if footnotes else drawn


def _mark(mark: str) -> str:
    return f"<sup>{mark}</sup>" if mark else ""


def _bold(cell: str) -> str:
    return f"**{cell}**" if cell else ""


def _code(text: str) -> str:
    return "`" + text.replace("|", "\\|").replace("`", "'") + "`" if text else ""


def _cell(text: str) -> str:
    return "&gt;= " + text[3:] if text.startswith(">= ") else escaped(text)
