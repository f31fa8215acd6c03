"""Filters of templates: how numbers are rounded. The dialect of the template escapes the rest."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ..arithmetic import units
from ..renderers import cells
from ..table import Cell

if TYPE_CHECKING:
    from markupsafe import Markup

_MOST_DIGITS = 100


def short(value: Any) -> str:
    """Write a count with four digits and K, M, G or T."""
    return cells.text(Cell(value, "count"))


def exact(value: Any) -> str:
    """Write a count in full."""
    return cells.text(Cell(value, "exact"), exact=True)


def size(value: Any) -> str:
    """Write bytes in KiB, MiB, GiB or TiB."""
    return cells.text(Cell(value, "bytes"))


def shape(value: Any, layout: str = "hwc") -> str:
    """Write a shape or sizes per axis with crosses between."""
    return cells.text(Cell(value, "shape"), layout=layout)


def digits(value: float | Fraction | int, count: int = 3) -> str:
    """Write a number with so many significant digits."""
    number = Fraction(value)
    return units.significant(number.numerator, number.denominator, _few(count))


def percent(value: float | Fraction, places: int = 1) -> str:
    """Write a share in percent with so many decimals."""
    number = Fraction(value) * 100
    return units.fixed(number.numerator, number.denominator, _few(places)) + "%"


def _few(count: int) -> int:
    if not 0 <= count <= _MOST_DIGITS:
        raise ValueError(f"a number has 0 to {_MOST_DIGITS} digits to write, not {count}")
    return count


def verbatim(value: Any) -> Markup:
    """Leave a text as it is: markdown that another report is made of."""
    from markupsafe import Markup

    return Markup(str(value))


FILTERS = {
    "short": short, "exact": exact, "bytes": size, "shape": shape, "digits": digits,
    "percent": percent, "verbatim": verbatim,
}  # fmt: skip
