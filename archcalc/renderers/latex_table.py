"""Tables as LaTeX cells: what stands in them, which columns wrap or align at their points."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ..table import Cell, Column, Table
from .latex_fit import Fit, Matrix, fitted
from .latex_grid import Grid
from .latex_text import breakable, cell_latex, escaped, formula_latex
from .texts import Texts, table_texts

_NUMBER = re.compile(r"-?\d[\d,]*(\.\d+)?")
_UNITS = re.compile(r"[KMGT]iB|[KMGT]")
_POWERS = {"K": 1, "M": 2, "G": 3, "T": 4}


def grid(table: Table, *, exact: bool, layout: str, siunitx: bool) -> Grid:
    """Return a table as LaTeX; ``siunitx`` aligns columns of plain numbers at their points.

    A table of few nets that is too wide for a line has its quantities below each other; sources
    are footnotes.
    """
    table = _sourced(table)
    found = table_texts(table, exact=exact, layout=layout)
    keep = [
        i
        for i, column in enumerate(table.columns)
        if not column.is_drawn
        and (i == 0 or found.titles[i] or any(row[i] for row in found.rows))
        and not (i == 0 and net_of(table))
    ]
    matrix = _matrix(table, found, keep)
    fit, is_turned = fitted(matrix), False
    if len(fit.panels) > 1 and table.columns[keep[0]].key == "architecture":
        turned = fitted(matrix.turned())
        is_turned = len(turned.panels) == 1
        fit = turned if is_turned else fit
    numeric = {i for i in keep if siunitx and table.columns[i].right and _is_numeric(found, i)}
    numeric = set() if is_turned else numeric
    limits = {} if is_turned else {keep[i]: n for p in fit.panels for i, n in p.limits.items()}
    cells = _cells(table, found, keep, numeric, limits)
    notes = tuple(f"{_mark(mark)} {escaped(said)}" for mark, said in found.footnotes)
    if is_turned:
        return _turned(table, found, keep, cells, fit, notes)
    heads = []
    for i, lines in zip(keep, fit.heads, strict=True):
        head = _bold(_stacked(lines, table.columns[i].right), i == table.reference_column)
        head += _mark(found.title_marks[i])
        heads.append(f"{{{head}}}" if i in numeric else head)
    rule = len(cells) - 1 if table.last_is_total and len(cells) > 1 else None
    specs = tuple(_spec(table, found, i, numeric, limits) for i in keep)
    panels = tuple(panel.columns for panel in fit.panels)
    return Grid(specs, tuple(heads), cells, fit.size, notes, rule, panels, fit.is_wide)


def _sourced(table: Table) -> Table:
    """Return a table of published figures without its sources, which are said in footnotes."""
    keys = [column.key for column in table.columns]
    if "printed" not in keys or "source" not in keys:
        return table
    printed, source = keys.index("printed"), keys.index("source")
    rows = []
    for row in table.rows:
        line = list(row)
        line[printed] = line[printed]._replace(note=str(row[source].value))
        rows.append((*line[:source], *line[source + 1 :]))
    columns = (*table.columns[:source], *table.columns[source + 1 :])
    return replace(table, columns=columns, rows=tuple(rows))


def net_of(table: Table) -> str:
    """Return the net that every row of a table is about, whose name the caption has then."""
    about = {row[0].value for row in table.rows}
    is_one = len(about) == 1 < len(table.rows) and table.columns[0].key == "architecture"
    return str(about.pop()) if is_one else ""


def _matrix(table: Table, found: Texts, keep: Sequence[int]) -> Matrix:
    """Return the texts as they are measured."""
    columns = [table.columns[i] for i in keep]
    return Matrix(
        [found.titles[i] for i in keep],
        [[row[i] for i in keep] for row in found.rows],
        {k for k, column in enumerate(columns) if not column.right},
        {k for k, column in enumerate(columns) if column.key.endswith("_ratio")},
        table.reference,
    )


def _spec(
    table: Table, found: Texts, i: int, numeric: set[int], limits: dict[int, float]
) -> str:  # fmt: skip
    if i in numeric:
        return _numeric(found, i)
    if i in limits:
        return f"p{{{limits[i]:.2f}\\linewidth}}"
    return "r" if table.columns[i].right else "l"


def _cells(
    table: Table, found: Texts, keep: Sequence[int], numeric: set[int], limits: dict[int, float]
) -> tuple[tuple[str, ...], ...]:
    rows = []
    for r, (row, marks) in enumerate(zip(table.rows, found.marks, strict=True)):
        line = []
        for i in keep:
            text = found.rows[r][i]
            if i in numeric:
                bare = text.replace(",", "") if _NUMBER.fullmatch(text) else f"{{{escaped(text)}}}"
                line.append(bare + (f"{{{_aside(marks[i])}}}" if marks[i] else ""))
                continue
            shown = _shown(row[i], text, table.columns[i], i in limits)
            mark = _aside(marks[i]) if table.columns[i].right else _mark(marks[i])
            shown = _bold(shown, r == table.reference) + mark
            line.append(f"\\raggedright {shown}" if i in limits and shown else shown)
        rows.append(tuple(line))
    return tuple(rows)


def _turned(
    table: Table, found: Texts, keep: Sequence[int], cells: tuple[tuple[str, ...], ...], fit: Fit,
    notes: tuple[str, ...],
) -> Grid:  # fmt: skip
    """Return a table with a column per net, whose name stands above it."""
    heads = [""]
    for r, lines in enumerate(fit.heads[1:]):
        head = _bold(_stacked(lines, True), r == table.reference)
        heads.append(head + _mark(found.marks[r][keep[0]]))
    rows = []
    for k, i in enumerate(keep[1:], start=1):
        title = escaped(found.titles[i]) + _mark(found.title_marks[i])
        rows.append((title, *(row[k] for row in cells)))
    specs = ("l", *("r" for _ in cells))
    return Grid(specs, tuple(heads), tuple(rows), fit.size, notes, is_wide=fit.is_wide)


def _stacked(lines: Sequence[str], right: bool) -> str:
    """Return the lines of a head above each other."""
    if len(lines) < 2:
        return "".join(map(escaped, lines))
    stack = r" \\ ".join(map(escaped, lines))
    return f"\\shortstack[{'r' if right else 'l'}]{{{stack}}}"


def _shown(cell: Cell, text: str, column: Column, is_limited: bool) -> str:
    if cell.unit == "text" and column.key == "formula":
        return formula_latex(text)
    if cell.unit == "text" and is_limited:
        return breakable(text)
    return cell_latex(cell, text)


def units_text(table: Table, *, exact: bool, layout: str) -> str:
    """Return what the letters K, M, G and KiB, MiB, GiB of a table's counts stand for."""
    if exact:
        return ""
    found = table_texts(table, exact=exact, layout=layout)
    texts = [title.rpartition(" (")[2][:-1] for title in found.titles] if table.uniform else []
    for row, shown in zip(table.rows, found.rows, strict=True):
        texts += [
            re.sub(r"^(>= )?-?[\d.,]+ ?", "", text)
            for cell, text in zip(row, shown, strict=True)
            if cell.unit in ("count", "bytes")
        ]
    used = {text for text in texts if _UNITS.fullmatch(text)}
    said = []
    for letter, power in _POWERS.items():
        if letter in used:
            said.append(f"{letter} = $10^{{{3 * power}}}$")
    for letter, power in _POWERS.items():
        if f"{letter}iB" in used:
            said.append(f"{letter}iB = $2^{{{10 * power}}}$ bytes")
    return f"{', '.join(said)}." if said else ""


def _is_numeric(found: Texts, i: int) -> bool:
    texts = [row[i] for row in found.rows]
    numbers = [text for text in texts if _NUMBER.fullmatch(text)]
    return bool(numbers) and all(text in ("", "-", "?") or text in numbers for text in texts)


def _numeric(found: Texts, i: int) -> str:
    """Return an S column with room for the digits before and behind the point."""
    texts = [row[i].replace(",", "") for row in found.rows if _NUMBER.fullmatch(row[i])]
    whole = max(len(text.partition(".")[0].lstrip("-")) for text in texts)
    decimals = max(len(text.partition(".")[2]) for text in texts)
    sign = "-" if any(text.startswith("-") for text in texts) else ""
    return f"S[table-format={sign}{whole}.{decimals}]"


def _mark(mark: str) -> str:
    return f"\\textsuperscript{{{mark}}}" if mark else ""


def _aside(mark: str) -> str:
    """Return a mark that takes no room: the numbers of a column end below each other."""
    return f"\\rlap{{{_mark(mark)}}}" if mark else ""


def _bold(text: str, is_reference: bool) -> str:
    return f"\\textbf{{{text}}}" if is_reference and text else text
