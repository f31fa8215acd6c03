"""What a solution has to satisfy: ``macs <= 5.3M``, ``output = 14x14x48``; read by hand.

A side is an expression over columns, numbers with units, and totals of other nets such as
``macs(resnet18)``. Nothing is evaluated but whole numbers.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ..arithmetic.dims import NotExact
from ..arithmetic.expression import BadExpression, Expression, NoFormula, TooLarge
from ..arithmetic.units import printed
from ..conventions import named_column
from ..errors import UsageError
from ..quantities import keys

_EXAMPLE = "--so-that 'macs <= 5.3M', 'output = input', 'params <= params(resnet18)'"
_PRODUCT = "multiply the other side: 'macs >= 100*params'; // rounds down"
_SIGN = re.compile(r"<=|>=|==|=|<|>")
_NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?: ?(?:KiB|MiB|GiB|TiB|[KkMGBT])\b)?(?![\w.])")
_SHAPE = re.compile(r"\d+(?:x\d+)+")
_OTHER = re.compile(r"\b(\w+)\(([\w.:/+-]+)\)")
_LONGEST = 200
SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
    "=": operator.eq,
}
NAMES = ("input", "input_size", "output_size", "batch")  # besides columns and symbols


@dataclass(frozen=True)
class Goal:
    """One condition: two sides and the sign between them.

    ``names`` are the columns and symbols that the sides read. A side is an Expression over these,
    or a shape, channels last.
    """

    text: str
    left: Expression | tuple[int, ...]
    sign: str
    right: Expression | tuple[int, ...]
    names: tuple[str, ...]

    def sides(self, values: Mapping[str, Any]) -> tuple[Any, Any]:
        """Return the numbers on both sides; None where one is not known.

        A size per axis is compared with another axis by axis, and with a number along every axis.
        """
        return _value(self.left, values), _value(self.right, values)

    def holds(self, values: Mapping[str, Any]) -> bool:
        """Tell whether the condition is true of one variant; not where a number is unknown."""
        left, right = self.sides(values)
        if left is None or right is None:
            return False
        compare = SIGNS[self.sign]
        if isinstance(left, tuple) and isinstance(right, tuple):
            if len(left) != len(right):
                return False
            return all(compare(a, b) for a, b in zip(left, right, strict=True))
        if isinstance(left, tuple):
            return all(compare(a, right) for a in left)
        if isinstance(right, tuple):
            return all(compare(left, b) for b in right)
        return bool(compare(left, right))


def _value(side: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(side, tuple):
        return side
    if side.text in values:  # a column by itself may be sizes
        value = values[side.text]
        if isinstance(value, tuple):
            return value if all(isinstance(n, int) for n in value) else None
        return value if isinstance(value, int | Fraction) else None
    numbers = {name: values[name] for name in side.free}
    if not all(isinstance(number, int | Fraction) for number in numbers.values()):
        return None
    return exact(side, numbers)


def exact(side: Expression, numbers: Mapping[str, int | Fraction]) -> int | Fraction | None:
    """Return the value of an expression without ``/``, a fraction too; None where it has none.

    >>> exact(Expression.parse("2*width + 1"), {"width": Fraction(1, 3)})
    Fraction(5, 3)
    """
    try:
        value: int = side.value(numbers)
    except (TooLarge, NoFormula):
        return None
    except NotExact as error:  # the value itself is no whole number
        return Fraction(error.dividend, error.divisor) if error.divisor else None
    return value


def goal(
    text: str, symbols: set[str], total: Callable[[str, str], int], counting: str = "macs"
) -> Goal:
    """Read a condition; ``total(column, net)`` is what another net has.

    The name of the convention ``counting`` stands for the cost that it counts.

    Errors: :class:`UsageError` (E50) for what is none, (E48) for a column that there is not.
    """
    signs = list(_SIGN.finditer(text))
    if len(text) > _LONGEST or len(signs) != 1:
        raise UsageError("E50", f'"{text[:60]}" is no condition', _EXAMPLE)
    (sign,) = signs
    names: dict[str, None] = {}
    left, right = (
        _side(part, symbols, total, names, counting)
        for part in (text[: sign.start()], text[sign.end() :])
    )
    return Goal(
        " ".join(text.split()), left, sign[0].replace("==", "="), right, tuple(names)
    )  # fmt: skip


def _side(
    text: str,
    symbols: set[str],
    total: Callable[[str, str], int],
    names: dict[str, None],
    counting: str,
) -> Expression | tuple[int, ...]:
    text = text.strip()
    if _SHAPE.fullmatch(text):
        return tuple(int(part[:12]) for part in text.split("x"))
    text = _OTHER.sub(lambda found: _number(total(found[1], found[2])), text)
    text = _NUMBER.sub(lambda found: _number(_printed(found[0])), text)
    if "/" in text.replace("//", ""):
        raise UsageError("E50", f'"{text[:60]}": a quotient may be no whole number', _PRODUCT)
    try:
        side = Expression.parse(text)
    except BadExpression as error:
        raise UsageError("E50", f'"{text[:60]}": {error}', _EXAMPLE) from None
    known = {}
    for name in side.free:
        known[name] = name if name in symbols or name in NAMES else named_column(name, counting).key
        names[known[name]] = None
    return Expression.parse(re.sub(r"[A-Za-z_]\w*", lambda found: _called(found[0], known), text))


def _called(word: str, known: Mapping[str, str]) -> str:
    return known.get(word, word)  # a function of expressions stays


def _number(value: int) -> str:
    """Return a number as expressions have them: at most 12 digits in one piece."""
    if value < 10**12:
        return str(value)
    high, low = divmod(value, 10**12)
    return f"({_number(high)}*10^12+{low})"


def _printed(text: str) -> int:
    try:
        value, _ = printed(text)
    except ValueError as error:
        raise UsageError("E50", str(error), _EXAMPLE) from None
    if value.denominator != 1:
        raise UsageError("E50", f"{text} is not a whole number", _EXAMPLE)
    return value.numerator


def is_column(name: str, counting: str) -> bool:
    """Tell whether a name of a condition is a column, and not a symbol or the input."""
    return name == counting or name in keys()
