"""Transposed convolution, in one, two or three dimensions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..arithmetic.dims import Shape, exact_div, product, require
from ..errors import LayerError
from .base import Contraction, Count, Weights, channels, hwc, spatial, spread, volume
from .options import axes, flag, integer, padding, size, sizes
from .sliding import Padding, check_groups, kernel_of, pads_text, plain
from .window import TransposedWindow

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class TransposedConv(Contraction, word="deconv"):
    """Transposed convolution: each input value writes a filter's window into the output."""

    kernel: tuple[int, ...] = sizes("K", "window height x width", "a window", "KxK")
    channels: int = size("N", "number of filters", "a number of filters")
    padding: Padding = padding("positions cut off on each side, before:after")
    stride: Any = axes("stride", "S", "step of the window in the output", 1, "s")
    outpad: Any = axes("outpad", "E", "positions added at the end of the output", 0, least=0)
    dilation: Any = axes("dilation", "d", "spacing of the taps (1 is an ordinary filter)", 1, "d")
    groups: int = integer("groups", "G", "channel groups that do not see each other", 1, "g")
    bias: bool = flag("bias", "nobias", "one learned constant per filter", True)

    examples = (
        "14x14x32 | deconv 4x4x16 s2 pad 1",
        "5x5x8 | deconv 3x3x4 s2 outpad 1 nobias",
        "7x9x16 | deconv 2x3x16 s2x3 groups 16",
        "7x7x6 | deconv 3x3x4 s3 d2 groups 2",
        "20x8 | deconv 4x6 s2 pad 1",
        "4x5x5x3 | deconv 2x2x2x4 s2",
    )

    def check(self, x: Shape) -> None:
        if self.padding == "same":
            raise LayerError(
                "E09", "deconv has no `same`", part="padding", help="give the padding: `pad 1`"
            )
        kernel = kernel_of(self, x)
        check_groups(channels(x), self.channels, self.groups)
        strides = spread(self.stride, len(kernel), "stride", "stride")
        spacings = spread(self.dilation, len(kernel), "dilation", "dilation")
        extras = spread(self.outpad, len(kernel), "outpad", "outpad")
        for extra, step, spacing in zip(extras, strides, spacings, strict=True):
            allowed = (extra < step) or (extra < spacing) if plain(extra, step, spacing) else True
            require(
                allowed,
                lambda extra, step: LayerError(
                    "E13",
                    f"outpad {extra} must be smaller than the stride {step} (or the dilation)",
                    part="outpad",
                ),
                extra,
                step,
            )
        for window, n in zip(self.windows(x), spatial(x), strict=True):
            require(
                window.output(n) >= 1,
                lambda: LayerError(
                    "E12",
                    f"padding {pads_text(self.padding)} cuts the whole output away",
                    part="padding",
                ),
            )

    def windows(self, x: Shape) -> tuple[TransposedWindow, ...]:
        kernel = kernel_of(self, x)
        count = len(kernel)
        pads = spread(self.padding, count, "pad", "padding")
        strides = spread(self.stride, count, "stride", "stride")
        spacings = spread(self.dilation, count, "dilation", "dilation")
        extras = spread(self.outpad, count, "outpad", "outpad")
        return tuple(
            TransposedWindow(k, s, pad.before, pad.after, d, extra)
            for k, s, pad, d, extra in zip(kernel, strides, pads, spacings, extras, strict=True)
        )

    def output(self, x: Shape) -> Shape:
        sizes = tuple(w.output(n) for w, n in zip(self.windows(x), spatial(x), strict=True))
        return volume(self.channels, sizes)

    def weights(self, x: Shape) -> Weights:
        taps: Weights = {
            "weight": (channels(x), exact_div(self.channels, self.groups), *kernel_of(self, x))
        }
        return {**taps, "bias": (self.channels,)} if self.bias else taps

    def macs(self, x: Shape, y: Shape) -> Count:
        """Count on the input grid: every input value meets every tap that writes it out."""
        _, filters, *kernel = self.weights(x)["weight"]
        return product(hwc(x)) * product((*kernel, filters))

    def build(self, *inputs: Shape) -> nn.Module:
        from .torch_windows import transposed_convolution

        (x,) = inputs
        return transposed_convolution(
            self.windows(x), channels(x), self.channels, self.groups, self.bias
        )
