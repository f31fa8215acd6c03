"""How output positions look at the input along one axis: the only place of the size formulas."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..arithmetic.dims import Dim, ceil_div, common_divisor, larger, smaller


@dataclass(frozen=True, slots=True)
class Window:
    """A window sliding over one axis: convolution and pooling.

    ``after`` is None when the padding is ``before`` on both sides. Negative padding cuts
    positions off instead. ``same`` marks padding that was chosen so that the output is
    ceil(size / stride).

    >>> Window(kernel=7, stride=2, before=3).output(224)
    112
    """

    kernel: Dim
    stride: Dim = 1
    before: Dim = 0
    after: Dim | None = None
    dilation: Dim = 1
    ceil: bool = False
    same: bool = False

    @classmethod
    def keeping(cls, size: Dim, kernel: Dim, stride: Dim, dilation: Dim) -> Window:
        """Return the window of TensorFlow's ``same`` rule: the odd pixel goes to the end."""
        span = dilation * (kernel - 1) + 1
        padding = larger((ceil_div(size, stride) - 1) * stride + span - size, 0)
        before = padding // 2
        return cls(kernel, stride, before, padding - before, dilation, same=True)

    @property
    def span(self) -> Dim:
        """Input positions from the first tap to the last: ``d*(k - 1) + 1``."""
        return self.dilation * (self.kernel - 1) + 1

    def padded(self, size: Dim) -> Dim:
        """Return the size with the padding on both sides."""
        if self.after is None:
            return size + 2 * self.before
        return size + self.before + self.after

    def output(self, size: Dim) -> Dim:
        """Return the number of window positions.

        Floor: https://arxiv.org/abs/1603.07285, relationship 6. Ceil: a window that would start
        in the padding at the end is dropped, as PyTorch and Caffe do.
        """
        if self.same:
            return ceil_div(size, self.stride)
        if self.ceil:
            last = ceil_div(self.padded(size) - self.span, self.stride) + 1
            return smaller(last, ceil_div(size + self.before, self.stride))
        return (self.padded(size) - self.span) // self.stride + 1

    # Which inputs feed an output; the pattern repeats after ``period`` outputs, ``shift`` inputs on

    @property
    def period(self) -> Dim:
        """Outputs after which the window's position pattern repeats: always 1 here."""
        return 1

    @property
    def shift(self) -> Dim:
        """Inputs the window moves in one period: the stride."""
        return self.stride

    def inputs(self, position: int) -> range:
        """Return the input positions (padding included) that feed an output position."""
        first = position * self.stride - self.before
        return range(first, first + self.span, self.dilation)

    def reach(self, position: int) -> tuple[int, int]:
        """Return the first and last input position that feed an output position."""
        inputs = self.inputs(position)
        return inputs[0], inputs[-1]

    def unread(self, size: int) -> int:
        """Return how many positions at the end of the axis no window reads."""
        _, last = self.reach(self.output(size) - 1)
        return max(size - 1 - last, 0)


@dataclass(frozen=True, slots=True)
class TransposedWindow:
    """A window that writes instead of reading: transposed convolution and upsampling.

    >>> TransposedWindow(kernel=3, stride=2).output(5)
    11
    """

    kernel: Dim
    stride: Dim
    before: Dim = 0
    after: Dim | None = None
    dilation: Dim = 1
    extra: Dim = 0

    @property
    def span(self) -> Dim:
        """Output positions that one input position writes to: ``d*(k - 1) + 1``."""
        return self.dilation * (self.kernel - 1) + 1

    def output(self, size: Dim) -> Dim:
        """Return the output size. https://arxiv.org/abs/1603.07285, relationship 14."""
        grown = (size - 1) * self.stride
        if self.after is None:
            return grown - 2 * self.before + self.span + self.extra
        return grown - self.before - self.after + self.span + self.extra

    @property
    def period(self) -> Dim:
        """Outputs after which the pattern repeats: the stride."""
        return self.stride

    @property
    def shift(self) -> Dim:
        """Inputs the pattern moves in one period: 1."""
        return 1

    def inputs(self, position: int) -> range:
        """Return the input positions that feed an output position; there may be none.

        Input i writes to output ``i*stride - before + t*dilation`` for each of its taps t.
        """
        place, common = position + self.before, math.gcd(self.stride, self.dilation)
        if place % common:
            return range(0)
        apart, step = self.dilation // common, self.stride // common
        tap = place // common * pow(apart, -1, step) % step  # the first that lands here
        last = (place - tap * self.dilation) // self.stride
        return range(last, last - apart * len(range(tap, self.kernel, step)), -apart)[::-1]


@dataclass(frozen=True, slots=True)
class AdaptiveWindow:
    """Windows chosen so that the output has a given size: adaptive pooling.

    Output ``o`` covers inputs floor(o*size/output) to ceil((o + 1)*size/output) - 1.
    """

    size: Dim
    target: Dim

    @property
    def span(self) -> Dim:
        """Inputs of the widest window."""
        return ceil_div(self.reads(), self.target)

    def output(self, size: Dim) -> Dim:
        """Return the output size, which was given."""
        return self.target

    @property
    def period(self) -> int:
        """Outputs after which the pattern repeats."""
        return self.target // self._common

    @property
    def shift(self) -> int:
        """Inputs the pattern moves in one period."""
        return self.size // self._common

    def inputs(self, position: int) -> range:
        """Return the input positions that feed an output position."""
        first = (position * self.size) // self.target
        return range(first, ceil_div((position + 1) * self.size, self.target))

    def reads(self) -> int:
        """Return the inputs read by all output positions together.

        Two neighbouring windows share one input, unless their border falls between inputs.
        """
        return self.size + self.target - self._common

    @property
    def _common(self) -> Dim:
        return common_divisor(self.size, self.target)


@dataclass(frozen=True, slots=True)
class BlockWindow:
    """Blocks side by side, each seen whole from each of its positions: window attention.

    One block begins at ``offset``; the others follow it and precede it.

    >>> BlockWindow(kernel=7, offset=3).inputs(12)
    range(10, 17)
    """

    kernel: Dim
    offset: Dim = 0

    @property
    def span(self) -> Dim:
        """Positions of a block."""
        return self.kernel

    def output(self, size: Dim) -> Dim:
        """Return the size, which stays."""
        return size

    @property
    def period(self) -> Dim:
        """Outputs after which the pattern repeats: a block."""
        return self.kernel

    @property
    def shift(self) -> Dim:
        """Inputs the pattern moves in one period: a block."""
        return self.kernel

    def inputs(self, position: int) -> range:
        """Return the input positions (padding included) that feed an output position."""
        first = (position - self.offset) // self.kernel * self.kernel + self.offset
        return range(first, first + self.kernel)


AxisWindow = Window | TransposedWindow | AdaptiveWindow | BlockWindow
