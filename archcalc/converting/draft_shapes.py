"""Shapes of the same values: a size that is left to work out."""

from __future__ import annotations

from collections.abc import Sequence

from ..arithmetic.dims import product
from .base import NoWord


def filled(target: Sequence[int], count: int) -> tuple[int, ...]:
    """Return sizes with -1 replaced by what so many values leave for it; NoWord where none fits.

    >>> filled([2, -1], 12)
    (2, 6)
    """
    if not all(type(one) is int and (one > 0 or one == -1) for one in target):
        raise NoWord(
            f"the sizes {str(list(target))[:40]} are not whole numbers above 0, or -1 once"
        )
    known = product(tuple(one for one in target if one > 0))
    missing = list(target).count(-1)
    if missing > 1 or (count % known if missing else count != known):
        raise NoWord(f"{count} values do not fit into {str(list(target))[:40]}")
    return tuple(count // known if one == -1 else one for one in target)
