"""One architecture as a layer table with totals, grouped by block where asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .analysis import Analysis
from .arithmetic.unknown import Unknown
from .comparison import chosen_columns
from .envelope import envelope
from .formulas import assumed, closed_forms
from .layers.base import spatial
from .notation.format import layer_text
from .quantities.base import OfOutput, Quantity
from .quantities.receptive_field import WHOLE, states
from .remarks import assumptions, budget_notes, convention_text, notes, said, spec_text
from .table import Block, Cell, Column, Page, Table, Text

DEFAULT_COLUMNS = ("output", "params", "macs", "receptive_field")
RULER = 12
_LONG = 60  # layers that no terminal shows at once


@dataclass(frozen=True)
class Summary:
    """The layer table of one architecture.

    ``depth`` groups layers by the first parts of their names; ``ruler`` draws the receptive
    field beside its number.
    """

    analysis: Analysis
    name: str = ""
    columns: tuple[str, ...] = DEFAULT_COLUMNS
    counting: str = "macs"
    depth: int = 0
    ruler: bool = False
    layout: str = "hwc"

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """The columns shown."""
        return chosen_columns(self.columns, self.counting)

    def table(self) -> Table:
        """Return the layers, or the blocks, and the totals."""
        columns = [Column("layer", "layer", right=False, wraps=True)]
        if not self.depth:
            columns.append(Column("what", "what", right=False, wraps=True))
        columns += [Column(q.key, "field" if self._short(q) else q.title) for q in self.quantities]
        if self.ruler:
            named = any(q.key == "receptive_field" for q in self.quantities)
            columns.append(Column("ruler", "" if named else "field", right=False))
        rows = self._by_block() if self.depth else self._by_layer()
        total = [Cell("total")] + ([] if self.depth else [Cell("")])
        total += [Cell(q.total(self.analysis), q.unit) for q in self.quantities]
        if self.ruler:
            total.append(Cell(""))
        return Table(tuple(columns), (*rows, tuple(total)), last_is_total=True)

    @staticmethod
    def _short(column: Quantity) -> bool:
        return column.key == "receptive_field"

    def _by_layer(self) -> list[tuple[Cell, ...]]:
        values = [(q, q.of(self.analysis)) for q in self.quantities]
        rows = []
        for i, node in enumerate(self.analysis.nodes):
            row = [Cell(node.name), Cell(layer_text(node.layer, full=False))]
            row += [Cell(column[i], q.unit) for q, column in values]
            if self.ruler:
                row.append(self._mark(i))
            rows.append(tuple(row))
        return rows

    def _by_block(self) -> list[tuple[Cell, ...]]:
        values = [(q, q.of(self.analysis)) for q in self.quantities]
        rows = []
        for name, members in self.analysis.groups(self.depth).items():
            row = [Cell(name)]
            row += [Cell(grouped(q, [column[i] for i in members]), q.unit) for q, column in values]
            if self.ruler:
                row.append(self._mark(members[-1]))
            rows.append(tuple(row))
        return rows

    def _mark(self, position: int) -> Cell:
        """Return the field's share of the input's longer side, for the ruler."""
        state = states(self.analysis)[position]
        if state is WHOLE:
            return Cell((1, 1), "bar")
        sides = self._sides()
        if not isinstance(state, tuple) or not all(isinstance(axis.size, int) for axis in state):
            return Cell("")
        size = max(axis.size for axis in state)
        return Cell((min(size, max(sides)), max(sides)), "bar") if sides else Cell("")

    def _sides(self) -> tuple[int, ...]:
        """Return the input's spatial sizes; none where one is a symbol."""
        (shape, *_) = self.analysis.graph.inputs.values()
        sides = spatial(shape) or shape
        return sides if all(isinstance(n, int) for n in sides) else ()

    def page(self, *, hint: bool = False) -> Page:
        """Return everything ``archcalc summary`` shows; of a long net a ``hint`` at its blocks."""
        blocks: list[Block] = [spec_text(self.analysis, self.name, self.layout), self.table()]
        if self.ruler and self._sides():
            (shape, *_) = self.analysis.graph.inputs.values()
            what = "pixels" if len(shape) > 2 else "positions"
            blocks.append(Text(f"ruler: {RULER} marks = {max(self._sides())} {what}", "note"))
        blocks += closed_forms(self.analysis, self.quantities)
        blocks += [*said(self.analysis), *notes(self.analysis)]
        blocks += budget_notes(self.analysis)
        blocks.append(convention_text(self.counting))
        if assumption := assumed([self.analysis]):
            blocks.append(Text(assumption, "note"))
        blocks += assumptions(self.analysis.settings, self.columns)
        rows = len(self.analysis.nodes)
        if hint and not self.depth and rows > _LONG:
            groups = len(self.analysis.groups(1))
            if groups < rows:
                blocks.append(Text(f"--depth 1 sums these {rows} layers to {groups} rows.", "note"))
        return Page(tuple(blocks), self.data, layout=self.layout)

    def data(self) -> dict[str, Any]:
        """Return the JSON object."""
        return envelope(
            [self.analysis], [self.name or "A"], convention=self.counting, layout=self.layout
        )


def summarize(
    analysis: Analysis,
    *,
    columns: Sequence[str] = DEFAULT_COLUMNS,
    convention: str = "macs",
    depth: int = 0,
    ruler: bool = False,
    layout: str = "hwc",
) -> Summary:
    """Return the layer table of an analysis. Errors: :class:`UsageError` for unknown columns."""
    made = Summary(analysis, analysis.graph.name, tuple(columns), convention, depth, ruler, layout)
    _ = made.quantities
    return made


def grouped(column: Quantity, values: list[Any]) -> Any:
    """Return a block's value from its layers': places and peaks are its end's, counts add up."""
    if isinstance(column, OfOutput) or column.unit in ("layers", "field", "shape"):
        return values[-1]
    if column.key == "peak_memory_bytes":
        unknown = [value for value in values if isinstance(value, Unknown)]
        return unknown[0] if unknown else max(values)
    if column.unit == "ratio":
        pairs = [value for value in values if isinstance(value, tuple)]
        moved = sum(pair[1] for pair in pairs)
        return (sum(pair[0] for pair in pairs), moved) if moved else None
    return sum(value for value in values if value is not None)
