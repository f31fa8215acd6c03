"""Fully connected layers: on a flattened volume, and on the last dimension of a sequence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..arithmetic.dims import Shape, product
from ..errors import LayerError
from .base import Contraction, Count, View, Weights, Windows, described, hwc
from .options import flag, size

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class FullyConnected(Contraction, word="fc"):
    """Fully connected: every output sees every input value; a volume is flattened first."""

    units: int = size("N", "number of outputs", "a number of outputs")
    bias: bool = flag("bias", "nobias", "one learned constant per output", True)

    examples = ("6x6x256 | fc 4096", "784 | fc 300 nobias", "1x1x120 | fc 84")

    def check(self, x: Shape) -> None:
        if len(x) == 2:
            raise LayerError(
                "E30",
                f"fc flattens volumes; this is {described(x)}",
                help=f"`cls | fc {self.units}`, `linear {self.units}` for every token, or "
                f"`flatten | fc {self.units}`",
            )

    def windows(self, x: Shape) -> Windows:
        return View.WHOLE

    def output(self, x: Shape) -> Shape:
        return (self.units,)

    def weights(self, x: Shape) -> Weights:
        taps: Weights = {"weight": (self.units, product(hwc(x)))}
        return {**taps, "bias": (self.units,)} if self.bias else taps

    def macs(self, x: Shape, y: Shape) -> Count:
        return product(y) * product(hwc(x))

    def build(self, *inputs: Shape) -> nn.Module:
        from .torch_modules import FullyConnected

        return FullyConnected(product(inputs[0]), self.units, self.bias)


@dataclass(frozen=True)
class Linear(Contraction, word="linear"):
    """Linear: the same fully connected layer for each token, on the last dimension only."""

    units: int = size("N", "number of outputs", "a number of outputs")
    bias: bool = flag("bias", "nobias", "one learned constant per output", True)

    examples = ("197x768 | linear 3072", "100 | linear 10 nobias")

    def check(self, x: Shape) -> None:
        if len(x) > 2:
            raise LayerError(
                "E31",
                f"linear works on the last dimension of tokens; the input is {described(x)}",
                help=f"`conv 1x1x{self.units}` for every position, or `fc {self.units}` for all",
            )

    def windows(self, x: Shape) -> Windows:
        return View.POINTWISE if len(x) == 2 else View.WHOLE

    def output(self, x: Shape) -> Shape:
        return (*x[:-1], self.units)

    def weights(self, x: Shape) -> Weights:
        taps: Weights = {"weight": (self.units, x[-1])}
        return {**taps, "bias": (self.units,)} if self.bias else taps

    def macs(self, x: Shape, y: Shape) -> Count:
        return product(y) * product((x[-1],))

    def build(self, *inputs: Shape) -> nn.Module:
        from torch import nn

        return nn.Linear(inputs[0][-1], self.units, self.bias)
