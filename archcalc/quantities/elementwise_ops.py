"""The column ElementwiseOps."""

from __future__ import annotations

from typing import Any

from ..analysis import Analysis
from ..layers.base import Facts
from .base import PerLayer


class ElementwiseOps(PerLayer):
    """Operations outside contractions, per sample: bias adds, norms, activations, pooling,
    sums; an exp or a root counts once.
    """

    key, title, symbol, unit, rank = "elementwise_ops", "elementwise ops", "E", "count", 45

    def value(self, facts: Facts, analysis: Analysis) -> Any:
        return facts.bias_adds + facts.elementwise


QUANTITY = ElementwiseOps()
