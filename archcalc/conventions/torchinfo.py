"""torchinfo's total mult-adds."""

from __future__ import annotations

from typing import Any

from ..arithmetic.dims import product
from ..layers.base import Facts, Layer, spatial
from .base import CONVOLUTIONS, RECURRENT, Convention, Rule, bias_adds, params, words


def _convolution(layer: Layer, facts: Facts) -> Any:
    """Return one operation per weight and position of the output, of deconvolutions too."""
    return product(spatial(facts.output)) * product(facts.weights["weight"])


def _recurrent(layer: Layer, facts: Facts) -> Any:
    return facts.inputs[0][0] * facts.params


CONVENTIONS = (
    Convention(
        "torchinfo",
        "mult-adds (torchinfo)",
        "as torchinfo 1.8 counts: weights and biases of convolutions once per output position, "
        "all other params once; linear layers ignore tokens, attention counts nothing and a "
        "deconvolution s*s too much, errors of the tool; per sample",
        (
            Rule("convolutions", _convolution, CONVOLUTIONS),
            Rule("bias of convolutions", bias_adds, CONVOLUTIONS),
            Rule("linear and embedding 1 per param", params, words("fc linear embedding")),
            Rule("norm 1 per param", params, words("bn ln gn rmsnorm prelu")),
            Rule("recurrent", _recurrent, RECURRENT),
        ),
        "torchinfo 1.8.0, layer_info.py, calculate_macs",
        "two decimals, as in 4.09 (G)",
    ),
)
