"""ConvNeXt's block: a wide depthwise window, then an inverted bottleneck at each position."""

from __future__ import annotations

from dataclasses import dataclass

from ..arithmetic.dims import Shape
from ..arithmetic.expression import size_text
from ..layers.base import channels
from ..layers.options import integer
from .base import Block
from .pieces import check_odd, check_volume, keeping_text


@dataclass(frozen=True)
class ConvNeXt(Block, word="convnext"):
    """ConvNeXt block: depthwise 7x7, layer norm, 1x1 to 4C, gelu, 1x1 to C, layer scale; added.

    Liu et al. 2022, https://arxiv.org/abs/2201.03545, figure 4.
    """

    kernel: int = integer("kernel", "K", "height and width of the depthwise window", 7, "k")
    expand: int = integer("expand", "t", "channels inside per channel", 4)

    examples = ("56x56x96 | convnext", "14x14x384 | convnext kernel 5 expand 2")

    def body(self, x: Shape) -> str:
        check_volume(self.word, x)
        check_odd(self.word, self.kernel)
        width, kernel = size_text(channels(x)), size_text(self.kernel)
        return (
            f"res( depthwise: dwconv {kernel}x{kernel} "
            f"{keeping_text(self.kernel, same=False)} | ln "
            f"| expand: conv 1x1x({width}*{size_text(self.expand)}) | gelu "
            f"| project: conv 1x1x({width}) | layerscale )"
        )
