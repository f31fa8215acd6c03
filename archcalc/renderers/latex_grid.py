"""A grid of LaTeX cells in its environment: booktabs rules, a caption, a label, footnotes below.

Long ones go over pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

_LONG = 40  # rows that still fit on a page
_ONE_COLUMN = (
    r"\makeatletter\let\archcalccolumns\relax"
    r"\if@twocolumn\let\archcalccolumns\twocolumn\onecolumn\fi\makeatother"
)


@dataclass(frozen=True)
class Grid:
    """A table as LaTeX cells: ``specs`` are the columns', ``rule_before`` the row under a rule.

    ``panels`` are the columns of its parts, which stand below each other; no panels: all of them.
    ``is_wide`` says that it takes both columns of a page that has two.
    """

    specs: tuple[str, ...]
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    size: str = ""
    footnotes: tuple[str, ...] = ()
    rule_before: int | None = None
    panels: tuple[tuple[int, ...], ...] = ()
    is_wide: bool = True

    @property
    def is_long(self) -> bool:
        """Whether it takes more than a page."""
        return len(self.rows) > _LONG

    @property
    def parts(self) -> tuple[Grid, ...]:
        """Its panels, each a grid of its own."""
        return tuple(
            replace(
                self,
                specs=tuple(self.specs[i] for i in columns),
                heads=tuple(self.heads[i] for i in columns),
                rows=tuple(tuple(row[i] for i in columns) for row in self.rows),
                panels=(),
            )
            for columns in self.panels or (tuple(range(len(self.specs))),)
        )


def drawn(grid: Grid, title: str, caption: str, label: str) -> str:
    """Return a table environment, or a longtable; the list of tables has its title only."""
    short = f"[{{{title}}}]" if title else ""
    named = f"\\caption{short}{{{caption}}}\\label{{{label}}}"
    if grid.is_long:
        return _over_pages(grid, named)
    # In a class of one column a starred table is a table like others.
    environment = "table*" if grid.is_wide else "table"
    lines = [f"\\begin{{{environment}}}[htbp]", f"\\centering{grid.size}", f"{named}\\smallskip"]
    for i, part in enumerate(grid.parts):
        lines += [r"\par\medskip"] if i else []
        head, body = _lines(part)
        lines += [f"\\begin{{tabular}}{{{''.join(part.specs)}}}", r"\toprule"]
        lines += [*head, *body, r"\bottomrule", r"\end{tabular}"]
    return "\n".join([*lines, *_below(grid.footnotes), f"\\end{{{environment}}}"])


def _lines(grid: Grid) -> tuple[list[str], list[str]]:
    """Return the lines of the head and of the body."""
    end = _end(grid)
    head = [" & ".join(grid.heads) + end, r"\midrule"] if any(grid.heads) else []
    body = []
    for i, row in enumerate(grid.rows):
        body += [r"\midrule"] if i == grid.rule_before else []
        body.append(" & ".join(row).rstrip() + end)
    return head, body


def _end(grid: Grid) -> str:
    """Return the end of a row; prose takes the usual one for its own."""
    return r" \tabularnewline" if any(spec.startswith("p{") for spec in grid.specs) else r" \\"


def _over_pages(grid: Grid, named: str) -> str:
    """Return a longtable, which needs pages of one column, per panel; the first has the caption."""
    lines = [_ONE_COLUMN, r"\begingroup" + grid.size]
    for i, part in enumerate(grid.parts):
        head, body = _lines(part)
        top = [r"\toprule", *head]
        lines += [r"\addtocounter{table}{-1}"] if i else []
        lines += [f"\\begin{{longtable}}{{{''.join(part.specs)}}}"]
        lines += [] if i else [named + _end(part)]
        lines += [*top, r"\endfirsthead", *top, r"\endhead", r"\bottomrule", r"\endlastfoot"]
        lines += [*body, r"\end{longtable}"]
    return "\n".join([*lines, *_below(grid.footnotes), r"\endgroup", r"\archcalccolumns"])


def _below(footnotes: Sequence[str]) -> list[str]:
    if not footnotes:
        return []
    lines = " \\\\\n".join(footnotes)
    return [f"\\par\\smallskip\n{{\\raggedright\\footnotesize\n{lines}\\par}}"]
