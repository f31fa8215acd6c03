"""Solutions: which values of a symbol satisfy a condition, and the proof."""

from __future__ import annotations

from .goal import Goal, goal
from .page import answer, page
from .search import Objective, Solution, solve

__all__ = ["Goal", "Objective", "Solution", "answer", "goal", "page", "solve"]
