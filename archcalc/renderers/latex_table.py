"""Tables as LaTeX: booktabs rules, a caption, a label, footnotes below; long ones over pages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import cells
from ..table import Cell, Column, Table
from .latex_text import breakable, cell_latex, escaped, formula_latex
from .texts import Texts, table_texts

_LONG = 40  # rows that still fit on a page
_SIZES = (  # characters in a line of an article, characters between two columns, letters
    (66, 2.4, ""),
    (72, 2.6, "\\small"),
    (75, 1.9, "\\footnotesize\\setlength{\\tabcolsep}{4pt}"),
)
_NARROWEST = 16
_NUMBER = re.compile(r"-?\d[\d,]*(\.\d+)?")
_UNITS = re.compile(r"[KMGT]iB|[KMGT]")
_POWERS = {"K": 1, "M": 2, "G": 3, "T": 4}


@dataclass(frozen=True)
class Grid:
    """A table as LaTeX cells: ``spec`` is the columns', ``rule_before`` the row under a rule."""

    spec: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    size: str = ""
    footnotes: tuple[str, ...] = ()
    rule_before: int | None = None

    @property
    def is_long(self) -> bool:
        """Whether it takes more than a page."""
        return len(self.rows) > _LONG


def grid(table: Table, *, exact: bool, layout: str, siunitx: bool) -> Grid:
    """Return a table as LaTeX; ``siunitx`` aligns columns of plain numbers at their points."""
    found = table_texts(table, exact=exact, layout=layout)
    keep = [
        i
        for i, column in enumerate(table.columns)
        if column.key not in ("bar", "ruler")
        and (i == 0 or found.titles[i] or any(row[i] for row in found.rows))
    ]
    size, limits = _fitted(table, found, keep)
    numeric = {i for i in keep if siunitx and table.columns[i].right and _is_numeric(found, i)}
    spec = "".join(
        _numeric(found, i)
        if i in numeric
        else f"p{{{limits[i]:.2f}\\linewidth}}"
        if i in limits
        else "r"
        if table.columns[i].right
        else "l"
        for i in keep
    )
    heads = []
    for i in keep:
        head = _bold(escaped(found.titles[i]), i == table.reference_column)
        head += _mark(found.title_marks[i])
        heads.append(f"{{{head}}}" if i in numeric else head)
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
    notes = tuple(f"{_mark(mark)} {escaped(said)}" for mark, said in found.footnotes)
    rule = len(rows) - 1 if table.last_is_total and len(rows) > 1 else None
    return Grid(spec, tuple(heads), tuple(rows), size, notes, rule)


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


def drawn(grid: Grid, title: str, caption: str, label: str) -> str:
    """Return a table environment, or a longtable; the list of tables has its title only."""
    end = r" \tabularnewline" if "p{" in grid.spec else r" \\"  # prose takes \\ for its own
    head = [" & ".join(grid.heads) + end, r"\midrule"] if any(grid.heads) else []
    body = []
    for i, row in enumerate(grid.rows):
        body += [r"\midrule"] if i == grid.rule_before else []
        body.append(" & ".join(row).rstrip() + end)
    short = f"[{{{title}}}]" if title else ""
    named = f"\\caption{short}{{{caption}}}\\label{{{label}}}"
    if grid.is_long:
        top = [r"\toprule", *head]
        return "\n".join(
            [
                r"\begingroup" + grid.size,
                f"\\begin{{longtable}}{{{grid.spec}}}",
                named + end,
                *top,
                r"\endfirsthead",
                *top,
                r"\endhead",
                r"\bottomrule",
                r"\endlastfoot",
                *body,
                r"\end{longtable}",
                *_below(grid.footnotes),
                r"\endgroup",
            ]
        )
    return "\n".join(
        [
            r"\begin{table}[htbp]",
            r"\centering" + grid.size,
            named + r"\smallskip",
            f"\\begin{{tabular}}{{{grid.spec}}}",
            r"\toprule",
            *head,
            *body,
            r"\bottomrule",
            r"\end{tabular}",
            *_below(grid.footnotes),
            r"\end{table}",
        ]
    )


def _below(footnotes: Sequence[str]) -> list[str]:
    if not footnotes:
        return []
    lines = " \\\\\n".join(footnotes)
    return [f"\\par\\smallskip\n{{\\raggedright\\footnotesize\n{lines}\\par}}"]


def _fitted(table: Table, found: Texts, keep: list[int]) -> tuple[str, dict[int, float]]:
    """Return the size of the letters, and of columns that have to wrap their part of a line."""
    shown = (found.titles, *found.rows)
    widths = {i: max(cells(row[i]) + 0.6 * row[i].count("x") for row in shown) for i in keep}
    letters = sum(widths.values())
    for most, gap, size in _SIZES:
        room = most - gap * len(keep)
        if letters <= room:
            return size, {}
    wraps = [i for i in keep if not table.columns[i].right and widths[i] > _NARROWEST]
    wanted = sum(widths[i] - _NARROWEST for i in wraps)
    spare = max(room - letters + wanted, 0)
    shares = {i: _NARROWEST + spare * (widths[i] - _NARROWEST) / wanted for i in wraps}
    return size, {i: share / most for i, share in shares.items()}


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
