"""A layer's section: its formulas with their numbers, those of equal layers worked out once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ...analysis import Analysis
from ...explanation import explanation
from ...layers.base import written
from ...notation.format import layer_text
from ...table import Line, Step

_OF_KIND = ("output", "params", "macs", "elementwise_ops", "activations")
_AXES = ("depth", "height", "width")
_OF_PLACE = ("receptive_field", "jump", "first")


class Part(NamedTuple):
    """One step of a formula; ``is_formula`` tells arithmetic from words."""

    text: str
    is_formula: bool


class Worked(NamedTuple):
    """What a layer's section says.

    ``formulas`` are those of its kind; empty where ``like``, the position of the first layer of
    the kind, has them. ``places`` are about the layer's own place in the net.
    """

    name: str
    what: str
    reads: str
    output: str
    formulas: tuple[tuple[str, tuple[Part, ...]], ...]
    places: tuple[tuple[str, tuple[Part, ...]], ...]
    like: int | None


def worked_layers(analysis: Analysis, counting: str, layout: str) -> list[Worked]:
    """Return what the section of every layer says, in the order of ``analysis.nodes``."""
    first: dict[int, int] = {}
    found = []
    for i, (node, facts) in enumerate(zip(analysis.nodes, analysis.facts, strict=True)):
        like = first.setdefault(analysis.kinds[i], i)
        lines: Sequence[Line] = ()
        if like == i:
            lines = explanation(analysis, i, _OF_KIND, counting, layout).lines
        places = explanation(analysis, i, _OF_PLACE, counting, layout).lines
        found.append(
            Worked(
                node.name,
                layer_text(node.layer, full=False),
                " and ".join(written(shape, layout) for shape in facts.inputs),
                written(facts.output, layout),
                _parts(lines),
                _parts(places),
                None if like == i else like,
            )
        )
    return found


def _parts(lines: Sequence[Line]) -> tuple[tuple[str, tuple[Part, ...]], ...]:
    """Return the lines with their steps, axes that are worked out alike in one."""
    found: list[tuple[str, tuple[Part, ...]]] = []
    for title, steps in lines:
        parts = tuple(Part(str(step), isinstance(step, Step)) for step in steps)
        before, known = found[-1] if found else ("", ())
        if title in _AXES and parts == known and before.split(", ")[0] in _AXES:
            found[-1] = (f"{before}, {title}", parts)
        else:
            found.append((title, parts))
    return tuple(found)
