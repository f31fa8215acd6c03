"""MACs as a clock: how often the net or layer with more MACs takes longer, pair by pair."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise
from statistics import median

from ..table import Cell, Column, Table
from ..timing import Measurement

# MACs of one over those of the other: from one bound up to the next
BOUNDS = (1.0, 1.25, 2.0, 5.0, 20.0, 100.0, float("inf"))


def order_table(measurements: Sequence[Measurement]) -> Table:
    """Return, by how many times more MACs one of a pair has, whether it takes longer.

    Pairs are of one batch size and number format; layers without MACs are left out. ``time
    ratio`` is the median of the time of the one with more MACs over the other's.
    """
    found: list[list[tuple[float, float]]] = [[] for _ in BOUNDS[1:]]
    for ratio, time in _ratios(measurements):
        place = next(i for i, bound in enumerate(BOUNDS[1:]) if ratio < bound)
        found[place].append((ratio, time))
    columns = (
        Column("range", "times more MACs", right=False),
        Column("pairs", "pairs"),
        Column("right", "the one with more takes longer"),
        Column("macs_ratio", "median ratio of MACs"),
        Column("time_ratio", "median ratio of times"),
    )
    rows = [
        (
            Cell(_range(*bounds)),
            Cell(len(group), "exact"),
            Cell(f"{100 * sum(time > 1 for _, time in group) / len(group):.0f}%"),
            Cell(f"{median(ratio for ratio, _ in group):.3g}"),
            Cell(f"{median(time for _, time in group):.3g}"),
        )
        for bounds, group in zip(pairwise(BOUNDS), found, strict=True)
        if group
    ]
    return Table(columns, tuple(rows))


def right_share(measurements: Sequence[Measurement], least: float, most: float) -> float:
    """Return the share of pairs in the right order whose ratio of MACs is within two bounds."""
    found = [time > 1 for ratio, time in _ratios(measurements) if least <= ratio < most]
    return sum(found) / len(found) if found else 0.0


def macs(one: Measurement) -> int:
    """Return the MACs of a measured subject per batch; 0 where it has none or nobody knows."""
    counted = one.about.get("macs")
    return counted * one.key.batch if isinstance(counted, int) else 0


def _ratios(measurements: Sequence[Measurement]) -> Iterator[tuple[float, float]]:
    """Yield, of every pair of which one has more MACs, its MACs and its time over the other's."""
    for group in _groups(measurements):
        for pair in combinations(group, 2):
            fewer, more = sorted(pair, key=macs)
            if macs(more) > macs(fewer):
                yield macs(more) / macs(fewer), more.median / fewer.median


def _groups(measurements: Sequence[Measurement]) -> list[list[Measurement]]:
    """Return what can be compared: subjects with MACs, of one batch size and format each."""
    found: dict[tuple[int, str, str, bool], list[Measurement]] = {}
    for one in measurements:
        key = one.key
        if macs(one):
            group = (key.batch, key.dtype, key.direction, key.compiled)
            found.setdefault(group, []).append(one)
    return list(found.values())


def _range(low: float, high: float) -> str:
    return f"{low:g} to {high:g}" if high < float("inf") else f"more than {low:g}"
