"""Embeddings: learned vectors looked up by token, and by place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..arithmetic.dims import Shape, product
from ..errors import LayerError
from .base import Count, Elementwise, View, Weightless, Weights, Windows, described
from .options import size

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Embedding(Weightless, word="embedding"):
    """Embedding: each token's number picks a row of a learned table."""

    vocabulary: int = size("V", "rows of the table: number of tokens", "a vocabulary")
    width: int = size("D", "values per row", "a width")

    examples = ("128 | embedding 30522x768", "5 | embedding 10x3")

    def check(self, x: Shape) -> None:
        if len(x) != 1:
            raise LayerError(
                "E31",
                f"embedding needs a vector of token numbers; the input is {described(x)}",
                help=f"start with their count: `128 | embedding {self.vocabulary}x{self.width}`",
            )

    def windows(self, x: Shape) -> Windows:
        return View.POINTWISE

    def output(self, x: Shape) -> Shape:
        return (x[0], self.width)

    def weights(self, x: Shape) -> Weights:
        return {"weight": (self.vocabulary, self.width)}

    def buffers(self, x: Shape) -> Weights:
        return {}

    def elementwise(self, x: Shape, y: Shape) -> Count:
        """Say that a look-up computes nothing."""
        return 0

    def connections(self, x: Shape, y: Shape) -> Count | None:
        return None

    def depth(self) -> int:
        """Say that a look-up is no weighted layer: nothing is contracted."""
        return 0

    def is_view(self) -> bool:
        return False

    def build(self, *inputs: Shape) -> nn.Module:
        from torch import nn

        return nn.Embedding(self.vocabulary, self.width)


@dataclass(frozen=True)
class PositionEmbedding(Elementwise, word="posembed"):
    """Position embedding: a learned vector for each place is added to its token."""

    examples = ("197x768 | posembed",)

    def check(self, x: Shape) -> None:
        if len(x) != 2:
            raise LayerError(
                "E31",
                f"posembed needs tokens x width; the input is {described(x)}",
                help="`tokens` turns a volume into a sequence" if len(x) > 2 else "",
            )

    def weights(self, x: Shape) -> Weights:
        return {"weight": x}

    def buffers(self, x: Shape) -> Weights:
        return {}

    def elementwise(self, x: Shape, y: Shape) -> Count:
        """Count one addition per value."""
        return product(y)

    def is_view(self) -> bool:
        return False

    def build(self, *inputs: Shape) -> nn.Module:
        from . import torch_sequences

        return torch_sequences.PositionEmbedding(*inputs[0])
