"""Questions for the ratio of two answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from ...arithmetic.units import significant
from ..answers import Given
from ..numerals import Written, number
from ..precision import Agreement, agreement
from .base import Earlier, Mark, Question, Verdict
from .number import NumberQuestion, readable


@dataclass(frozen=True, kw_only=True)
class RatioQuestion(Question):
    """The first answer divided by the second."""

    first: NumberQuestion
    second: NumberQuestion

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.first.id, self.second.id)

    @property
    def expected(self) -> Any:
        return Fraction(self.first.expected, self.second.expected)

    def expected_text(self, exact: bool = True) -> str:
        """Return the ratio with three digits."""
        return significant(self.expected.numerator, self.expected.denominator, 3)

    def working(self) -> tuple[str, ...]:
        return (
            f"{self.first.expected_text()} / {self.second.expected_text()} = "
            f"{self.expected_text()}",
        )

    def marked(self, given: Given, earlier: Earlier) -> Mark:
        written = self._rounded(readable(number(given.text)).final)
        found = agreement(written, self.expected, self.policy.tolerance)
        if found is Agreement.RIGHT:
            return self.right(written.text, written)
        if found is Agreement.TRUNCATED and self.policy.truncated == 1:
            return self.right(written.text, written, "Cut off, not rounded.")
        mark = self._wrong(written, found)
        if self.policy.follow_through and mark.verdict is not Verdict.RIGHT:
            return self._follows(mark, written, earlier) or mark
        return mark

    def _rounded(self, written: Written) -> Written:
        """Take a whole number for a rounded one where the ratio is none: 21 for 21.4."""
        if written.half or written.value.denominator != 1 or self.expected.denominator == 1:
            return written
        return replace(written, half=Fraction(1, 2), digits=len(str(abs(written.value.numerator))))

    def _wrong(self, written: Written, found: Agreement) -> Mark:
        if found is Agreement.IMPRECISE:
            line = f"Not precise enough: give at least {self.policy.tolerance.digits} digits."
        elif written.value and agreement(written, 1 / self.expected, self.policy.tolerance) in (
            Agreement.RIGHT,
            Agreement.TRUNCATED,
        ):
            line = f"That is the ratio the other way round: {self.second.id} to {self.first.id}."
        else:
            line = ""
        return self.wrong(written.text, written, [], *([line] if line else []))

    def _follows(self, mark: Mark, written: Written, earlier: Earlier) -> Mark | None:
        """Give full marks for the ratio of the student's own numbers."""
        one, other = (earlier.written(id) for id in self.needs)
        if one is None or other is None or other.value - other.half <= 0:
            return None
        least = (one.value - one.half) / (other.value + other.half)
        most = (one.value + one.half) / (other.value - other.half)
        if not least - written.half <= written.value <= most + 2 * written.half:
            return None
        is_exact = not one.half and not other.half and written.value * other.value == one.value
        few = written.digits is not None and written.digits < self.policy.tolerance.digits
        if few and not is_exact:
            return None
        wrong = [id for id in self.needs if earlier.marks[id].verdict is not Verdict.RIGHT]
        if not wrong:
            return self.right(written.text, written, "Follows from your rounded numbers.")
        return self.followed(
            mark,
            f"Follows correctly from your answers to {self.first.id} and {self.second.id} "
            f"({_numbers(one, other)}).",
            f"With the right answer{'s' * (len(wrong) > 1)} to {' and '.join(wrong)} it is "
            f"{self.expected_text()}.",
        )


def _numbers(one: Written, other: Written) -> str:
    """Return the two numbers, without the suffix that both have."""
    texts = [one.text, other.text]
    if one.scale == other.scale and one.suffix == other.suffix and one.suffix:
        texts = [text.rstrip("KMGTBkmgti ").strip() or text for text in texts]
    return " / ".join(texts)
