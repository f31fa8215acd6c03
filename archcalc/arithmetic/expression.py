"""Small arithmetic expressions in specs, such as ``C/r``: parsed by hand, evaluated exactly."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .dims import NotExact, exact_div

_TOKEN = re.compile(r"\s*(?:(\d+)|([A-Za-z_]\w*)|(//|\*\*|[-+*/^()]))")
_LONGEST = 200
_DEEPEST = 20
_MOST_TO_CANCEL = 100
_LARGEST_POWER = 16
_MOST_BITS = 256


def size_text(value: Any) -> str:
    """Return a size as it stands between crosses: numbers and symbols bare, the rest bracketed.

    >>> size_text(14), size_text(Expression.parse("C/r"))
    ('14', '(C/r)')
    """
    if isinstance(value, Expression):
        return str(value)
    text = symbolic_text(value)
    return text if re.fullmatch(r"-?[\d,]+|[A-WYZ][A-Za-wyz0-9_]*", text) else f"({text})"


def symbolic_text(value: Any) -> str:
    """Return a number or a sympy expression as text, powers written ``K^2``."""
    return str(value).replace("**", "^")


def symbolic_ratio(value: Any, base: Any) -> Any:
    """Return the quotient of two numbers or expressions, in lowest terms where that is quick."""
    import sympy

    ratio = sympy.sympify(value) / sympy.sympify(base)
    if ratio.count_ops() > _MOST_TO_CANCEL or ratio.has(sympy.floor, sympy.ceiling, sympy.Min):
        return ratio
    reduced = sympy.cancel(ratio)
    return min((sympy.expand(reduced), reduced), key=lambda form: form.count_ops())


class BadExpression(ValueError):
    """An expression that cannot be read; ``position`` is where."""

    def __init__(self, message: str, position: int = 0) -> None:
        super().__init__(message)
        self.position = position


class TooLarge(NotExact):
    """An expression whose value, or a part of it, has hundreds of digits."""

    def __str__(self) -> str:
        return "the value is too large"


class Expression:
    """An expression over whole numbers and symbols with ``+ - * / // ^`` and parentheses.

    ``/`` has to come out even, ``//`` rounds down.

    >>> Expression.parse("C/r").value({"C": 480, "r": 30})
    16
    """

    __slots__ = ("text", "tree")

    def __init__(self, text: str, tree: Any) -> None:
        self.text = text
        self.tree = tree

    @classmethod
    def parse(cls, text: str) -> Expression:
        """Read an expression; :class:`BadExpression` where it is none."""
        if len(text) > _LONGEST:
            raise BadExpression(f"an expression of {len(text)} characters (limit {_LONGEST})")
        parser = _Parser(text)
        tree = parser.sum(0)
        parser.finish()
        return cls(re.sub(r"\s+", "", text), tree)

    @property
    def free(self) -> tuple[str, ...]:
        """The symbols, in order of appearance."""
        found: dict[str, None] = {}
        _symbols(self.tree, found)
        return tuple(found)

    def value(self, values: Mapping[str, Any]) -> Any:
        """Put values in; symbols without one become positive integer sympy symbols.

        Errors: :class:`NotExact` where a division leaves a remainder.
        """
        return _evaluate(self.tree, values)

    def __str__(self) -> str:
        return (
            self.text
            if re.fullmatch(r"\d+|[A-WYZ][A-Za-wyz0-9_]*", self.text)
            else f"({self.text})"
        )

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expression) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    # Enough arithmetic for the limit checks of options: an expression is within them until known.

    def __ge__(self, other: int) -> bool:
        return True


class _Parser:
    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, int]] = []
        place = 0
        stripped = text.rstrip()
        while place < len(stripped):
            found = _TOKEN.match(stripped, place)
            if not found:
                raise BadExpression(f'"{stripped[place]}" in an expression', place)
            self.tokens.append(
                (found.group(found.lastindex or 0), found.start(found.lastindex or 0))
            )
            place = found.end()
        self.next = 0
        self.end = len(stripped)

    def peek(self) -> str:
        return self.tokens[self.next][0] if self.next < len(self.tokens) else ""

    def take(self) -> str:
        self.next += 1
        return self.tokens[self.next - 1][0]

    def here(self) -> int:
        return self.tokens[self.next][1] if self.next < len(self.tokens) else self.end

    def sum(self, depth: int) -> Any:
        left = self.term(depth)
        while self.peek() in ("+", "-"):
            left = (self.take(), left, self.term(depth))
        return left

    def term(self, depth: int) -> Any:
        left = self.power(depth)
        while self.peek() in ("*", "/", "//"):
            left = (self.take(), left, self.power(depth))
        return left

    def power(self, depth: int) -> Any:
        base = self.atom(depth)
        if self.peek() in ("^", "**"):
            place = self.here()
            self.take()
            exponent = self.atom(depth)
            if not isinstance(exponent, int) or exponent > _LARGEST_POWER:
                raise BadExpression(f"a power has to be a number up to {_LARGEST_POWER}", place)
            return ("^", base, exponent)
        return base

    def atom(self, depth: int) -> Any:
        if depth > _DEEPEST:
            raise BadExpression(f"parentheses nested deeper than {_DEEPEST}", self.here())
        token, place = self.peek(), self.here()
        if token == "(":
            self.take()
            inner = self.sum(depth + 1)
            if self.peek() != ")":
                raise BadExpression('"(" is never closed', place)
            self.take()
            return inner
        if token.isdigit():
            if len(token) > 12:
                raise BadExpression(f"a number of {len(token)} digits", place)
            return int(self.take())
        if token[:1].isalpha() or token[:1] == "_":
            return self.take()
        raise BadExpression("a number or a symbol is missing", place)

    def finish(self) -> None:
        if self.next < len(self.tokens):
            raise BadExpression(f'"{self.peek()}" cannot stand here', self.here())


def _symbols(tree: Any, found: dict[str, None]) -> None:
    if isinstance(tree, str):
        found[tree] = None
    elif isinstance(tree, tuple):
        for part in tree[1:]:
            _symbols(part, found)


def _evaluate(tree: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(tree, int):
        return tree
    if isinstance(tree, str):
        if tree in values:
            return values[tree]
        import sympy

        return sympy.Symbol(tree, integer=True, positive=True)
    operation, left, right = tree[0], _evaluate(tree[1], values), _evaluate(tree[2], values)
    if operation == "+":
        return left + right
    if operation == "-":
        return left - right
    if operation == "*":
        return _product(left, right)
    if operation == "^":
        result = 1
        for _ in range(right):
            result = _product(result, left)
        return result
    if type(right) is int and right == 0:
        raise NotExact(left, right)
    return left // right if operation == "//" else exact_div(left, right)


def _product(left: Any, right: Any) -> Any:
    result = left * right
    if type(result) is int and result.bit_length() > _MOST_BITS:
        raise TooLarge(left, right)
    return result
