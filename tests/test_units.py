"""How numbers are written: rounding, units, commas. Exact integers in, text out."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archcalc.arithmetic.units import (
    exact,
    short,
    short_bytes,
    short_ratio,
    short_seconds,
    significant,
)

COUNTS = {
    0: "0",
    7: "7",
    996: "996",
    999: "999",
    1_000: "1.000K",
    1_234: "1.234K",
    26_944: "26.94K",
    999_949: "999.9K",
    999_950: "1.000M",  # not 1000K
    999_999: "1.000M",
    5_268_480: "5.268M",
    112_896_000: "112.9M",
    999_999_999: "1.000G",
    3_857_973_248: "3.858G",
    4_089_184_256: "4.089G",
    10**12: "1.000T",
    999_950 * 10**6: "1.000T",
    10**15 - 1: "1000T",  # nothing larger has a letter
    123_456 * 10**12: "123456T",
    -26_944: "-26.94K",
    -999_999: "-1.000M",
    -5: "-5",
}

BYTES = {
    0: "0 B",
    100: "100 B",
    1_023: "1023 B",
    1_024: "1.000 KiB",
    1_536: "1.500 KiB",
    1_023 * 1_024: "1023 KiB",
    2**20 - 1: "1.000 MiB",  # not 1024 KiB
    60_952_832: "58.13 MiB",
    2**30 - 1: "1.000 GiB",
    2**40 - 1: "1.000 TiB",
    2**50 - 1: "1024 TiB",
    -2_048: "-2.000 KiB",
}

RATIOS = {
    (150, 7): "21.4",
    (4, 3): "1.33",
    (112_896_000, 5_268_480): "21.4",
    (1, 1): "1.00",
    (9_996, 1_000): "10.0",
    (12_345, 10): "1235",
    (1, 3): "0.333",
    (0, 7): "0",
}

SIGNIFICANT = {
    (225_792, 10_000, 4): "22.58",
    (9_996, 10_000, 3): "1.00",
    (99_996, 10_000, 4): "10.00",
    (1, 1_500, 2): "0.00067",
    (1, 8, 2): "0.13",  # half away from zero
    (-1, 8, 2): "-0.13",
    (1, -8, 2): "-0.13",
    (-1, -8, 2): "0.13",
    (25, 10, 1): "3",
    (123_456, 1, 3): "123456",
    (1, 10, 3): "0.100",
    (1, 9, 1): "0.1",
    (999, 1_000, 2): "1.0",
    (0, -5, 3): "0",
}


@pytest.mark.parametrize("number", COUNTS)
def test_counts(number: int) -> None:
    assert short(number) == COUNTS[number]


@pytest.mark.parametrize("number", BYTES)
def test_bytes(number: int) -> None:
    assert short_bytes(number) == BYTES[number]


@pytest.mark.parametrize("pair", RATIOS)
def test_ratios(pair: tuple[int, int]) -> None:
    assert short_ratio(*pair) == RATIOS[pair]


@pytest.mark.parametrize("case", SIGNIFICANT, ids=str)
def test_significant(case: tuple[int, int, int]) -> None:
    assert significant(*case) == SIGNIFICANT[case]


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0"), (996, "996"), (112_896_000, "112,896,000"), (-1_000, "-1,000")]
)
def test_exact(number: int, text: str) -> None:
    assert exact(number) == text


LETTERS = {"K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
BINARY = {" KiB": 2**10, " MiB": 2**20, " GiB": 2**30, " TiB": 2**40, " B": 1}


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.integers(-(10**16), 10**16), st.integers(-2_000, 2_000)))
def test_a_short_count_is_within_half_of_its_last_digit(number: int) -> None:
    assert_close(short(number), number, LETTERS)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.integers(0, 2**52), st.integers(0, 5_000)))
def test_short_bytes_are_within_half_of_their_last_digit(number: int) -> None:
    assert_close(short_bytes(number), number, BINARY)


def assert_close(text: str, number: int, scales: dict[str, int]) -> None:
    unit = next((unit for unit in scales if text.endswith(unit)), "")
    digits = text.removesuffix(unit)
    scale = scales.get(unit, 1)
    last = Fraction(1, 10 ** len(digits.partition(".")[2])) * scale
    assert abs(Fraction(digits) * scale - number) <= last / 2 or last < 1 == scale
    if scale > 1:
        assert len(digits.strip("-").replace(".", "")) >= 4


@settings(max_examples=300, deadline=None)
@given(
    st.integers(-(10**9), 10**9),
    st.integers(1, 10**9),
    st.integers(1, 6),
)
def test_significant_rounds_like_decimal(numerator: int, denominator: int, digits: int) -> None:
    text = significant(numerator, denominator, digits)
    places = len(text.partition(".")[2])
    quotient = Fraction(numerator, denominator)
    scaled = quotient * 10**places
    near = Decimal(scaled.numerator) / Decimal(scaled.denominator)
    if Fraction(near) == scaled:  # else the decimal itself is rounded
        rounded = near.quantize(Decimal(1), ROUND_HALF_UP)
        assert Fraction(text) * 10**places == Fraction(rounded)
    assert abs(Fraction(text) - quotient) <= Fraction(1, 2 * 10**places)
    if numerator:
        shown = text.strip("-").replace(".", "").lstrip("0")
        whole = len(str(abs(numerator) // denominator))
        assert len(shown) >= min(digits, 1)
        assert places == 0 or len(shown) == digits
        assert places > 0 or len(shown) >= min(digits, whole)


@pytest.mark.parametrize("write", [short, short_bytes, exact])
@settings(deadline=None)
@given(one=st.integers(0, 10**15), other=st.integers(0, 10**15))
def test_larger_never_reads_smaller(write: Callable[[int], str], one: int, other: int) -> None:
    one, other = min(one, other), max(one, other)
    assert size_of(write(one)) <= size_of(write(other))


def size_of(text: str) -> Fraction:
    for unit, scale in (BINARY | LETTERS).items():
        if text.endswith(unit):
            return Fraction(text.removesuffix(unit)) * scale
    return Fraction(text.replace(",", ""))


@pytest.mark.parametrize(
    ("seconds", "digits", "text"),
    [
        (1.12e-5, 3, "11.2 us"),
        (6.12e-4, 2, "610 us"),
        (0.0731, 3, "73.1 ms"),
        (2.5, 2, "2.5 s"),
        (9.996e-4, 3, "1.00 ms"),
        (6.12e-7, 3, "612 ns"),
        (1.5e-5, 4, "15.00 us"),
        (1234.5, 3, "1230 s"),
    ],
)
def test_seconds(seconds: float, digits: int, text: str) -> None:
    assert short_seconds(seconds, digits) == text
