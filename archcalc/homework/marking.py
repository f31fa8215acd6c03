"""A student's sheet against a key: one mark per question."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from glob import glob

from ..errors import ArchcalcError, UsageError
from .answers import FORMATS, Sheet, read
from .key import Key
from .questions import Earlier, Mark, Verdict


@dataclass(frozen=True)
class Marked:
    """A marked sheet: its marks in the key's order.

    ``is_set_aside`` says that something could not be read: a person has to look at it before the
    points mean anything. ``hides_points`` keeps to right or not yet where people read it.
    """

    sheet: Sheet
    marks: tuple[Mark, ...]
    hides_points: bool = False

    @property
    def score(self) -> Fraction:
        """The points reached."""
        return sum((mark.score for mark in self.marks), Fraction(0))

    @property
    def unreadable(self) -> tuple[Mark, ...]:
        """The answers that could not be read."""
        return tuple(mark for mark in self.marks if mark.verdict is Verdict.UNREADABLE)

    @property
    def is_blank(self) -> bool:
        """Whether nothing in the sheet is an answer to a question."""
        return all(mark.verdict is Verdict.MISSING for mark in self.marks)

    @property
    def is_set_aside(self) -> bool:
        """Whether an answer could not be read, or none was found."""
        return bool(self.unreadable) or self.is_blank

    @property
    def is_right(self) -> bool:
        """Whether every answer is right."""
        return all(mark.verdict is Verdict.RIGHT for mark in self.marks)

    def without_hints(self) -> Marked:
        """Return the marks as they are shown before a deadline."""
        marks = tuple(mark.without_hints() for mark in self.marks)
        return replace(self, marks=marks, hides_points=True)

    @property
    def right(self) -> int:
        """How many answers are right."""
        return sum(mark.verdict is Verdict.RIGHT for mark in self.marks)


_OWN = (".key.yaml", ".feedback.md")  # what archcalc itself reads and writes


@dataclass(frozen=True)
class Failed:
    """A file that could not be read at all."""

    name: str
    error: ArchcalcError


@dataclass(frozen=True)
class Class:
    """All sheets that were handed in."""

    key: Key
    sheets: tuple[Marked, ...]
    failed: tuple[Failed, ...] = ()

    @property
    def marked(self) -> tuple[Marked, ...]:
        """The sheets of which every answer could be read."""
        return tuple(one for one in self.sheets if not one.is_set_aside)

    @property
    def is_right(self) -> bool:
        """Whether everything was read and everything is right."""
        return not self.failed and all(one.is_right for one in self.sheets)


def mark(key: Key, sheet: Sheet) -> Marked:
    """Mark one sheet; questions that build on others come after them."""
    given = {one.id: one for one in sheet.answers}
    found: dict[str, Mark] = {}
    ordered = sorted(key.questions, key=lambda question: bool(question.needs))
    for question in ordered:
        earlier = Earlier(found, sheet.tables)
        found[question.id] = question.mark(given.get(question.id), earlier)
    return Marked(sheet, tuple(found[question.id] for question in key.questions))


def sheets_in(paths: Sequence[str], known: Sequence[str] = ()) -> tuple[list[str], list[str]]:
    """Return the files that are meant, and what was passed over in folders.

    A folder stands for the answer files in it, without the ``known`` ones: the key and what is
    written. A pattern that no shell has expanded stands for what it matches.
    """
    found: list[str] = []
    passed: list[str] = []
    not_answers = {os.path.realpath(path) for path in known if path}
    for path in paths:
        if os.path.isdir(path):
            kept: list[str] = []
            for name in sorted(os.listdir(path)):
                whole = os.path.join(path, name)
                own = name.endswith(_OWN) or os.path.realpath(whole) in not_answers
                if name.startswith(".") or own:
                    continue
                is_answer = os.path.splitext(name)[1].lower() in FORMATS
                (kept if is_answer and os.path.isfile(whole) else passed).append(whole)
            found += kept
            if not kept:
                known = " ".join(sorted(FORMATS))
                raise UsageError("E33", f"no answer files in {path}", f"endings: {known}")
        elif any(sign in path for sign in "*?[") and not os.path.exists(path):
            found += sorted(glob(path)) or [path]
        else:
            found.append(path)
    return found, passed


def mark_files(
    key: Key,
    paths: Sequence[str],
    *,
    encoding: str = "",
    progress: Callable[[str], None] = lambda name: None,
) -> Class:
    """Mark every file; one that cannot be read stops nothing. ``progress`` hears of each."""
    sheets: list[Marked] = []
    failed: list[Failed] = []
    for path in paths:
        progress(path)
        try:
            read_sheets: Iterable[Sheet] = read(path, key.ids, encoding=encoding)
        except ArchcalcError as error:
            failed.append(Failed(path, error))
            continue
        sheets += [mark(key, sheet) for sheet in read_sheets]
    return Class(key, tuple(sheets), tuple(failed))
