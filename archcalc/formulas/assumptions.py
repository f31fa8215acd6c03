"""What is stated about symbols, such as ``H = 32*h``: it goes in wherever the symbol stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..arithmetic.dims import NotExact
from ..arithmetic.expression import BadExpression, Expression
from ..errors import UsageError

_HELP = "--assume 'H = 32*h' says that H is a multiple of 32"


def stated(texts: Sequence[str], numbers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that assumptions give to symbols; ``numbers`` are known ones.

    A value is a number once every symbol behind the equals sign has one. Errors:
    :class:`UsageError` (E50) where a text is no ``SYMBOL = EXPRESSION``, where it says something
    about itself, or where the symbol has a number already.

    >>> stated(["H = 32*h"], {"h": 7})
    {'H': 224}
    """
    found: dict[str, Any] = {}
    for text in texts:
        name, equals, right = (part.strip() for part in text.partition("="))
        if not equals or not name.isidentifier():
            raise UsageError("E50", f'"{text[:80]}" is not SYMBOL = EXPRESSION', _HELP)
        if name in numbers or name in found:
            raise UsageError("E50", f"{name[:40]} is given twice", f"only once: {_HELP}")
        found[name] = _value(name, right, {**numbers, **found})
    return found


def behind(texts: Sequence[str]) -> set[str]:
    """Return the symbols behind the equals signs: numbers for them are numbers for the others."""
    found: set[str] = set()
    for text in texts:
        try:
            found |= set(Expression.parse(text.partition("=")[2].strip()).free)
        except BadExpression:
            continue
    return found


def _value(name: str, text: str, values: Mapping[str, Any]) -> Any:
    try:
        expression = Expression.parse(text)
        if name in expression.free:
            raise UsageError("E50", f"{name[:40]} = {text[:80]} says {name[:40]} by itself", _HELP)
        value = expression.value(values)
    except (BadExpression, NotExact) as error:
        raise UsageError("E50", f"{name[:40]} = {text[:80]}: {error}", _HELP) from None
    if isinstance(value, int) and value < 1:
        raise UsageError("E50", f"{name[:40]} = {text[:80]} = {value} is below 1", _HELP)
    return value
