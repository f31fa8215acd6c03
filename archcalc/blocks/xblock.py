"""RegNet's block: a bottleneck without bottleneck, in groups of one width."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..arithmetic.dims import Dim, NotExact, Shape, exact_div, smaller
from ..arithmetic.expression import size_text
from ..errors import LayerError
from ..layers.base import channels
from ..layers.options import axes, integer, size
from ..layers.sliding import plain
from .base import Block
from .pieces import axes_text
from .residual import ACTIVE, check_positions, keeps_shape, window


@dataclass(frozen=True)
class XBlock(Block, word="xblock"):
    """X block: 1x1, 3x3 in groups of ``groupwidth`` channels, 1x1, all of one width.

    Radosavovic et al. 2020, https://arxiv.org/abs/2003.13678, figure 4; ``se 4`` makes it the Y
    block, with C/4 channels inside, C those of the block's input. The shortcut is a 1x1
    convolution where stride or channels change.
    """

    width: int = size("N", "number of filters of each convolution", "a number of filters")
    groupwidth: int = integer("groupwidth", "g", "channels per group; N if left out", None)
    stride: Any = axes("stride", "S", "step of the 3x3 convolution", 1, "s")
    se: int = integer("se", "r", "squeeze-and-excitation with C/r channels inside", None)

    examples = (
        "112x112x32 | xblock 48 groupwidth 8 stride 2 se 4",
        "56x56x48 | xblock 48 groupwidth 8 se 4",
        "28x28x64 | xblock 64 groupwidth 16",
        "28x28x24 | xblock 32 s2",
    )

    def body(self, x: Shape) -> str:
        check_positions(self.word, x)
        one, three, width = window(1, x), window(3, x), size_text(self.width)
        step = axes_text(self.stride)
        stages = [
            f"conv {one}{width} {ACTIVE}",
            f"conv {three}{width} stride {step} pad 1 groups {self._groups()} {ACTIVE}",
            f"conv {one}{width} +bn",
        ]
        if self.se is not None:
            inside = _exact(channels(x), self.se, "C/r", "se", "ratio")
            stages.insert(2, f"se: se squeeze {size_text(inside)}")
        beside = f" ; conv {one}{width} stride {step} +bn"
        if keeps_shape(x, self.width, self.stride):
            beside = ""
        return f"res( {' | '.join(stages)}{beside} ) | relu"

    def _groups(self) -> str:
        """Return the number of groups as notation; a group is at most as wide as the block."""
        width, wide = self.width, self.groupwidth
        if wide is None:
            return "1"
        if not plain(width, wide):
            return f"({size_text(width)}/min({size_text(wide)}, {size_text(width)}))"
        return str(_exact(width, smaller(wide, width), "N/g", "groupwidth", "group width"))


def _exact(size: Dim, divisor: Dim, text: str, part: str, what: str) -> Dim:
    """Return a quotient that has to be whole; E27 where it is not."""
    try:
        return exact_div(size, divisor)
    except NotExact:
        raise LayerError(
            "E27",
            f"{text} = {size}/{divisor} is not a whole number",
            part=part,
            help=f"a {what} that divides {size}",
        ) from None
