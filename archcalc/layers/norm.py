"""Normalization: values brought to a common scale, per channel, per position or per group."""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd
from typing import TYPE_CHECKING

from ..arithmetic.dims import NotExact, Shape, exact_div, product
from ..errors import LayerError
from .base import Count, Elementwise, Weights, channels, described, hwc, spatial
from .options import flag, size

if TYPE_CHECKING:
    from torch import nn


class _Norm(Elementwise):
    """A normalization of any shape, with a learned scale and shift per channel or without."""

    affine: bool

    def check(self, x: Shape) -> None:
        """Take any shape."""

    def weights(self, x: Shape) -> Weights:
        return {"weight": (channels(x),), "bias": (channels(x),)} if self.affine else {}

    def buffers(self, x: Shape) -> Weights:
        return {}

    def elementwise(self, x: Shape, y: Shape) -> Count:
        """Count sum, subtraction, square, sum and scaling, then learned scale and shift.

        What is worked out once per mean (its division, the root) is not counted.
        """
        return product(hwc(y)) * (7 if self.affine else 5)

    def is_view(self) -> bool:
        return False


@dataclass(frozen=True)
class BatchNorm(_Norm, word="bn"):
    """Batch norm: each channel is scaled and shifted by what training saw of it."""

    affine: bool = flag("affine", "noaffine", "learned scale and shift per channel", True)

    examples = ("56x56x64 | bn", "8x16x16x3 | bn", "100x16 | bn", "100 | bn noaffine")

    def buffers(self, x: Shape) -> Weights:
        """Say that the running statistics are stored: they are measured, not learned."""
        return {
            "running_mean": (channels(x),),
            "running_var": (channels(x),),
            "num_batches_tracked": (),
        }

    def elementwise(self, x: Shape, y: Shape) -> Count:
        """Count one product and one addition per value: at inference the rest is constant."""
        return product(hwc(y)) * 2

    def build(self, *inputs: Shape) -> nn.Module:
        from torch import nn

        from .torch_modules import channels_first

        rank = len(spatial(inputs[0]))
        kind = {2: nn.BatchNorm2d, 3: nn.BatchNorm3d}.get(rank, nn.BatchNorm1d)
        return channels_first(kind, rank, channels(inputs[0]), affine=self.affine)


@dataclass(frozen=True)
class LayerNorm(_Norm, word="ln"):
    """Layer norm: mean 0 and variance 1 over the channels, at each position by itself.

    For tokens this is torch's LayerNorm over the last dimension, for volumes ConvNeXt's: the
    channels of one pixel (https://arxiv.org/abs/2201.03545).
    """

    affine: bool = flag("affine", "noaffine", "learned scale and shift per channel", True)

    examples = ("197x768 | ln", "768 | ln noaffine", "56x56x96 | ln")

    def build(self, *inputs: Shape) -> nn.Module:
        from torch import nn

        from .torch_modules import channels_last

        (x,) = inputs
        affine = self.affine
        return channels_last(nn.LayerNorm, len(spatial(x)), channels(x), elementwise_affine=affine)


@dataclass(frozen=True)
class GroupNorm(_Norm, word="gn"):
    """Group norm: mean 0 and variance 1 over all positions of each group of channels."""

    groups: int = size("G", "number of channel groups", "a number of groups", default=32)
    affine: bool = flag("affine", "noaffine", "learned scale and shift per channel", True)

    examples = ("56x56x64 | gn", "56x56x48 | gn 16 noaffine", "100x16 | gn 4", "64 | gn 8")

    def check(self, x: Shape) -> None:
        try:
            exact_div(channels(x), self.groups)
        except NotExact as error:
            raise _unsplittable(error) from None

    def build(self, *inputs: Shape) -> nn.Module:
        from torch import nn

        from .torch_modules import channels_first

        (x,) = inputs
        rank = len(spatial(x))
        return channels_first(nn.GroupNorm, rank, self.groups, channels(x), affine=self.affine)


@dataclass(frozen=True)
class RMSNorm(_Norm, word="rmsnorm"):
    """RMS norm: root mean square 1 over the channels, at each position by itself.

    Zhang and Sennrich 2019, https://arxiv.org/abs/1910.07467: layer norm without the mean.
    """

    examples = ("128x512 | rmsnorm", "512 | rmsnorm", "14x14x64 | rmsnorm")

    def weights(self, x: Shape) -> Weights:
        return {"weight": (channels(x),)}

    def elementwise(self, x: Shape, y: Shape) -> Count:
        """Count square, sum, scaling and the product with the learned weight."""
        return product(hwc(y)) * 4

    def build(self, *inputs: Shape) -> nn.Module:
        from torch import nn

        from .torch_modules import channels_last

        return channels_last(nn.RMSNorm, len(spatial(inputs[0])), channels(inputs[0]))


@dataclass(frozen=True)
class LocalResponseNorm(Elementwise, word="lrn"):
    """Local response norm: each value divided by the strength of n neighbouring channels.

    Krizhevsky et al. 2012, section 3.3 (AlexNet); as torch does it, with the mean of the squares.
    """

    window: int = size("n", "channels that a value is compared with", "a number", default=5)

    examples = ("55x55x96 | lrn", "28x28x192 | lrn 3", "100x16 | lrn 5")

    def check(self, x: Shape) -> None:
        if not spatial(x):
            raise LayerError(
                "E31", f"lrn needs height x width x channels; the input is {described(x)}"
            )

    def weights(self, x: Shape) -> Weights:
        return {}

    def buffers(self, x: Shape) -> Weights:
        return {}

    def elementwise(self, x: Shape, y: Shape) -> Count:
        """Count square, n - 1 additions, scaling, adding k, the power and the division."""
        return product(hwc(y)) * (self.window + 4)

    def is_view(self) -> bool:
        return False

    def build(self, *inputs: Shape) -> nn.Module:
        from torch import nn

        from .torch_modules import channels_first

        return channels_first(nn.LocalResponseNorm, len(spatial(inputs[0])), self.window)


def _unsplittable(error: NotExact) -> LayerError:
    count, groups = error.dividend, error.divisor
    return LayerError(
        "E14",
        f"{count} channels cannot be split into {groups} groups",
        part="groups",
        help=f"`gn {gcd(count, groups)}` is possible" if type(count) is type(groups) is int else "",
    )
