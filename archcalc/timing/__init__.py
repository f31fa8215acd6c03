"""How long layers and nets take: measured, with raw samples and an interval, or not said at all.

Everything is written against :class:`~archcalc.timing.stopwatch.Stopwatch`; the files ``cuda``,
``cpu``, ``replay`` and ``fake`` are clocks. Nothing here loads torch until a clock is made.
"""

from __future__ import annotations

from .measurement import Measurement, Ratio, ratio
from .measuring import Timing, measure
from .task import Key, Rules
from .times import Times, read_times

__all__ = [
    "Key",
    "Measurement",
    "Ratio",
    "Rules",
    "Times",
    "Timing",
    "measure",
    "ratio",
    "read_times",
]
