"""The bottleneck residual block: 1x1 to fewer channels, 3x3, 1x1 to more, and a shortcut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..arithmetic.dims import Shape
from ..arithmetic.expression import size_text
from ..layers.options import axes, choice, integer, size
from ..layers.sliding import check_groups
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
class Bottleneck(Block, word="bottleneck"):
    """Bottleneck residual block: 1x1, 3x3, 1x1, and a shortcut (He et al. 2015, figure 5 right).

    https://arxiv.org/abs/1512.03385. A stride is in the 3x3 convolution ("v1.5"), with ``v1`` in
    the first 1x1 as in the paper. ``groups`` and ``out`` make it ResNeXt's
    (https://arxiv.org/abs/1611.05431): 32x4d is ``bottleneck 128 groups 32 out 256``. The shortcut
    is as in ``basic``.
    """

    width: int = size("N", "number of filters of the 3x3 convolution", "a number of filters")
    out: int = integer("out", "M", "filters of the last 1x1 convolution; 4*N if left out", None)
    stride: Any = axes("stride", "S", "step of the 3x3 convolution, or of the first", 1, "s")
    groups: int = integer("groups", "G", "channel groups of the 3x3 convolution", 1, "g")
    version: str = choice("", ("v15", "v1"), "stride in the 3x3, or in the first 1x1", "v15")
    preact: bool = preact_option()
    se: int = ratio_option()
    shortcut: str = shortcut_option()

    examples = (
        "56x56x256 | bottleneck 64",
        "56x56x256 | bottleneck 128 stride 2",
        "56x56x256 | bottleneck 128 stride 2 v1",
        "56x56x64 | bottleneck 128 out 256 groups 32",
        "56x56x256 | bottleneck 64 s2 shortcut identity",
        "32x32x16 | bottleneck 16 preact",
        "56x56x256 | bottleneck 64 se 16",
        "8x16x16x16 | bottleneck 4 s2 shortcut always",
    )

    def body(self, x: Shape) -> str:
        check_positions(self.word, x)
        check_groups(self.width, self.width, self.groups)
        out = 4 * self.width if self.out is None else self.out
        one, three, width = window(1, x), window(3, x), size_text(self.width)
        step = f"stride {axes_text(self.stride)}"
        first, second = (step, "stride 1") if self.version == "v1" else ("stride 1", step)
        convolutions = (
            f"conv {one}{width} {first}",
            f"conv {three}{width} {second} pad 1 groups {size_text(self.groups)}",
            f"conv {one}{size_text(out)}",
        )
        return residual(
            x,
            convolutions,
            out,
            self.stride,
            shortcut=self.shortcut,
            preact=self.preact,
            ratio=self.se,
        )
