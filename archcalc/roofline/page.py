"""Layers under the roof as a table, with what the roof is and how far the times can be trusted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ..arithmetic.units import unit_of
from ..remarks import spec_text
from ..table import Block, Cell, Column, Page, Table, Text
from ..timing.writing import written_time
from .points import Point, Roofline

_MOST_NAMES = 8


def page(made: Roofline, layout: str = "hwc") -> Page:
    """Return a table per net, then the notes."""
    several = len(made.names) > 1
    blocks: list[Block] = [
        spec_text(analysis, name if several else "", layout)
        for analysis, name in zip(made.analyses, made.names, strict=True)
    ]
    for net, name in enumerate(made.names):
        points = [one for one in made.points if one.net == net]
        if points:
            blocks.append(_table(made, points, f"{name}: {made.title}" if several else made.title))
    blocks += [Text(line, "note") for line in notes(made)]
    return Page(tuple(blocks), lambda: _data(made), _records(made), layout)


def _table(made: Roofline, points: Sequence[Point], title: str) -> Table:
    columns = (
        Column("layer", "layer", False, True),
        Column("intensity", "FLOP/B"),
        Column("bound", "bound", False),
        Column("attainable", "roof GFLOP/s"),
        Column("time", "time" if made.source else "predicted time", False),
        Column("share", "of roof"),
    )
    rows = tuple(
        (
            Cell(one.layer),
            Cell((one.flops, one.bytes), "ratio"),
            Cell(made.roof.bound(one.intensity)),
            Cell(three_digits(made.roof.attainable(one.intensity) / 1e9)),
            Cell(time_text(one, tilde=bool(made.source))),
            Cell(percent(one.share(made.roof))),
        )
        for one in points
    )
    return Table(columns, rows, title)


def notes(made: Roofline) -> Iterator[str]:
    """Yield what the roof is, whose times these are, and what is missing, in sentences."""
    yield roof_text(made)
    yield (
        f"Below {three_digits(made.roof.ridge)} FLOP/B memory bounds a layer, above it compute. "
        "Of roof: the least time that the roof allows, over the layer's."
    )
    yield basis(made)
    if made.labels:
        labels = "; ".join(label.removeprefix("predicted, ") for label in made.labels)
        yield f"Predicted with: {labels}. A range holds nine of ten times of its class."
    over = [one.layer for one in made.points if one.share(made.roof) > 1]
    if over:
        yield (
            f"Above the roof: {_some(over)}. An algorithm with fewer multiplications, or data "
            "that is in the cache already, can do that."
        )
    reasons: dict[str, list[str]] = {}
    for name, reason in made.unknown.items():
        reasons.setdefault(reason, []).append(name)
    for reason, names in reasons.items():
        yield f"Not placed: {_some(names)}: {reason}."


def roof_text(made: Roofline) -> str:
    """Return the roof in a sentence."""
    peak = three_digits(made.roof.peak / 1e12)
    bandwidth = three_digits(made.roof.bandwidth / 1e9)
    return (
        f"Roof: the least of {peak} TFLOP/s ({made.dtype}) and {bandwidth} GB/s times FLOP/B; "
        f"the ridge is at {three_digits(made.roof.ridge)} FLOP/B."
    )


def basis(made: Roofline) -> str:
    """Return whose times these are, in a sentence."""
    measured = sum(one.is_measured for one in made.points)
    if not made.source:
        return "Times are predicted, not measured."
    if not measured:
        return f"Times are predicted: none of these layers was measured ({made.source})."
    if measured == len(made.points):
        return f"Times are measured ({made.source})."
    return f"Times with +- are measured ({made.source}), those with ~ are predicted."


def time_text(one: Point, *, tilde: bool = False) -> str:
    """Return a time: measured with half its interval, predicted with the range."""
    if one.is_measured:
        return written_time(one.seconds, (one.high - one.low) / 2)
    unit, scale = unit_of(one.seconds)
    time, low, high = (digits(part / scale, 2) for part in (one.seconds, one.low, one.high))
    return f"{'~' if tilde else ''}{time} {unit} ({low} to {high})"


def digits(value: float, count: int) -> str:
    """Return a number with so many significant digits, its thousands apart.

    >>> digits(989000.0, 3), digits(206.04, 3), digits(0.25, 3), digits(8.96, 2), digits(0.0, 2)
    ('989,000', '206', '0.25', '9', '0')
    """
    rounded = f"{float(f'{value:.{count}g}'):,.12f}"
    return rounded.rstrip("0").rstrip(".")


def three_digits(value: float) -> str:
    """Return a number with three significant digits."""
    return digits(value, 3)


def percent(share: float) -> str:
    """Return a share in percent, small ones with a decimal."""
    return f"{100 * share:.{0 if share >= 0.1 else 1}f}%"


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + more


def _records(made: Roofline) -> Table:
    """Return the table for CSV: one row per layer of every net, exact numbers."""
    entries = [_entry(made, one) for one in made.points]
    columns = tuple(Column(key, key) for key in entries[0])
    rows = tuple(
        tuple(Cell("" if value is None else str(value)) for value in entry.values())
        for entry in entries
    )
    return Table(columns, rows)


def _entry(made: Roofline, one: Point) -> dict[str, Any]:
    known = one.prediction
    return {
        "net": made.names[one.net],
        "layer": one.layer,
        "flops": one.flops,
        "bytes": one.bytes,
        "intensity": one.intensity,
        "bound": made.roof.bound(one.intensity),
        "attainable_flops_per_s": made.roof.attainable(one.intensity),
        "basis": "measured" if one.is_measured else "predicted",
        "seconds": one.seconds,
        "low": one.low,
        "high": one.high,
        "flops_per_s": one.rate,
        "share_of_roof": one.share(made.roof),
        "predicted_seconds": known.seconds if known else None,
        "error_class": known.error_class.label if known else None,
    }


def _data(made: Roofline) -> dict[str, Any]:
    return {
        "schema": 1,
        "roofline": {
            "device": made.profile.name,
            "title": made.profile.title,
            "dtype": made.dtype,
            "batch": made.batch,
            "peak_flops_per_s": made.roof.peak,
            "bandwidth_bytes_per_s": made.roof.bandwidth,
            "ridge": made.roof.ridge,
            "measured": made.source,
            "layers": [_entry(made, one) for one in made.points],
            "unknown": made.unknown,
        },
    }
