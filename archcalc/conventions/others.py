"""Tables and frameworks that count by rules of their own, and counters of other programs."""

from __future__ import annotations

from typing import Any

from ..arithmetic.dims import product
from ..layers.base import Facts, channels, hwc, spatial
from .base import (
    ADAPTIVE_MEANS,
    CONVOLUTIONS,
    Convention,
    Rule,
    additions,
    bias_adds,
    bias_values,
    macs,
    on_output_grid,
    per_input,
    per_output,
    twice_without,
    words,
)


def _pooled(layer: Any, facts: Facts) -> Any:
    """Return two operations per output value and position of a stride."""
    steps = layer.stride if isinstance(layer.stride, tuple) else (layer.stride,)
    strides = steps if len(steps) > 1 else steps * len(spatial(facts.output))
    return product(hwc(facts.output)) * (2 * product(strides))


def _averaged(layer: Any, facts: Facts) -> Any:
    return product(hwc(facts.inputs[0])) * 2


def _response(layer: Any, facts: Facts) -> Any:
    """Return one operation per value and, per position, two and two more per channel."""
    depth = channels(facts.output)
    return product(hwc(facts.output)) + product(spatial(facts.output)) * (2 + 2 * depth)


def _compared(layer: Any, facts: Facts) -> Any:
    """Return one operation per output value and row of the window, less one.

    A window given as one number counts as one, not as its square.
    """
    return product(hwc(facts.output)) * (layer.kernel[0] - 1)


def _summed(layer: Any, facts: Facts) -> Any:
    """Return one operation per input value and another per output value: each axis's division."""
    axes = len(spatial(facts.output))
    return product(hwc(facts.inputs[0])) + product(hwc(facts.output)) * (axes - 1)


def _windowed(layer: Any, facts: Facts) -> Any:
    return product(hwc(facts.output)) * product(layer.kernel)


def _divided(layer: Any, facts: Facts) -> Any:
    """Return one operation per input value and four per output value: a division."""
    return product(hwc(facts.inputs[0])) + product(hwc(facts.output)) * 4


CONVENTIONS = (
    Convention(
        "pycls",
        "MACs (pycls)",
        "as pycls prints flops: MACs of convolution and linear + one op per learned bias; its "
        "activations are the outputs of convolution, linear and max pooling; per sample",
        (Rule("MACs", macs), Rule("bias once per filter", bias_values, words("conv fc linear"))),
        "facebookresearch/pycls, pycls/models/blocks.py, conv2d_cx and others",
        kept=words("conv dwconv fc linear maxpool"),
    ),
    Convention(
        "keras",
        "MACs (Keras)",
        "Keras prints params, with batch norm's moving mean and variance, and no operations: "
        "these are MACs; per sample",
        (Rule("MACs", macs),),
        "Keras 3, Model.summary and count_params",
        statistics=True,
    ),
    Convention(
        "darknet",
        "FLOPs (darknet)",
        "as darknet counts ops (Bn, BFLOPs): 2*MACs of convolution, fully connected and "
        "recurrent layers; no bias, nothing elementwise, no attention; per sample",
        (Rule("2*MACs", twice_without("attn", "winattn")),),
        "pjreddie/darknet, examples/darknet.c, numops",
        "two decimals of Bn, as in 2.27 Bn",
    ),
    Convention(
        "convnet-burden",
        "FLOPs (convnet-burden)",
        "as convnet-burden counts flops: MACs + bias + 2 per ReLU value + 2 per value that "
        "pooling steps over + 1 per addition; batch norm is merged; per sample",
        (
            Rule("MACs", macs),
            Rule("bias", bias_adds),
            Rule("ReLU 2 per value", per_output(2), words("relu")),
            Rule("pooling 2 per output value and stride", _pooled, words("maxpool avgpool")),
            Rule("global pooling 2 per input value", _averaged, words("gap")),
            Rule("additions 1 per value", per_output(1), words("add")),
            Rule("local response norm", _response, words("lrn")),
        ),
        "albanie/convnet-burden, core/burden.m, computeFlops",
        "no decimals: 727 MFLOPS, 4 GFLOPS",
    ),
    Convention(
        "torchscan",
        "MACs (torchscan)",
        "as torchscan counts module MACs: MACs + 2 per value of batch norm + the comparisons "
        "and additions of pooling; attention, recurrent layers and functions are missing, which "
        "it says itself; per sample",
        (
            Rule("MACs", lambda layer, facts: facts.macs, words("conv dwconv fc linear")),
            Rule(
                "deconvolution on the output grid",
                lambda layer, facts: on_output_grid(layer, facts) + 4 * len(layer.kernel),
                words("deconv"),
            ),
            Rule("batch norm 2 per value", per_input(2, 1), words("bn")),
            Rule("max pooling", _compared, words("maxpool")),
            Rule("adaptive average pooling", _summed, ADAPTIVE_MEANS),
        ),
        "torchscan 0.2.0, torchscan/modules/macs.py",
    ),
    Convention(
        "onnx-tool",
        "MACs (onnx-tool)",
        "as onnx-tool counts an exported net: MACs + bias, which every convolution before a "
        "batch norm has then + 1 per value of ReLU and addition + pooling; checked on "
        "ResNet-50 only; per sample",
        (
            Rule("MACs", macs),
            Rule("bias", bias_adds, CONVOLUTIONS | words("fc linear")),
            Rule("batch norm folded into a bias 1 per value", per_output(1), words("bn")),
            Rule("ReLU 1 per value", per_output(1), words("relu")),
            Rule("additions 1 per value", additions, words("add")),
            Rule("max pooling 1 per tap", _windowed, words("maxpool")),
            Rule("global average pooling", _divided, words("gap")),
        ),
        "onnx-tool 1.0.1, its total for ResNet-50",
    ),
)
