"""A sentence in pieces that say one thing each, with the names and the quantities in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ..measures import Subject
from ..numerals.page import Page
from ..numerals.tokens import CLOSING, OPENING, OPERATORS, Token
from .cleaning import CODE, STRANGE
from .lexing import lexed
from .scope import Net, Scope
from .words import HEDGES, KINDS, KNOWN, Asked, quantities, titled

_NAME = re.compile(r"\w[\w.+/:-]*")
_JOINT = re.compile(
    r"[,;](?=\s|$)|\s(?:and|but|while|whereas)\s|(?<=[¶¤A-Za-z가-힣]) [·•/|] (?=\S)"
)
_LETTERS = re.compile(r"[^\W\d]")
_CALCULATION = frozenset((*OPERATORS, "number", "behind", "function", "=", "==", "~", "@"))
NAMED, ASKED = "¶", "¤"  # what stands for a name and for a quantity


@dataclass(frozen=True)
class Mention:
    """A name, and what it may mean."""

    start: int
    end: int
    means: tuple[tuple[Net, Subject | None], ...]


@dataclass(frozen=True)
class Number:
    """A calculation or number in a sentence, its place in it, and whether it is only about so."""

    start: int
    end: int
    text: str
    rough: bool


@dataclass(frozen=True)
class Quantity:
    """A word for a quantity and its place."""

    start: int
    end: int
    asked: Asked


@dataclass
class Piece:
    """A stretch of a sentence: its names, and its numbers, quantities and words in order."""

    start: int
    mentions: list[Mention] = field(default_factory=list)
    items: list[Number | Quantity | str] = field(default_factory=list)
    is_aside: bool = False
    behind: Mention | None = None  # of an aside: the name in front of it

    @property
    def has_number(self) -> bool:
        """Whether there is a calculation in it."""
        return any(isinstance(item, Number) for item in self.items)

    @property
    def strange(self) -> list[str]:
        """The words that may change what the piece says."""
        words = (item for item in self.items if isinstance(item, str))
        return [word for word in words if word.lower() not in KNOWN | KINDS]


@dataclass(frozen=True)
class Masked:
    """A sentence in which names, quantities and code are single signs, place by place."""

    text: str
    mentions: tuple[Mention, ...]
    asked: tuple[Quantity, ...]


def masked(text: str, scope: Scope) -> Masked:
    """Return a sentence with the signs for what is known in it."""
    chars = list(text)
    mentions: list[Mention] = []
    for code in CODE.finditer(text):
        inner = code[2].strip()
        means = scope.find(inner)
        if means:
            mentions.append(Mention(code.start(), code.end(), tuple(means)))
            _fill(chars, code.start(), code.end(), NAMED)
        elif titled(inner) is None and _LETTERS.search(inner.replace("x", "")):
            _fill(chars, code.start(), code.end(), STRANGE)
    plain = "".join(chars)
    asked = []
    for start, end, what in quantities(plain):
        asked.append(Quantity(start, end, what))
        _fill(chars, start, end, ASKED)
    for word in _NAME.finditer("".join(chars)):
        means = scope.find(word[0]) if _is_name(word[0], plain, word.end()) else []
        if means:
            mentions.append(Mention(word.start(), word.end(), tuple(means)))
            _fill(chars, word.start(), word.end(), NAMED)
    mentions.sort(key=lambda one: one.start)
    return Masked("".join(chars), tuple(mentions), tuple(asked))


def _fill(chars: list[str], start: int, end: int, sign: str) -> None:
    chars[start:end] = sign * (end - start)


def _is_name(word: str, text: str, end: int) -> bool:
    """Tell whether a word can be a name where it stands; a single letter only where it claims."""
    if word.isdecimal():
        return False
    if len(word.rstrip(":")) > 1:
        return True
    return (
        word.endswith(":")
        or re.match(r"'s |[의은는] | (?:has|costs|needs) ", text[end:]) is not None
    )


def pieces(sentence: Masked) -> list[Piece]:
    """Return the pieces of a sentence, those in brackets behind what they stand in."""
    found: list[Piece] = []
    last: Piece | None = None
    for start, text, is_aside in _cut(sentence.text):
        piece = _piece(sentence, start, text)
        piece.is_aside = is_aside
        if is_aside:
            ahead = [one for one in sentence.mentions if one.end <= start]
            between = sentence.text[ahead[-1].end : start].strip(" (") if ahead else "-"
            piece.behind = ahead[-1] if not between else None
        elif last is not None and not last.has_number and last.mentions:
            last.mentions += piece.mentions
            last.items += [",", *piece.items]
            continue
        found.append(piece)
        if not is_aside:
            last = piece
    return found


def _cut(text: str) -> Iterator[tuple[int, str, bool]]:
    """Yield the stretches between commas and the like, and asides that hold a quantity."""
    blank = list(text)
    asides: list[tuple[int, int]] = []
    opened: list[int] = []
    for at, char in enumerate(text):
        if char in "([":
            opened.append(at)
        elif char in ")]" and opened:
            start = opened.pop()
            if not opened and ASKED in text[start:at]:
                asides.append((start + 1, at))
    for start, end in asides:
        blank[start - 1 : end + 1] = " " * (end - start + 2)
    outer = "".join(blank)
    depth, begin = 0, 0
    cuts: list[tuple[int, int, bool]] = []
    level = [0] * (len(outer) + 1)
    for at, char in enumerate(outer):
        depth = max(depth + (char in "([") - (char in ")]"), 0)
        level[at + 1] = depth
    for joint in _JOINT.finditer(outer):
        if not level[joint.start()]:
            cuts.append((begin, joint.start(), False))
            begin = joint.end()
    cuts.append((begin, len(outer), False))
    for start, end, is_aside in sorted([*cuts, *((a, b, True) for a, b in asides)]):
        yield start, (text if is_aside else outer)[start:end], is_aside


def _piece(sentence: Masked, start: int, text: str) -> Piece:
    end = start + len(text)
    piece = Piece(start, [one for one in sentence.mentions if start <= one.start < end])
    read = lexed(text)
    if read is None:
        piece.items.append(STRANGE)
        return piece
    sheet, tokens = read
    by_start = {one.start: one for one in sentence.asked}
    run: list[Token] = []
    depth = 0
    for token in tokens:
        place = sheet.stretch(token.start, token.end)[0] + start
        inside = token.kind == "," and depth > 0
        if token.kind in _CALCULATION or token.kind in (*OPENING, *CLOSING) or inside:
            depth = max(depth + (token.kind in OPENING) - (token.kind in CLOSING), 0)
            run.append(token)
            continue
        piece.items += _numbers(sheet, run, start)
        run, depth = [], 0
        if token.text[:1] == ASKED:
            if place in by_start:
                piece.items.append(by_start[place])
        elif token.text[:1] != NAMED and token.kind not in (".", "!"):
            piece.items.append(token.text if token.kind in ("word", "odd") else token.kind)
    piece.items += _numbers(sheet, run, start)
    return piece


def _numbers(sheet: Page, run: Sequence[Token], start: int) -> list[Number | Quantity | str]:
    """Return a run of arithmetic as what is in front of it, the number, and what is behind."""
    front: list[Number | Quantity | str] = []
    back: list[Number | Quantity | str] = []
    rough = False
    tokens = list(run)
    while tokens and _is_loose(tokens):
        rough |= tokens[0].kind in HEDGES or sheet.quote(tokens[0].start, tokens[0].end) == "≈"
        front.append(tokens.pop(0).kind)
    while tokens and tokens[-1].kind in (*OPERATORS, *OPENING, "=", "==", "~", "@"):
        back.insert(0, tokens.pop().kind)
    if not any(token.kind == "number" for token in tokens):
        return [*front, *(token.text for token in tokens), *back]
    first, last = sheet.stretch(tokens[0].start, tokens[-1].end)
    text = sheet.original[first:last].strip()
    return [*front, Number(first + start, last + start, text, rough), *back]


def _is_loose(tokens: Sequence[Token]) -> bool:
    """Tell whether a run begins with a sign that belongs to what is in front of it."""
    first = tokens[0]
    if first.kind in ("=", "==", "~", "@", *CLOSING):
        return True
    if first.kind not in OPERATORS or first.kind in ("*", "/", "//", "^"):
        return first.kind in OPERATORS
    return len(tokens) > 1 and tokens[1].start > first.end  # a dash
