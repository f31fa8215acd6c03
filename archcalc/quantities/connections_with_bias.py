"""The column ConnectionsWithBias."""

from __future__ import annotations

from typing import Any

from ..analysis import Analysis
from ..arithmetic.dims import product
from ..layers.base import Facts, hwc
from .base import PerLayer


class ConnectionsWithBias(PerLayer):
    """LeCun's count (1998): the connections, and one more for the bias of each unit that has
    one, in attention and recurrent layers for each bias added; subsampling has one, pooling that
    learns nothing has the window only, norms none.
    """

    key, title, symbol, unit, rank = (
        "connections_with_bias",
        "connections with bias",
        "",
        "count",
        55,
    )

    def value(self, facts: Facts, analysis: Analysis) -> Any:
        if facts.connections is None:
            return None
        if "bias" in facts.weights:
            return facts.connections + product(hwc(facts.output))
        return facts.connections + facts.bias_adds


QUANTITY = ConnectionsWithBias()
