"""Where a printed number comes from: the net, its input and the convention that give it."""

from __future__ import annotations

from .page import reconciliation_page
from .search import METRICS, Reconciled, reconcile
from .ways import Way

__all__ = ["METRICS", "Reconciled", "Way", "reconcile", "reconciliation_page"]
