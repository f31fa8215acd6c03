"""A stack of recurrent layers, each reading the states of the one below."""

from __future__ import annotations

from dataclasses import dataclass
from operator import index

from ..arithmetic.dims import Shape
from ..arithmetic.expression import size_text
from ..errors import LayerError
from ..layers.base import described
from ..layers.options import choice, flag, integer, size
from .base import Block


@dataclass(frozen=True)
class RecurrentStack(Block, word="rnnstack"):
    """Recurrent layers on top of each other, with dropout between them where asked."""

    hidden: int = size("N", "hidden values of each layer", "a number of hidden values")
    layers: int = integer("layers", "l", "recurrent layers, one on top of the other", 2, most=1000)
    cell: str = choice("cell", ("rnn", "lstm", "gru"), "kind of recurrent layer", "lstm")
    bidirectional: bool = flag("bidirectional", "forward", "also read from the end", False)
    dropout: bool = flag(
        "dropout", "nodropout", "drop values between two layers in training", False
    )

    examples = (
        "50x65 | rnnstack 128",
        "20x16 | rnnstack 8 layers 3 cell gru bidirectional dropout",
    )

    def body(self, x: Shape) -> str:
        if len(x) != 2:
            raise LayerError(
                "E31",
                f"rnnstack needs tokens x width; the input is {described(x)}",
                help="`tokens` turns a volume into a sequence" if len(x) > 2 else "",
            )
        try:
            count = index(self.layers)
        except TypeError:
            raise LayerError(
                "E13",
                f"layers must be a number, not {self.layers}: each is written out",
                part="layers",
            ) from None
        cell = f"{self.cell} {size_text(self.hidden)}" + " bidirectional" * self.bidirectional
        between = " | dropout | " if self.dropout else " | "
        return between.join([cell] * count)
