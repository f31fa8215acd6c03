"""The same values in another shape: flatten, tokens, class token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..arithmetic.dims import Shape, product
from ..errors import LayerError
from .base import (
    Count,
    Reshape,
    View,
    Weightless,
    Weights,
    Windows,
    channels,
    described,
    hwc,
    spatial,
)
from .options import choice

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Flatten(Reshape, word="flatten"):
    """Flatten: all values in one vector."""

    examples = ("6x6x256 | flatten", "10x16 | flatten")

    def check(self, x: Shape) -> None:
        """Take any shape."""

    def windows(self, x: Shape) -> Windows:
        return View.SCATTERED

    def output(self, x: Shape) -> Shape:
        return (product(hwc(x)),)

    def build(self, *inputs: Shape) -> nn.Module:
        from torch import nn

        return nn.Flatten()


@dataclass(frozen=True)
class Tokens(Reshape, word="tokens"):
    """Tokens: the positions of a volume in a row, HxWxC to (H*W)xC."""

    examples = ("14x14x768 | tokens",)

    def check(self, x: Shape) -> None:
        if len(x) < 3:
            raise LayerError(
                "E31", f"tokens needs height x width x channels; the input is {described(x)}"
            )

    def windows(self, x: Shape) -> Windows:
        return View.SCATTERED

    def output(self, x: Shape) -> Shape:
        return (product(spatial(x)), channels(x))

    def build(self, *inputs: Shape) -> nn.Module:
        from .torch_sequences import tokens

        return tokens()


@dataclass(frozen=True)
class ClassToken(Weightless, word="cls"):
    """Class token: `cls` keeps the first token alone; `cls add` puts a learned one in front."""

    do: str = choice(
        "", ("take", "add"), "keep the first token, or put a learned one first", "take"
    )

    examples = ("197x768 | cls", "196x768 | cls add")

    def check(self, x: Shape) -> None:
        if len(x) != 2:
            raise LayerError(
                "E31",
                f"cls needs tokens x width; the input is {described(x)}",
                help="`tokens` turns a volume into tokens",
            )

    def windows(self, x: Shape) -> Windows:
        return View.SCATTERED

    def output(self, x: Shape) -> Shape:
        return (x[0] + 1, x[1]) if self.do == "add" else (x[1],)

    def weights(self, x: Shape) -> Weights:
        return {"weight": (1, x[1])} if self.do == "add" else {}

    def buffers(self, x: Shape) -> Weights:
        return {}

    def elementwise(self, x: Shape, y: Shape) -> Count:
        """Say that copying computes nothing."""
        return 0

    def connections(self, x: Shape, y: Shape) -> Count | None:
        return None

    def depth(self) -> int:
        return 0

    def is_view(self) -> bool:
        return self.do == "take"

    def build(self, *inputs: Shape) -> nn.Module:
        from .torch_sequences import class_token

        return class_token(inputs[0][-1], self.do == "add")
