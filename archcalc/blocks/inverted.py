"""Inverted residual: wide inside, narrow where it is added."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..arithmetic.dims import Shape, require
from ..errors import LayerError
from ..layers.base import channels
from ..layers.options import axes, choice, flag, integer, size
from ..layers.sliding import certainly
from .base import Block
from .pieces import axes_text, check_odd, check_volume, keeping_text


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
        width, act = channels(x), f"+bn +{self.activation}"
        around = f"{keeping_text(self.kernel, self.same)} stride {axes_text(self.stride)}"
        stages = [f"depthwise: dwconv ({self.kernel})x({self.kernel}) {around} {act}"]
        if not certainly(self.expand == 1):
            stages.insert(0, f"expand: conv 1x1x({width}*{self.expand}) {act}")
        if self.squeeze is not None:
            stages.append(self._squeeze_excite(x))
        stages.append(f"project: conv 1x1x({self.channels}) +bn")
        chain = " | ".join(stages)
        adds = certainly(self.stride == 1) and certainly(width == self.channels)
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
        return f"se: se squeeze ({width}//{self.squeeze}) activation {activation}"
