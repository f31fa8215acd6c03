"""The graph of a net as strips that follow each other: what is drawn, and what only counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ...analysis import Analysis
from ...graph import group_of
from .boxes import INPUT, Box, boxes, segments
from .repeats import repeats

_MOST_BOXES = 60  # more of them, and repeated stretches are drawn once
_MOST_DRAWN = 400
_MOST_TOGETHER = 120  # boxes of one stretch


class Strip(NamedTuple):
    """Boxes between two places that a single output passes, by their places in it.

    ``whole`` strips stand for all their layers in one box.
    """

    name: str
    boxes: tuple[Box, ...]
    whole: bool = False

    @property
    def layers(self) -> int:
        """How many layers there are in it."""
        return sum(len(box.positions) for box in self.boxes)


class Run(NamedTuple):
    """Strips drawn once that come ``times``, from the ``first`` to the ``last`` by name."""

    strips: tuple[Strip, ...]
    times: int = 1
    first: str = ""
    last: str = ""


def runs(analysis: Analysis) -> tuple[Run, ...]:
    """Return the strips of a net in order; of a long net alike ones once."""
    found = boxes(analysis)
    strips = [_strip(analysis, found, stretch) for stretch in segments(found)]
    if len(found) <= _MOST_BOXES:
        return tuple(Run((_drawable(strip),)) for strip in strips)
    made = []
    for start, length, times in repeats([_form(analysis, strip) for strip in strips]):
        drawn = strips[start : start + length]
        last = strips[start + (times - 1) * length : start + times * length]
        names = [_common([strip.name for strip in ones]) for ones in (drawn, last)]
        made.append(Run(tuple(map(_drawable, drawn)), times, *names))
    if sum(len(strip.boxes) for run in made for strip in run.strips) > _MOST_DRAWN:
        return _merged(made)
    return tuple(made)


def _strip(analysis: Analysis, found: Sequence[Box], stretch: range) -> Strip:
    """Return a stretch with its boxes numbered from 0; what is before them is the input."""
    own = tuple(
        Box(
            box.positions,
            tuple(dict.fromkeys(max(source - stretch.start, INPUT) for source in box.inputs)),
        )
        for box in found[stretch.start : stretch.stop]
    )
    names = [analysis.nodes[i].name for box in own for i in box.positions[:1]]
    return Strip(_common(names), own)


def _common(names: Sequence[str]) -> str:
    """Return the first components that all names share."""
    if len(names) == 1:
        return names[0]
    parts = [name.split(".") for name in names]
    depth = 0
    while all(len(part) > depth + 1 for part in parts) and len({p[depth] for p in parts}) == 1:
        depth += 1
    return group_of(names[0], depth) if depth else names[-1]


def _form(analysis: Analysis, strip: Strip) -> tuple[object, ...]:
    """Return what two strips have in common that are alike."""
    return tuple(
        (box.inputs, tuple(analysis.kinds[i] for i in box.positions)) for box in strip.boxes
    )


def _drawable(strip: Strip) -> Strip:
    return strip._replace(whole=len(strip.boxes) > _MOST_TOGETHER)


def _merged(made: Sequence[Run]) -> tuple[Run, ...]:
    """Return the strips as one box for each, those of one block together."""
    found: list[Strip] = []
    for run in made:
        for strip in run.strips * run.times:
            name = group_of(strip.name, 1)
            if found and found[-1].name == name:
                found[-1] = Strip(name, found[-1].boxes + strip.boxes, whole=True)
            else:
                found.append(Strip(name, strip.boxes, whole=True))
    return tuple(Run((strip,)) for strip in found[:_MOST_DRAWN])
