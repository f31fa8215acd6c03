"""A layer on numbers that remember: its own formulas then show their working."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from ..analysis import Analysis
from ..arithmetic.dims import Shape, product
from ..arithmetic.unknown import Unknown
from ..arithmetic.working import Working
from ..layers.base import Contraction, Facts, Layer, channels, spatial, volume, written
from ..layers.options import Pad, options_of


def worked(layer: Layer) -> Any:
    """Return the layer with numbers that remember.

    Stride, padding, windows and filters stay visible also where they are 0 or 1.
    """
    changed: dict[str, Any] = {}
    for item in fields(layer):  # type: ignore[arg-type]
        option = options_of(type(layer)).get(item.name)
        if option is None or option.kind not in ("sizes", "size", "axes", "integer", "pad"):
            continue
        value = getattr(layer, item.name)
        changed[item.name] = _remembering(value, option.letter in ("S", "P", "K", "N"))
    return replace(layer, **changed) if changed else layer  # type: ignore[type-var]


def _remembering(value: Any, visible: bool) -> Any:
    if isinstance(value, Pad):
        before, after = (None if part is None else _remembering(part, visible) for part in value)
        return Pad(before, after)  # type: ignore[arg-type]
    if isinstance(value, tuple):
        return tuple(_remembering(part, visible) for part in value)
    if isinstance(value, int):
        return visible_number(value) if visible else Working(value)
    return value


def visible_number(value: Any) -> Any:
    """Return a number that is printed also where it is a factor of 1 or a term of 0."""
    return Working(int(value), f"{value:,}")


def worked_facts(layer: Layer, inputs: tuple[Shape, ...]) -> Facts | None:
    """Return the facts with working; None where a size is a symbol."""
    options = [getattr(layer, key) for key in options_of(type(layer))]
    if _symbolic(inputs) or _symbolic(options):
        return None
    remembered: Any = tuple(map(_remembered, inputs))
    facts: Facts = worked(layer).facts(*remembered)
    return facts


def worked_node(analysis: Analysis, position: int) -> Facts | None:
    """Return the facts of a node with working; None where a size is a symbol.

    Nodes of one kind are worked out once.
    """
    known = analysis.columns.setdefault("worked facts", {})
    kind = analysis.kinds[position]
    if kind not in known:
        known[kind] = worked_facts(analysis.nodes[position].layer, analysis.facts[position].inputs)
    found: Facts | None = known[kind]
    return found


def settled_output(facts: Facts, again: Facts) -> Facts:
    """Return worked facts whose output has the sizes alone, without the formula of each."""
    return replace(again, output=tuple(map(visible_number, facts.output)))


def textbook(facts: Facts) -> Facts:
    """Return facts whose weights are ordered as the textbook does: window, depth, filters."""
    return replace(facts, weights={name: _ordered(w) for name, w in facts.weights.items()})


def _ordered(shape: Shape) -> Shape:
    return (*shape[2:], shape[1], shape[0]) if len(shape) > 1 else shape


def cost_formula(layer: Layer, facts: Facts) -> str:
    """Return the multiply-adds of a layer as a product: ``14x14x48 * 5x5x480``."""
    weight = facts.weights.get("weight")
    if isinstance(layer, Contraction) and weight is not None and len(weight) > 1:
        depth, *kernel = weight[1:]
        if facts.macs == product(facts.output) * product(weight[1:]):
            return f"{written(facts.output)} * {'x'.join(map(str, (*kernel, depth)))}"
    again = worked_facts(layer, facts.inputs)
    return "" if again is None or isinstance(again.macs, Unknown | int) else str(again.macs)


def _remembered(shape: Shape) -> Any:
    """Return a shape of numbers that remember; its channels stay visible also where they are 1."""
    depth = visible_number(channels(shape))
    sizes: Any = tuple(Working(int(size)) for size in spatial(shape))
    return volume(depth, sizes)


def _symbolic(value: Any) -> bool:
    if isinstance(value, tuple | list):
        return any(_symbolic(part) for part in value)
    return hasattr(value, "free_symbols")
