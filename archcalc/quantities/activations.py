"""The column Activations."""

from __future__ import annotations

from typing import Any

from ..analysis import Analysis
from ..arithmetic.dims import product
from ..layers.base import Facts, hwc
from .base import PerLayer


class Activations(PerLayer):
    """Values in the layer's output, per sample; a view such as flatten adds none, the input is
    not counted.
    """

    key, title, symbol, unit, rank = "activations", "activations", "A", "count", 50

    def value(self, facts: Facts, analysis: Analysis) -> Any:
        return 0 if facts.is_view else product(hwc(facts.output))


QUANTITY = Activations()
