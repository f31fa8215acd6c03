"""For a terminal: plain ASCII, no box lines, at most as wide as the terminal."""

from __future__ import annotations

from typing import Any

from tabulate import tabulate

from ..errors import cells
from ..table import Page, SpecText, Steps, Table
from .cells import table_texts


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
            kinds = (type(block), getattr(block, "kind", ""))
            if previous is not None and kinds != previous:
                parts.append("")
            if isinstance(block, Table):
                if isinstance(previous, tuple) and previous[0] is Table and parts[-1] != "":
                    parts.append("")
                parts.append(_table(block, exact, width))
            elif isinstance(block, Steps):
                if parts and parts[-1] != "":
                    parts.append("")
                parts.append(_steps(block, width or 80))
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
    return "\n".join(folded for part in [*lines, line] for folded in _folded(part, head, width))


def _folded(line: str, head: str, width: int) -> list[str]:
    """Break a stage that is too long by itself, such as a block of branches, at its spaces."""
    found = []
    indent = " " * (cells(head) + 2)
    while cells(line) > width:
        cuts = (line.rfind(sign, len(indent) + 1, width + 1) for sign in (" | ", " ; ", " "))
        cut = next((place for place in cuts if place > len(indent)), 0)
        if not cut:
            break
        found.append(line[:cut].rstrip())
        line = indent + line[cut + 1 :]
    return [*found, line]


def _table(table: Table, exact: bool, width: int) -> str:
    rows = table_texts(table, exact=exact, bar=_bar(table))
    titles = [column.title for column in table.columns]
    keep = list(range(len(titles)))
    drawn = _drawn(table, titles, rows, keep)
    while width and _widest(drawn) > width and len(keep) > 2:
        keep.pop()
        drawn = _drawn(table, titles, rows, keep)
    hidden = len(titles) - len(keep)
    if hidden:
        names = [titles[i] for i in range(len(titles)) if i not in keep]
        shown = ", ".join(name for name in names if name)
        drawn += f"\n({hidden} column{'s' * (hidden > 1)} hidden: {shown or 'bar'}; -w for all)"
    return f"{table.title}\n{drawn}" if table.title else drawn


def _bar(table: Table) -> int:
    return 12 if table.columns[-1].key == "ruler" else 20


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
    return "\n".join("  " + line.rstrip() for line in text.split("\n"))


def _widest(text: str) -> int:
    return max(cells(line) for line in text.split("\n"))


def _steps(block: Steps, width: int) -> str:
    head = block.title + (f"    {block.subtitle}" if block.subtitle else "")
    left = max((len(title) for title, _ in block.lines), default=0)
    lines = [head]
    for title, steps in block.lines:
        start = f"  {title.ljust(left)}  "
        joined = "  =  ".join(steps)
        if cells(start + joined) <= width or len(steps) == 1:
            lines.append(start + joined)
            continue
        lines.append(start + steps[0])
        lines += [f"{' ' * len(start)}=  {step}" for step in steps[1:]]
    return "\n".join(lines)


def _wrapped(text: str, width: int) -> str:
    import textwrap

    return "\n".join(textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False))
