"""Layers under the roof of a device: FLOP/s over FLOPs per byte.

The picture is that of ``archcalc roofline``; equal layers share a mark.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..analysis import Analysis
from ..errors import UsageError
from ..latency import profile
from ..roofline import Roofline
from ..roofline import roofline as layers_under
from ..roofline.page import basis, notes, percent, roof_text, three_digits, time_text
from ..roofline.picture import drawn as pictured
from ..table import Cell, Column, Table
from .base import Plot


def drawn(
    analyses: Sequence[Analysis],
    names: Sequence[str],
    *,
    device: str = "",
    dtype: str = "float32",
    batch: int = 1,
    times: str = "",
) -> Plot:
    """Return the plot; ``times`` is a store of ``archcalc bench``.

    Errors: :class:`UsageError` (E61) without a device, and as
    :func:`archcalc.roofline.roofline` has them.
    """
    if not device:
        raise UsageError(
            "E61", "a roof is a device's", "--device h200; archcalc devices lists them"
        )
    made = layers_under(
        analyses, names, profile(device), batch=batch, dtype=dtype, times=times
    )  # fmt: skip
    picture, said = pictured(made), tuple(notes(made))
    caption = f"{basis(made)} {roof_text(made)}"
    return Plot("roofline", picture.title, caption, _table(made), picture, said)


def _table(made: Roofline) -> Table:
    several = len(made.names) > 1
    columns = [Column("net", "net", False)] if several else []
    columns += [
        Column("layer", "layer", False, True), Column("bound", "bound", False),
        Column("intensity", "FLOP/B"), Column("attainable", "roof GFLOP/s"),
        Column("rate", "GFLOP/s"), Column("share", "of roof"), Column("time", "time"),
    ]  # fmt: skip
    rows = []
    for one in made.points:
        row = [Cell(made.names[one.net])] if several else []
        row += [Cell(one.layer), Cell(made.roof.bound(one.intensity))]
        numbers = (
            three_digits(one.intensity),
            three_digits(made.roof.attainable(one.intensity) / 1e9),
            three_digits(one.rate / 1e9),
            percent(one.share(made.roof)),
            time_text(one, tilde=bool(made.source)),
        )
        rows.append((*row, *map(Cell, numbers)))
    return Table(tuple(columns), tuple(rows))
