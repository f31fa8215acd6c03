"""ptflops: its two backends, and what the first counted before it saw functions as well."""

from __future__ import annotations

from typing import Any

from ..arithmetic.dims import product
from ..layers.base import Facts
from .base import (
    POOLS,
    PRODUCTS,
    RECURRENT,
    Convention,
    Rule,
    bias_adds,
    bias_values,
    gate_steps,
    on_output_grid,
    per_input,
    per_output,
    projections,
    window_positions,
    window_softmax,
    without,
    words,
)

_HOOKED = words("relu relu6 prelu elu leakyrelu gelu")
_BOTH = words("relu prelu elu gelu")


def _attended(layer: Any, facts: Facts) -> Any:
    """Return the scaling of the queries and one operation per score for softmax."""
    length, width = facts.inputs[0]
    return product((length, width)) + product((layer.heads, length, length))


def _window_scores(layer: Any, facts: Facts) -> Any:
    """Return the products that window attention makes by matmul: its F.linear goes unseen."""
    whole: Any = facts.macs
    projected: Any = facts.input_macs
    width = facts.inputs[0][0]
    return whole - projected - window_positions(layer, facts) * product((width, width))


_HOOKS = (
    Rule("bias", bias_adds, words("conv dwconv deconv fc attn rnn lstm gru")),
    Rule("batch and group norm 2 per value", per_input(2, 1), words("bn gn")),
    Rule("attention: scaling and softmax", _attended, words("attn")),
    Rule("gates", gate_steps({"rnn": 1, "gru": 7, "lstm": 10}), RECURRENT),
    Rule("upsampling 1 per output value", per_output(1), words("upsample")),
)

CONVENTIONS = (
    Convention(
        "ptflops",
        "MACs (ptflops)",
        "as ptflops 0.7 counts (pytorch backend): MACs + bias + 2 per value of batch norm, 1 of "
        "layer norm + 2 per ReLU value and 2 per value read by pooling (both seen twice: as "
        "module and as function); F.linear is missing, an omission of the tool; per sample",
        (
            Rule("MACs", without("winattn", "unembed", "attention", "einsum")),
            *_HOOKS,
            Rule("bias of linear layers", bias_adds, words("linear")),
            Rule("layer norm 1 per value", per_input(1), words("ln")),
            Rule("activations 2 per value", per_input(2), _BOTH),
            Rule("activations 1 per value", per_input(1), words("relu6 leakyrelu silu softmax")),
            Rule("pooling 2 per input value", per_input(2), POOLS),
            Rule("window scores", _window_scores, words("winattn")),
            Rule("softmax of windows 1 per score", window_softmax, words("winattn")),
        ),
        "ptflops 0.7.5, pytorch_ops.py and pytorch_engine.py",
        "two decimals of GMac, as in 4.13 GMac",
    ),
    Convention(
        "ptflops-0.6",
        "MACs (ptflops 0.6)",
        "as ptflops 0.6 counted: MACs + bias + 2 per value of batch norm + 1 per ReLU value and 1 "
        "per value read by pooling; functions outside modules are missing and a deconvolution "
        "has s*s too much, errors of the tool; per sample",
        (
            Rule("MACs", without("winattn", "unembed", "deconv", *PRODUCTS)),
            *_HOOKS,
            Rule("bias of linear layers once", bias_values, words("linear")),
            Rule("deconvolution on the output grid", on_output_grid, words("deconv")),
            Rule("activations 1 per value", per_input(1), _HOOKED),
            Rule("pooling 1 per input value", per_input(1), POOLS),
        ),
        "ptflops 0.6.9, flops_counter.py and pytorch_ops.py",
        "two decimals of GMac, as in 4.12 GMac",
    ),
    Convention(
        "ptflops-aten",
        "MACs (ptflops aten)",
        "as ptflops 0.7 counts (aten backend): MACs + bias of convolution and linear; scores of "
        "attention and LSTM are missing, an omission of the tool; per sample",
        (
            Rule("MACs", without("attn", "attention", "lstm")),
            Rule("projections of attention", projections, words("attn")),
            Rule("bias", bias_adds, words("conv dwconv deconv fc linear attn winattn rnn gru")),
        ),
        "ptflops 0.7.5, aten_ops.py",
        "two decimals of GMac, as in 4.09 GMac",
    ),
)
