"""The column Connections."""

from __future__ import annotations

from typing import Any

from ..analysis import Analysis
from ..layers.base import Facts
from .base import PerLayer


class Connections(PerLayer):
    """Inputs read by each unit, summed: each weight once per use without biases, zero-padded
    inputs included; for pooling the window. Attention's products of two activations have no
    weights: its projections count, its scores do not.
    """

    key, title, symbol, unit, rank = "connections", "connections", "N", "count", 54

    def value(self, facts: Facts, analysis: Analysis) -> Any:
        return facts.connections


QUANTITY = Connections()
