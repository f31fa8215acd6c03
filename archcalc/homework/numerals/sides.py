"""One side of a chain: where its calculation is, and what around it is only prose."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from .tokens import CLOSING, OPENING, Token, lookalike
from .vocabulary import FILLERS, Behind

_PROSE = frozenset(("word", "odd"))
_BREAKS = frozenset((*_PROSE, ",", ":", ";", ".", "~", "@", "?"))
_SIGNS = frozenset(("+", "-", "*", "/", "//", "^"))
TIMES = Behind(unit="times")


@dataclass(frozen=True)
class Side:
    """The calculations found between two equals signs, and the prose around them.

    ``labelled`` tells that the prose may say something about the number (``conv 3 = ...``).
    """

    tokens: tuple[Token, ...]
    candidates: tuple[tuple[Token, ...], ...]
    prose: tuple[Token, ...]
    labelled: bool

    @property
    def letters(self) -> Token | None:
        """The first word that stands within or against the arithmetic, if any."""
        for tokens in self.candidates:
            for token in tokens:
                if token.kind in _PROSE:
                    return token
        return None


def split_sides(tokens: Sequence[Token]) -> list[list[Token]]:
    """Return the tokens between the equals signs outside remarks; empty sides are left out."""
    sides: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth = max(depth + (token.kind in OPENING) - (token.kind in CLOSING), 0)
        if token.kind == "=" and (not depth or not _closed(tokens, token, depth)):
            sides.append([])
        else:
            sides[-1].append(token)
    return [side for side in sides if side]


def _closed(tokens: Sequence[Token], inner: Token, depth: int) -> bool:
    """Tell whether the bracket around a token is closed at all."""
    for token in tokens:
        if token.start > inner.start:
            depth += (token.kind in OPENING) - (token.kind in CLOSING)
            if depth <= 0:
                return True
    return False


def side(tokens: Sequence[Token]) -> Side:
    """Return a side with its calculations and its prose told apart."""
    kept, prose = _without_remarks(_ratios(list(tokens)))
    stretches: list[list[Token]] = [[]]
    depth = 0
    colon = -1
    for at, token in enumerate(kept):
        depth = max(depth + (token.kind in OPENING) - (token.kind in CLOSING), 0)
        against = token.kind in _PROSE and _beside_sign(kept, at)
        if token.kind in _BREAKS and not depth and not against:
            prose.append(token)
            stretches.append([])
            colon = token.start if token.kind == ":" else colon
        else:
            stretches[-1].append(token)
    candidates = []
    for stretch in stretches:
        if any(token.kind == "number" for token in stretch):
            candidates.append(tuple(stretch))
        else:
            prose += stretch
    prose.sort(key=lambda token: token.start)
    free = (token for token in prose if token.kind in _PROSE and token.start > colon)
    labelled = any(token.text.lower() not in FILLERS for token in free)
    return Side(tuple(tokens), tuple(candidates), tuple(prose), labelled)


def misread(side: Side) -> Iterator[Token]:
    """Yield the words of the prose that look like a number with a letter in it."""
    return (token for token in side.prose if token.kind == "word" and lookalike(token.text))


def _beside_sign(tokens: Sequence[Token], at: int) -> bool:
    """Tell whether a word is an operand: a sign stands before or behind it."""
    before = tokens[at - 1].kind if at else ""
    after = tokens[at + 1].kind if at + 1 < len(tokens) else ""
    return before in _SIGNS or after in _SIGNS


def _ratios(tokens: list[Token]) -> list[Token]:
    """Read ``21.4:1`` and ``x21.4`` as ratios; a colon with a space behind only is a label's."""
    for at, token in enumerate(tokens):
        if token.kind == ":" and 0 < at < len(tokens) - 1:
            before, after = tokens[at - 1], tokens[at + 1]
            numbers = before.kind == after.kind == "number"
            even = (before.end == token.start) == (token.end == after.start)
            if numbers and even:
                times = Token("behind", after.end, after.end, "", None, TIMES)
                if after.text == "1":
                    return [*tokens[:at], replace(times, start=token.start), *tokens[at + 2 :]]
                divided = replace(token, kind="/")
                return [*tokens[:at], divided, after, times, *tokens[at + 2 :]]
    first = next((at for at, token in enumerate(tokens) if token.kind != "~"), len(tokens))
    cross = len(tokens) == first + 2 and tokens[first].text in ("x", "X", "×")
    if cross and tokens[-1].kind == "number":
        end = tokens[-1].end
        return [*tokens[:first], tokens[-1], Token("behind", end, end, "", None, TIMES)]
    return tokens


def _without_remarks(tokens: list[Token]) -> tuple[list[Token], list[Token]]:
    """Take out brackets that hold prose: ``760 (with bias)``."""
    kept: list[Token] = []
    prose: list[Token] = []
    ends = _matching(tokens)
    at = 0
    while at < len(tokens):
        end = ends.get(at)
        if end is not None and _is_remark(tokens, at, end):
            prose += [replace(token, kind="word") for token in tokens[at : end + 1]]
            at = end + 1
        else:
            kept.append(tokens[at])
            at += 1
    return kept, prose


def _matching(tokens: Sequence[Token]) -> dict[int, int]:
    """Return where each outermost bracket is closed."""
    found: dict[int, int] = {}
    opened: list[int] = []
    for at, token in enumerate(tokens):
        if token.kind in OPENING:
            opened.append(at)
        elif token.kind in CLOSING and opened:
            start = opened.pop()
            if not opened:
                found[start] = at
    return found


def _is_remark(tokens: Sequence[Token], start: int, end: int) -> bool:
    """Tell whether a bracket holds prose and stands where no operand does."""
    before = tokens[start - 1] if start else None
    after = tokens[end + 1].kind if end + 1 < len(tokens) else ""
    if (before and before.kind in (*_SIGNS, "function")) or after in _SIGNS:
        return False
    if before and before.kind in CLOSING and before.end == tokens[start].start:
        return False
    inside = tokens[start + 1 : end]
    words = [token.text for token in inside if token.kind == "word"]
    if not words or any(not _is_name(word) for word in words):
        return False
    signs = any(token.kind in _SIGNS for token in inside)
    return not signs or not any(token.kind == "number" for token in inside)


def _is_name(word: str) -> bool:
    """Tell whether a word is prose or a layer's name: letters, with digits only at its end."""
    head = word.rstrip("0123456789")
    if head == word:
        return not any(char.isdecimal() for char in word)
    return len(head) > 1 and head.isalpha() and head.islower()
