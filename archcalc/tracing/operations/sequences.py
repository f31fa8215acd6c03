"""Recurrent layers."""

from __future__ import annotations

from typing import Any

from ..names import (
    TOKENS,
)
from ..recorder import Call, Recorder, flat
from .common import (
    handles,
    logical,
    made,
)


@handles("lstm", "gru", "rnn_tanh", "rnn_relu")
def _recurrent(recorder: Recorder, call: Call) -> bool:
    if len(call.args) < 9 or not isinstance(call.args[2], tuple | list):
        return False  # a packed sequence
    x, _, stacked, has_biases, layers, _, _, both, batch_first = call.args[:9]
    ref = recorder.refs.get(id(x))
    wanted = TOKENS if batch_first else ("l", "n", "d")
    if ref is None or x.dim() != 3:
        return False
    if ref.node in recorder.inputs and ref.axes != wanted and 1 in x.shape[:2]:
        recorder.relabel(x, wanted)
    hidden = stacked[1].shape[1]
    if stacked[0].shape[1] != x.shape[2] or _projects(stacked, has_biases):
        return False
    word = {"lstm": "lstm", "gru": "gru"}.get(call.name, "rnn")
    options = {"hidden": hidden, "layers": layers, "bidirectional": both, "bias": has_biases}
    layer = made(word, **options)
    out, *states = flat(call.out)
    shape = logical(recorder, x)
    if not recorder.emit(layer, [x], out, wanted, shapes=(shape,), learned=list(stacked)):
        return False
    here = recorder.refs[id(out)]
    for state in states:
        recorder.part(state, here.node, "state", here.shape)
    return True


def _projects(stacked: Any, has_biases: bool) -> bool:
    return len(stacked) % (4 if has_biases else 2) != 0
