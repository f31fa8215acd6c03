"""Tensors with named dimensions: which of torch's axes are channels, places, or the batch.

The module runs with a batch of one. A recorded tensor knows the node that made it, the shape
that the node has in archcalc, and the meaning of its axes in torch's order: ``n`` (batch), ``c``
and ``d`` (channels of a map, width of a token), ``g`` (groups that channels were split into),
``x y z`` (places of a map) and ``l`` (tokens).
An axis whose meaning was lost is ``?``.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ..arithmetic.dims import Shape

Axes = tuple[str, ...]

MAP = {1: ("n", "c", "l"), 2: ("n", "c", "y", "x"), 3: ("n", "c", "z", "y", "x")}
TOKENS: Axes = ("n", "l", "d")
VECTOR: Axes = ("n", "d")
SPLIT: Axes = ("n", "g", "c", "y", "x")
SHUFFLED: Axes = ("n", "c", "g", "y", "x")


class Ref(NamedTuple):
    """Where a tensor comes from: its node, its shape there, and the meaning of torch's axes."""

    node: str
    shape: Shape
    axes: Axes


def lost(count: int) -> Axes:
    """Return axes of unknown meaning."""
    return ("?",) * count


def first_axes(sizes: tuple[int, ...]) -> Axes:
    """Return the axes of an input: by their number, a vector, tokens, a map or a film."""
    if len(sizes) == 2:
        return VECTOR
    if len(sizes) == 3:
        return TOKENS
    return MAP.get(len(sizes) - 2, lost(len(sizes)))


def shape_of(sizes: tuple[int, ...], axes: Axes) -> Shape:
    """Return a tensor's shape in archcalc's order, without the batch.

    Axes of unknown meaning keep torch's order; a leading 1 is taken for the batch.
    """
    if "?" in axes or len(axes) != len(sizes):
        rest = sizes[1:] if len(sizes) > 1 and sizes[0] == 1 else sizes
        return tuple(rest) or (1,)
    by_axis = dict(zip(axes, sizes, strict=True))
    width = by_axis.get("c", by_axis.get("d", 1)) * by_axis.get("g", 1)
    places = tuple(by_axis[axis] for axis in ("z", "y", "x", "l") if axis in by_axis)
    if not places:
        return (width,)
    return (width, *places) if len(places) > 1 else (*places, width)


def channel_axis(axes: Axes) -> int:
    """Return where the channels are; -1 where nobody knows."""
    for name in ("c", "d"):
        if name in axes:
            return axes.index(name)
    return -1


def places(axes: Axes) -> set[int]:
    """Return the axes that are places."""
    return {i for i, axis in enumerate(axes) if axis in "xyzl"}


def viewed(old: tuple[int, ...], axes: Axes, new: tuple[int, ...]) -> Axes | None:
    """Return the axes of a reshaped tensor where their meaning survives; None where not.

    A map whose places are joined becomes tokens behind channels; a map of one position, or
    anything flattened behind the batch, becomes a vector.
    """
    if old == new:
        return axes
    if "n" in axes and len(new) == 2 and new[0] == old[axes.index("n")] == 1:
        return VECTOR
    if axes == MAP[2] and len(new) == 5 and new[0] == 1 and new[3:] == old[2:]:
        return SPLIT
    if axes == SHUFFLED and len(new) == 4 and new[0] == 1 and new[2:] == old[3:]:
        return MAP[2]
    if axes in MAP.values() and len(axes) > 3 and len(new) == 3 and new[:2] == old[:2]:
        return ("n", "d", "l")
    return None


def permuted(axes: Axes, order: tuple[int, ...]) -> Axes:
    """Return the axes in another order."""
    return tuple(axes[i] for i in order)


def numbers(value: Any) -> tuple[int, ...]:
    """Return a size argument as whole numbers."""
    return tuple(int(n) for n in value) if isinstance(value, tuple | list) else (int(value),)
