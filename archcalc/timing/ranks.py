"""Medians and their intervals by order statistics: no assumption on how times are distributed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import comb

LEVEL = 0.95


def median(values: Sequence[float]) -> float:
    """Return the middle value, or the mean of the two in the middle.

    >>> median([3, 1, 2]), median([4, 1, 2, 3])
    (2, 2.5)
    """
    ordered, middle = sorted(values), len(values) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2


@lru_cache(maxsize=1024)
def rank(count: int, level: float = LEVEL) -> int:
    """Return the d for which the d-th smallest and d-th largest enclose the median.

    It is the largest whose interval is right with the probability ``level``; 1 where none is.

    >>> [rank(n) for n in (5, 6, 8, 9, 20, 100)]
    [1, 1, 1, 2, 6, 40]
    """
    found = 1
    while 2 * (found + 1) <= count and coverage(count, found + 1) >= level:
        found += 1
    return found


def coverage(count: int, rank: int) -> float:
    """Return how probably the values of a rank, from both ends, enclose the true median.

    It is one less the probability that fewer than ``rank`` of ``count`` values fall on one side,
    each with probability 1/2.

    >>> coverage(5, 1), coverage(6, 1)
    (0.9375, 0.96875)
    """
    outside = sum(comb(count, k) for k in range(rank))
    return 1 - 2 * outside / 2**count if count > 1 else 0.0


def interval(values: Sequence[float], level: float = LEVEL) -> tuple[float, float]:
    """Return the interval of the median; all there is where there are too few values for it.

    >>> interval([5, 1, 2, 4, 3, 6, 7, 8, 9])
    (2, 8)
    """
    ordered = sorted(values)
    d = rank(len(ordered), level)
    return ordered[d - 1], ordered[-d]


def quartiles(values: Sequence[float]) -> tuple[float, float]:
    """Return the first and third quartile, linear between neighbors.

    >>> quartiles([1, 2, 3, 4, 5])
    (2.0, 4.0)
    """
    ordered = sorted(values)

    def at(share: float) -> float:
        place = share * (len(ordered) - 1)
        low = int(place)
        high = min(low + 1, len(ordered) - 1)
        return ordered[low] + (place - low) * (ordered[high] - ordered[low])

    return at(0.25), at(0.75)
