"""Numbers that show their working: what they print, how they are worked out, that they count."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from archcalc.arithmetic.dims import (
    NotExact,
    ceil_div,
    common_divisor,
    exact_div,
    larger,
    product,
    smaller,
    total,
)
from archcalc.arithmetic.unknown import Unknown
from archcalc.arithmetic.working import Working
from archcalc.layers.window import TransposedWindow, Window

W = Working
H = Working(224, "H")

# A formula, the text it prints, its value

TEXTS: dict[str, tuple[Any, str, int]] = {
    "a number": (W(224), "224", 224),
    "thousands": (W(1_234_567), "1,234,567", 1_234_567),
    "a letter": (H, "H", 224),
    "sum": (W(3) + 4 - W(2), "3 + 4 - 2", 5),
    "int first": (10 - W(4) + W(1), "10 - 4 + 1", 7),
    "a sum subtracted": (W(9) - (W(3) + W(2)), "9 - (3 + 2)", 4),
    "negated": (-W(5), "0 - 5", -5),
    "product": (2 * W(3) * W(7), "2*3*7", 42),
    "a sum times": ((W(3) + W(2)) * W(4), "(3 + 2)*4", 20),
    "times a sum": (W(4) * (W(3) + W(2)), "4*(3 + 2)", 20),
    "two products": ((W(2) * W(3)) * (W(4) * W(5)), "2*3 * 4*5", 120),
    "three products": ((W(2) * W(3)) * (W(4) * W(5)) * (W(6) * W(7)), "2*3 * 4*5 * 6*7", 5040),
    "a number before a product": (W(2) * (W(3) * W(4)), "2 * 3*4", 24),
    "a number behind products": ((W(2) * W(3)) * (W(4) * W(5)) * W(6), "2*3 * 4*5 * 6", 720),
    "a group in a product": (
        W(2) * ((W(3) * W(4)) * (W(5) * W(6))) + W(1),
        "2 * 3*4 * 5*6 + 1",
        721,
    ),
    "floor": (W(13) // W(2), "floor(13 / 2)", 6),
    "floor of a sum": ((W(13) - 4) // 2, "floor((13 - 4) / 2)", 4),
    "floor by a product": (W(13) // (W(2) * W(3)), "floor(13 / (2*3))", 2),
    "int by": (13 // W(2), "floor(13 / 2)", 6),
    "ceil": (ceil_div(W(13), W(2)), "ceil(13 / 2)", 7),
    "int ceil": (ceil_div(13, W(2)), "ceil(13 / 2)", 7),
    "exact": (exact_div(W(480), W(16)), "480/16", 30),
    "exact of a sum": (exact_div(W(3) + W(5), W(4)), "(3 + 5)/4", 2),
    "exact by a product": (exact_div(W(48), W(2) * W(3)), "48/(2*3)", 8),
    "an exact quotient times": (exact_div(W(480), W(16)) * W(2), "480/16*2", 60),
    "times an exact quotient": (W(2) * exact_div(W(480), W(16)), "2*(480/16)", 60),
    "smaller": (smaller(W(3), 4), "min(3, 4)", 3),
    "larger": (larger(3, W(2) + W(2)), "max(3, 2 + 2)", 4),
    "divisor": (common_divisor(W(12), 18), "gcd(12, 18)", 6),
    "product of none": (product([]), "1", 1),
    "product of some": (product([W(2), W(3), W(4)]), "2*3*4", 24),
    "total": (total([W(2), W(3), W(4)]), "2 + 3 + 4", 9),
    # what leaves no trace
    "times 1": (W(5) * 1, "5", 5),
    "1 times": (1 * W(5), "5", 5),
    "by 1": ((W(5) + W(2)) // 1, "5 + 2", 7),
    "ceil by 1": (ceil_div(W(5), W(1)), "5", 5),
    "plus 0": (W(5) + 0, "5", 5),
    "minus 0": (W(5) - W(0), "5", 5),
    "0 plus": (0 + W(5), "5", 5),
    "1 taken and given": (W(7) - 1 + 1, "7", 7),
    "1 given and taken": (W(7) + 1 - 1, "7", 7),
    "in the middle": (W(2) + W(7) - 1 + 1, "2 + 7", 9),
    # what does
    "times a letter that is 1": (W(5) * W(1, "S"), "5*S", 5),
    "plus a letter that is 0": (W(5) + W(0, "P"), "5 + P", 5),
    "1 given twice": (W(7) + 1 + 1, "7 + 1 + 1", 9),
    "1 taken twice": (W(7) - 1 - 1, "7 - 1 - 1", 5),
    "another number": (W(7) - 1 + 2, "7 - 1 + 2", 8),
    "a number with its working": (W(7) - 1 + W(1), "7 - 1 + 1", 7),
    # the formulas they are for
    "output size": (Window(W(7), W(2), W(3)).output(W(224)), "floor((224 + 2*3 - 7) / 2) + 1", 112),
    "with letters": (
        Window(W(7, "K"), W(2, "S"), W(3, "P")).output(H),
        "floor((H + 2*P - K) / S) + 1",
        112,
    ),
    "a dilated span": (Window(W(3), dilation=W(2)).span, "2*(3 - 1) + 1", 5),
    "a plain span": (Window(W(3)).span, "3", 3),
    "same": (Window(W(3), W(2), same=True).output(W(15)), "ceil(15 / 2)", 8),
    "transposed": (
        TransposedWindow(W(4), W(2), W(1)).output(W(14)),
        "(14 - 1)*2 - 2 + 4",
        28,
    ),
}


@pytest.mark.parametrize("name", TEXTS)
def test_texts(name: str) -> None:
    working, text, value = TEXTS[name]
    assert str(working) == f"{working}" == text
    assert working == value
    if isinstance(working, Working):
        assert repr(working) == f"<{text} = {value}>"


STEPS: dict[str, tuple[Any, list[str]]] = {
    "a number": (W(5), ["5"]),
    "a letter": (H, ["H"]),
    "one operation": (W(2) * W(3), ["2*3", "6"]),
    "two": (W(2) * W(3) + W(1000), ["2*3 + 1,000", "6 + 1,000", "1,006"]),
    "output size": (
        (W(224) + 2 * W(3) - W(7)) // W(2) + 1,
        ["floor((224 + 2*3 - 7) / 2) + 1", "floor(223 / 2) + 1", "112"],
    ),
    "one more to add": (W(10) // W(5) + 1, ["floor(10 / 5) + 1", "2 + 1", "3"]),
    "weights": (
        W(3) * W(3) * W(64) * W(128) + W(128),
        ["3*3*64*128 + 128", "73,728 + 128", "73,856"],
    ),
    "products of sums": (
        (W(2) + W(3)) * (W(4) + W(5)) - W(6) * W(7),
        ["(2 + 3)*(4 + 5) - 6*7", "45 - 42", "3"],
    ),
    "a sum of a sum": (
        (W(1) + (W(2) - W(3))) // W(4),
        ["floor((1 + (2 - 3)) / 4)", "floor(0 / 4)", "0"],
    ),
    "the smaller of two": (smaller(W(2) * W(3), W(7)), ["min(2*3, 7)", "min(6, 7)", "6"]),
}


@pytest.mark.parametrize("name", STEPS)
def test_steps(name: str) -> None:
    working, steps = STEPS[name]
    assert working.steps() == steps


def test_settled_forgets_the_working() -> None:
    settled = (W(2) * W(3)).settled()
    assert (str(settled), settled.is_leaf) == ("6", True)
    assert str(settled + W(1)) == "6 + 1"


# It behaves as the integer that it is

COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "%": operator.mod,
}


@pytest.mark.parametrize("sign", COMPARISONS)
@pytest.mark.parametrize(("one", "other"), [(7, 3), (3, 7), (4, 4)])
def test_compares_by_value(sign: str, one: int, other: int) -> None:
    compare = COMPARISONS[sign]
    wanted = compare(one, other)
    assert compare(W(one), W(other)) is wanted or compare(W(one), W(other)) == wanted
    assert compare(W(one), other) == wanted
    assert compare(one, W(other)) == wanted


def test_is_an_integer_where_one_is_needed() -> None:
    assert int(W(3)) == 3
    assert list(range(W(3))) == [0, 1, 2]  # type: ignore[call-overload]
    assert ("a", "b")[W(1)] == "b"  # type: ignore[call-overload]
    assert hash(W(3)) == hash(3)
    assert {3: "three"}[W(3)] == "three"  # type: ignore[index]
    assert f"{W(1234):,}" == "1,234"
    assert bool(W(1))
    assert not bool(W(0))
    assert W(3) != "3"


@pytest.mark.parametrize("other", [(3,), 1.5, None, Fraction(1, 2)], ids=repr)
@pytest.mark.parametrize("operation", [operator.add, operator.sub], ids=str)
def test_refuses_what_is_no_integer(other: Any, operation: Callable[[Any, Any], Any]) -> None:
    with pytest.raises(TypeError):
        operation(W(3), other)
    with pytest.raises(TypeError):
        operation(other, W(3))


def test_leaves_unknown_numbers_to_themselves() -> None:
    unknown = Unknown("a reason", 2)
    assert W(3) + unknown == unknown + W(3) == Unknown("a reason", 5)
    assert W(3) * unknown == unknown * W(3) == Unknown("a reason", 6)


@pytest.mark.parametrize(("one", "other"), [(W(7), 2), (7, W(2)), (W(7), W(2))])
def test_exact_means_exact(one: Any, other: Any) -> None:
    with pytest.raises(NotExact, match=r"^7 / 2 is not a whole number$"):
        exact_div(one, other)


# Random formulas: the text is true, and so is every step


def leaf(kind: str, number: int) -> Any:
    return {"literal": number, "number": W(number), "letter": W(number, f"{number:,}")}[kind]


OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "//": operator.floordiv,
    "ceil": ceil_div,
    "exact": exact_div,
    "min": smaller,
    "max": larger,
    "gcd": common_divisor,
}

TREES = st.recursive(
    st.tuples(
        st.sampled_from(["literal", "number", "number", "letter"]),
        st.one_of(st.integers(0, 2), st.integers(0, 1500)),
    ),
    lambda parts: st.tuples(st.sampled_from(list(OPERATIONS)), parts, parts),
    max_leaves=9,
)


def worked_out(tree: Any, working: bool) -> Any:
    """Run a random formula on working numbers, or on integers."""
    if len(tree) == 2:
        kind, number = tree
        return leaf(kind, number) if working else number
    operation, left, right = tree
    return OPERATIONS[operation](worked_out(left, working), worked_out(right, working))


def read_back(text: str) -> Fraction:
    """Evaluate a printed formula as a mathematician reads it."""
    plain = re.sub(r"\d{1,3}(?:,\d{3})+|\d+", lambda m: f"F({m[0].replace(',', '')})", text)
    names = {
        "F": Fraction,
        "floor": lambda x: Fraction(math.floor(x)),
        "ceil": lambda x: Fraction(math.ceil(x)),
        "min": min,
        "max": max,
        "gcd": lambda a, b: Fraction(math.gcd(int(a), int(b))),
    }
    return Fraction(eval(plain, {"__builtins__": {}}, names))


@settings(max_examples=300, deadline=None)
@given(TREES)
def test_every_step_is_true(tree: Any) -> None:
    try:
        number = worked_out(tree, working=False)
    except (ZeroDivisionError, NotExact):
        assume(False)
    working = worked_out(tree, working=True)
    assert working == number
    if isinstance(working, int):
        return
    assert read_back(str(working)) == number
    steps = working.steps()
    assert [read_back(step) for step in steps] == [number] * len(steps)
    assert steps[0] == str(working)
    assert working.is_leaf or steps[-1] == f"{number:,}"
    assert 1 <= len(steps) <= 3
    assert len(set(steps)) == len(steps), "a step that repeats the one before says nothing"


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 300), st.integers(1, 9), st.integers(1, 4), st.integers(0, 4))
def test_the_size_formula_in_words(size: int, kernel: int, stride: int, pad: int) -> None:
    assume(size + 2 * pad >= kernel)
    window = Window(W(kernel), W(stride, str(stride)), W(pad, str(pad)))
    text = f"floor(({size} + 2*{pad} - {kernel}) / {stride}) + 1"
    assert str(window.output(W(size))) == text
