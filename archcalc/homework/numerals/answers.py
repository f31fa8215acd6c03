"""An answer that is one number: a chain of equal sides, of which the last is marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

from .amounts import Amount
from .grammar import Lettered, evaluate, lettered
from .page import Page, page
from .refusal import Blank, Unreadable
from .sides import Side, misread, side, split_sides
from .tokens import Token, lookalike, tokens

_BLANKS = frozenset(
    (
        *("n/a", "na", "n.a", "todo", "tbd", "idk", "skip", "skipped", "i don't know", "unknown"),
        *("don't know", "no idea", "모름", "모르겠음", "모르겠다", "모르겠어요", "미정", "무응답"),
    )
)
_NOTHING = frozenset(
    ("none", "zero", "nothing", "no params", "no parameters", "없음", "없다", "영")
)


@dataclass(frozen=True)
class Written:
    """One number as it was written.

    ``half`` is half the worth of the last written digit, 0 where the number is exact; ``digits``
    are the significant digits written, None where it is exact. ``scale`` is what the suffix, power
    of ten or percent sign multiplied by; bytes are counted in bytes (58.13 MiB is 58.13*2^20).
    """

    text: str
    value: Fraction
    half: Fraction
    digits: int | None
    scale: Fraction
    suffix: str
    unit: str
    is_expression: bool


@dataclass(frozen=True)
class Answer:
    """The sides of ``a = b = c`` that are numbers; ``final``, the last, is marked.

    ``disagreement`` are the first neighbours that differ at the coarser precision, ``skipped`` is
    the prose that was not read.
    """

    sides: tuple[Written, ...]
    final: Written
    disagreement: tuple[Written, Written] | None
    skipped: str


@lru_cache(maxsize=4096)  # a class repeats its answers
def number(text: str) -> Answer:
    """Read a number as students write it; :class:`Unreadable` says what stands in the way.

    >>> answer = number("14*14*16*480 + 3.8M = 5.3M MACs")
    >>> int(answer.final.value), int(answer.final.half), answer.final.unit
    (5300000, 50000, 'MACs')
    """
    sheet = page(text)
    refuse_blank(sheet)
    found = [side(part) for part in split_sides(tokens(sheet))]
    if not found:
        raise Unreadable("no number", "", 0, len(text))
    written: list[Written] = []
    skipped: list[str] = []
    for at, part in enumerate(found):
        last = at == len(found) - 1
        values = _final(sheet, part) if last else _inner(sheet, part, at)
        if at and not last and not values:
            _refuse_second_answer(sheet, part, found[at + 1])
        written += values
        skipped += (
            _prose(sheet, part.prose) if values else [_quoted(sheet, part.tokens).rstrip(" :")]
        )
    return Answer(
        tuple(written), written[-1], _disagreement(written), "; ".join(filter(None, skipped))
    )


def refuse_blank(sheet: Page) -> None:
    """Raise :class:`Blank` where nothing was written, or only that nothing is known."""
    bare = sheet.text.strip(" -?._*'(),[]").lower()
    if not bare or bare in _BLANKS:
        raise Blank("nothing was written", "", 0, len(sheet.original))


def agree(a: Written, b: Written) -> bool:
    """Tell whether two numbers are equal at the coarser precision, rounded or cut off.

    >>> agree(number("5,268,480").final, number("5.2M").final)
    True
    """
    fine, coarse = sorted((a, b), key=lambda one: one.half)
    if abs(fine.value - coarse.value) <= coarse.half:
        return True
    cut = abs(fine.value) - abs(coarse.value)
    same_sign = fine.value * coarse.value >= 0
    return same_sign and not coarse.is_expression and 0 <= cut < 2 * coarse.half


def _inner(sheet: Page, part: Side, at: int) -> list[Written]:
    """Return a side before the last one, or nothing where it is a label or a formula."""
    if len(part.candidates) > 1 and at and part.letters is None:
        raise _two_numbers(sheet, *part.candidates[:2])
    if len(part.candidates) != 1 or part.labelled:
        return []
    try:
        return [_written(sheet, part.candidates[0])]
    except Lettered:
        return []


def _refuse_second_answer(sheet: Page, part: Side, following: Side) -> None:
    """Refuse ``RF = 12, jump = 4``: behind a number, a name begins another answer."""
    if len(part.candidates) != 1 or part.letters is not None or not following.candidates:
        return
    end = part.candidates[0][-1].end
    if any(token.kind == "word" and token.start >= end for token in part.prose):
        raise _two_numbers(sheet, part.candidates[0], following.candidates[0])


def _final(sheet: Page, part: Side) -> list[Written]:
    """Return the number that is marked, behind one that says the same in brackets."""
    if part.letters is not None:
        raise lettered(sheet, part.letters)
    for token in misread(part):
        raise lettered(sheet, token)
    if not part.candidates:
        raise _no_number(sheet, part)
    if len(part.candidates) > 1:
        raise _two_numbers(sheet, *part.candidates[:2])
    _refuse_relation(sheet, part)
    _refuse_unknown_unit(sheet, part)
    found = part.candidates[0]
    again = _again(sheet, found)
    if again:
        return again
    written = _written(sheet, found)
    _refuse_range(sheet, found, written)
    return [written]


def _again(sheet: Page, found: Sequence[Token]) -> list[Written]:
    """Read ``112.9M (112,896,000)`` where both are the same number at the coarser precision."""
    at = next((at for at, token in enumerate(found) if token.kind == "("), 0)
    head = [token.kind for token in found[:at]]
    if head[:1] != ["number"] or set(head[1:]) - {"behind"} or found[-1].kind != ")":
        return []
    inside = found[at + 1 : -1]
    if inside and inside[0].kind == "=":
        inside = inside[1:]
    try:
        outer, inner = _written(sheet, found[:at]), _written(sheet, inside)
    except (Unreadable, IndexError):
        return []
    return [inner, outer] if agree(inner, outer) else []


def _written(sheet: Page, found: Sequence[Token]) -> Written:
    amount: Amount = evaluate(sheet, found)
    return Written(
        sheet.quote(found[0].start, found[-1].end),
        amount.value,
        amount.half,
        amount.digits,
        amount.scale,
        amount.suffix,
        amount.unit,
        not amount.plain,
    )


def _no_number(sheet: Page, part: Side) -> Unreadable:
    for token in part.prose:
        if token.kind == "word" and any(char.isdecimal() for char in token.text):
            return lettered(sheet, token)
    first, last = part.tokens[0], part.tokens[-1]
    text = sheet.text[first.start : last.end].strip(" .").lower()
    if text in _NOTHING:
        return sheet.refuse("no number", first.start, last.end, "0")
    fact = f'no number in "{sheet.quote(first.start, last.end)[:40]}"'
    return sheet.refuse(fact, first.start, last.end, lookalike(text))


def _two_numbers(sheet: Page, one: Sequence[Token], other: Sequence[Token]) -> Unreadable:
    names = [sheet.quote(found[0].start, found[-1].end)[:30] for found in (one, other)]
    fact = f"two numbers: {names[0]} or {names[1]}?"
    return sheet.refuse(fact, one[0].start, other[-1].end)


def _refuse_relation(sheet: Page, part: Side) -> None:
    """Refuse a bound: ``< 112.9M`` says no number."""
    for token in part.prose:
        if token.kind == "odd" and token.text in "<>≤≥":
            fact = f'"{token.text}" gives a bound, and a number is asked for'
            raise sheet.refuse(fact, token.start, token.end)


def _refuse_unknown_unit(sheet: Page, part: Side) -> None:
    """Refuse ``60.95 Mb`` and ``112.9 P``: what looks like a unit changes the number."""
    end = part.candidates[0][-1].end
    token = next((one for one in part.prose if one.start >= end), None)
    if token is None or token.kind != "word" or sheet.text[end : token.start].strip():
        return
    word = token.text
    if not (word.isascii() and word.isalpha()):
        return
    capitals = any(char.isupper() for char in word)
    if len(word) == 1 or (capitals and len(word) <= 3) or not word[1:].islower():
        fact = f'"{word[:20]}" behind a number is no unit that is read here'
        suggestion = "MB (bytes) or Mbit (bits)" if word[1:] == "b" else ""
        raise sheet.refuse(fact, token.start, token.end, suggestion)


def _refuse_range(sheet: Page, found: Sequence[Token], written: Written) -> None:
    """Refuse ``7,500-7,600``: nobody means the difference of two numbers that is negative."""
    kinds = [token.kind for token in found if token.kind != "behind"]
    if kinds == ["number", "-", "number"] and written.value < 0:
        fact = f"{written.text[:40]} is a range, and one number is asked for"
        raise sheet.refuse(fact, found[0].start, found[-1].end)


def _disagreement(sides: Sequence[Written]) -> tuple[Written, Written] | None:
    for one, other in pairwise(sides):
        if not agree(one, other):
            return one, other
    return None


def _quoted(sheet: Page, found: Sequence[Token]) -> str:
    return sheet.quote(found[0].start, found[-1].end)


def _prose(sheet: Page, found: Sequence[Token]) -> list[str]:
    """Return the words that were not read, those next to each other together."""
    runs: list[list[Token]] = []
    for token in found:
        if runs and not sheet.text[runs[-1][-1].end : token.start].strip():
            runs[-1].append(token)
        else:
            runs.append([token])
    quoted = (_quoted(sheet, run).strip(" :;,.~") for run in runs)
    return [text for text in quoted if text]
