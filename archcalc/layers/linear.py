"""Fully connected layers: on all values at once, and on the last dimension only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..arithmetic.dims import Shape, product
from ..errors import LayerError
from .base import (
    Contraction,
    Count,
    View,
    Weights,
    Windows,
    channels,
    described,
    hwc,
    spatial,
    volume,
)
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
    """Linear: the same fully connected layer for each token or position of a map.

    It works on the last dimension only, the width of tokens or the channels of HxWxC: there it is
    a 1x1 convolution.
    """

    units: int = size("N", "number of outputs", "a number of outputs")
    bias: bool = flag("bias", "nobias", "one learned constant per output", True)

    examples = ("197x768 | linear 3072", "100 | linear 10 nobias", "14x14x384 | linear 1536")

    def check(self, x: Shape) -> None:
        """Take any shape."""

    def windows(self, x: Shape) -> Windows:
        return View.POINTWISE if spatial(x) else View.WHOLE

    def output(self, x: Shape) -> Shape:
        return volume(self.units, spatial(x))

    def weights(self, x: Shape) -> Weights:
        taps: Weights = {"weight": (self.units, channels(x))}
        return {**taps, "bias": (self.units,)} if self.bias else taps

    def macs(self, x: Shape, y: Shape) -> Count:
        return product(hwc(y)) * product((channels(x),))

    def build(self, *inputs: Shape) -> nn.Module:
        from torch import nn

        from .torch_modules import channels_last

        (x,) = inputs
        return channels_last(nn.Linear, len(spatial(x)), channels(x), self.units, self.bias)
