"""What a student's file comes to: answers by question, tables, and what could not be used."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from .headings import heading
from .questions import Questions

LONGEST_ANSWER = 2_000
MOST_LINES = 5_000
MOST_REMARKS = 50
MOST_COLUMNS = 200
_LOST = re.compile("[\ud800-\udfff]")
_QUANTITIES = {
    *("output", "params", "weights", "macs", "flops", "units", "activations", "connections"),
    *("receptive_field", "jump", "kernel", "padding", "stride", "input", "size", "memory"),
}


@dataclass(frozen=True)
class Given:
    """What a student wrote for one question, as it stands; ``line`` 0 is unknown."""

    id: str
    text: str
    line: int
    end_line: int


@dataclass(frozen=True)
class GivenTable:
    """A table of layers as a student wrote it; ``id`` is the question it stands under."""

    head: tuple[str, ...]
    columns: tuple[str | None, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    heading: str
    id: str


@dataclass(frozen=True)
class Remark:
    """Something in a file that could not be used, and what to do about it."""

    code: str
    message: str
    line: int
    help: str


@dataclass(frozen=True)
class Sheet:
    """The answers of one student."""

    name: str
    student: str
    answers: tuple[Given, ...]
    tables: tuple[GivenTable, ...]
    remarks: tuple[Remark, ...]


@dataclass(frozen=True)
class Grid:
    """A table as it stands in a file; ``joint`` separates its cells."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    head_line: int
    joint: str = ","


@dataclass
class Draft:
    """A sheet being filled in; the last answer to a question counts."""

    name: str
    questions: Questions
    student: str = ""
    tables: list[GivenTable] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._given: dict[str, Given] = {}
        self._asides: set[str] = set()

    def answer(
        self, id: str, text: str, line: int, end_line: int = 0, *, aside: bool = False
    ) -> None:
        """Take an answer; an ``aside`` gives way to any other answer without a remark."""
        text = self.cut(text, line, f"the answer to {id}")
        if not text:
            return
        before = self._given.get(id)
        if before and aside and id not in self._asides:
            return
        if before and (aside or id not in self._asides):
            where = f"lines {before.line} and {line}"
            if not line or before.line == line:
                where = f"line {line}" if line else "twice in the file"
            self.remark(
                "E26", f"question {id} is answered twice ({where})", line, "the last one counts"
            )
        (self._asides.add if aside else self._asides.discard)(id)
        self._given[id] = Given(id, text, line, max(end_line, line))

    def table(self, grid: Grid, above: str = "", id: str = "") -> None:
        """Take a table of layers."""
        rows = []
        for line, row in zip(grid.lines, grid.rows, strict=True):
            rows.append(tuple(self.cut(cell, line, "a cell") for cell in row))
        head = tuple(self.cut(cell, grid.head_line, "a heading") for cell in grid.head)
        title = clean(above)[:200]
        self.tables.append(GivenTable(head, columns(head), tuple(rows), grid.lines, title, id))

    def named(self, student: str) -> None:
        """Take the student's name; the first one counts."""
        self.student = self.student or " ".join(clean(student).strip(" \t*_`\"'").split())[:80]

    def remark(self, code: str, message: str, line: int = 0, help: str = "") -> None:
        """Note what could not be used; after many, only that there are more."""
        if len(self.remarks) < MOST_REMARKS:
            self.remarks.append(Remark(code, message, line, help))
        elif len(self.remarks) == MOST_REMARKS:
            self.remarks.append(Remark("E44", "more remarks are not shown", line, ""))

    def unknown(self, label: str, line: int) -> None:
        """Note an answer to a question that the key does not have."""
        if len(self.remarks) >= MOST_REMARKS or self.questions.has_parts(label):
            return
        near = self.questions.near(label)
        ids = ", ".join(self.questions.ids[:8]) + (", ..." if len(self.questions.ids) > 8 else "")
        help = f"did you mean {near}?" if near else f"the questions are {ids}" if ids else ""
        self.remark("E22", f'the key has no question "{clean(label).strip()[:40]}"', line, help)

    def cut(self, text: str, line: int, what: str) -> str:
        """Return a text without what no file can hold, and no longer than an answer may be."""
        text = clean(text).strip()
        if len(text) <= LONGEST_ANSWER:
            return text
        fact = f"{what} has {len(text):,} characters; the first {LONGEST_ANSWER:,} are read"
        self.remark("E44", fact, line, "a number and its working")
        return text[:LONGEST_ANSWER].rstrip()

    def sheet(self) -> Sheet:
        """Return the sheet, its answers in the order of the key."""
        answers = tuple(self._given[id] for id in self.questions.ids if id in self._given)
        if self.questions.ids and not answers and not self.tables:
            self.remark("E22", "no answer to any question was found", 0, "a line for each: 1 = ...")
        student = self.student or PurePath(self.name).stem
        return Sheet(self.name, student, answers, tuple(self.tables), tuple(self.remarks))


def clean(text: str) -> str:
    """Return a text without null characters and halves of characters."""
    return _LOST.sub("�", text.replace("\0", ""))


def columns(head: Sequence[str]) -> tuple[str | None, ...]:
    """Return what each heading of a table of layers means; its ``name`` is the layer's.

    >>> columns(["name", "params", "colour"])
    ('layer', 'params', None)
    """
    found = [heading(cell) for cell in head]
    if "layer" not in found and "student" in found and _QUANTITIES & set(found):
        found[found.index("student")] = "layer"
    return tuple(found)
