"""When one cost is below another: derived where it can be proven, else not said.

The difference of the costs is factored. Of its factors all but one have to be certainly positive:
sums of products of symbols and sizes, or of what these exceed 1 by. The one that is left has to be
``a*s + b`` with ``a`` certainly positive or negative; then it is positive exactly where ``s`` is
beyond ``-b/a``.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from ..arithmetic.signs import sign
from ..arithmetic.textbook import written

_MOST_OPERATIONS = 150
_MOST_TERMS = 40


@dataclass(frozen=True)
class Condition:
    """Where the second of two costs is below the first: everywhere, nowhere, or beyond a bound.

    ``relation`` is ``always``, ``never``, ``equal``, ``>`` or ``<``; only the last two have a
    ``symbol`` and a ``bound``. ``difference`` is the first cost minus the second, factored: the
    proof can be read from it.
    """

    relation: str
    symbol: Any
    bound: Any
    difference: str

    def __str__(self) -> str:
        if self.relation in (">", "<"):
            return f"when {self.symbol} {self.relation} {written(self.bound)}"
        return {"always": "always", "never": "never", "equal": "never: they are equal"}[
            self.relation
        ]

    def as_dict(self) -> dict[str, str]:
        """Return the condition and the difference that proves it, as JSON has them."""
        return {"condition": str(self), "difference": self.difference}


def below(first: Any, second: Any, positive: Collection[Any], own: Collection[str] = ()) -> Any:
    """Return the :class:`Condition` under which ``second < first``; None where none is proven.

    ``positive`` are sizes that are at least 1 wherever the nets take their input; ``own`` are the
    names of symbols that the condition is best said about.
    """
    import sympy

    difference = sympy.sympify(first) - sympy.sympify(second)
    if difference.count_ops() > _MOST_OPERATIONS:
        return None
    known = _stand_ins(difference, positive)
    replaced = difference.xreplace(known)
    sizes = {stand_in: size for size, stand_in in known.items()}
    if not all(symbol.is_positive for symbol in replaced.free_symbols) or _rounds(replaced):
        return None
    top, bottom = sympy.fraction(sympy.together(replaced))
    top, bottom = sympy.expand(top), sympy.expand(bottom)
    if top == 0:
        return Condition("equal", None, None, "0")
    if sign(bottom) == 0 or max(len(top.as_ordered_terms()), 1) > _MOST_TERMS:
        return None
    constant, factors = sympy.factor_list(top)
    direction = sign(bottom) * (1 if constant > 0 else -1)
    shown = sympy.Mul(constant, *(one**n for one, n in factors)) / bottom
    proof = written(shown.xreplace(sizes))
    left = []
    for factor, times in factors:
        found = sign(factor)
        if found == 0:
            left.append((factor, times))
        elif times % 2:
            direction *= found
    if not left:
        return Condition("always" if direction > 0 else "never", None, None, proof)
    if len(left) > 1 or left[0][1] != 1:
        return None
    return _isolated(left[0][0] * direction, sizes, own, proof)


def _isolated(factor: Any, sizes: dict[Any, Any], own: Collection[str], proof: str) -> Any:
    """Return the condition ``factor > 0`` said about one symbol; None where it cannot be."""
    import sympy

    inside = {str(one) for size in sizes.values() for one in size.free_symbols}
    symbols = [one for one in factor.free_symbols if one not in sizes and str(one) not in inside]
    for symbol in sorted(symbols, key=lambda one: (str(one) not in own, str(one))):
        line = sympy.Poly(factor, symbol)
        if line.degree() != 1:
            continue
        slope, constant = line.all_coeffs()
        direction = sign(slope)
        if direction:
            bound = sympy.expand(sympy.cancel(-constant / slope))
            return Condition(">" if direction > 0 else "<", symbol, bound.xreplace(sizes), proof)
    return None


def _stand_ins(value: Any, positive: Collection[Any]) -> dict[Any, Any]:
    """Return symbols to stand for the sizes in a value that are certainly at least 1."""
    import sympy

    found: dict[Any, Any] = {}
    parts = sorted(sympy.preorder_traversal(value), key=lambda part: (-part.count_ops(), str(part)))
    for part in dict.fromkeys(parts):
        if part.is_Symbol or not part.free_symbols:
            continue
        rounding = isinstance(part, sympy.floor | sympy.ceiling)
        if (part in positive and (rounding or part.is_Add)) or (rounding and part.is_positive):
            found[part] = sympy.Dummy(f"size{len(found)}", integer=True, positive=True)
    return found


def _rounds(value: Any) -> bool:
    import sympy

    return bool(value.atoms(sympy.Function, sympy.Min, sympy.Max))
