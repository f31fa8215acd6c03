"""Tables separated by commas, semicolons or tabs: one student, or a row for each of a class."""

from __future__ import annotations

from collections.abc import Sequence

from . import tables
from .base import MOST_COLUMNS, MOST_LINES, Draft, Grid, Sheet
from .files import LARGEST_FILE
from .headings import heading
from .questions import Questions

SUFFIXES = (".csv", ".tsv")

_SEPARATORS = "\t;,"
_LONGEST_QUOTE = 50


def sheets(text: str, questions: Questions, name: str) -> list[Sheet]:
    """Return the sheet of a student, or those of a class."""
    draft = Draft(name, questions)
    lines = text.split("\n")
    joint = _separator(lines, questions)
    found = _rows(lines, joint, draft)
    if not found:
        return [draft.sheet()]
    numbers, rows = zip(*found, strict=True)
    grid = Grid(rows[0], tuple(rows[1:]), tuple(numbers[1:]), numbers[0], joint)
    means = [heading(cell) for cell in grid.head]
    if {"student", "question", "answer"} <= set(means):
        return _long(grid, draft, [str(mean) for mean in means])
    if tables.kind(grid, questions) == "along":
        return _class(grid, draft)
    tables.take(grid, draft)
    return [draft.sheet()]


def _class(grid: Grid, draft: Draft) -> list[Sheet]:
    """Return a sheet for every row; the columns are questions, the first one names the student."""
    tables.strangers(grid, draft)
    means = [heading(cell) for cell in grid.head]
    who = means.index("student") if "student" in means else 0
    if draft.questions.find(grid.head[who]):
        who = -1
    if len(grid.rows) < 2 and (who < 0 or means[who] != "student"):
        for number in range(len(grid.rows)):
            tables.along(grid, number, draft)
        return [draft.sheet()]
    made: list[Sheet] = []
    seen: dict[str, int] = {}
    for number, (line, row) in enumerate(zip(grid.lines, grid.rows, strict=True)):
        student = row[who].strip() if 0 <= who < len(row) else ""
        one = _of(draft, student or f"line {line}", line, seen, first=not made)
        tables.along(grid, number, one)
        made.append(one.sheet())
    return made or [draft.sheet()]


def _long(grid: Grid, draft: Draft, means: Sequence[str]) -> list[Sheet]:
    """Return the sheets of a table with student, question and answer in every row."""
    places = [means.index(mean) for mean in ("student", "question", "answer")]
    drafts: dict[str, Draft] = {}
    for line, row in zip(grid.lines, grid.rows, strict=True):
        full = (*row, *[""] * (len(means) - len(row)))
        student, label, text = (full[place] for place in places)
        if places[2] == len(means) - 1:
            text = grid.joint.join(full[places[2] :])
        key = student.strip() or f"line {line}"
        if key not in drafts:
            drafts[key] = _of(draft, key, line, {}, first=not drafts)
        found = draft.questions.labelled(label)
        if found:
            drafts[key].answer(found, text, line)
        elif label.strip():
            drafts[key].unknown(label, line)
    return [one.sheet() for one in drafts.values()] or [draft.sheet()]


def _of(whole: Draft, student: str, line: int, seen: dict[str, int], first: bool) -> Draft:
    """Return the draft of one student; the first one carries the remarks on the whole file."""
    made = Draft(whole.name, whole.questions)
    made.remarks += whole.remarks if first else []
    made.named(student)
    who = made.student
    if who in seen:
        fact = f"{who} has two rows (lines {seen[who]} and {line})"
        made.remark("E26", fact, line, "each is a sheet of its own")
        made.name = f"{whole.name} ({who}, line {line})"
    else:
        made.name = f"{whole.name} ({who})"
    seen.setdefault(who, line)
    return made


def _separator(lines: Sequence[str], questions: Questions) -> str:
    """Return the sign behind which most lines begin with a question or a heading."""
    shown = [line for line in lines[:50] if line.strip()][:20]

    def fit(sign: str) -> tuple[int, int]:
        firsts = [line[:200].split(sign)[0].strip(' "') for line in shown if sign in line]
        known = sum(bool(heading(first) or questions.labelled(first)) for first in firsts)
        return known, shown[0].count(sign) if shown else 0

    return max(_SEPARATORS, key=fit)


def _rows(lines: Sequence[str], sign: str, draft: Draft) -> list[tuple[int, tuple[str, ...]]]:
    """Return the rows that are not empty, with their lines."""
    import csv

    limit = csv.field_size_limit(LARGEST_FILE)
    try:
        return _parsed(lines, sign, draft)
    finally:
        csv.field_size_limit(limit)


def _parsed(lines: Sequence[str], sign: str, draft: Draft) -> list[tuple[int, tuple[str, ...]]]:
    found: list[tuple[int, tuple[str, ...]]] = []
    at = 0
    while at < len(lines):
        if len(found) >= MOST_LINES:
            fact = f"the table has over {MOST_LINES:,} rows; the first {MOST_LINES:,} are read"
            draft.remark("E44", fact, at + 1, "several files")
            break
        taken, row = _record(lines, at, sign, draft)
        if len(row) > MOST_COLUMNS:
            fact = f"the row has {len(row):,} cells; the first {MOST_COLUMNS} are read"
            draft.remark("E44", fact, at + 1, "a column for each question")
            row = row[:MOST_COLUMNS]
        if any(cell.strip() for cell in row):
            found.append((at + 1, tuple(cell.strip() for cell in row)))
        at += taken
    return found


def _record(lines: Sequence[str], at: int, sign: str, draft: Draft) -> tuple[int, list[str]]:
    """Return one row and how many lines it takes; a quote may hold the ends of lines."""
    import csv

    text = lines[at]
    taken = 1
    while _is_open(text, sign):
        if taken == _LONGEST_QUOTE or at + taken == len(lines):
            draft.remark("E22", "a quote is never closed", at + 1, "the line is read without it")
            return 1, lines[at].replace('"', "").split(sign)
        text += "\n" + lines[at + taken]
        taken += 1
    return taken, next(csv.reader([text], delimiter=sign), [])


def _is_open(text: str, sign: str) -> bool:
    """Tell whether a row ends within a quote."""
    import csv

    if '"' not in text:
        return False
    try:
        next(csv.reader([text], delimiter=sign, strict=True), None)
    except csv.Error as error:
        return "unexpected end of data" in str(error)
    return False
