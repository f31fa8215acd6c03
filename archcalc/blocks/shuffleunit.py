"""ShuffleNet's unit: grouped pointwise convolutions, and a shuffle so that groups meet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..arithmetic.dims import NotExact, Shape, exact_div, may_equal, require
from ..arithmetic.expression import size_text
from ..errors import LayerError
from ..layers.base import channels
from ..layers.options import axes, flag, integer, size
from .base import Block
from .pieces import axes_text, check_volume, is_unstrided, settled


@dataclass(frozen=True)
class ShuffleUnit(Block, word="shuffleunit"):
    """ShuffleNet unit: grouped 1x1 to N/4, shuffle, depthwise 3x3, grouped 1x1; added or joined.

    Zhang et al. 2018, https://arxiv.org/abs/1707.01083, figure 2. With stride 1 the input is
    added; with a larger one the input, average-pooled, is concatenated: N channels together.
    """

    channels: int = size("N", "number of channels out", "a number of channels")
    groups: int = integer("groups", "G", "groups of the pointwise convolutions", 3, "g")
    stride: Any = axes("stride", "S", "step of the depthwise window", 1, "s")
    ungrouped: bool = flag(
        "ungrouped", "grouped", "no groups in the first 1x1, as where channels are few", False
    )

    examples = (
        "28x28x240 | shuffleunit 240",
        "56x56x24 | shuffleunit 240 stride 2 ungrouped",
        "28x28x384 | shuffleunit 768 groups 8 stride 2",
        "28x28x144 | shuffleunit 144 groups 1",
    )

    def body(self, x: Shape) -> str:
        check_volume(self.word, x)
        self._check_quarter()
        adds = is_unstrided(self.stride, "what is joined")
        if adds:
            self._check_unchanged(x)
        else:
            self._check_widened(x)
        kept = "" if adds else f" - {size_text(channels(x))}"
        width, groups = size_text(self.channels), size_text(self.groups)
        first = "1" if self.ungrouped else groups
        alone = settled(self.groups, 1, "the shuffle", "groups")
        shuffle = "" if alone else f"| shuffle groups {groups} "
        chain = (
            f"reduce: conv 1x1x({width}/4) groups {first} +bn +relu {shuffle}"
            f"| depthwise: dwconv 3x3 pad 1 stride {axes_text(self.stride)} +bn "
            f"| restore: conv 1x1x({width}{kept}) groups {groups} +bn"
        )
        if adds:
            return f"res( {chain} ) | relu"
        return f"concat( avgpool 3x3 stride {axes_text(self.stride)} pad 1 ; {chain} ) | relu"

    def _check_quarter(self) -> None:
        try:
            exact_div(self.channels, 4)
        except NotExact:
            raise LayerError(
                "E27",
                f"N/4 = {self.channels}/4 is not a whole number",
                part="channels",
                help=f"`shuffleunit {4 * (self.channels // 4 + 1)}`",
            ) from None

    def _check_widened(self, x: Shape) -> None:
        require(
            self.channels > channels(x),
            lambda: LayerError(
                "E17",
                f"{channels(x)} channels are kept beside new ones, which leaves none of "
                f"{self.channels}",
                part="channels",
                help=f"`shuffleunit {2 * channels(x)} stride {axes_text(self.stride)}`",
            ),
        )

    def _check_unchanged(self, x: Shape) -> None:
        require(
            may_equal(self.channels, channels(x)),
            lambda: LayerError(
                "E17",
                f"cannot add {channels(x)} channels to {self.channels}",
                part="channels",
                help=f"`shuffleunit {channels(x)}`, or `stride 2`",
            ),
        )
