"""The variants of a sweep in two columns, each a mark, and the front that no other beats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ..analysis import Analysis, Settings
from ..clock import timed
from ..errors import UsageError
from ..latency import profile
from ..quantities import words as words_of
from ..sweeping import Grid, Sweep, sweep, to_count
from ..sweeping.grid import shown
from ..table import Cell, Column, Table
from .base import Art, Plot, heading, limited
from .labels import along, around, labels
from .scale import Scale, seconds_tick, tick_text
from .sheet import Sheet, across, line, nets_height, spot, up
from .style import Series, color
from .values import AXES

_MOST_NETS = 8
_MOST_MARKS = 1000
_MOST_NAMED = 12  # variants of the front
_PANEL = 470


@dataclass(frozen=True)
class Side:
    """An axis: a column or symbol, row by row, and whether larger is better."""

    key: str
    title: str
    unit: str
    values: Any
    more: bool

    @property
    def goal(self) -> str:
        """Which end is better, in words."""
        return f"{self.title} {'high' if self.more else 'low'}"


def drawn(
    analyses: Sequence[Analysis],
    names: Sequence[str],
    *,
    grid: Mapping[str, Sequence[Any]] | None = None,
    columns: Sequence[str] | str = ("macs", "params"),
    convention: str = "macs",
    device: str = "",
    mode: str = "graph",
    batch: int = 1,
    dtype: str = "float32",
) -> Plot:
    """Return the plot of every combination of the values that symbols take.

    Of two ``columns`` less is better, more where one has a ``+``; ``time`` is predicted for the
    ``device``. Errors: :class:`UsageError` (E29) for symbols that no net has or that have no
    value, (E50) for other than two columns, (E61) for a device that there is not.
    """
    limited(names, _MOST_NETS, "pareto")
    words = words_of(columns)
    specs = [one.graph.spec for one in analyses if one.graph.spec is not None]
    if not grid or len(specs) < len(analyses):
        raise UsageError(
            "E50", "a front is over values of symbols in specs", "--set r=2:64:2 or --set r=2,4,8"
        )
    counted = to_count(words, grid, device)
    settings = Settings(batch, dtype, any(one.settings.train for one in analyses))
    values = {name: tuple(given) for name, given in grid.items()}
    made = sweep(
        specs, names, Grid(values), columns=counted, convention=convention, settings=settings
    )
    return front_of(timed(made, profile(device), mode=mode) if device else made, words)


def front_of(made: Sweep, words: Sequence[str]) -> Plot:
    """Return the plot of a sweep in two of its columns.

    Errors: :class:`UsageError` (E48) for a column that is not in it, (E50) for other than two.
    """
    if len(words) != 2:
        raise UsageError("E50", f"the plot of a front takes 2 columns, not {len(words)}", "A,B")
    x, y = (_side(made, word) for word in words)
    if not len(made.valid):
        reason = made.refusals[0].message if made.refusals else "there are none"
        raise UsageError("E50", f"no variant can be: {reason}")
    front = made.pareto(words).shown.tolist()
    best = set(front)
    others = [row for row in made.valid.tolist() if row not in best]
    step = -(-len(others) // max(_MOST_MARKS - len(front), 1))
    if len(front) > _MOST_MARKS:
        raise UsageError("E50", f"a front of {len(front):,} variants is too long to draw", "")
    others = others[:: max(step, 1)]
    symbols = {name: made.symbol(name) for name, known in made.grid.values.items() if known[1:]}
    front.sort(key=lambda row: (x.values[row], y.values[row]), reverse=x.more)
    say = {
        row: ", ".join(
            [made.names[row // len(made.grid)]] * (len(made.names) > 1)
            + [f"{name}={shown(values[row])}" for name, values in symbols.items()]
        )
        for row in front
    }
    return Plot(
        "pareto",
        heading(f"{y.title} against {x.title}", made.names),
        f"{len(front):,} of {len(made.valid):,} variants are on the front: {x.goal}, {y.goal}.",
        _table(made, x, y, sorted([*front, *others]), best, symbols),
        Art(
            nets_height(made.names) + _PANEL,
            lambda sheet: _paint(sheet, made, x, y, front, others, say),
        ),
        tuple(_notes(made, len(others) + len(front))),
    )


def _side(made: Sweep, word: str) -> Side:
    values, more = made.column(word)
    key = word.lstrip("+-")
    if key in made.grid.values:
        return Side(key, key, "layers", values, more)
    by = made.quantity(key)
    return Side(by.key, by.title, by.unit, values, more)


def _notes(made: Sweep, marks: int) -> list[str]:
    found = []
    refused = len(made.refused) - len(made.valid)
    if refused:
        found.append(f"Left out: {refused:,} variants that cannot be.")
    if marks < len(made.valid):
        found.append(f"The front and {marks:,} marks in all of {len(made.valid):,} are drawn.")
    return [*found, *made.basis]


def _table(
    made: Sweep, x: Side, y: Side, rows: Sequence[int], best: set[int], symbols: Mapping[str, Any]
) -> Table:
    several = len(made.names) > 1
    columns = [Column("net", "net", False)] if several else []
    columns += [Column(name, name) for name in symbols]
    columns += [Column(side.key, side.title) for side in (x, y)]
    columns.append(Column("front", "front", False))
    cells = []
    for row in rows:
        begin = [Cell(made.names[row // len(made.grid)])] if several else []
        begin += [Cell(shown(values[row])) for values in symbols.values()]
        sizes = [Cell(_number(side, row), side.unit) for side in (x, y)]
        cells.append((*begin, *sizes, Cell("yes" if row in best else "")))
    return Table(tuple(columns), tuple(cells))


def _number(side: Side, row: int) -> Any:
    value = side.values[row]
    return value.item() if hasattr(value, "item") else value


def _paint(
    sheet: Sheet, made: Sweep, x: Side, y: Side, front: Sequence[int], others: Sequence[int],
    say: Mapping[int, str],
) -> None:  # fmt: skip
    sheet.nets(made.names)
    box = sheet.frame(_PANEL, left=50)
    axes = sheet.axes(*box)
    at = {row: (float(x.values[row]), float(y.values[row])) for row in (*front, *others)}
    wide, tall = (Scale.of(sizes, 8) for sizes in zip(*at.values(), strict=True))
    across(axes, wide, _label(x), _tick(x))
    up(axes, tall, _label(y), _tick(y))
    for net in range(len(made.names)):
        look = Series.of(net)
        for mine, size, full in ((others, 4.0, False), (front, 7.0, True)):
            there = [at[row] for row in mine if row // len(made.grid) == net]
            face = {} if full else {"markerfacecolor": color("paper"), "markeredgewidth": 0.8}
            line(
                axes, look, [point[0] for point in there], [point[1] for point in there],
                linestyle="none", markersize=size, zorder=4 if full else 3, **face,
            )  # fmt: skip
    steps = [at[front[0]]]
    for row in front[1:]:  # between two variants the better of the first holds
        steps += [(at[row][0], steps[-1][1]), at[row]]
    axes.plot(
        *zip(*steps, strict=True), color=color("ink"), linewidth=1.1, scalex=False, scaley=False,
        zorder=2,
    )  # fmt: skip
    apart = -(-len(front) // _MOST_NAMED)
    named = [say[row] if i % apart == 0 or row == front[-1] else "" for i, row in enumerate(front)]
    turns = [spot(box, wide, tall, *step) for step in steps]
    taken = [part for one, two in pairwise(turns) for part in along(one, two)]
    taken += [around(spot(box, wide, tall, *at[row]), 4) for row in others]
    spots = [spot(box, wide, tall, *at[row]) for row in front]
    labels(sheet, named, spots, box, taken, near=True)


def _label(side: Side) -> str:
    better = "higher" if side.more else "lower"
    return f"{side.title}{AXES.get(side.unit, '')}, {better} is better"


def _tick(side: Side) -> Any:
    return seconds_tick if side.unit == "seconds" else tick_text
