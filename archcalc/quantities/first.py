"""The column First."""

from __future__ import annotations

from typing import Any

from ..analysis import Analysis
from .base import OfOutput
from .receptive_field import Scattered, per_state, start


class First(OfOutput):
    """Input pixel at which output position 0 begins to look, per axis; negative inside the
    padding: minus the effective padding.
    """

    key, title, symbol, unit, rank = "first", "first", "", "position", 24

    def values(self, analysis: Analysis) -> list[Any]:
        """Return the value per axis; None where positions have no place in the input."""
        return per_state(analysis, _of)

    def at_input(self, analysis: Analysis) -> Any:
        """Return the value of an input position."""
        return _of(start(analysis.output))


def _of(state: Any) -> Any:
    if isinstance(state, Scattered):
        return None
    return tuple([axis.first for axis in state]) if isinstance(state, tuple) else None


QUANTITY = First()
