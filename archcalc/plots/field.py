"""How the receptive field grows, layer by layer, on the way that sees most.

The way leads from the input to the output; where branches meet it comes from the one that sees
most. It ends where a unit begins to see everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..analysis import Analysis
from ..arithmetic.unknown import Unknown
from ..errors import UsageError
from ..layers.base import spatial
from ..quantities import quantity
from ..quantities.receptive_field import WHOLE
from ..renderers.cells import text
from ..table import Cell, Column, Table
from .base import Art, Plot, limited, listed
from .scale import Scale
from .sheet import Sheet, across, line, nets_height, up
from .style import SMALL, Series, color

_MOST_NETS = 8
_MOST_MARKS = 60  # of one net; more would run together
_PANEL = 320


@dataclass(frozen=True)
class Step:
    """A layer on the way: its place, and the field behind it (sizes, WHOLE or Unknown)."""

    net: int
    layer: str
    place: int
    field: Any

    @property
    def size(self) -> int:
        """The longer side of the field; 0 where it has none."""
        return max(self.field) if isinstance(self.field, tuple) else 0


def drawn(analyses: Sequence[Analysis], names: Sequence[str]) -> Plot:
    """Return the plot of one net or several."""
    limited(names, _MOST_NETS, "field")
    ways = [
        _way(analysis, net, name)
        for net, (analysis, name) in enumerate(zip(analyses, names, strict=True))
    ]
    sides = [_sides(analysis) for analysis in analyses]
    high = nets_height(names) + _PANEL
    return Plot(
        "field",
        f"Receptive field growth: {listed(names)}",
        _caption(ways, names, sides),
        _table(ways, names, sides),
        Art(high, lambda sheet: _paint(sheet, ways, names, sides)),
        tuple(_notes(ways, names, sides)),
    )


def _way(analysis: Analysis, net: int, name: str) -> list[Step]:
    """Return the layers on the way that look through windows or have weights."""
    fields = quantity("receptive_field").of(analysis)
    places = {node.name: i for i, node in enumerate(analysis.nodes)}
    at, back = places.get(analysis.graph.output), []
    while at is not None:
        back.append(at)
        before = [places[one] for one in analysis.nodes[at].inputs if one in places]
        at = max(before, key=lambda i: (_seen(fields[i]), i), default=None)
    steps = [Step(net, "input", 0, (1,) * max(len(_sides(analysis)), 1))]
    for i in reversed(back):
        facts, here = analysis.facts[i], fields[i]
        weighted = isinstance(facts.depth, Unknown) or facts.depth
        if not (isinstance(facts.windows, tuple) or weighted or here != steps[-1].field):
            continue
        if isinstance(here, tuple) and not all(isinstance(side, int) for side in here):
            raise UsageError(
                "E50", f"a plot needs numbers: the receptive field of {name} has symbols",
                "--set k=3 gives a symbol a number",
            )  # fmt: skip
        steps.append(Step(net, analysis.nodes[i].name, len(steps), here))
        if not isinstance(here, tuple):
            break
    return steps


def _seen(field: Any) -> float:
    if field is WHOLE:
        return float("inf")
    known = isinstance(field, tuple) and all(isinstance(side, int) for side in field)
    return max(field) if known else -1


def _sides(analysis: Analysis) -> tuple[int, ...]:
    """Return the sides of the input, where they are numbers."""
    (shape, *_) = analysis.graph.inputs.values()
    sides = spatial(shape)
    return tuple(sides) if all(isinstance(side, int) for side in sides) else ()


def _last(way: Sequence[Step]) -> Step:
    return [one for one in way if one.size][-1]


def _caption(ways: Any, names: Sequence[str], sides: Sequence[tuple[int, ...]]) -> str:
    if len(names) > 1:
        ends = [f"{name} {text(Cell(_last(way).field, 'field'))}"
                for way, name in zip(ways, names, strict=True)]  # fmt: skip
        return f"The largest: {', '.join(ends)}."
    (way,), (input,), last = ways, sides, _last(ways[0])
    said = f"{text(Cell(last.field, 'field'))} after {last.layer}"
    if input and len(input) == len(last.field):
        said += f", of an input of {text(Cell(input, 'field'))}"
    whole = f"; everything from {way[-1].layer} on" if way[-1].field is WHOLE else ""
    return f"{said}{whole}."


def _notes(ways: Any, names: Sequence[str], sides: Any) -> list[str]:
    steps = [one for way in ways for one in way]
    found = []
    if any(one.field is WHOLE for one in steps):
        found.append("A hollow mark at the top edge: from there on every unit sees everything.")
    if any(isinstance(one.field, tuple) and len(set(one.field)) > 1 for one in steps):
        found.append("Of fields that are not square the longer side is drawn.")
    for way, name in zip(ways, names, strict=True):
        if isinstance(way[-1].field, Unknown):
            found.append(f"{name} from {way[-1].layer} on: not known, {way[-1].field.reason}.")
    return found


def _table(ways: Any, names: Sequence[str], sides: Any) -> Table:
    several = len(names) > 1
    columns = [Column("net", "net", False)] if several else []
    columns += [
        Column("layer", "layer", False, True), Column("step", "step"),
        Column("receptive_field", "receptive field"), Column("input", "input"),
    ]  # fmt: skip
    rows = []
    for way, name, input in zip(ways, names, sides, strict=True):
        for one in way:
            row = [Cell(name)] if several else []
            row += [Cell(one.layer), Cell(one.place, "layers"), Cell(one.field, "field")]
            rows.append((*row, Cell(input or None, "field")))
    return Table(tuple(columns), tuple(rows))


def _paint(sheet: Sheet, ways: Any, names: Sequence[str], sides: Any) -> None:
    sheet.nets(names)
    axes = sheet.axes(*sheet.frame(_PANEL, right=24))
    across(
        axes,
        Scale.linear([one.place for way in ways for one in way], 10),
        "layers on the way (with windows or weights)",
    )
    edges = sorted({max(input) for input in sides if input})
    ends = [_last(way).size for way in ways]
    scale = Scale.of(ends)
    if scale.is_log:
        scale = Scale.log([one.size for way in ways for one in way if one.size] + edges)
    else:
        scale = Scale.linear(ends + [edge for edge in edges if edge <= 1.6 * max(ends)])
    up(axes, scale, "receptive field (input pixels along one side)")
    _inputs(axes, [edge for edge in edges if edge <= scale.high], scale)
    for net, way in enumerate(ways):
        _net(axes, way, Series.of(net), scale)


def _inputs(axes: Any, edges: Sequence[int], scale: Scale) -> None:
    """Draw a line at each size of an input; those that nearly touch share their words."""
    groups: list[list[int]] = []
    for edge in edges:
        near = groups and scale.share(edge) - scale.share(groups[-1][0]) < 0.06
        groups[-1].append(edge) if near else groups.append([edge])
        axes.axhline(edge, color=color("soft"), linewidth=1.1, linestyle=(0, (5, 4)), zorder=1)
    for group in groups:
        axes.annotate(
            f"input {', '.join(map(str, group))}", (1, group[-1]), ha="right", fontsize=SMALL,
            xycoords=("axes fraction", "data"), xytext=(-2, 4), textcoords="offset points",
            color=color("soft"),
        )  # fmt: skip


def _net(axes: Any, way: Sequence[Step], series: Series, scale: Scale) -> None:
    known = [one for one in way if one.size]
    mark = {} if len(known) <= _MOST_MARKS else {"marker": ""}
    line(axes, series, [one.place for one in known], [one.size for one in known], **mark)
    if way[-1].field is WHOLE:
        end = way[-1].place
        line(
            axes, series, [known[-1].place, end, end], [known[-1].size, known[-1].size, scale.high],
            marker="", linewidth=0.9, linestyle=(0, (1, 2)),
        )  # fmt: skip
        line(
            axes, series, [end], [scale.high], markerfacecolor=color("paper"), markersize=7,
            clip_on=False, zorder=5,
        )  # fmt: skip
