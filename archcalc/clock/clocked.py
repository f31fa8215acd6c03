"""Nets with their times side by side, as a table and as reasons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..analysis import Analysis
from ..arithmetic.unknown import Unknown
from ..quantities import quantity
from ..table import Block, Cell, Column, Table, Text
from .words import Time, compared, shown, times_text


@dataclass(frozen=True)
class Clocked:
    """Nets side by side at some batch sizes; ``basis`` says whose times these are.

    ``reference`` is the position of the net compared with.
    """

    names: tuple[str, ...]
    analyses: tuple[Analysis, ...]
    times: tuple[tuple[Time | None, ...], ...]
    batches: tuple[int, ...]
    title: str
    basis: tuple[str, ...]
    reference: int = 0

    def blocks(self) -> list[Block]:
        """Return the table, the reasons, and what the times are."""
        found: list[Block] = [self.table()]
        found += [Text(line) for line in self.reasons()]
        first, *others = self.basis
        found.append(Text(first, "convention"))  # whose times these are is never left out
        found += [Text(line, "note") for line in others]
        return found

    def table(self) -> Table:
        """Return a row per batch size: each net's time, and how it compares."""
        columns = [Column("batch", "batch")]
        columns += [Column(f"{name}_seconds", name) for name in self.names]
        others = [i for i in range(len(self.names)) if i != self.reference]
        base = self.names[self.reference]
        columns += [
            Column(f"{self.names[i]}_ratio", f"{self.names[i]} compared with {base}", False)
            for i in others
        ]
        rows = []
        for batch, times in zip(self.batches, self.times, strict=True):
            row = [Cell(str(batch)), *(Cell(shown(time)) for time in times)]
            row += [Cell(compared(times[i], times[self.reference])) for i in others]
            rows.append(tuple(row))
        return Table(tuple(columns), tuple(rows), self.title)

    def reasons(self) -> list[str]:
        """Return why the ratio of times is not that of MACs, batch by batch."""
        macs = [quantity("macs").total(analysis) for analysis in self.analyses]
        lines = []
        for i, name in enumerate(self.names):
            if i == self.reference or isinstance(macs[i], Unknown):
                continue
            base = macs[self.reference]
            if isinstance(base, Unknown) or not base or not macs[i]:
                continue
            lines.append(f"{name} has {times_text(macs[i], base)} {self.names[self.reference]}.")
        for batch, times in zip(self.batches, self.times, strict=True):
            parts = [f"{time.name}: {time.why}" for time in times if time and time.why]
            if parts:
                lines.append(f"Batch {batch}: {'; '.join(parts)}.")
        return lines

    def data(self) -> list[dict[str, Any]]:
        """Return the times for scripts."""
        return [
            {
                "name": time.name,
                "batch": time.batch,
                "seconds": time.seconds,
                "low": time.low,
                "high": time.high,
                "why": time.why,
            }
            for times in self.times
            for time in times
            if time is not None
        ]
