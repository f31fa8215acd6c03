"""Training MACs: forward and backward together."""

from __future__ import annotations

from typing import Any

from ..analysis import Analysis
from .backward_macs import QUANTITY as BACKWARD
from .base import Quantity, sum_of


class TrainingMacs(Quantity):
    """Multiply-adds of forward and backward pass together, per sample."""

    key, title, symbol, unit, rank = "training_macs", "training MACs", "", "count", 47

    def values(self, analysis: Analysis) -> list[Any]:
        """Add forward and backward."""
        pairs = zip(analysis.facts, BACKWARD.of(analysis), strict=True)
        return [facts.macs + backward for facts, backward in pairs]

    def total(self, analysis: Analysis) -> Any:
        """Add the layers."""
        return sum_of(self.of(analysis))


QUANTITY = TrainingMacs()
