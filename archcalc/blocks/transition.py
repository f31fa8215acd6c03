"""The transition between dense blocks: fewer maps, half the height and width."""

from __future__ import annotations

from dataclasses import dataclass

from ..arithmetic.dims import Dim, Shape, require
from ..arithmetic.expression import size_text
from ..errors import LayerError
from ..layers.base import channels
from ..layers.options import size
from .base import Block
from .residual import check_positions, window


@dataclass(frozen=True)
class Transition(Block, word="transition"):
    """Transition: norm, activation, 1x1 convolution to C/r maps rounded down, 2x2 average pooling.

    Huang et al. 2017, https://arxiv.org/abs/1608.06993; their compression theta is 1/r.
    """

    reduction: int = size("r", "divisor of the number of maps", "a divisor", 2, word="reduction")

    examples = ("56x56x256 | transition", "32x32x64 | transition reduction 1", "15x9 | transition")

    def body(self, x: Shape) -> str:
        check_positions(self.word, x)
        require(self.reduction <= channels(x), _nothing_left, self.reduction, channels(x))
        fewer = f"conv {window(1, x)}({size_text(channels(x))}//{size_text(self.reduction)}) nobias"
        return f"bn | relu | {fewer} | avgpool {window(2, x)[:-1]}"


def _nothing_left(reduction: Dim, depth: Dim) -> LayerError:
    return LayerError(
        "E13",
        f"reduction {reduction} leaves nothing of {depth} channels",
        part="reduction",
        help=f"`transition {depth}` or less",
    )
