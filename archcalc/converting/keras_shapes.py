"""Where layers of Keras put values: reshapes, permutations, borders and what they cut off."""

from __future__ import annotations

from typing import Any

from ..arithmetic.dims import Shape, product
from ..layers.base import hwc, volume
from .base import NoWord, channels_last
from .draft_shapes import filled

Pairs = tuple[tuple[int, int], ...]


class Zeros(tuple[tuple[int, int], ...]):
    """Zeros before and after each axis, of a layer ahead of the one that reads them."""


def sides(config: dict[str, Any], key: str, rank: int) -> Pairs:
    """Return what a layer adds to or cuts from each axis: before and after.

    >>> sides({"padding": [[0, 1], 2]}, "padding", 2), sides({"cropping": [1, 0]}, "cropping", 1)
    (((0, 1), (2, 2)), ((1, 0),))
    """
    value = config.get(key, 1)
    if rank == 1 and isinstance(value, list) and len(value) == 2:
        value = [value]
    given = [value] * rank if isinstance(value, int) else value
    if not isinstance(given, list) or len(given) != rank:
        raise NoWord(f"{key} {str(value)[:40]} is not of {rank} axes")
    pairs = tuple((one, one) if type(one) is int else _pair(one) for one in given)
    if not all(type(n) is int and n >= 0 for pair in pairs for n in pair):
        raise NoWord(f"{key} {str(value)[:40]} is not of whole numbers")
    return pairs


def _pair(value: Any) -> tuple[int, int]:
    if not isinstance(value, list) or len(value) != 2:
        raise NoWord(f"{str(value)[:40]} is no pair of before and after")
    return value[0], value[1]


def grown(x: Shape, pairs: Pairs) -> Shape:
    """Return a shape with so much more before and after each axis; negative numbers cut.

    >>> grown((3, 8, 8), ((0, 1), (-2, 0)))
    (3, 9, 6)
    """
    *sizes, depth = hwc(x)
    made = tuple(n + before + after for n, (before, after) in zip(sizes, pairs, strict=True))
    if min(made, default=1) < 1:
        raise NoWord("it cuts off more than there is")
    return volume(depth, made)


def is_centered(cut: Pairs) -> bool:
    """Tell whether the middle is kept, the end losing one more where the number is odd."""
    return all(before == (before + after) // 2 for before, after in cut)


def ordered(x: Shape, first: bool) -> tuple[int, ...]:
    """Return a shape in the order of the file."""
    return tuple(x) if first else hwc(x)


def restored(sizes: tuple[int, ...], first: bool) -> Shape:
    """Return the shape that the file writes in its order."""
    return sizes if first else channels_last(sizes)


def reshaped(config: dict[str, Any], x: Shape, first: bool) -> Shape:
    """Return the shape of the same values, with at most one size left to work out (-1).

    >>> reshaped({"target_shape": [-1, 4]}, (12, 8, 8), False)
    (192, 4)
    """
    target = config.get("target_shape")
    if not isinstance(target, list) or not target:
        raise NoWord("it has no target_shape")
    return restored(filled(target, product(x)), first)


def permuted(config: dict[str, Any], x: Shape, first: bool) -> Shape:
    """Return the shape with its axes in another order, counted from 1."""
    order, sizes = config.get("dims"), ordered(x, first)
    if not isinstance(order, list) or sorted(order) != list(range(1, len(sizes) + 1)):
        raise NoWord(f"dims {str(order)[:40]} are not the {len(sizes)} axes in an order")
    return restored(tuple(sizes[one - 1] for one in order), first)
