"""Expressions in specs: read, put numbers in, or stay symbolic."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from archcalc.arithmetic.dims import NotExact
from archcalc.arithmetic.expression import (
    BadExpression,
    Expression,
    NoFormula,
    TooLarge,
    size_text,
    symbolic_text,
)

# Text, values, result
VALUES: list[tuple[str, dict[str, int], int]] = [
    ("480", {}, 480),
    ("C", {"C": 480}, 480),
    ("C/r", {"C": 480, "r": 30}, 16),
    ("C / r", {"C": 480, "r": 30}, 16),
    ("C//7", {"C": 480}, 68),
    ("2*C+1", {"C": 3}, 7),
    ("2*(C+1)", {"C": 3}, 8),
    ("C-2-1", {"C": 9}, 6),
    ("C-(2-1)", {"C": 9}, 8),
    ("12/2/3", {}, 2),
    ("12/2*3", {}, 18),
    ("C^2", {"C": 5}, 25),
    ("C**2", {"C": 5}, 25),
    ("2^3*2", {}, 16),
    ("C^0", {"C": 5}, 1),
    ("((((C))))", {"C": 5}, 5),
    ("width_2*_x", {"width_2": 3, "_x": 4}, 12),
    ("0//5", {}, 0),
]


@pytest.mark.parametrize(("text", "values", "result"), VALUES, ids=lambda v: str(v))
def test_values(text: str, values: dict[str, int], result: int) -> None:
    expression = Expression.parse(text)
    assert expression.value(values) == result
    assert type(expression.value(values)) is int
    assert expression.free == tuple(values)


# Text, what is wrong with it, where
BAD: list[tuple[str, str, int]] = [
    ("", "a number or a symbol is missing", 0),
    ("  ", "a number or a symbol is missing", 0),
    ("C+", "a number or a symbol is missing", 2),
    ("-", "a number or a symbol is missing", 1),
    ("2*-3", "a number or a symbol is missing", 2),
    ("()", "a number or a symbol is missing", 1),
    ("(C", '"(" is never closed', 0),
    ("2*(C+1", '"(" is never closed', 2),
    ("C)", '")" cannot stand here', 1),
    ("2 3", '"3" cannot stand here', 2),
    ("2C", '"C" cannot stand here', 1),
    ("C%2", '"%" in an expression', 1),
    ("1.5", '"." in an expression', 1),
    ("C^r", "a power has to be a number up to 16", 1),
    ("C^17", "a power has to be a number up to 16", 1),
    ("C^2^2", '"^" cannot stand here', 3),
    ("1234567890123", "a number of 13 digits", 0),
    ("(" * 21 + "C" + ")" * 21, "parentheses nested deeper than 20", 21),
    ("C+" * 101 + "C", "an expression of 203 characters (limit 200)", 0),
]


@pytest.mark.parametrize(("text", "message", "position"), BAD, ids=lambda v: str(v)[:20])
def test_bad_expressions_say_where(text: str, message: str, position: int) -> None:
    with pytest.raises(BadExpression) as caught:
        Expression.parse(text)
    assert (str(caught.value), caught.value.position) == (message, position)


@pytest.mark.parametrize(
    ("text", "dividend", "divisor"), [("480/7", 480, 7), ("480/0", 480, 0), ("480//0", 480, 0)]
)
def test_division_is_exact_or_refused(text: str, dividend: int, divisor: int) -> None:
    with pytest.raises(NotExact) as caught:
        Expression.parse(text).value({})
    assert (caught.value.dividend, caught.value.divisor) == (dividend, divisor)


@pytest.mark.parametrize("text", ["999999999999^16", "999999999999*" * 7 + "9", "(C^16)^16"])
def test_values_have_a_limit(text: str) -> None:
    with pytest.raises(TooLarge, match=r"^the value is too large$"):
        Expression.parse(text).value({"C": 10})


def test_symbols_without_a_value_stay() -> None:
    half = Expression.parse("C/2 + r").value({"r": 3})
    c = sympy.Symbol("C", integer=True, positive=True)
    assert half == c / 2 + 3
    assert Expression.parse("C^3").value({}) == c**3
    assert Expression.parse("C//2").value({}) == sympy.floor(c / 2)
    assert Expression.parse("C*2/C").value({}) == 2


# How it is written: bare where it can stand between crosses, else bracketed
WRITTEN = {
    "480": "480",
    "C": "C",
    "Cin_2": "Cin_2",
    "r": "(r)",
    "X": "(X)",
    "Cx": "(Cx)",
    "C/r": "(C/r)",
    "( C + 1 )": "((C+1))",
}


@pytest.mark.parametrize("text", WRITTEN)
def test_written(text: str) -> None:
    expression = Expression.parse(text)
    assert str(expression) == size_text(expression) == WRITTEN[text]
    assert repr(expression) == f"Expression({''.join(text.split())!r})"


def test_is_its_text() -> None:
    one, other = Expression.parse("C / r"), Expression.parse("C/r")
    assert one == other
    assert hash(one) == hash(other)
    assert one != Expression.parse("C/ (r)")
    assert one != "C/r"
    assert one >= 10**9, "an option is within its limits until somebody knows"


C = sympy.Symbol("C", integer=True, positive=True)


@pytest.mark.parametrize(
    ("value", "text"),
    [(14, "14"), (1_000, "1000"), (C, "C"), (C - 2, "(C - 2)"), (C**2, "(C^2)"), (C / 2, "(C/2)")],
    ids=str,
)
def test_sizes_as_text(value: Any, text: str) -> None:
    assert size_text(value) == text
    assert symbolic_text(value) == text.removeprefix("(").removesuffix(")")


# Random expressions mean what Python takes them for

ATOMS = st.one_of(
    st.integers(0, 40).map(str),
    st.sampled_from(["C", "r", "W2"]),
)
TEXTS = st.recursive(
    ATOMS,
    lambda parts: st.one_of(
        st.tuples(parts, st.sampled_from(["+", "-", "*", "/", "//", " - ", " * "]), parts).map(
            "".join
        ),
        parts.map("({})".format),
        st.tuples(ATOMS, st.sampled_from(["^2", "**2", "^0"])).map("".join),
    ),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.integers(1, 50), st.integers(1, 50))
def test_means_what_it_says(text: str, c: int, r: int) -> None:
    values = {"C": c, "r": r, "W2": c + r}
    numbers = {name: Fraction(value) for name, value in values.items()}
    expression = Expression.parse(text)
    assert set(expression.free) <= set(values)
    assert Expression.parse(expression.text) == expression
    try:
        result = expression.value(values)
    except NotExact:
        return
    python = eval(text.replace("^", "**"), {"__builtins__": {}}, numbers)
    assert result == python
    symbols = {sympy.Symbol(n, integer=True, positive=True): v for n, v in values.items()}
    try:
        symbolic = sympy.sympify(expression.value({}))
    except NotExact:
        assume(False)
    assert symbolic.subs(symbols) == result


@pytest.mark.parametrize("text", ["q//(q-q)", "w/(q-q)", "1/(w-w)"])
def test_a_zero_divisor_of_symbols_is_refused(text: str) -> None:
    with pytest.raises(NotExact):
        Expression.parse(text).value({"w": Fraction(1, 3)})


def test_a_fraction_below_a_symbol_stays_a_formula() -> None:
    value = Expression.parse("min(q, w) + max(w, q)").value({"w": Fraction(5, 2)})
    (symbol,) = value.free_symbols
    assert value.subs(symbol, 4) == Fraction(13, 2)


@pytest.mark.parametrize("text", ["divisible(3, 0)", "divisible(8, w)", "divisible(q)"])
def test_divisible_says_what_it_needs(text: str) -> None:
    with pytest.raises(NoFormula, match="divisible needs a"):
        Expression.parse(text).value({"w": Fraction(1, 3)})


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("((q+1)^16+1)^16", TooLarge),
        ("max(" * 12 + "q*2" + ",r)*2" * 12, NoFormula),
        ("min(" * 12 + "q//2" + ",r)" * 12, NoFormula),
    ],
)
def test_what_would_take_sympy_minutes_needs_numbers(text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        Expression.parse(text).value({})


def test_replaced_expressions_stay_short() -> None:
    square = one = Expression.parse("c*c")
    for _ in range(5):
        put = one.put({"c": square})
        assert isinstance(put, Expression)
        one = put
    with pytest.raises(TooLarge):
        one.put({"c": one})
