"""The column WeightBytes."""

from __future__ import annotations

from typing import Any

from ..analysis import Analysis
from ..layers.base import Facts
from .base import PerLayer


class WeightBytes(PerLayer):
    """Bytes of the params in the chosen dtype."""

    key, title, symbol, unit, rank = "weight_bytes", "weight bytes", "", "bytes", 60

    def value(self, facts: Facts, analysis: Analysis) -> Any:
        return facts.params * analysis.settings.bytes_per_value


QUANTITY = WeightBytes()
