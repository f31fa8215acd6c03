"""The answers to choose from: the right one, and the numbers that slips give on this very spec."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from random import Random
from typing import Any, TypeVar

from ...arithmetic.units import short
from ...layers.base import written
from ..answers import Given
from ..candidates import Candidate
from ..measures import OutputShape, measure
from ..questions import Earlier, NumberQuestion, Policy, ShapeQuestion, Verdict
from .asks import Ask

Item = TypeVar("Item")

_FARTHEST = 1_000  # times the right answer, or of it: what is farther off tempts nobody
_LAST = ("O15", "O18")  # a misplaced point, another input: only where nothing else is wrong


@dataclass(frozen=True)
class Choice:
    """An answer to choose: its text, the slips that give it, and what is said of it."""

    text: str
    is_right: bool = False
    slips: tuple[str, ...] = ()
    says: tuple[str, ...] = ()


def shuffled(items: Sequence[Item], rng: Random) -> list[Item]:
    """Return the items in an order drawn from ``random()``, which all Pythons draw alike."""
    drawn = [(rng.random(), i) for i in range(len(items))]
    return [items[i] for _, i in sorted(drawn)]


class Distractors:
    """The wrong answers to one question that the checker itself explains."""

    def __init__(self, ask: Ask, layout: str) -> None:
        assert ask.subject is not None
        asked = measure(ask.ask)
        kind = ShapeQuestion if isinstance(asked, OutputShape) else NumberQuestion
        self.layout = layout
        self.question = kind(
            id="1",
            title=asked.title,
            about=ask.of,
            points=Fraction(1),
            policy=Policy(order=layout),
            subject=ask.subject,
            measure=asked,
        )
        self.known: dict[str, Choice | None] = {}

    @property
    def right(self) -> Choice:
        """The right answer as a choice."""
        return Choice(self.question.expected_text(), is_right=True)

    def drawn(self, most: int, rng: Random) -> list[Choice]:
        """Return so many wrong answers, fewer where slips give fewer; each by a slip of its own.

        Slips made wherever there was occasion come first; then those made in one layer only, two
        slips at once, and what is a slip of the whole answer.
        """
        found: dict[str, Choice] = {}
        for tier in self._tiers():
            for again in (False, True):
                for candidate in shuffled(tier, rng):
                    if len(found) == most:
                        return list(found.values())
                    made = self._choice(candidate)
                    if made is None or made.text in found:
                        continue
                    used = {one.slips for one in found.values()}
                    if again or made.slips not in used:
                        found[made.text] = made
        return list(found.values())

    def _tiers(self) -> Iterator[Sequence[Candidate]]:
        everywhere, local, last = self._singles
        yield from (everywhere, local)
        yield from (self.question.diagnosis.candidates.pairs, last)

    @cached_property
    def _singles(self) -> tuple[list[Candidate], list[Candidate], list[Candidate]]:
        candidates = self.question.diagnosis.candidates
        numbers = candidates.numbers(0)
        everywhere = [*(one for one in candidates.singles if not one.is_local), *numbers]
        local = [one for one in candidates.singles if one.is_local and not self._is_before(one)]
        first = [one for one in everywhere if one.slips[0].id not in _LAST]
        return first, local, [one for one in everywhere if one.slips[0].id in _LAST]

    def _is_before(self, candidate: Candidate) -> bool:
        """Tell whether a slip was made in one layer alone, and that is not asked about."""
        mine = self.question.subject.positions
        return candidate.is_local and not set(candidate.positions) <= set(mine)

    @cached_property
    def _before(self) -> set[str]:
        """What comes out where a layer in front is taken wrongly: it says nothing of this one."""
        candidates = self.question.diagnosis.candidates
        every = (*candidates.singles, *candidates.pairs)
        return {self._text(one.value) for one in every if self._is_before(one)}

    def _choice(self, candidate: Candidate) -> Choice | None:
        """Return a candidate as a choice, None where the checker would not say just that of it."""
        text = self._text(candidate.value)
        if not text or text in self._before:
            return None
        if text not in self.known:
            self.known[text] = self._checked(text)
        made = self.known[text]
        tag = " + ".join(one.id for one in candidate.slips)
        return made if made is not None and tag in made.slips else None

    def _checked(self, text: str) -> Choice | None:
        """Mark the text as if a student had written it."""
        mark = self.question.mark(Given("1", text, 0, 0), Earlier())
        findings = [one for one in mark.findings if one.slips]
        if mark.verdict in (Verdict.RIGHT, Verdict.UNREADABLE) or not findings:
            return None
        says = tuple(line for one in findings for line in one.lines)
        return Choice(text, False, tuple(one.tag for one in findings), says)

    def _text(self, value: Any) -> str:
        """Return a wrong value in the form of the right one; empty where it cannot tempt."""
        right = self.question.expected
        if isinstance(right, tuple):
            if not isinstance(value, tuple) or not all(_is_size(n) for n in value):
                return ""
            return written(tuple(int(n) for n in value), self.layout)
        if isinstance(value, tuple) or not _is_size(value):
            return ""
        number = int(value)
        if not right <= number * _FARTHEST or not number <= right * _FARTHEST:
            return ""
        if self.question.measure.unit != "pixels" and short(number) == short(right):
            return ""  # right at the digits that tables print
        return f"{number:,}"


def _is_size(value: Any) -> bool:
    return isinstance(value, int | Fraction) and value > 0 and Fraction(value).denominator == 1
