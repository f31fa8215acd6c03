"""A way to a number: a net, its input, how it is counted; and the ways that there are to MACs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from ..analysis import Analysis, Settings, walk
from ..arithmetic.dims import Shape
from ..arithmetic.units import short
from ..conventions import CONVENTIONS, parts
from ..graph import Graph
from ..layers.base import channels, spatial, written
from ..quantities import quantity

SIZES = (192, 224, 227, 256, 288, 299, 320, 384)
_SMALLEST_IMAGE = 128


@dataclass(frozen=True)
class Way:
    """One way to a number: the nets, their input, how they are counted, and the parts of the sum.

    ``counted`` are the names of the conventions that come to this number. ``likely`` orders ways
    from the plainest to the most contrived.
    """

    nets: tuple[str, ...]
    input: Shape
    counted: tuple[str, ...]
    parts: dict[str, int]
    likely: tuple[int, ...]

    @property
    def value(self) -> int:
        """The number."""
        return sum(self.parts.values())

    def text(self, layout: str = "hwc") -> str:
        """Return nets, conventions and input as a line."""
        return ", ".join((*self.nets, *self.counted, written(self.input, layout)))

    def sum_text(self, digits: Callable[[int], str] = short) -> str:
        """Return the sum written out; nothing where there is one part only."""
        (first, base), *others = self.parts.items()
        if not others:
            return ""
        terms = [f"{digits(base)} {first}"]
        terms += [f"{'+' if n > 0 else '-'} {part} {digits(abs(n))}" for part, n in others]
        return f"= {' '.join(terms)}"


Resize = Callable[[int], Graph | None]


def _sizes(graph: Graph, resized: Resize) -> Iterator[Graph]:
    """Return the net at its own size, then at others at which it is the same net.

    Only nets of images have others, and only those whose params stay.
    """
    yield graph
    (shape, *others) = graph.inputs.values()
    is_image = len(shape) == 3 and channels(shape) == 3 and len(set(spatial(shape))) == 1
    if others or not is_image or not isinstance(shape[1], int) or shape[1] < _SMALLEST_IMAGE:
        return
    if graph.spec is None:  # recorded from a module: its input is its owner's choice
        return
    params = quantity("params").total(walk(graph))
    for size in SIZES:
        other = resized(size) if size != shape[1] else None
        if other is not None and quantity("params").total(walk(other)) == params:
            yield other


def analyses(graph: Graph) -> Iterator[tuple[str, Analysis]]:
    """Return the net as it is used, and with its training heads where it has some."""
    yield "", walk(graph)
    if graph.training_only:
        yield " with auxiliary heads", walk(graph, Settings(train=True))


def macs_ways(name: str, place: int, graph: Graph, resized: Resize) -> list[Way]:
    """Return a way for each size, with and without training heads, and each convention.

    Conventions that come to the same are one way; a size that changes nothing is none.
    """
    found: dict[tuple[Any, ...], Way] = {}
    known: set[tuple[str, str, int]] = set()
    for size, one in enumerate(_sizes(graph, resized)):
        for heads, analysis in analyses(one):
            (shape, *_) = one.inputs.values()
            for rank, key in enumerate(CONVENTIONS):
                amounts = parts(key, analysis)
                if not amounts or not all(isinstance(n, int) for n in amounts.values()):
                    continue
                value = sum(amounts.values())
                if (heads, key, value) in known:
                    continue
                known.add((heads, key, value))
                way = found.get((size, heads, value))
                if way is not None:
                    found[size, heads, value] = replace(way, counted=(*way.counted, key))
                    continue
                likely = (min(size, 1), place, len(heads), size, rank)
                found[size, heads, value] = Way((name + heads,), shape, (key,), amounts, likely)
    return list(found.values())


def merged(ways: list[Way]) -> list[Way]:
    """Join the ways of several nets that are counted alike and come to the same."""
    found: dict[tuple[Any, ...], Way] = {}
    for way in ways:
        alike = (way.value, way.counted, way.input)
        first = found.get(alike)
        found[alike] = way if first is None else replace(first, nets=(*first.nets, *way.nets))
    return list(found.values())
