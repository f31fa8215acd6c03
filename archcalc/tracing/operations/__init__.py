"""Torch functions as layers of the notation, one handler each.

A handler gets the call that ran and records it, or returns False: then the operation is recorded
by what it came down to, which is right in every count but has no word in the notation.
"""

from __future__ import annotations

from . import convolutions, functions, joining, norms, pooling, products, sequences, views
from .common import OPERATIONS

FILES = (convolutions, functions, joining, norms, pooling, products, sequences, views)

__all__ = ["FILES", "OPERATIONS"]
