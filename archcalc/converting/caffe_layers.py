"""Layers of Caffe as layers of the notation: its defaults, and rounding up where it pools."""

from __future__ import annotations

import re
from collections.abc import Callable

from ..arithmetic.dims import Shape
from ..layers.base import Layer
from .base import INSTEAD, NoWord, made, pads
from .caffe_fields import Fields

ACTIVATIONS = {
    "Sigmoid": "sigmoid",
    "TanH": "tanh",
    "ELU": "elu",
    "ReLU6": "relu6",
}


def made_of(of: Fields, x: Shape | None) -> Layer:
    """Return the layer that reads one blob; NoWord where there is no word for it."""
    if of.kind not in _MAKERS:
        raise NoWord("the notation has no word for it", INSTEAD)
    return _MAKERS[of.kind](of, x)


def is_channels(axis: int, x: Shape | None) -> bool:
    """Tell whether an axis, counted from the batch, is the one of the channels."""
    rank = len(x) if x is not None else 3
    place = axis if axis >= 0 else axis + rank + 1
    return place == (1 if rank != 2 else 2)


def _convolution(of: Fields, x: Shape | None) -> Layer:
    word = "deconv" if of.kind == "Deconvolution" else "conv"
    param = "convolution_param"
    if of.number(param, "axis", 1) != 1:
        raise NoWord("its channels are on another axis than 1")
    around = of.pair(param, "pad", 0)
    return made(
        word,
        kernel=of.pair(param, "kernel", 0),
        channels=of.number(param, "num_output", 0),
        padding=pads([(pad, pad) for pad in around]),
        stride=of.axes(param, "stride", 1),
        dilation=of.axes(param, "dilation", 1),
        groups=of.number(param, "group", 1),
        bias=of.flag(param, "bias_term", True),
    )


def _pooling(of: Fields, x: Shape | None) -> Layer:
    param = "pooling_param"
    words = {"MAX": "maxpool", "AVE": "avgpool", "0": "maxpool", "1": "avgpool"}
    method = of.text(param, "pool", "MAX")
    if method not in words:
        raise NoWord(f"the notation has no word for {method[:20]} pooling")
    word = words[method]
    if of.flag(param, "global_pooling", False):
        return made("gap") if word == "avgpool" else made("adaptivemaxpool", target=(1, 1))
    kernel, stride = of.pair(param, "kernel", 0), of.pair(param, "stride", 1)
    pad = of.pair(param, "pad", 0)
    ceil = of.text(param, "round_mode", "CEIL") in ("CEIL", "0")
    if ceil:
        of.draft.note("pooling rounds up (ceil), as Caffe does; its stride is 1 where none is said")
    if ceil and not any(pad) and x is not None and len(x) == 3:
        starts = [-(-(n - k) // s) * s for n, k, s in zip(x[1:], kernel, stride, strict=True)]
        if any(start >= n for start, n in zip(starts, x[1:], strict=True)):
            raise NoWord("its last window begins behind the input; Caffe counts it, others do not")
    return made(
        word,
        kernel=kernel,
        stride=of.axes(param, "stride", 1),
        padding=pads([(one, one) for one in pad]),
        ceil=ceil,
    )


def _fc(of: Fields, x: Shape | None) -> Layer:
    param = "inner_product_param"
    if of.number(param, "axis", 1) != 1:
        raise NoWord("it works on another axis than 1")
    bias = of.flag(param, "bias_term", True)
    return made("fc", units=of.number(param, "num_output", 0), bias=bias)


def _lrn(of: Fields, x: Shape | None) -> Layer:
    if of.text("lrn_param", "norm_region", "ACROSS_CHANNELS") not in ("ACROSS_CHANNELS", "0"):
        raise NoWord("the notation has no word for LRN within a channel")
    return made("lrn", window=of.number("lrn_param", "local_size", 5))


def _relu(of: Fields, x: Shape | None) -> Layer:
    slope = of.text("relu_param", "negative_slope", "0")
    return made("relu" if re.fullmatch(r"0*\.?0*", slope) else "leakyrelu")


def _prelu(of: Fields, x: Shape | None) -> Layer:
    if of.flag("prelu_param", "channel_shared", False):
        raise NoWord("the notation has no word for one slope for all channels")
    return made("prelu")


def _softmax(of: Fields, x: Shape | None) -> Layer:
    if not is_channels(of.number("softmax_param", "axis", 1), x):
        raise NoWord("it works on another axis than the channels", INSTEAD)
    return made("softmax")


def _normalize(of: Fields, x: Shape | None) -> Layer:
    """Return the norm of length 1 over the channels: rmsnorm but for a constant factor."""
    param = "norm_param"
    if of.flag(param, "across_spatial", True) or of.flag(param, "channel_shared", True):
        raise NoWord(
            "only a norm of each position with a scale per channel has a word",
            "across_spatial: false and channel_shared: false, as SSD has them",
        )
    of.draft.note("Normalize is rmsnorm: the same up to the root of the channels in its scale")
    return made("rmsnorm")


def _shuffle(of: Fields, x: Shape | None) -> Layer:
    return made("shuffle", groups=of.number("shuffle_channel_param", "group", 1))


def _dropout(of: Fields, x: Shape | None) -> Layer:
    return made("dropout", probability=of.decimal("dropout_param", "dropout_ratio", "0.5"))


_MAKERS: dict[str, Callable[[Fields, Shape | None], Layer]] = {
    "Convolution": _convolution,
    "Deconvolution": _convolution,
    "Pooling": _pooling,
    "InnerProduct": _fc,
    "LRN": _lrn,
    "ReLU": _relu,
    "PReLU": _prelu,
    "Dropout": _dropout,
    "DepthwiseConvolution": _convolution,
    "Normalize": _normalize,
    "ShuffleChannel": _shuffle,
    "Softmax": _softmax,
    "BatchNorm": lambda of, x: made("bn", affine=False),
    **{kind: lambda of, x, word=word: made(word) for kind, word in ACTIVATIONS.items()},  # type: ignore[misc]
}
