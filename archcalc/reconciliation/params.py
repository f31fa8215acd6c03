"""The ways that there are to a number of params: what is counted besides, what is left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product as combinations
from typing import Any

from ..analysis import Analysis
from ..arithmetic.dims import product, total
from ..conventions import statistics
from ..conventions.base import CONVOLUTIONS, LINEAR
from ..graph import Graph
from ..layers.base import Facts, Layer, channels
from ..quantities import quantity
from .ways import Way, analyses


def params_ways(name: str, place: int, graph: Graph) -> list[Way]:
    """Return the ways to count the learned values: with what is measured, without what is left."""
    found: dict[tuple[Any, ...], Way] = {}
    for heads, analysis in analyses(graph):
        params = quantity("params").total(analysis)
        if not isinstance(params, int):
            continue
        (shape, *_) = graph.inputs.values()
        options = [[_SAME, *alternatives] for alternatives in _CHANGES]
        for chosen in combinations(*options):
            amounts = {change.part: change.amount(analysis) for change in chosen}
            amounts = {part: n for part, n in amounts.items() if n}
            value = params + sum(amounts.values())
            if (heads, value) in found:
                continue
            titles = [change.title for change in chosen if change.part in amounts]
            title = " ".join(["params", *([", ".join(titles)] if titles else [])])
            likely = (len(amounts), place, len(heads))
            made = Way((name + heads,), shape, (title,), {"params": params, **amounts}, likely)
            found[heads, value] = made
    return list(found.values())


@dataclass(frozen=True)
class Change:
    """Another way to count params: how it is said, the part that differs, by how much."""

    title: str
    part: str
    amount: Callable[[Analysis], int]


def _summed(amount: Callable[[Layer, Facts], int]) -> Callable[[Analysis], int]:
    def summed(analysis: Analysis) -> int:
        pairs = zip(analysis.nodes, analysis.facts, strict=True)
        return sum(amount(node.layer, facts) for node, facts in pairs)

    return summed


def _biases(layer: Layer, facts: Facts) -> int:
    if layer.word in _NORMS:
        return 0
    sizes = (product(shape) for name, shape in facts.weights.items() if _is_bias(name))
    return -int(total(sizes))


def _is_bias(name: str) -> bool:
    return "bias" in name and "table" not in name


def _absent_biases(layer: Layer, facts: Facts) -> int:
    """Return a bias for each filter of a convolution that has none."""
    is_bare = layer.word in CONVOLUTIONS and "bias" not in facts.weights
    return int(channels(facts.output)) if is_bare else 0


def _norms(layer: Layer, facts: Facts) -> int:
    return -_counted(facts) if layer.word in _NORMS else 0


def _head(analysis: Analysis) -> int:
    """Return the params of the last layer, where it is fully connected."""
    pairs = zip(reversed(analysis.nodes), reversed(analysis.facts), strict=True)
    for node, facts in pairs:
        if _counted(facts):
            return -_counted(facts) if node.layer.word in LINEAR else 0
    return 0


def _counted(facts: Facts) -> int:
    return facts.params if isinstance(facts.params, int) else 0


_NORMS = ("bn", "ln", "gn", "rmsnorm")
_SAME = Change("", "", lambda analysis: 0)
_CHANGES = (
    [
        Change(
            "with moving mean and variance",
            "moving mean and variance",
            _summed(lambda layer, facts: int(statistics(facts))),
        )
    ],
    [
        Change("without biases", "biases", _summed(_biases)),
        Change("a bias in every convolution", "biases of convolutions", _summed(_absent_biases)),
    ],
    [Change("without norms", "norms", _summed(_norms))],
    [Change("without the last layer", "last layer", _head)],
)
