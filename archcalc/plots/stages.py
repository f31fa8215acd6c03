"""Where the cost of a net is: the params and MACs of each stage, written beside their bars.

A stage is a block of the net, or a layer where the net has no blocks. Bars of one column have one
scale in all nets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..analysis import Analysis
from ..arithmetic.unknown import Unknown
from ..graph import group_of
from ..notation.format import layer_text
from ..quantities.base import Quantity, sum_of
from ..renderers.cells import shortened, text
from ..table import Cell, Column, Table
from .base import Art, Plot, heading, joined, limited
from .sheet import LEFT, RIGHT, Sheet, width_of
from .style import SMALL, TEXT, Series, color
from .values import drawable, height_of, size_of, unknown_notes

MOST_ROWS = 20
_MOST_NETS = 8
_LONGEST = 26  # characters of a stage's name
_ROW, _BAR = 21, 14
_VALUE = 108  # the pixels that a bar's number takes


@dataclass(frozen=True)
class Stage:
    """A row: its name and its layers' values, one per column."""

    name: str
    values: tuple[Any, ...]


def drawn(
    analyses: Sequence[Analysis],
    names: Sequence[str],
    *,
    columns: Sequence[str] | str = ("params", "macs"),
    convention: str = "macs",
) -> Plot:
    """Return the plot of one net, or of several one below the other."""
    limited(names, _MOST_NETS, "stages")
    counted = drawable(columns, convention)[:3]
    nets = [stages(analysis, counted) for analysis in analyses]
    totals = [[column.total(analysis) for column in counted] for analysis in analyses]
    heights = [
        [[height_of(value, name, column) for value, column in zip(one.values, counted, strict=True)]
         for one in rows]
        for rows, name in zip(nets, names, strict=True)
    ]  # fmt: skip
    titles = joined([column.title for column in counted])
    high = sum(26 + 24 * (len(nets) > 1) + _ROW * len(rows) + 10 for rows in nets)
    return Plot(
        "stages",
        heading(f"{titles} by stage", names),
        _caption(nets, names, totals, counted),
        _table(nets, names, totals, counted),
        Art(high + 6, lambda sheet: _paint(sheet, nets, names, totals, counted, heights)),
        unknown_notes(analyses, names),
    )


def stages(analysis: Analysis, counted: Sequence[Quantity]) -> list[Stage]:
    """Return the stages that cost something, at most :data:`MOST_ROWS`; the rest are summed."""
    values = [column.of(analysis) for column in counted]
    groups = _groups(analysis, values)
    found = [
        Stage(name, tuple(sum_of([column[i] for i in members]) for column in values))
        for name, members in groups.items()
    ]
    costly = [one for one in found if any(_some(value) for value in one.values)]
    if len(costly) <= MOST_ROWS:
        return costly
    totals = [max(size_of(column.total(analysis)), 1) for column in counted]

    def weight(one: Stage) -> float:
        return max(size_of(v) / total for v, total in zip(one.values, totals, strict=True))

    kept = sorted(range(len(costly)), key=lambda i: -weight(costly[i]))[: MOST_ROWS - 1]
    rest = [costly[i] for i in range(len(costly)) if i not in set(kept)]
    sums = tuple(sum_of(list(column)) for column in zip(*(one.values for one in rest), strict=True))
    return [*(costly[i] for i in sorted(kept)), Stage(f"{len(rest)} others", sums)]


def _groups(analysis: Analysis, values: Sequence[Sequence[Any]]) -> dict[str, list[int]]:
    """Return the layers of each stage: blocks, and the parts of one that has over half the cost."""
    groups = analysis.groups(1)
    main = values[-1]
    whole = sum(size_of(value) for value in main)
    for name, members in list(groups.items()):
        inner: dict[str, list[int]] = {}
        for i in members:
            inner.setdefault(group_of(analysis.nodes[i].name, 2), []).append(i)
        shown = len(_costly(groups, values)) - 1 + len(_costly(inner, values))
        heavy = 2 * sum(size_of(main[i]) for i in members) > whole
        if heavy and len(_costly(inner, values)) > 1 and shown <= MOST_ROWS:
            groups = {
                key: held
                for one, layers in groups.items()
                for key, held in (inner.items() if one == name else [(one, layers)])
            }
    if len(analysis.nodes) <= 4 and len(groups) == len(analysis.nodes):
        texts = [shortened(layer_text(node.layer, full=False), 40) for node in analysis.nodes]
        if len(set(texts)) == len(texts):
            return {text: [i] for i, text in enumerate(texts)}
    return groups


def _costly(
    groups: dict[str, list[int]], values: Sequence[Sequence[Any]]
) -> list[str]:  # fmt: skip
    return [
        name for name, held in groups.items() if any(_some(one[i]) for one in values for i in held)
    ]


def _some(value: Any) -> bool:
    """Tell whether a value is more than nothing; one that is not known may be."""
    return value is not None and (isinstance(value, Unknown) or value != 0)


def _caption(
    nets: Sequence[Sequence[Stage]], names: Sequence[str], totals: Any, counted: Sequence[Quantity]
) -> str:
    parts = []
    for rows, name, whole in zip(nets, names, totals, strict=True):
        said: dict[str, list[str]] = {}
        for i, column in enumerate(counted):
            known = [row for row in rows if isinstance(row.values[i], int)]
            sizes = sorted(row.values[i] for row in known)
            if len(known) < 2 or not isinstance(whole[i], int) or sizes[-1] == sizes[-2]:
                continue
            most = max(known, key=lambda row: row.values[i])
            share = text(Cell((most.values[i], whole[i]), "share"))
            said.setdefault(most.name, []).append(f"{share} of the {column.title}")
        if said:
            shares = [f"{joined(of)} are in {shortened(at, 28)}" for at, of in said.items()]
            parts.append(f"{name + ': ' if len(names) > 1 else ''}{', '.join(shares)}.")
    return " ".join(parts)


def _table(
    nets: Sequence[Sequence[Stage]], names: Sequence[str], totals: Any, counted: Sequence[Quantity]
) -> Table:
    several = len(names) > 1
    columns = [Column("net", "net", False)] if several else []
    columns.append(Column("stage", "stage", False, True))
    for column in counted:
        columns += [Column(column.key, column.title), Column(f"{column.key}_share", "share")]
    rows = []
    for net, name, whole in zip(nets, names, totals, strict=True):
        for one in [*net, Stage("total", tuple(whole))]:
            row = [Cell(name)] if several else []
            row.append(Cell(one.name))
            for value, total, column in zip(one.values, whole, counted, strict=True):
                row += [Cell(value, column.unit), Cell((value, total), "share")]
            rows.append(tuple(row))
    return Table(tuple(columns), tuple(rows), last_is_total=not several)


def _paint(
    sheet: Sheet, nets: Any, names: Sequence[str], totals: Any, counted: Sequence[Quantity],
    heights: Any,
) -> None:  # fmt: skip
    shown = [shortened(one.name, _LONGEST) for rows in nets for one in rows]
    indent = max([width_of(name, SMALL) for name in shown], default=0) + 10
    width = (RIGHT - LEFT - indent) / len(counted)
    most = [
        max([size[i] or 0 for sizes in heights for size in sizes], default=0) or 1
        for i in range(len(counted))
    ]
    for rows, name, whole, sizes in zip(nets, names, totals, heights, strict=True):
        if len(nets) > 1:
            sheet.words(LEFT, sheet.top + 16, shortened(name, 60), TEXT, bold=True)
            sheet.top += 24
        for i, column in enumerate(counted):
            left = LEFT + indent + i * width
            head = f"{column.title}, {text(Cell(whole[i], column.unit))} in all"
            sheet.words(left, sheet.top + 16, head, TEXT)
            _bars(sheet, rows, i, whole[i], column, sizes, left, width - _VALUE, most[i])
        for r, one in enumerate(rows):
            bottom = sheet.top + 26 + r * _ROW
            at = LEFT + indent - 8, bottom + _BAR - 2
            sheet.words(*at, shortened(one.name, _LONGEST), SMALL, anchor="end")
        sheet.top += 26 + _ROW * len(rows) + 10


def _bars(
    sheet: Sheet, rows: Sequence[Stage], i: int, whole: Any, column: Quantity, sizes: Any,
    left: float, width: float, most: int,
) -> None:  # fmt: skip
    top = sheet.top + 26
    axes = sheet.axes(left, top, left + width, top + _ROW * max(len(rows), 1))
    axes.set(xlim=(0, most), ylim=(_ROW * max(len(rows), 1), 0), xticks=[], yticks=[])
    axes.spines["bottom"].set_visible(False)
    paint = color(Series.of(i).color)
    for r, (one, size) in enumerate(zip(rows, sizes, strict=True)):
        if size[i]:
            axes.barh(r * _ROW + _BAR / 2, size[i], _BAR, color=paint, linewidth=0)
        share = text(Cell((one.values[i], whole), "share"))
        said = ", ".join(filter(None, (text(Cell(one.values[i], column.unit)), share)))
        end = left + width * (size[i] or 0) / most
        sheet.words(end + 5, top + r * _ROW + _BAR - 2, said, SMALL, "soft")
