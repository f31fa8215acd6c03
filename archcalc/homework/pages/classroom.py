"""A class: how each question went, what could not be read, what no slip explains."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ...table import Block, Cell, Column, Page, Table, Text
from ..marking import Class, Marked
from ..questions import Mark, Question, TruthQuestion, Verdict
from ..slips import SLIPS
from .sheets import data, failure, points, records, remarks, tag

_MOST_LINES = 12  # of one kind, on a terminal


def class_page(found: Class) -> Page:
    """Return the summary of a class."""
    blocks: list[Block] = [Text(_head(found), "title")]
    blocks += _some(_unread(found), "that could not be read")
    blocks.append(question_table(found))
    unexplained = _unexplained(found)
    if unexplained:
        blocks.append(Text(unexplained))
    blocks += _some(_remarks(found), "remarks")
    return Page(tuple(blocks), lambda: data(found), records(found))


def report_page(found: Class) -> Page:
    """Return the report of a class: the summary, everybody's points, the slips explained."""
    title = found.key.title or found.key.name
    blocks: list[Block] = [Text(f"{title}: {_head(found)}", "title")]
    blocks += [Text(line) for line in _unread(found)]
    blocks.append(question_table(found))
    blocks.append(_points_table(found))
    unexplained = _unexplained(found)
    if unexplained:
        blocks.append(Text(unexplained))
    blocks.append(_expected(found))
    glossary = _glossary(found)
    if glossary.rows:
        blocks.append(glossary)
    blocks += [Text(line) for line in _remarks(found)]
    blocks.append(Text(found.key.sentence, "convention"))
    return Page(tuple(blocks), lambda: data(found), records(found))


def _head(found: Class) -> str:
    files = len(found.sheets) + len(found.failed)
    unread = files - len(found.marked)
    text = f"{files} file{'s' * (files != 1)}: {len(found.marked)} marked"
    return f"{text}, {unread} could not be read" if unread else text


def _unread(found: Class) -> list[str]:
    """Return a line for each answer and each file that could not be read."""
    lines = [f"  {failure(one)}" for one in found.failed]
    for marked in found.sheets:
        if marked.is_blank:
            lines.append(f"  {marked.sheet.name}: no answer to any question was found")
        for mark in marked.unreadable:
            where = f"{marked.sheet.name}{f':{mark.line}' if mark.line else ''}"
            given = " ".join(mark.given.split())
            shown = f"{given[:60]}..." if len(given) > 60 else given
            lines.append(f'  {where}: "{shown}" - {mark.problem}')
    return lines


def _some(lines: Sequence[str], what: str) -> list[Block]:
    kept: list[Block] = [Text(line) for line in lines[:_MOST_LINES]]
    if len(lines) > _MOST_LINES:
        kept.append(Text(f"  and {len(lines) - _MOST_LINES} more {what}: --report lists them"))
    return kept


def _remarks(found: Class) -> list[str]:
    return [f"  {line}" for marked in found.sheets for line in remarks(marked)]


# Question by question


def question_table(found: Class) -> Table:
    """Return how many were right, partly right (some of the points) and not yet, and why."""
    columns = (
        Column("question", "question", right=False),
        Column("right", "right"),
        Column("partly", "partly"),
        Column("not_yet", "not yet"),
        Column("slip", "commonest slip", right=False, wraps=True),
    )
    rows = []
    for at, question in enumerate(found.key.questions):
        marks = [marked.marks[at] for marked in found.marked]
        right = sum(mark.score == question.points for mark in marks)
        partly = sum(0 < mark.score < question.points for mark in marks)
        rows.append(
            (
                Cell(f"{question.id} {question.title}"),
                Cell(str(right)),
                Cell(str(partly)),
                Cell(str(len(marks) - right - partly)),
                Cell(commonest(marks)),
            )
        )
    return Table(columns, tuple(rows))


def commonest(marks: Sequence[Mark]) -> str:
    """Return the commonest slip with how often it was made, and what followed through."""
    counted: Counter[str] = Counter()
    named: dict[str, str] = {}
    for mark in marks:
        if mark.findings and mark.score < mark.question.points:
            name = tag(mark)
            counted[name] += 1
            named.setdefault(name, _named(mark))
    followed = sum(mark.followed for mark in marks)
    through = f"{followed} by follow-through" if followed else ""
    if not counted:
        return f"- ({through})" if through else "-"
    (first, times), *_ = counted.most_common(1)
    several = " or " in first
    said = f"{first}: {named[first]}" + ("" if several else f" ({times})")
    return f"{said}; {through}" if through else said


def _named(mark: Mark) -> str:
    """Return what the slips behind a mark are called, in a few words."""
    names = []
    for one in mark.findings:
        if one.convention is not None:
            names.append("another convention")
        else:
            names.append(one.brief or " and ".join(slip.name for slip in one.slips))
    return ", or ".join(dict.fromkeys(names))


def _unexplained(found: Class) -> str:
    """Return the wrong answers that no slip gives."""
    lost = [
        f"{marked.sheet.name} q{mark.question.id} ({_short(mark.given)})"
        for marked in found.marked
        for mark in marked.marks
        if mark.verdict is Verdict.NOT_YET and not mark.is_explained
        if not isinstance(mark.question, TruthQuestion)
    ]
    if not lost or any(marked.hides_points for marked in found.sheets):
        return ""
    count = f"{len(lost)} wrong answer{'s' * (len(lost) > 1)} match{'es' * (len(lost) == 1)}"
    more = f", and {len(lost) - _MOST_LINES} more" if len(lost) > _MOST_LINES else ""
    return f"{count} no known slip: {', '.join(lost[:_MOST_LINES])}{more}"


def _short(text: str) -> str:
    text = " ".join(text.split())
    return f"{text[:30]}..." if len(text) > 30 else text


# The report


def _points_table(found: Class) -> Table:
    ids = found.key.ids
    columns = (
        Column("student", "student", right=False),
        Column("total", "total"),
        *(Column(id, id) for id in ids),
    )
    rows = []
    for marked in found.sheets:
        scores = [
            "?" if mark.verdict is Verdict.UNREADABLE else points(mark.score)
            for mark in marked.marks
        ]
        rows.append((Cell(marked.sheet.student), Cell(_total(marked)), *map(Cell, scores)))
    return Table(columns, tuple(rows), f"Points, of {points(found.key.points)}")


def _total(marked: Marked) -> str:
    return "?" if marked.is_set_aside else points(marked.score)


def _expected(found: Class) -> Table:
    columns = (
        Column("question", "question", right=False),
        Column("of", "of", right=False),
        Column("expected", "expected", right=False),
        Column("points", "points"),
    )
    return Table(columns, tuple(map(_expectation, found.key.questions)), "Expected")


def _expectation(question: Question) -> tuple[Cell, ...]:
    return (
        Cell(f"{question.id} {question.title}"),
        Cell(question.about),
        Cell(question.expected_text()),
        Cell(points(question.points)),
    )


def _glossary(found: Class) -> Table:
    seen = {
        slip.id
        for marked in found.sheets
        for mark in marked.marks
        for one in mark.findings
        for slip in one.slips
    }
    columns = (
        Column("id", "slip", right=False),
        Column("name", "what", right=False),
        Column("formula", "computes", right=False),
    )
    rows = tuple(
        (Cell(id), Cell(SLIPS[id].name), Cell(SLIPS[id].formula, "code")) for id in sorted(seen)
    )
    return Table(columns, rows, "Slips that were found; archcalc rules ID explains each")
