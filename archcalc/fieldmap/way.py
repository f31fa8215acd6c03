"""Through which unit of each earlier layer a unit looks, and which positions it really reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ..analysis import Analysis
from ..arithmetic.dims import Shape
from ..layers.base import View, spatial
from ..quantities.receptive_field import Scattered, states
from .unit import Positions, feeding, leaves_no_gaps, nearest, read_boxes, stretch

_MOST_TRIED = 64

Unit = tuple[int, ...]


def looked_through(
    analysis: Analysis, target: int, unit: Unit, middle: Sequence[int]
) -> dict[int, Unit]:
    """Return one unit of each layer on the way to a unit, by the layer's place.

    It is one that the unit found for a layer behind it reads, so that its field lies within the
    field of that one; of those the one whose field's middle is nearest to ``middle``, which is
    twice a place of the input.
    """
    fields = states(analysis)
    found: dict[int, Unit] = {}
    places = {node.name: i for i, node in enumerate(analysis.nodes[: target + 1])}
    offers: dict[int, list[tuple[int, Unit]]] = {target: [(0, unit)]}
    for i in range(target, -1, -1):
        if not offers.get(i):
            continue
        _, here = min(offers.pop(i))
        found[i] = here
        node, facts = analysis.nodes[i], analysis.facts[i]
        for name, shape in zip(node.inputs, facts.inputs, strict=True):
            if name in places:
                place = places[name]
                offer = _nearest_read(facts.windows, here, shape, fields[place], middle)
                if offer is not None:
                    offers.setdefault(place, []).append(offer)
    return found


def _nearest_read(
    windows: Any, unit: Unit, shape: Shape, state: Any, middle: Sequence[int]
) -> tuple[int, Unit] | None:
    """Return the unit of a layer that another one reads, and how far it is from the middle."""
    counts = spatial(shape) or shape
    read: list[Positions]
    if isinstance(windows, tuple):
        read = [
            feeding(window, range(place, place + 1), count)
            for window, place, count in zip(windows, unit, counts, strict=True)
        ]
    elif windows is View.POINTWISE and len(unit) == len(counts):
        places = zip(unit, counts, strict=True)
        read = [range(at, at + 1) for at in (min(place, count - 1) for place, count in places)]
    else:
        read = [range(count) for count in counts]
    if not all(read):
        return None
    if not isinstance(state, tuple) or isinstance(state, Scattered) or len(state) != len(read):
        return 0, tuple(sorted(axis)[len(axis) // 2] for axis in read)
    chosen = [_nearest(*one) for one in zip(state, read, counts, middle, strict=True)]
    known = [one for one in chosen if one is not None]
    if len(known) < len(chosen):
        return None
    return sum(away for away, _ in known), tuple(place for _, place in known)


def _nearest(axis: Any, read: Positions, count: int, middle: int) -> tuple[int, int] | None:
    """Return the position among those read whose field is nearest to the middle, how far first."""
    tried: Iterable[int] = read
    if len(read) > _MOST_TRIED and isinstance(read, range):
        best = nearest(axis, count, middle)
        tried = () if best is None else (min(max(best, read.start), read.stop - 1),)
    found = []
    for place in tried:
        seen = stretch(axis, place)
        if seen is not None:
            found.append((abs(seen.twice_center - middle), place))
    return min(found, default=None)


def read_positions(analysis: Analysis, position: int, unit: Unit) -> tuple[Positions, ...] | None:
    """Return the positions of the input that a unit reads, axis by axis; None if it reads none.

    They are in one piece unless taps stand apart, as those of dilated windows do.
    """
    boxes = read_boxes(analysis, position, unit)
    return tuple(_union(axis) for axis in zip(*boxes, strict=True)) or None


def _union(parts: Iterable[Positions]) -> Positions:
    pieces = sorted({p for p in parts if isinstance(p, range)}, key=lambda p: p.start)
    whole = range(0)
    joined: set[int] = set()
    for piece in pieces:
        if not whole or piece.start > whole.stop:
            joined.update(whole)
            whole = piece
        else:
            whole = range(whole.start, max(whole.stop, piece.stop))
    for scattered in (p for p in parts if not isinstance(p, range)):
        joined |= scattered
    if all(place in whole for place in joined):
        return whole
    return frozenset(joined.union(whole))


def may_leave_gaps(analysis: Analysis, target: int) -> bool:
    """Tell whether some layer up to this one has taps that stand apart."""
    distinct = {kind: analysis.distinct[kind] for kind in analysis.kinds[: target + 1]}
    return any(
        not leaves_no_gaps(window)
        for facts in distinct.values()
        if isinstance(facts.windows, tuple)
        for window in facts.windows
    )
