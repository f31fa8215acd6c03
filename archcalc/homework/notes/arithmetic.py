"""Calculations that a note writes out: both sides of ``14*14*48 = 9,408`` are evaluated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise

from ...arithmetic.units import exact
from ..letters import decimal
from ..numerals import Unreadable, Written, agree, number
from ..numerals.page import Page
from ..numerals.tokens import CLOSING, OPENING, OPERATORS, Token
from .claims import CUT_OFF, RIGHT, UNCLEAR, UNREADABLE, WRONG, Claim
from .lexing import lexed

_EQUAL = frozenset(("=", "==", "≈", "≃", "≅", r"\approx", r"\simeq", r"\cong"))
_ROUGH = frozenset(("≈", "≃", "≅", "~", r"\approx", r"\simeq", r"\cong", r"\sim"))
_PUNCTUATION = frozenset((",", ";", ".", ":", "?", "(", ")"))
_SIZED_WORDS = """
    conv convolution kernel kernels filter filters window windows pool pooling maxpool avgpool
    stride padding pad input image size patch
"""
_SIZED = frozenset(_SIZED_WORDS.split())


@dataclass(frozen=True)
class Chain:
    """A stretch of a sentence that is arithmetic and nothing else, its sides equal or not."""

    start: int
    end: int
    text: str
    sides: tuple[str, ...]
    rough: tuple[bool, ...]  # for each side, whether it is only about equal to the one before


@dataclass
class _Run:
    """Tokens that may be a chain; ``broken`` where something else stands among them."""

    tokens: list[Token] = field(default_factory=list)
    before: Token | None = None
    broken: bool = False


def chains(text: str) -> Iterator[Chain]:
    """Yield the chains of a sentence.

    >>> [chain.text for chain in chains("so 2*3 = 6, k = 3 (and 4 + 4 = 8)")]
    ['2*3 = 6', '4 + 4 = 8']
    """
    if not any(sign in text for sign in "=≈≃≅\\"):
        return
    read = lexed(text)
    if read is None:
        return
    sheet, found = read
    stack = [_Run()]
    previous: Token | None = None
    for token in found:
        run = stack[-1]
        if token.kind in OPENING and len(stack) < 60:
            function = previous is not None and previous.kind == "function"
            stack.append(_Run([token], previous if not function else None))
        elif token.kind in CLOSING and len(stack) > 1:
            stack.pop()
            yield from _closed(sheet, run, token, stack[-1])
        elif _belongs(sheet, token, stack):
            if not run.tokens:
                run.before = previous
            run.tokens.append(token)
        else:
            yield from _flushed(sheet, run, token)
            run.broken = True
        previous = token
    for run in stack:
        yield from _flushed(sheet, run, None)


def _belongs(sheet: Page, token: Token, stack: Sequence[_Run]) -> bool:
    if token.kind in ("=", "=="):
        return sheet.quote(token.start, token.end) in _EQUAL
    if token.kind == ",":  # of max(a, b)
        return len(stack) > 1 and any(one.kind == "function" for one in stack[-2].tokens[-1:])
    return token.kind in OPERATORS or token.kind in ("number", "behind", "function", "~")


def _closed(sheet: Page, run: _Run, closing: Token, outer: _Run) -> Iterator[Chain]:
    """End a bracket: it is an operand, or holds a chain of its own, or breaks the chain outside."""
    has_equals = any(token.kind in ("=", "==") for token in run.tokens)
    if run.broken or has_equals:
        opening = run.tokens[:1] if run.tokens and run.tokens[0].kind in OPENING else []
        inner = _Run(run.tokens[len(opening) :], opening[0] if opening else run.before)
        yield from _flushed(sheet, inner, closing)
        yield from _flushed(sheet, outer, opening[0] if opening else closing)
        outer.broken = True
        return
    if not outer.tokens:
        outer.before = run.before
    outer.tokens += [*run.tokens, closing]


def _flushed(sheet: Page, run: _Run, after: Token | None) -> Iterator[Chain]:
    """Yield the chain that a run of tokens is, if it is one, and empty the run."""
    tokens, before = run.tokens, run.before
    run.tokens, run.before = [], None
    if tokens and tokens[0].kind in OPENING and sum(t.kind in CLOSING for t in tokens) == 0:
        tokens, before = tokens[1:], tokens[0]  # a bracket that is never closed
    while tokens and tokens[-1].kind in ("=", "==", "~"):
        tokens = tokens[:-1]
    if not any(token.kind in ("=", "==") for token in tokens):
        return
    first, last = tokens[0], tokens[-1]
    if _glued(before, first) or (after is not None and _glued(after, last)):
        return
    sides: list[list[Token]] = [[]]
    rough = [False]
    for token in tokens:
        if token.kind in ("=", "=="):
            sides.append([])
            rough.append(sheet.quote(token.start, token.end) in _ROUGH)
        elif token.kind == "~":
            rough[-1] = True
        else:
            sides[-1].append(token)
    if not all(map(_is_side, sides)) or not any(map(_is_calculation, sides)):
        return
    if before is not None and before.text.lower() in _SIZED and not _is_worked(sheet, sides[0]):
        return  # conv 3x3 = 27 weights: no product, but a window
    texts = tuple(sheet.quote(side[0].start, side[-1].end) for side in sides)
    start, end = sheet.stretch(first.start, last.end)
    yield Chain(start, end, sheet.original[start:end].strip(), texts, tuple(rough))


def _glued(neighbour: Token | None, token: Token) -> bool:
    """Tell whether something stands right against a run, so that it is only a part."""
    if neighbour is None or neighbour.kind in _PUNCTUATION:
        return neighbour is not None and neighbour.kind == ":" and neighbour.end == token.start
    if "가" <= neighbour.text[:1] <= "힣":
        return False
    return neighbour.end == token.start or neighbour.start == token.end


def _is_side(side: Sequence[Token]) -> bool:
    if not any(token.kind == "number" for token in side):
        return False
    signed = side[0].kind in ("+", "-") and len(side) > 1 and side[0].end == side[1].start
    starts = side[0].kind not in (*OPERATORS, "behind", ",") or signed
    return starts and side[-1].kind not in OPERATORS and side[-1].kind not in ("function", ",")


def _is_calculation(side: Sequence[Token]) -> bool:
    return any(token.kind in OPERATORS or token.kind == "function" for token in side[1:])


def _is_worked(sheet: Page, side: Sequence[Token]) -> bool:
    """Tell whether a side is more than a size such as 3x3."""
    signs = {sheet.quote(t.start, t.end) for t in side if t.kind in OPERATORS}
    return bool(signs - {"x", "×", "X"}) or any(t.kind in OPENING for t in side)


# Whether they are equal


def judged(chain: Chain, line: int, text: str, required: bool = False) -> Claim | None:
    """Return the claim that a chain is; None where its sides count different things."""
    try:
        sides = [number(side).final for side in chain.sides]
    except Unreadable as refusal:
        return Claim(
            line, text, "arithmetic", chain.text, "", UNREADABLE, (f"{refusal}",), required
        )
    if len({side.unit for side in sides} - {"", "times"}) > 1:
        return None
    sides = [
        hedged(side) if rough else side for side, rough in zip(sides, chain.rough, strict=True)
    ]
    verdict, expected, said = compared(sides)
    if verdict == WRONG and _scaled_otherwise(sides):
        return Claim(
            line, text, "arithmetic", chain.text, "", UNCLEAR, ("K or M of what?",), required
        )
    lines = (said,) if said else ()
    written = sides[-1].text if verdict != WRONG else _wrong_side(sides).text
    return Claim(line, text, "arithmetic", written, expected, verdict, lines, required)


def compared(sides: Sequence[Written]) -> tuple[str, str, str]:
    """Return whether neighbours are equal, what the first wrong one should be, and a remark."""
    verdict, remark = RIGHT, ""
    for one, other in pairwise(sides):
        if _near(one, other):
            continue
        if _quotient(one, other) or _quotient(other, one):
            verdict = CUT_OFF
            remark = f"{one.text} = {_value(one)}, without its fraction {other.text}"
            continue
        worked, plain = (
            (other, one) if other.is_expression and not one.is_expression else (one, other)
        )
        return WRONG, _value(worked), f"{worked.text} = {_value(worked)}, not {plain.text}"
    return verdict, _value(min(sides, key=lambda side: side.half)), remark


def _wrong_side(sides: Sequence[Written]) -> Written:
    for one, other in pairwise(sides):
        if not (_near(one, other) or _quotient(one, other) or _quotient(other, one)):
            return one if other.is_expression and not one.is_expression else other
    return sides[-1]


def _scaled_otherwise(sides: Sequence[Written]) -> bool:
    """Tell whether sides are equal but for a K or M on one of them: 112K = 114,688/1024."""
    bare = [
        replace(side, value=side.value / side.scale, half=side.half / side.scale) for side in sides
    ]
    return len({side.scale for side in sides}) > 1 and compared(bare)[0] != WRONG


def _near(one: Written, other: Written) -> bool:
    return agree(one, other)


def _quotient(one: Written, other: Written) -> bool:
    """Tell whether a whole number stands for a quotient: (224 - 7)/2 = 108."""
    if one.half or other.half or one.value.denominator == 1 or other.value.denominator != 1:
        return False
    return abs(one.value - other.value) < 1


def hedged(written: Written) -> Written:
    """Return a number said to be about right: the zeros at its end are no digits.

    >>> int(hedged(number("100M").final).half)
    50000000
    """
    if written.is_expression or not written.value:
        return written
    step = 2 * written.half or Fraction(1)

    while step >= written.scale and not written.value / step % 10:
        step *= 10
    return replace(written, half=max(written.half, step / 2))


def _value(written: Written) -> str:
    value = written.value
    return exact(value.numerator) if value.denominator == 1 else decimal(value)
