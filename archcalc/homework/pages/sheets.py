"""One student's marks, with what is said about each answer."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from ...table import Block, Cell, Column, Listing, Page, Table, Text
from ..key import Key
from ..letters import decimal
from ..marking import Class, Failed, Marked
from ..questions import Mark, Verdict

_COLUMNS = (
    Column("id", "#", right=False),
    Column("question", "question", right=False),
    Column("answer", "answer", right=False),
    Column("mark", "mark", right=False),
    Column("points", "points"),
)


def sheet_page(found: Class) -> Page:
    """Return the marks of one student or a few, one listing each."""
    blocks: list[Block] = [listing(found.key, marked) for marked in found.sheets]
    blocks += [Text(failure(one), "note") for one in found.failed]
    for marked in found.sheets:
        blocks += [Text(remark, "note") for remark in remarks(marked)]
    blocks.append(Text(found.key.sentence, "convention"))
    return Page(tuple(blocks), lambda: data(found), records(found))


def listing(key: Key, marked: Marked) -> Listing:
    """Return the marks of a sheet, what is said about each below it."""
    least = "at least " if marked.is_set_aside else ""
    aside = f"{least}{points(marked.score)} of {points(key.points)} points"
    rows = tuple(_row(mark) for mark in marked.marks)
    if marked.hides_points:
        aside = f"{marked.right} of {len(marked.marks)} right"
        rows = tuple((*row[:-1], Cell("")) for row in rows)
    return Listing(
        marked.sheet.name, aside, _COLUMNS, rows, tuple(mark.lines for mark in marked.marks)
    )


def _row(mark: Mark) -> tuple[Cell, ...]:
    question = mark.question
    score = "?" if mark.verdict is Verdict.UNREADABLE else points(mark.score)
    return (
        Cell(question.id),
        Cell(question.title),
        Cell(" ".join(mark.given.split())),
        Cell(mark.verdict.value),
        Cell(f"{score}/{points(question.points)}"),
    )


def points(number: Fraction) -> str:
    """Return points as people write them: 5.5; two decimals at most.

    >>> points(Fraction(11, 2)), points(Fraction(1, 3)), points(Fraction(2))
    ('5.5', '0.33', '2')
    """
    rounded = Fraction(round(number * 100), 100)
    return str(rounded.numerator) if rounded.denominator == 1 else decimal(rounded)


def remarks(marked: Marked) -> list[str]:
    """Return what could not be used in a sheet, with the line it stands on."""
    name = marked.sheet.name
    return [
        f"{name}{f':{one.line}' if one.line else ''}: {one.message}"
        f"{f'; {one.help}' if one.help else ''} [{one.code}]"
        for one in marked.sheet.remarks
    ]


def failure(one: Failed) -> str:
    """Return why a file could not be read."""
    text = f"{one.name}: could not be read: {one.error.message}"
    return f"{text} ({one.error.help})" if one.error.help else text


def status(marked: Marked) -> str:
    """Return whether a sheet is marked or waits for a person."""
    return "could not read" if marked.is_set_aside else "marked"


def records(found: Class) -> Table:
    """Return a row per student: points by question, and the slips behind them."""
    ids = found.key.ids
    columns = [
        Column("student", "student", right=False),
        Column("file", "file", right=False),
        Column("status", "status", right=False),
        Column("total", "total"),
        Column("of", "of"),
        *(Column(id, id) for id in ids),
        *(Column(f"{id} slip", f"{id} slip", right=False) for id in ids),
    ]
    rows = [_record(found, marked) for marked in found.sheets]
    blank = (Cell("?"),) + (Cell(""),) * (2 * len(ids))
    for one in found.failed:
        rows.append((Cell(""), Cell(one.name), Cell("could not read"), Cell(""), *blank))
    return Table(tuple(columns), tuple(rows))


def _record(found: Class, marked: Marked) -> tuple[Cell, ...]:
    scores = [
        Cell("?" if mark.verdict is Verdict.UNREADABLE else points(mark.score))
        for mark in marked.marks
    ]
    return (
        Cell(marked.sheet.student),
        Cell(marked.sheet.name),
        Cell(status(marked)),
        Cell("?" if marked.is_set_aside else points(marked.score)),
        Cell(points(found.key.points)),
        *scores,
        *(Cell(tag(mark)) for mark in marked.marks),
    )


def tag(mark: Mark) -> str:
    """Return the ids of the slips behind a mark: ``S01 or S02``."""
    return " or ".join(
        dict.fromkeys(
            one.tag or (one.convention.key if one.convention else "") for one in mark.findings
        )
    )


def data(found: Class) -> dict[str, Any]:
    """Return the JSON object of marked sheets."""
    from ... import __version__

    key = found.key
    return {
        "schema": 1,
        "archcalc": __version__,
        "key": {
            "name": key.name,
            "title": key.title,
            "convention": key.convention,
            "points": float(key.points),
        },
        "sheets": [_sheet(marked) for marked in found.sheets],
        "failed": [{"name": one.name, "error": one.error.as_dict()} for one in found.failed],
    }


def _sheet(marked: Marked) -> dict[str, Any]:
    return {
        "name": marked.sheet.name,
        "student": marked.sheet.student,
        "status": status(marked),
        "score": None if marked.is_set_aside else float(marked.score),
        "answers": [_answer(mark) for mark in marked.marks],
        "remarks": [
            {"code": one.code, "message": one.message, "line": one.line, "help": one.help}
            for one in marked.sheet.remarks
        ],
    }


def _answer(mark: Mark) -> dict[str, Any]:
    unread = mark.verdict is Verdict.UNREADABLE
    return {
        "id": mark.question.id,
        "question": mark.question.title,
        "of": mark.question.about,
        "given": mark.given,
        "line": mark.line,
        "mark": mark.verdict.value,
        "score": None if unread else float(mark.score),
        "points": float(mark.question.points),
        "slips": [[slip.id for slip in one.slips] for one in mark.findings if one.slips],
        "conventions": [one.convention.key for one in mark.findings if one.convention],
        "followed": mark.followed,
        "problem": mark.problem,
        "feedback": list(mark.lines),
    }
