"""The variants of a sweep: every combination of the values that its symbols take, in order."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ..arithmetic.expression import exact_number
from ..arithmetic.units import fixed
from ..errors import UsageError

MOST_VARIANTS = 10_000_000
_EXAMPLE = "--set r=2:64:2 (from, to, step) or --set r=2,4,8,16"
_LARGEST = 2**31 - 1

Values = Sequence[int | Fraction]


@dataclass(frozen=True)
class Grid:
    """Every combination of values; the last symbol changes fastest.

    >>> [Grid({"r": (2, 4), "H": (7, 14, 28)}).at(i) for i in (0, 1, 5)]
    [{'r': 2, 'H': 7}, {'r': 2, 'H': 14}, {'r': 4, 'H': 28}]
    """

    values: Mapping[str, Values]

    def __post_init__(self) -> None:
        count = math.prod(len(values) for values in self.values.values())
        if count > MOST_VARIANTS:
            counts = " x ".join(f"{len(values):,}" for values in self.values.values())
            raise UsageError(
                "E50",
                f"{counts[:60]} are {count:,} variants (limit {MOST_VARIANTS:,})"
                if count < 10**15
                else f"{counts[:60]} are over 10^15 variants (limit {MOST_VARIANTS:,})",
                "take larger steps, or sweep a part at a time",
            )

    def __len__(self) -> int:
        return math.prod(len(values) for values in self.values.values())

    def at(self, index: int) -> dict[str, int | Fraction]:
        """Return the value of each symbol in one variant."""
        found = {}
        for name, values in reversed(list(self.values.items())):
            index, place = divmod(index, len(values))
            found[name] = values[place]
        return {name: found[name] for name in self.values}

    def places(self, indices: Any) -> dict[str, Any]:
        """Return, for an array of variants, which of each symbol's values they have."""
        import numpy

        found = {}
        for name, values in reversed(list(self.values.items())):
            indices, found[name] = numpy.divmod(indices, len(values))
        return found


def grid(texts: Sequence[str]) -> Grid:
    """Read ``r=2,4,8``, ``H=7:57:7`` (from, to, step; both ends included), several per text.

    Errors: :class:`UsageError` (E50) for what is no number above 0, and for too many variants.

    >>> dict(grid(["r=2,4,8", "H=7:21:7,C=480"]).values)
    {'r': (2, 4, 8), 'H': (7, 14, 21), 'C': (480,)}
    """
    found: dict[str, list[int | Fraction]] = {}
    name = ""
    for part in ",".join(texts).split(","):
        if not part.strip():
            continue
        before, equals, text = part.partition("=")
        if equals:
            name = before.strip()
            if not name.isidentifier():
                raise UsageError("E50", f'"{part.strip()[:40]}" is not NAME=NUMBERS', _EXAMPLE)
        if not name:
            raise UsageError("E50", f'"{part.strip()[:40]}" is not NAME=NUMBERS', _EXAMPLE)
        found.setdefault(name, []).extend(span(text if equals else part))
        if len(found[name]) > MOST_VARIANTS:
            raise UsageError("E50", f"{name} has more than {MOST_VARIANTS:,} values", _EXAMPLE)
    return Grid({name: tuple(dict.fromkeys(values)) for name, values in found.items()})


def span(text: str, least: int | Fraction = Fraction(1, 10**15)) -> Values:
    """Return the numbers of ``2:64:2``, both ends included, or the one of ``2``.

    No number is below ``least``. Errors: :class:`UsageError` (E50) where it is no such range, or
    a size goes over 2^31 - 1.

    >>> list(span("2:9:3")), list(span("0.5:1:0.25"))
    ([2, 5, 8], [Fraction(1, 2), Fraction(3, 4), 1])
    """
    numbers = [exact_number(part.strip()) for part in text.split(":")]
    shown = text.strip()[:40]
    known = [number for number in numbers if number is not None]
    if not 1 <= len(numbers) <= 3 or len(known) < len(numbers) or known[2:] == [0]:
        raise UsageError("E50", f'"{shown}" is no number and no range', _EXAMPLE)
    if known[0] < least:
        raise UsageError("E50", f'"{shown}": a symbol stands for a number above 0', _EXAMPLE)
    start, end, step = (*known, *(known[:1] if len(known) == 1 else ()), 1)[:3]
    if end < start:
        raise UsageError("E50", f"{shown} ends before it starts", "2:64:2: from, to, step")
    if end > _LARGEST:
        raise UsageError("E50", f"{shown} goes over the limit of 2^31 - 1")
    count = (
        int((end - start) / step) + 1 if isinstance(step, Fraction) else (end - start) // step + 1
    )
    if count > MOST_VARIANTS:
        raise UsageError("E50", f"{shown} is {int(count):,} values (limit {MOST_VARIANTS:,})")
    if all(isinstance(n, int) for n in (start, step)):
        return range(start, int(end) + 1, step)
    return [_plain(start + i * Fraction(step)) for i in range(int(count))]


def shown(value: Any) -> str:
    """Write a value as people do: a fraction as a decimal where it is one.

    >>> shown(7), shown(Fraction(7, 20)), shown(Fraction(1, 3))
    ('7', '0.35', '1/3')
    """
    places = 0
    while isinstance(value, Fraction) and places < 15:
        places += 1
        scaled = value * 10**places
        if scaled.denominator == 1:
            return fixed(scaled.numerator, 10**places, places).replace(",", "")
    return str(value)


def _plain(number: int | Fraction) -> int | Fraction:
    whole = Fraction(number)
    return whole.numerator if whole.denominator == 1 else whole
