"""Inverted residual: wide inside, narrow where it is added."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..arithmetic.dims import Shape, require
from ..arithmetic.expression import size_text
from ..errors import LayerError
from ..layers.base import channels
from ..layers.options import axes, choice, flag, integer, size
from .base import Block
from .pieces import axes_text, check_odd, check_volume, is_unstrided, keeping_text, settled


@dataclass(frozen=True)
class InvertedResidual(Block, word="inverted"):
    """Inverted residual: expand 1x1, depthwise, squeeze-excite if asked, project 1x1.

    Sandler et al. 2018, https://arxiv.org/abs/1801.04381. The input is added exactly when the
    stride is 1 and the channels stay. ``squeeze 4`` is EfficientNet's
    (https://arxiv.org/abs/1905.11946): C/4 channels inside, C those of the block's input.
    """

    channels: int = size("N", "number of channels out", "a number of channels")
    expand: int = integer("expand", "t", "channels inside per channel of the input", 6)
    kernel: int = integer("kernel", "K", "height and width of the depthwise window", 3, "k")
    stride: Any = axes("stride", "S", "step of the depthwise window", 1, "s")
    same: bool = flag("same", "symmetric", "TensorFlow's padding instead of (K - 1)/2", False)
    activation: str = choice(
        "activation", ("relu6", "relu", "silu", "hardswish"), "function inside", "relu6"
    )
    squeeze: int = integer("squeeze", "q", "squeeze-excite inside with C/q channels", None)

    examples = (
        "56x56x24 | inverted 24",
        "112x112x32 | inverted 16 expand 1",
        "28x28x40 | inverted 80 expand 6 stride 2 kernel 5 activation silu squeeze 4",
        "15x15x8 | inverted 8 same s2 k4",
    )

    def body(self, x: Shape) -> str:
        check_volume(self.word, x)
        if not self.same:
            check_odd(self.word, self.kernel)
        width, act = size_text(channels(x)), f"+bn +{self.activation}"
        kernel, filters = size_text(self.kernel), size_text(self.channels)
        around = f"{keeping_text(self.kernel, self.same)} stride {axes_text(self.stride)}"
        stages = [f"depthwise: dwconv {kernel}x{kernel} {around} {act}"]
        if not settled(self.expand, 1, "the 1x1 convolution ahead", "expand"):
            stages.insert(0, f"expand: conv 1x1x({width}*{size_text(self.expand)}) {act}")
        if self.squeeze is not None:
            stages.append(self._squeeze_excite(x))
        stages.append(f"project: conv 1x1x{filters} +bn")
        chain = " | ".join(stages)
        adds = is_unstrided(self.stride, "the shortcut") and settled(
            channels(x), self.channels, "the shortcut", "channels"
        )
        return f"res( {chain} )" if adds else chain

    def _squeeze_excite(self, x: Shape) -> str:
        width = channels(x)
        inside = width // self.squeeze
        require(
            inside >= 1,
            lambda: LayerError(
                "E13",
                f"squeeze {self.squeeze} leaves nothing of {width} channels",
                part="squeeze",
                help=f"`squeeze {width}` or less",
            ),
        )
        activation = "silu" if self.activation == "silu" else "relu"
        fewer = f"({size_text(width)}//{size_text(self.squeeze)})"
        return f"se: se squeeze {fewer} activation {activation}"
