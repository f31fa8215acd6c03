"""Layers of Keras as layers of the notation: its options, its defaults and its rule `same`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ..arithmetic.dims import Shape
from ..layers.base import Layer
from .base import INSTEAD, NoWord, axes, made, pads
from .keras_norms import NORMS
from .keras_shapes import Zeros
from .keras_words import NO_FUNCTION, REMEDIES, function_meant

PADDED = ("Conv", "Depth", "Sep", "Max", "Av")
Config = dict[str, Any]


def stages(
    kind: str, config: Config, x: Shape | None, note: Callable[[str], None]
) -> Iterator[Layer]:
    """Yield the layers that one of Keras is, its function behind it.

    Errors: :class:`NoWord` where the notation cannot say it.
    """
    rank = len(x) - 1 if x is not None else 2
    if kind not in _MAKERS:
        raise NoWord("the notation has no word for it", REMEDIES.get(kind, INSTEAD))
    if config.get("padding") == "same" and kind.startswith(PADDED):
        note("padding same is Keras's: the odd pixel goes to the end (torch pads both sides alike)")
    yield from _MAKERS[kind](config, rank)
    if kind != "Activation":
        yield from _function(config.get("activation"), rank)


def _function(value: Any, rank: int) -> Iterator[Layer]:
    """Yield the function that a name or, as Keras 3 writes some, an object stands for."""
    if isinstance(value, dict):
        inner, kind = value.get("config"), value.get("class_name")
        if isinstance(inner, dict) and str(kind) in _FUNCTIONS:
            yield from _FUNCTIONS[str(kind)](inner, rank)
            return
        value = inner if isinstance(inner, str) else kind
    if value is None or value == NO_FUNCTION:
        return
    word = function_meant(value) if isinstance(value, str) else ""
    if not word:
        raise NoWord(f"the notation has no word for the activation {str(value)[:30]}", INSTEAD)
    yield made(word)


def _sizes(config: Config, key: str, rank: int, default: Any = 1) -> tuple[int, ...]:
    """Return one number per axis."""
    value = config.get(key)
    value = default if value is None else value
    if value is None:
        raise NoWord(f"it has no {key}")
    found = (value,) * rank if isinstance(value, int) else tuple(value)
    if len(found) != rank or not all(type(one) is int for one in found):
        raise NoWord(f"{key} is not one whole number for each of {rank} axes")
    return found


def _whole(config: Config, key: str, default: int = 0) -> int:
    """Return a whole number above 0; NoWord where there is none."""
    value = config.get(key, default)
    if type(value) is not int or value < 1:
        raise NoWord(f"{key} {str(value)[:20]} is no whole number above 0")
    return value


def _padding(config: Config) -> Any:
    rule = config.get("padding", "valid")
    if isinstance(rule, Zeros):
        return pads(rule)
    if rule not in ("valid", "same"):
        raise NoWord(f"padding {str(rule)[:20]} has no word")
    return "same" if rule == "same" else pads([(0, 0)])


def _sliding(config: Config, rank: int) -> dict[str, Any]:
    return {
        "kernel": _sizes(config, "kernel_size", rank, None),
        "padding": _padding(config),
        "stride": axes(_sizes(config, "strides", rank)),
        "dilation": axes(_sizes(config, "dilation_rate", rank)),
    }


def _convolution(config: Config, rank: int) -> Iterator[Layer]:
    yield made(
        "conv",
        **_sliding(config, rank),
        channels=_whole(config, "filters"),
        groups=_whole(config, "groups", 1),
        bias=bool(config.get("use_bias", True)),
    )


def _depthwise(config: Config, rank: int) -> Iterator[Layer]:
    mult, bias = _whole(config, "depth_multiplier", 1), bool(config.get("use_bias", True))
    yield made("dwconv", **_sliding(config, rank), mult=mult, bias=bias)


def _separable(config: Config, rank: int) -> Iterator[Layer]:
    """Yield the depthwise part, without bias, and the pointwise one."""
    mult = _whole(config, "depth_multiplier", 1)
    yield made("dwconv", **_sliding(config, rank), mult=mult, bias=False)
    bias = bool(config.get("use_bias", True))
    yield made("conv", kernel=(1,) * rank, channels=_whole(config, "filters"), bias=bias)


def _transposed(config: Config, rank: int) -> Iterator[Layer]:
    """Yield a transposed convolution: n*s with `same`, else n*s + max(k - s, 0)."""
    kernel, stride = _sizes(config, "kernel_size", rank, None), _sizes(config, "strides", rank)
    if config.get("output_padding") is not None or config.get("groups", 1) != 1:
        raise NoWord("output_padding or groups of a transposed convolution")
    if set(_sizes(config, "dilation_rate", rank)) != {1}:
        raise NoWord("a transposed convolution with dilation")
    over = [max(k - s, 0) for k, s in zip(kernel, stride, strict=True)]
    cut = over if _padding(config) == "same" else [0] * rank
    extra = [max(s - k, 0) for k, s in zip(kernel, stride, strict=True)]
    yield made(
        "deconv",
        kernel=kernel,
        channels=_whole(config, "filters"),
        padding=pads([(one // 2, one - one // 2) for one in cut]),
        stride=axes(stride),
        outpad=axes(extra),
        bias=bool(config.get("use_bias", True)),
    )


def _dense(config: Config, rank: int) -> Iterator[Layer]:
    """Yield fc on a vector; on anything else Dense works on the last dimension alone."""
    word = "linear" if rank else "fc"
    yield made(word, units=_whole(config, "units"), bias=bool(config.get("use_bias", True)))


def _pool(word: str) -> Callable[[Config, int], Iterator[Layer]]:
    def maker(config: Config, rank: int) -> Iterator[Layer]:
        kernel = _sizes(config, "pool_size", rank, 2)
        stride = axes(_sizes(config, "strides", rank, kernel))
        yield made(word, kernel=kernel, stride=stride, padding=_padding(config))

    return maker


def _global(config: Config, rank: int) -> Iterator[Layer]:
    yield made("gap")


def _global_max(config: Config, rank: int) -> Iterator[Layer]:
    yield made("adaptivemaxpool", target=(1,) * rank)


def _relu(config: Config, rank: int) -> Iterator[Layer]:
    highest = config.get("max_value")
    if highest not in (None, 6) or config.get("threshold", 0):
        raise NoWord("a relu with this limit or threshold has no word")
    slope = config.get("negative_slope", 0)
    if highest and slope:
        raise NoWord("a relu6 with a slope has no word")
    yield made("relu6" if highest else "leakyrelu" if slope else "relu")


def _prelu(config: Config, rank: int) -> Iterator[Layer]:
    shared = config.get("shared_axes") or []
    start = 2 if config.get("data_format") == "channels_first" else 1
    if sorted(shared) != list(range(start, start + rank)):
        raise NoWord("only one slope per channel (shared_axes=[1, 2]) has a word")
    yield made("prelu")


def _upsample(config: Config, rank: int) -> Iterator[Layer]:
    mode = config.get("interpolation", "nearest")
    if mode not in ("nearest", "bilinear"):
        raise NoWord(f"interpolation {str(mode)[:20]} has no word")
    yield made("upsample", factor=_sizes(config, "size", rank, 2), mode=mode)


def _dropout(config: Config, rank: int) -> Iterator[Layer]:
    rate = float(config.get("rate", 0.5))
    yield made("dropout", probability=f"{rate:g}")


def _plain(word: str) -> Callable[[Config, int], Iterator[Layer]]:
    def maker(config: Config, rank: int) -> Iterator[Layer]:
        yield made(word)

    return maker


_FUNCTIONS: dict[str, Callable[[Config, int], Iterator[Layer]]] = {
    "ReLU": _relu,
    "LeakyReLU": _plain("leakyrelu"),
    "ELU": _plain("elu"),
    "Softmax": _plain("softmax"),
}
_AXES = ("1D", "2D", "3D")
_MAKERS: dict[str, Callable[[Config, int], Iterator[Layer]]] = {
    **{f"Conv{n}": _convolution for n in _AXES},
    **{f"Conv{n}Transpose": _transposed for n in _AXES},
    **{f"DepthwiseConv{n}": _depthwise for n in _AXES},
    **{f"SeparableConv{n}": _separable for n in _AXES},
    **{f"MaxPooling{n}": _pool("maxpool") for n in _AXES},
    **{f"AveragePooling{n}": _pool("avgpool") for n in _AXES},
    **{f"GlobalAveragePooling{n}": _global for n in _AXES},
    **{f"GlobalMaxPooling{n}": _global_max for n in _AXES},
    **{f"UpSampling{n}": _upsample for n in _AXES},
    **{f"SpatialDropout{n}": _dropout for n in _AXES},
    "Dense": _dense,
    "AlphaDropout": _dropout,
    "GaussianDropout": _dropout,
    **NORMS,
    "ReLU": _relu,
    "PReLU": _prelu,
    "LeakyReLU": _plain("leakyrelu"),
    "ELU": _plain("elu"),
    "LayerScale": _plain("layerscale"),
    "Softmax": _plain("softmax"),
    "Flatten": _plain("flatten"),
    "Dropout": _dropout,
    "Activation": lambda config, rank: _function(config.get("activation"), rank),
}
