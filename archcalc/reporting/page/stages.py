"""A net in parts that people speak of: its blocks, and the blocks of a block that is long."""

from __future__ import annotations

from itertools import groupby
from typing import NamedTuple

from ...analysis import Analysis
from ...graph import group_of

_LONG = 20  # layers of a part that is looked into
_DEEPEST = 12


class Stage(NamedTuple):
    """Layers next to each other whose names begin alike; ``stop`` is excluded."""

    name: str
    start: int
    stop: int

    @property
    def positions(self) -> range:
        """Where its layers stand in ``analysis.nodes``."""
        return range(self.start, self.stop)


def stages(analysis: Analysis) -> tuple[Stage, ...]:
    """Return the parts of a net, in order.

    A long part whose own parts follow each other, such as the blocks of a residual net, is given
    as these; branches stay together.
    """
    found: list[Stage] = []
    for stage in _runs(analysis, range(len(analysis.nodes)), 1):
        found += _parts(analysis, stage, 1)
    return tuple(found)


def outer_stages(analysis: Analysis) -> tuple[Stage, ...]:
    """Return the parts by the first component of the layers' names."""
    return tuple(_runs(analysis, range(len(analysis.nodes)), 1))


def _runs(analysis: Analysis, positions: range, depth: int) -> list[Stage]:
    grouped = groupby(positions, key=lambda i: group_of(analysis.nodes[i].name, depth))
    found = []
    for name, members in grouped:
        listed = list(members)
        found.append(Stage(name, listed[0], listed[-1] + 1))
    return found


def _parts(analysis: Analysis, stage: Stage, depth: int) -> list[Stage]:
    if len(stage.positions) <= _LONG or depth > _DEEPEST:
        return [stage]
    inner = _runs(analysis, stage.positions, depth + 1)
    if len(inner) == 1:
        return _parts(analysis, inner[0], depth + 1)
    if not _follow_each_other(analysis, inner):
        return [stage]
    return [part for one in inner for part in _parts(analysis, one, depth + 1)]


def _follow_each_other(analysis: Analysis, parts: list[Stage]) -> bool:
    """Tell whether each part reads the one before it and no other of them."""
    home = {analysis.nodes[i].name: k for k, part in enumerate(parts) for i in part.positions}
    for k, part in enumerate(parts[1:], 1):
        read = {
            home[name]
            for i in part.positions
            for name in analysis.nodes[i].inputs
            if name in home and home[name] != k
        }
        if read != {k - 1}:
            return False
    return True
