"""Where layers of Caffe put values: parts, reshapes, permutations, flattening. Axis 0 is the batch.

Shapes here are those behind the batch, in Caffe's order.
"""

from __future__ import annotations

import re
from itertools import pairwise

from ..arithmetic.dims import Shape, product
from .base import NoWord
from .caffe_fields import Fields
from .draft_shapes import filled


def axis_of(of: Fields, param: str, key: str, default: int, x: Shape) -> int:
    """Return an axis that may be counted from the end."""
    axis = of.number(param, key, default)
    axis = axis if axis >= 0 else axis + len(x) + 1
    if not 0 <= axis <= len(x):
        raise NoWord(f"{key} {axis} is none of its axes, 0 to {len(x)}")
    return axis


def sliced(of: Fields, x: Shape) -> list[Shape]:
    """Return the shapes of the parts that a blob is cut into, along one axis."""
    param = "slice_param"
    axis = axis_of(of, param, "axis", of.number(param, "slice_dim", 1), x)
    if axis == 0:
        raise NoWord("it cuts the batch in parts", "cut the channels, axis: 1")
    size, count = x[axis - 1], len(of.tops)
    points = [_whole(one) for one in of.layer.message(param).texts("slice_point")]
    if count < 2 or (points and len(points) != count - 1):
        raise NoWord(f"{len(points)} slice_points do not cut it into {count} tops")
    if not points:
        if size % count:
            raise NoWord(f"{size} cannot be cut into {count} equal parts")
        points = [size // count * number for number in range(1, count)]
    bounds = [0, *points, size]
    if any(start >= end for start, end in pairwise(bounds)):
        raise NoWord(f"the slice_points {str(points)[:40]} do not rise within {size}")
    return [(*x[: axis - 1], end - start, *x[axis:]) for start, end in pairwise(bounds)]


def reshaped(of: Fields, x: Shape, batch: int) -> Shape:
    """Return the shape that a Reshape asks for; ``batch`` is the file's, 0 where it has none."""
    param = "reshape_param"
    asked = [_whole(one) for one in of.layer.message(param).message("shape").texts("dim")]
    axis, count = axis_of(of, param, "axis", 0, x), of.number(param, "num_axes", -1)
    if not asked:
        raise NoWord("it has no shape")
    end = len(x) + 1 if count == -1 else axis + count
    if not axis <= end <= len(x) + 1:
        raise NoWord(f"num_axes {count} is more than it has")
    whole = (batch, *x)
    if any(one == 0 and axis + at > len(x) for at, one in enumerate(asked)):
        raise NoWord("a dim of 0 copies an axis that is not there")
    copied = [whole[axis + at] if one == 0 and axis + at else one for at, one in enumerate(asked)]
    made = [*whole[:axis], *copied, *whole[end:]]
    first, *rest = made
    mixes = asked[0] not in (0, -1, batch) or (first == -1 and -1 in rest)
    if axis == 0 and mixes:
        raise NoWord("it mixes samples of the batch", "begin its shape with dim: 0")
    if not rest:
        raise NoWord("it leaves no axis but the batch")
    return filled(rest, product(x))


def permuted(of: Fields, x: Shape) -> Shape:
    """Return the shape with its axes in another order."""
    order = [_whole(one) for one in of.layer.message("permute_param").texts("order")]
    order += [axis for axis in range(len(x) + 1) if axis not in order]
    if sorted(order) != list(range(len(x) + 1)) or order[0] != 0:
        raise NoWord(f"the order {str(order)[:40]} does not keep the batch first")
    return tuple(x[axis - 1] for axis in order[1:])


def flattened(of: Fields, x: Shape) -> Shape:
    """Return the shape with some axes, all by default, as one."""
    param = "flatten_param"
    axis, last = axis_of(of, param, "axis", 1, x), axis_of(of, param, "end_axis", -1, x)
    if axis == 0 or last < axis:
        raise NoWord("it mixes samples of the batch", "axis: 1")
    return (*x[: axis - 1], product(x[axis - 1 : last]), *x[last:])


def _whole(text: str) -> int:
    if not re.fullmatch(r"-?\d{1,10}", text):
        raise NoWord(f"{text[:20]} is no whole number")
    return int(text)
