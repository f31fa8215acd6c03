"""One formula, any number: the few operations that every layer formula is made of.

A dimension is an ``int``, a :class:`~archcalc.arithmetic.working.Working` number that shows its
working, a sympy expression or a numpy array. Rules for whoever writes a formula:

1. Only ``+ - * //`` and the helpers of this file.
2. Branch on options (flags, ``None``, modes), never on a size; never do arithmetic on a flag.
3. Checks go through :func:`require`, which is silent while the condition is still symbolic.
4. Factors in the textbook's order: height, width, channels, then the taps.
5. No floats; a division that must come out even is :func:`exact_div`.
6. A formula from a paper cites it.

Formulas are annotated as ``int``; the doors that let other kinds of number in cast.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, TypeAlias

Dim: TypeAlias = int
Shape: TypeAlias = tuple[int, ...]


class NotExact(ArithmeticError):
    """A division that has to come out even leaves a remainder."""

    def __init__(self, dividend: Any, divisor: Any) -> None:
        super().__init__(f"{dividend} / {divisor} is not a whole number")
        self.dividend = dividend
        self.divisor = divisor


def product(values: Iterable[Dim]) -> Dim:
    """Multiply the values, in their order; 1 when there are none.

    >>> product((48, 480, 5, 5))
    576000
    """
    return math.prod(values)


def total(values: Iterable[Dim]) -> Dim:
    """Add the values, in their order; 0 when there are none."""
    return sum(values)


def ceil_div(dividend: Dim, divisor: Dim) -> Dim:
    """Divide and round up.

    >>> ceil_div(7, 2)
    4
    """
    if type(dividend) is int and type(divisor) is int:
        return -(-dividend // divisor)
    result: Dim = _dispatch("ceil_div", dividend, divisor)
    return result


def exact_div(dividend: Dim, divisor: Dim) -> Dim:
    """Divide where the quotient has to be whole; :class:`NotExact` where it is not.

    >>> exact_div(480, 16)
    30
    """
    if type(dividend) is int and type(divisor) is int:
        quotient, remainder = divmod(dividend, divisor)
        if remainder:
            raise NotExact(dividend, divisor)
        return quotient
    result: Dim = _dispatch("exact_div", dividend, divisor)
    return result


def smaller(one: Dim, other: Dim) -> Dim:
    """Return the smaller of two numbers of any kind."""
    if type(one) is int and type(other) is int:
        return one if one <= other else other
    result: Dim = _dispatch("smaller", one, other)
    return result


def larger(one: Dim, other: Dim) -> Dim:
    """Return the larger of two numbers of any kind."""
    if type(one) is int and type(other) is int:
        return one if one >= other else other
    result: Dim = _dispatch("larger", one, other)
    return result


def common_divisor(one: Dim, other: Dim) -> Dim:
    """Return the greatest common divisor of two numbers of any kind.

    >>> common_divisor(13, 6), common_divisor(14, 7)
    (1, 7)
    """
    if type(one) is int and type(other) is int:
        return math.gcd(one, other)
    result: Dim = _dispatch("common_divisor", one, other)
    return result


def divisors(number: int) -> list[int]:
    """Return the divisors of a number up to 10^10 in order; of a larger one the small ones.

    >>> divisors(12)
    [1, 2, 3, 4, 6, 12]
    """
    small = [n for n in range(1, min(math.isqrt(number), 100_000) + 1) if number % n == 0]
    if number > 10**10:
        return small
    return small + [number // n for n in reversed(small) if n * n != number]


def require(condition: Any, error: Callable[..., Exception], *arguments: Any) -> None:
    """Raise ``error(*arguments)`` when the condition is certainly false.

    Silent when nobody can know yet. The error is only made when it is raised.
    """
    if condition is True:
        return
    if hasattr(condition, "all"):  # numpy: every variant has to satisfy it
        condition = condition.all()
    try:
        holds = bool(condition)
    except TypeError:  # a sympy relation between free symbols
        return
    if not holds:
        raise error(*arguments)


def is_known(value: Any) -> bool:
    """Tell whether a size is a number: one for all, or one for each variant of a sweep."""
    return isinstance(value, int) or hasattr(value, "variants")


def may_equal(one: Dim, other: Dim) -> bool:
    """Tell whether two numbers may be the same: False only where they certainly differ.

    For arrays every variant counts; symbols that nobody can compare yet may be the same.
    """
    equal: Any = one == other
    if hasattr(equal, "all"):
        return bool(equal.all())
    return bool(equal) or getattr(one - other, "is_zero", False) is None


def _dispatch(operation: str, one: Any, other: Any) -> Any:
    for value in (one, other):
        method = getattr(type(value), f"_{operation}", None)
        if method is not None:
            return method(one, other)
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(one, numpy.ndarray | numpy.generic):
        return _with_numpy(operation, one, other)
    if numpy is not None and isinstance(other, numpy.ndarray | numpy.generic):
        return _with_numpy(operation, one, other)
    return _with_sympy(operation, one, other)


def _with_numpy(operation: str, one: Any, other: Any) -> Any:
    import numpy

    if operation == "ceil_div":
        return -(-one // other)
    if operation == "exact_div":
        quotient, remainder = numpy.divmod(one, other)
        if numpy.any(remainder):
            raise NotExact(one, other)
        return quotient
    functions = {
        "smaller": numpy.minimum,
        "larger": numpy.maximum,
        "common_divisor": numpy.gcd,
    }
    return functions[operation](one, other)


def _with_sympy(operation: str, one: Any, other: Any) -> Any:
    import sympy

    one, other = sympy.sympify(one), sympy.sympify(other)
    if operation == "ceil_div":
        return sympy.ceiling(one / other)
    if operation == "exact_div":
        quotient = one / other
        if quotient.is_number and not quotient.is_integer:
            raise NotExact(one, other)
        return quotient
    if operation == "common_divisor":
        return _symbolic_divisor()(one, other)
    return sympy.Min(one, other) if operation == "smaller" else sympy.Max(one, other)


@cache
def _symbolic_divisor() -> Any:
    """Return a gcd that waits for numbers; sympy's own takes symbols for polynomials."""
    import sympy

    class gcd(sympy.Function):  # type: ignore[misc]  # noqa: N801 - how it prints
        is_integer = True
        is_positive = True

        @classmethod
        def eval(cls, one: Any, other: Any) -> Any:
            if one.is_Integer and other.is_Integer:
                return sympy.igcd(one, other)
            return one if one == other else None

    return gcd
