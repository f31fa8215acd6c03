"""Recurrent layers: one step per token, each step seeing the token and the state before it."""

from __future__ import annotations

from dataclasses import dataclass
from operator import index
from typing import TYPE_CHECKING, ClassVar

from ..arithmetic.dims import Dim, Shape, product, total
from ..errors import LayerError
from .base import Count, UnaryLayer, View, Weights, Windows, described
from .options import flag, integer, size

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class _Recurrent(UnaryLayer):
    """A recurrent layer with ``gates`` gate values and ``ops`` operations per hidden value."""

    gates: ClassVar[int]
    ops: ClassVar[int]
    torch_name: ClassVar[str]

    hidden: int = size("N", "number of hidden values", "a number of hidden values")
    layers: int = integer("layers", "l", "recurrent layers, one on top of the other", 1, most=1000)
    bidirectional: bool = flag("bidirectional", "forward", "also read from the end", False)
    bias: bool = flag("bias", "nobias", "two learned constants per gate value, as torch has", True)

    def check(self, x: Shape) -> None:
        if len(x) != 2:
            raise LayerError(
                "E31",
                f"{self.word} needs tokens x width; the input is {described(x)}",
                help="`tokens` turns a volume into a sequence" if len(x) > 2 else "",
            )
        try:
            index(self.layers)
        except TypeError:
            raise LayerError(
                "E13",
                f"layers must be a number, not {self.layers}: weights are named layer by layer",
                part="layers",
            ) from None

    def windows(self, x: Shape) -> Windows:
        """Say that every position sees everything: in one direction, everything before it."""
        return View.WHOLE

    @property
    def _directions(self) -> int:
        return 2 if self.bidirectional else 1

    def output(self, x: Shape) -> Shape:
        return (x[0], self.hidden * self._directions)

    def weights(self, x: Shape) -> Weights:
        """Name weights as torch does: input to hidden, hidden to hidden, per layer, direction."""
        rows = self.gates * self.hidden
        found: Weights = {}
        for layer in range(self.layers):
            width = x[1] if layer == 0 else self.hidden * self._directions
            for suffix in ("", "_reverse")[: self._directions]:
                place = f"l{layer}{suffix}"
                found[f"weight_ih_{place}"] = (rows, width)
                found[f"weight_hh_{place}"] = (rows, self.hidden)
                if self.bias:
                    found[f"bias_ih_{place}"] = (rows,)
                    found[f"bias_hh_{place}"] = (rows,)
        return found

    def buffers(self, x: Shape) -> Weights:
        return {}

    def macs(self, x: Shape, y: Shape) -> Count:
        """Count each weight of the gate matrices once per token."""
        return x[0] * self._values(x, "weight")

    def input_macs(self, x: Shape, y: Shape) -> Count:
        """Count the matrices that meet the input: those of the first layer."""
        return x[0] * self._values(x, "weight_ih_l0")

    def constant_macs(self, x: Shape, y: Shape) -> Count:
        """Count the hidden matrices once: the state before the first token is zero."""
        return self._values(x, "weight_hh")

    def bias_adds(self, x: Shape, y: Shape) -> Count:
        """Count two additions per gate value and token: torch has a bias for each product."""
        return x[0] * self._values(x, "bias") if self.bias else 0

    def _values(self, x: Shape, prefix: str) -> Dim:
        """Return the values of the weights whose names begin so."""
        named = self.weights(x).items()
        return total(product(shape) for name, shape in named if name.startswith(prefix))

    def elementwise(self, x: Shape, y: Shape) -> Count:
        """Count the operations around the gates, per hidden value of every layer and direction."""
        return product((x[0], self.hidden, self.layers, self._directions)) * self.ops

    def connections(self, x: Shape, y: Shape) -> Count | None:
        """Count each weight once per use: the multiply-adds."""
        return self.macs(x, y)

    def depth(self) -> Count:
        """Count the layers on top of each other; the steps in time reuse them."""
        return self.layers

    def is_view(self) -> bool:
        return False

    def build(self, *inputs: Shape) -> nn.Module:
        from . import torch_sequences

        made: nn.Module = getattr(torch_sequences, self.torch_name)(
            inputs[0][1],
            self.hidden,
            self.layers,
            bias=self.bias,
            bidirectional=self.bidirectional,
            batch_first=True,
        )
        return made


class Rnn(_Recurrent, word="rnn"):
    """Simple recurrent layer (Elman): h = tanh(W x + U h).

    Operations per hidden value: adding the two products, tanh.
    """

    gates, ops, torch_name = 1, 1 + 1, "Rnn"
    examples = ("20x16 | rnn 32", "20x16 | rnn 8 layers 2 bidirectional nobias")


class Lstm(_Recurrent, word="lstm"):
    """LSTM: three gates decide what a cell forgets, takes in and shows.

    Operations per hidden value: adding the two products for each of i, f, g, o (4); three
    sigmoids of 4 (12) and a tanh (1); the cell f c + i g (3); the output o tanh(c) (2).
    """

    gates, ops, torch_name = 4, 4 + 12 + 1 + 3 + 2, "Lstm"
    examples = ("20x16 | lstm 32", "20x16 | lstm 8 layers 3 bidirectional", "5x7 | lstm 3 nobias")


class Gru(_Recurrent, word="gru"):
    """GRU: two gates decide how much of the old state enters and how much of it stays.

    Operations per hidden value: adding the two products for each of r, z, n (3); two sigmoids of
    4 (8); r times its product and a tanh (2); the mix (1 - z) n + z h (4).
    """

    gates, ops, torch_name = 3, 3 + 8 + 2 + 4, "Gru"
    examples = ("20x16 | gru 32", "20x16 | gru 8 layers 2 bidirectional")
