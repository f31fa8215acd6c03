"""Questions for sizes: output shape, one side of it, receptive field, jump, window, padding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ...arithmetic.unknown import Unknown
from ...errors import ArchcalcError
from ...expansion import expand
from ...layers.base import Facts, channels, spatial
from ...layers.window import TransposedWindow, Window
from ...notation.entries import Aux, Spec
from ...quantities import quantity
from ...quantities.receptive_field import WHOLE, start, states
from .base import Measure, OfFacts, Subject

_LARGEST_INPUT = 1024


class OutputShape(OfFacts):
    """The shape of the output, channels and sizes."""

    key, title, metric, unit = "output", "output size", "output", "shape"

    def given(self, subject: Subject, facts: Sequence[Facts]) -> Any:
        """Return the shape, channels first, of the last layer asked about."""
        last = subject.last
        return facts[last].output if last >= 0 else subject.analysis.output


class OutputPart(OfFacts):
    """One number of the output: height, width, size (of a square one), channels."""

    metric, unit = "output", "pixels"

    def __init__(self, key: str) -> None:
        self.key = key
        self.title = f"output {key}" if key != "channels" else "output channels"

    def given(self, subject: Subject, facts: Sequence[Facts]) -> Any:
        """Return the number."""
        shape = OutputShape().given(subject, facts)
        return part_of(shape, self.key)


def part_of(shape: Any, key: str) -> Any:
    """Return one number of a shape; :class:`Unknown` where the shape has no such side."""
    sides = spatial(shape)
    if key == "channels":
        return channels(shape)
    if not sides:
        return Unknown(f"a vector has no {key}")
    if key == "size":
        if len(set(sides)) > 1:
            return Unknown("the output is not square; ask for height or width")
        return sides[0]
    return sides[-1] if key == "width" else sides[0]


class Field(Measure):
    """The receptive field, or the step between neighbours: of the last layer asked about."""

    unit = "pixels"

    def __init__(self, key: str) -> None:
        column = quantity(key)
        self.column = column
        self.key = self.metric = column.key
        self.title = column.title

    def value(self, subject: Subject) -> Any:
        """Return one number where all axes agree, a tuple where not, WHOLE where all is seen."""
        value = self.raw(subject)
        if isinstance(value, tuple):
            return value[0] if len(set(value)) == 1 else value
        return value

    def raw(self, subject: Subject) -> Any:
        """Return the column's own value."""
        if subject.is_whole:
            return self.column.total(subject.analysis)
        return self.column.of(subject.analysis)[subject.last]

    def unclipped(self, subject: Subject) -> Any:
        """Return what a layer that sees everything would see without the image's border.

        A fully connected layer is a convolution whose window is the whole map: VGG-16's first
        one sees 404 pixels of a 224 image. None where that cannot be said.
        """
        position = subject.last
        if position < 0 or self.key != "receptive_field":
            return None
        reached = states(subject.analysis)
        analysis = subject.analysis
        while position >= 0 and reached[position] is WHOLE:
            names = analysis.nodes[position].inputs
            if len(names) != 1:
                return None
            source = names[0]
            if source in analysis.graph.inputs:
                before, shape = start(analysis.graph.inputs[source]), analysis.graph.inputs[source]
                position = -1
            else:
                position = analysis.position(source)
                before, shape = reached[position], analysis.facts[position].output
            if isinstance(before, tuple):
                sides = spatial(shape)
                if len(sides) != len(before):
                    sides = spatial(analysis.facts[position].inputs[0]) if position >= 0 else ()
                if len(sides) != len(before):
                    return None
                found = {
                    axis.size + (side - 1) * axis.jump
                    for axis, side in zip(before, sides, strict=True)
                }
                return found.pop() if len(found) == 1 else None
        return None


class Span(Measure):
    """The effective kernel: input positions from the first tap to the last, d*(k - 1) + 1."""

    key, title, metric, unit = "span", "effective kernel", "span", "pixels"

    def value(self, subject: Subject) -> Any:
        """Return the window's span."""
        spans = {window.span for window in windows_of(subject)}
        return spans.pop() if len(spans) == 1 else Unknown("the layer has no square window")

    def reason(self, subject: Subject) -> str:
        """Return the formula with the numbers of the layer."""
        window = windows_of(subject)[0]
        d, k = window.dilation, window.kernel
        return f"d*(k - 1) + 1 = {d}*({k} - 1) + 1 = {window.span}"


class KeepingPadding(Measure):
    """The smallest padding on each side that keeps height and width."""

    key, title, metric, unit = "padding", "padding", "padding", "pixels"

    def value(self, subject: Subject) -> Any:
        """Return the padding; Unknown where no symmetric padding keeps the size."""
        found = set()
        facts = subject.analysis.facts[subject.last]
        for window, size in zip(windows_of(subject), spatial(facts.inputs[0]), strict=False):
            grown = (size - 1) * window.stride + window.span - size
            # the smallest p with floor((n + 2p - span)/s) + 1 = n
            needed = -(-grown // 2)
            fits = Window(window.kernel, window.stride, needed, None, window.dilation)
            if needed < 0 or fits.output(size) != size:
                return Unknown("no padding that is equal on both sides keeps the size")
            found.add(needed)
        return found.pop() if len(found) == 1 else Unknown("no one padding keeps both sides")

    def reason(self, subject: Subject) -> str:
        """Return what the windows need in all, and half of it."""
        window, needed = windows_of(subject)[0], self.value(subject)
        n = spatial(subject.analysis.facts[subject.last].inputs[0])[0]
        whole = (n - 1) * window.stride + window.span - n
        half = "half of it" if whole == 2 * needed else "half of it, rounded up,"
        return (
            f"(n - 1)*s + k - n = {n - 1}*{window.stride} + {window.span} - {n} = {whole}; "
            f"{half} on each side: {needed}"
        )


class SmallestInput(Measure):
    """The smallest square input that every layer of the net still fits into."""

    key, title, metric, unit = "smallest_input", "smallest input", "smallest_input", "pixels"

    def value(self, subject: Subject) -> Any:
        """Return the side; tried one after the other, since fitting need not be monotonous."""
        graph = subject.analysis.graph
        if graph.spec is None or graph.spec.input is None or len(graph.inputs) != 1:
            return Unknown("the net is not written as a spec with one input")
        *sides, depth = graph.spec.input
        spec = graph.spec if subject.analysis.settings.train else without_heads(graph.spec)
        for side in range(1, _LARGEST_INPUT + 1):
            if fits(replace(spec, input=(*[side] * len(sides), depth)), graph.values):
                return side
        return Unknown(f"no input up to {_LARGEST_INPUT} fits")

    def reason(self, subject: Subject) -> str:
        """Return what the next smaller input runs into."""
        side = self.value(subject)
        if side == 1:
            return "every layer fits a side of 1"
        return f"every layer fits a side of {side}; with {side - 1} one does not"


def fits(spec: Spec, values: Mapping[str, Any]) -> bool:
    """Tell whether every layer can take the input that it gets."""
    try:
        expand(spec, values, unused=True)
    except ArchcalcError:
        return False
    return True


def without_heads(spec: Spec) -> Spec:
    """Return the spec as it runs at inference: without its auxiliary heads."""
    kept = tuple(entry for entry in spec.body.entries if not isinstance(entry, Aux))
    return replace(spec, body=replace(spec.body, entries=kept))


def windows_of(subject: Subject) -> list[Any]:
    """Return the sliding windows of the last layer asked about, one per axis."""
    windows = subject.analysis.facts[subject.last].windows if subject.last >= 0 else ()
    if not isinstance(windows, tuple):
        return []
    return [w for w in windows if isinstance(w, Window | TransposedWindow)]
