"""Sweeps: the totals of a net over ranges of its symbols, counted as arrays."""

from __future__ import annotations

from .grid import Grid, grid
from .page import page
from .sweep import TIMES, Added, Sweep, sweep, to_count

__all__ = ["TIMES", "Added", "Grid", "Sweep", "grid", "page", "sweep", "to_count"]
