"""thop, the pytorch-OpCounter, and ultralytics' name for it."""

from __future__ import annotations

from typing import Any

from ..arithmetic.dims import product
from ..layers.base import Facts, channels, hwc
from .base import (
    ADAPTIVE_MEANS,
    PRODUCTS,
    RECURRENT,
    Convention,
    Rule,
    bias_adds,
    gate_steps,
    on_output_grid,
    per_input,
    per_output,
    without,
    words,
)

_TIMES = {"nearest": 1, "bilinear": 11}


def _softmax(layer: Any, facts: Facts) -> Any:
    """Return exp and division per value, and the additions of each sum."""
    return product(hwc(facts.output)) * 3 - product(hwc(facts.output)) // channels(facts.output)


def _adaptive(layer: Any, facts: Facts) -> Any:
    """Return the additions of each mean and its division: the inputs once and the outputs once."""
    return product(hwc(facts.inputs[0])) + product(hwc(facts.output))


def _upsampled(layer: Any, facts: Facts) -> Any:
    return product(hwc(facts.output)) * _TIMES[layer.mode]


CONVENTIONS = (
    Convention(
        "thop",
        "MACs (thop)",
        "as thop counts: MACs + 4 per value of batch or layer norm + pooling by averages; no "
        "bias; attention and functions outside modules are missing and a deconvolution has s*s "
        "too much, errors of the tool; per sample",
        (
            Rule("MACs", without("attn", "winattn", "unembed", "deconv", *PRODUCTS)),
            Rule("deconvolution on the output grid", on_output_grid, words("deconv")),
            Rule("bias of recurrent layers", bias_adds, RECURRENT),
            Rule("batch norm 4 per value", per_input(4, 2), words("bn")),
            Rule("layer norm 4 per value", per_input(4, 2), words("ln")),
            Rule("adaptive average pooling", _adaptive, ADAPTIVE_MEANS),
            Rule("average pooling 1 per output value", per_output(1), words("avgpool")),
            Rule("softmax", _softmax, words("softmax")),
            Rule("upsampling", _upsampled, words("upsample")),
            Rule("gates", gate_steps({"rnn": 1, "gru": 7, "lstm": 8}), RECURRENT),
        ),
        "thop 0.1.1.post2209072238, vision/basic_hooks.py, calc_func.py, rnn_hooks.py",
        "all digits; its README two decimals of G",
    ),
)
