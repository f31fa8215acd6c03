"""The column Params."""

from __future__ import annotations

from typing import Any

from ..analysis import Analysis
from ..layers.base import Facts
from .base import PerLayer


class Params(PerLayer):
    """Learned values, biases included: what named_parameters() holds."""

    key, title, symbol, unit, rank = "params", "params", "P", "count", 30

    def value(self, facts: Facts, analysis: Analysis) -> Any:
        return facts.params


QUANTITY = Params()
