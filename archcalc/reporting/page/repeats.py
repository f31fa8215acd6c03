"""Stretches of a graph that come again and again, found so that each is drawn once."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import NamedTuple

_LONGEST = 12  # stretches of one pattern
_FEWEST = 3  # times that a pattern has to come


class Repeat(NamedTuple):
    """Items from ``start``, the first ``length`` of them, which come ``times`` in all."""

    start: int
    length: int
    times: int


def repeats(items: Sequence[Hashable]) -> list[Repeat]:
    """Return the items as runs: single ones, and patterns that come at least three times.

    >>> repeats("abbbcdcdcd")
    [Repeat(start=0, length=1, times=1), Repeat(start=1, length=1, times=3), \
Repeat(start=4, length=2, times=3)]
    """
    found, i = [], 0
    while i < len(items):
        best = Repeat(i, 1, 1)
        for length in range(1, _LONGEST + 1):
            times = _times(items, i, length)
            if times >= _FEWEST and times * length > best.times * best.length:
                best = Repeat(i, length, times)
        found.append(best)
        i += best.length * best.times
    return found


def _times(items: Sequence[Hashable], start: int, length: int) -> int:
    pattern, times = items[start : start + length], 1
    while items[start + times * length : start + (times + 1) * length] == pattern:
        times += 1
    return times if len(pattern) == length else 0
