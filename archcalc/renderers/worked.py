"""Worked arithmetic on a terminal: equals signs below each other, long formulas broken."""

from __future__ import annotations

from ..errors import cells
from ..table import Line, Steps

_WIDEST_FORMULA = 48  # characters up to which formulas below each other are aligned


def drawn_steps(block: Steps, width: int) -> str:
    """Return a block of steps as lines of at most so many characters, where they can be."""
    lines = [block.title + (f"    {block.subtitle}" if block.subtitle else "")]
    heading, starts = _starts(block)
    lines += [heading] if heading else []
    before: tuple[str, ...] = ()
    for start, (title, whole) in zip(starts, _levelled_steps(block), strict=True):
        again = title in ("height", "width") and len(whole) > 1 and whole == before
        steps = ("the same", whole[-1]) if again else whole
        before = whole
        joined = "  =  ".join(steps)
        if cells(start + joined) <= width:
            lines.append(start + joined)
            continue
        lines += _broken(start + steps[0].rstrip(), len(start), width)
        for step in steps[1:]:
            lines += _broken(f"{' ' * len(start)}=  {step.strip()}", len(start), width)
    return "\n".join(lines)


def _levelled_steps(block: Steps) -> list[Line]:
    """Return the lines; those of layers with formulas and values as wide as each other."""
    pairs = [steps for _, steps in block.lines if len(steps) == 2]
    first, last = (max((cells(steps[i]) for steps in pairs), default=0) for i in (0, 1))
    if not block.by_layer or first > _WIDEST_FORMULA:
        return list(block.lines)
    return [
        (title, (_filled(steps[0], first), _filled(steps[1], last, right=True)))
        if len(steps) == 2
        else (title, steps)
        for title, steps in block.lines
    ]


def _filled(text: str, width: int, *, right: bool = False) -> str:
    """Return a text with spaces to a width, behind it or before it."""
    space = " " * (width - cells(text))
    return space + text if right else text + space


def _starts(block: Steps) -> tuple[str, list[str]]:
    """Return the headings of a block, and what stands in front of each line's steps."""
    rows = [
        (title, *beside)
        for (title, _), beside in zip(
            block.lines, block.beside or ((),) * len(block.lines), strict=True
        )
    ]
    shown = [
        ("" if i and row[0] == rows[i - 1][0] and block.columns else row[0], *row[1:])
        for i, row in enumerate(rows)
    ]
    heads = ("layer", *block.columns) if block.columns else ("",)
    widths = [max((cells(row[i]) for row in (heads, *rows)), default=0) for i in range(len(heads))]
    drawn = ["  " + _padded(row, widths, block.columns) + "  " for row in (heads, *shown)]
    return (drawn[0].rstrip() if block.columns else ""), drawn[1:]


def _padded(row: tuple[str, ...], widths: list[int], columns: tuple[str, ...]) -> str:
    """Return the cells of a row side by side: names left, numbers right."""
    right = [i > 0 and columns[i - 1] != "part" for i in range(len(row))]
    return "  ".join(_filled(text, widths[i], right=right[i]) for i, text in enumerate(row))


def _broken(line: str, indent: int, width: int) -> list[str]:
    """Break a long expression at its sums and products, indented under its start."""
    found = []
    while cells(line) > width:
        cut = max(line.rfind(sign, indent + 3, width) for sign in (" + ", " * ", " - ", "; ", " "))
        if cut <= indent:
            break
        found.append(line[:cut].rstrip())
        line = " " * (indent + 3) + line[cut:].lstrip()
    return [*found, line]
