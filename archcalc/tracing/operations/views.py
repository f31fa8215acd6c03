"""The same values in another shape, and values moved."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from ...layers.base import View
from ...layers.window import Window
from ..names import (
    MAP,
    SHUFFLED,
    SPLIT,
    TOKENS,
    VECTOR,
    Axes,
    numbers,
    permuted,
    shape_of,
    viewed,
)
from ..recorder import Call, Recorder, tensors_of
from ..traced import Traced, stated
from .common import (
    as_map,
    handles,
    logical,
    made,
    measured,
    moved_only,
)


@handles("flatten")
def _flatten(recorder: Recorder, call: Call) -> bool:
    (x,) = call.given("input")
    return _reshaped(recorder, call, x)


@handles("view", "reshape", "squeeze", "unflatten", "view_as", "reshape_as")
def _reshape(recorder: Recorder, call: Call) -> bool:
    return _reshaped(recorder, call, call.args[0])


def _reshaped(recorder: Recorder, call: Call, x: Any) -> bool:
    ref = recorder.refs.get(id(x)) if isinstance(x, Tensor) else None
    if ref is None or not isinstance(call.out, Tensor):
        return False
    axes = viewed(tuple(x.shape), ref.axes, tuple(call.out.shape))
    if axes is None:
        return moved_only(recorder, call, x)
    if axes == ref.axes and x.shape == call.out.shape:
        return recorder.alias(x, call.out, axes)
    if axes == SPLIT:
        return recorder.alias(x, call.out, axes)
    shape = logical(recorder, x)
    if ref.axes == SHUFFLED:
        layer = made("shuffle", groups=x.shape[2])
        return recorder.emit(layer, [x], call.out, axes, shapes=(shape,), leaf=False)
    word = "flatten" if axes == VECTOR else "tokens"
    return recorder.emit(made(word), [x], call.out, axes, shapes=(shape,))


@handles("permute", "transpose", "swapaxes", "t", "swapdims", "movedim", "mT", "mH")
def _permute(recorder: Recorder, call: Call) -> bool:
    x = call.args[0]
    ref = recorder.refs.get(id(x))
    if ref is None:
        return False
    order = _order(call, x.dim())
    if order is None:
        return False
    if "?" in ref.axes:
        return moved_only(recorder, call, x)
    return recorder.alias(x, call.out, permuted(ref.axes, order))


def _order(call: Call, count: int) -> tuple[int, ...] | None:
    if call.name == "permute":
        given = call.kwargs.get("dims") or (
            call.args[1]
            if len(call.args) == 2 and not isinstance(call.args[1], int)
            else call.args[1:]
        )
        return tuple(n % count for n in numbers(given))
    order = list(range(count))
    if call.name in ("transpose", "swapaxes", "swapdims"):
        _, one, two = call.given("input dim0 dim1")
    elif call.name == "t" and count == 2:
        one, two = 0, 1
    else:
        return None
    if one is None or two is None:
        return None
    order[one], order[two] = order[two], order[one]
    return tuple(order)


@handles(
    "contiguous", "detach", "to", "float", "half", "type_as", "clone", "identity", "requires_grad"
)
def _untouched(recorder: Recorder, call: Call) -> bool:
    x = call.args[0]
    ref = recorder.refs.get(id(x)) if isinstance(x, Tensor) else None
    if ref is None or not isinstance(call.out, Tensor) or x.shape != call.out.shape:
        return False
    return recorder.alias(x, call.out, ref.axes)


_FIRST_TOKEN = ((slice(None), 0), (slice(None), 0, slice(None)))


@handles("getitem")
def _item(recorder: Recorder, call: Call) -> bool:
    x, index = call.args[:2]
    ref = recorder.refs.get(id(x))
    if ref is None:
        return False
    plain = isinstance(index, tuple) and all(isinstance(one, int | slice) for one in index)
    if ref.axes == TOKENS and plain and index in _FIRST_TOKEN:
        shape = (logical(recorder, x),)
        return recorder.emit(made("cls"), [x], call.out, VECTOR, shapes=shape, leaf=False)
    axes = _kept(ref.axes, index, call.out) if call.out.shape != x.shape else ref.axes
    return moved_only(recorder, call, x, axes)


def _kept(axes: Axes, index: Any, out: Tensor) -> Axes:
    """Return the axes of a slice that takes no axis away."""
    parts = index if isinstance(index, tuple) else (index,)
    plain = all(isinstance(part, slice) or part is Ellipsis for part in parts)
    return axes if plain and len(axes) == out.dim() else ()


@handles("chunk", "split", "unbind", "tensor_split", "split_with_sizes")
def _parts(recorder: Recorder, call: Call) -> bool:
    x = call.args[0]
    ref = recorder.refs.get(id(x))
    outputs = tensors_of(call.out)
    if ref is None or not outputs:
        return False
    whole = call.out
    for one in outputs:
        call.out = one
        axes = ref.axes if one.dim() == len(ref.axes) else ()
        moved_only(recorder, call, x, axes)
    call.out = whole
    return True


@handles("setitem")
def _assignment(recorder: Recorder, call: Call) -> bool:
    """Record values written into a tensor: it is the joined memory from then on."""
    x, _, value = call.args[:3]
    ref = recorder.refs.get(id(x))
    other = recorder.refs.get(id(value)) if isinstance(value, Tensor) else None
    found = [one for one in (ref, other) if one is not None]
    axes = ref.axes if ref else ("?",) * x.dim()
    output = ref.shape if ref else shape_of(tuple(x.shape), axes)
    facts = stated(tuple(one.shape for one in found), output, windows=View.SCATTERED)
    name = recorder.name("assign", leaf=False)
    recorder.append(name, Traced("assign", facts), found, facts)
    recorder.place(x, name, output, axes)
    return True


@handles("pixel_shuffle", "pixel_unshuffle", "channel_shuffle")
def _shuffled(recorder: Recorder, call: Call) -> bool:
    x, factor = call.args[0], call.args[1] if len(call.args) > 1 else None
    if factor is None or not as_map(recorder, x, 2):
        return False
    word = {"pixel_shuffle": "pixelshuffle", "pixel_unshuffle": "pixelunshuffle"}.get(
        call.name, "shuffle"
    )
    key = {"pixelshuffle": "factor", "pixelunshuffle": "factor", "shuffle": "groups"}[word]
    try:
        layer = made(word, **{key: factor})
    except TypeError:
        return False
    return recorder.emit(layer, [x], call.out, MAP[2], shapes=(logical(recorder, x),))


@handles("interpolate", "upsample")
def _resized(recorder: Recorder, call: Call) -> bool:
    x, _, _, mode = call.given("input size scale_factor mode", "nearest")
    rank = x.dim() - 2
    if rank not in MAP or not as_map(recorder, x, rank) or mode not in ("nearest", "bilinear"):
        return False
    factors = {b / a for a, b in zip(x.shape[2:], call.out.shape[2:], strict=True)}
    factor = factors.pop()
    if factors or factor != int(factor):
        return False
    try:
        layer = made("upsample", factor=(int(factor),), mode=mode)
    except TypeError:
        return False
    return recorder.emit(layer, [x], call.out, MAP[rank], shapes=(logical(recorder, x),))


@handles("pad")
def _padded(recorder: Recorder, call: Call) -> bool:
    x, pads, mode = call.given("input pad mode", "constant")
    ref = recorder.refs.get(id(x))
    if ref is None or mode != "constant" or ref.axes not in MAP.values() or len(ref.axes) < 4:
        return False
    rank = x.dim() - 2
    if len(pads) > 2 * rank:
        return False
    around = {x.dim() - 1 - i // 2: tuple(pads[i : i + 2]) for i in range(0, len(pads), 2)}
    windows = tuple(Window(1, 1, *around.get(axis, (0, 0))) for axis in range(2, x.dim()))
    facts = stated((ref.shape,), ref.shape)
    return measured(recorder, call, [x], facts, [], windows, "pad", ref.axes)


@handles("embedding")
def _embedding_call(recorder: Recorder, call: Call) -> bool:
    x, weight = call.given("input weight")
    ref = recorder.refs.get(id(x))
    if ref is None or ref.axes != VECTOR:
        return False
    rows, width = weight.shape
    layer = made("embedding", vocabulary=rows, width=width)
    return recorder.emit(layer, [x], call.out, TOKENS, learned=[weight])
