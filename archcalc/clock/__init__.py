"""Time beside MACs: what a saving is worth on a device, predicted or measured, and why.

clocked  nets with their times side by side
swept    the predicted times of a sweep
sources  whose times these are: predicted, measured, read from a store
words    times as people read them
"""

from __future__ import annotations

from .clocked import Clocked
from .sources import SHORT_DTYPES, measured, predicted, stored
from .swept import timed
from .words import Time, compared

__all__ = [
    "SHORT_DTYPES", "Clocked", "Time", "compared", "measured", "predicted", "stored",
    "timed",
]  # fmt: skip
