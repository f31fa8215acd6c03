"""Arithmetic intensity: FLOPs per byte moved."""

from __future__ import annotations

from typing import Any

from ..analysis import Analysis
from ..arithmetic.dims import is_known
from ..arithmetic.unknown import Unknown
from .base import Quantity, sum_of
from .bytes_moved import QUANTITY as BYTES_MOVED
from .flops import QUANTITY as FLOPS


class ArithmeticIntensity(Quantity):
    """FLOPs of the whole batch per byte moved: below a device's ridge point, memory-bound."""

    key, title, symbol, unit, rank = "arithmetic_intensity", "FLOP/byte", "I", "ratio", 68

    def values(self, analysis: Analysis) -> list[Any]:
        """Return FLOPs per byte, layer by layer; None where no byte moves."""
        batch = analysis.settings.batch
        pairs = zip(FLOPS.of(analysis), BYTES_MOVED.of(analysis), strict=True)
        return [_quotient(flops * batch, moved) for flops, moved in pairs]

    def total(self, analysis: Analysis) -> Any:
        """Return all FLOPs over all bytes."""
        flops = sum_of(FLOPS.of(analysis)) * analysis.settings.batch
        return _quotient(flops, sum_of(BYTES_MOVED.of(analysis)))


def _quotient(flops: Any, moved: Any) -> Any:
    if isinstance(flops, Unknown) or isinstance(moved, Unknown):
        return Unknown(f"{flops.reason if isinstance(flops, Unknown) else moved.reason}")
    if is_known(flops) and is_known(moved):
        return (flops, moved) if moved else None
    return flops / moved


QUANTITY = ArithmeticIntensity()
