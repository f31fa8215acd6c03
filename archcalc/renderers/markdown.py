"""Markdown as GitHub renders it: pipe tables, specs in code blocks, labels escaped."""

from __future__ import annotations

import re
from typing import Any

import tabulate as tabulating
from tabulate import tabulate

from ..table import Page, SpecText, Steps, Table
from .cells import table_texts

tabulating.MIN_PADDING = 0  # the same bytes whatever was rendered before


def render(page: Page, *, exact: bool = False, **_: Any) -> str:
    """Return the page as markdown."""
    parts: list[str] = []
    specs = [block for block in page.blocks if isinstance(block, SpecText)]
    if specs:
        lines = [f"{s.name}  {' | '.join(s.stages)}".strip() for s in specs]
        fence = "`" * max(3, 1 + max((len(m) for m in re.findall("`+", "".join(lines))), default=0))
        parts.append("\n".join([f"{fence}text", *lines, fence]))
    for block in page.blocks:
        if isinstance(block, Table):
            if block.title:
                parts.append(f"**{escaped(block.title)}**")
            parts.append(_table(block, exact, page.layout))
        elif isinstance(block, Steps):
            parts.append(f"**{escaped(block.title)}** {escaped(block.subtitle)}".strip())
            lines = [f"- {escaped(title)}: `{' = '.join(steps)}`" for title, steps in block.lines]
            parts.append("\n".join(lines))
        elif not isinstance(block, SpecText):
            parts.append(f"*{escaped(block.text)}*")
    return "\n\n".join(parts) + "\n"


def escaped(text: str) -> str:
    """Escape what markdown or HTML would take for markup.

    >>> escaped("a|b <c> `d`")
    'a\\\\|b &lt;c&gt; \\\\`d\\\\`'
    """
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_\[\]|#~])", r"\\\1", text)


def _table(table: Table, exact: bool, layout: str) -> str:
    keep = [i for i, column in enumerate(table.columns) if column.key not in ("bar", "ruler")]
    rows = table_texts(table, exact=exact, layout=layout)
    code = [[cell.unit == "code" for cell in row] for row in table.rows]
    body = [
        [_code(row[i]) if is_code[i] else _cell(row[i]) for i in keep]
        for row, is_code in zip(rows, code, strict=True)
    ]
    if table.last_is_total and body:
        body[-1] = [f"**{cell}**" if cell else "" for cell in body[-1]]
    return tabulate(
        body,
        headers=[escaped(table.columns[i].title) for i in keep],
        tablefmt="pipe",
        disable_numparse=True,
        colalign=["right" if table.columns[i].right else "left" for i in keep] if body else None,
    )


def _code(text: str) -> str:
    return "`" + text.replace("|", "\\|").replace("`", "'") + "`" if text else ""


def _cell(text: str) -> str:
    return "&gt;= " + text[3:] if text.startswith(">= ") else escaped(text)
