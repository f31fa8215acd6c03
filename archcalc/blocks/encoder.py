"""Transformer encoder layer: attention, then a perceptron at each token, both residual."""

from __future__ import annotations

from dataclasses import dataclass

from ..arithmetic.dims import Shape
from ..arithmetic.expression import size_text
from ..errors import LayerError
from ..layers.base import described
from ..layers.options import choice, flag, integer
from .base import Block


@dataclass(frozen=True)
class Encoder(Block, word="encoder"):
    """Transformer encoder layer: attention and a perceptron, each with layer norm and residual.

    The norm stands before each (ViT, GPT-2) or, with ``postnorm``, behind each sum (the paper,
    https://arxiv.org/abs/1706.03762, and BERT). With ``causal`` it is GPT's decoder layer.
    """

    heads: int = integer("heads", "h", "parts of the width that attend separately", 1, "h")
    mlp: int = integer("mlp", "4D", "width inside the perceptron; 4 times the tokens'", None)
    postnorm: bool = flag("postnorm", "prenorm", "layer norm behind the sums", False)
    causal: bool = flag("causal", "full", "tokens see the past only", False)
    activation: str = choice("activation", ("gelu", "relu", "silu"), "function inside", "gelu")

    examples = (
        "197x768 | encoder heads 12 mlp 3072",
        "128x768 | encoder heads 12 postnorm",
        "10x48 | encoder heads 6 mlp 96 causal activation relu",
    )

    def body(self, x: Shape) -> str:
        if len(x) != 2:
            raise LayerError(
                "E31",
                f"encoder needs tokens x width; the input is {described(x)}",
                help="`tokens` turns a volume into a sequence" if len(x) > 2 else "",
            )
        width = size_text(x[1])
        inside = f"4*{width}" if self.mlp is None else size_text(self.mlp)
        causal = " causal" if self.causal else ""
        attention = f"attn heads {size_text(self.heads)}{causal}"
        mlp = f"expand: linear ({inside}) | {self.activation} | project: linear ({width})"
        if self.postnorm:
            return f"attention: res( {attention} ) | ln | mlp: res( {mlp} ) | ln"
        return f"attention: res( ln | {attention} ) | mlp: res( ln | {mlp} )"
