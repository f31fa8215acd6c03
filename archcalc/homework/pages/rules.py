"""The table of slips, and one of them explained with what it gives on reference problems."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...analysis import walk
from ...layers.base import written
from ...readers import read
from ...table import Block, Cell, Column, Page, Table, Text
from ..letters import shown
from ..measures import Measure, Subject, measure
from ..numerals import number
from ..precision import fits
from ..slips import SLIPS, Example, Slip, every_way
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
    """Return what is said of the first reference problem, else the message itself."""
    from ..diagnosis import Diagnosis

    for way in every_way(one.id):
        for example in way.examples:
            subject, asked = _problem(example)
            read = example.gives if asked.unit == "shape" else number(example.gives).final
            diagnosis = Diagnosis(subject, asked)
            known = [*diagnosis.candidates.singles, *diagnosis.candidates.numbers(2)]
            for candidate in known:
                if candidate.slips[0].id == one.id and _gives(candidate.value, read):
                    lines = diagnosis.finding(candidate, example.gives).lines
                    return " ".join(line for line in lines if not line.startswith(" "))
    return one.message if "{" not in one.message else one.name


def _gives(value: Any, read: Any) -> bool:
    if isinstance(value, tuple):
        return isinstance(read, str) and written(value) == read
    return not isinstance(read, str) and fits(read, value)


def _problem(example: Example) -> tuple[Subject, Measure]:
    """Return what a reference problem is about, and what it asks for."""
    analysis = walk(read(example.spec))
    if example.of:
        subject = Subject(analysis, (analysis.position(example.of),), example.of, is_whole=False)
    else:
        subject = Subject(analysis, tuple(range(len(analysis.nodes))))
    return subject, measure(example.ask)


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


def right_answer(example: Example) -> str:
    """Return the exact answer to a reference problem."""
    subject, asked = _problem(example)
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
