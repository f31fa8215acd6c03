"""Numbers as worked arithmetic: the formulas themselves, run on numbers that remember."""

from __future__ import annotations

from .layer import METRICS, explanation
from .letters import formulas
from .nets import checked, working, workings
from .pages import page
from .remembering import cost_formula, worked, worked_facts

__all__ = [
    "METRICS",
    "checked",
    "cost_formula",
    "explanation",
    "formulas",
    "page",
    "worked",
    "worked_facts",
    "working",
    "workings",
]
