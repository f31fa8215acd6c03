"""The column BytesMoved."""

from __future__ import annotations

from typing import Any

from ..analysis import Analysis
from ..arithmetic.dims import product, total
from ..layers.base import Facts, hwc
from .base import PerLayer


class BytesMoved(PerLayer):
    """Bytes read and written if each tensor moves once: inputs and outputs of the whole batch,
    weights and buffers once; what a layer keeps inside, such as attention scores, is not counted.
    """

    key, title, symbol, unit, rank = "bytes_moved", "bytes moved", "", "bytes", 66

    def value(self, facts: Facts, analysis: Analysis) -> Any:
        if facts.is_view:
            return 0
        settings = analysis.settings
        values = total(product(hwc(x)) for x in facts.inputs) + product(hwc(facts.output))
        stored = total(product(shape) for shape in facts.buffers.values())
        read = facts.params + facts.shared_params + stored
        return (values * settings.batch + read) * settings.bytes_per_value


QUANTITY = BytesMoved()
