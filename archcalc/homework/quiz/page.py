"""A quiz as a page: a table for the terminal, and the JSON object."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...table import Block, Cell, Column, Page, SpecText, Table, Text
from .drawing import Item, Quiz, letter_of

_COLUMNS = (
    Column("question", "", right=False),
    Column("text", "question", right=False, wraps=True),
    Column("choices", "choices", right=False, wraps=True),
    Column("answer", "answer", right=False, wraps=True),
)


def page(quizzes: Sequence[Quiz]) -> Page:
    """Return the page of some students' quizzes."""
    blocks: list[Block] = []
    records = []
    for quiz in quizzes:
        if quiz.student:
            blocks.append(Text(f"{quiz.student} (seed {quiz.seed})", "title"))
        blocks += [SpecText(net.name, net.shown) for net in quiz.nets]
        rows = tuple(_row(item) for item in quiz.items)
        blocks.append(Table(_COLUMNS, rows))
        records += [(Cell(quiz.student), *row) for row in rows]
    blocks.append(Text(quizzes[0].key.sentence, "convention"))
    columns = (Column("student", "student", right=False), *_COLUMNS)
    return Page(tuple(blocks), lambda: data(quizzes), Table(columns, tuple(records)))


def _row(item: Item) -> tuple[Cell, ...]:
    choices = (f"{letter_of(i)} {choice.text}" for i, choice in enumerate(item.choices))
    answer = f"{item.letter} {item.answer}".strip()
    shown = "; ".join(choices) or "open"
    return Cell(item.question.id), Cell(item.text), Cell(shown), Cell(answer)


def data(quizzes: Sequence[Quiz]) -> dict[str, Any]:
    """Return the JSON object: every quiz with its key, its answers and why others are wrong."""
    from ... import __version__

    return {
        "schema": 1,
        "archcalc": __version__,
        "convention": quizzes[0].key.convention,
        "layout": quizzes[0].key.order,
        "seed": quizzes[0].seed,
        "quizzes": [
            {
                "student": quiz.student,
                "varied": quiz.is_varied,
                "specs": {net.name: net.text for net in quiz.nets},
                "questions": [_item(item) for item in quiz.items],
                "key": quiz.key_text,
            }
            for quiz in quizzes
        ],
    }


def _item(item: Item) -> dict[str, Any]:
    return {
        "id": item.question.id,
        "asks": item.question.title,
        "about": item.question.about,
        "text": item.text,
        "points": float(item.question.points),
        "answer": item.answer,
        "open": not item.choices,
        "why_open": item.why_open,
        "letter": item.letter,
        "choices": [
            {
                "letter": letter_of(i),
                "text": choice.text,
                "right": choice.is_right,
                "slips": list(choice.slips),
                "says": list(choice.says),
            }
            for i, choice in enumerate(item.choices)
        ],
        "working": list(item.working),
    }
