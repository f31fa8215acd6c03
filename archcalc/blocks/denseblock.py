"""The dense block: every layer reads all maps before it and adds a few of its own."""

from __future__ import annotations

from dataclasses import dataclass

from ..arithmetic.dims import Shape
from ..arithmetic.expression import size_text
from ..layers.options import integer, size
from ..layers.sliding import certainly
from .base import Block
from .residual import ACTIVE, check_positions, window


@dataclass(frozen=True)
class DenseBlock(Block, word="denseblock"):
    """Dense block of n layers: each adds ``growth`` maps to those it reads.

    Huang et al. 2017, https://arxiv.org/abs/1608.06993. A layer is norm, activation, 1x1
    convolution to ``factor`` times the growth (DenseNet-B), norm, activation, 3x3 convolution;
    ``factor 0`` leaves the 1x1 convolution out.
    """

    layers: int = size("n", "number of layers", "a number of layers")
    growth: int = integer("growth", "k", "maps that each layer adds", 32, "k")
    factor: int = integer("factor", "f", "maps of the 1x1 convolution: f*k; 0 for none", 4, least=0)

    examples = (
        "56x56x64 | denseblock 6",
        "32x32x24 | denseblock 4 growth 12",
        "32x32x16 | denseblock 3 k12 factor 0",
        "100x16 | denseblock 2 growth 4 factor 2",
    )

    def body(self, x: Shape) -> str:
        check_positions(self.word, x)
        narrow = f"conv {window(1, x)}{size_text(self.factor * self.growth)} {ACTIVE} | "
        if certainly(self.factor == 0):
            narrow = ""
        wide = f"conv {window(3, x)}{size_text(self.growth)} pad 1 nobias"
        return f"[ concat( id ; bn | relu | {narrow}{wide} ) ]*{size_text(self.layers)}"
