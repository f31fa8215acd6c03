"""The cost of each layer against its depth: weighted layers on the longest path to it.

Where several layers stand side by side, a line follows the sum of all at that depth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..analysis import Analysis
from ..arithmetic.unknown import Unknown
from ..quantities import quantity
from ..quantities.base import Quantity
from ..renderers.cells import text
from ..table import Cell, Column, Table
from .base import Art, Plot, heading, joined, limited
from .scale import Scale
from .sheet import Sheet, across, line, nets_height, up
from .style import Series, color
from .values import drawable, height_of, label_of, size_of, unknown_notes

_MOST_NETS = 8
_MOST_MARKS = 150  # of one net in a panel; more would run together
_PANEL = 250


@dataclass(frozen=True)
class Spot:
    """A layer that costs something: where it stands, its cost, and that of all at its depth."""

    net: int
    layer: str
    depth: int
    costs: tuple[Any, ...]
    sums: tuple[int, ...]


def drawn(
    analyses: Sequence[Analysis],
    names: Sequence[str],
    *,
    columns: Sequence[str] | str = ("macs",),
    convention: str = "macs",
) -> Plot:
    """Return the plot of nets, a panel per column."""
    limited(names, _MOST_NETS, "depth")
    counted = drawable(columns, convention)[:4]
    spots = [
        one
        for net, (analysis, name) in enumerate(zip(analyses, names, strict=True))
        for one in _spots(analysis, net, name, counted)
    ]
    beside = any(
        len({one.depth for one in mine}) < len(mine)
        for mine in ([one for one in spots if one.net == net] for net in range(len(names)))
    )
    titles = joined([column.title for column in counted])
    notes = ["Lines follow the sum of all layers at a depth, marks are single layers."] * beside
    if any(_are_many(spots, net, c) for net in range(len(names)) for c in range(len(counted))):
        notes.append(f"Where a net has more than {_MOST_MARKS} layers they are not marked.")
    high = nets_height(names) + _PANEL * len(counted)
    return Plot(
        "depth",
        heading(f"{titles} of each layer against depth", names),
        _caption(spots, names, counted),
        _table(spots, names, counted, beside),
        Art(high, lambda sheet: _paint(sheet, spots, names, counted)),
        (*notes, *unknown_notes(analyses, names)),
    )


def _spots(analysis: Analysis, net: int, name: str, counted: Sequence[Quantity]) -> list[Spot]:
    values = [column.of(analysis) for column in counted]
    depths = [size_of(depth) for depth in quantity("depth").of(analysis)]
    heights = [
        [height_of(value, name, column) or 0 for value in mine]
        for mine, column in zip(values, counted, strict=True)
    ]
    sums: dict[int, list[int]] = {}
    for i, depth in enumerate(depths):
        held = sums.setdefault(depth, [0] * len(counted))
        for c, mine in enumerate(heights):
            held[c] += mine[i]
    return [
        Spot(net, node.name, depths[i], tuple(mine[i] for mine in values), tuple(sums[depths[i]]))
        for i, node in enumerate(analysis.nodes)
        if any(mine[i] for mine in heights) or any(isinstance(mine[i], Unknown) for mine in values)
    ]


def _are_many(spots: Sequence[Spot], net: int, c: int) -> bool:
    return sum(one.net == net and size_of(one.costs[c]) > 0 for one in spots) > _MOST_MARKS


def _caption(spots: Sequence[Spot], names: Sequence[str], counted: Sequence[Quantity]) -> str:
    """Return which layer costs most, net by net, of the first column."""
    column, parts = counted[0], []
    for net, name in enumerate(names):
        known = [one for one in spots if one.net == net and isinstance(one.costs[0], int)]
        if known:
            most = max(known, key=lambda one: one.costs[0])
            cost = text(Cell(most.costs[0], column.unit))
            parts.append(f"{name + ' ' if len(names) > 1 else ''}{cost} in {most.layer}")
    return f"Most {column.title} in a layer: {'; '.join(parts)}." if parts else ""


def _table(
    spots: Sequence[Spot], names: Sequence[str], counted: Sequence[Quantity], beside: bool
) -> Table:
    several = len(names) > 1
    columns = [Column("net", "net", False)] if several else []
    columns += [Column("layer", "layer", False, True), Column("depth", "depth")]
    for column in counted:
        columns.append(Column(column.key, column.title))
        if beside:
            columns.append(Column(f"{column.key}_at_depth", "all at this depth"))
    rows = []
    for one in spots:
        row = [Cell(names[one.net])] if several else []
        row += [Cell(one.layer), Cell(one.depth, "layers")]
        for column, cost, together in zip(counted, one.costs, one.sums, strict=True):
            row.append(Cell(cost, column.unit))
            if beside:
                row.append(Cell(together, column.unit))
        rows.append(tuple(row))
    return Table(tuple(columns), tuple(rows))


def _paint(
    sheet: Sheet, spots: Sequence[Spot], names: Sequence[str], counted: Sequence[Quantity]
) -> None:
    sheet.nets(names)
    along = Scale.linear([one.depth for one in spots], 10)
    for c, column in enumerate(counted):
        axes = sheet.axes(*sheet.frame(_PANEL))
        sheet.top += _PANEL
        across(axes, along, "depth (weighted layers from the input)")
        sizes = [size for one in spots for size in (size_of(one.costs[c]), one.sums[c])]
        up(axes, Scale.of(sizes), f"{label_of(column)} per layer")
        for net in range(len(names)):
            _net(axes, [one for one in spots if one.net == net], c, Series.of(net))


def _net(axes: Any, spots: Sequence[Spot], c: int, series: Series) -> None:
    sums = sorted({one.depth: one.sums[c] for one in spots if one.sums[c]}.items())
    line(axes, series, [at for at, _ in sums], [size for _, size in sums], marker="")
    known = [one for one in spots if size_of(one.costs[c])]
    if len(known) > _MOST_MARKS:
        return
    for one in known:
        alone = one.sums[c] == size_of(one.costs[c])
        face = color(series.color if alone else "paper")
        line(axes, series, [one.depth], [size_of(one.costs[c])], markerfacecolor=face)
