"""A table in a file: answers down a column, answers along a row, or a table of layers."""

from __future__ import annotations

from dataclasses import replace

from .base import MOST_COLUMNS, Draft, Grid
from .headings import heading
from .questions import Questions


def kind(grid: Grid, questions: Questions) -> str:
    """Return ``down`` (question | answer), ``along`` (a column per question) or ``layers``."""
    means = [heading(cell) for cell in grid.head]
    asked = [bool(questions.labelled(cell)) for cell in grid.head]
    narrow = len(grid.head) == 2
    if "question" in means and ("answer" in means or (narrow and not any(asked))):
        return "down"
    if "layer" in means:
        return "layers"
    if means[0] == "student" and any(asked[1:]):
        return "along"
    labels = [row[0] for row in grid.rows if row and row[0].strip()]
    known = sum(bool(questions.labelled(label)) for label in labels)
    listed = known * 2 >= len(labels) and (bool(labels) or asked[0])
    if narrow and listed and not (labels and questions.consecutive(*grid.head)):
        return "down"
    if any(asked) and ("student" in means or sum(asked) * 2 >= len(asked) - 1):
        return "along"
    return "layers"


def take(grid: Grid, draft: Draft, above: str = "", id: str = "") -> None:
    """Put what a table holds into a sheet; ``id`` is the question it stands under."""
    sort = kind(grid, draft.questions)
    if sort == "down":
        down(grid, draft)
    elif sort == "layers":
        draft.table(squared(grid, draft), above, id)
    else:
        strangers(grid, draft)
        for number in range(len(grid.rows)):
            along(grid, number, draft)


def down(grid: Grid, draft: Draft) -> None:
    """Take a table with a question and its answer in every row."""
    means = [heading(cell) for cell in grid.head]
    question = means.index("question") if "question" in means else 0
    answer = means.index("answer") if "answer" in means else len(means) - 1
    answer = answer if answer != question else 0
    rows = list(zip(grid.lines, grid.rows, strict=True))
    if means[question] == "student" or draft.questions.find(grid.head[question]):
        rows.insert(0, (grid.head_line, grid.head))  # no heading, but the first answer
    for line, row in rows:
        if len(row) <= question or not row[question].strip():
            continue
        end = len(row) if answer == len(means) - 1 else answer + 1
        label, text = row[question], grid.joint.join(row[answer:end])
        found = draft.questions.labelled(label)
        if found:
            draft.answer(found, text, line)
        elif heading(label) == "student":
            draft.named(text)
        else:
            draft.unknown(label, line)


def along(grid: Grid, number: int, draft: Draft) -> None:
    """Take one row of a table that has a column for every question."""
    line, row = grid.lines[number], grid.rows[number]
    if len(row) > len(grid.head):
        _overfull(line, len(row), len(grid.head), draft)
    for head, text in zip(grid.head, row, strict=False):
        id = draft.questions.labelled(head)
        if id:
            draft.answer(id, text, line)
        elif heading(head) == "student":
            draft.named(text)


def strangers(grid: Grid, draft: Draft) -> None:
    """Remark on the columns that look like questions, and are none of the key."""
    for place, cell in enumerate(grid.head):
        if not place or heading(cell) or draft.questions.labelled(cell):
            continue
        if any(map(str.isdigit, cell)) or draft.questions.near(cell, 0.75):
            draft.unknown(cell, grid.head_line)


def squared(grid: Grid, draft: Draft) -> Grid:
    """Return the table with every row as wide as its header."""
    width = min(len(grid.head), MOST_COLUMNS)
    rows = []
    for line, row in zip(grid.lines, grid.rows, strict=True):
        if len(row) > width:
            _overfull(line, len(row), width, draft)
            row = (*row[: width - 1], grid.joint.join(row[width - 1 :]))
        rows.append((*row, *[""] * (width - len(row))))
    return replace(grid, head=grid.head[:width], rows=tuple(rows))


def _overfull(line: int, cells: int, width: int, draft: Draft) -> None:
    fact = f"the row has {cells} cells, its header {width}"
    draft.remark("E22", fact, line, 'quotes around a cell with the separator in it: "112,896,000"')
