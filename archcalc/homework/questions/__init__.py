"""The kinds of questions, one file each: what is expected, and how an answer is marked."""

from __future__ import annotations

from .base import Earlier, Mark, Policy, Question, Verdict
from .number import UNITS, NumberQuestion
from .ratio import RatioQuestion
from .shape import ShapeQuestion
from .table import TableQuestion
from .truth import TruthQuestion

__all__ = [
    "UNITS",
    "Earlier",
    "Mark",
    "NumberQuestion",
    "Policy",
    "Question",
    "RatioQuestion",
    "ShapeQuestion",
    "TableQuestion",
    "TruthQuestion",
    "Verdict",
]
