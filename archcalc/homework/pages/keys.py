"""A key looked over: expected answers with their working, and what it cannot tell apart."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations
from typing import Any

from ...table import Block, Cell, Column, Listing, Page, Text
from ..key import Key
from ..measures import Cost, measure
from ..precision import half_unit
from ..questions import NumberQuestion, Question
from ..questions.base import OfSubject
from ..slips import MarkSlip, every_way
from .sheets import points

_COLUMNS = (
    Column("id", "#", right=False),
    Column("question", "question", right=False),
    Column("expected", "expected", right=False),
    Column("blank", "", right=False),
    Column("points", "points"),
)


def key_page(key: Key) -> Page:
    """Return the questions with expected answers and working, then warnings and notes."""
    rows = tuple(
        (
            Cell(one.id),
            Cell(f"{one.title} of {one.about}"),
            Cell(one.expected_text()),
            Cell(""),
            Cell(points(one.points)),
        )
        for one in key.questions
    )
    title = f"{key.title} ({key.name})" if key.title else key.name
    blocks: list[Block] = [
        Listing(
            title,
            f"{points(key.points)} points",
            _COLUMNS,
            rows,
            tuple(question.working() for question in key.questions),
        )
    ]
    blocks += [Text(f"warning: {line}", "note") for line in warnings(key)]
    blocks += [Text(f"note: {line}", "note") for line in notes(key)]
    blocks.append(Text(key.sentence, "convention"))
    return Page(tuple(blocks), lambda: _data(key))


def warnings(key: Key) -> list[str]:
    """Return what is probably a mistake in the key."""
    return [*_blurred(key), *_impossible(key), *_unused(key)]


def notes(key: Key) -> list[str]:
    """Return what students with few digits cannot show."""
    found: dict[str, list[str]] = {}
    for question in key.questions:
        if not isinstance(question, NumberQuestion) or not isinstance(question.measure, Cost):
            continue
        if question.policy.tolerance.relative or question.policy.tolerance.significant:
            continue
        digits = question.policy.tolerance.digits
        for one, other in _alike(question, half_unit(_right(question), digits)):
            found.setdefault(f"{one} and {other}", []).append(question.id)
    return [
        f"an answer with the fewest digits allowed does not tell {pair} apart (question "
        f"{', '.join(ids)})"
        for pair, ids in found.items()
    ]


def _blurred(key: Key) -> Iterator[str]:
    """Find tolerances so wide that two ways of counting are the same to them."""
    for question in key.questions:
        if not isinstance(question, NumberQuestion) or not isinstance(question.measure, Cost):
            continue
        tolerance = question.policy.tolerance
        if tolerance.relative is not None:
            width = tolerance.relative * _right(question)
            said = f"rel {float(tolerance.relative):g}"
        elif tolerance.significant is not None:
            width = half_unit(_right(question), tolerance.significant)
            said = f"sigfigs {tolerance.significant}"
        else:
            continue
        for one, other in _alike(question, width):
            values = " and ".join(f"{name} ({_value(question, name):,})" for name in (one, other))
            yield f"question {question.id}: the tolerance ({said}) cannot tell {values} apart"


def _alike(question: NumberQuestion, width: Fraction) -> Iterator[tuple[str, str]]:
    """Return the conventions, accepted or penalized, that lie within a width of each other."""
    own = question.measure.key
    twins = ("flops", "flops2") if "flops" in own else ("macs", "flops2", "macs+bias")
    names = dict.fromkeys((own, *question.policy.accept, *twins))
    for one, other in combinations(names, 2):
        a, b = _value(question, one), _value(question, other)
        if isinstance(a, int) and isinstance(b, int) and a != b and abs(a - b) <= width:
            yield one, other


def _value(question: NumberQuestion, name: str) -> Any:
    return measure(name).value(question.subject)


def _right(question: NumberQuestion) -> Fraction:
    return Fraction(question.expected)


def _impossible(key: Key) -> Iterator[str]:
    """Find credit for slips that give no number of their own in any question that sets it."""
    for id in sorted({id for question in key.questions for id in question.policy.partial}):
        if isinstance(next(iter(every_way(id))), MarkSlip):
            continue
        own = [question for question in key.questions if id in question.policy.partial]
        if not any(_can_happen(question, id) for question in own):
            ids = ", ".join(question.id for question in own[:6])
            yield f"partial: {id} cannot happen in question {ids}"


def _can_happen(question: Question, id: str) -> bool:
    if not isinstance(question, OfSubject):
        return False
    candidates = question.diagnosis.candidates
    known = [*candidates.singles, *candidates.numbers(1), *candidates.kinds(Fraction(1))]
    return any(slip.id == id for candidate in known for slip in candidate.slips)


def _unused(key: Key) -> Iterator[str]:
    used = {id(one.subject.analysis.graph) for one in _subjects(key)}
    for name, graph in key.specs.items():
        if id(graph) not in used:
            yield f"no question is about the spec {name}"


def _subjects(key: Key) -> Iterator[Any]:
    for question in key.questions:
        for one in (question, *(getattr(question, side, None) for side in ("left", "right_side"))):
            if getattr(one, "subject", None) is not None:
                yield one


def _data(key: Key) -> dict[str, Any]:
    from ... import __version__

    return {
        "schema": 1,
        "archcalc": __version__,
        "key": {
            "name": key.name,
            "title": key.title,
            "convention": key.convention,
            "points": float(key.points),
        },
        "questions": [
            {
                "id": one.id,
                "question": one.title,
                "of": one.about,
                "points": float(one.points),
                "expected": one.expected_text(),
                "working": [line.strip() for line in one.working()],
            }
            for one in key.questions
        ],
        "warnings": warnings(key),
        "notes": notes(key),
    }
