"""Depthwise separable convolution: first each channel by itself, then the channels mixed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..arithmetic.dims import Shape
from ..arithmetic.expression import size_text
from ..errors import LayerError
from ..layers.base import described, spatial
from ..layers.options import axes, choice, flag, padding, size, sizes
from .base import Block
from .pieces import axes_text, padding_text


@dataclass(frozen=True)
class SeparableConv(Block, word="sepconv"):
    """Depthwise separable convolution: a depthwise one, then a pointwise 1x1.

    Howard et al. 2017, https://arxiv.org/abs/1704.04861, with batch norm and activation behind
    both. ``bare`` is Xception's (https://arxiv.org/abs/1610.02357): nothing between them.
    """

    kernel: tuple[int, ...] = sizes("K", "window height x width", "a window", "KxK")
    channels: int = size("N", "number of pointwise filters", "a number of filters")
    padding: Any = padding("zeros added on each side, before:after, same or valid")
    stride: Any = axes("stride", "S", "step of the depthwise window", 1, "s")
    bare: bool = flag("bare", "normed", "no batch norm and no activation", False)
    activation: str = choice(
        "activation", ("relu", "relu6", "silu", "hardswish"), "function behind each", "relu"
    )

    examples = (
        "112x112x32 | sepconv 3x3x64 same",
        "112x112x64 | sepconv 3x3x128 pad 1 stride 2 activation relu6",
        "19x19x728 | relu | sepconv 3x3x728 pad 1 bare | bn",
    )

    def body(self, x: Shape) -> str:
        if len(self.kernel) != len(spatial(x)):
            needs = {1: "length x channels", 2: "height x width x channels"}.get(
                len(self.kernel), "depth x height x width x channels"
            )
            raise LayerError(
                "E31",
                f"sepconv with the window {axes_text(self.kernel)} needs {needs}; the input is "
                f"{described(x)}",
                part="kernel",
            )
        behind = "nobias" if self.bare else f"+bn +{self.activation}"
        around = f"{padding_text(self.padding)} stride {axes_text(self.stride)}"
        one = "x".join("1" for _ in self.kernel)
        return (
            f"depthwise: dwconv {axes_text(self.kernel)} {around} {behind} "
            f"| pointwise: conv {one}x{size_text(self.channels)} {behind}"
        )
