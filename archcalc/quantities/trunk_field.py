"""Receptive field of the trunk: what one position sees in front of the head."""

from __future__ import annotations

from typing import Any

from ..analysis import Analysis
from ..layers.base import View, spatial
from . import quantity
from .base import Quantity

_HEAD = (View.POINTWISE, View.WHOLE, View.SCATTERED)


class TrunkField(Quantity):
    """Receptive field in front of the head: of the last layer before global pooling or fully
    connected layers, behind which everything is seen.
    """

    key, title, symbol, unit, rank = "trunk_field", "field before head", "", "field", 21

    def values(self, analysis: Analysis) -> list[Any]:
        """Say that it is a property of the whole net, not of a layer."""
        return [None] * len(analysis.nodes)

    def total(self, analysis: Analysis) -> Any:
        """Return the size per axis, WHOLE or an Unknown."""
        column = quantity("receptive_field")
        for facts, value in zip(
            reversed(analysis.facts), reversed(column.of(analysis)), strict=True
        ):
            mixes = facts.windows is View.WHOLE and set(spatial(facts.output)) - {1}  # attention
            if len(facts.inputs) > 1 or facts.windows not in _HEAD or mixes:
                return value
        return column.total(analysis)


QUANTITY = TrunkField()
