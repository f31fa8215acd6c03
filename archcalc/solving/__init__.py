"""Solutions: which values of a symbol satisfy a condition, and the proof.

asking  a question as people put it
goal    one condition: two sides and the sign between them
search  every value counted: which satisfy all, and the proof
page    a solution as a table with notes
"""

from __future__ import annotations

from .asking import asked, unknown_of
from .goal import Goal, goal
from .page import answer, page
from .search import Objective, Solution, solve

__all__ = [
    "Goal", "Objective", "Solution", "answer", "asked", "goal", "page", "solve", "unknown_of",
]  # fmt: skip
