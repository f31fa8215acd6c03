"""Convolutions and transposed convolutions."""

from __future__ import annotations

from typing import Any

from ...layers.options import Pad
from ..names import (
    MAP,
)
from ..recorder import Call, Recorder
from .common import (
    as_map,
    handles,
    logical,
    made,
    one_or_all,
    spread,
)


@handles("conv1d", "conv2d", "conv3d")
def _convolution(recorder: Recorder, call: Call) -> bool:
    x, weight, bias, stride, padding, dilation, groups = call.given(
        "input weight bias stride padding dilation groups", 1, 0, 1, 1
    )
    rank = weight.dim() - 2
    if not as_map(recorder, x, rank):
        return False
    kernel = tuple(weight.shape[2:])
    spacings = spread(dilation, rank)
    if padding == "same":  # torch's: one more at the end where the sum is odd
        total = [d * (k - 1) for d, k in zip(spacings, kernel, strict=True)]
        pads = tuple(Pad(n // 2, n - n // 2) if n % 2 else Pad(n // 2) for n in total)
    else:
        pads = tuple(Pad(n) for n in spread(0 if padding == "valid" else padding, rank))
    pads = (pads[0],) if len(set(pads)) == 1 else pads
    depth = x.shape[1]
    options: dict[str, Any] = {
        "kernel": kernel,
        "padding": pads,
        "stride": one_or_all(spread(stride, rank)),
        "dilation": one_or_all(spacings),
        "bias": bias is not None,
    }
    if groups == depth > 1 and rank < 3:
        layer = made("dwconv", mult=weight.shape[0] // depth, **options)
    else:
        layer = made("conv", channels=weight.shape[0], groups=groups, **options)
    shape = logical(recorder, x)
    return recorder.emit(layer, [x], call.out, MAP[rank], shapes=(shape,), learned=[weight, bias])


@handles("conv_transpose1d", "conv_transpose2d", "conv_transpose3d")
def _transposed(recorder: Recorder, call: Call) -> bool:
    x, weight, bias, stride, padding, extra, groups, dilation = call.given(
        "input weight bias stride padding output_padding groups dilation", 1, 0, 0, 1, 1
    )
    rank = weight.dim() - 2
    if not as_map(recorder, x, rank):
        return False
    pads = tuple(Pad(n) for n in spread(padding, rank))
    layer = made(
        "deconv",
        kernel=tuple(weight.shape[2:]),
        channels=weight.shape[1] * groups,
        padding=(pads[0],) if len(set(pads)) == 1 else pads,
        stride=one_or_all(spread(stride, rank)),
        outpad=one_or_all(spread(extra, rank)),
        dilation=one_or_all(spread(dilation, rank)),
        groups=groups,
        bias=bias is not None,
    )
    shape = logical(recorder, x)
    return recorder.emit(layer, [x], call.out, MAP[rank], shapes=(shape,), learned=[weight, bias])
