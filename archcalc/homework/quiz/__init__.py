"""Quizzes made from specs: the slips that explain wrong answers, run backwards.

nets       the nets, as a key holds them
asks       what can be asked about one, its blocks and its layers
pool       everything that can be asked, comparisons included
choices    the right answer and wrong ones that slips give
variation  other numbers, for every student
drawing    which questions, by a seed
writing    the key
paper      the sheet, with answers or without, as markdown
page       the quiz as a table and as JSON
"""

from __future__ import annotations

from .choices import Choice
from .drawing import Item, Material, Quiz, draw, letter_of
from .nets import Net, texts
from .page import data, page
from .paper import quiz_text, sheet_text

__all__ = [
    "Choice",
    "Item",
    "Material",
    "Net",
    "Quiz",
    "data",
    "draw",
    "letter_of",
    "page",
    "quiz_text",
    "sheet_text",
    "texts",
]
