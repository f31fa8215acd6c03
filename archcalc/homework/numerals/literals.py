"""One number as it is written: groups of three, a decimal point or comma, 1.1e8, 1억 1289만.

A separator is read only where it can mean one thing; everything else is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from .page import Page

MOST_DIGITS = 100
LARGEST_EXPONENT = 400
SEPARATORS = ",.' _"
TENS = {"십": 10, "백": 100, "천": 1000}
MYRIADS = {"만": 10**4, "억": 10**8, "조": 10**12}
HANGUL_SCALES = frozenset((*TENS, *MYRIADS))
_NAMES = {
    ",": "a comma",
    ".": "a point",
    "'": "an apostrophe",
    " ": "a space",
    "_": "an underscore",
}


@dataclass(frozen=True)
class Literal:
    """A number with the worth of its last digit; ``whole`` when nothing was rounded away."""

    start: int
    end: int
    value: Fraction
    unit_digit: Fraction
    digits: int
    whole: bool
    scale: Fraction = Fraction(1)
    decimal_comma: bool = False


def begins(text: str, at: int) -> bool:
    """Tell whether a number begins here: a digit, or a point before one."""
    if text[at].isdecimal():
        return True
    return text[at] == "." and at + 1 < len(text) and text[at + 1].isdecimal()


def literal(page: Page, start: int, separators: str = SEPARATORS) -> Literal:
    """Read the number that begins here, with its exponent or Korean scale."""
    plain = _plain(page, start, separators)
    text, end = page.text, plain.end
    if text[end : end + 1] in ("e", "E"):
        return _with_exponent(page, plain)
    if _hangul_scale(text, end)[1] > 1:
        return _korean(page, plain)
    return plain


def _plain(page: Page, start: int, separators: str) -> Literal:
    parts, marks, end = _runs(page.text, start, separators)
    if sum(map(len, parts)) > MOST_DIGITS:
        raise page.refuse(f"a number of more than {MOST_DIGITS} digits", start, end)
    whole, tail = _split(page, start, end, parts, marks)
    figures = (whole + tail).lstrip("0")
    return Literal(
        start,
        end,
        Fraction(int(whole + tail or "0"), 10 ** len(tail)),
        Fraction(1, 10 ** len(tail)),
        max(len(figures), 1),
        not tail,
        decimal_comma=bool(tail) and marks[-1] == ",",
    )


def _runs(text: str, start: int, separators: str) -> tuple[list[str], list[str], int]:
    """Return the runs of digits, the separators between them and where they end."""
    parts: list[str] = []
    marks: list[str] = []
    at = start
    while True:
        begin = at
        while at < len(text) and text[at].isdecimal():
            at += 1
        parts.append(text[begin:at])
        following = text[at + 1 : at + 2]
        if at >= len(text) or text[at] not in separators or not following.isdecimal():
            return parts, marks, at
        marks.append(text[at])
        at += 1


def _split(page: Page, start: int, end: int, parts: list[str], marks: list[str]) -> tuple[str, str]:
    """Return the digits before and behind the decimal mark."""
    if not marks:
        return parts[0], ""
    first, last = marks[0], marks[-1]
    one_kind = len(set(marks)) == 1
    if one_kind and _groups(parts) and not (first == "." and len(marks) == 1):
        return "".join(parts), ""
    if len(marks) == 1 and (first == "." or (first == "," and _decimal_comma(parts))):
        return parts[0], parts[1]
    if not one_kind and _one_decimal_mark(parts, marks):
        return "".join(parts[:-1]), parts[-1]
    space = next((mark for mark in marks if mark == " "), None)
    fact = f"a number with {_NAMES[space or last]} in it"
    if not space:
        fact += ", not in groups of three"
    raise page.refuse(fact, start, end, _meant(page, end, parts, marks))


def _groups(parts: list[str]) -> bool:
    """Tell whether the parts are groups of three digits, the first shorter and not 0."""
    first, *others = parts
    return 1 <= len(first) <= 3 and first[0] != "0" and all(len(part) == 3 for part in others)


def _decimal_comma(parts: list[str]) -> bool:
    return len(parts[1]) <= 2 or not parts[0].strip("0")


def _one_decimal_mark(parts: list[str], marks: list[str]) -> bool:
    """Tell whether groups are followed by one decimal mark, of another kind and unmistakable."""
    *groups, last = marks
    if last not in ",." or len(set(groups)) != 1 or not _groups(parts[:-1]):
        return False
    return last == "." or len(groups) > 1 or len(parts[-1]) != 3


def _meant(page: Page, end: int, parts: list[str], marks: list[str]) -> str:
    """Return what may have been meant, with the letters behind; empty where that is open."""
    behind = page.text[end:].split("=")[0].split(",")[0].rstrip()
    behind = behind if behind.lstrip()[:1].isalpha() and len(behind) <= 12 else ""
    if behind.lstrip().startswith("x"):
        return ""
    if len(marks) == 1 and marks[0] == " ":
        short = len(parts[1]) <= 2 and page.text[end : end + 1] != "/"
        return f"{parts[0]}.{parts[1]}{behind}" if short else ""
    if set(marks) == {" "} or len(set(marks)) > 1:
        return ""
    grouped = f"{int(''.join(parts)):,}{behind}"
    if marks == [","]:
        return f"{grouped} or {parts[0]}.{parts[1]}{behind}"
    return grouped


def _with_exponent(page: Page, plain: Literal) -> Literal:
    """Read ``e8`` behind a number; anything else that begins with an e is left alone."""
    text, at = page.text, plain.end + 1
    sign = text[at : at + 1] if text[at : at + 1] in ("+", "-") else ""
    at += len(sign)
    begin = at
    while at < len(text) and text[at].isdecimal():
        at += 1
    if at == begin:
        return plain
    if at - begin > 3 or int(text[begin:at]) > LARGEST_EXPONENT:
        raise page.refuse(f"an exponent past {LARGEST_EXPONENT}", plain.start, at)
    scale = Fraction(10) ** int(sign + text[begin:at])
    return Literal(
        plain.start,
        at,
        plain.value * scale,
        plain.unit_digit * scale,
        plain.digits,
        False,
        scale,
    )


def _hangul_scale(text: str, at: int) -> tuple[int, int]:
    """Return where a run of Korean scales ends and what it multiplies by (1 without)."""
    start = at
    if text[at : at + 1] == " ":
        at += 1
    scale = 1
    while at < len(text) and text[at] in HANGUL_SCALES:
        scale *= TENS.get(text[at]) or MYRIADS[text[at]]
        at += 1
        if scale > 10**40:
            break
    return (at, scale) if scale > 1 else (start, 1)


def _korean(page: Page, first: Literal) -> Literal:
    """Add up ``1억 1289만 6천``: thousands within myriads, each smaller than the one before."""
    text, part = page.text, first
    total, section, least = Fraction(0), Fraction(0), Fraction(10) ** 50
    while True:
        end, scale = _hangul_scale(text, part.end)
        worth = part.value * scale
        if worth >= least:
            raise page.refuse("two numbers side by side", first.start, end)
        if scale >= min(MYRIADS.values()):
            total += section * _myriad(scale) + worth
            section = Fraction(0)
        else:
            section += worth
        least = Fraction(scale)
        at = end + 1 if text[end : end + 1] == " " else end
        if scale == 1 or at >= len(text) or not text[at].isdecimal():
            break
        part = _plain(page, at, SEPARATORS)
    worth = part.unit_digit * scale
    value = total + section
    digits = len(str(int(value / worth)))
    whole = scale == 1 and part.whole
    return Literal(first.start, end, value, worth, digits, whole, Fraction(scale))


def hangul_number(page: Page, start: int) -> Literal:
    """Read a scale without a number in front: 백만 is one million."""
    end, scale = _hangul_scale(page.text, start)
    worth = Fraction(scale)
    return Literal(start, end, worth, worth, 1, False, worth)


def _myriad(scale: int) -> int:
    """Return the myriad that a scale such as 백만 contains."""
    return max(myriad for myriad in MYRIADS.values() if scale % myriad == 0)
