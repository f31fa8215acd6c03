"""Signs of expressions whose symbols are positive: proven from their terms, or not said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

_MOST = 6


def sign(value: Any) -> int:
    """Return 1 or -1 where every term has that sign, whatever its positive symbols; else 0.

    A symbol for whole numbers is at least 1: terms may also be those of what it exceeds 1 by.

    >>> import sympy
    >>> C, K = sympy.symbols("C K", integer=True, positive=True)
    >>> sign(C + K), sign(22 * C - 2), sign(C - 1)
    (1, 1, 0)
    """
    import sympy

    found = _sign_of_terms(value.expand())
    whole = [symbol for symbol in value.free_symbols if symbol.is_integer]
    if found or not whole:
        return found
    beyond = value.xreplace({symbol: symbol + 1 for symbol in whole}).expand()
    at_one = value.xreplace(dict.fromkeys(whole, sympy.Integer(1))).expand()
    return _sign_of_terms(beyond) if at_one else 0  # 0 at 1 is no sign


def largest(values: Sequence[Any]) -> Any:
    """Return the largest of some sums of sizes: one of them, or a maximum of a few.

    None where more than six may be the largest, each somewhere.

    >>> import sympy
    >>> H, C = sympy.symbols("H C", integer=True, positive=True)
    >>> largest([3, H, 2 * H, H + C + 3]), largest([H, H + C, 7 * H])
    (Max(2*H, C + H + 3), Max(7*H, C + H))
    >>> largest([4 * H**2, 17 * sympy.floor(H / 2) ** 2, 2 * H])
    Max(4*H**2, 17*floor(H/2)**2)
    >>> largest([5 * H**2, 17 * sympy.floor(H / 2) ** 2, 2 * H])
    5*H**2
    """
    import sympy

    left: list[_Size] = []  # what may be largest
    for value in dict.fromkeys(values):
        one = _Size(sympy.sympify(value))
        if not any(other.is_at_least(one) for other in left):
            left = [other for other in left if not one.is_at_least(other)] + [one]
    found = [one.value for one in left]
    if len(found) == 1:
        return found[0]
    return sympy.Max(*found, evaluate=False) if len(found) <= _MOST else None


class _Size:
    """A sum of products of sizes, as a polynomial in what its symbols exceed 1 by.

    ``exact`` has roundings as sizes of their own; ``least`` and ``most`` are without them, where
    that is possible.
    """

    def __init__(self, value: Any) -> None:
        self.value = value
        self.exact = _terms_beyond(value)
        self.least, self.most = (_terms_beyond(_bound(value, side)) for side in (-1, 1))

    def is_at_least(self, other: _Size) -> bool:
        """Tell whether this is certainly no smaller; no where that is not proven."""
        return _covers(self.exact, other.exact) or _covers(self.least, other.most)


def _covers(one: dict[Any, Any] | None, other: dict[Any, Any] | None) -> bool:
    if one is None or other is None:
        return False
    return all(one.get(term, 0) >= other.get(term, 0) for term in {**one, **other})


def _terms_beyond(value: Any) -> dict[Any, Any] | None:
    """Return the coefficient of each product of what whole symbols exceed 1 by, and of the rest.

    The rest are sizes that are at least 0: roundings. None where it is no such polynomial.
    """
    import sympy

    roundings = value.atoms(sympy.floor, sympy.ceiling)
    rest = {part: sympy.Dummy(str(part), nonnegative=True) for part in roundings}
    plain = value.xreplace(rest)
    symbols = [symbol for symbol in plain.free_symbols if symbol.is_integer]
    beyond = plain.xreplace({symbol: symbol + 1 for symbol in symbols})
    if not beyond.free_symbols:
        return {(): beyond}
    try:
        polynomial = sympy.Poly(beyond, *sorted(beyond.free_symbols, key=str))
    except sympy.PolynomialError:
        return None
    names = [str(generator) for generator in polynomial.gens]
    return {
        tuple((name, power) for name, power in zip(names, powers, strict=True) if power): factor
        for powers, factor in polynomial.terms()
    }


def _bound(value: Any, side: int) -> Any:
    """Return what a sum of products of sizes is at most (1) or at least (-1), without roundings.

    A rounding whose bound might be below 0 stays.
    """
    import sympy

    found = {}
    for part in value.atoms(sympy.floor, sympy.ceiling):
        (inside,) = part.args
        inner = _bound(inside, side)
        _, divisor = sympy.fraction(sympy.together(inside))
        is_floor = isinstance(part, sympy.floor)
        if side > 0 and divisor.is_Integer:
            found[part] = inner if is_floor else inner + 1 - 1 / divisor
        elif side < 0 and not is_floor:
            found[part] = inner
    value = value.xreplace(found)
    shares = [  # 1/r is at most 1
        part for part in value.atoms(sympy.Pow) if part.exp.is_negative and part.base.is_integer
    ]
    value = value.expand()
    if shares and _sign_of_terms(value) > 0:
        value = value.xreplace(dict.fromkeys(shares, sympy.Integer(side > 0)))
    return value


def _sign_of_terms(value: Any) -> int:
    factors = [term.as_coeff_Mul()[0] for term in _terms(value)]
    if all(factor > 0 for factor in factors):
        return 1
    return -1 if all(factor < 0 for factor in factors) else 0


def _terms(value: Any) -> Iterable[Any]:
    terms: Iterable[Any] = value.args if value.is_Add else (value,)
    return terms
