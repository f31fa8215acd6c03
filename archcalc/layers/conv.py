"""Convolution: full, grouped and depthwise, in one, two or three dimensions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..arithmetic.dims import Dim, Shape, exact_div, product
from ..errors import LayerError
from .base import (
    Contraction,
    Count,
    Weights,
    channels,
    hwc,
    spatial,
    spread,
    volume,
)
from .options import axes, choice, flag, integer, padding, size, sizes
from .sliding import (
    Padding,
    certainly,
    check_fit,
    check_groups,
    joined,
    kernel_of,
    same,
    sliding,
    unread,
)
from .window import Window

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Conv(Contraction, word="conv"):
    """Convolution: each of N filters looks through all input channels of its group."""

    kernel: tuple[int, ...] = sizes("K", "window height x width", "a window", "KxK")
    channels: int = size("N", "number of filters", "a number of filters")
    padding: Padding = padding("zeros added on each side, before:after, same or valid")
    stride: Any = axes("stride", "S", "step of the window", 1, "s")
    dilation: Any = axes("dilation", "d", "spacing of the taps (1 is an ordinary filter)", 1, "d")
    groups: int = integer("groups", "G", "channel groups that do not see each other", 1, "g")
    bias: bool = flag("bias", "nobias", "one learned constant per filter", True)
    table: str | None = choice("table", ("lenet5",), "LeNet-5's C3: which maps a filter sees", None)

    examples = (
        "14x14x480 | conv 5x5x48 pad 2",
        "224x224x3 | conv 7x7x64 s2 pad 3 nobias",
        "27x27x96 | conv 5x5x256 pad 2 groups 2",
        "32x20x6 | conv 3x5x8 pad 1x2 stride 2x1 dilation 2x1",
        "31x31x4 | conv 4x4x6 pad 0:1 s3",
        "15x14x3 | conv 3x3x5 same s2",
        "15x14x3 | conv 4x4x5 same d2",
        "9x9x3 | conv 3x3x5 valid",
        "100x16 | conv 3x64 pad 1",
        "100x16 | conv 4x32 s2 same groups 4",
        "8x16x16x3 | conv 3x3x3x16 pad 1 s2",
        "14x14x6 | conv 5x5x16 table lenet5",
        "14x14x480 | conv 5x5x480x48 pad 2",
    )

    def check(self, x: Shape) -> None:
        kernel = kernel_of(self, x)
        depth = channels(x)
        if self.table is not None:
            _check_table(self, depth)
        check_groups(depth, self.channels, self.groups)
        check_fit("kernel", self.windows(x), spatial(x), kernel)

    def windows(self, x: Shape) -> tuple[Window, ...]:
        kernel = kernel_of(self, x)
        return sliding(kernel, spatial(x), self.padding, self.stride, self.dilation)

    def output(self, x: Shape) -> Shape:
        sizes = tuple(w.output(n) for w, n in zip(self.windows(x), spatial(x), strict=True))
        return volume(self.channels, sizes)

    def weights(self, x: Shape) -> Weights:
        kernel = kernel_of(self, x)
        if self.table is not None:
            taps: Weights = {"weight": (LENET5_CONNECTIONS, *kernel)}
        else:
            taps = {"weight": (self.channels, exact_div(channels(x), self.groups), *kernel)}
        return {**taps, "bias": (self.channels,)} if self.bias else taps

    def macs(self, x: Shape, y: Shape) -> Count:
        if self.table is not None:
            return product(spatial(y)) * product(self.weights(x)["weight"])
        _, depth, *kernel = self.weights(x)["weight"]
        return product(hwc(y)) * product((*kernel, depth))

    def cautions(self, *inputs: Shape) -> tuple[tuple[str, str], ...]:
        (x,) = inputs
        found = [*unread(self.word, self.windows(x), spatial(x))]
        if len(self.kernel) == len(spatial(x)) == 2 and same(self.channels, channels(x)):
            window = "x".join(map(str, self.kernel))
            if self.channels > 64 and len(set(self.kernel)) == 1 and self.kernel[0] > 3:
                found.append(
                    (
                        "W03",
                        f'"conv {window}x{self.channels}" means {self.channels} filters. If '
                        f"{self.channels} is the depth of one filter, write the number of filters "
                        "instead",
                    )
                )
        if self.padding == "same":
            kernel = kernel_of(self, x)
            if any(certainly(k % 2 == 0) for k in kernel):
                found.append(
                    (
                        "W05",
                        "an even kernel with `same`: TensorFlow pads one more at the end; PyTorch "
                        "cannot express this with an integer",
                    )
                )
            if any(certainly(s > 1) for s in spread(self.stride, len(kernel), "", "")):
                found.append(
                    (
                        "W06",
                        f"PyTorch's Conv2d refuses padding='same' with stride "
                        f"{joined(self.stride)}; the torch build uses explicit padding",
                    )
                )
        return tuple(found)

    def build(self, *inputs: Shape) -> nn.Module:
        from .torch_windows import TableConvolution, convolution

        (x,) = inputs
        if self.table is not None:
            return TableConvolution(LENET5_TABLE, self.kernel, self.windows(x), self.bias)
        return convolution(
            self.windows(x), spatial(x), channels(x), self.channels, self.groups, self.bias
        )


@dataclass(frozen=True)
class DepthwiseConv(Contraction, word="dwconv"):
    """Depthwise convolution: every channel has its own filter (or ``mult`` of them)."""

    kernel: tuple[int, ...] = sizes("K", "window height x width", "a window", "KxK")
    mult: int = integer("mult", "M", "filters per input channel", 1)
    padding: Padding = padding("zeros added on each side, before:after, same or valid")
    stride: Any = axes("stride", "S", "step of the window", 1, "s")
    dilation: Any = axes("dilation", "d", "spacing of the taps (1 is an ordinary filter)", 1, "d")
    bias: bool = flag("bias", "nobias", "one learned constant per filter", True)

    examples = (
        "56x56x144 | dwconv 3x3 pad 1",
        "56x56x32 | dwconv 5x3 mult 2 pad 2x1 s2 nobias",
        "15x15x8 | dwconv 3x3 same s2 d2",
        "100x16 | dwconv 3 pad 1",
    )

    def check(self, x: Shape) -> None:
        if len(self.kernel) == len(spatial(x)) + 1 and len(spatial(x)) > 1:
            raise LayerError(
                "E15",
                f"dwconv takes a window only, not {joined(self.kernel)}: it has as many filters "
                "as the input has channels",
                part="kernel",
                help=f"`dwconv {joined(self.kernel[:-1])}`, with `mult 2` for two per channel",
            )
        kernel = kernel_of(self, x)
        check_fit("kernel", self.windows(x), spatial(x), kernel)

    def windows(self, x: Shape) -> tuple[Window, ...]:
        kernel = kernel_of(self, x)
        return sliding(kernel, spatial(x), self.padding, self.stride, self.dilation)

    def output(self, x: Shape) -> Shape:
        sizes = tuple(w.output(n) for w, n in zip(self.windows(x), spatial(x), strict=True))
        return volume(channels(x) * self.mult, sizes)

    def weights(self, x: Shape) -> Weights:
        taps: Weights = {"weight": (channels(x) * self.mult, 1, *kernel_of(self, x))}
        return {**taps, "bias": (channels(x) * self.mult,)} if self.bias else taps

    def macs(self, x: Shape, y: Shape) -> Count:
        _, _, *kernel = self.weights(x)["weight"]
        return product(hwc(y)) * product(kernel)

    def cautions(self, *inputs: Shape) -> tuple[tuple[str, str], ...]:
        return unread(self.word, self.windows(inputs[0]), spatial(inputs[0]))

    def build(self, *inputs: Shape) -> nn.Module:
        from .torch_windows import convolution

        (x,) = inputs
        depth = channels(x)
        return convolution(self.windows(x), spatial(x), depth, depth * self.mult, depth, self.bias)


# LeNet-5 (1998), Table I: which S2 maps feed each C3 map. 60 connections of 6 * 16.
LENET5_TABLE: tuple[tuple[int, ...], ...] = (
    *((i, (i + 1) % 6, (i + 2) % 6) for i in range(6)),
    *((i, (i + 1) % 6, (i + 2) % 6, (i + 3) % 6) for i in range(6)),
    *((i, (i + 1) % 6, (i + 3) % 6, (i + 4) % 6) for i in range(3)),
    (0, 1, 2, 3, 4, 5),
)
LENET5_CONNECTIONS = sum(len(row) for row in LENET5_TABLE)


def _check_table(layer: Conv, depth: Dim) -> None:
    wanted = ((depth, 6), (layer.channels, 16), (layer.groups, 1), (len(layer.kernel), 2))
    if not all(certainly(given == needed) for given, needed in wanted):
        raise LayerError(
            "E15",
            f"table lenet5 joins 6 maps to 16; here {depth} to {layer.channels}",
            part="table",
            help="leave the table out to connect every filter to every map",
        )
