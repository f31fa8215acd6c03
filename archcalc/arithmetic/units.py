"""Units and rounding: 1.82 G <-> 1 820 000 000, and nothing else in the project rounds."""

from __future__ import annotations

_DECIMAL = ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "K"))
_BINARY = ((2**40, "TiB"), (2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB"))


def short(number: int) -> str:
    """Write a count with four significant digits and K, M, G or T (powers of ten).

    >>> short(112896000), short(26944), short(996)
    ('112.9M', '26.94K', '996')
    """
    size = abs(number)
    for scale, letter in _DECIMAL:
        if size >= scale:
            return _four_digits(number, scale, letter, _DECIMAL)
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
    for scale, letter in _BINARY:
        if abs(number) >= scale:
            return _four_digits(number, scale, " " + letter, _BINARY)
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


def _four_digits(number: int, scale: int, letter: str, ladder: tuple[tuple[int, str], ...]) -> str:
    text = significant(number, scale, 4)
    step = 1000 if ladder is _DECIMAL else 1024
    if abs(float(text)) >= step:  # 999,999 is 1.000M, not 1000K
        for larger_scale, larger_letter in ladder:
            if larger_scale == scale * step:
                gap = " " if letter.startswith(" ") else ""
                return significant(number, larger_scale, 4) + gap + larger_letter
    return text + letter
