"""Time against MACs, measured or predicted: whether fewer MACs are less time.

A diagonal per batch size goes through the reference: there a net would be if its time followed
its MACs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..analysis import Analysis
from ..conventions import cost
from ..errors import UsageError
from ..renderers.cells import shortened
from ..roofline.scale import Box, free_place
from ..table import Cell, Column, Table
from .base import Art, Plot, limited, listed
from .scale import Scale, seconds_tick
from .sheet import Sheet, across, legend_height, line, spot, up, width_of
from .style import SMALL, Series, color
from .values import height_of

if TYPE_CHECKING:
    from ..clock import Clocked

_MOST_NETS, _MOST_BATCHES = 24, 8
_PANEL = 420


@dataclass(frozen=True)
class Mark:
    """A net at a batch size: its MACs per sample, its seconds per batch from low to high.

    ``followed`` is the time if that followed MACs; None where the reference has no time.
    """

    net: int
    batch: int
    macs: int
    seconds: float
    low: float
    high: float
    compared: str
    followed: float | None


def drawn(
    analyses: Sequence[Analysis],
    names: Sequence[str],
    *,
    clocked: Clocked | None = None,
    device: str = "",
    times: str = "",
    dtype: str = "float32",
    batches: Sequence[int] = (1,),
    mode: str = "graph",
    reference: int = 0,
    convention: str = "macs",
) -> Plot:
    """Return the plot of nets and their times.

    The times are measured ones from a store (``times``), predicted ones for a device, or what
    :mod:`archcalc.clock` has put side by side already (``clocked``). Errors: :class:`UsageError`
    (E61) without any of these or with two, (E50) where no net has a time.
    """
    limited(names, _MOST_NETS, "time")
    if clocked is None:
        clocked = _clocked(
            analyses, names, device, times, dtype=dtype, batches=batches, mode=mode,
            reference=reference,
        )  # fmt: skip
    limited(list(map(str, clocked.batches)), _MOST_BATCHES, "a plot of times, for batches,")
    column = cost(convention)
    totals = [column.total(analysis) for analysis in analyses]
    macs = [height_of(total, name, column) or 0 for total, name in zip(totals, names, strict=True)]
    marks = _marks(clocked, macs)
    if not marks:
        raise UsageError(
            "E50", "no net has both MACs and a time", "archcalc bench SPEC... --whole measures"
        )
    batches = [batch for batch in clocked.batches if any(one.batch == batch for one in marks)]
    high = legend_height([_batch(batch) for batch in batches]) + _PANEL
    return Plot(
        "time",
        f"Time against {column.title}: {listed(names)}",
        f"{clocked.title}.",
        _table(marks, names, column.title, clocked.reference),
        Art(high, lambda sheet: _paint(sheet, marks, names, batches, column.title)),
        tuple(_notes(clocked, names, marks)),
    )


def _clocked(
    analyses: Sequence[Analysis], names: Sequence[str], device: str, times: str, *, dtype: str,
    batches: Sequence[int], mode: str, reference: int,
) -> Clocked:  # fmt: skip
    from ..clock import predicted, stored
    from ..latency import profile

    if bool(device) == bool(times):
        raise UsageError(
            "E61",
            "times are measured or predicted" + (", not both" if device else ""),
            "--times FILE, a store of archcalc bench; or --device h200: archcalc devices",
        )
    if times:
        return stored(
            analyses, names, times, shown_path=Path(times).name, batches=batches, dtype=dtype,
            reference=reference,
        )  # fmt: skip
    return predicted(
        analyses, names, profile(device), batches=batches, dtype=dtype, mode=mode,
        reference=reference,
    )  # fmt: skip


def _marks(clocked: Clocked, macs: Sequence[int]) -> list[Mark]:
    from ..clock import compared

    found = []
    for batch, times in zip(clocked.batches, clocked.times, strict=True):
        base, most = times[clocked.reference], macs[clocked.reference]
        for net, one in enumerate(times):
            if one is None or not macs[net]:
                continue
            followed = base.seconds * macs[net] / most if base and most else None
            said = "" if net == clocked.reference else compared(one, base)
            found.append(
                Mark(net, batch, macs[net], one.seconds, one.low, one.high, said, followed)
            )
    return found


def _batch(batch: int) -> str:
    return f"batch {batch}"


def _notes(clocked: Clocked, names: Sequence[str], marks: Sequence[Mark]) -> list[str]:
    found = list(clocked.basis)
    missing = [name for net, name in enumerate(names) if not any(one.net == net for one in marks)]
    if missing:
        found.append(f"Without a time or MACs: {', '.join(missing)}.")
    if len(names) > 1 and any(one.followed for one in marks):
        base = names[clocked.reference]
        found.append(f"Slanted lines: time if it followed MACs, from {base}. Bars: intervals.")
    return found


def _table(marks: Sequence[Mark], names: Sequence[str], title: str, reference: int) -> Table:
    columns = (
        Column("net", "net", False, True), Column("batch", "batch"), Column("macs", title),
        Column("time", "time per batch"), Column("low", "from"), Column("high", "to"),
        Column("followed", f"if it followed {title}"),
        Column("compared", f"compared with {names[reference]}", False, True),
    )  # fmt: skip
    rows = tuple(
        (
            Cell(names[one.net]), Cell(one.batch, "layers"), Cell(one.macs, "count"),
            *(Cell(part, "seconds") for part in (one.seconds, one.low, one.high)),
            Cell(one.followed, "seconds"), Cell(one.compared),
        )
        for one in marks
    )  # fmt: skip
    return Table(columns, rows)


def _paint(
    sheet: Sheet, marks: Sequence[Mark], names: Sequence[str], batches: Sequence[int], title: str
) -> None:
    sheet.legend([(Series.of(i), _batch(batch)) for i, batch in enumerate(batches)])
    box = sheet.frame(_PANEL, left=50)
    axes = sheet.axes(*box)
    x = Scale.log([one.macs for one in marks], 8)
    y = Scale.log([part for one in marks for part in (one.low, one.high)], 8)
    across(axes, x, f"{title} per sample")
    up(axes, y, "time per batch", seconds_tick)
    axes.grid(True, axis="x", color=color("grid"), linewidth=0.8)
    for i, batch in enumerate(batches):
        mine = [one for one in marks if one.batch == batch]
        series = Series.of(i)
        _diagonal(axes, mine, x, series)
        for one in mine:
            ends = [one.low, one.high]
            line(axes, series, [one.macs] * 2, ends, marker="_", linestyle="solid", linewidth=1.2)
            line(axes, series, [one.macs], [one.seconds], markersize=7, zorder=4)
    _labels(sheet, marks, names, box, x, y)


def _diagonal(axes: Any, marks: Sequence[Mark], x: Scale, series: Series) -> None:
    base = next((one for one in marks if one.followed), None)
    if base is None or base.followed is None or len({one.macs for one in marks}) < 2:
        return
    rate = base.followed / base.macs
    line(
        axes, series, [x.low, x.high], [x.low * rate, x.high * rate], marker="", linewidth=1.0,
        linestyle=(0, series.dashes or (1, 2)), scalex=False, scaley=False,
    )  # fmt: skip


def _labels(
    sheet: Sheet, marks: Sequence[Mark], names: Sequence[str], box: Box, x: Scale, y: Scale
) -> None:
    """Write each net's name beside one of its marks, where it covers nothing."""
    place = partial(spot, box, x, y)
    taken: list[Box] = []
    for one in marks:
        (at, low), (_, high) = place(one.macs, one.low), place(one.macs, one.high)
        taken.append((at - 7, min(low, high) - 6, at + 7, max(low, high) + 6))
    rates = {one.batch: one.followed / one.macs for one in marks if one.followed}
    for rate in rates.values():
        for i in range(61):
            macs = x.low * (x.high / x.low) ** (i / 60)
            if y.low <= macs * rate <= y.high:
                at, level = place(macs, macs * rate)
                taken.append((at - 5, level - 3, at + 5, level + 3))
    for net in dict.fromkeys(one.net for one in marks):
        mine = [one for one in marks if one.net == net]
        most = max(mine, key=lambda one: one.seconds)
        shown = shortened(names[net], 26)
        wide = width_of(shown, SMALL)
        start, end, _ = free_place(*place(most.macs, most.seconds), wide, SMALL, taken, box)
        taken.append((start, end - SMALL, start + wide, end))
        sheet.words(start, end - 2, shown, SMALL)
