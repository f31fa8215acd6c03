"""Names and shapes of weights and buffers against torch's, and the params they add up to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from ..arithmetic.dims import Shape
from ..layers.base import Facts
from ..quantities import quantity
from .base import Check, NotCounted, Oracle
from .module import layer_and_weight
from .subject import Subject

if TYPE_CHECKING:
    from torch import Tensor


class Weights(Oracle):
    """The modules' ``named_parameters()`` and ``named_buffers()``."""

    key, witness, rank = "weights", "torch's parameters", 20

    def checks(self, subject: Subject) -> Iterable[Check]:
        """Compare each layer's names and shapes, then its params; then both for the whole net."""
        learned = by_layer(subject.module.named_parameters())
        stored = by_layer(subject.module.named_buffers())
        for node, facts in subject.layers:
            mine, buffers = learned.get(node.name, {}), stored.get(node.name, {})
            reason = subject.reason(node.name)
            theirs: Any = NotCounted(reason) if reason else written(mine, buffers)
            yield self._names(node.name, stated(facts), theirs, "names")
            count: Any = NotCounted(reason) if reason else sum(map(_size, mine.values()))
            yield self._params(node.name, facts.params, count)
        without = NotCounted(subject.without) if subject.without else None
        ours = sum(len(facts.weights) + len(facts.buffers) for _, facts in subject.layers)
        tensors = sum(map(len, learned.values())) + sum(map(len, stored.values()))
        yield self._names("", ours, without or tensors, "count")
        total = sum(parameter.numel() for parameter in subject.module.parameters())
        params = quantity("params").total(subject.analysis)
        yield self._params("", params, without or total)

    def _names(self, layer: str, ours: Any, theirs: Any, unit: str) -> Check:
        title = "weights" if layer else "tensors"
        return Check("weights_by_name", title, layer, ours, theirs, unit, self.witness)

    def _params(self, layer: str, ours: Any, theirs: Any) -> Check:
        return Check("params", "params", layer, ours, theirs, "count", self.witness)


def by_layer(named: Iterator[tuple[str, Tensor]]) -> dict[str, dict[str, Shape]]:
    """Return the shapes of named tensors, by layer and then by name."""
    found: dict[str, dict[str, Shape]] = {}
    for name, tensor in named:
        layer, weight = layer_and_weight(name)
        found.setdefault(layer, {})[weight] = tuple(tensor.shape)
    return found


def stated(facts: Facts) -> tuple[str, ...]:
    """Return the weights and buffers that a layer states, as texts."""
    return written(facts.weights, facts.buffers)


def written(weights: dict[str, Shape], buffers: dict[str, Shape]) -> tuple[str, ...]:
    """Return named shapes as texts: ``weight 64x3x7x7``, ``buffer running_mean 64``."""
    kinds = (("", weights), ("buffer ", buffers))
    return tuple(
        f"{kind}{name} {'x'.join(map(str, shape))}".strip()
        for kind, shapes in kinds
        for name, shape in sorted(shapes.items())
    )


def _size(shape: Shape) -> int:
    size = 1
    for n in shape:
        size *= n
    return size


ORACLE = Weights()
