"""A number nobody may take for zero."""

from __future__ import annotations

from typing import Any

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from archcalc.arithmetic.unknown import Unknown
from archcalc.arithmetic.working import Working

H = sympy.Symbol("H", integer=True, positive=True)

# A sum or product with an unknown number, its reason and what is known of it
CASES: dict[str, tuple[Any, str, Any]] = {
    "alone": (Unknown("a"), "a", 0),
    "plus": (Unknown("a") + 12, "a", 12),
    "added to": (12 + Unknown("a"), "a", 12),
    "plus a symbol": (Unknown("a") + H, "a", H),
    "plus a working number": (Working(3) + Unknown("a", 2), "a", 5),
    "in a sum": (sum([1, Unknown("a"), 2]), "a", 3),
    "times": (Unknown("a", 3) * 4, "a", 12),
    "a multiple": (4 * Unknown("a", 3), "a", 12),
    "two": (Unknown("a", 1) + Unknown("b", 2), "a; b", 3),
    "twice the same": (Unknown("a", 1) + Unknown("a", 2), "a", 3),
    "three, two alike": (Unknown("a") + Unknown("b") + Unknown("a"), "a; b", 0),
    "a reason within another": (
        Unknown("the MACs of x") + Unknown("the MACs"),
        "the MACs of x; the MACs",
        0,
    ),
    "a pair again": (Unknown("a") + (Unknown("b") + Unknown("a")), "a; b", 0),
    "a product of two": (Unknown("a", 2) * Unknown("b", 3), "a; b", 6),
    "a square": (Unknown("a", 2) * Unknown("a", 2), "a", 4),
}


@pytest.mark.parametrize("name", CASES)
def test_stays_unknown(name: str) -> None:
    found, reason, at_least = CASES[name]
    assert isinstance(found, Unknown)
    assert found == Unknown(reason, at_least)
    assert hash(found) == hash(Unknown(reason, at_least))
    assert found.known_part == (at_least != 0)


def test_is_neither_zero_nor_not() -> None:
    with pytest.raises(TypeError, match="neither zero nor not: a reason"):
        bool(Unknown("a reason"))


@pytest.mark.parametrize("other", [0, 12, None, "a", H], ids=str)
def test_equals_no_number(other: Any) -> None:
    assert Unknown("a", 12) != other


def test_differs_by_reason_and_bound() -> None:
    assert len({Unknown("a"), Unknown("a"), Unknown("b"), Unknown("a", 1)}) == 3


@pytest.mark.parametrize(
    ("unknown", "text"),
    [(Unknown("a"), "Unknown('a')"), (Unknown("a", 12), "Unknown('a', at_least=12)")],
    ids=repr,
)
def test_repr(unknown: Unknown, text: str) -> None:
    assert repr(unknown) == text


@settings(deadline=None)
@given(
    st.lists(
        st.one_of(st.integers(0, 9), st.builds(Unknown, st.sampled_from("abc"), st.integers(0, 9)))
    ),
    st.integers(0, 5),
)
def test_a_sum_is_a_lower_bound(parts: list[Any], factor: int) -> None:
    """The bound is the sum of what is known; one unknown part makes the whole unknown."""
    known = sum(part.at_least if isinstance(part, Unknown) else part for part in parts)
    whole: Any = sum(part * factor for part in parts)
    reasons = [part.reason for part in parts if isinstance(part, Unknown)]
    if reasons:
        assert whole == Unknown("; ".join(dict.fromkeys(reasons)), known * factor)
    else:
        assert whole == known * factor


def test_of_very_many_reasons_the_first_are_kept() -> None:
    total = sum((Unknown(f"layer {i}", 1) for i in range(1000)), Unknown("start"))
    assert total.at_least == 1000
    assert total.reason.startswith("start; layer 0; layer 1; ")
    assert total.reason.endswith("; layer 10; and more")
