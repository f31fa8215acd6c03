"""The few operations that formulas are made of, on every kind of number."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from archcalc.arithmetic.dims import (
    NotExact,
    ceil_div,
    common_divisor,
    divisors,
    exact_div,
    larger,
    may_equal,
    product,
    require,
    smaller,
    total,
)
from archcalc.arithmetic.working import Working

H, W = sympy.symbols("H W", integer=True, positive=True)

# Operation, two numbers, the result; the same on every kind of number
CASES: list[tuple[Callable[[Any, Any], Any], int, int, int]] = [
    (ceil_div, 7, 2, 4),
    (ceil_div, 8, 2, 4),
    (ceil_div, 1, 9, 1),
    (ceil_div, 0, 9, 0),
    (ceil_div, -7, 2, -3),
    (exact_div, 480, 16, 30),
    (exact_div, 0, 3, 0),
    (exact_div, -6, 3, -2),
    (smaller, 3, 4, 3),
    (smaller, 4, 3, 3),
    (smaller, 4, 4, 4),
    (larger, 3, 4, 4),
    (larger, 4, 3, 4),
    (larger, -1, 0, 0),
    (common_divisor, 12, 18, 6),
    (common_divisor, 13, 6, 1),
    (common_divisor, 14, 7, 7),
]

KINDS: dict[str, Callable[[int], Any]] = {
    "int": int,
    "working": Working,
    "sympy": sympy.Integer,
    "numpy scalar": numpy.int64,
    "numpy array": lambda n: numpy.array([n, n], dtype=numpy.int64),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0].__name__}({case[1]},{case[2]})")
def test_operations(case: tuple[Callable[[Any, Any], Any], int, int, int], kind: str) -> None:
    operation, one, other, result = case
    lift = KINDS[kind]
    for found in (
        operation(lift(one), lift(other)),
        operation(lift(one), other),
        operation(one, lift(other)),
    ):
        assert numpy.all(found == result)


@settings(max_examples=100, deadline=None)
@given(st.integers(-10_000, 10_000), st.integers(1, 500))
def test_rounding_up_is_the_least_that_suffices(dividend: int, divisor: int) -> None:
    quotient = ceil_div(dividend, divisor)
    assert quotient * divisor >= dividend > (quotient - 1) * divisor


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 99), st.integers(1, 99)), min_size=1, max_size=5))
def test_arrays_hold_one_variant_each(pairs: list[tuple[int, int]]) -> None:
    ones = numpy.array([one for one, _ in pairs])
    others = numpy.array([other for _, other in pairs])
    for operation in (ceil_div, smaller, larger, common_divisor):
        single = [operation(one, other) for one, other in pairs]
        assert operation(ones, others).tolist() == single
        symbolic = operation(H, W)
        assert [symbolic.subs({H: one, W: other}) for one, other in pairs] == single


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (7, 2),
        (Working(7), 2),
        (7, Working(2)),
        (sympy.Integer(7), 2),
        (numpy.array([8, 7]), 2),
        (7, numpy.array([7, 2])),
        (numpy.int64(7), 2),
        (H, 2 * H),
    ],
    ids=str,
)
def test_exact_or_not_at_all(one: Any, other: Any) -> None:
    with pytest.raises(NotExact, match="is not a whole number") as caught:
        exact_div(one, other)
    assert numpy.all(caught.value.dividend == one)
    assert numpy.all(caught.value.divisor == other)


def test_a_quotient_of_symbols_stays() -> None:
    assert exact_div(H, 2) == H / 2
    assert exact_div(4 * H, H) == 4


def test_a_symbolic_divisor_waits_for_numbers() -> None:
    waiting: Any = common_divisor(H, 6)
    assert str(waiting) == "gcd(H, 6)"
    assert waiting.is_integer
    assert waiting.subs(H, 9) == 3
    assert common_divisor(H, H) == H
    assert waiting.func is common_divisor(W, 4).func, "one function, however often it is asked for"


def test_symbols_do_not_need_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numpy", None)
    assert ceil_div(H, 2) == sympy.ceiling(H / 2)


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 5_000))
def test_divisors(number: int) -> None:
    assert divisors(number) == [n for n in range(1, number + 1) if number % n == 0]


def test_divisors_of_huge_numbers_are_the_small_ones() -> None:
    assert divisors(2**40)[-1] == 2**16
    assert divisors(10**10)[-1] == 10**10


@pytest.mark.parametrize(
    ("values", "multiplied", "added"),
    [((), 1, 0), ((5,), 5, 5), ((48, 480, 5, 5), 576_000, 538), ((H, 2), 2 * H, H + 2)],
    ids=str,
)
def test_products_and_totals(values: tuple[Any, ...], multiplied: Any, added: Any) -> None:
    assert product(iter(values)) == multiplied
    assert total(iter(values)) == added


# require: silent unless certainly false

CONDITIONS: dict[str, tuple[Any, bool]] = {
    "true": (True, True),
    "false": (False, False),
    "a number": (1, True),
    "zero": (0, False),
    "symbols, open": (H > 3, True),
    "symbols, certain": (H >= 1, True),
    "symbols, certainly not": (H < 0, False),
    "all variants": (numpy.array([1, 2]) > 0, True),
    "one variant not": (numpy.array([1, 2]) > 1, False),
    "a numpy flag": (numpy.int64(1) > 2, False),
    "working": (Working(3) > 2, True),
}


@pytest.mark.parametrize("name", CONDITIONS)
def test_require(name: str) -> None:
    condition, holds = CONDITIONS[name]
    made: list[Any] = []

    def error(*arguments: Any) -> Exception:
        made.append(arguments)
        return ValueError(*arguments)

    if holds:
        require(condition, error, "a", 1)
        assert not made, "the error is only made when it is raised"
    else:
        with pytest.raises(ValueError, match="a"):
            require(condition, error, "a", 1)
        assert made == [("a", 1)]


@pytest.mark.parametrize(
    ("one", "other", "may"),
    [
        (3, 3, True),
        (3, 4, False),
        (Working(3), 3, True),
        (3, Working(4), False),
        (H, H, True),
        (H, W, True),
        (H, 480, True),
        (H, H - 2, False),
        (H, 0, False),
        (H // 2, (H + 1) // 2, True),
        (sympy.Integer(3), 4, False),
        (numpy.array([3, 4]), numpy.array([3, 4]), True),
        (numpy.array([3, 4]), 3, False),
        (3, numpy.int64(3), True),
    ],
    ids=str,
)
def test_may_equal(one: Any, other: Any, may: bool) -> None:
    assert may_equal(one, other) is may
    assert may_equal(other, one) is may
