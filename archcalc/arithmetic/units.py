"""Units and rounding: 1.82 G <-> 1 820 000 000, and nothing else in the project rounds."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

DECIMAL = ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "K"))
_SECONDS = (("s", 1.0), ("ms", 1e-3), ("us", 1e-6), ("ns", 1e-9))
BINARY = ((2**40, "TiB"), (2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB"))


def short(number: int) -> str:
    """Write a count with four significant digits and K, M, G or T (powers of ten).

    >>> short(112896000), short(26944), short(996)
    ('112.9M', '26.94K', '996')
    """
    size = abs(number)
    for scale, letter in DECIMAL:
        if size >= scale:
            return _four_digits(number, scale, letter, DECIMAL)
    return str(number)


def exact(number: int) -> str:
    """Write a count in full, with thousands commas.

    >>> exact(112896000)
    '112,896,000'
    """
    return f"{number:,}"


def short_bytes(number: int) -> str:
    """Write a number of bytes in KiB, MiB, GiB or TiB (powers of 1024), four digits.

    >>> short_bytes(60952832), short_bytes(100)
    ('58.13 MiB', '100 B')
    """
    for scale, letter in BINARY:
        if abs(number) >= scale:
            return _four_digits(number, scale, " " + letter, BINARY)
    return f"{number} B"


def short_ratio(numerator: int, denominator: int) -> str:
    """Write a ratio with three significant digits.

    >>> short_ratio(150, 7), short_ratio(4, 3)
    ('21.4', '1.33')
    """
    return significant(numerator, denominator, 3)


def significant(numerator: int, denominator: int, digits: int) -> str:
    """Write a quotient with so many significant digits, rounded half away from zero.

    >>> significant(225792, 10000, 4), significant(9996, 10000, 3), significant(1, 1500, 2)
    ('22.58', '1.00', '0.00067')
    """
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    if numerator == 0:
        return "0"
    sign, numerator = ("-" if numerator < 0 else ""), abs(numerator)
    places = digits
    if numerator >= denominator:
        places = max(digits - len(str(numerator // denominator)), 0)
    else:
        places += len(str((denominator - 1) // numerator)) - 1
    scaled = (2 * numerator * 10**places + denominator) // (2 * denominator)
    if places and len(str(scaled)) > digits:  # 9.9996 became 10.000
        places -= 1
        scaled = (2 * numerator * 10**places + denominator) // (2 * denominator)
    if places == 0:
        return f"{sign}{scaled}"
    written = str(scaled).rjust(places + 1, "0")
    return f"{sign}{written[:-places]}.{written[-places:]}"


def fixed(numerator: int, denominator: int, places: int) -> str:
    """Write a quotient with so many decimals, rounded half away from zero.

    >>> fixed(60965224, 10**6, 2), fixed(7, 1, 2), fixed(-1, 8, 2)
    ('60.97', '7.00', '-0.13')
    """
    scaled = (2 * abs(numerator) * 10**places + denominator) // (2 * denominator)
    sign = "-" if numerator < 0 and scaled else ""
    whole, part = divmod(scaled, 10**places)
    return f"{sign}{whole:,}" + (f".{part:0{places}}" if places else "")


def unit_of(seconds: float) -> tuple[str, float]:
    """Return the largest unit in which a time is at least 1, and its seconds."""
    return next((one for one in _SECONDS if seconds >= one[1]), _SECONDS[-1])


def short_seconds(seconds: float, digits: int = 3) -> str:
    """Write a time with so many significant digits.

    >>> short_seconds(1.12e-05), short_seconds(0.000612, 2), short_seconds(0.99996, 4)
    ('11.2 us', '610 us', '1.000 s')
    """
    rounded = float(f"{seconds:.{digits}g}")
    unit, scale = unit_of(rounded)
    return f"{digits_of(rounded / scale, digits)} {unit}"


def digits_of(value: float, digits: int) -> str:
    """Return a number with so many significant digits, zeros at the end included.

    >>> digits_of(0.0612, 2), digits_of(2, 3), digits_of(1234, 2)
    ('0.061', '2.00', '1200')
    """
    return f"{Decimal(f'{value:.{digits - 1}e}'):f}"


def printed(text: str, thousand: int = 1000) -> tuple[Fraction, Fraction]:
    """Read a printed number; return its value and the worth of its last digit.

    K, M, G (also B), T and thousand, million, billion are powers of ``thousand``; KiB to TiB
    powers of 1024. Errors: :class:`ValueError` for what is no such number.

    >>> printed("3.8G"), printed("60,965,224")[0], printed("112K", 1024)[0]
    ((Fraction(3800000000, 1), Fraction(100000000, 1)), Fraction(60965224, 1), Fraction(114688, 1))
    """
    found = _PRINTED.fullmatch(text.strip())
    if not found:
        raise ValueError(f'"{text[:40]}" is no number such as 60M, 3.8G or 25,557,032')
    whole, decimals, suffix = found[1].replace(",", ""), found[2] or "", (found[3] or "").lower()
    power = _POWERS[suffix.removesuffix("ib").removesuffix("illion")]
    scale = Fraction(1024 if suffix.endswith("ib") else thousand) ** power
    step = scale / 10 ** len(decimals)
    return Fraction(int(whole + decimals)) * step, step


_PRINTED = re.compile(
    r"(-?\d{1,3}(?:,\d{3}){1,5}|-?\d{1,18})(?:\.(\d{1,9}))? ?"
    r"(K|k|M|G|B|T|thousand|million|billion|KiB|MiB|GiB|TiB)?"
)
_POWERS = {"": 0, "k": 1, "thousand": 1, "m": 2, "g": 3, "b": 3, "t": 4}


def _four_digits(number: int, scale: int, letter: str, ladder: tuple[tuple[int, str], ...]) -> str:
    text = significant(number, scale, 4)
    step = 1000 if ladder is DECIMAL else 1024
    if abs(float(text)) >= step:  # 999,999 is 1.000M, not 1000K
        for larger_scale, larger_letter in ladder:
            if larger_scale == scale * step:
                gap = " " if letter.startswith(" ") else ""
                return significant(number, larger_scale, 4) + gap + larger_letter
    return text + letter
