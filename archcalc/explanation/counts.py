"""Counts worked out: a column's own formula, run on what a layer states in worked numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..analysis import Analysis
from ..arithmetic.unknown import Unknown
from ..arithmetic.working import Working
from ..conventions import convention, cost
from ..layers.base import Facts
from ..quantities import quantity
from ..quantities.base import PerLayer, Quantity
from ..table import Line
from .remembering import settled_output, textbook, worked_node
from .writing import steps


def column_of(metric: str, counting: str = "macs") -> Quantity:
    """Return the column of a metric; the cost is that of the convention."""
    return cost(counting) if metric == "macs" else quantity(metric)


def count(analysis: Analysis, position: int, metric: str, counting: str = "macs") -> Any:
    """Return a count of one layer with its working; without where a size is a symbol."""
    column, facts = column_of(metric, counting), analysis.facts[position]
    again = worked_node(analysis, position)
    if again is None:
        return column.of(analysis)[position]
    settled = settled_output(facts, again)
    if isinstance(column, PerLayer):
        return column.value(textbook(settled), analysis)
    return convention(counting).count(analysis.nodes[position].layer, settled)


def count_lines(analysis: Analysis, position: int, metric: str) -> tuple[Line, ...]:
    """Return the line of a count; none where the layer has nothing of it."""
    facts, title = analysis.facts[position], quantity(metric).title
    if metric == "activations" and facts.is_view:
        return ((title, ("a view: none of its own", "0")),)
    value = count(analysis, position, metric)
    if metric == "params" or isinstance(value, Unknown):
        return ((title, steps(value)),)
    return () if value is None or value == 0 else ((title, steps(value)),)


def convention_lines(analysis: Analysis, position: int, counting: str) -> tuple[Line, ...]:
    """Work out the cost by another convention from the numbers that stand above it."""
    counted, again = convention(counting), worked_node(analysis, position)
    if again is None:
        return ()
    value = counted.count(analysis.nodes[position].layer, _leaves(analysis.facts[position], again))
    if not isinstance(value, Unknown) and value == 0:
        return ()
    return ((counted.title, steps(value)),)


def _leaves(facts: Facts, again: Facts) -> Facts:
    return replace(
        settled_output(facts, again),
        macs=_leaf(again.macs),
        bias_adds=_leaf(again.bias_adds),
        elementwise=_leaf(again.elementwise),
    )


def _leaf(value: Any) -> Any:
    return Working(int(value)) if isinstance(value, Working) else value
