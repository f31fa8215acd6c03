"""A closed form: its text as a textbook writes it, its LaTeX, its symbols, its value."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ..arithmetic.latex import latex
from ..arithmetic.textbook import written
from ..errors import UsageError

_PLAIN = re.compile(r"[A-Za-wyz][A-Za-wyz0-9]*")


@dataclass(frozen=True)
class Formula:
    """A sympy expression whose symbols are positive whole numbers.

    >>> import sympy
    >>> H, W, C = sympy.symbols("H W C", integer=True, positive=True)
    >>> print(Formula(9 * C**2 * H * W))
    9*H*W*C^2
    >>> Formula(9 * C**2 * H * W).at(H=7, W=7, C=64)
    1806336
    """

    value: Any

    @property
    def text(self) -> str:
        """The formula as people read it: ``H*W*C*(C + K^2*N)/r``."""
        return written(self.value)

    @property
    def latex(self) -> str:
        """The formula as LaTeX mathematics; nothing where it is too long for a line of it."""
        names = {one: f"zz{i}" for i, one in enumerate(self.free) if not _PLAIN.fullmatch(one)}
        text = self.text
        for name in sorted(names, key=len, reverse=True):
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", names[name], text)
        found = latex(text)
        for name, stand_in in names.items():
            upright = "\\mathrm{" + name.replace("_", "\\_") + "}"
            found = found.replace(f"\\mathrm{{{stand_in}}}", upright)
        return found

    @property
    def free(self) -> tuple[str, ...]:
        """The names of the symbols, sorted."""
        return tuple(sorted(str(symbol) for symbol in self.value.free_symbols))

    def at(self, **numbers: int) -> Any:
        """Put numbers in: an int or a Fraction, or a Formula while a symbol is left.

        Errors: :class:`UsageError` (E29) for a name that is no symbol of the formula, (E50) for
        what is no whole number above 0.
        """
        import sympy

        for name, number in numbers.items():
            if name not in self.free:
                known = ", ".join(self.free)
                raise UsageError("E29", f"no symbol {name[:40]} in {self}", f"symbols: {known}")
            if not isinstance(number, int) or isinstance(number, bool) or number < 1:
                raise UsageError("E50", f"{name}={number!r} is no whole number above 0")
        symbols = {one: numbers[str(one)] for one in self.value.free_symbols if str(one) in numbers}
        left = self.value.xreplace({one: sympy.Integer(n) for one, n in symbols.items()})
        left = left.doit() if left.free_symbols else left
        if left.free_symbols:
            return Formula(left)
        return int(left) if left.is_Integer else Fraction(int(left.p), int(left.q))

    def as_dict(self) -> dict[str, Any]:
        """Return what JSON has: ``expr``, which Python can evaluate, ``latex`` and ``free``."""
        return {
            "expr": written(self.value, "**"),
            "latex": self.latex,
            "free": list(self.free),
        }

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<Formula {self.text}>"

    def _repr_latex_(self) -> str:
        return f"${self.latex}$" if self.latex else self.text


def is_formula(value: Any) -> bool:
    """Tell whether a value is an expression with symbols in it."""
    return bool(getattr(value, "free_symbols", None))
