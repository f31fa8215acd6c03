"""Norms."""

from __future__ import annotations

from ...layers.base import View
from ..names import (
    MAP,
    VECTOR,
    channel_axis,
)
from ..recorder import Call, Recorder
from .common import (
    as_map,
    handles,
    logical,
    made,
    measured,
)


@handles("batch_norm", "instance_norm")
def _batch_norm(recorder: Recorder, call: Call) -> bool:
    x, average, variance, weight, bias = call.given("input running_mean running_var weight bias")
    ref = recorder.refs.get(id(x))
    if ref is None or call.name == "instance_norm":
        return False
    rank = x.dim() - 2
    axes = ref.axes
    if rank in MAP and as_map(recorder, x, rank):
        axes = MAP[rank]
    elif axes != VECTOR:
        return False
    layer = made("bn", affine=weight is not None)
    shape = logical(recorder, x)
    statistics = recorder.stored([average, variance])
    if average is not None:
        statistics["num_batches_tracked"] = ()
    return recorder.emit(
        layer, [x], call.out, axes, shapes=(shape,), learned=[weight, bias], buffers=statistics
    )


@handles("layer_norm", "rms_norm")
def _layer_norm(recorder: Recorder, call: Call) -> bool:
    x, sizes, weight, bias = call.given("input normalized_shape weight bias")
    ref = recorder.refs.get(id(x))
    if ref is None or len(sizes) != 1:
        return False
    word = "ln" if call.name == "layer_norm" else "rmsnorm"
    options = {"affine": weight is not None} if word == "ln" else {}
    if word == "rmsnorm" and weight is None:
        return False
    layer = made(word, **options)
    learned = [weight, bias]
    if channel_axis(ref.axes) == len(ref.axes) - 1 and (bias is not None) == (weight is not None):
        shape = logical(recorder, x)
        return recorder.emit(layer, [x], call.out, ref.axes, shapes=(shape,), learned=learned)
    facts = layer.facts((x.numel() // sizes[0], sizes[0]))
    return measured(recorder, call, [x], facts, learned, View.POINTWISE, word, ref.axes)


@handles("group_norm")
def _group_norm(recorder: Recorder, call: Call) -> bool:
    x, groups, weight, bias = call.given("input num_groups weight bias")
    rank = x.dim() - 2
    if rank not in MAP or not as_map(recorder, x, rank):
        return False
    layer = made("gn", groups=groups, affine=weight is not None)
    shape = logical(recorder, x)
    return recorder.emit(layer, [x], call.out, MAP[rank], shapes=(shape,), learned=[weight, bias])


@handles("local_response_norm")
def _response_norm(recorder: Recorder, call: Call) -> bool:
    x, size = call.given("input size")
    ref = recorder.refs.get(id(x))
    return ref is not None and recorder.emit(
        made("lrn", window=size), [x], call.out, ref.axes, shapes=(logical(recorder, x),)
    )
