"""The table of slips, and one of them explained with what it gives on reference problems."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...table import Block, Cell, Column, Page, Table, Text
from ..slips import SLIPS, Slip, every_way
from .sheets import points


def rules_page() -> Page:
    """Return all slips."""
    columns = (
        Column("id", "id", right=False),
        Column("topic", "about", right=False),
        Column("name", "slip", right=False, wraps=True),
        Column("formula", "computes", right=False, wraps=True),
        Column("credit", "credit"),
    )
    rows = tuple(
        (
            Cell(one.id),
            Cell(one.topic),
            Cell(one.name),
            Cell(one.formula, "code"),
            Cell(points(one.fraction)),
        )
        for one in SLIPS.values()
    )
    note = "credit: the share of the points by default; a key sets others with `partial`."
    table = Table(columns, rows)
    return Page((table, Text(note)), lambda: _all(SLIPS.values()))


def rule_page(one: Slip) -> Page:
    """Return a slip: what is computed, what is said of it, and its reference values."""
    blocks: list[Block] = [
        Text(f"{one.id}  {one.name}  ({one.topic})", "title"),
        Text(f"computes  {one.formula}"),
        Text(f"says      {_said(one)}"),
        Text(f"credit    {points(one.fraction)} of the points, unless the key sets another share"),
    ]
    if one.collides:
        blocks.append(Text(f"often the same number as {', '.join(one.collides)}: all are named"))
    examples = _examples(one)
    if examples.rows:
        blocks.append(examples)
    return Page(tuple(blocks), lambda: _all([one]), examples)


def _said(one: Slip) -> str:
    """Return the message with its letters in brackets."""
    return (one.general or one.message).replace("{", "<").replace("}", ">")


def _examples(one: Slip) -> Table:
    columns = (
        Column("spec", "problem", right=False, wraps=True),
        Column("ask", "asks", right=False),
        Column("right", "right"),
        Column("gives", "the slip gives"),
    )
    rows = [
        (
            Cell(f"{example.spec}{f' ({example.of})' if example.of else ''}", "code"),
            Cell(example.ask),
            Cell(right_answer(example)),
            Cell(example.gives),
        )
        for way in every_way(one.id)
        for example in way.examples
    ]
    return Table(columns, tuple(rows), "Reference problems")


def right_answer(example: Any) -> str:
    """Return the exact answer to a reference problem."""
    from ...analysis import walk
    from ...readers import read
    from ..letters import shown
    from ..measures import Subject, measure

    analysis = walk(read(example.spec))
    if example.of:
        subject = Subject(analysis, (analysis.position(example.of),), example.of, is_whole=False)
    else:
        subject = Subject(analysis, tuple(range(len(analysis.nodes))))
    asked = measure(example.ask)
    return shown(asked.value(subject), asked, given="full")


def _all(slips: Iterable[Slip]) -> dict[str, Any]:
    from ... import __version__

    return {"schema": 1, "archcalc": __version__, "rules": [_data(one) for one in slips]}


def _data(one: Slip) -> dict[str, Any]:
    return {
        "id": one.id,
        "topic": one.topic,
        "name": one.name,
        "formula": one.formula,
        "message": one.message,
        "credit": float(one.fraction),
        "collides": list(one.collides),
        "examples": [
            {"spec": ex.spec, "ask": ex.ask, "of": ex.of, "gives": ex.gives}
            for way in every_way(one.id)
            for ex in way.examples
        ],
    }
