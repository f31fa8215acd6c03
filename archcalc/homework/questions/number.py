"""Questions with a number for an answer: counts, bytes, sizes, fields."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

from ...arithmetic.units import short_bytes
from ...layers.base import channels, spatial, volume
from ...quantities.receptive_field import WHOLE
from ..answers import Given
from ..candidates import mistaken_walk
from ..letters import decimal, shown
from ..measures import Cost, OfFacts, OfLayers, measure
from ..numerals import Answer, Blank, Unreadable, Written, number, sizes
from ..precision import Agreement, agreement, fits
from .base import Earlier, Mark, OfSubject, Verdict

UNITS = {
    "bytes": 1,
    "B": 1,
    "KB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "KiB": 2**10,
    "MiB": 2**20,
    "GiB": 2**30,
}
_DOTTED = re.compile(r"\d{1,3}\.\d{3}")
_WHOLE = ("whole", "all", "entire", "everything", "전체", "모두")


@dataclass(frozen=True, kw_only=True)
class NumberQuestion(OfSubject):
    """A number about a net or some of its layers.

    ``unit`` is the unit of a bare number of bytes, such as ``MB``.
    """

    unit: str = ""

    def expected_text(self, exact: bool = True) -> str:
        """Return the number, in full or with four digits."""
        if self.expected is WHOLE:
            unclipped = self._unclipped
            return "whole" if unclipped is None else f"whole ({unclipped} before clipping)"
        if self.measure.unit == "bytes" and not exact and self.unit in UNITS and self.unit:
            return _in_unit(self.expected, self.unit)
        if self.measure.unit == "bytes" and self.unit in UNITS and UNITS[self.unit] > 1:
            return f"{self.expected:,} bytes ({_in_unit(self.expected, self.unit)})"
        return shown(self.expected, self.measure, given="full" if exact else "")

    def marked(self, given: Given, earlier: Earlier) -> Mark:
        if self.expected is WHOLE or isinstance(self.expected, tuple):
            seen = self._of_field(given)
            if seen is not None:
                return seen
        answer = readable(self._number(given.text))
        written = self._of_square(given.text, self._in_bytes(answer.final))
        mark = self._judged(given.text, answer, written)
        if mark.score < self.points and self.policy.follow_through:
            follows = self._follows(mark, written, earlier)
            if follows is not None:
                return follows
        return mark

    def _number(self, text: str) -> Answer:
        """Read a number; the sides of a square where one side is asked for."""
        plain = text.strip().rstrip(".")
        if isinstance(self.expected, int) and _DOTTED.fullmatch(plain):
            whole = plain.replace(".", "")
            if int(whole) == self.expected:
                raise Unreadable(
                    f'"{plain}" may be {self.expected:,} or a number with a point',
                    f"{self.expected:,}",
                    0,
                    len(text),
                )
        try:
            return number(text)
        except Blank:
            raise
        except Unreadable:
            if self.measure.unit != "pixels":
                raise
            sides = sizes(text)
            if len(set(sides.values)) != 1:
                raise
            return number(str(sides.values[0]))

    def as_output(self, read: Any) -> Any:
        """Return the shape that a student's height and width stand for."""
        if self.measure.key != "size" or not isinstance(read, Written):
            return None
        right: Any = self.subject.analysis.facts[self.subject.last].output
        sides: Any = tuple(read.value for _ in spatial(right))
        return volume(channels(right), sides)

    # The number itself

    def _judged(self, given: str, answer: Answer, written: Written) -> Mark:
        by_unit = self._other_unit(written)
        if by_unit is not None:
            return self.wrong(_short(answer), written, by_unit)
        right = self._unclipped if self.expected is WHOLE else self.expected
        if not isinstance(right, int | Fraction):
            return self.wrong(_short(answer), written, self.diagnosis.of_number(written))
        found = agreement(written, right, self.policy.tolerance)
        shown_as = _short(answer)
        if found is Agreement.RIGHT:
            return self.right(shown_as, written, *_chain(answer))
        if found is Agreement.TRUNCATED:
            rounded = _rounded(right, written)
            line = f"Cut off, not rounded: {self.expected_text()} rounds to {rounded}."
            share = self.policy.truncated
            return replace(
                self.right(shown_as, written, line),
                score=self.points * share,
                verdict=Verdict.RIGHT if share == 1 else Verdict.PARTLY,
            )
        if found is Agreement.IMPRECISE:
            line = (
                f"Not precise enough: {written.text} agrees, but give at least "
                f"{self.policy.tolerance.digits} digits."
            )
            return replace(self.wrong(shown_as, written, []), lines=(line,))
        bare = self._bare(written)
        if bare is not None:
            return bare
        accepted = self._accepted(written)
        if accepted:
            line = f"Counts by the convention {accepted}, which this course accepts."
            return self.right(shown_as, written, line)
        findings = self.diagnosis.of_number(written)
        if not any(one.slips or one.count for one in findings):
            rounded = self._unwritten(written, right)
            if rounded:
                return self.right(shown_as, written, rounded)
        lines = self._arithmetic(answer, right) or self._near(written, right)
        if not findings:
            lines.append(f"No known slip gives {written.text}.")
        return self.wrong(shown_as, written, findings, *lines)

    def _unwritten(self, written: Written, right: Any) -> str:
        """Take trailing zeros for digits that were not written: 128,000,000 for 128,049,152."""
        digits = str(abs(written.value.numerator)) if written.value.denominator == 1 else ""
        kept = len(digits.rstrip("0"))
        zeros = len(digits) - kept
        few = zeros < 3 and not written.half
        if not zeros or few or kept < self.policy.tolerance.digits or written.is_expression:
            return ""
        if abs(written.value - right) > Fraction(10**zeros, 2):
            return ""
        return f"Read as rounded to {kept} digits; in full it is {self.expected_text()}."

    def _accepted(self, written: Written) -> str:
        """Return the convention besides the key's own that the answer follows and that counts."""
        if not isinstance(self.measure, Cost):
            return ""
        for key in (*self.policy.accept, *(["flops2"] if self.measure.key == "flops" else [])):
            if key != self.measure.key:
                value = measure(key).value(self.subject)
                if isinstance(value, int) and fits(written, value):
                    return key
        return ""

    def _other_unit(self, written: Written) -> list[Any] | None:
        """Find FLOPs by their unit where MACs are asked for."""
        if self.measure.key not in ("macs", "macs+bias") or written.unit != "FLOPs":
            return None
        if fits(written, self.expected):
            return [self.diagnosis.by_unit(written)]
        return None

    def _arithmetic(self, answer: Answer, right: Any) -> list[str]:
        """Say where a chain of steps went wrong."""
        sides = answer.sides
        if len(sides) > 1 and any(fits(side, right) for side in sides[:-1]):
            good = next(side for side in sides[:-1] if fits(side, right))
            return [f"Your working is right: {good.text} = {_value(good)}; the result is not."]
        if answer.disagreement is not None:
            one, other = answer.disagreement
            value = _value(one)
            return [
                f"Your working does not agree with itself: {one.text} = {value}, not {other.text}."
            ]
        return []

    def _near(self, written: Written, right: Any) -> list[str]:
        off = written.value - right
        if written.half == 0 and off.denominator == 1 and 0 < abs(off) <= 9 and abs(right) >= 1000:
            return [f"Off by {abs(off)}."]
        return []

    # Bytes

    def _in_bytes(self, written: Written) -> Written:
        """Read a bare number in the unit that the question asks for."""
        if self.measure.unit != "bytes" or written.unit == "bytes" or self.unit not in UNITS:
            return written
        scale = UNITS[self.unit]
        if scale == 1 or written.suffix or written.value == self.expected:
            return written
        return replace(
            written,
            value=written.value * scale,
            half=written.half * scale if written.half else Fraction(scale, 2),
            suffix=self.unit.removesuffix("B"),
            unit="bytes",
        )

    def _bare(self, written: Written) -> Mark | None:
        """Give half for the right number of megabytes without a unit."""
        if self.measure.unit != "bytes" or written.unit == "bytes" or written.suffix:
            return None
        for unit, scale in UNITS.items():
            if scale > 1 and fits(_scaled(written, scale), self.expected):
                line = f"{written.text} of what? It is right in {unit}: write the unit."
                half = Mark(self, written.text, Verdict.PARTLY, self.points / 2, (line,))
                return replace(half, read=written)
        return None

    # Fields

    def _of_square(self, given: str, written: Written) -> Written:
        """Read 7x7 as 7 where one side is asked for, unless the product is what is expected."""
        if self.measure.unit != "pixels" or not written.is_expression:
            return written
        if written.value == self.expected:
            return written
        try:
            read = sizes(given)
        except (Unreadable, Blank):
            return written
        if len(read.values) < 2 or len(set(read.values)) > 1:
            return written
        return replace(written, text=read.text, value=read.values[0])

    @cached_property
    def _unclipped(self) -> Any:
        return getattr(self.measure, "unclipped", lambda _: None)(self.subject)

    def _of_field(self, given: Given) -> Mark | None:
        """Mark a field that is the whole input, or not square."""
        text = given.text.strip().lower()
        if self.expected is WHOLE and any(word in text for word in _WHOLE):
            return self.right(given.text, None)
        try:
            read = sizes(given.text)
        except (Unreadable, Blank):
            return None
        sides = self._sides
        if len(read.values) == len(sides) and list(read.values) == list(sides):
            return self.right(read.text, read)
        if self.expected is WHOLE and len(set(read.values)) == 1:
            if read.values[0] in (self._unclipped, sides[0] if sides else None):
                return self.right(read.text, read)
            return None
        return None

    @property
    def _sides(self) -> tuple[Any, ...]:
        if isinstance(self.expected, tuple):
            return self.expected
        return tuple(spatial(next(iter(self.subject.analysis.graph.inputs.values()))))

    # Follow-through

    def _follows(self, mark: Mark, written: Written, earlier: Earlier) -> Mark | None:
        """Mark what follows from wrong sizes, or from wrong parts of a sum, given earlier."""
        return self._from_sizes(mark, written, earlier) or self._from_parts(mark, written, earlier)

    def _from_sizes(self, mark: Mark, written: Written, earlier: Earlier) -> Mark | None:
        if not isinstance(self.measure, OfFacts):
            return None
        outputs, used = self.earlier_outputs(earlier)
        if not outputs:
            return None
        facts = mistaken_walk(self.subject, outputs)
        if facts is None:
            return None
        value = self.measure.given(self.subject, facts)
        if not isinstance(value, int | Fraction) or not fits(written, value):
            return None
        texts = " and ".join(f"{one.question.id} ({one.given})" for one in used)
        return self.followed(
            mark,
            f"Follows correctly from your answer{'s' * (len(used) > 1)} to {texts}.",
            f"With the right one it is {self.expected_text()}.",
        )

    def _from_parts(self, mark: Mark, written: Written, earlier: Earlier) -> Mark | None:
        """Add up the student's own numbers, where every layer was asked about by itself."""
        if not isinstance(self.measure, OfLayers) or len(self.subject.positions) < 2:
            return None
        amounts = self.measure.amounts(self.subject)
        wanted = {p for p, n in zip(self.subject.positions, amounts, strict=True) if n}
        whole, half, used = Fraction(0), Fraction(0), []
        for other in earlier.marks.values():
            asked = other.question
            if not isinstance(asked, NumberQuestion) or not isinstance(other.read, Written):
                continue
            if asked.subject.analysis.graph is not self.subject.analysis.graph:
                continue
            if asked.measure.key != self.measure.key:
                continue
            covered = set(asked.subject.positions)
            if asked is self or not covered <= wanted:
                continue
            wanted -= covered
            whole, half = whole + other.read.value, half + other.read.half
            used.append(asked.id)
        if wanted or len(used) < 2 or abs(whole - written.value) > half + written.half:
            return None
        return self.followed(
            mark,
            f"Follows correctly from your answers to {_listed(used)}: their sum.",
            f"With the right answers it is {self.expected_text()}.",
        )


def readable(answer: Answer) -> Answer:
    """Return the answer with plain texts for what was written in LaTeX."""
    sides = tuple(_plainly(side) for side in answer.sides)
    return replace(answer, sides=sides, final=sides[-1])


def _plainly(side: Written) -> Written:
    if side.is_expression or not any(sign in side.text for sign in "\\{}$"):
        return side
    return replace(side, text=f"{decimal(side.value / side.scale)}{side.suffix}")


def _short(answer: Answer) -> str:
    """Return what is marked: the last side, without the working in front of it."""
    return answer.final.text


def _chain(answer: Answer) -> list[str]:
    """Say that the working agrees with the result, where there is working."""
    for side in answer.sides[:-1]:
        if side.is_expression:
            if answer.disagreement is not None:
                one, other = answer.disagreement
                value = _value(one)
                return [f"But your working says {one.text} = {value}, not {other.text}."]
            return [f"{side.text} = {_value(side)}, which agrees with {answer.final.text}."]
    return []


def _value(written: Written) -> str:
    return decimal(written.value)


def _rounded(right: Any, written: Written) -> str:
    """Return the exact number with the digits that were written."""
    step = 2 * written.half
    steps = Fraction(right) / step
    nearest = (steps + Fraction(1, 2)).__floor__() * step
    if written.unit == "bytes":
        return short_bytes(int(nearest))
    return f"{decimal(nearest / written.scale)}{written.suffix}"


def _scaled(written: Written, scale: int) -> Written:
    half = written.half if written.half else Fraction(1, 2)
    return replace(written, value=written.value * scale, half=half * scale)


def _in_unit(value: int, unit: str) -> str:
    from ...arithmetic.units import significant

    return f"{significant(value, UNITS[unit], 4)} {unit}"


def _listed(ids: list[str]) -> str:
    return " and ".join([", ".join(ids[:-1]), ids[-1]]) if len(ids) > 1 else ids[0]
