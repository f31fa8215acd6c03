"""The column Weights."""

from __future__ import annotations

from typing import Any

from ..analysis import Analysis
from ..arithmetic.dims import product, total
from ..layers.base import Facts
from .base import PerLayer


class Weights(PerLayer):
    """Learned values without biases, the course's count."""

    key, title, symbol, unit, rank = "weights", "weights", "W", "count", 33

    def value(self, facts: Facts, analysis: Analysis) -> Any:
        return total(product(shape) for name, shape in facts.weights.items() if "bias" not in name)


QUANTITY = Weights()
