"""Small arithmetic expressions in specs, such as ``C/r``: parsed by hand, evaluated exactly."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from .dims import NotExact, ceil_div, exact_div, larger, smaller
from .textbook import written

_TOKEN = re.compile(r"\s*(?:(\d+)|([A-Za-z_]\w*)|(//|\*\*|[-+*/^(),]))")
FUNCTIONS = {"ceil": (1, 1), "min": (2, 2), "max": (2, 2), "divisible": (1, 2)}  # values they take
_BARE = re.compile(r"-?[\d,]+|[A-WYZ][A-Za-wyz0-9_]*|(floor|ceil)\([^()x]*(\([^()x]*\)[^()x]*)?\)")
_LONGEST = 200
_DEEPEST = 20
_MOST_TO_CANCEL = 100
_LARGEST_POWER = 16
_MOST_BITS = 256
_SYMBOL_BITS = 4  # what a symbol is taken for, to bound powers of symbols
_MOST_CHOICES = 5  # min and max within each other; each triples the time with symbols


def size_text(value: Any) -> str:
    """Return a size as it stands between crosses: numbers and symbols bare, the rest bracketed.

    >>> size_text(14), size_text(Expression.parse("C/r"))
    ('14', '(C/r)')
    """
    if isinstance(value, Expression):
        return str(value)
    text = symbolic_text(value)
    return text if _BARE.fullmatch(text) else f"({text})"


def symbolic_text(value: Any) -> str:
    """Return a number or a sympy expression as text, as a textbook writes it: ``C*K^2``."""
    return written(value) if hasattr(value, "free_symbols") else str(value).replace("**", "^")


def symbolic_ratio(value: Any, base: Any) -> Any:
    """Return the quotient of two numbers or expressions, in lowest terms where that is quick."""
    import sympy

    ratio = sympy.sympify(value) / sympy.sympify(base)
    if ratio.count_ops() > _MOST_TO_CANCEL or ratio.has(sympy.floor, sympy.ceiling, sympy.Min):
        return ratio
    reduced = sympy.cancel(ratio)
    return min((sympy.expand(reduced), reduced), key=lambda form: form.count_ops())


def exact_number(text: str) -> int | Fraction | None:
    """Read ``480``, ``0.75`` or ``3/4`` exactly; None where the text is no such number.

    >>> exact_number("0.75"), exact_number("3/4"), exact_number("0x10")
    (Fraction(3, 4), Fraction(3, 4), None)
    """
    if not re.fullmatch(r"[0-9]{1,15}(\.[0-9]{1,15}|/[0-9]{1,15})?", text):
        return None
    if text.partition("/")[2].strip("0") == "" and "/" in text:
        return None
    number = Fraction(text)
    return number.numerator if number.denominator == 1 else number


class BadExpression(ValueError):
    """An expression that cannot be read; ``position`` is where."""

    def __init__(self, message: str, position: int = 0) -> None:
        super().__init__(message)
        self.position = position


class TooLarge(NotExact):
    """An expression whose value, or a part of it, has hundreds of digits."""

    def __str__(self) -> str:
        return "the value is too large"


class NoFormula(NotExact):
    """A function of something that it has no value for, such as a symbol."""

    def __str__(self) -> str:
        return f"{self.dividend}, not {self.divisor}"


class Expression:
    """An expression over numbers and symbols with ``+ - * / // ^``, parentheses and functions.

    ``/`` between whole numbers has to come out even, ``//`` rounds down. A symbol may stand for an
    exact fraction, such as a width multiplier; the value of the whole has to be a whole number.
    ``ceil(a)``, ``min(a, b)`` and ``max(a, b)`` are what they say; ``divisible(a, 8)`` is the
    multiple of 8 nearest to a, at least 8 and not below 90 % of a: the rule by which MobileNets
    round their channels (https://arxiv.org/abs/1801.04381, slim's ``make_divisible``).

    >>> Expression.parse("C/r").value({"C": 480, "r": 30})
    16
    >>> Expression.parse("divisible(width*24)").value({"width": Fraction("1.4")})
    32
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

        Errors: :class:`NotExact` where a division leaves a remainder, or the whole a fraction;
        :class:`TooLarge` where the value has hundreds of digits or sympy would take minutes.
        """
        if any(not isinstance(values.get(name), int | Fraction) for name in self.free):
            _check_growth(self.tree)
        value = _evaluate(self.tree, values)
        if isinstance(value, Fraction):
            raise NotExact(value.numerator, value.denominator)
        return value

    def put(self, parts: Mapping[str, Expression | int | Fraction]) -> Expression | int:
        """Return the expression with its symbols replaced; a whole number where none is left.

        Errors: :class:`NotExact` where what is left has no whole value; :class:`TooLarge` where it
        is longer than an expression may be.
        """
        trees = {
            name: part.tree if isinstance(part, Expression) else part
            for name, part in parts.items()
        }
        tree = _replaced(self.tree, trees)
        made = Expression(_text(tree, 0) if _pieces(tree) <= _LONGEST else "", tree)
        if not 0 < len(made.text) <= _LONGEST:
            raise TooLarge(self.text, 1)
        if made.free:
            return made
        whole: int = made.value({})
        return whole

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
        if self.peek() == "-":  # -C + N
            self.take()
            left: Any = ("-", 0, self.term(depth))
        else:
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
        if token in FUNCTIONS and self.next + 1 < len(self.tokens) and self.after() == "(":
            return self.function(depth)
        if token[:1].isalpha() or token[:1] == "_":
            return self.take()
        raise BadExpression("a number or a symbol is missing", place)

    def after(self) -> str:
        return self.tokens[self.next + 1][0]

    def function(self, depth: int) -> Any:
        name, place = self.take(), self.here()
        self.take()
        values = [self.sum(depth + 1)]
        while self.peek() == ",":
            self.take()
            values.append(self.sum(depth + 1))
        if self.peek() != ")":
            raise BadExpression('"(" is never closed', place)
        self.take()
        least, most = FUNCTIONS[name]
        if not least <= len(values) <= most:
            wanted = str(least) if least == most else f"{least} or {most}"
            raise BadExpression(f"{name} takes {wanted} values, got {len(values)}", place)
        return (name, *values)

    def finish(self) -> None:
        if self.next < len(self.tokens):
            raise BadExpression(f'"{self.peek()}" cannot stand here', self.here())


def _symbols(tree: Any, found: dict[str, None]) -> None:
    if isinstance(tree, str):
        found[tree] = None
    elif isinstance(tree, tuple):
        for part in tree[1:]:
            _symbols(part, found)


def _replaced(tree: Any, trees: Mapping[str, Any]) -> Any:
    if isinstance(tree, str):
        return trees.get(tree, tree)
    if isinstance(tree, tuple):
        return (tree[0], *(_replaced(part, trees) for part in tree[1:]))
    return tree


def _pieces(tree: Any) -> int:
    """Return how many numbers and symbols a tree has, at most one more than is allowed."""
    found, left = 0, [tree]
    while left and found <= _LONGEST:
        part = left.pop()
        if isinstance(part, tuple):
            left += part[1:]
        else:
            found += 1
    return found


def _check_growth(tree: Any) -> None:
    bits, choices = _growth(tree)
    if bits > _MOST_BITS:
        raise TooLarge(bits, 1)
    if choices > _MOST_CHOICES:
        fact = f"min and max nested deeper than {_MOST_CHOICES} need numbers"
        raise NoFormula(fact, "symbols")


def _growth(tree: Any) -> tuple[int, int]:
    """Return about how many bits a value with symbols has, and how deep min and max nest."""
    if not isinstance(tree, tuple):
        return (tree.bit_length() if isinstance(tree, int) else _SYMBOL_BITS), 0
    operation, *parts = tree
    if operation == "^":
        bits, choices = _growth(parts[0])
        return bits * parts[1], choices
    found = [_growth(part) for part in parts]
    bits = sum(one for one, _ in found) if operation == "*" else max(one for one, _ in found)
    choices = max(one for _, one in found) + (operation in ("min", "max"))
    return bits, choices


_STRENGTH = {"+": 1, "-": 1, "*": 2, "/": 2, "//": 2, "^": 3}


def _text(tree: Any, around: int) -> str:
    """Write a tree with the parentheses it needs inside an operation of strength ``around``."""
    if isinstance(tree, Fraction):
        return f"({tree})" if around > 1 else str(tree)
    if not isinstance(tree, tuple):
        return str(tree)
    if tree[0] in FUNCTIONS:
        return f"{tree[0]}({', '.join(_text(part, 0) for part in tree[1:])})"
    operation, left, right = tree
    strength = _STRENGTH[operation]
    text = f"{_text(left, strength)}{operation}{_text(right, strength + 1)}"
    return f"({text})" if strength < around else text


def _evaluate(tree: Any, values: Mapping[str, Any]) -> Any:
    """Return the value of a tree; a fraction that is whole becomes a whole number."""
    if isinstance(tree, int | Fraction):
        return tree
    if isinstance(tree, str):
        if tree in values:
            return values[tree]
        import sympy

        return sympy.Symbol(tree, integer=True, positive=True)
    operation, *parts = tree
    result = _operate(operation, *(_evaluate(part, values) for part in parts))
    if isinstance(result, Fraction) and result.denominator == 1:
        return result.numerator
    return result


def _operate(operation: str, left: Any, right: Any = None) -> Any:
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
    if operation in ("/", "//"):
        if (type(right) is int and right == 0) or getattr(right, "is_zero", False) is True:
            raise NotExact(left, 0)
        if operation == "//":
            return left // right
        return left / right if Fraction in (type(left), type(right)) else exact_div(left, right)
    if operation == "ceil":
        return -(-left // 1) if isinstance(left, int | Fraction) else ceil_div(left, 1)
    if operation == "divisible":
        return _divisible(left, 8 if right is None else right)
    if isinstance(left, int | Fraction) and isinstance(right, int | Fraction):
        return min(left, right) if operation == "min" else max(left, right)
    return smaller(left, right) if operation == "min" else larger(left, right)


def _divisible(number: Any, step: Any) -> Any:
    """Return the nearest multiple of ``step``, at least one step and 90 % of the number."""
    if isinstance(number, int | Fraction) and (not isinstance(step, int) or step < 1):
        raise NoFormula("divisible needs a whole number of at least 1 as its step", step)
    if not isinstance(number, int | Fraction):
        raise NoFormula("divisible needs a number", number)
    nearest = larger((2 * number + step) // (2 * step) * step, step)
    return nearest if 10 * nearest >= 9 * number else nearest + step


def _product(left: Any, right: Any) -> Any:
    result = left * right
    if type(result) is int and result.bit_length() > _MOST_BITS:
        raise TooLarge(left, right)
    if isinstance(result, Fraction) and result.denominator.bit_length() > _MOST_BITS:
        raise TooLarge(left, right)
    return result
