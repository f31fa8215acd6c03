"""When is a written number right? Its own last digit says how far off it may be."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import Any

from .numerals import Written


class Agreement(Enum):
    """How a written number stands to the exact one."""

    RIGHT = "right"
    TRUNCATED = "cut off, not rounded"
    IMPRECISE = "not precise enough"
    WRONG = "wrong"


@dataclass(frozen=True)
class Tolerance:
    """How near is near enough.

    ``digits`` is the least number of significant digits, ``relative`` a share of the exact
    number and ``significant`` a number of digits to which both are rounded; without either, the
    written number's own last digit decides.
    """

    digits: int = 2
    relative: Fraction | None = None
    significant: int | None = None

    def allows(self, exact: Fraction, value: Fraction) -> bool:
        """Tell whether a stated tolerance takes a value for the exact number."""
        if self.relative is not None and abs(value - exact) <= self.relative * abs(exact):
            return True
        return self.significant is not None and abs(value - exact) <= half_unit(
            exact, self.significant
        )


def half_unit(exact: Fraction, digits: int) -> Fraction:
    """Return half the worth of the last of so many significant digits."""
    if exact == 0:
        return Fraction(0)
    size, power = abs(exact), 0
    while size >= 10:
        size, power = size / 10, power + 1
    while size < 1:
        size, power = size * 10, power - 1
    return Fraction(10) ** (power - digits + 1) / 2


def agreement(written: Written, exact: Any, tolerance: Tolerance) -> Agreement:
    """Hold a written number against the exact one.

    An integer without a suffix claims all its digits. A number with fewer digits than asked for
    is imprecise when it agrees, and wrong when it does not.
    """
    right, value = Fraction(exact), written.value
    if tolerance.allows(right, value):
        return Agreement.RIGHT
    if value == right:
        return Agreement.RIGHT
    near = abs(value - right) <= written.half
    cut = not near and written.half > 0 and value <= right < value + 2 * written.half
    if not near and not cut:
        return Agreement.WRONG
    if written.digits is not None and written.digits < tolerance.digits:
        return Agreement.IMPRECISE
    return Agreement.RIGHT if near else Agreement.TRUNCATED


def fits(written: Written, value: Any) -> bool:
    """Tell whether a written number is a value at its written precision, cut off or rounded."""
    half = written.half
    if not half:
        return bool(written.value == value)
    return bool(-half <= value - written.value < 2 * half)
