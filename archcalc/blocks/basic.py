"""The basic residual block: two 3x3 convolutions and a shortcut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..arithmetic.dims import Shape
from ..arithmetic.expression import size_text
from ..layers.options import axes, size
from .base import Block
from .pieces import axes_text
from .residual import (
    check_positions,
    preact_option,
    ratio_option,
    residual,
    shortcut_option,
    window,
)


@dataclass(frozen=True)
class Basic(Block, word="basic"):
    """Basic residual block: 3x3, 3x3, and a shortcut (He et al. 2015, figure 5 left).

    https://arxiv.org/abs/1512.03385. The shortcut is the input itself, or a 1x1 convolution where
    stride or channels change. ``shortcut identity`` has no weights (option A: ``maxpool 1x1``
    leaves positions out, ``padchannels`` adds zeros), ``shortcut always`` is option C and
    ``shortcut none`` the plain net. ``preact`` is the order of https://arxiv.org/abs/1603.05027.
    """

    width: int = size("N", "number of filters of each convolution", "a number of filters")
    stride: Any = axes("stride", "S", "step of the first convolution", 1, "s")
    preact: bool = preact_option()
    se: int = ratio_option()
    shortcut: str = shortcut_option()

    examples = (
        "56x56x64 | basic 64",
        "56x56x64 | basic 128 stride 2",
        "32x32x16 | basic 32 s2 shortcut identity",
        "32x32x16 | basic 16 shortcut none",
        "32x32x16 | basic 32 s2 preact",
        "56x56x64 | basic 64 se 16",
        "100x16 | basic 32 s2",
    )

    def body(self, x: Shape) -> str:
        check_positions(self.word, x)
        three, width = window(3, x), size_text(self.width)
        convolutions = (
            f"conv {three}{width} stride {axes_text(self.stride)} pad 1",
            f"conv {three}{width} pad 1",
        )
        return residual(
            x,
            convolutions,
            self.width,
            self.stride,
            shortcut=self.shortcut,
            preact=self.preact,
            ratio=self.se,
        )
