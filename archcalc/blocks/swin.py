"""Swin's block and the merging of patches between its stages."""

from __future__ import annotations

from dataclasses import dataclass

from ..arithmetic.dims import NotExact, Shape, exact_div
from ..arithmetic.expression import size_text
from ..errors import LayerError
from ..layers.base import channels, spatial
from ..layers.options import flag, integer
from .base import Block
from .pieces import check_volume


@dataclass(frozen=True)
class Swin(Block, word="swin"):
    """Swin block: attention within windows, then a perceptron at each position, both residual.

    Liu et al. 2021, https://arxiv.org/abs/2103.14030, figure 3: every second block has ``shift``.
    The map stays a map, and the perceptron works on its channels.
    """

    heads: int = integer("heads", "h", "parts of the width that attend separately", 1, "h")
    window: int = integer("window", "M", "height and width of the windows", 7)
    mlp: int = integer("mlp", "4C", "width inside the perceptron; 4 times the channels", None)
    shift: bool = flag("shift", "noshift", "windows half a window further", False)

    examples = (
        "56x56x96 | swin heads 3",
        "28x28x192 | swin heads 6 shift",
        "16x16x32 | swin heads 2 window 8 mlp 64",
    )

    def body(self, x: Shape) -> str:
        check_volume(self.word, x)
        width, side = size_text(channels(x)), size_text(self.window)
        inside = f"4*{width}" if self.mlp is None else size_text(self.mlp)
        shift = " shift" if self.shift else ""
        return (
            f"attention: res( ln | winattn {side} heads {size_text(self.heads)}{shift} ) "
            f"| mlp: res( ln | expand: linear ({inside}) | gelu "
            f"| project: linear ({width}) )"
        )


@dataclass(frozen=True)
class PatchMerging(Block, word="patchmerging"):
    """Patch merging: 2x2 neighbours in one position, layer norm, 4C to 2C channels.

    Liu et al. 2021, https://arxiv.org/abs/2103.14030, section 3.1.
    """

    examples = ("56x56x96 | patchmerging", "14x14x384 | patchmerging")

    def body(self, x: Shape) -> str:
        check_volume(self.word, x)
        for size in spatial(x):
            try:
                exact_div(size, 2)
            except NotExact:
                raise LayerError(
                    "E27",
                    f"{size} positions do not pair up",
                    help="a height and width divisible by 2",
                ) from None
        return f"pixelunshuffle 2 | ln | reduce: linear (2*{size_text(channels(x))}) nobias"
