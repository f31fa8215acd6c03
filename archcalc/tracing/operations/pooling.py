"""Pooling, and means over places."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ...layers.base import View
from ...layers.options import Pad
from ..names import (
    MAP,
    VECTOR,
    numbers,
    places,
)
from ..recorder import Call, Recorder, flat
from ..traced import stated
from .common import (
    as_map,
    handles,
    logical,
    made,
    measured,
    one_or_all,
    spread,
)


@handles("max_pool1d", "max_pool2d", "max_pool3d")
def _max_pool(recorder: Recorder, call: Call) -> bool:
    x, kernel, stride, padding, dilation, ceil = call.given(
        "input kernel_size stride padding dilation ceil_mode", 0, 1, False
    )
    return _pool(recorder, call, x, kernel, stride, padding, ceil, "maxpool", dilation=dilation)


@handles("avg_pool1d", "avg_pool2d", "avg_pool3d")
def _avg_pool(recorder: Recorder, call: Call) -> bool:
    x, kernel, stride, padding, ceil = call.given(
        "input kernel_size stride padding ceil_mode", 0, False
    )
    return _pool(recorder, call, x, kernel, stride, padding, ceil, "avgpool")


def _pool(
    recorder: Recorder,
    call: Call,
    x: Tensor,
    kernel: Any,
    stride: Any,
    padding: Any,
    ceil: bool,
    word: str,
    **options: Any,
) -> bool:
    rank = x.dim() - 2
    if rank not in MAP or not as_map(recorder, x, rank):
        return False
    sizes = spread(kernel, rank)
    pads = tuple(Pad(n) for n in spread(padding, rank))
    if "dilation" in options:
        options["dilation"] = one_or_all(spread(options["dilation"], rank))
    steps = sizes if stride is None or stride == [] else spread(stride, rank)
    layer = made(
        word,
        kernel=sizes,
        stride=one_or_all(steps),
        padding=(pads[0],) if len(set(pads)) == 1 else pads,
        ceil=ceil,
        **options,
    )
    out = flat(call.out)[0]
    return recorder.emit(layer, [x], out, MAP[rank], shapes=(logical(recorder, x),))


@handles("adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d")
def _adaptive_average(recorder: Recorder, call: Call) -> bool:
    return _adaptive(recorder, call, "adaptiveavgpool")


@handles("adaptive_max_pool1d", "adaptive_max_pool2d", "adaptive_max_pool3d")
def _adaptive_maximum(recorder: Recorder, call: Call) -> bool:
    return _adaptive(recorder, call, "adaptivemaxpool")


def _adaptive(recorder: Recorder, call: Call, word: str) -> bool:
    (x,) = call.given("input")
    rank = x.dim() - 2
    if rank not in MAP or not as_map(recorder, x, rank):
        return False
    out = flat(call.out)[0]
    target = tuple(out.shape[2:])
    if word == "adaptiveavgpool" and set(target) == {1}:
        layer = made("gap")
    else:
        layer = made(word, target=target)
    return recorder.emit(layer, [x], out, MAP[rank], shapes=(logical(recorder, x),))


@handles("mean")
def _mean(recorder: Recorder, call: Call) -> bool:
    x, axes, keep = call.given("input dim keepdim", None, False)
    ref = recorder.refs.get(id(x))
    if ref is None or axes is None or not isinstance(call.out, Tensor):
        return False
    over = {n % x.dim() for n in numbers(axes)}
    if not over or over != places(ref.axes):
        return False
    if len(ref.axes) < 4 or "c" not in ref.axes:
        facts = stated((ref.shape,), ref.shape, elementwise=x.numel())
        left = ref.axes if keep else VECTOR
        return measured(recorder, call, [x], facts, [], View.WHOLE, "mean", left)
    shape = logical(recorder, x)
    unit = (shape[0], *(1 for _ in shape[1:]))
    with torch._C.DisableTorchFunction():
        kept = torch.empty(1, *unit, device="meta")
    if not recorder.emit(made("gap"), [x], kept, MAP[len(unit) - 1], shapes=(shape,)):
        return False
    if keep:
        here = recorder.refs[id(kept)]
        recorder.place(call.out, here.node, here.shape, ref.axes)
        return True
    return recorder.emit(made("flatten"), [kept], call.out, VECTOR, leaf=False)
