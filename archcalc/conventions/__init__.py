"""Named counting conventions: what one unit of cost is, as data; one file per counter.

Those of other programs follow the program, its omissions included, and their sentence says so.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from ..analysis import Analysis
from ..arithmetic.dims import product, total
from ..arithmetic.unknown import Unknown
from ..errors import UsageError
from ..layers.base import Facts, Layer
from ..quantities import quantity
from ..quantities.base import PerLayer, Quantity, sum_of
from . import fvcore, others, own, profilers, ptflops, thop, torchinfo
from .base import Convention, Rule

__all__ = [
    "CONVENTIONS", "Convention", "Rule", "convention", "cost", "counted_column", "named_column",
    "parts",
]  # fmt: skip

CONVENTIONS: dict[str, Convention] = {
    convention.key: convention
    for module in (own, fvcore, torchinfo, ptflops, thop, profilers, others)
    for convention in module.CONVENTIONS
}


def convention(key: str) -> Convention:
    """Return a convention by name; :class:`UsageError` (E48) naming the known ones."""
    found = CONVENTIONS.get(key)
    if found is None:
        known = ", ".join(CONVENTIONS)
        raise UsageError("E48", f'unknown convention "{key}"', f"one of {known}")
    return found


@cache
def cost(key: str) -> Quantity:
    """Return the column that counts by a convention."""
    found = convention(key)
    return quantity(key) if key in ("macs", "flops") else _Cost(found)


def counted_column(key: str, counting: str) -> Quantity:
    """Return a column by its key as a convention has it: the cost, and what else it redefines."""
    found, plain = convention(counting), quantity(key)
    if plain.key == "macs":
        return cost(counting)
    if plain.key == "params" and found.statistics:
        return _STATISTICS
    if plain.key == "activations" and found.kept:
        return _Kept(found)
    return plain


def named_column(key: str, counting: str) -> Quantity:
    """Return a column by its key as it is, or the cost by the name of the convention itself."""
    return cost(counting) if key == counting else quantity(key)


def parts(key: str, analysis: Analysis) -> dict[str, Any]:
    """Return what each rule of a convention adds to a net's cost, without those that add nothing.

    Rules of one part's name are added.
    """
    found: dict[str, Any] = {}
    layers = _layers(analysis)
    for rule in convention(key).rules:
        amounts = [rule.amount(layer, facts) for layer, facts in layers]
        amount = sum(amounts[kind] for kind in analysis.kinds)
        if isinstance(amount, Unknown) or amount != 0:
            found[rule.part] = found.get(rule.part, 0) + amount
    return found


def _layers(analysis: Analysis) -> list[tuple[Layer, Facts]]:
    """Return each distinct kind of layer with what it states."""
    found: dict[int, Layer] = {}
    for node, kind in zip(analysis.nodes, analysis.kinds, strict=True):
        found.setdefault(kind, node.layer)
    return [(found[kind], facts) for kind, facts in enumerate(analysis.distinct)]


class _Cost(Quantity):
    """Cost by a named convention."""

    symbol, unit, rank = "", "count", 40

    def __init__(self, counted: Convention) -> None:
        self.key = counted.key  # type: ignore[misc]
        self.title = counted.title  # type: ignore[misc]
        self.counted = counted

    def values(self, analysis: Analysis) -> list[Any]:
        known = [self.counted.count(layer, facts) for layer, facts in _layers(analysis)]
        return [known[kind] for kind in analysis.kinds]

    def total(self, analysis: Analysis) -> Any:
        return sum_of(self.of(analysis))


class _Statistics(PerLayer):
    """Learned values and the moving mean and variance of batch norm."""

    key, title, symbol, unit, rank = "params_statistics", "params + statistics", "", "count", 30

    def value(self, facts: Facts, analysis: Analysis) -> Any:
        return facts.params + statistics(facts)


class _Kept(Quantity):
    """Output values of the layers whose outputs a convention counts as activations."""

    symbol, unit, rank = "", "count", 50

    def __init__(self, counted: Convention) -> None:
        self.key = f"activations_{counted.key}"  # type: ignore[misc]
        self.title = f"activations ({counted.key})"  # type: ignore[misc]
        self.counted = counted

    def values(self, analysis: Analysis) -> list[Any]:
        return [
            product(facts.output) if node.layer.word in self.counted.kept else 0
            for node, facts in zip(analysis.nodes, analysis.facts, strict=True)
        ]

    def total(self, analysis: Analysis) -> Any:
        return sum_of(self.of(analysis))


def statistics(facts: Facts) -> Any:
    """Return the number of values that batch norm measures: its moving means and variances."""
    measured = ("running_mean", "running_var")
    return total(product(facts.buffers[name]) for name in measured if name in facts.buffers)


_STATISTICS = _Statistics()
