"""Why an answer is wrong: the slips, or other conventions, that give exactly this number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from ..arithmetic.units import exact, short
from ..conventions import CONVENTIONS
from .candidates import Candidate, Candidates
from .measures import Cost, Measure, Subject
from .measures import measure as measure_of
from .neighbours import neighbours
from .numerals import Sizes, Written
from .precision import fits
from .slips import SLIPS, ShapeSlip, SizeSlip, SumSlip
from .wording import Finding, Wording

__all__ = ["Diagnosis", "Finding"]

_CROWD = 8  # half units of the last digit to each side, within which slips are neighbours
_FEW = 8  # layers among which one slip is told from another by rounded digits
_MOST = 3  # explanations of one number; more would say nothing


class Diagnosis:
    """Explains the wrong answers to one question; what slips give is worked out once."""

    def __init__(self, subject: Subject, measure: Measure, layout: str = "hwc") -> None:
        self.subject, self.measure, self.layout = subject, measure, layout
        self.candidates = Candidates(subject, measure)
        self.wording = Wording(self.candidates, layout)

    def finding(self, candidate: Candidate, given: str) -> Finding:
        """Return a candidate in words."""
        return self.wording.finding(candidate, given)

    def of_number(self, written: Written) -> list[Finding]:
        """Return what explains a written number: single slips, conventions, then pairs."""
        if written.digits is not None and written.digits < 2:
            return []
        found = [
            c for c in self.candidates.singles if _is_number(c.value) and fits(written, c.value)
        ]
        found = self._told_apart(found, written)
        found += self.candidates.kinds(written.value)
        units = [c for c in self.candidates.numbers(_power(written)) if fits(written, c.value)]
        if not found:
            found = [c for c in units if _digits_enough(c, written)]
        elif all(_is_size(one) for one in found):  # as likely is a slip of unit, or of FLOPs
            found = [*found, *(c for c in units if c.slips[0].id != "O15")]
        else:
            found = [*found, *(c for c in units if c.slips[0].id == "O01")]
        said = [self.finding(candidate, written.text) for candidate in _first_of_each(found)]
        if not said:
            said = self._conventions(written) or self._neighbours(written)
        if not said and (written.digits is None or written.digits >= 3):
            pairs = [c for c in self.candidates.pairs if _is_number(c.value)]
            found = [c for c in pairs if fits(written, c.value)]
            said = [self.finding(candidate, written.text) for candidate in _first_of_each(found)]
        return said[:_MOST]

    def _told_apart(self, found: list[Candidate], written: Written) -> list[Candidate]:
        """Drop slips in one layer of many where rounded digits fit several of them by chance."""
        if written.half == 0 or len(self.subject.positions) <= _FEW:
            return found
        if _is_small(written):
            found = [one for one in found if not _is_size(one)]
        near = {
            Fraction(one.value)
            for one in self.candidates.singles
            if _is_narrow(one)
            and _is_number(one.value)
            and abs(one.value - written.value) <= _CROWD * written.half
        }
        if len(near) <= 2:
            return found
        return [one for one in found if not _is_narrow(one)]

    def of_shape(self, sizes: Sizes, agrees: Callable[[Any], bool]) -> list[Finding]:
        """Return what explains a shape; ``agrees`` tells whether the sizes are those of another."""
        found = [
            c for c in self.candidates.singles if isinstance(c.value, tuple) and agrees(c.value)
        ]
        return [self.finding(c, sizes.text) for c in _first_of_each(found)][:_MOST]

    def by_unit(self, written: Written) -> Finding:
        """Return the finding for the right digits called FLOPs where MACs are asked for."""
        line = (
            f"{written.text} are FLOPs by their unit, which would be {self._right(written, 2)}. "
            "The question asks for MACs."
        )
        return Finding((SLIPS["O01"],), (line,))

    def _right(self, written: Written, times: int = 1) -> str:
        right = self.candidates.right
        assert isinstance(right, int)
        return short(times * right) if written.half else exact(times * right)

    def _neighbours(self, written: Written) -> list[Finding]:
        """Return the other questions that the number answers."""
        if _is_small(written):
            return []
        return [
            Finding((), (one.line,), brief=one.brief, count=one.key)
            for one in neighbours(self.subject, self.measure)
            if fits(written, one.value) and one.value != self.candidates.right
        ]

    def _conventions(self, written: Written) -> list[Finding]:
        """Return the conventions by which the number is right; all that its digits allow."""
        if not isinstance(self.measure, Cost):
            return []
        found = []
        for key, convention in CONVENTIONS.items():
            if key == self.measure.key:
                continue
            value = measure_of(key).value(self.subject)
            if isinstance(value, int) and value and fits(written, value):
                found.append(convention)
        if not found:
            return []
        names = ", ".join(convention.key for convention in found[:4])
        line = f"{written.text} agrees with another convention: {names} ({found[0].sentence})."
        return [Finding((), (line,), convention=found[0])]


def _is_small(written: Written) -> bool:
    """Tell whether too few digits are written for a count to be known by them."""
    return written.half > 0 and (written.digits is None or written.digits < 3)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Fraction) and not isinstance(value, bool)


def _is_size(candidate: Candidate) -> bool:
    """Tell whether a slip is one of sizes and depths."""
    return isinstance(candidate.slips[0], SizeSlip | ShapeSlip)


def _is_narrow(candidate: Candidate) -> bool:
    """Tell whether a slip happened in one layer only, where others gave occasion for it too."""
    return candidate.is_local or any(isinstance(one, SumSlip) for one in candidate.slips)


def _first_of_each(found: Sequence[Candidate]) -> list[Candidate]:
    """Keep one candidate per slip: the one made in as many layers as possible.

    A slip made wherever there was occasion for it is likelier than one made once.
    """
    if not all(candidate.is_local for candidate in found):
        found = [candidate for candidate in found if not candidate.is_local]
    kept: dict[tuple[str, ...], Candidate] = {}
    for candidate in found:
        key = tuple(one.id for one in candidate.slips)
        if key not in kept or len(candidate.positions) > len(kept[key].positions):
            kept[key] = candidate
    return list(kept.values())


def _power(written: Written) -> int:
    return {"K": 1, "M": 2, "G": 3, "T": 4}.get(written.suffix.removesuffix("i"), 0)


def _digits_enough(candidate: Candidate, written: Written) -> bool:
    """Tell whether a misplaced point or factor of two can be told from chance."""
    if candidate.slips[0].id != "O15":
        return True
    digits = len(str(abs(written.value.numerator)).strip("0"))
    return digits >= 2 if written.digits is None else written.digits >= 2
