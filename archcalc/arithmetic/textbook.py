"""Formulas as a textbook writes them: common factors in front, heights before depths, ``K^2``.

What is written is equal to what is given, for all values: nothing is assumed on the way.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from .rounding import rounded

_ORDER = "BHWhwLTDCcrRgGKkSsPpdMmNn"  # a letter alone or with a number; other names follow
_MOST_TO_EXPAND = 100
_MOST_OPERATIONS = 4000
_CALLS = {"ceiling": "ceil", "Min": "min", "Max": "max"}
_LAST = 99

Powers = dict[Any, int]


class _Term(NamedTuple):
    """A product: a rational number and powers of symbols, roundings and sums."""

    factor: Any
    powers: Powers

    @property
    def below(self) -> frozenset[tuple[Any, int]]:
        """What stands in the denominator."""
        return frozenset((base, n) for base, n in self.powers.items() if n < 0)

    def value(self) -> Any:
        """Return the sympy expression."""
        from sympy import Mul

        return Mul(self.factor, *(base**n for base, n in self.powers.items()))


@lru_cache(maxsize=8192)
def written(value: Any, power: str = "^") -> str:
    """Return a sympy expression as a textbook writes it, the shortest of the forms tried.

    ``power`` is the sign of powers: ``^``, or ``**`` for programs.

    >>> import sympy
    >>> H, W, C, K, N, r = sympy.symbols("H W C K N r", integer=True, positive=True)
    >>> written(H * W * C**2 / r + H * W * C * K**2 * N / r)
    'H*W*C*(C + K^2*N)/r'
    >>> written((K**2 * N + C) / (K**2 * N) - 1), written(C * N * 9 + N)
    ('C/(K^2*N)', 'N*(9*C + 1)')
    """
    if value.is_number or value.is_Symbol:
        return str(value)
    operations = value.count_ops()
    if operations > _MOST_OPERATIONS:
        return str(value).replace("**", power)
    forms = [value]
    if operations <= _MOST_TO_EXPAND:
        expanded = value.expand()
        forms += [expanded] if expanded != value else []
    return min((_Writer(power).sum(form) for form in forms), key=len)


class _Writer:
    """Writes sums and products; ``power`` is the sign of powers."""

    def __init__(self, power: str) -> None:
        self.power = power

    def sum(self, value: Any) -> str:
        """Write a value that stands alone."""
        if not value.is_Add or _is_rounded(value):
            return self.product(_term(value))
        terms = [_term(part) for part in value.args]
        common = _common(terms)
        if common.powers or common.factor != 1:
            return self.product(_without(common, terms))
        parts = [(_rank(term), self.product(term)) for term in _by_denominator(terms)]
        texts = [text for _, text in sorted(parts)]
        first = next((i for i, text in enumerate(texts) if not text.startswith("-")), 0)
        texts.insert(0, texts.pop(first))
        return "".join([texts[0], *map(_added, texts[1:])])

    def product(self, term: _Term) -> str:
        """Write a number, then symbols, then sums, over what is divided by."""
        above = self.factors((base, n) for base, n in term.powers.items() if n > 0)
        below = self.factors((base, -n) for base, n in term.powers.items() if n < 0)
        number, under = abs(int(term.factor.p)), int(term.factor.q)
        if number != 1 or not above:
            above.insert(0, str(number))
        if under != 1:
            below.insert(0, str(under))
        sign = "-" if term.factor < 0 else ""
        if not below:
            if len(above) == 1 and not sign:
                return _bare(above[0])
            return sign + "*".join(above)
        divisor = f"({'*'.join(below)})" if len(below) > 1 else below[0]
        return f"{sign}{'*'.join(above)}/{divisor}"

    def factors(self, powers: Iterable[tuple[Any, int]]) -> list[str]:
        """Write each power, symbols before sums."""
        found = []
        for base, n in sorted(powers, key=lambda pair: _base_rank(pair[0])):
            text = self.base(base)
            found.append(text if n == 1 else f"{text}{self.power}{n}")
        return found

    def base(self, base: Any) -> str:
        """Write what is multiplied: a symbol, a rounded quotient, or a sum in parentheses."""
        if base.is_Symbol:
            return str(base)
        if _is_rounded(base):
            return self.rounding(base)
        if base.is_Function or base.__class__.__name__ in _CALLS:
            name = base.func.__name__
            return f"{_CALLS.get(name, name)}({', '.join(self.sum(one) for one in base.args)})"
        return f"({self.sum(base)})"

    def rounding(self, base: Any) -> str:
        known = rounded(base)
        assert known is not None
        shift = known.shift
        name = "ceil" if shift == known.divisor - 1 else "floor"
        inside = known.symbols if name == "ceil" else known.symbols + shift
        top = self.sum(inside)
        return f"{name}({f'({top})' if inside.is_Add else top}/{known.divisor})"


def _is_rounded(value: Any) -> bool:
    """Tell whether a value is one rounded quotient, whatever is added to it."""
    if value.is_Symbol or value.is_number:
        return False
    known = rounded(value)
    return known is not None and known.divisor > 1


def _term(value: Any) -> _Term:
    """Return a product as its number and its powers."""
    factor, rest = value.as_coeff_Mul()
    if not factor.is_Rational:
        from sympy import S

        factor, rest = S.One, value
    powers: Powers = {}
    for part in rest.args if rest.is_Mul else (rest,):
        if part.is_number and part == 1:
            continue
        base, exponent = part.as_base_exp()
        whole = exponent.is_Integer
        key, n = (base, int(exponent)) if whole else (part, 1)
        powers[key] = powers.get(key, 0) + n
    return _Term(factor, powers)


def _common(terms: list[_Term]) -> _Term:
    """Return what all terms share; of numbers the divisor, others where they leave a 1."""
    from sympy import Rational

    powers: Powers = {}
    for base, n in terms[0].powers.items():
        found = [term.powers.get(base, 0) for term in terms]
        least = min(found) if n > 0 else max(found)
        if (n > 0 and least > 0) or (n < 0 and least < 0):
            powers[base] = least if n > 0 else min(found)
    tops = [int(term.factor.p) for term in terms]
    below = math.lcm(*(int(term.factor.q) for term in terms))
    shared = Rational(math.gcd(*tops), below)
    if all(abs(term.factor) != shared for term in terms):
        shared = Rational(1, below)
    if all(top < 0 for top in tops):
        shared = -shared
    return _Term(shared, powers)


def _without(common: _Term, terms: list[_Term]) -> _Term:
    """Return a sum as what its terms share times the sum of the rest."""
    from sympy import Add

    rest = []
    for term in terms:
        left = dict(term.powers)
        for base, n in common.powers.items():
            left[base] = left.get(base, 0) - n
        powers = {base: n for base, n in left.items() if n}
        rest.append(_Term(term.factor / common.factor, powers).value())
    inner = Add(*rest)
    return _Term(common.factor, {**common.powers, inner: common.powers.get(inner, 0) + 1})


def _by_denominator(terms: list[_Term]) -> list[_Term]:
    """Return the terms, those over the same denominator factored together."""
    from sympy import Add

    groups: dict[frozenset[tuple[Any, int]], list[_Term]] = {}
    for term in terms:
        groups.setdefault(term.below, []).append(term)
    found = []
    for below, members in groups.items():
        if not below or len(members) == 1 or len(groups) == 1:
            found += members
            continue
        together = Add(*(member.value() for member in members))
        common = _common(members)
        found.append(_without(common, members) if together.is_Add else _term(together))
    return found


def _rank(term: _Term) -> tuple[Any, ...]:
    """Return where a term stands in a sum: symbols in their order, constants, fractions."""
    keys: list[Any] = []
    for base, n in sorted(term.powers.items(), key=lambda pair: _base_rank(pair[0])):
        keys += [_base_rank(base)] * max(n, 0)
    end = (_LAST + 1, "", 0, 0, "")
    return (bool(term.below), tuple([*keys, end]), str(term.value()))


def _base_rank(base: Any) -> tuple[Any, ...]:
    """Return where a factor stands in a product: by its letter, a quotient by its divisor."""
    if base.is_Symbol:
        return (*_letter_rank(str(base)), 0, 0, "")
    first = min((_letter_rank(str(one)) for one in base.free_symbols), default=(_LAST, ""))
    if _is_rounded(base):
        known = rounded(base)
        assert known is not None
        return (*first, known.divisor, known.shift, str(known.symbols))
    return (_LAST, first[1], 1, 0, str(base))


def _letter_rank(name: str) -> tuple[int, str]:
    if re.fullmatch(r"[A-Za-z]\d*", name) and name[0] in _ORDER:
        return _ORDER.index(name[0]), name
    return len(_ORDER), name


def _added(text: str) -> str:
    return f" - {text[1:]}" if text.startswith("-") else f" + {text}"


def _bare(text: str) -> str:
    """Return a factor that stands alone without parentheses around all of it."""
    if not (text.startswith("(") and text.endswith(")")):
        return text
    depth = 0
    for i, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if depth == 0:
            return text[1:-1] if i == len(text) - 1 else text
    return text
