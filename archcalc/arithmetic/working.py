"""Numbers that show their working.

A :class:`Working` is an integer that remembers the expression it came from, in the order in
which the formula wrote it, so that the source line of a formula is also the textbook line:

>>> size, padding, kernel, stride = Working(224), Working(3), Working(7), Working(2)
>>> output = (size + 2 * padding - kernel) // stride + 1
>>> str(output)
'floor((224 + 2*3 - 7) / 2) + 1'
>>> output.steps()
['floor((224 + 2*3 - 7) / 2) + 1', 'floor(223 / 2) + 1', '112']

Multiplying by a literal 1 (one without a letter of its own), adding 0 and dividing by 1 leave no
trace, and a literal 1 that was just subtracted and is added again cancels; nothing else is ever
rearranged.
"""

from __future__ import annotations

import math
from typing import Any

from .dims import NotExact
from .latex import latex

_TIGHT = {"*": 3, "/": 3, "group": 2, "+": 1}  # how strongly an operation binds; calls bind most


class Working:
    """An integer together with the expression that gave it; equal to its value.

    A leaf is a number, written with thousands commas, or a letter that stands for one:
    ``Working(224, "H")`` prints as ``H``.
    """

    __slots__ = ("args", "op", "value")
    value: Any
    op: str
    args: tuple[Any, ...]

    def __init__(self, value: int, letter: str = "") -> None:
        self.value = value
        self.op = ""
        self.args = (letter,)

    @classmethod
    def _made(cls, value: Any, op: str, *args: Any) -> Working:
        made = cls.__new__(cls)
        made.value, made.op, made.args = value, op, args
        return made

    # What it prints

    @property
    def is_leaf(self) -> bool:
        """Whether this is a plain number or letter, without an expression."""
        return self.op == ""

    def _is_literal(self, number: int) -> bool:
        return self.op == "" and not self.args[0] and self.value == number

    def __str__(self) -> str:
        return self._text()

    def __format__(self, spec: str) -> str:
        return format(self.value, spec) if spec else str(self)

    def __repr__(self) -> str:
        return f"<{self._text()} = {self.value}>"

    def latex(self) -> str:
        """Return the expression as LaTeX mathematics.

        >>> print((Working(13) // Working(2) * Working(1200)).latex())
        \\left\\lfloor \\frac{13}{2} \\right\\rfloor \\cdot 1{,}200
        """
        return latex(str(self))

    def _text(self, outer: int = 0) -> str:
        if self.op == "":
            return str(self.args[0]) or f"{self.value:,}"
        if self.op in ("floor", "ceil"):
            return f"{self.op}({self.args[0]._text(2)} / {self.args[1]._text(4)})"
        if self.op in ("min", "max", "gcd"):
            return f"{self.op}({', '.join(arg._text() for arg in self.args)})"
        binds = _TIGHT[self.op]
        if self.op == "+":
            text = self.args[0][1]._text(1)
            for sign, arg in self.args[1:]:
                text += f" {sign} {arg._text(2)}"
        elif self.op == "group":
            text = " * ".join(arg._text(3) for arg in self.args)
        else:
            first, *rest = self.args
            text = self.op.join([first._text(3), *(arg._text(4) for arg in rest)])
        return f"({text})" if binds < outer else text

    def steps(self) -> list[str]:
        """Return the expression, what it becomes when worked inwards out, and the value."""
        lines: list[str] = []
        current = self
        while not current.is_leaf:
            lines.append(str(current))
            current = current._reduced(top=True)
        result = str(current)
        if len(lines) > 2:  # the written form and the last line with something left to do
            reduced = [line for line in lines[1:] if not _trivial(line)]
            lines = [lines[0], *(reduced[-1:])]
        return [*lines, result] if lines != [result] else lines

    def settled(self) -> Working:
        """Return the value alone, without the expression; a factor of 1 it leaves visible."""
        return Working(self.value, f"{self.value:,}")

    def _reduced(self, top: bool = False) -> Working:
        """Work out the innermost operations once."""
        if self.op == "":
            return self
        if self.op == "+":
            inner = [arg for _, arg in self.args]
            if all(arg.is_leaf for arg in inner):
                return Working(self.value)
            if not top and all(arg.is_leaf or arg._is_flat_product() for arg in inner):
                return Working(self.value)
            return Working._made(
                self.value, "+", *((sign, arg._reduced()) for sign, arg in self.args)
            )
        if all(arg.is_leaf for arg in self.args):
            return Working(self.value)
        return Working._made(self.value, self.op, *(arg._reduced() for arg in self.args))

    def _is_flat_product(self) -> bool:
        return self.op in ("*", "/") and all(arg.is_leaf for arg in self.args)

    # Arithmetic

    def __add__(self, other: Any) -> Any:
        return _sum(self, "+", other)

    def __radd__(self, other: Any) -> Any:
        return _sum(other, "+", self)

    def __sub__(self, other: Any) -> Any:
        return _sum(self, "-", other)

    def __rsub__(self, other: Any) -> Any:
        return _sum(other, "-", self)

    def __mul__(self, other: Any) -> Any:
        return _times(self, other)

    def __rmul__(self, other: Any) -> Any:
        return _times(other, self)

    def __floordiv__(self, other: Any) -> Working:
        return _divided("floor", self, other)

    def __rfloordiv__(self, other: Any) -> Working:
        return _divided("floor", other, self)

    def __mod__(self, other: Any) -> int:
        return int(self.value % _value(other))

    def __rmod__(self, other: Any) -> int:
        return int(_value(other) % self.value)

    def __neg__(self) -> Any:
        return _sum(0, "-", self)

    @staticmethod
    def _ceil_div(one: Any, other: Any) -> Working:
        return _divided("ceil", one, other)

    @staticmethod
    def _exact_div(one: Any, other: Any) -> Working:
        if _value(one) % _value(other):
            raise NotExact(_value(one), _value(other))
        return _divided("/", one, other)

    @staticmethod
    def _smaller(one: Any, other: Any) -> Working:
        left, right = _lifted(one), _lifted(other)
        return Working._made(min(left.value, right.value), "min", left, right)

    @staticmethod
    def _common_divisor(one: Any, other: Any) -> Working:
        left, right = _lifted(one), _lifted(other)
        return Working._made(math.gcd(left.value, right.value), "gcd", left, right)

    @staticmethod
    def _larger(one: Any, other: Any) -> Working:
        left, right = _lifted(one), _lifted(other)
        return Working._made(max(left.value, right.value), "max", left, right)

    # Comparison, by value

    def __eq__(self, other: object) -> bool:
        return bool(self.value == _value(other))

    def __hash__(self) -> int:
        return hash(self.value)

    def __lt__(self, other: Any) -> bool:
        return bool(self.value < _value(other))

    def __le__(self, other: Any) -> bool:
        return bool(self.value <= _value(other))

    def __gt__(self, other: Any) -> bool:
        return bool(self.value > _value(other))

    def __ge__(self, other: Any) -> bool:
        return bool(self.value >= _value(other))

    def __bool__(self) -> bool:
        return bool(self.value)

    def __index__(self) -> int:
        return int(self.value)

    __int__ = __index__


def _value(number: Any) -> Any:
    return number.value if isinstance(number, Working) else number


def _lifted(number: Any) -> Working:
    return number if isinstance(number, Working) else Working(number)


def _trivial(line: str) -> bool:
    """Tell whether a line only has a final "+ 1" left to add: it says nothing new."""
    left, plus, right = line.rpartition(" + ")
    return bool(plus) and right == "1" and left.replace(",", "").isdigit()


def _sum(one: Any, sign: str, other: Any) -> Any:
    if not isinstance(other, Working | int) or not isinstance(one, Working | int):
        return NotImplemented
    left, right = _lifted(one), _lifted(other)
    value = left.value + right.value if sign == "+" else left.value - right.value
    if right._is_literal(0):
        return left
    if left._is_literal(0) and sign == "+":
        return right
    terms = left.args if left.op == "+" else (("+", left),)
    opposite = "-" if sign == "+" else "+"
    if len(terms) > 1 and isinstance(other, int):  # d*(k - 1) + 1 with d = 1 reads k
        last_sign, last = terms[-1]
        if last_sign == opposite and last._is_literal(right.value):
            rest = terms[:-1]
            return rest[0][1] if len(rest) == 1 else Working._made(value, "+", *rest)
    return Working._made(value, "+", *terms, (sign, right))


def _times(one: Any, other: Any) -> Any:
    if not isinstance(other, Working | int) or not isinstance(one, Working | int):
        return NotImplemented
    left, right = _lifted(one), _lifted(other)
    value = left.value * right.value
    if left._is_literal(1):
        return right
    if right._is_literal(1):
        return left
    if "group" in (left.op, right.op) or (left.op == "*" and right.op == "*"):
        parts = [*(left.args if left.op == "group" else (left,))]
        parts += right.args if right.op == "group" else (right,)
        return Working._made(value, "group", *parts)
    if right.op == "*":
        return Working._made(value, "group", left, right)
    if left.op == "*":
        return Working._made(value, "*", *left.args, right)
    return Working._made(value, "*", left, right)


def _divided(op: str, one: Any, other: Any) -> Working:
    left, right = _lifted(one), _lifted(other)
    value = -(-left.value // right.value) if op == "ceil" else left.value // right.value
    if right._is_literal(1):
        return left
    return Working._made(value, op, left, right)
