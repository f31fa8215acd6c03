"""Closed forms: totals of nets with symbols as a textbook writes them, and what follows."""

from .assumptions import behind, stated
from .conditions import Condition, below
from .formula import Formula, is_formula
from .relations import Relation, assumed, closed_forms, relation, relations

__all__ = [
    "Condition",
    "Formula",
    "Relation",
    "assumed",
    "behind",
    "below",
    "closed_forms",
    "is_formula",
    "relation",
    "relations",
    "stated",
]
