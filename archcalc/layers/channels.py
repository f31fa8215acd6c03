"""What concerns channels alone: shuffling them, adding empty ones, scaling each by a factor."""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd
from typing import TYPE_CHECKING

from ..arithmetic.dims import NotExact, Shape, exact_div, product, require
from ..errors import LayerError
from .base import Count, Elementwise, Weights, channels, described, hwc, spatial, volume
from .options import integer, size

if TYPE_CHECKING:
    from torch import nn


class _OfChannels(Elementwise):
    """Something done to the channels of each position, in new memory."""

    def check(self, x: Shape) -> None:
        """Take any shape."""

    def weights(self, x: Shape) -> Weights:
        return {}

    def buffers(self, x: Shape) -> Weights:
        return {}

    def elementwise(self, x: Shape, y: Shape) -> Count:
        """Say that moving values computes nothing."""
        return 0

    def is_view(self) -> bool:
        return False


@dataclass(frozen=True)
class ChannelShuffle(_OfChannels, word="shuffle"):
    """Channel shuffle: the channels of the groups in turn, so that the next groups mix them.

    Zhang et al. 2018 (ShuffleNet), https://arxiv.org/abs/1707.01083, section 3.1.
    """

    groups: int = integer("groups", "G", "groups whose channels take turns", 2, "g")

    examples = ("28x28x240 | shuffle groups 3", "14x14x116 | shuffle", "100x16 | shuffle groups 4")

    def check(self, x: Shape) -> None:
        if not spatial(x):
            raise LayerError(
                "E31", f"shuffle needs height x width x channels; the input is {described(x)}"
            )
        depth, groups = channels(x), self.groups
        try:
            exact_div(depth, groups)
        except NotExact:
            known = type(depth) is int and type(groups) is int
            raise LayerError(
                "E14",
                f"{depth} channels cannot be split into {groups} groups",
                part="groups",
                help=f"`groups {gcd(depth, groups)}` is possible" if known else "",
            ) from None

    def build(self, *inputs: Shape) -> nn.Module:
        from torch import nn

        from .torch_modules import channels_first

        return channels_first(nn.ChannelShuffle, len(spatial(inputs[0])), self.groups)


@dataclass(frozen=True)
class PadChannels(_OfChannels, word="padchannels"):
    """Zero channels around those that there are, until there are N.

    The shortcut without weights of He et al. 2016 (option A), https://arxiv.org/abs/1512.03385,
    section 3.3. Half of the zeros come before and half after, as implementations for CIFAR have
    it, an odd one after; the paper leaves that open, and no count depends on it.
    """

    channels: int = size("N", "number of channels afterwards", "a number of channels")

    examples = ("32x32x16 | padchannels 32", "16x16x3 | padchannels 6", "100x16 | padchannels 16")

    def check(self, x: Shape) -> None:
        require(channels(x) <= self.channels, self._too_few, channels(x))

    def _too_few(self, depth: int) -> LayerError:
        return LayerError(
            "E13",
            f"padchannels {self.channels} is less than the {depth} channels of the input",
            part="channels",
            help=f"`padchannels {depth}` at least; `conv 1x1x{self.channels}` makes fewer",
        )

    def output(self, x: Shape) -> Shape:
        return volume(self.channels, spatial(x))

    def build(self, *inputs: Shape) -> nn.Module:
        from .torch_modules import zero_channels

        (x,) = inputs
        return zero_channels(self.channels - channels(x), len(spatial(x)))


@dataclass(frozen=True)
class LayerScale(_OfChannels, word="layerscale"):
    """Layer scale: each channel times a learned factor, small at first.

    Touvron et al. 2021 (CaiT), https://arxiv.org/abs/2103.17239, section 2; ConvNeXt has it too.
    """

    examples = ("56x56x96 | layerscale", "197x768 | layerscale", "768 | layerscale")

    def weights(self, x: Shape) -> Weights:
        return {"weight": (channels(x),)}

    def elementwise(self, x: Shape, y: Shape) -> Count:
        """Count one product per value."""
        return product(hwc(y))

    def build(self, *inputs: Shape) -> nn.Module:
        from .torch_modules import LayerScale

        return LayerScale(channels(inputs[0]))
