"""Sums, products and concatenations."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from ...arithmetic.dims import product
from ..names import (
    MAP,
    TOKENS,
    channel_axis,
)
from ..recorder import Call, Recorder
from .common import (
    as_map,
    handles,
    logical,
    made,
)


@handles("add", "sub", "mul")
def _binary(recorder: Recorder, call: Call) -> bool:
    if len(call.args) < 2 or call.kwargs.get("alpha", 1) != 1:
        return False
    one, two = call.args[:2]
    refs = [recorder.refs.get(id(t)) if isinstance(t, Tensor) else None for t in (one, two)]
    if refs[0] is None or refs[1] is None:
        return _with_constant(recorder, call, one, two)
    if call.name == "sub":
        return False
    sources = [one, two]
    main = one if one.shape == call.out.shape else two
    axes = recorder.refs[id(main)].axes
    if call.name == "add" and one.shape != two.shape:
        return False
    if refs[0].axes != refs[1].axes and one.shape == two.shape and "?" not in axes:
        return False
    if "?" in axes:
        return False
    shapes = tuple(logical(recorder, t) for t in sources)
    return recorder.emit(made(call.name), sources, call.out, axes, shapes=shapes, leaf=False)


def _with_constant(recorder: Recorder, call: Call, one: Any, two: Any) -> bool:
    """Record a sum with, or a product by, a learned tensor: position tables and layer scales."""
    x, other = (one, two) if isinstance(one, Tensor) and id(one) in recorder.refs else (two, one)
    ref = recorder.refs.get(id(x))
    if ref is None or not isinstance(other, Tensor) or id(other) not in recorder.constants:
        return False
    shape = logical(recorder, x)
    if call.name == "add" and ref.axes == TOKENS and other.shape[-2:] == x.shape[-2:]:
        sizes = [tuple(p.shape) for p in recorder.constants[id(other)].params.values()]
        if len(sizes) != 1 or product(sizes[0]) != product(shape):
            return False
        layer = made("posembed")
        return recorder.emit(layer, [x], call.out, ref.axes, shapes=(shape,), learned=[other])
    width = x.shape[channel_axis(ref.axes)] if channel_axis(ref.axes) >= 0 else 0
    if call.name == "mul" and other.numel() == width and call.out.shape == x.shape:
        layer = made("layerscale")
        return recorder.emit(layer, [x], call.out, ref.axes, shapes=(shape,), learned=[other])
    return False


@handles("cat", "concat", "concatenate")
def _concat(recorder: Recorder, call: Call) -> bool:
    tensors, axis = call.given("tensors dim", 0)
    if call.args and isinstance(call.args[0], Tensor):
        return False
    axis %= call.out.dim()
    refs = [recorder.refs.get(id(one)) for one in tensors]
    if len(tensors) == 2 and refs[0] is None and refs[1] is not None:
        x = tensors[1]
        is_token = refs[1].axes == TOKENS and axis == 1 and tensors[0].shape[1] == 1
        if is_token and id(tensors[0]) in recorder.constants:
            shape = (logical(recorder, x),)
            layer = made("cls", do="add")
            return recorder.emit(layer, [x], call.out, TOKENS, shapes=shape, learned=[tensors[0]])
    if any(ref is None for ref in refs) or len(refs) < 2:
        return False
    axes = refs[0].axes  # type: ignore[union-attr]
    rank = call.out.dim() - 2
    if axis == 1 and rank in MAP and rank > 1 and all(as_map(recorder, t, rank) for t in tensors):
        axes = MAP[rank]
    elif any(ref.axes != axes for ref in refs if ref) or axis != channel_axis(axes):
        return False
    shapes = tuple(logical(recorder, t) for t in tensors)
    return recorder.emit(made("concat"), list(tensors), call.out, axes, shapes=shapes, leaf=False)
