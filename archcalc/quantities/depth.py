"""Depth: weighted layers on the longest path."""

from __future__ import annotations

from typing import Any

from ..analysis import Analysis
from ..arithmetic.unknown import Unknown
from .base import Quantity


class Depth(Quantity):
    """Weighted layers (convolution, linear, attention projections, recurrent) on the longest
    path from the input.
    """

    key, title, symbol, unit, rank = "depth", "depth", "", "layers", 56

    def values(self, analysis: Analysis) -> list[Any]:
        """Return the longest path up to and including each layer."""
        reached: dict[str, Any] = dict.fromkeys(analysis.graph.inputs, 0)
        found = []
        for node, facts in zip(analysis.nodes, analysis.facts, strict=True):
            if len(node.inputs) == 1:
                before = reached[node.inputs[0]]
            else:
                before = _longest([reached[name] for name in node.inputs])
            here = before + facts.depth
            reached[node.name] = here
            found.append(here)
        return found

    def total(self, analysis: Analysis) -> Any:
        """Return the longest path of all."""
        return _longest([0, *self.of(analysis)])


def _longest(depths: list[Any]) -> Any:
    known = max((d.at_least if isinstance(d, Unknown) else d for d in depths), default=0)
    for depth in depths:
        if isinstance(depth, Unknown):
            return Unknown(depth.reason, known)
    return known


QUANTITY = Depth()
