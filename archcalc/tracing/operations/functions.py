"""Functions of each value by itself."""

from __future__ import annotations

from ...notation.synonyms import layer_meant
from ..names import (
    channel_axis,
)
from ..recorder import Call, Recorder
from .common import (
    handles,
    logical,
    made,
    same_shape,
)

_FUNCTIONS = (
    *("relu", "relu6", "leaky_relu", "elu", "selu", "celu", "gelu", "silu", "mish"),
    *("sigmoid", "hardsigmoid", "hardswish", "tanh", "softplus", "softsign"),
)


@handles(*_FUNCTIONS)
def _function(recorder: Recorder, call: Call) -> bool:
    (x,) = call.given("input")
    return same_shape(recorder, call, made(layer_meant(call.name)), x)


@handles("hardtanh")
def _hard_tanh(recorder: Recorder, call: Call) -> bool:
    x, low, high = call.given("input min_val max_val", -1.0, 1.0)
    return same_shape(recorder, call, made("relu6" if (low, high) == (0, 6) else "hardtanh"), x)


@handles("softmax", "log_softmax")
def _softmax(recorder: Recorder, call: Call) -> bool:
    x, axis = call.given("input dim")
    ref = recorder.refs.get(id(x))
    if ref is None or axis is None or axis % x.dim() != channel_axis(ref.axes):
        return False
    return same_shape(recorder, call, made(call.name.replace("_", "")), x)


@handles("prelu")
def _prelu(recorder: Recorder, call: Call) -> bool:
    x, weight = call.given("input weight")
    ref = recorder.refs.get(id(x))
    if ref is None or weight.numel() != x.shape[channel_axis(ref.axes)]:
        return False
    shape = logical(recorder, x)
    return recorder.emit(made("prelu"), [x], call.out, ref.axes, shapes=(shape,), learned=[weight])


@handles("dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_dropout")
def _dropout(recorder: Recorder, call: Call) -> bool:
    x, share = call.given("input p", 0.5)
    if not isinstance(share, int | float) or not 0 <= share <= 1:
        return False
    return same_shape(recorder, call, made("dropout", probability=f"{share:g}"), x)
