"""Questions for a count or for bytes: one per column, and one per convention of cost."""

from __future__ import annotations

from typing import Any

from ...analysis import Analysis
from ...conventions import CONVENTIONS, convention
from ...layers.base import Facts, Layer
from ...quantities import quantity
from ...quantities.base import PerLayer, Quantity
from .base import Measure, OfLayers, Subject

_TITLES = {
    "params": "parameters",
    "activation_bytes": "memory",
    "weight_bytes": "memory of the weights",
    "peak_memory_bytes": "peak memory",
    "saved_bytes": "memory for training",
}


class Column(OfLayers):
    """A column of the layer table: parameters, units, connections, bytes, ..."""

    def __init__(self, column: PerLayer) -> None:
        self.column = column
        self.key = self.metric = column.key
        self.title = _TITLES.get(column.key, column.title)
        self.unit = "bytes" if column.unit == "bytes" else "count"  # type: ignore[misc]

    def amount(self, layer: Layer, facts: Facts, analysis: Analysis) -> Any:
        """Return the column's value for one layer."""
        return self.column.value(facts, analysis)


class Cost(OfLayers):
    """The cost by a counting convention: MACs, FLOPs, ..."""

    def __init__(self, key: str) -> None:
        self.convention = convention(key)
        self.key = key
        self.metric = key if key in ("macs", "flops") else "macs"
        self.title = self.convention.title

    def amount(self, layer: Layer, facts: Facts, analysis: Analysis) -> Any:
        """Return what the convention counts for one layer."""
        return self.convention.count(layer, facts)


class OfNet(Measure):
    """A column that does not add up: depth, peak memory, what autograd saves."""

    def __init__(self, column: Quantity) -> None:
        self.column = column
        self.key = self.metric = column.key
        self.title = _TITLES.get(column.key, column.title)
        self.unit = "bytes" if column.unit == "bytes" else "count"  # type: ignore[misc]

    def value(self, subject: Subject) -> Any:
        """Return the net's value, or the sum or last value of some layers."""
        if subject.is_whole:
            return self.column.total(subject.analysis)
        values = self.column.of(subject.analysis)
        if self.unit == "bytes" and self.key != "peak_memory_bytes":
            return sum(values[position] or 0 for position in subject.positions)
        return values[subject.last]


class Ram(Measure):
    """The least memory of one prediction: the parameters, and the most that is alive at once."""

    key, title, metric, unit = "ram", "memory for a prediction", "ram", "bytes"

    def value(self, subject: Subject) -> Any:
        """Return the sum; the activations alive are those of the whole net."""
        peak, weights = counted("peak_memory_bytes"), counted("weight_bytes")
        return peak.value(subject) + weights.value(subject)

    def reason(self, subject: Subject) -> str:
        """Return both parts."""
        peak, weights = counted("peak_memory_bytes"), counted("weight_bytes")
        parts = [peak.value(subject), weights.value(subject)]
        return f"alive at once {parts[0]:,} + parameters {parts[1]:,} = {sum(parts):,} bytes"


def counted(key: str) -> Measure:
    """Return the question for a column or convention. Errors: UsageError (E48) for neither."""
    if key in CONVENTIONS:
        return Cost(key)
    column = quantity(key)
    return Column(column) if isinstance(column, PerLayer) else OfNet(column)
