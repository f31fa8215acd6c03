"""Peak memory: the largest set of activations alive at once during inference."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

from ..analysis import Analysis
from ..arithmetic.dims import is_known, larger, product
from ..arithmetic.unknown import Unknown
from ..layers.base import hwc
from .activations import QUANTITY as ACTIVATIONS
from .base import Quantity


class PeakMemory(Quantity):
    """Largest set of activations alive at once during inference, in bytes for the whole batch:
    inputs are kept until their last use, views share memory; weights and what a layer
    keeps inside, such as attention scores, come on top.
    """

    key, title, symbol, unit, rank = "peak_memory_bytes", "peak memory", "", "bytes", 64

    def values(self, analysis: Analysis) -> list[Any]:
        """Replay the net in order, freeing each tensor after its last use."""
        sizes, last_use = _storage(analysis)
        if any(isinstance(size, Unknown) for size in sizes.values()):
            return [Unknown("peak memory needs every size")] * len(analysis.nodes)
        scale = analysis.settings.bytes_per_value * analysis.settings.batch
        ends: dict[int, list[str]] = {}
        for name, step in last_use.items():
            ends.setdefault(step, []).append(name)
        alive = sum(sizes[name] for name in analysis.graph.inputs)
        found = []
        for step, node in enumerate(analysis.nodes):
            alive += sizes.get(node.name, 0)
            found.append(alive * scale)
            for name in ends.get(step, ()):
                alive -= sizes[name]
        return found

    def total(self, analysis: Analysis) -> Any:
        """Return the largest live set; of sizes with symbols a maximum, where few can be it."""
        return most(self.of(analysis))


def most(sets: Sequence[Any]) -> Any:
    """Return the size of the largest of some live sets; 0 for none."""
    if not sets:
        return 0
    if isinstance(sets[0], Unknown):
        return sets[0]
    if all(is_known(alive) for alive in sets):
        return reduce(larger, sets)
    from ..arithmetic.signs import largest

    found = largest(sets)
    return _MANY if found is None else found


_MANY = Unknown("peak memory needs numbers: which layer has most depends on the symbols")


def _storage(analysis: Analysis) -> tuple[dict[str, Any], dict[str, int]]:
    """Return values per tensor that owns memory, and the step at which each is last needed."""
    sizes: dict[str, Any] = {
        name: product(hwc(shape)) for name, shape in analysis.graph.inputs.items()
    }
    owner = {name: name for name in sizes}
    last_use = dict.fromkeys(sizes, -1)
    outputs = ACTIVATIONS.of(analysis)
    for step, (node, facts, count) in enumerate(
        zip(analysis.nodes, analysis.facts, outputs, strict=True)
    ):
        for name in node.inputs:
            last_use[owner[name]] = step
        if facts.is_view:
            owner[node.name] = owner[node.inputs[0]]
        else:
            owner[node.name] = node.name
            sizes[node.name] = count
            last_use[node.name] = step
    last_use[owner[analysis.graph.output]] = len(analysis.nodes)
    return sizes, last_use


QUANTITY = PeakMemory()
