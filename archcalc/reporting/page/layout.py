"""Boxes in ranks by the longest path, branches beside each other, long edges around the boxes.

The method is that of Sugiyama, Tagawa and Toda (1981), https://doi.org/10.1109/TSMC.1981.4308636:
ranks, stand-ins where an edge passes a rank, an order of few crossings, then coordinates.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

BOX, LANE = 34, 12  # height of a box, of a passing edge
GAP = 8  # between two in a rank
_SWEEPS = 6

Place = tuple[int, float]  # rank, middle


class Laid(NamedTuple):
    """Rank and middle of every box, and the places that each edge (from, to) passes.

    The boxes are numbered from 0; -1 is where the stretch begins.
    """

    places: dict[int, Place]
    edges: dict[tuple[int, int], tuple[Place, ...]]
    height: float


def laid(inputs: Sequence[Sequence[int]]) -> Laid:
    """Return where boxes stand; ``inputs`` are the numbers of those that each one reads."""
    ranks = {-1: 0}
    for box, sources in enumerate(inputs):
        ranks[box] = 1 + max((ranks[source] for source in sources), default=0)
    routes = {}
    stand_ins = len(inputs)
    for box, sources in enumerate(inputs):
        for source in sources:
            passed = range(stand_ins, stand_ins + ranks[box] - ranks[source] - 1)
            for step, one in enumerate(passed):
                ranks[one] = ranks[source] + 1 + step
            stand_ins = passed.stop
            routes[source, box] = (source, *passed, box)
    heights = {one: LANE if one >= len(inputs) or one < 0 else BOX for one in ranks}
    middles = _middles(_columns(ranks, routes), routes, heights)
    top = min(middles[one] - heights[one] / 2 for one in middles)
    places = {one: (ranks[one], middles[one] - top) for one in ranks}
    return Laid(
        {one: place for one, place in places.items() if 0 <= one < len(inputs)},
        {edge: tuple(places[one] for one in route) for edge, route in routes.items()},
        max(middles[one] + heights[one] / 2 for one in middles) - top,
    )


def _neighbours(
    routes: dict[tuple[int, int], tuple[int, ...]],
) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    before: dict[int, list[int]] = {}
    behind: dict[int, list[int]] = {}
    for route in routes.values():
        for one, two in pairwise(route):
            before.setdefault(two, []).append(one)
            behind.setdefault(one, []).append(two)
    return before, behind


def _columns(
    ranks: dict[int, int], routes: dict[tuple[int, int], tuple[int, ...]]
) -> list[list[int]]:
    """Return the boxes and stand-ins of each rank in an order with few crossings."""
    columns: list[list[int]] = [[] for _ in range(max(ranks.values()) + 1)]
    before, behind = _neighbours(routes)
    order: dict[int, float] = {}
    for number, route in enumerate(routes.values()):
        for one in route:
            order.setdefault(one, number)
    for one in sorted(ranks, key=lambda one: (order.get(one, 0), one)):
        columns[ranks[one]].append(one)
    for sweep in range(_SWEEPS):
        near = behind if sweep % 2 else before
        for column in reversed(columns) if sweep % 2 else columns:
            column.sort(key=lambda one: _mean(near.get(one, ()), order, order[one]))
            for place, one in enumerate(column):
                order[one] = place - (len(column) - 1) / 2
    return columns


def _middles(
    columns: list[list[int]],
    routes: dict[tuple[int, int], tuple[int, ...]],
    heights: dict[int, int],
) -> dict[int, float]:
    """Return middles near those of the neighbours, none above another."""
    before, behind = _neighbours(routes)
    middles = dict.fromkeys(heights, 0.0)
    for column in columns:
        _spread(column, middles, heights)
    for sweep in range(_SWEEPS):
        near = behind if sweep % 2 else before
        for column in reversed(columns) if sweep % 2 else columns:
            for one in column:
                middles[one] = _mean(near.get(one, ()), middles, middles[one])
            _spread(column, middles, heights)
    return middles


def _spread(column: list[int], middles: dict[int, float], heights: dict[int, int]) -> None:
    """Move those of one rank apart, as a whole no further than they have to."""
    wanted = [middles[one] for one in column]
    for above, one in pairwise(column):
        apart = (heights[above] + heights[one]) / 2 + GAP
        middles[one] = max(middles[one], middles[above] + apart)
    moved = sum(middles[one] - old for one, old in zip(column, wanted, strict=True))
    for one in column:
        middles[one] -= moved / len(column)


def _mean(ones: Sequence[int], values: dict[int, float], otherwise: float) -> float:
    return sum(values[one] for one in ones) / len(ones) if ones else otherwise
