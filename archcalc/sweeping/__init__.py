"""Sweeps: the totals of a net over ranges of its symbols, counted as arrays."""

from __future__ import annotations

from .grid import Grid, grid
from .page import page
from .sweep import TIMES, Added, Sweep, sweep

__all__ = ["TIMES", "Added", "Grid", "Sweep", "grid", "page", "sweep"]
