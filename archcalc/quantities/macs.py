"""The column Macs."""

from __future__ import annotations

from typing import Any

from ..analysis import Analysis
from ..layers.base import Facts
from .base import PerLayer


class Macs(PerLayer):
    """Multiply-adds of contractions (convolution, linear, attention products, recurrent
    gates), per sample.
    """

    key, title, symbol, unit, rank = "macs", "MACs", "M", "count", 40

    def value(self, facts: Facts, analysis: Analysis) -> Any:
        return facts.macs


QUANTITY = Macs()
