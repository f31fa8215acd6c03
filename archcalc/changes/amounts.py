"""How a count changed, in words: both values, a sign and a percentage, a ratio above 100%."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from ..arithmetic.units import exact, fixed, short, short_bytes, short_ratio
from ..arithmetic.unknown import Unknown


def amount(value: Any, unit: str = "count", *, full: bool = False) -> str:
    """Return one count as people read it; ``full`` writes every digit."""
    if value is None:
        return "-"
    if isinstance(value, Unknown):
        return f">= {amount(value.at_least, unit, full=full)}" if value.known_part else "?"
    if isinstance(value, Fraction):
        value = -(-value.numerator // value.denominator)  # a count above it has one more
    if not isinstance(value, int):
        return str(value)
    if unit == "bytes":
        return f"{exact(value)} B" if full else short_bytes(value)
    return exact(value) if full else short(value)


def signed(before: Any, after: Any, unit: str = "count") -> str:
    """Return the difference with its sign; ``same``, or ``?`` where it is not known.

    >>> signed(300_800_000, 338_400_000), signed(5, 5)
    ('+37.60M', 'same')
    """
    if isinstance(before, Unknown) or isinstance(after, Unknown):
        return "?"
    if before == after:
        return "same"
    if not isinstance(before, int) or not isinstance(after, int):
        return "differs"
    return ("+" if after > before else "-") + amount(abs(after - before), unit)


def relative(before: Any, after: Any) -> str:
    """Return the change in percent with its sign; more than twice as much is a ratio.

    What rounds to nothing is said in full.

    >>> relative(1000, 1125), relative(1000, 4470), relative(10**6, 10**6 + 3), relative(7, 7)
    ('+12.5%', '4.47x more', '+3', 'same')
    """
    if not isinstance(before, int) or not isinstance(after, int) or before == after or not before:
        return signed(before, after)
    if after > 2 * before:
        return f"{short_ratio(after, before)}x more"
    percent = fixed(100 * abs(after - before), before, 1)
    if percent == "0.0":
        return f"{after - before:+,}"
    return ("+" if after > before else "-") + percent + "%"


def both(before: Any, after: Any, unit: str = "count", *, full: bool = False) -> str:
    """Return both values, in full where they would read alike; one where they are the same.

    >>> both(10_840_000, 48_420_000), both(1_000_001, 1_000_002), both(5, 5)
    ('10.84M -> 48.42M', '1,000,001 -> 1,000,002', '5')
    """
    texts = amount(before, unit, full=full), amount(after, unit, full=full)
    if before == after:
        return texts[1]
    if texts[0] == texts[1]:
        texts = amount(before, unit, full=True), amount(after, unit, full=True)
    return " -> ".join(texts)
