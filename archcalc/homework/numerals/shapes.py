"""Sizes as students write them: 14x14x48, (14, 14, 48), 48@14x14, H=14, W=14, C=48."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod

from .answers import number, refuse_blank
from .axes import AXES, BATCHES, JOINING, axis_order, channel_words
from .grammar import lettered
from .literals import SEPARATORS
from .page import Page, page
from .refusal import Unreadable
from .sides import split_sides
from .tokens import CLOSING, OPENING, Token, lookalike, tokens

MOST_SIZES = 12
_PARTING = frozenset(("*", ",", ";", "@"))


@dataclass(frozen=True)
class Sizes:
    """The sizes in the order in which they are written.

    ``channels_first`` is None where the text does not say; ``batch`` is the batch axis where the
    text names one (it is not among the values), ``skipped`` the prose that was not read.
    """

    values: tuple[Fraction, ...]
    channels_first: bool | None
    batch: int | None
    text: str
    skipped: str


def sizes(text: str) -> Sizes:
    """Read a shape, or one size; :class:`Unreadable` says what stands in the way.

    >>> read = sizes("48@14x14")
    >>> [int(value) for value in read.values], read.channels_first
    ([48, 14, 14], True)
    """
    sheet = page(text)
    refuse_blank(sheet)
    found = tokens(sheet, _separators(sheet))
    named = _named(sheet, found)
    if named is not None:
        return named
    sides = [_read(sheet, side) for side in _sides(sheet, found)]
    last = sides[-1]
    for earlier in reversed(sides[:-1]):
        volume = isinstance(last, Sizes) and len(last.values) == 1
        if volume and isinstance(earlier, Sizes) and len(earlier.values) > 1:
            if isinstance(last, Sizes) and prod(earlier.values) == last.values[0]:
                return earlier  # 14x14x48 = 9408
            break
    if isinstance(last, Unreadable):
        return _one_size(sheet, found, last)
    if last.channels_first is None:
        return _with_order(last, axis_order(found))
    return last


def _with_order(read: Sizes, order: str) -> Sizes:
    """Return sizes with what the text says of their order: CHW, NHWC."""
    if "C" not in order or "H" not in order:
        return read
    first = order.index("C") < order.index("H")
    values, batch = read.values, read.batch
    if order[0] == "N" and batch is None and len(values) == len(order):
        values, batch = values[1:], int(values[0])
    return Sizes(values, first, batch, read.text, read.skipped)


def _separators(sheet: Page) -> str:
    """Return what may stand within a number: commas only where crosses part the sizes."""
    crossed = any(token.kind == "*" for token in tokens(sheet, ".'"))
    return SEPARATORS if crossed else ".'"


def _sides(sheet: Page, found: Sequence[Token]) -> list[list[Token]]:
    sides = split_sides(found)
    if not sides:
        raise Unreadable("no size", "", 0, len(sheet.original))
    return sides


def _one_size(sheet: Page, found: Sequence[Token], refusal: Unreadable) -> Sizes:
    """Read one size that is calculated, such as ``floor(112.5)``; else refuse as before."""
    depth, calculated = 0, False
    for token in found:
        depth += (token.kind in OPENING) - (token.kind in CLOSING)
        if token.kind in ("@", ",") or (token.kind == "*" and depth <= 0):
            raise refusal
        calculated |= token.kind in ("+", "-", "/", "//", "function", "⌊", "⌈")
    if not calculated:
        raise refusal
    answer = number(sheet.original)
    return Sizes((answer.final.value,), None, None, answer.final.text, answer.skipped)


def _named(sheet: Page, found: Sequence[Token]) -> Sizes | None:
    """Read ``H=14, W=14, C=48``; None where fewer than two axes are named so."""
    waiting: list[str] = []
    axes: list[str] = []
    values: list[Fraction] = []
    stray: Token | None = None
    for at, token in enumerate(found):
        before = found[at - 1].kind if at else ""
        after = found[at + 1].kind if at + 1 < len(found) else ""
        axis = AXES.get(token.text.lower()) if token.kind in ("word", "behind") else None
        if axis and after in ("=", ":"):
            waiting.append(axis)
        elif token.literal is not None:
            if not waiting or before not in ("=", ":"):
                stray = stray or token
                continue
            values += [token.literal.value] * len(waiting)
            axes += waiting
            waiting = []
    if len(axes) < 2:
        return None
    if stray is not None or len(set(axes)) < len(axes):
        at_fault = stray or found[-1]
        raise sheet.refuse("a size without a name", at_fault.start, at_fault.end)
    order = "".join(axes)
    batch = int(values[order.index("N")]) if "N" in order else None
    kept = tuple(value for axis, value in zip(axes, values, strict=True) if axis != "N")
    first = order.index("C") < order.index("H") if {"C", "H"} <= set(order) else None
    return Sizes(kept, first, batch, sheet.quote(0, len(sheet.text)), "")


def _read(sheet: Page, side: Sequence[Token]) -> Sizes | Unreadable:
    """Read the one list of sizes on a side, or return why there is none."""
    reader = _Reader(sheet)
    try:
        for at, token in enumerate(side):
            reader.take(token, side[at + 1] if at + 1 < len(side) else None)
        return reader.sizes(side)
    except Unreadable as refusal:
        return refusal


class _Reader:
    """Collects sizes from the tokens of one side."""

    def __init__(self, sheet: Page) -> None:
        self.sheet = sheet
        self.found: list[Token] = []  # the numbers
        self.values: list[Fraction] = []
        self.prose: list[Token] = []
        self.batch: int | None = None
        self.first: bool | None = None
        self.ended = False  # prose has followed the sizes
        self.before: Token | None = None
        self.slashed = False

    def take(self, token: Token, after: Token | None) -> None:
        if token.literal is not None:
            self.number(token)
        elif token.kind == "@":
            self.first = len(self.values) == 1
        elif token.kind == "-" and not self.values and after and after.text == "1":
            self.batch = 1
        elif (
            token.kind == "/"
            and self.values
            and self.before in self.found[-1:]
            and (after and after.literal)
        ):
            self.slashed = True
        elif token.kind in ("+", "-", "/", "//", "^", "function", "⌊", "⌈"):
            if self.values or token.kind in ("function", "⌊", "⌈"):
                fact = "a calculation in a shape; give its result"
                raise self.sheet.refuse(fact, token.start, token.end, self.squared(token, after))
        elif token.kind in ("word", "behind", "?", "odd"):
            self.word(token, after)
        self.before = token

    def number(self, token: Token) -> None:
        assert token.literal is not None
        if self.batch == 1 and self.before and self.before.kind == "-":
            return
        if self.ended:
            raise self.sheet.refuse("two shapes, or a size apart", token.start, token.end)
        if token.literal.decimal_comma:
            text = token.text
            dotted = f"{text.replace(',', '.')} or {text.replace(',', 'x')}"
            fact = f"{token.text} is one size with a fraction or two sizes"
            raise self.sheet.refuse(fact, token.start, token.end, dotted)
        if token.text[0] == "0" and len(token.text) > 1 and token.text[1].isdecimal():
            raise self.sheet.refuse("a size that begins with 0", token.start, token.end)
        if self.slashed:
            self.slashed = False
            if token.literal.value == 0:
                raise self.sheet.refuse("a division by zero", token.start, token.end)
            self.values[-1] /= token.literal.value
            self.found.append(token)
            return
        self.values.append(token.literal.value)
        self.found.append(token)
        if len(self.values) > MOST_SIZES:
            raise self.sheet.refuse(f"more than {MOST_SIZES} sizes", token.start, token.end)

    def word(self, token: Token, after: Token | None) -> None:
        """Read a word: the batch axis in front, an axis or unit behind a size, or prose."""
        word = token.text.lower()
        if token.behind is not None and token.behind.scale != 1:
            fact = "a size is written in full"
            raise self.sheet.refuse(fact, token.start, token.end)
        before = self.before.kind if self.before else ""
        parted = after is not None and after.kind in _PARTING
        if not self.values and parted and word in BATCHES and self.batch is None:
            self.batch = 1
        elif before in ("*", "@") or (before == "," and len(word) == 1 and self.values):
            raise lettered(self.sheet, token)
        elif token.behind is not None or word in AXES:
            if self.values and channel_words(word):
                self.first = len(self.values) == 1
        elif word in JOINING or axis_order([token]):
            return
        elif lookalike(token.text) or (after is not None and after.kind in ("*", "@")):
            raise lettered(self.sheet, token)
        else:
            self.prose.append(token)
            self.ended = bool(self.values)

    def squared(self, sign: Token, after: Token | None) -> str:
        """Return 14x14 for 14^2."""
        base = self.found[-1].text if self.found else ""
        return f"{base}x{base}" if sign.kind == "^" and after and base else ""

    def sizes(self, side: Sequence[Token]) -> Sizes:
        if not self.values:
            for word in self.prose:
                if any(char.isdecimal() for char in word.text):
                    raise lettered(self.sheet, word)
            first, last = side[0], side[-1]
            raise self.sheet.refuse("no size", first.start, last.end)
        self.brackets(side)
        start, end = self.found[0].start, self.found[-1].end
        skipped = " ".join(self.sheet.quote(word.start, word.end) for word in self.prose)
        first_axis = self.first if len(self.values) > 1 else None
        return Sizes(
            tuple(self.values), first_axis, self.batch, self.sheet.quote(start, end), skipped
        )

    def brackets(self, side: Sequence[Token]) -> None:
        opened = sum(token.kind in OPENING for token in side)
        closed = sum(token.kind in CLOSING for token in side)
        if opened != closed:
            first, last = side[0], side[-1]
            raise self.sheet.refuse("a bracket without its other half", first.start, last.end)
