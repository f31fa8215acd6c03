"""A net as templates see it: its name, its spec, and every column as an attribute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from ..analysis import Analysis
from ..conventions import CONVENTIONS, cost
from ..layers.base import written
from ..notation.format import inlined, stages
from ..quantities import QUANTITIES, quantity
from ..table import SpecText


@dataclass(frozen=True)
class Described:
    """A net of a report: ``net.macs``, ``net.params``, ``net.peak_memory_bytes``, ... are totals.

    ``source`` is what it can be asked for by on the command line.
    """

    name: str
    analysis: Analysis
    source: str = ""
    layout: str = "hwc"

    def __getattr__(self, key: str) -> Any:
        """Return the total of a column; AttributeError where there is none."""
        if key.startswith("_") or key not in {column.key for column in QUANTITIES()}:
            raise AttributeError(key)
        return quantity(key).total(self.analysis)

    def total(self, key: str, of: str | Sequence[str] = ()) -> Any:
        """Return a column's total, or the cost by a convention, of the net or of some layers.

        ``of`` names layers or blocks. Errors: :class:`~archcalc.errors.UsageError` for a column or
        a layer that there is not.
        """
        column = cost(key) if key in CONVENTIONS else quantity(key)
        if not of:
            return column.total(self.analysis)
        values = column.of(self.analysis)
        names = (of,) if isinstance(of, str) else tuple(of)
        found = [
            values[i]
            for i, node in enumerate(self.analysis.nodes)
            if any(node.name == name or node.name.startswith(f"{name}.") for name in names)
        ]
        if not found:
            self.analysis.position(names[0])  # raises, naming the layers there are
        return sum(value for value in found if value is not None)

    def share(self, key: str, *words: str) -> Fraction:
        """Return the share of a column's total that layers of some words of the notation have.

        0 where the total is 0 or nobody knows it.
        """
        column, analysis = quantity(key), self.analysis
        total = column.total(analysis)
        if not isinstance(total, int) or not total:
            return Fraction(0)
        pairs = zip(analysis.nodes, column.of(analysis), strict=True)
        mine = (value for node, value in pairs if node.layer.word in words)
        return Fraction(sum(value for value in mine if value is not None), total)

    def layer(self, name: str) -> dict[str, Any]:
        """Return the columns of one layer by key."""
        position = self.analysis.position(name)
        return {column.key: column.of(self.analysis)[position] for column in QUANTITIES()}

    @property
    def layers(self) -> int:
        """How many layers are counted."""
        return len(self.analysis.nodes)

    @property
    def input(self) -> str:
        """The shape of the input, as people write it."""
        shapes = self.analysis.graph.inputs.values()
        return ", ".join(written(shape, self.layout) for shape in shapes)

    @property
    def output(self) -> str:
        """The shape of the output, as people write it."""
        return written(self.analysis.output, self.layout)

    @property
    def note(self) -> str:
        """What the spec says about itself."""
        return self.analysis.graph.spec.note if self.analysis.graph.spec else ""

    @property
    def origin(self) -> str:
        """Where the architecture was published, as the spec says."""
        return self.analysis.graph.spec.origin if self.analysis.graph.spec else ""

    @property
    def heads(self) -> tuple[str, ...]:
        """The names of the layers that only exist in training and are not counted."""
        return () if self.analysis.settings.train else self.analysis.graph.training_only

    @property
    def unknown(self) -> tuple[str, ...]:
        """The names of the layers with a count that nobody knows."""
        return self.analysis.unknown()

    @property
    def symbols(self) -> tuple[str, ...]:
        """The symbols that are free: a net that has some has formulas instead of numbers."""
        free = {str(symbol) for value in self._sizes() for symbol in _free(value)}
        return tuple(sorted(free))

    def _sizes(self) -> list[Any]:
        return [self.macs, self.params, self.activations]

    def spec_text(self, *, full: bool = False) -> SpecText:
        """Return the canonical spec, every option written where it is ``full``."""
        spec = self.analysis.graph.spec
        if spec is None:
            count = f"... {self.layers} operations recorded from {self.analysis.graph.name}"
            return SpecText(self.name, (self.input, count))
        first, *others = stages(inlined(replace(spec, name="")), full=full)
        if self.layout == "chw" and spec.input:
            *sizes, channels = spec.input
            first = "x".join(str(size) for size in (channels, *sizes))
        return SpecText(self.name, (first, *others))

    @property
    def values(self) -> str:
        """What its symbols stand for, such as ``r=16``; empty where it has none."""
        return ", ".join(f"{name}={value}" for name, value in self.analysis.graph.values.items())


def _free(value: Any) -> frozenset[Any]:
    found: frozenset[Any] = getattr(getattr(value, "at_least", value), "free_symbols", frozenset())
    return found
