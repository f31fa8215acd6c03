"""The Pareto front: the rows that no other row beats in one column without losing in another."""

from __future__ import annotations

from typing import Any


def front(columns: list[Any]) -> Any:
    """Return which rows are on the front, smaller being better, as an array of booleans.

    ``columns`` are arrays of whole numbers, one per quantity; rows that are equal stand together.
    Exact: numbers are compared, never scaled.

    >>> import numpy
    >>> front([numpy.array([1, 2, 2, 3]), numpy.array([9, 5, 6, 5])]).tolist()
    [True, True, False, False]
    """
    import numpy

    order = numpy.lexsort(columns[::-1]) if _plain(columns) else _ordered(columns)
    rows = [column[order] for column in columns]
    fresh = numpy.ones(len(order), dtype=bool)  # the first of equal rows
    fresh[1:] = ~numpy.all([(row[1:] == row[:-1]).astype(bool) for row in rows], axis=0)
    firsts = numpy.flatnonzero(fresh)
    kept = _two(rows, firsts) if len(rows) <= 2 else _many(rows, firsts)
    mine = numpy.repeat(kept, numpy.diff(numpy.append(firsts, len(order))))
    found = numpy.zeros(len(order), dtype=bool)
    found[order] = mine
    return found


def _plain(columns: list[Any]) -> bool:
    return all(column.dtype != object for column in columns)


def _ordered(columns: list[Any]) -> Any:
    import numpy

    rows = zip(*(column.tolist() for column in columns), strict=True)
    keyed = sorted((*row, i) for i, row in enumerate(rows))
    return numpy.array([row[-1] for row in keyed], dtype=numpy.int64)


def _two(rows: list[Any], firsts: Any) -> Any:
    """Keep the rows whose last column is below that of all rows before them."""
    import numpy

    last = rows[-1][firsts]
    if len(rows) == 1:
        return numpy.arange(len(firsts)) == 0
    kept = numpy.ones(len(firsts), dtype=bool)
    kept[1:] = (last[1:] < numpy.minimum.accumulate(last)[:-1]).astype(bool)
    return kept


def _many(rows: list[Any], firsts: Any) -> Any:
    """Take the rows in order: what comes first is on the front, and sorts out what it beats."""
    import numpy

    kept = numpy.zeros(len(firsts), dtype=bool)
    left = numpy.arange(len(firsts))
    values = [row[firsts] for row in rows]
    while len(left):
        best, left = left[0], left[1:]
        kept[best] = True
        beaten = numpy.all([(row[left] >= row[best]).astype(bool) for row in values], axis=0)
        left = left[~beaten]
    return kept
