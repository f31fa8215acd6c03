"""Nets, and how their totals compare."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from ...analysis import Settings, walk
from ...arithmetic import units
from ...arithmetic.expression import exact_number
from ...arithmetic.unknown import Unknown
from ...comparison import change
from ...conventions import CONVENTIONS, cost
from ...errors import UsageError
from ...quantities import quantity
from ...readers import read
from ...renderers import cells
from ...zoo import entries
from ..described import Described
from .desk import Desk


class Nets(Desk):
    """Words that name nets."""

    def net(
        self, source: str, name: str = "", *, input: str = "", train: bool = False, **symbols: Any
    ) -> Described:
        """Read a spec, a file or an architecture of the zoo.

        Errors: :class:`UsageError` (E71) for code, which only the command line runs, and for a
        file elsewhere.
        """
        values = {symbol: _exact(symbol, value) for symbol, value in symbols.items()}
        key = (source, name, input, train, tuple(sorted(values.items())))
        if key not in self.known:
            graph = read(self._source(source), values, layout=self.layout, input=input)
            analysis = walk(graph, Settings(train=train or self.train))
            self.known[key] = Described(
                name or graph.name or "A", analysis, source, layout=self.layout
            )
        return self.known[key]

    def zoo(self, text: str = "") -> list[str]:
        """Return the names of the zoo that contain a text."""
        return [name for name in entries() if text in name]

    def architectures(self, *names: str) -> list[Described]:
        """Read architectures of the zoo by their names."""
        return [self.net(f"zoo:{name}", name) for name in names]

    def ratio(self, one: Any, other: Any) -> str:
        """Write how many times as large one number is as another, three digits; ? beside 0."""
        if isinstance(one, Unknown) or isinstance(other, Unknown) or not (one and other):
            return "?"
        return units.short_ratio(max(one, other), min(one, other))

    def versus(self, one: Described, other: Described, column: str = "macs") -> str:
        """Write how a total compares with another net's: ``21.4x fewer``."""
        of = cost(column) if column in CONVENTIONS else quantity(column)
        return cells.text(change(of.total(one.analysis), of.total(other.analysis), of))


def _exact(symbol: str, value: Any) -> int | Fraction:
    """Return the value of a symbol: a whole number or a fraction, or the text of one."""
    found = exact_number(value) if isinstance(value, str) else value
    if isinstance(found, int | Fraction) and not isinstance(found, bool):
        return found
    raise UsageError("E71", f"{symbol} = {value!r:.40} is no exact number", 'r=16 or r="3/4"')
