"""Worked arithmetic as LaTeX: the plain text of a step, read once and written as mathematics.

The plain text is what :class:`~archcalc.arithmetic.working.Working` prints, sums written by hand,
and sizes such as ``14x14x48``. Nothing in the result is punctuation behind a backslash, which
markdown would take for its own.

>>> print(latex("floor((224 + 2*3 - 7) / 2) + 1"))
\\left\\lfloor \\frac{224 + 2 \\cdot 3 - 7}{2} \\right\\rfloor + 1
"""

from __future__ import annotations

import re
from typing import NamedTuple

_CALLS = {
    "floor": ("\\left\\lfloor ", " \\right\\rfloor"),
    "ceil": ("\\left\\lceil ", " \\right\\rceil"),
    "ceiling": ("\\left\\lceil ", " \\right\\rceil"),
    "min": ("\\min\\left(", "\\right)"),
    "max": ("\\max\\left(", "\\right)"),
    "Min": ("\\min\\left(", "\\right)"),
    "Max": ("\\max\\left(", "\\right)"),
    "gcd": ("\\gcd\\left(", "\\right)"),
}
_SIGNS = {"*": " \\cdot ", " * ": " \\times ", "x": " \\times "}
_TOKEN = re.compile(
    r"(?P<number>\d{1,3}(?:,\d{3})+(?!\d)|\d+)"
    rf"|(?P<call>{'|'.join(_CALLS)})\("
    r"|(?P<name>[A-Za-wyz][A-Za-wyz0-9]*)"
    r"|(?P<sign> \* |, | ?/ ?| ?[-+] ?|[*^()x])"
)
_LONGEST = 2000
_DEEPEST = 20


class _Piece(NamedTuple):
    """A part of the formula; ``kind`` is ``atom``, ``fraction``, ``product`` or ``sum``."""

    latex: str
    kind: str = "atom"
    bracketed: bool = False

    def __str__(self) -> str:
        needs = self.bracketed and self.kind not in ("atom", "fraction")
        return f"\\left({self.latex}\\right)" if needs else self.latex


def latex(text: str) -> str:
    """Return arithmetic as LaTeX; nothing where the text is no arithmetic.

    >>> latex("9,408 * 12,000"), latex("the sum of 54 layers")
    ('9{,}408 \\\\times 12{,}000', '')
    """
    tokens = _tokens(text)
    if not tokens:
        return ""
    reader = _Reader(tokens)
    try:
        piece = reader.sum(0)
    except ValueError:
        return ""
    return piece.latex if reader.next == len(tokens) else ""


def _tokens(text: str) -> list[tuple[str, str]]:
    """Return kind and text of each token; none where some character belongs to no token."""
    found: list[tuple[str, str]] = []
    place = 0
    while place < len(text) <= _LONGEST:
        match = _TOKEN.match(text, place)
        if match is None or match.lastgroup is None:
            return []
        word = match[match.lastgroup]
        found.append((match.lastgroup, word if word == " * " else word.strip()))
        place = match.end()
    return found


class _Reader:
    """Reads tokens by the grammar of sums, terms, powers and atoms."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens = tokens
        self.next = 0

    def peek(self) -> str:
        """Return the sign that comes next, or nothing."""
        kind, text = self.tokens[self.next] if self.next < len(self.tokens) else ("", "")
        return text if kind == "sign" else ""

    def take(self) -> tuple[str, str]:
        if self.next == len(self.tokens):
            raise ValueError("it ends too early")
        self.next += 1
        return self.tokens[self.next - 1]

    def close(self) -> None:
        if self.take() != ("sign", ")"):
            raise ValueError("a parenthesis is not closed")

    def sum(self, depth: int) -> _Piece:
        negative = self.peek() == "-"
        if negative:
            self.take()
        first = self.term(depth)
        if self.peek() not in ("+", "-"):
            return _Piece(f"-{first}", "sum") if negative else first
        text = f"-{first}" if negative else str(first)
        while self.peek() in ("+", "-"):
            _, sign = self.take()
            text += f" {sign} {self.term(depth)}"
        return _Piece(text, "sum")

    def term(self, depth: int) -> _Piece:
        left = self.power(depth)
        while self.peek() in ("*", " * ", "/", "x"):
            _, sign = self.take()
            right = self.power(depth)
            if sign == "/":
                left = _Piece(f"\\frac{{{left.latex}}}{{{right.latex}}}", "fraction")
            else:
                left = _Piece(f"{left}{_SIGNS[sign]}{right}", "product")
        return left

    def power(self, depth: int) -> _Piece:
        base = self.atom(depth)
        if self.peek() != "^":
            return base
        self.take()
        bare = base.latex if base.kind == "atom" else f"\\left({base.latex}\\right)"
        return _Piece(f"{bare}^{{{self.atom(depth).latex}}}")

    def atom(self, depth: int) -> _Piece:
        if depth > _DEEPEST:
            raise ValueError("nested too deeply")
        kind, text = self.take()
        if kind == "number":
            return _Piece(text.replace(",", "{,}"))
        if kind == "name":
            return _Piece(_name(text))
        if kind == "call":
            inner = [self.sum(depth + 1).latex]
            while self.peek() == ",":
                self.take()
                inner.append(self.sum(depth + 1).latex)
            self.close()
            left, right = _CALLS[text]
            return _Piece(f"{left}{', '.join(inner)}{right}")
        if text != "(":
            raise ValueError(f"{text} cannot stand here")
        piece = self.sum(depth + 1)
        self.close()
        return piece._replace(bracketed=True)


def _name(text: str) -> str:
    """Return a letter with its mark below it; a longer name upright."""
    if len(text) == 1:
        return text
    return f"{text[0]}_{text[1]}" if len(text) == 2 else f"\\mathrm{{{text}}}"
