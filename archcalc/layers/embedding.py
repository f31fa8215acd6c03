"""Embeddings: learned vectors looked up by token and by place, and compared with the output."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..arithmetic.dims import Dim, Shape, product, require
from ..errors import LayerError
from .base import Contraction, Count, Elementwise, View, Weightless, Weights, Windows, described
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
    """Position embedding: a learned vector for each place is added to its token.

    With ``positions`` the table is longer than the input and its first rows serve, as in BERT
    (512) and GPT-2 (1024).
    """

    positions: Any = size(
        "P", "rows of the table; as many as there are tokens", "", None, word="positions"
    )

    examples = ("197x768 | posembed", "128x768 | posembed 512")

    def check(self, x: Shape) -> None:
        if len(x) != 2:
            raise LayerError(
                "E31",
                f"posembed needs tokens x width; the input is {described(x)}",
                help="`tokens` turns a volume into a sequence" if len(x) > 2 else "",
            )
        if self.positions is not None:
            require(x[0] <= self.positions, self._too_short, x[0])

    def _too_short(self, length: Dim) -> LayerError:
        return LayerError(
            "E13",
            f"posembed with {self.positions} positions is too short for {length} tokens",
            part="positions",
            help=f"`posembed {length}` at least, or `posembed` for as many as there are tokens",
        )

    def weights(self, x: Shape) -> Weights:
        length, width = x
        return {"weight": (length if self.positions is None else self.positions, width)}

    def buffers(self, x: Shape) -> Weights:
        return {}

    def elementwise(self, x: Shape, y: Shape) -> Count:
        """Count one addition per value."""
        return product(y)

    def is_view(self) -> bool:
        return False

    def build(self, *inputs: Shape) -> nn.Module:
        from . import torch_sequences

        return torch_sequences.PositionEmbedding(*self.weights(inputs[0])["weight"])


@dataclass(frozen=True)
class Unembedding(Contraction, word="unembed"):
    """Unembedding: each token times every row of the embedding's table gives a value per row.

    GPT-2's output layer: a linear layer without weights of its own (Press and Wolf 2017,
    https://arxiv.org/abs/1608.05859). Its table is that of the net's ``embedding`` with V rows,
    which has the params; the products count here, and ``bytes_moved`` reads the table once more.
    """

    vocabulary: int = size("V", "rows of the embedding's table", "a vocabulary")

    examples = ("128x768 | unembed 50257", "5 | embedding 10x3 | unembed 10", "768 | unembed 30522")

    def check(self, x: Shape) -> None:
        if len(x) > 2:
            raise LayerError(
                "E31",
                f"unembed needs tokens x width; the input is {described(x)}",
                help="`tokens` turns a volume into a sequence",
            )

    def windows(self, x: Shape) -> Windows:
        return View.POINTWISE if len(x) == 2 else View.WHOLE

    def output(self, x: Shape) -> Shape:
        return (*x[:-1], self.vocabulary)

    def weights(self, x: Shape) -> Weights:
        """Say that the layer owns nothing: the table belongs to the embedding."""
        return {}

    def shared_params(self, x: Shape) -> Count:
        """Count the embedding's table."""
        return product((self.vocabulary, x[-1]))

    def macs(self, x: Shape, y: Shape) -> Count:
        return product(y) * product((x[-1],))

    def build(self, *inputs: Shape) -> nn.Module:
        from .torch_sequences import Unembedding

        return Unembedding(self.vocabulary, inputs[0][-1])
