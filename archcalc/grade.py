"""Marks for notebooks and test files of graders: a number, with what is said about the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from os import PathLike, fspath
from typing import Any

from .errors import UsageError
from .homework.answers import Given, Sheet, read
from .homework.key import Key, key_of, read_key
from .homework.marking import Class, Marked, mark
from .homework.pages import sheet_page
from .homework.questions import Earlier
from .renderers.shown import Shown
from .table import Page


class Score(float):
    """The points for an answer: a float from 0 to the points, with what to tell the student.

    ``verdict`` is right, partly, not yet, could not read or no answer; ``message`` the feedback.
    """

    verdict: str
    message: str


@dataclass(frozen=True)
class Marks(Shown):
    """The marks of one student; prints as ``archcalc check`` does."""

    key: Key
    marked: Marked

    @property
    def score(self) -> float:
        """The points reached."""
        return float(self.marked.score)

    @property
    def points(self) -> float:
        """The points that can be reached."""
        return float(self.key.points)

    def __getitem__(self, id: object) -> Score:
        """Return the score of a question by its id; :class:`KeyError` if there is none."""
        for one in self.marked.marks:
            if one.question.id == str(id):
                return _score(one)
        raise KeyError(id)

    def to_page(self) -> Page:
        """Return the page of the marked sheet."""
        return sheet_page(Class(self.key, (self.marked,)))

    def __repr__(self) -> str:
        return f"<Marks of {self.marked.sheet.student}: {self.score:g} of {self.points:g}>"


def case(answer: object, spec: str, ask: str, **options: Any) -> Score:
    """Mark one answer: a number, a text or a shape, to a question about a spec.

    ``options`` are those of a question in a key: ``of`` a layer, ``points``, ``convention``,
    ``digits``, ``order``, ... Nothing is printed. Errors: :class:`SpecError` for a bad question.

    >>> case("112.9M", "14x14x480 | conv 5x5x48 pad 2", "MACs")
    1.0
    >>> half = case(225_792_000, "14x14x480 | conv 5x5x48 pad 2", "MACs", points=2)
    >>> half, half.verdict
    (1.0, 'partly')
    """
    import json

    layer = options.pop("of", "")
    question = {"id": "1", "ask": ask, "of": f"net/{layer}" if layer else "net"}
    if isinstance(answer, tuple | list):
        question["order"] = "any"  # PyTorch's shapes have the channels first
    question |= {name: _plain(value) for name, value in options.items()}
    # JSON is YAML: the texts cannot end the key early
    whole = {"archcalc-key": "1", "specs": {"net": spec}, "questions": [question]}
    key = key_of(json.dumps(whole, ensure_ascii=False), "question")
    given = Given("1", _text(answer), 0, 0)
    return _score(key.questions[0].mark(given, Earlier()))


def check(key: str | PathLike[str], answers: str | PathLike[str] | Mapping[Any, object]) -> Marks:
    """Mark a student's answers: a file, or answers by question.

    ``key`` is a file, or the text of a key. Errors: :class:`SpecError` for a bad key,
    :class:`UsageError` for a file that cannot be read or holds several students.

    >>> marks = check("archcalc-key: 1\\nspecs: {net: '8x8x3 | conv 3x3x4'}\\n"
    ...     "questions: [{id: 1, ask: params}]", {1: "112"})
    >>> marks.score, marks[1].verdict
    (1.0, 'right')
    """
    source = fspath(key)
    found = key_of(source) if "\n" in source else read_key(source)
    if isinstance(answers, Mapping):
        known = {str(id): _text(answer) for id, answer in answers.items()}
        for id in known:
            if id not in found.ids:
                raise UsageError(
                    "E22", f'the key has no question "{id[:40]}"', ", ".join(found.ids)
                )
        given = tuple(Given(id, text, 0, 0) for id, text in known.items())
        sheet = Sheet("answers", "answers", given, (), ())
    else:
        sheets = read(fspath(answers), found.ids)
        if len(sheets) != 1:
            raise UsageError("E50", f"the file holds {len(sheets)} students, not one")
        (sheet,) = sheets
    return Marks(found, mark(found, sheet))


def _text(answer: object) -> str:
    """Return an answer as a text; tuples are shapes."""
    if isinstance(answer, tuple | list):
        return "(" + ", ".join(str(size) for size in answer) + ")"
    if isinstance(answer, Fraction):
        return f"{answer.numerator}/{answer.denominator}"
    return str(answer)


def _plain(value: Any) -> Any:
    return value if isinstance(value, dict | list) else str(value)


def _score(found: Any) -> Score:
    score = Score(found.score)
    score.verdict = found.verdict.value
    score.message = "\n".join(found.lines)
    return score
