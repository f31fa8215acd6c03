"""One total of nets against another, such as MACs against params, each net a mark.

Both axes are logarithmic, so that nets of all sizes fit; dotted lines join equal ratios.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import ceil, floor, log10
from typing import Any

from ..analysis import Analysis
from ..arithmetic.units import short
from ..errors import UsageError
from ..quantities.base import Quantity
from ..renderers.cells import text
from ..roofline.scale import Box
from ..table import Cell, Column, Table
from .base import Art, Plot, limited, listed
from .labels import labels
from .scale import Scale, tick_text
from .sheet import Sheet, across, legend_height, line, spot, up, width_of
from .style import SMALL, Series, color
from .values import drawable, height_of, label_of, unknown_notes

_MOST_NETS, _MOST_GROUPS = 60, 8
_MOST_NAMED = 4  # nets that a title names
_PANEL = 470

Place = tuple[int, int]


def drawn(
    analyses: Sequence[Analysis],
    names: Sequence[str],
    *,
    columns: Sequence[str] | str = ("params", "macs"),
    convention: str = "macs",
    groups: Mapping[str, Sequence[str]] | None = None,
) -> Plot:
    """Return the plot of the second column against the first.

    ``groups`` names nets that share a mark. Errors: :class:`UsageError` (E50) for other than two
    columns, for a net that has none of one, and for a net without a group.
    """
    limited(names, _MOST_NETS, "scatter")
    counted = drawable(columns, convention)
    if len(counted) != 2:
        raise UsageError("E50", f"scatter takes 2 columns, not {len(counted)}", "params,macs")
    x, y = counted
    places = [_place(analysis, name, x, y) for analysis, name in zip(analyses, names, strict=True)]
    sets = _sets(names, groups)
    high = (legend_height(list(sets)) if groups else 0) + _PANEL
    return Plot(
        "scatter",
        f"{y.title} against {x.title}: {_who(names)}",
        f"Dotted lines: {y.title} divided by {x.title}.",
        _table(names, sets, x, y, places),
        Art(high, lambda sheet: _paint(sheet, names, sets, x, y, places)),
        unknown_notes(analyses, names),
    )


def _who(names: Sequence[str]) -> str:
    return listed(names) if len(names) <= _MOST_NAMED else f"{len(names)} nets"


def _place(analysis: Analysis, name: str, x: Quantity, y: Quantity) -> Place:
    found = [height_of(column.total(analysis), name, column) for column in (x, y)]
    for value, column in zip(found, (x, y), strict=True):
        if not value:
            raise UsageError("E50", f"{name} has no {column.title}, so it has no place", "")
    return found[0] or 0, found[1] or 0


def _sets(names: Sequence[str], groups: Mapping[str, Sequence[str]] | None) -> dict[str, list[int]]:
    """Return the positions of each group's nets; one group of no name without any."""
    if groups is None:
        return {"": list(range(len(names)))}
    limited(list(groups), _MOST_GROUPS, "the groups of a scatter")
    for name in names:
        if not any(name in mine for mine in groups.values()):
            raise UsageError("E50", f'"{name[:40]}" is in no group', ", ".join(groups))
    return {key: [i for i, name in enumerate(names) if name in groups[key]] for key in groups}


def _table(
    names: Sequence[str], sets: Mapping[str, list[int]], x: Quantity, y: Quantity,
    places: Sequence[Place],
) -> Table:  # fmt: skip
    grouped = any(sets)
    columns = [Column("net", "net", False, True)]
    columns += [Column("group", "group", False)] if grouped else []
    columns += [Column(x.key, x.title), Column(y.key, y.title)]
    columns.append(Column("each", f"{y.title} / {x.title}"))
    rows = []
    for group, mine in sets.items():
        for i in mine:
            begin = [Cell(names[i]), Cell(group)][: 1 + grouped]
            sizes = Cell(places[i][0], x.unit), Cell(places[i][1], y.unit)
            rows.append((*begin, *sizes, Cell(_each(places[i], y.unit))))
    return Table(tuple(columns), tuple(rows))


def _each(place: Place, unit: str) -> str:
    ratio = Fraction(place[1], place[0])
    if unit == "bytes":
        return text(Cell(round(ratio), unit))
    return short(round(ratio)) if ratio >= 1000 else f"{float(ratio):.3g}"


def _paint(
    sheet: Sheet, names: Sequence[str], sets: Mapping[str, list[int]], x: Quantity, y: Quantity,
    places: Sequence[Place],
) -> None:  # fmt: skip
    looks = {key: Series.of(i) for i, key in enumerate(sets)}
    if any(sets):
        sheet.legend([(looks[key], key) for key in sets])
    box = sheet.frame(_PANEL, left=50)
    axes = sheet.axes(*box)
    wide = Scale.log([place[0] for place in places], 8)
    tall = Scale.log([place[1] for place in places], 8)
    across(axes, wide, label_of(x))
    up(axes, tall, label_of(y))
    axes.grid(True, axis="x", color=color("grid"), linewidth=0.8)
    taken = _ratios(sheet, axes, box, wide, tall, [high / low for low, high in places])
    for key, mine in sets.items():
        at = [places[i] for i in mine]
        sizes = [place[0] for place in at], [place[1] for place in at]
        line(axes, looks[key], *sizes, linestyle="none", markersize=7, zorder=4)
    labels(sheet, names, [spot(box, wide, tall, *place) for place in places], box, taken)


def _ratios(
    sheet: Sheet, axes: Any, box: Box, wide: Scale, tall: Scale, rates: Sequence[float]
) -> list[Box]:
    """Draw a line per power of ten between which the ratios lie; return the boxes of their names.

    A name stands where its line leaves the frame, above or at the right.
    """
    taken: list[Box] = []
    low, high = min(rates), max(rates)
    for power in range(floor(log10(low)), ceil(log10(high)) + 1):
        rate = 10.0**power
        ends = [wide.low, wide.high]
        axes.plot(
            ends, [end * rate for end in ends], color=color("lead"), linewidth=0.9,
            linestyle=(0, (1, 3)), scalex=False, scaley=False,
        )  # fmt: skip
        words = tick_text(rate)
        at = min(wide.high, tall.high / rate)
        end, level = spot(box, wide, tall, at, at * rate)
        size = width_of(words, SMALL)
        left = min(end - size - 4, box[2] - size - 4)
        if left < box[0]:
            continue
        taken.append((left, level + 4, left + size, level + 4 + SMALL))
        sheet.words(left, level + 14, words, SMALL, "soft")
    return taken
