"""The column Buffers."""

from __future__ import annotations

from typing import Any

from ..analysis import Analysis
from ..arithmetic.dims import product, total
from ..layers.base import Facts
from .base import PerLayer


class Buffers(PerLayer):
    """Stored values that are not learned, such as batch norm's running statistics."""

    key, title, symbol, unit, rank = "buffers", "buffers", "B", "count", 35

    def value(self, facts: Facts, analysis: Analysis) -> Any:
        return total(product(shape) for shape in facts.buffers.values())


QUANTITY = Buffers()
