"""The column Output."""

from __future__ import annotations

from typing import Any

from ..analysis import Analysis
from .base import OfOutput


class Output(OfOutput):
    """The layer's output shape, height x width x channels, per sample."""

    key, title, symbol, unit, rank = "output", "output", "", "shape", 10

    def values(self, analysis: Analysis) -> list[Any]:
        """Return the output shapes."""
        return [facts.output for facts in analysis.facts]

    def at_input(self, analysis: Analysis) -> Any:
        """Return the input shape."""
        return analysis.output


QUANTITY = Output()
