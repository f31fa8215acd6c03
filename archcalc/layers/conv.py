"""Convolution: full, grouped, depthwise and transposed, in one, two or three dimensions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ..arithmetic.dims import Dim, Shape, ceil_div, exact_div, may_equal, product, require
from ..errors import LayerError
from .base import (
    Contraction,
    Count,
    Weights,
    channels,
    described,
    hwc,
    spatial,
    spread,
    volume,
)
from .options import axes, choice, flag, integer, padding, size, sizes
from .window import AxisWindow, TransposedWindow, Window

if TYPE_CHECKING:
    from torch import nn

Padding = Any  # tuple[Pad, ...] (one for all axes or one each) or "same"


@dataclass(frozen=True)
class Conv(Contraction, name="conv"):
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
        kernel = _kernel(self, x)
        depth = channels(x)
        if self.table is not None:
            _check_table(self, depth)
        _check_groups(depth, self.channels, self.groups)
        check_fit("kernel", self.windows(x), spatial(x), kernel)

    def windows(self, x: Shape) -> tuple[Window, ...]:
        kernel = _kernel(self, x)
        return sliding(kernel, spatial(x), self.padding, self.stride, self.dilation)

    def output(self, x: Shape) -> Shape:
        sizes = tuple(w.output(n) for w, n in zip(self.windows(x), spatial(x), strict=True))
        return volume(self.channels, sizes)

    def weights(self, x: Shape) -> Weights:
        kernel = _kernel(self, x)
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
        if len(self.kernel) == len(spatial(x)) == 2 and _same(self.channels, channels(x)):
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
            kernel = _kernel(self, x)
            if any(_certainly(k % 2 == 0) for k in kernel):
                found.append(
                    (
                        "W05",
                        "an even kernel with `same`: TensorFlow pads one more at the end; PyTorch "
                        "cannot express this with an integer",
                    )
                )
            if any(_certainly(s > 1) for s in spread(self.stride, len(kernel), "", "")):
                found.append(
                    (
                        "W06",
                        f"PyTorch's Conv2d refuses padding='same' with stride "
                        f"{_joined(self.stride)}; the torch build uses explicit padding",
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
class DepthwiseConv(Contraction, name="dwconv"):
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
                f"dwconv takes a window only, not {_joined(self.kernel)}: it has as many filters "
                "as the input has channels",
                part="kernel",
                help=f"`dwconv {_joined(self.kernel[:-1])}`, with `mult 2` for two per channel",
            )
        kernel = _kernel(self, x)
        check_fit("kernel", self.windows(x), spatial(x), kernel)

    def windows(self, x: Shape) -> tuple[Window, ...]:
        kernel = _kernel(self, x)
        return sliding(kernel, spatial(x), self.padding, self.stride, self.dilation)

    def output(self, x: Shape) -> Shape:
        sizes = tuple(w.output(n) for w, n in zip(self.windows(x), spatial(x), strict=True))
        return volume(channels(x) * self.mult, sizes)

    def weights(self, x: Shape) -> Weights:
        taps: Weights = {"weight": (channels(x) * self.mult, 1, *_kernel(self, x))}
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


@dataclass(frozen=True)
class TransposedConv(Contraction, name="deconv"):
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
        kernel = _kernel(self, x)
        _check_groups(channels(x), self.channels, self.groups)
        strides = spread(self.stride, len(kernel), "stride", "stride")
        spacings = spread(self.dilation, len(kernel), "dilation", "dilation")
        extras = spread(self.outpad, len(kernel), "outpad", "outpad")
        for extra, step, spacing in zip(extras, strides, spacings, strict=True):
            allowed = (extra < step) or (extra < spacing) if _plain(extra, step, spacing) else True
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
                    f"padding {_pads(self.padding)} cuts the whole output away",
                    part="padding",
                ),
            )

    def windows(self, x: Shape) -> tuple[TransposedWindow, ...]:
        kernel = _kernel(self, x)
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
            "weight": (channels(x), exact_div(self.channels, self.groups), *_kernel(self, x))
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


# LeNet-5 (1998), Table I: which S2 maps feed each C3 map. 60 connections of 6 * 16.
LENET5_TABLE: tuple[tuple[int, ...], ...] = (
    *((i, (i + 1) % 6, (i + 2) % 6) for i in range(6)),
    *((i, (i + 1) % 6, (i + 2) % 6, (i + 3) % 6) for i in range(6)),
    *((i, (i + 1) % 6, (i + 3) % 6, (i + 4) % 6) for i in range(3)),
    (0, 1, 2, 3, 4, 5),
)
LENET5_CONNECTIONS = sum(len(row) for row in LENET5_TABLE)


def sliding(
    kernel: tuple[Dim, ...], sizes: tuple[Dim, ...], pads: Padding, stride: Any, dilation: Any
) -> tuple[Window, ...]:
    """Return one window per axis; pads is one or several :class:`Pad`, or ``same``."""
    count = len(kernel)
    strides = spread(stride, count, "stride", "stride")
    spacings = spread(dilation, count, "dilation", "dilation")
    if pads == "same":
        return tuple(
            Window.keeping(n, k, s, d)
            for n, k, s, d in zip(sizes, kernel, strides, spacings, strict=True)
        )
    around = spread(pads, count, "pad", "padding")
    return tuple(
        Window(k, s, pad.before, pad.after, d)
        for k, s, pad, d in zip(kernel, strides, around, spacings, strict=True)
    )


def unread(
    word: str, windows: tuple[AxisWindow, ...], sizes: tuple[Dim, ...]
) -> tuple[tuple[str, str], ...]:
    """Return W01 for every axis whose last positions no window reads."""
    found = []
    axis_names = ("rows", "columns") if len(sizes) == 2 else ("positions",) * len(sizes)
    for window, n, positions in zip(windows, sizes, axis_names, strict=True):
        if not isinstance(window, Window) or not _plain(n, window.kernel, window.stride):
            continue
        left = window.unread(n)
        if left:
            pad = f"pad {window.before}" if window.before or window.after else "no pad"
            verb = "is" if left == 1 else "are"
            found.append(
                (
                    "W01",
                    f"{left} of {n} {positions} {verb} never read by {{name}} "
                    f"({n}, k{window.kernel}, s{window.stride}, {pad})",
                )
            )
    return tuple(found)


def _kernel(layer: Conv | DepthwiseConv | TransposedConv, x: Shape) -> tuple[Dim, ...]:
    """Return the kernel for this input; checks a filter depth that was written out (KxKxIxN)."""
    kernel, rank = layer.kernel, len(spatial(x))
    if len(kernel) == rank and rank:
        return kernel
    if len(kernel) == rank + 1 and rank > 1 and not isinstance(layer, DepthwiseConv):
        _check_groups(channels(x), layer.channels, layer.groups)
        depth = exact_div(channels(x), layer.groups)
        *window, stated = kernel
        require(
            may_equal(stated, depth),
            lambda: LayerError(
                "E15",
                f"the filter depth {stated} does not match the input depth {depth}",
                part="kernel",
                help=f"`{layer.word} {_joined((*window, layer.channels))}`; depth is taken from "
                "the input",
            ),
        )
        return tuple(window)
    if rank > 1 and len(kernel) == rank - 1 and not isinstance(layer, DepthwiseConv):
        written = _joined((*kernel, layer.channels))
        raise LayerError(
            "E10",
            f"{layer.word} needs a number of filters: `{layer.word} {written}x64`",
            part="kernel",
            help=f"archcalc layers {layer.word}",
        )
    needs = {1: "length x channels", 2: "height x width x channels"}.get(
        len(kernel), "depth x height x width x channels"
    )
    raise LayerError(
        "E31",
        f"{layer.word} needs {needs}; the input is {described(x)}",
        part="kernel" if rank else "",
        help="`fc N` takes a vector" if not rank else "",
    )


def _check_groups(depth: Dim, filters: Dim, groups: Dim) -> None:
    for count, what in ((depth, "input channels"), (filters, "filters")):
        if not _plain(count, groups):
            continue
        require(
            count % groups == 0,
            lambda count, what: LayerError(
                "E14",
                f"{count} {what} cannot be split into {groups} groups",
                part="groups",
                help=f"divisors of {depth} and {filters}: {_divisors(depth, filters)}",
            ),
            count,
            what,
        )


def _divisors(one: int, other: int) -> str:
    import math

    common = math.gcd(one, other)
    found = [str(n) for n in range(1, min(common, 10_000) + 1) if common % n == 0]
    return ", ".join(found[:8]) + (", ..." if len(found) > 8 else "")


def _check_table(layer: Conv, depth: Dim) -> None:
    wanted = ((depth, 6), (layer.channels, 16), (layer.groups, 1), (len(layer.kernel), 2))
    if not all(_certainly(given == needed) for given, needed in wanted):
        raise LayerError(
            "E15",
            f"table lenet5 joins 6 maps to 16; here {depth} to {layer.channels}",
            part="table",
            help="leave the table out to connect every filter to every map",
        )


def check_fit(
    what: str, windows: tuple[Window, ...], sizes: tuple[Dim, ...], kernel: tuple[Dim, ...]
) -> None:
    """Raise E12 where a window certainly is larger than the padded input."""
    pairs = tuple(zip(windows, sizes, strict=True))
    if all(w.same or not _plain(n, w.span) or w.padded(n) >= w.span for w, n in pairs):
        return
    raise _does_not_fit(what, windows, sizes, kernel)


def _does_not_fit(
    what: str, windows: tuple[Window, ...], sizes: tuple[Dim, ...], kernel: tuple[Dim, ...]
) -> LayerError:
    """Return E12 with the least padding that fits and the one that keeps the size."""
    pairs = tuple(zip(windows, sizes, strict=True))
    plain = [(w.span, n) for w, n in pairs if _plain(n, w.span)]  # the others are symbols
    least = max(ceil_div(span - n, 2) for span, n in plain)
    padded = _joined(w.padded(n) for w, n in pairs)
    spans = tuple(w.span for w in windows)

    def outputs(pad: int) -> str:
        return _joined(replace(w, before=pad, after=None).output(n) for w, n in pairs)

    advice = f"`pad {least}` gives {outputs(least)}"
    keeping = (max(span for span, _ in plain) - 1) // 2
    if keeping != least and len(set(spans)) == 1 and spans[0] % 2 and windows[0].stride == 1:
        advice += f", `pad {keeping}` keeps {outputs(keeping)}"
    spaced = "" if spans == tuple(kernel) else f" (dilated to {_joined(spans)})"
    around = "" if padded == _joined(sizes) else f" (padded to {padded})"
    return LayerError(
        "E12",
        f"{what} {_joined(kernel)}{spaced} does not fit into {_joined(sizes)}{around}",
        part="kernel",
        label=f"needs at least {_joined(spans)}",
        help=f"{advice}; or give a larger input",
    )


def _joined(values: Any) -> str:
    if isinstance(values, str | int):
        return str(values)
    return "x".join(str(value) for value in values)


def _pads(pads: Padding) -> str:
    if isinstance(pads, str):
        return pads
    return _joined(p.before if p.after is None else f"{p.before}:{p.after}" for p in pads)


def _plain(*values: Any) -> bool:
    """Whether all are single numbers that can be compared now."""
    return all(hasattr(value, "__index__") and not hasattr(value, "shape") for value in values)


def _certainly(condition: Any) -> bool:
    return condition is True


def _same(one: Any, other: Any) -> bool:
    return type(one) is int and type(other) is int and one == other
