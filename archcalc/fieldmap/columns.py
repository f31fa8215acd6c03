"""What the table says of a layer besides the columns that every command has."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from ..layers.base import spatial
from ..quantities.receptive_field import WHOLE, states
from .fieldmap import FieldMap, is_placed
from .unit import stretch


def center(made: FieldMap, i: int) -> tuple[Any, ...] | None:
    """Return the middle of what unit 0 of a layer sees, per axis; None where it has no place.

    Where unit 0 sees nothing it is that of the first unit that does, as the padding is.
    """
    state = states(made.analysis)[i]
    if not is_placed(state) or any(set(axis.starts) == {None} for axis in state):
        return None
    ends = [next(end for end in axis.ends if end is not None) for axis in state]
    twice = [axis.first + end - 1 for axis, end in zip(state, ends, strict=True)]
    return tuple(Fraction(n, 2) if isinstance(n, int) else n / 2 for n in twice)


def covers_input(made: FieldMap, i: int) -> bool | None:
    """Tell whether the unit in the middle of a layer sees the whole input; None if unknown."""
    state, counts = states(made.analysis)[i], spatial(made.analysis.facts[i].output)
    if state is WHOLE:
        return True
    places = [*made.sizes, *counts]
    if not is_placed(state) or len(state) != len(counts):
        return None
    places += [n for axis in state for n in (*axis.starts, *axis.ends, axis.shift) if n is not None]
    if not all(isinstance(n, int) for n in places):
        return None
    seen = [stretch(axis, n // 2) for axis, n in zip(state, counts, strict=True)]
    pairs = zip(seen, made.sizes, strict=True)
    return all(one is not None and one.first <= 0 and one.last >= n - 1 for one, n in pairs)


def effective_padding(first: tuple[Any, ...] | None) -> tuple[Any, ...] | None:
    """Return how far unit 0 looks out of the input, per axis: minus where it begins to look."""
    return None if first is None else tuple(-part for part in first)
