"""Which layer of a net was which layer before: by name, and by what it is where it was renamed."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass

from ..conventions import CONVENTIONS
from .states import LayerState, State

Key = Callable[[LayerState], Hashable]
_BY_ITSELF = ("params", "buffers", "activations", "elementwise_ops", *CONVENTIONS)


@dataclass(frozen=True)
class LayerChange:
    """A layer before and after; None where it was not there."""

    before: LayerState | None
    after: LayerState | None

    @property
    def kind(self) -> str:
        """``added``, ``removed``, ``renamed`` (perhaps changed too), ``changed`` or ``same``."""
        if self.before is None:
            return "added"
        if self.after is None:
            return "removed"
        if self.before.name != self.after.name:
            return "renamed"
        alike = _stated(self.before) == _stated(self.after)
        return "same" if alike else "changed"

    def is_free(self, keys: Iterable[str]) -> bool:
        """Tell whether the layer was added or removed, and costs nothing by these columns."""
        layer = self.after if self.before is None else self.before
        if layer is None or (self.before and self.after):
            return False
        return all(value is None or value == 0 for value in map(layer.values.get, keys))

    @property
    def name(self) -> str:
        """The layer's name, both where they differ."""
        names = [layer.name for layer in (self.before, self.after) if layer is not None]
        return " -> ".join(dict.fromkeys(names))


def layer_changes(before: State | None, after: State) -> list[LayerChange]:
    """Return every layer, in the order of the net as it is; those removed stand at the end.

    Layers of one name are the same layer. Names made from places (conv1, conv2) shift when a
    layer is put in between, so where the nets have another number of them these are matched by
    what they are first. What is left of both nets is renamed where kind, options and shapes
    agree, each with the first of its like.
    """
    olds = list(before.layers) if before else []
    known: dict[int, LayerState] = {}  # position now -> the layer before
    left = dict(enumerate(olds))

    def match(key: Key, eligible: Callable[[LayerState], bool]) -> None:
        waiting: dict[Hashable, deque[int]] = defaultdict(deque)
        for place, layer in left.items():
            if eligible(layer):
                waiting[key(layer)].append(place)
        for place, layer in enumerate(after.layers):
            if place not in known and eligible(layer) and waiting.get(key(layer)):
                known[place] = left.pop(waiting[key(layer)].popleft())

    if _placed_names(olds) != _placed_names(after.layers):
        match(lambda layer: layer.name, lambda layer: not layer.is_named_by_place)
        for key in (_exactly, _alike):
            match(key, lambda layer: layer.is_named_by_place)
    match(lambda layer: layer.name, lambda layer: True)
    match(_exactly, lambda layer: True)
    match(_alike, lambda layer: True)
    changes = [LayerChange(known.get(i), layer) for i, layer in enumerate(after.layers)]
    return changes + [LayerChange(layer, None) for layer in left.values()]


def _stated(layer: LayerState) -> Hashable:
    """Return what a layer is by itself, wherever it stands: no depth, no receptive field."""
    return layer.text, layer.inputs, layer.output, *(layer.values.get(key) for key in _BY_ITSELF)


def _placed_names(layers: Iterable[LayerState]) -> Counter[str]:
    return Counter(layer.name for layer in layers if layer.is_named_by_place)


def _exactly(layer: LayerState) -> Hashable:
    return layer.text, layer.inputs, layer.output


def _alike(layer: LayerState) -> Hashable:
    return layer.text, layer.output
