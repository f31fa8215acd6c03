"""Slips about output sizes: S01 to S17."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from typing import Any

from ...arithmetic.dims import Shape
from ...expansion import expand
from ...layers.base import channels, spatial, volume
from ...layers.window import TransposedWindow, Window
from ..measures import Place
from .base import Example, NetSlip, ShapeSlip, SizeSlip, Slip

CONVS = frozenset({"conv", "dwconv"})
POOLS = frozenset({"maxpool", "avgpool", "subsample"})
SLIDING = CONVS | POOLS
TRANSPOSED = frozenset({"deconv"})
PADDING = SLIDING | {"zeropad"}
_PLAIN_POOLS = POOLS | {"adaptivemaxpool", "adaptiveavgpool", "gap"}

R3 = "224x224x3 | conv 7x7x64 s2 pad 3"
R7 = "28x28x192 | inception 64x96x128x16x32x32"
R7_NAIVE = "28x28x192 | naiveinception 64x128x32"


def _no_first(window: Window, n: int, place: Place) -> int | None:
    if window.same:
        return None  # ceil(n / s) has no + 1
    return int(window.output(n)) - 1


def _one_sided(window: Window, n: int, place: Place) -> int | None:
    if window.same or (window.before == 0 and not window.after):
        return None
    return (n + window.before - window.span) // window.stride + 1


def _rounded_up(window: Window, n: int, place: Place) -> int | None:
    steps = Fraction(window.padded(n) - window.span, window.stride)
    return None if steps.denominator == 1 else int(steps) + 2


def _unrounded(window: Window, n: int, place: Place) -> Fraction | None:
    if window.same:
        exact = Fraction(n, window.stride)
    else:
        exact = Fraction(window.padded(n) - window.span, window.stride) + 1
    return None if exact.denominator == 1 else exact


def _unpadded(window: Window, n: int, place: Place) -> int | None:
    if window.before == 0 and not window.after:
        return None
    return (n - window.span) // window.stride + 1


def _stride_one(window: Window, n: int, place: Place) -> int | None:
    return None if window.stride == 1 else int(window.padded(n)) - window.span + 1


def _same_means_same(window: Window, n: int, place: Place) -> int | None:
    return n if window.same and window.stride > 1 else None


def _same_rounded_down(window: Window, n: int, place: Place) -> int | None:
    return n // window.stride if window.same and n % window.stride else None


def _other_rounding(window: Window, n: int, place: Place) -> int | None:
    other = replace(window, ceil=not window.ceil).output(n)
    return None if other == window.output(n) else int(other)


def _other_dilation(by: int) -> Any:
    def size(window: Window, n: int, place: Place) -> int | None:
        dilation = window.dilation + by
        if dilation < 1 or (window.dilation == 1 and not mentions_dilation(place)):
            return None
        if window.same:
            return None
        return int(replace(window, dilation=dilation).output(n))

    return size


def mentions_dilation(place: Place) -> bool:
    """Tell whether the spec writes the dilation of a layer, even if it is 1."""
    span = place.node.span
    if span is None:
        return False
    start, end = span.text_range()
    text = span.source.original[start:end]
    return "dilation" in text or any(
        part[:1] == "d" and part[1:].isdigit() for part in text.split()
    )


def _multiplied_span(window: Window, n: int, place: Place) -> int | None:
    if window.dilation == 1 or window.same:
        return None
    return (window.padded(n) - window.kernel * window.dilation) // window.stride + 1


def _shrinking(window: Any, n: int, place: Place) -> int | None:
    if not isinstance(window, TransposedWindow):
        return None
    after = window.before if window.after is None else window.after
    return (n + window.before + after - window.span) // window.stride + 1


def _uncut(window: Any, n: int, place: Place) -> int | None:
    if not isinstance(window, TransposedWindow) or (window.before == 0 and not window.after):
        return None
    return int(replace(window, before=0, after=None).output(n))


def _unstretched(window: Any, n: int, place: Place) -> int | None:
    if not isinstance(window, TransposedWindow) or window.stride == 1:
        return None
    return int(replace(window, stride=1).output(n))


def _input_depth(place: Place) -> Iterable[Shape]:
    facts = place.facts
    if place.word in ("conv", "deconv"):
        yield volume(channels(facts.inputs[0]), spatial(facts.output))


def _padded_depth(place: Place) -> Iterable[Shape]:
    if place.word != "zeropad":
        return
    x, y = place.facts.inputs[0], place.facts.output
    grown = {after - before for after, before in zip(spatial(y), spatial(x), strict=True)}
    if len(grown) == 1:
        yield volume(channels(x) + grown.pop(), spatial(y))


def _pooled_depth(place: Place) -> Iterable[Shape]:
    windows = place.facts.windows
    if place.word not in POOLS or not isinstance(windows, tuple):
        return
    y = place.facts.output
    first = windows[0]
    if isinstance(first, Window) and first.stride > 1:
        yield volume(channels(y) // first.stride, spatial(y))


def _not_joined(place: Place) -> Iterable[Shape]:
    if place.word == "concat":
        depths = [channels(x) for x in place.facts.inputs]
        yield volume(max(depths), spatial(place.facts.output))


def _lost_branch(place: Place) -> Iterable[Shape]:
    if place.word != "concat":
        return
    for name, x in zip(place.node.inputs, place.facts.inputs, strict=True):
        if passes_pool(place, name):
            y = place.facts.output
            yield volume(channels(y) - channels(x), spatial(y))


def passes_pool(place: Place, name: str) -> bool:
    """Tell whether a branch is pooling alone: what comes out is as deep as what went in."""
    if name in place.analysis.graph.inputs:
        return False
    layer = place.analysis.nodes[place.analysis.position(name)].layer
    return layer.word in _PLAIN_POOLS


def _paper_input(subject: Any, measure: Any) -> Iterable[tuple[Any, str]]:
    """Put 224 into the first layer of a net written for 227, and keep the fraction."""
    analysis = subject.analysis
    shape = next(iter(analysis.graph.inputs.values()))
    if list(spatial(shape)) != [227, 227] or subject.last != 0 or not analysis.facts:
        return
    windows = analysis.facts[0].windows
    if not isinstance(windows, tuple) or not isinstance(windows[0], Window):
        return
    window = windows[0]
    size = Fraction(window.padded(224) - window.span, window.stride) + 1
    if size.denominator == 1:
        return
    if measure.key in ("size", "height", "width"):
        yield size, ""
    elif measure.key == "output":
        yield volume(channels(analysis.facts[0].output), (size, size)), ""  # type: ignore[arg-type]


def _span_multiplied(subject: Any, measure: Any) -> Iterable[tuple[Any, str]]:
    windows = subject.analysis.facts[subject.last].windows
    if measure.key == "span" and isinstance(windows, tuple):
        for window in windows:
            if isinstance(window, Window | TransposedWindow):
                yield window.kernel * window.dilation, ""


def other_input(subject: Any, side: int) -> Any:
    """Return the analysis of a net on another square input; None where it does not fit."""
    from ...analysis import walk
    from ...errors import ArchcalcError

    analysis = subject.analysis
    spec = analysis.graph.spec
    if spec is None or spec.input is None or len(analysis.graph.inputs) != 1:
        return None
    *sides, depth = spec.input
    try:
        graph = expand(replace(spec, input=(*[side] * len(sides), depth)), analysis.graph.values)
    except ArchcalcError:
        return None
    return walk(graph, analysis.settings)


SLIPS: tuple[Slip, ...] = (
    SizeSlip(
        "S01",
        "no +1",
        "floor((n + 2p - k) / s)",
        "{given} counts the steps between windows. The first window counts too: add 1.",
        size=_no_first,
        words=SLIDING,
        collides=("S02", "S05"),
        examples=(Example(R3, "size", "111"),),
    ),
    SizeSlip(
        "S02",
        "padding on one side",
        "floor((n + p - k) / s) + 1",
        "`pad {p}` adds {p} on each side: {n}+{p}+{p}.",
        size=_one_sided,
        words=PADDING,
        collides=("S01",),
        examples=(
            Example(R3, "size", "111"),
            Example("15x15x8 | conv 3x3x8 pad 2", "size", "15"),
            Example("15x15x8 | zeropad 2", "output", "17x17x8"),
        ),
    ),
    SizeSlip(
        "S03",
        "rounded up in a convolution",
        "ceil((n + 2p - k) / s) + 1",
        "Convolution rounds down: a half window does not fit. (Pooling with `ceil` rounds up.)",
        size=_rounded_up,
        words=CONVS,
        examples=(Example(R3, "size", "113"),),
    ),
    SizeSlip(
        "S04",
        "fraction kept",
        "(n + 2p - k) / s + 1",
        "Right up to the rounding. Round {other_rounding}: {right}. Some courses call this setting "
        "invalid.",
        fraction=Fraction(3, 4),
        almost=True,
        size=_unrounded,
        words=SLIDING,
        examples=(Example(R3, "size", "112.5"),),
    ),
    SizeSlip(
        "S05",
        "padding ignored",
        "floor((n - k) / s) + 1",
        "This is the size without padding.",
        size=_unpadded,
        words=PADDING,
        examples=(Example(R3, "size", "109"),),
    ),
    SizeSlip(
        "S05",
        "padding ignored",
        "(n - 1)s + k",
        "This is the size without padding.",
        size=_uncut,
        words=TRANSPOSED,
        examples=(Example("7x7x8 | deconv 4x4x4 s2 pad 1", "size", "16"),),
    ),
    SizeSlip(
        "S06",
        "stride ignored",
        "n + 2p - k + 1",
        "This is stride 1; the layer has stride {s}.",
        size=_stride_one,
        words=SLIDING,
        examples=(
            Example(R3, "size", "224"),
            Example("121x121x16 | conv 4x4x32 s3", "output", "118x118x32"),
        ),
    ),
    SizeSlip(
        "S06",
        "stride ignored",
        "n - 1 - 2p + k",
        "This is stride 1; the layer has stride {s}.",
        size=_unstretched,
        words=TRANSPOSED,
        examples=(Example("7x7x8 | deconv 4x4x4 s2 pad 1", "size", "8"),),
    ),
    ShapeSlip(
        "S07",
        "input depth kept",
        "depth = input depth",
        "The depth of the output is the number of filters ({filters}), not the input depth.",
        shape=_input_depth,
        examples=(
            Example(R3, "output", "112x112x3"),
            Example("63x63x16 | conv 7x7x32 s2", "output", "29x29x16"),
        ),
    ),
    ShapeSlip(
        "S08",
        "depth padded too",
        "depth + 2p",
        "Padding touches height and width only.",
        shape=_padded_depth,
        examples=(Example("15x15x8 | zeropad 2", "output", "19x19x12"),),
    ),
    SizeSlip(
        "S09",
        "`same` kept the size in spite of a stride",
        "n",
        "`same` gives ceil(n/s) = {right} when the stride is {s}.",
        size=_same_means_same,
        words=SLIDING,
        collides=("S05", "S06"),
        examples=(Example("224x224x3 | conv 7x7x64 same s2", "size", "224"),),
    ),
    SizeSlip(
        "S09",
        "`same` kept the size in spite of a stride",
        "floor(n / s)",
        "`same` gives ceil(n/s) = {right} when the stride is {s}.",
        size=_same_rounded_down,
        words=SLIDING,
        collides=("S05",),
        examples=(Example("225x225x3 | conv 3x3x32 same s2", "size", "112"),),
    ),
    SizeSlip(
        "S10",
        "other rounding in pooling",
        "floor for ceil, or ceil for floor",
        "{given} is rounding {rounding}; this spec rounds {other_rounding}: {right}. (PyTorch's "
        "default rounds down; Caffe and the GoogLeNet paper round up.)",
        size=_other_rounding,
        words=POOLS,
        collides=("S01",),
        examples=(
            Example("112x112x64 | maxpool 3x3 s2 ceil", "size", "55"),
            Example("112x112x64 | maxpool 3x3 s2", "size", "56"),
        ),
    ),
    ShapeSlip(
        "S11",
        "pooling shrank the depth",
        "C / s",
        "Pooling works on each channel by itself; the depth stays {filters}.",
        shape=_pooled_depth,
        examples=(Example("32x32x16 | maxpool 2x2 s2", "output", "16x16x8"),),
    ),
    SizeSlip(
        "S12",
        "dilation counted from 0",
        "k + (k - 1)d",
        "Your course may count an ordinary filter as dilation 0. Here it is 1; a gap of one is 2.",
        size=_other_dilation(1),
        words=SLIDING,
        collides=("S05", "F05"),
        examples=(Example("32x32x3 | conv 3x3x8 pad 1 dilation 1", "size", "30"),),
    ),
    SizeSlip(
        "S12",
        "dilation counted from 0",
        "k + (k - 1)(d - 2)",
        "Your course may count an ordinary filter as dilation 0. Here it is 1; a gap of one is 2.",
        size=_other_dilation(-1),
        words=SLIDING,
        collides=("F05",),
        examples=(Example("32x32x3 | conv 3x3x8 pad 1 dilation 2", "size", "32"),),
    ),
    SizeSlip(
        "S13",
        "effective kernel k*d",
        "floor((n + 2p - k*d) / s) + 1",
        "The effective size is d*(k-1)+1 = {span}.",
        size=_multiplied_span,
        words=SLIDING,
        collides=("S01",),
        examples=(Example("32x32x3 | conv 3x3x8 d2", "size", "27"),),
    ),
    NetSlip(
        "S13",
        "effective kernel k*d",
        "k*d",
        "The effective size is d*(k-1)+1 = {right}.",
        values=_span_multiplied,
        examples=(Example("32x32x3 | conv 3x3x8 d2", "span", "6"),),
    ),
    SizeSlip(
        "S14",
        "transposed convolution by the convolution formula",
        "floor((n + 2p - k) / s) + 1",
        "A transposed convolution grows: (n-1)s - 2p + k{extra} = {right}.",
        size=_shrinking,
        words=TRANSPOSED,
        examples=(Example("5x5x1 | deconv 3x3x1 s2", "size", "2"),),
    ),
    ShapeSlip(
        "S15",
        "added instead of concatenated",
        "max of the depths",
        "Concatenation adds up the depths: {depths}.",
        shape=_not_joined,
        examples=(Example(R7, "channels", "128"),),
    ),
    ShapeSlip(
        "S16",
        "depth of the pooling branch lost",
        "sum of the other depths",
        "The pooling branch passes all {pooled} channels through: {right}.",
        shape=_lost_branch,
        examples=(Example(R7_NAIVE, "channels", "224"),),
    ),
    NetSlip(
        "S17",
        "AlexNet with 224",
        "(224 - 11)/4 + 1",
        "With 224 and no padding it does not fit; use 227, or pad 2 (torchvision).",
        fraction=Fraction(0),
        values=_paper_input,
        examples=(Example("227x227x3 | conv 11x11x96 s4", "size", "54.25"),),
    ),
)
