"""The column Jump."""

from __future__ import annotations

from typing import Any

from ..analysis import Analysis
from .base import OfOutput
from .receptive_field import Scattered, per_state, start


class Jump(OfOutput):
    """Input pixels from one output position to the next, per axis: the product of the strides,
    also called effective stride.
    """

    key, title, symbol, unit, rank = "jump", "jump", "J", "position", 22

    def values(self, analysis: Analysis) -> list[Any]:
        """Return the value per axis; None where positions have no place in the input."""
        return per_state(analysis, _of)

    def at_input(self, analysis: Analysis) -> Any:
        """Return the value of an input position."""
        return _of(start(analysis.output))


def _of(state: Any) -> Any:
    if isinstance(state, Scattered):
        return None
    return tuple([axis.jump for axis in state]) if isinstance(state, tuple) else None


QUANTITY = Jump()
