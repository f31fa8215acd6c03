"""One unit and as many decimals for all numbers of a column: they are compared at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from ..arithmetic.units import BINARY, DECIMAL, fixed
from ..table import Cell

_SCALED = ("count", "bytes", "ratio")
_IN_FULL = 10**5  # counts below it are short enough as they are
_FEWEST = 100  # what the smallest number is at least, its decimal point left out: three digits
_LEAST = 10  # two digits, where the column reaches far
_MOST = 6  # digits of the largest number
_MOST_TO_DIFFER = 8  # digits it may take where numbers would print alike
_MOST_DECIMALS = 12


class Scale(NamedTuple):
    """How the numbers of a column are written: in units of ``worth``, with so many decimals."""

    worth: int
    unit: str
    places: int

    def text(self, number: Fraction) -> str:
        """Return a number as the column has it, without the unit."""
        return fixed(number.numerator, number.denominator * self.worth, self.places)

    def cell(self, cell: Cell) -> str | None:
        """Return a cell as the column has it; None where it says no number."""
        known = number(cell)
        return None if known is None else self.text(known)


def number(cell: Cell) -> Fraction | None:
    """Return what a cell says as a number, of a lower bound what is known; None for all else."""
    value = getattr(cell.value, "at_least", cell.value)
    if cell.unit == "ratio" and isinstance(value, tuple):
        return Fraction(*value) if all(isinstance(part, int) for part in value) else None
    if cell.unit in ("count", "bytes") and isinstance(value, int):
        return Fraction(value)
    return None


def column_scale(column: Sequence[Cell]) -> Scale | None:
    """Return the unit and the decimals of a column; None where one does not suit all.

    The smallest number keeps three significant digits, where it can, and numbers that differ
    are written differently. Nothing suits numbers beside formulas, or very small beside very
    large ones.

    >>> column_scale([Cell(60965224, "count"), Cell(138357544, "count"), Cell(6998552, "count")])
    Scale(worth=1000000, unit='M', places=2)
    """
    units = {cell.unit for cell in column if cell.unit in _SCALED}
    if len(units) != 1 or any(_is_formula(cell) for cell in column):
        return None
    found = [value for cell in column if (value := number(cell)) is not None]
    sizes = sorted(abs(value) for value in found if value)
    (unit,) = units
    if not sizes:
        return None
    return _scale(found, sizes[0], sizes[-1], unit)


def _is_formula(cell: Cell) -> bool:
    known = getattr(cell.value, "at_least", cell.value)
    parts = known if isinstance(known, tuple) else (known,)
    return cell.unit in _SCALED and any(hasattr(part, "free_symbols") for part in parts)


def _scale(numbers: Sequence[Fraction], least: Fraction, most: Fraction, unit: str) -> Scale | None:
    in_full = Scale(1, "B" if unit == "bytes" else "", 0)
    if unit != "ratio" and (most < 1000 or (unit == "count" and most < _IN_FULL)):
        return in_full
    if unit == "ratio" and all(number.denominator == 1 for number in numbers):
        return in_full
    worth, letter = _unit(most, unit)
    places = _places(least / worth, most / worth)
    if places is None:
        return None
    digits = len(str(int(most / worth)))
    while _alike(numbers, Scale(worth, letter, places)):
        places += 1
        if unit == "ratio" and places > _MOST_DECIMALS:
            return None
        if unit != "ratio" and digits + places > _MOST_TO_DIFFER:
            return in_full
    return in_full if unit != "ratio" and 10**places >= worth else Scale(worth, letter, places)


def _unit(most: Fraction, unit: str) -> tuple[int, str]:
    """Return the largest unit of which the largest number has at least one."""
    ladder = {"count": DECIMAL, "bytes": BINARY}.get(unit, ())
    return next((step for step in ladder if most >= step[0]), (1, "B" if unit == "bytes" else ""))


def _places(least: Fraction, most: Fraction) -> int | None:
    """Return the decimals with which the smallest number still says something."""
    room = max(_MOST - len(str(int(most))), 0)
    places = 0
    while least * 10**places < _FEWEST and places < room:
        places += 1
    return places if least * 10**places >= _LEAST else None


def _alike(numbers: Sequence[Fraction], scale: Scale) -> bool:
    values = set(numbers)
    return len({scale.text(value) for value in values}) < len(values)
