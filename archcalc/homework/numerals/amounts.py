"""Numbers with the half unit of their last written digit, carried through arithmetic.

``half`` never falls below the error that the written rounding can cause. Every result is bounded,
so that no calculation takes long.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor

from .literals import Literal
from .vocabulary import Behind

MOST_BITS = 1400  # about 420 decimal digits
LARGEST_POWER = 64
ZERO = Fraction(0)
ONE = Fraction(1)


class Unbounded(ArithmeticError):
    """A result that is not computed: too large, or a division by zero."""


@dataclass(frozen=True)
class Amount:
    """A value, what its rounding leaves open, and how it was written."""

    value: Fraction
    half: Fraction = ZERO
    digits: int | None = None
    scale: Fraction = ONE
    suffix: str = ""
    units: tuple[str, ...] = ()
    unit_digit: Fraction = ONE
    figures: int = 1
    plain: bool = False

    @property
    def unit(self) -> str:
        """The unit, where all that was written agrees on one."""
        return self.units[0] if len(set(self.units)) == 1 else ""


def written(literal: Literal) -> Amount:
    """Return a number as written; a whole number without suffix is exact."""
    return Amount(
        literal.value,
        ZERO if literal.whole else literal.unit_digit / 2,
        None if literal.whole else literal.digits,
        literal.scale,
        unit_digit=literal.unit_digit,
        figures=literal.digits,
        plain=True,
    )


def with_behind(amount: Amount, behind: Behind) -> Amount:
    """Return an amount with the suffix or unit behind it."""
    units = (*amount.units, behind.unit) if behind.unit else amount.units
    amount = replace(amount, units=units)
    if behind.scale == 1:
        return amount
    half = amount.half * behind.scale
    if amount.plain:  # 5M stands for 4.5M to 5.5M
        half = amount.unit_digit * behind.scale / 2
    return replace(
        amount,
        value=amount.value * behind.scale,
        half=half,
        digits=amount.figures if amount.plain else amount.digits,
        scale=amount.scale * behind.scale,
        suffix=behind.suffix,
        unit_digit=amount.unit_digit * behind.scale,
    )


def scientific(mantissa: Amount, exponent: int) -> Amount:
    """Return ``1.129x10^8``: one number, rounded as its mantissa is."""
    return with_behind(mantissa, Behind(scale=Fraction(10) ** exponent))


def negative(a: Amount) -> Amount:
    """Return -a."""
    return replace(a, value=-a.value)


def add(a: Amount, b: Amount) -> Amount:
    """Return a + b; half units add up."""
    return _joined(a, b, a.value + b.value, a.half + b.half)


def subtract(a: Amount, b: Amount) -> Amount:
    """Return a - b; half units add up."""
    return _joined(a, b, a.value - b.value, a.half + b.half)


def multiply(a: Amount, b: Amount) -> Amount:
    """Return a * b with the error of the largest factors."""
    half = abs(a.value) * b.half + abs(b.value) * a.half + a.half * b.half
    return _joined(a, b, a.value * b.value, half)


def divide(a: Amount, b: Amount) -> Amount:
    """Return a / b with the error of the smallest divisor; :class:`Unbounded` for zero."""
    if b.value == 0:
        raise Unbounded("a division by zero")
    size = abs(b.value)
    quotient = a.value / b.value
    if not a.half and not b.half:
        return _joined(a, b, quotient, ZERO)
    if b.half >= size:
        return _joined(a, b, quotient, abs(quotient))
    return _joined(a, b, quotient, (abs(a.value) + a.half) / (size - b.half) - abs(quotient))


def divide_down(a: Amount, b: Amount) -> Amount:
    """Return a // b."""
    return down(divide(a, b))


def power(a: Amount, exponent: Amount) -> Amount:
    """Return a to a whole exponent of at most 64."""
    number = exponent.value
    if number.denominator != 1 or abs(number) > LARGEST_POWER or exponent.half:
        raise Unbounded(f"an exponent that is no whole number up to {LARGEST_POWER}")
    if number < 0:
        return divide(Amount(ONE), power(a, replace(exponent, value=-number)))
    size = max(a.value.numerator.bit_length(), a.value.denominator.bit_length())
    if size * number > MOST_BITS:
        raise Unbounded("a number of hundreds of digits")
    value = a.value ** int(number)
    half = (abs(a.value) + a.half) ** int(number) - abs(value) if a.half else ZERO
    return _joined(a, exponent, value, half)


def rounded(a: Amount, way: Callable[[Fraction], int]) -> Amount:
    """Return a value rounded down or up, with every whole number that it may be."""
    value = way(a.value)
    half = max(way(a.value + a.half) - value, value - way(a.value - a.half))
    digits = a.digits if half else None
    return Amount(Fraction(value), Fraction(half), digits, units=a.units)


def larger(a: Amount, b: Amount) -> Amount:
    """Return the larger of two."""
    return _joined(a, b, max(a.value, b.value), max(a.half, b.half))


def smaller(a: Amount, b: Amount) -> Amount:
    """Return the smaller of two."""
    return _joined(a, b, min(a.value, b.value), max(a.half, b.half))


def down(a: Amount) -> Amount:
    """Return a rounded down."""
    return rounded(a, floor)


def up(a: Amount) -> Amount:
    """Return a rounded up."""
    return rounded(a, ceil)


def _joined(a: Amount, b: Amount, value: Fraction, half: Fraction) -> Amount:
    for number in (value, half):
        if max(number.numerator.bit_length(), number.denominator.bit_length()) > MOST_BITS:
            raise Unbounded("a number of hundreds of digits")
    digits = [one for one in (a.digits, b.digits) if one is not None]
    return Amount(value, half, min(digits, default=None), units=(*a.units, *b.units))
