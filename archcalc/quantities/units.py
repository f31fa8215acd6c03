"""The column Units."""

from __future__ import annotations

from typing import Any

from ..analysis import Analysis
from ..arithmetic.dims import product
from ..layers.base import Facts, hwc
from .base import PerLayer


class Units(PerLayer):
    """Output values of convolution, pooling, linear, attention and recurrent layers, the
    course's count of neurons; what a layer keeps inside, such as queries or gates, is not counted.
    """

    key, title, symbol, unit, rank = "units", "units", "U", "count", 52

    def value(self, facts: Facts, analysis: Analysis) -> Any:
        return None if facts.connections is None else product(hwc(facts.output))


QUANTITY = Units()
