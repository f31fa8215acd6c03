"""Fully connected layers: on all values at once, and on the last dimension only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..arithmetic.dims import Shape, product
from ..errors import LayerError
from .base import (
    Contraction,
    Count,
    UnaryLayer,
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


@dataclass(frozen=True)
class RadialBasis(UnaryLayer, word="rbf"):
    """Radial basis units: the squared distance of the input to N fixed patterns.

    The output of LeNet-5 (LeCun et al. 1998, section II.B), whose patterns are set by hand: stored,
    not learned. Counted as |x|^2 - 2xw + |w|^2, one multiply-add for each connection.
    """

    units: int = size("N", "number of patterns", "a number of patterns")

    examples = ("84 | rbf 10",)

    def check(self, x: Shape) -> None:
        if len(x) != 1:
            raise LayerError(
                "E31", f"rbf needs a vector; the input is {described(x)}", help="`flatten | rbf 10`"
            )

    def windows(self, x: Shape) -> Windows:
        return View.WHOLE

    def output(self, x: Shape) -> Shape:
        return (self.units,)

    def weights(self, x: Shape) -> Weights:
        return {}

    def buffers(self, x: Shape) -> Weights:
        """Say that the patterns are stored."""
        return {"patterns": (self.units, x[0])}

    def macs(self, x: Shape, y: Shape) -> Count:
        return self.units * x[0]

    def input_macs(self, x: Shape, y: Shape) -> Count:
        return self.macs(x, y)

    def constant_macs(self, x: Shape, y: Shape) -> Count:
        """Say that the patterns have no gradient."""
        return self.macs(x, y)

    def bias_adds(self, x: Shape, y: Shape) -> Count:
        return 0

    def elementwise(self, x: Shape, y: Shape) -> Count:
        """Count the input's square and sum, a doubling, a sum and a difference per pattern.

        The patterns' own squares are constant.
        """
        return 2 * x[0] + 3 * self.units

    def connections(self, x: Shape, y: Shape) -> Count | None:
        return self.macs(x, y)

    def depth(self) -> int:
        return 1

    def is_view(self) -> bool:
        return False

    def build(self, *inputs: Shape) -> nn.Module:
        from .torch_modules import RadialBasis

        return RadialBasis(inputs[0][0], self.units)
