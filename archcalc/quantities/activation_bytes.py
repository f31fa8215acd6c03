"""The column ActivationBytes."""

from __future__ import annotations

from typing import Any

from ..analysis import Analysis
from ..arithmetic.dims import product
from ..layers.base import Facts, hwc
from .base import PerLayer


class ActivationBytes(PerLayer):
    """Bytes of the activations in the chosen dtype, for the whole batch."""

    key, title, symbol, unit, rank = "activation_bytes", "activation bytes", "", "bytes", 62

    def value(self, facts: Facts, analysis: Analysis) -> Any:
        if facts.is_view:
            return 0
        settings = analysis.settings
        return product(hwc(facts.output)) * settings.bytes_per_value * settings.batch


QUANTITY = ActivationBytes()
