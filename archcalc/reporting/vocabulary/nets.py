"""Nets, and how their totals compare."""

from __future__ import annotations

from typing import Any

from ...analysis import Settings, walk
from ...arithmetic import units
from ...arithmetic.unknown import Unknown
from ...comparison import change
from ...errors import UsageError
from ...quantities import quantity
from ...readers import read, stored, zoo
from ...readers import torch as code
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
        key = (source, name, input, train, tuple(sorted(symbols.items())))
        if key not in self.known:
            if code.reads(source):
                raise UsageError(
                    "E71", f'"{source[:60]}" is code; a template runs none',
                    "name it on the command line: archcalc report SPEC --template FILE",
                )  # fmt: skip
            if not zoo.reads(source) and stored.reads(source):
                self._file(stored.path_of(source))
            graph = read(source, symbols, layout=self.layout, input=input)
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
        """Write how many times as large one number is as another, three digits."""
        if isinstance(one, Unknown) or isinstance(other, Unknown):
            return "?"
        return units.short_ratio(max(one, other), min(one, other))

    def versus(self, one: Described, other: Described, column: str = "macs") -> str:
        """Write how a total compares with another net's: ``21.4x fewer``."""
        of = quantity(column)
        return cells.text(change(of.total(one.analysis), of.total(other.analysis), of))
