"""SqueezeNet's fire module: a few 1x1 filters, then 1x1 and 3x3 filters side by side."""

from __future__ import annotations

from dataclasses import dataclass

from ..arithmetic.dims import Shape
from ..arithmetic.expression import size_text
from ..layers.options import size
from .base import Block
from .pieces import check_volume


@dataclass(frozen=True)
class Fire(Block, word="fire"):
    """Fire module (https://arxiv.org/abs/1602.07360): squeeze, then expand by 1x1 and 3x3."""

    squeeze: int = size("s", "1x1 filters that squeeze", "three numbers of filters")
    one: int = size("e1", "1x1 filters that expand", "the 1x1 filters that expand")
    three: int = size("e3", "3x3 filters that expand", "the 3x3 filters that expand")

    examples = ("55x55x96 | fire 16x64x64",)

    def body(self, x: Shape) -> str:
        check_volume(self.word, x)
        return (
            f"squeeze: conv 1x1x{size_text(self.squeeze)} +relu"
            f" | expand: concat( conv 1x1x{size_text(self.one)} +relu"
            f" ; conv 3x3x{size_text(self.three)} pad 1 +relu )"
        )
