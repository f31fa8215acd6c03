"""Pooling: windows that summarize each channel by itself, with the rounding rules people use."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..arithmetic.dims import Shape, larger, product, require
from ..errors import LayerError
from .base import (
    Count,
    Pooling,
    View,
    Weightless,
    Weights,
    Windows,
    channels,
    described,
    hwc,
    spatial,
    spread,
    volume,
)
from .options import axes, flag, padding, sizes
from .sliding import Padding, check_fit, plain, unread
from .window import AdaptiveWindow, Window

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class _SlidingPool(Pooling):
    """A pooling window that slides; its stride is the window itself unless given."""

    kernel: tuple[int, ...] = sizes("K", "window height x width", "a window", "KxK")
    stride: Any = axes(
        "stride", "S", "step of the window; the window itself when left out", None, "s"
    )
    padding: Padding = padding("border positions on each side, before:after")
    ceil: bool = flag("ceil", "floor", "round the size up (Caffe) instead of down", False)

    def __post_init__(self) -> None:
        if self.stride is None:
            uniform = len(set(self.kernel)) == 1
            object.__setattr__(self, "stride", self.kernel[0] if uniform else self.kernel)
        super().__post_init__()

    def check(self, x: Shape) -> None:
        sizes = spatial(x)
        if len(sizes) != len(self.kernel) or not sizes:
            needs = "length x channels" if len(self.kernel) == 1 else "height x width x channels"
            help = f"`{self.word} {self.kernel[0]}x{self.kernel[0]}`" if len(sizes) == 2 else ""
            raise LayerError(
                "E31",
                f"{self.word} with a window of {len(self.kernel)} "
                f"{'axis' if len(self.kernel) == 1 else 'axes'} needs {needs}; "
                f"the input is {described(x)}",
                part="kernel",
                help=help,
            )
        windows = self.windows(x)
        for window in windows:
            widest = window.before
            if window.after is not None:
                widest = larger(window.before, window.after)
            require(
                window.same or 2 * widest <= window.kernel,
                lambda w: LayerError(
                    "E21",
                    f"padding {w.before} is larger than half the window ({w.kernel}): "
                    "some windows would be all padding",
                    part="padding",
                    help=f"`pad {w.kernel // 2}` is the most",
                ),
                window,
            )
        check_fit("window", windows, sizes, self.kernel)

    def windows(self, x: Shape) -> tuple[Window, ...]:
        sizes = spatial(x)
        count = len(sizes)
        strides = spread(self.stride, count, "stride", "stride")
        spacings = spread(self.spacing(), count, "dilation", "dilation")
        if self.padding == "same":
            return tuple(
                Window.keeping(n, k, s, d)
                for n, k, s, d in zip(sizes, self.kernel, strides, spacings, strict=True)
            )
        around = spread(self.padding, count, "pad", "padding")
        return tuple(
            Window(k, s, pad.before, pad.after, d, self.ceil)
            for k, s, pad, d in zip(self.kernel, strides, around, spacings, strict=True)
        )

    @abstractmethod
    def spacing(self) -> Any:
        """Return the dilation of the window."""

    def output(self, x: Shape) -> Shape:
        sizes = tuple(w.output(n) for w, n in zip(self.windows(x), spatial(x), strict=True))
        return volume(channels(x), sizes)

    def connections(self, x: Shape, y: Shape) -> Count | None:
        return product(hwc(y)) * product(self.kernel)

    def cautions(self, *inputs: Shape) -> tuple[tuple[str, str], ...]:
        (x,) = inputs
        windows = self.windows(x)
        found = [*unread(self.word, windows, spatial(x))]
        if self.ceil and any(_clipped(w, n) for w, n in zip(windows, spatial(x), strict=True)):
            found.append(
                (
                    "W07",
                    "the last window would start in the padding; Caffe and PyTorch drop it",
                )
            )
        return tuple(found)


@dataclass(frozen=True)
class MaxPool(_SlidingPool, word="maxpool"):
    """Max pooling: the largest value of each window."""

    dilation: Any = axes("dilation", "d", "spacing of the window's positions", 1, "d")

    examples = (
        "55x55x96 | maxpool 3x3 s2",
        "112x112x64 | maxpool 3x3 s2 ceil",
        "2x2x5 | maxpool 3x3 s2 ceil",
        "28x28x192 | maxpool 3x3 s1 pad 1",
        "24x18x4 | maxpool 2x3",
        "13x13x4 | maxpool 3x3 s2 pad 1 ceil",
        "20x20x4 | maxpool 3x3 s2 d2",
        "15x15x4 | maxpool 3x3 s2 same",
        "100x16 | maxpool 4",
        "8x16x16x3 | maxpool 2x2x2",
    )

    def spacing(self) -> Any:
        return self.dilation

    def weights(self, x: Shape) -> Weights:
        return {}

    def elementwise(self, x: Shape, y: Shape) -> Count:
        """Count the comparisons: one less than the window has values."""
        return product(hwc(y)) * (product(self.kernel) - 1)

    def depth(self) -> int:
        return 0

    def build(self, *inputs: Shape) -> nn.Module:
        from .torch_windows import pooling

        return pooling("max", self.windows(inputs[0]), spatial(inputs[0]))


@dataclass(frozen=True)
class AvgPool(_SlidingPool, word="avgpool"):
    """Average pooling: the mean of each window, padding counted as zeros."""

    examples = (
        "28x28x6 | avgpool 2x2",
        "14x14x512 | avgpool 5x5 s3",
        "15x13x8 | avgpool 3x3 s2 pad 1 ceil",
        "100x16 | avgpool 4 s2",
    )

    def spacing(self) -> Any:
        return 1

    def weights(self, x: Shape) -> Weights:
        return {}

    def elementwise(self, x: Shape, y: Shape) -> Count:
        """Count the additions, one less than the window has values, and one division."""
        return product(hwc(y)) * product(self.kernel)

    def depth(self) -> int:
        return 0

    def build(self, *inputs: Shape) -> nn.Module:
        from .torch_windows import pooling

        return pooling("avg", self.windows(inputs[0]), spatial(inputs[0]))


@dataclass(frozen=True)
class Subsample(_SlidingPool, word="subsample"):
    """LeNet-5's subsampling (1998): the window's sum times a learned coefficient plus a bias."""

    examples = ("28x28x6 | subsample 2x2", "10x10x16 | subsample 2x2 s2")

    def spacing(self) -> Any:
        return 1

    def weights(self, x: Shape) -> Weights:
        """Two values per map: LeCun et al. 1998, section II.B."""
        return {"weight": (channels(x),), "bias": (channels(x),)}

    def elementwise(self, x: Shape, y: Shape) -> Count:
        """Count the additions, one product and one bias addition per output."""
        return product(hwc(y)) * (product(self.kernel) + 1)

    def depth(self) -> int:
        return 1

    def build(self, *inputs: Shape) -> nn.Module:
        from .torch_windows import Subsampling

        return Subsampling(channels(inputs[0]), self.windows(inputs[0]), spatial(inputs[0]))


class _AdaptivePool(Pooling):
    """Pooling to a given output size."""

    target: tuple[int, ...]

    def check(self, x: Shape) -> None:
        if len(spatial(x)) == 0 or len(self.target) not in (1, len(spatial(x))):
            raise LayerError(
                "E31",
                f"{self.word} needs height x width x channels; the input is {described(x)}",
                part="target",
            )

    def windows(self, x: Shape) -> tuple[AdaptiveWindow, ...]:
        targets = spread(self.target, len(spatial(x)), self.word, "target")
        return tuple(AdaptiveWindow(n, t) for n, t in zip(spatial(x), targets, strict=True))

    def output(self, x: Shape) -> Shape:
        return volume(channels(x), spread(self.target, len(spatial(x)), self.word, "target"))

    def weights(self, x: Shape) -> Weights:
        return {}

    def connections(self, x: Shape, y: Shape) -> Count | None:
        return product(w.reads() for w in self.windows(x)) * channels(x)

    def depth(self) -> int:
        return 0


@dataclass(frozen=True)
class AdaptiveAvgPool(_AdaptivePool, word="adaptiveavgpool"):
    """Average pooling to a given output size, whatever the input size."""

    target: tuple[int, ...] = sizes("T", "output height x width", "an output size", "HxW")

    examples = ("13x13x256 | adaptiveavgpool 6x6", "7x7x512 | adaptiveavgpool 7x7")

    def elementwise(self, x: Shape, y: Shape) -> Count:
        """Count one operation per input read: the additions and the division."""
        return product(w.reads() for w in self.windows(x)) * channels(x)

    def build(self, *inputs: Shape) -> nn.Module:
        from .torch_windows import adaptive_pooling

        return adaptive_pooling("avg", spatial(self.output(inputs[0])))


@dataclass(frozen=True)
class AdaptiveMaxPool(_AdaptivePool, word="adaptivemaxpool"):
    """Max pooling to a given output size, whatever the input size."""

    target: tuple[int, ...] = sizes("T", "output height x width", "an output size", "HxW")

    examples = ("14x14x256 | adaptivemaxpool 7x7", "40x8 | adaptivemaxpool 6")

    def elementwise(self, x: Shape, y: Shape) -> Count:
        """Count the comparisons: inputs read, less one per output."""
        return product(w.reads() for w in self.windows(x)) * channels(x) - product(hwc(y))

    def build(self, *inputs: Shape) -> nn.Module:
        from .torch_windows import adaptive_pooling

        return adaptive_pooling("max", spatial(self.output(inputs[0])))


@dataclass(frozen=True)
class GlobalAvgPool(Weightless, word="gap"):
    """Global average pooling: each channel's mean over all positions."""

    examples = ("7x7x1024 | gap", "100x16 | gap")

    def check(self, x: Shape) -> None:
        if not spatial(x):
            raise LayerError(
                "E31", f"gap needs height x width x channels; the input is {described(x)}"
            )

    def windows(self, x: Shape) -> Windows:
        return View.WHOLE

    def output(self, x: Shape) -> Shape:
        return volume(channels(x), (1,) * len(spatial(x)))

    def weights(self, x: Shape) -> Weights:
        return {}

    def buffers(self, x: Shape) -> Weights:
        return {}

    def elementwise(self, x: Shape, y: Shape) -> Count:
        """Count one operation per input value: the additions and the division."""
        return product(hwc(x))

    def connections(self, x: Shape, y: Shape) -> Count | None:
        return product(hwc(x))

    def depth(self) -> int:
        return 0

    def is_view(self) -> bool:
        return False

    def build(self, *inputs: Shape) -> nn.Module:
        from .torch_windows import adaptive_pooling

        return adaptive_pooling("avg", (1,) * len(spatial(inputs[0])))


def _clipped(window: Window, size: int) -> bool:
    if window.same or not plain(window.padded(size), window.span, window.stride, size):
        return False
    rounded_up = -((window.span - window.padded(size)) // window.stride) + 1
    return rounded_up > window.output(size)
