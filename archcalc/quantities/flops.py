"""The column Flops."""

from __future__ import annotations

from typing import Any

from ..analysis import Analysis
from ..layers.base import Facts
from .base import PerLayer


class Flops(PerLayer):
    """Floating-point operations per sample: 2*MACs + elementwise ops."""

    key, title, symbol, unit, rank = "flops", "FLOPs", "F", "count", 44

    def value(self, facts: Facts, analysis: Analysis) -> Any:
        return 2 * facts.macs + facts.bias_adds + facts.elementwise


QUANTITY = Flops()
