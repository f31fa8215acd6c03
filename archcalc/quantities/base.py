"""What a column is: a key, a title, a symbol, a unit, one sentence, and a value per layer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Literal, final

from ..analysis import Analysis
from ..layers.base import Facts

Unit = Literal["count", "bytes", "shape", "field", "position", "layers", "ratio"]


class Quantity(ABC):
    """One column. ``more_is`` says how a larger value reads in a comparison.

    ``unit`` decides how values are written; ``rank`` orders the columns.
    """

    key: ClassVar[str]
    title: ClassVar[str]
    symbol: ClassVar[str]
    unit: ClassVar[Unit]
    rank: ClassVar[int]

    @property
    def meaning(self) -> str:
        """The sentence that help, reports and the README show: the class's docstring."""
        return " ".join((type(self).__doc__ or "").split())

    @final
    def of(self, analysis: Analysis) -> list[Any]:
        """Return the value of each layer, in the order of ``analysis.nodes``.

        None means that the quantity does not apply to the layer.
        """
        known = analysis.columns.get(self.key)
        if known is None:
            known = analysis.columns[self.key] = self.values(analysis)
        return known

    @abstractmethod
    def values(self, analysis: Analysis) -> list[Any]:
        """Work out the value of each layer."""

    @abstractmethod
    def total(self, analysis: Analysis) -> Any:
        """Return the value of the whole net."""


class PerLayer(Quantity):
    """A quantity that each layer has by itself and that adds up."""

    @final
    def values(self, analysis: Analysis) -> list[Any]:
        """Work out each distinct layer once."""
        known = [self.value(facts, analysis) for facts in analysis.distinct]
        return [known[kind] for kind in analysis.kinds]

    @abstractmethod
    def value(self, facts: Facts, analysis: Analysis) -> Any:
        """Return the value of one layer."""

    def total(self, analysis: Analysis) -> Any:
        """Add the layers' values; an unknown one makes the sum a lower bound."""
        return sum_of(self.of(analysis))


class OfOutput(Quantity):
    """A quantity of a place in the net: the whole net has that of its output."""

    def total(self, analysis: Analysis) -> Any:
        """Return the value at the net's output."""
        column = self.of(analysis)
        for node, value in zip(reversed(analysis.nodes), reversed(column), strict=True):
            if node.name == analysis.graph.output:
                return value
        return self.at_input(analysis)

    @abstractmethod
    def at_input(self, analysis: Analysis) -> Any:
        """Return the value of a net without layers."""


def sum_of(values: list[Any]) -> Any:
    """Add the values that apply; 0 where none does."""
    present = [value for value in values if value is not None]
    if set(map(type, present)) <= {int}:
        return sum(present)
    symbolic = [value for value in present if hasattr(value, "free_symbols")]
    if len(symbolic) < 20 or len(symbolic) + sum(type(v) is int for v in present) < len(present):
        return sum(present)
    from sympy import Add

    return Add(*present)  # adding one by one sorts all terms again each time
