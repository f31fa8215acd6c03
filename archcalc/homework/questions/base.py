"""What a question is, what a mark is, and what a student has answered so far."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from enum import Enum
from fractions import Fraction
from functools import cached_property
from typing import Any

from ..answers import Given, GivenTable
from ..diagnosis import Diagnosis, Finding
from ..measures import Measure, Subject
from ..numerals import Blank, Unreadable, Written
from ..precision import Tolerance
from ..steps import worked_lines


class Verdict(Enum):
    """What a mark says; ``UNREADABLE`` is not wrong: a person has to look."""

    RIGHT = "right"
    PARTLY = "partly"
    NOT_YET = "not yet"
    UNREADABLE = "could not read"
    MISSING = "no answer"


@dataclass(frozen=True)
class Policy:
    """How a question is marked: tolerance, accepted conventions, order of shapes, credit."""

    tolerance: Tolerance = Tolerance()
    accept: tuple[str, ...] = ()
    order: str = "hwc"
    partial: dict[str, Fraction] = field(default_factory=dict)
    truncated: Fraction = Fraction(1)
    follow_through: bool = True


@dataclass(frozen=True)
class Mark:
    """The mark of one answer.

    ``given`` is the answer as written and ``read`` what it was read as; ``lines`` are the
    feedback, ``problem`` says why it could not be read; ``followed`` says that the points come
    from the student's own earlier numbers.
    """

    question: Question
    given: str
    verdict: Verdict
    score: Fraction
    lines: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    read: Any = None
    followed: bool = False
    problem: str = ""
    line: int = 0

    @property
    def is_explained(self) -> bool:
        """Whether a slip or another convention gives the number."""
        return bool(self.findings)

    def without_hints(self) -> Mark:
        """Return the mark as it is shown before a deadline: right or not yet, and nothing else."""
        lines = (self.problem,) if self.verdict is Verdict.UNREADABLE else ()
        verdict = Verdict.NOT_YET if self.verdict is Verdict.PARTLY else self.verdict
        return replace(self, verdict=verdict, lines=lines, findings=())


@dataclass(frozen=True)
class Earlier:
    """What the same student has answered to the other questions, by id."""

    marks: dict[str, Mark] = field(default_factory=dict)
    tables: tuple[GivenTable, ...] = ()

    def written(self, id: str) -> Written | None:
        """Return the number a student gave for a question, if it could be read."""
        mark = self.marks.get(id)
        return mark.read if mark is not None and isinstance(mark.read, Written) else None


@dataclass(frozen=True, kw_only=True)
class Question(ABC):
    """One question of a key: ``title`` is what it asks for, ``about`` what of."""

    id: str
    title: str
    about: str
    points: Fraction
    policy: Policy
    line: int = 0

    @property
    def needs(self) -> tuple[str, ...]:
        """The ids of the questions that this one builds on."""
        return ()

    @property
    @abstractmethod
    def expected(self) -> Any:
        """The exact answer; worked out from the spec, never typed."""

    @abstractmethod
    def expected_text(self, exact: bool = True) -> str:
        """Return the answer as people write it."""

    @abstractmethod
    def working(self) -> tuple[str, ...]:
        """Return the worked steps to the answer."""

    @abstractmethod
    def marked(self, given: Given, earlier: Earlier) -> Mark:
        """Return the mark of an answer that is not blank; may raise :class:`Unreadable`."""

    def mark(self, given: Given | None, earlier: Earlier) -> Mark:
        """Return the mark of an answer, whatever it is."""
        if given is None or not given.text.strip():
            return Mark(self, "", Verdict.MISSING, Fraction(0))
        try:
            return replace(self.marked(given, earlier), line=given.line)
        except Blank:
            return Mark(self, given.text, Verdict.MISSING, Fraction(0), line=given.line)
        except Unreadable as error:
            said = error.fact
            if error.suggestion:
                said += f"; did you mean {error.suggestion}?"
            return Mark(
                self,
                given.text,
                Verdict.UNREADABLE,
                Fraction(0),
                (f"Could not be read, so it is not marked: {said}",),
                problem=said,
                line=given.line,
            )

    # Marks

    def right(self, given: str, read: Any, *lines: str) -> Mark:
        """Return full marks."""
        return Mark(self, given, Verdict.RIGHT, self.points, tuple(lines), read=read)

    def wrong(self, given: str, read: Any, findings: list[Finding], *lines: str) -> Mark:
        """Return the mark of a wrong answer: what its best explanation is worth, and why.

        The expected answer comes first, unless the explanation says what is missing; the working
        follows where nothing explains the number.
        """
        fraction = max((self.credit(one) for one in findings), default=Fraction(0))
        almost = any(slip.almost for one in findings for slip in one.slips)
        plain = not all(any(slip.almost for slip in one.slips) for one in findings)
        verdict = Verdict.NOT_YET
        if fraction >= 1:
            verdict = Verdict.RIGHT
        elif fraction > 0 and almost:
            verdict = Verdict.PARTLY
        said = []
        for at, one in enumerate(findings):
            tag = f" [{one.tag}]" if one.slips else ""
            first, *rest = [*one.lines[:-1], one.lines[-1] + tag]
            said += [f"Or: {first}" if at else first, *rest]
        said = [*lines, *said]
        if plain or not findings:
            head = f"Expected {self.expected_text(exact=_is_exact(read))}."
            said = [" ".join([head, *said[:1]]), *said[1:]]
        if not findings:
            said += self.working()
        return Mark(
            self, given, verdict, fraction * self.points, tuple(said), tuple(findings), read
        )

    def followed(self, mark: Mark, *lines: str) -> Mark:
        """Return full marks for what follows from the student's own earlier answers."""
        return replace(
            mark,
            verdict=Verdict.RIGHT,
            score=self.points,
            lines=tuple(lines),
            findings=(),
            followed=True,
        )

    def credit(self, finding: Finding) -> Fraction:
        """Return the share of the points that an explanation earns."""
        if finding.convention is not None and not finding.slips:
            return Fraction(int(finding.convention.key in self.policy.accept))
        if finding.is_one_of_many:
            return Fraction(0)
        shares = [self.policy.partial.get(one.id, one.fraction) for one in finding.slips]
        return min(shares, default=Fraction(0))


@dataclass(frozen=True, kw_only=True)
class OfSubject(Question):
    """A question about one net or some of its layers."""

    subject: Subject
    measure: Measure

    @cached_property
    def expected(self) -> Any:
        return self.measure.value(self.subject)

    @cached_property
    def diagnosis(self) -> Diagnosis:
        """What explains wrong answers, worked out once for all students."""
        return Diagnosis(self.subject, self.measure, self.layout)

    @property
    def layout(self) -> str:
        """The order in which shapes are written."""
        return "chw" if self.policy.order == "chw" else "hwc"

    def working(self) -> tuple[str, ...]:
        return self._working

    @cached_property
    def _working(self) -> tuple[str, ...]:
        return worked_lines(self.subject, self.measure, self.layout)

    @abstractmethod
    def as_output(self, read: Any) -> Any:
        """Return the output shape that an answer stands for; None where it stands for none."""

    def earlier_outputs(self, earlier: Earlier) -> tuple[dict[int, Any], list[Mark]]:
        """Return the outputs that a student gave, wrongly, for layers in front of this one."""
        found: dict[int, Any] = {}
        used = []
        behind = max((*self.subject.positions, self.subject.last))
        for mark in earlier.marks.values():
            asked = mark.question
            if asked is self or not isinstance(asked, OfSubject):
                continue
            if asked.subject.analysis.graph is not self.subject.analysis.graph:
                continue
            position = asked.subject.last
            if not 0 <= position <= behind or mark.verdict is Verdict.RIGHT:
                continue
            if position == self.subject.last and asked.measure.unit == self.measure.unit:
                continue  # the same thing asked twice
            shape = asked.as_output(mark.read)
            if shape is not None and all(Fraction(n).denominator == 1 and n > 0 for n in shape):
                found[position] = tuple(int(n) for n in shape)
                used.append(mark)
        return found, used


def _is_exact(read: Any) -> bool:
    return not isinstance(read, Written) or read.half == 0
