"""Times as people read them: only digits that were measured."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

from ..arithmetic.units import unit_of

_MOST_DIGITS = 4


def written_time(seconds: float, half: float) -> str:
    """Write a time with half its interval, which says how many digits are known.

    >>> written_time(11.2345e-6, 0.31e-6), written_time(6.12e-4, 4.2e-6), written_time(2.5, 0)
    ('11.2 +- 0.3 us', '612 +- 4 us', '2.500 +- 0.001 s')
    >>> written_time(123.4e-6, 87e-6)
    '120 +- 90 us'
    >>> written_time(21e-3, 40e-3)
    '20 +- 40 ms'
    """
    name, scale = unit_of(seconds)
    value, doubt = Decimal(seconds / scale), Decimal(half / scale)
    first = value.adjusted()
    step = Decimal(1).scaleb(min(first, max(_last_digit(doubt), first - _MOST_DIGITS + 1)))
    shown = max(_rounded(doubt, step), step)
    return f"{_rounded(value, step):f} +- {shown:f} {name}"


def written_rate(rate: float, doubt: float) -> str:
    """Write a rate whose relative doubt is known, with three digits at most.

    >>> written_rate(12.345, 0.001), written_rate(12.345, 0.03), written_rate(1234.5, 0.2)
    ('12.3', '12', '1000')
    """
    if not rate:
        return "-"
    digits = 3 if doubt < 0.01 else 2 if doubt < 0.1 else 1
    value = Decimal(rate)
    return f"{_rounded(value, Decimal(1).scaleb(value.adjusted() - digits + 1)):f}"


def _last_digit(doubt: Decimal) -> int:
    """Return the place of a doubt's last digit: its first, or its second where that is a 1."""
    if not doubt:
        return -99
    first = doubt.adjusted()
    return first - 1 if int(doubt.scaleb(-first)) == 1 else first


def _rounded(value: Decimal, step: Decimal) -> Decimal:
    """Round to a power of ten; 1E+1 is written out."""
    whole = (value / step).quantize(Decimal(1), rounding=ROUND_HALF_EVEN) * step
    return whole.quantize(min(step, Decimal(1)))
