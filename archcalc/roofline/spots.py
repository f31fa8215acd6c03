"""Which layers share a place in the plot, and what is said of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..renderers.cells import shortened
from .page import percent, three_digits, time_text
from .points import Point, Roofline
from .strokes import SHAPES, Mark

MOST_MARKS = 160


@dataclass(frozen=True)
class Spot:
    """A place in the plot and the layers that lie there; ``label`` is written beside it."""

    points: tuple[Point, ...]
    label: str
    x: float
    y: float

    @property
    def one(self) -> Point:
        """One of the layers: where they lie they are alike."""
        return self.points[0]

    @property
    def layers(self) -> tuple[str, ...]:
        """The names of the layers."""
        return tuple(point.layer for point in self.points)


def groups(made: Roofline) -> tuple[list[tuple[Point, ...]], int]:
    """Return the layers by place, those that take longest where there are too many."""
    found: dict[tuple[object, ...], list[Point]] = {}
    for one in made.points:
        if one.flops:
            key = (one.net, one.flops, one.bytes, one.seconds, one.is_measured)
            found.setdefault(key, []).append(one)
    alike = list(map(tuple, found.values()))
    longest = sorted(alike, key=lambda group: -len(group) * group[0].seconds)[:MOST_MARKS]
    kept = {id(group) for group in longest}
    return [group for group in alike if id(group) in kept], len(alike) - len(kept)


def told(made: Roofline, spot: Spot) -> str:
    """Return a mark in words."""
    one = spot.one
    net = f"{made.names[one.net]}, " if len(made.names) > 1 else ""
    return (
        f"{net}{', '.join(spot.layers)}: {three_digits(one.intensity)} FLOP/B, "
        f"{three_digits(one.rate / 1e9)} GFLOP/s, {percent(one.share(made.roof))} of the roof, "
        f"{time_text(one)} {one.label}"
    )


def names_text(points: Sequence[Point], most: int) -> str:
    """Return the first names that fit, and how many more there are.

    >>> from types import SimpleNamespace as Named
    >>> names_text([Named(layer=f"conv{i}") for i in range(9)], 20)
    'conv0 and 8 more'
    """
    names = [one.layer for one in points]
    for shown in range(len(names), 0, -1):
        more = f" and {len(names) - shown} more" if shown < len(names) else ""
        text = ", ".join(names[:shown]) + more
        if len(text) <= most:
            return text
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return shortened(names[0], max(most - len(more), 8)) + more


def mark(one: Point, x: float, y: float, title: str = "") -> Mark:
    """Return the mark of a point: its shape tells the net, filled or hollow whose time it is."""
    kind = one.net % len(SHAPES)
    return Mark(x, y, SHAPES[kind], one.is_measured, f"net{kind}", title)
