"""Rounded quotients of symbols in one form, floor((P + c)/d), which rounding again keeps.

For whole numbers ``floor((floor(P/d) + c)/e)`` is ``floor((P + c*d)/(d*e))`` and
``ceil(P/d)`` is ``floor((P + d - 1)/d)``
(Graham, Knuth and Patashnik, Concrete Mathematics, section 3.2). So five halvings of a
size are one division by 32. A rounding disappears where the quotient is certainly whole, and
nowhere else.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, NamedTuple

_MOST_OPERATIONS = 60


class Rounded(NamedTuple):
    """``floor((symbols + shift) / divisor)``; ``symbols`` is whole and has no constant of its own.

    A divisor of 1 says that nothing is rounded.
    """

    symbols: Any
    shift: int
    divisor: int

    def value(self) -> Any:
        """Return the sympy expression, rounded up where that is the shorter form."""
        import sympy

        if self.divisor == 1:
            return self.symbols + self.shift
        turns, rest = divmod(self.shift, self.divisor)
        if rest == 0:
            return sympy.floor(self.symbols / self.divisor) + turns
        if self.shift == self.divisor - 1:
            return sympy.ceiling(self.symbols / self.divisor)
        return sympy.floor((self.symbols + self.shift) / self.divisor)


@lru_cache(maxsize=4096)
def one_rounding(value: Any) -> Any:
    """Return a sympy size with roundings of roundings as one; what is no such size as it is.

    >>> import sympy
    >>> H = sympy.Symbol("H", integer=True, positive=True)
    >>> one_rounding(sympy.floor((sympy.floor((H - 1) / 2) + 1 - 1) / 2) + 1)
    ceiling(H/4)
    """
    if not getattr(value, "free_symbols", None) or value.is_Symbol:
        return value
    import sympy

    if not _rounds(value):
        return value
    found = rounded(value)
    if found is not None:
        return found.value()
    if value.is_Add or value.is_Mul or value.is_Pow or isinstance(value, sympy.Min | sympy.Max):
        return value.func(*map(one_rounding, value.args))
    return value


@lru_cache(maxsize=4096)
def rounded(value: Any) -> Rounded | None:
    """Return a whole sympy size in the one form; None where it has several roundings or none."""
    import sympy

    if isinstance(value, sympy.floor | sympy.ceiling):
        return _quotient(value.args[0], isinstance(value, sympy.ceiling))
    if isinstance(value, sympy.Min | sympy.Max):
        return _extreme(value, isinstance(value, sympy.Min))
    whole = _split(value)
    if whole is None:
        return None
    symbols, shift = whole
    if not _rounds(symbols):
        return Rounded(symbols, shift, 1)
    inner = None if symbols == value or symbols.is_Add or symbols.is_Mul else rounded(symbols)
    if inner is None:
        return None
    return inner._replace(shift=inner.shift + shift * inner.divisor)


def _rounds(value: Any) -> bool:
    import sympy

    return bool(value.has(sympy.floor, sympy.ceiling, sympy.Min, sympy.Max))


def _split(value: Any) -> tuple[Any, int] | None:
    """Return a whole value as its symbols and its constant; None where it may not be whole."""
    constant, symbols = value.as_coeff_Add()
    if not constant.is_Integer or not symbols.is_integer:
        return None
    return symbols, int(constant)


def _quotient(value: Any, up: bool) -> Rounded | None:
    """Return ``floor(value)``, or ``ceil(value)`` where it is rounded ``up``."""
    if value.count_ops() > _MOST_OPERATIONS:
        return None
    terms = value.as_coefficients_dict()
    if not all(factor.is_Rational for factor in terms.values()):
        return None
    divisor = math.lcm(*(int(factor.q) for factor in terms.values()))
    found = rounded(value * divisor)
    if found is None:
        return None
    if up:
        found = found._replace(shift=found.shift + (divisor - 1) * found.divisor)
    return _reduced(found._replace(divisor=found.divisor * divisor))


def _reduced(found: Rounded) -> Rounded:
    """Divide by what every term and the divisor have in common: the constant rounds down."""
    factors = [int(n) for n in found.symbols.as_coefficients_dict().values() if n.is_Integer]
    common = math.gcd(found.divisor, *factors)
    if common == 1 or len(factors) < len(found.symbols.as_coefficients_dict()):
        return found
    divided = found.symbols / common
    symbols = divided.expand() if divided.is_Mul else divided
    return Rounded(symbols, found.shift // common, found.divisor // common)


def _extreme(value: Any, smallest: bool) -> Rounded | None:
    """Return the smallest or largest of sizes that differ in the shift alone."""
    parts = [rounded(part) for part in value.args]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts) or len({(part.symbols, part.divisor) for part in known}) > 1:
        return None
    choose = min if smallest else max
    return choose(known, key=lambda part: part.shift)
