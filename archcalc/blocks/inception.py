"""GoogLeNet's inception modules: several window sizes side by side, joined in depth."""

from __future__ import annotations

from dataclasses import dataclass

from ..arithmetic.dims import Shape
from ..arithmetic.expression import size_text
from ..layers.options import flag, integer, size
from .base import Block
from .pieces import check_odd, check_volume, keeping_text


@dataclass(frozen=True)
class Inception(Block, word="inception"):
    """Inception module with dimension reduction (https://arxiv.org/abs/1409.4842, figure 2b).

    The sizes are a row of the paper's table 1.
    """

    one: int = size("n1", "1x1 filters", "six sizes, a row of GoogLeNet's table")
    three_reduce: int = size("r3", "1x1 filters in front of the 3x3", "the 3x3 reduction")
    three: int = size("n3", "3x3 filters", "the 3x3 filters")
    five_reduce: int = size("r5", "1x1 filters in front of the 5x5", "the 5x5 reduction")
    five: int = size("n5", "5x5 filters", "the 5x5 filters")
    pool: int = size("np", "1x1 filters behind the pooling", "the pooling's projection")
    kernel: int = integer("kernel", "K", "side of the largest window: torchvision has 3", 5)
    norm: bool = flag("bn", "nobn", "batch norm behind each convolution", False)

    examples = (
        "28x28x192 | inception 64x96x128x16x32x32",
        "28x28x192 | inception 64x96x128x16x32x32 kernel 3 bn",
    )

    def body(self, x: Shape) -> str:
        check_volume(self.word, x)
        check_odd(self.word, self.kernel)
        after = suffixes(self.norm)
        k = size_text(self.kernel)
        largest = f"{k}x{k}x{size_text(self.five)} {keeping_text(self.kernel, False)}"
        return (
            f"concat( conv 1x1x{size_text(self.one)} {after}"
            f" ; conv 1x1x{size_text(self.three_reduce)} {after}"
            f" | conv 3x3x{size_text(self.three)} pad 1 {after}"
            f" ; conv 1x1x{size_text(self.five_reduce)} {after} | conv {largest} {after}"
            f" ; maxpool 3x3 s1 pad 1 | conv 1x1x{size_text(self.pool)} {after} )"
        )


@dataclass(frozen=True)
class NaiveInception(Block, word="naiveinception"):
    """Inception module without reduction (https://arxiv.org/abs/1409.4842, figure 2a)."""

    one: int = size("n1", "1x1 filters", "three numbers of filters")
    three: int = size("n3", "3x3 filters", "the 3x3 filters")
    five: int = size("n5", "5x5 filters", "the 5x5 filters")
    norm: bool = flag("bn", "nobn", "batch norm behind each convolution", False)

    examples = ("28x28x256 | naiveinception 128x192x96",)

    def body(self, x: Shape) -> str:
        check_volume(self.word, x)
        after = suffixes(self.norm)
        return (
            f"concat( conv 1x1x{size_text(self.one)} {after}"
            f" ; conv 3x3x{size_text(self.three)} pad 1 {after}"
            f" ; conv 5x5x{size_text(self.five)} pad 2 {after}"
            " ; maxpool 3x3 s1 pad 1 )"
        )


def suffixes(norm: bool) -> str:
    """Return what follows each convolution."""
    return "+bn +relu" if norm else "+relu"
