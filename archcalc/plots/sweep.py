"""How counts change with a symbol: MACs and params against each value it may stand for.

Every value is counted exactly; one at which a size does not divide is left out, and a note says
so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ..analysis import Analysis
from ..errors import UsageError
from ..expansion import no_symbol
from ..notation.free import symbols
from ..quantities.base import Quantity
from ..renderers.cells import text
from ..sweeping.counting import counter
from ..sweeping.grid import Grid
from ..table import Cell, Column, Table
from .base import Art, Plot, heading, joined, limited
from .scale import Scale
from .sheet import Sheet, across, line, nets_height, up
from .style import Series
from .values import drawable, height_of, label_of

_MOST_NETS = 8
_MOST_VALUES = 1000
_MOST_MARKS = 40  # of one net; more would run together
_PANEL = 240


@dataclass(frozen=True)
class Curve:
    """A net at every value: its counts, column by column; None where it cannot be.

    ``refused`` says why it cannot be at the first of those values.
    """

    name: str
    counts: tuple[tuple[Any, ...] | None, ...]
    varies: bool
    refused: str = ""


def drawn(
    analyses: Sequence[Analysis],
    names: Sequence[str],
    *,
    symbol: str = "",
    values: Sequence[Any] = (),
    columns: Sequence[str] | str = ("macs", "params"),
    convention: str = "macs",
) -> Plot:
    """Return the plot; nets without the symbol are level lines.

    ``values`` are whole numbers or fractions. Errors: :class:`UsageError` (E29) where no net has
    the symbol, (E50) without two values, or where no value fits.
    """
    limited(names, _MOST_NETS, "sweep")
    if not symbol or not 2 <= len(set(values)) <= _MOST_VALUES:
        raise UsageError(
            "E50", f"a sweep takes a symbol and 2 to {_MOST_VALUES} values",
            "--set r=2:64:2 (from, to, step) or --set r=2,4,8,16",
        )  # fmt: skip
    if not all(isinstance(value, int | Fraction) and value > 0 for value in values):
        raise UsageError("E50", f"{symbol} takes whole numbers and fractions above 0")
    counted = drawable(columns, convention)[:4]
    known = [set(symbols(one.graph.spec)) if one.graph.spec else set() for one in analyses]
    if not any(symbol in mine for mine in known):
        raise no_symbol(symbol, set().union(*known), "any spec")
    points = sorted(set(values))
    curves = [
        _curve(analysis, name, symbol, points, counted, symbol in mine)
        for analysis, name, mine in zip(analyses, names, known, strict=True)
    ]
    if not any(counts for one in curves if one.varies for counts in one.counts):
        reason = next(f"{one.name}: {one.refused}" for one in curves if one.varies)
        raise UsageError("E50", f"no value of {symbol} fits: {reason}")
    titles = joined([column.title for column in counted])
    high = nets_height(names) + _PANEL * len(counted)
    return Plot(
        "sweep",
        heading(f"{titles} against {symbol}", names),
        _caption(curves, points, symbol, counted),
        _table(curves, points, symbol, counted),
        Art(high, lambda sheet: _paint(sheet, curves, points, symbol, counted)),
        tuple(_notes(curves, points, symbol)),
    )


def _curve(
    analysis: Analysis, name: str, symbol: str, points: Sequence[Any], counted: Sequence[Quantity],
    varies: bool,
) -> Curve:  # fmt: skip
    if not varies:
        level = tuple(column.total(analysis) for column in counted)
        for value, column in zip(level, counted, strict=True):
            height_of(value, name, column)  # other symbols have to have numbers
        return Curve(name, (level,) * len(points), False)
    spec = analysis.graph.spec
    assert spec is not None  # it has symbols
    given = {key: (value,) for key, value in analysis.graph.values.items()}
    made = counter(spec, analysis.settings, counted, Grid({**given, symbol: points}))
    whole = made.between(0, len(points))
    columns = [column.tolist() for column in whole.columns]
    refused = whole.refused.tolist()
    found = [
        None if why >= 0 else counts
        for why, counts in zip(refused, zip(*columns, strict=True), strict=True)
    ]
    first = next((whole.refusals[why].message for why in refused if why >= 0), "")
    return Curve(name, tuple(found), True, first)


def _caption(
    curves: Sequence[Curve], points: Sequence[Any], symbol: str, counted: Sequence[Quantity]
) -> str:
    """Return what the first count is at both ends, net by net."""
    column, parts = counted[0], []
    for one in curves:
        name = f"{one.name}: " if len(curves) > 1 else ""
        ends = [(at, counts[0]) for at, counts in zip(points, one.counts, strict=True) if counts]
        if not one.varies:
            parts.append(f"{name}{text(Cell(ends[0][1], column.unit))} throughout.")
        elif ends:
            first, last = (
                f"{text(Cell(count, column.unit))} at {symbol}={at}"
                for at, count in (ends[0], ends[-1])
            )
            parts.append(f"{name}{column.title} {first}, {last}.")
    return " ".join(parts)


def _notes(curves: Sequence[Curve], points: Sequence[Any], symbol: str) -> list[str]:
    found = []
    for one in curves:
        values = [at for at, counts in zip(points, one.counts, strict=True) if counts is None]
        if values:
            shown = ", ".join(map(str, values[:6])) + (", ..." if len(values) > 6 else "")
            count = f"{len(values)} value{'s' * (len(values) > 1)}"
            found.append(f"{one.name}: left out {count} of {symbol} ({shown}): {one.refused}.")
    level = [one.name for one in curves if not one.varies]
    if level:
        found.append(f"Without {symbol}, so the same throughout: {', '.join(level)}.")
    return found


def _table(
    curves: Sequence[Curve], points: Sequence[Any], symbol: str, counted: Sequence[Quantity]
) -> Table:
    columns = [Column(symbol, symbol)]
    for one in curves:
        for column in counted:
            prefix = (f"{one.name}_", f"{one.name} ") if len(curves) > 1 else ("", "")
            columns.append(Column(prefix[0] + column.key, prefix[1] + column.title))
    rows = []
    for i, at in enumerate(points):
        row = [Cell(str(at))]
        for one in curves:
            counts = one.counts[i] or (None,) * len(counted)
            row += [Cell(count, column.unit) for count, column in zip(counts, counted, strict=True)]
        rows.append(tuple(row))
    return Table(tuple(columns), tuple(rows))


def _paint(
    sheet: Sheet, curves: Sequence[Curve], points: Sequence[Any], symbol: str,
    counted: Sequence[Quantity],
) -> None:  # fmt: skip
    sheet.nets([one.name for one in curves])
    along = Scale.log(points, 10) if points[-1] > 20 * points[0] else Scale.linear(points, 10)
    for c, column in enumerate(counted):
        axes = sheet.axes(*sheet.frame(_PANEL))
        sheet.top += _PANEL
        across(axes, along, symbol)
        drawn = [
            [(float(at), height_of(counts[c], one.name, column) or 0)
             for at, counts in zip(points, one.counts, strict=True) if counts]
            for one in curves
        ]  # fmt: skip
        sizes = [size for curve in drawn for _, size in curve]
        # both axes alike: what is proportional stays a straight line
        upward = Scale.log(sizes) if along.is_log and min(sizes, default=0) > 0 else Scale.of(sizes)
        up(axes, upward, label_of(column))
        for i, curve in enumerate(drawn):
            marked = curves[i].varies and len(curve) <= _MOST_MARKS
            rest = {} if marked else {"marker": ""}
            line(axes, Series.of(i), [at for at, _ in curve], [size for _, size in curve], **rest)
