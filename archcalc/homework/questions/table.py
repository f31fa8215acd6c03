"""Questions for a table of layers, marked cell by cell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from ..answers import Given, GivenTable
from ..diagnosis import Finding
from ..measures import Measure, OfLayers, OutputShape, Subject
from ..numerals import Unreadable, Written
from ..slips import SLIPS
from .base import Earlier, Mark, Question, Verdict
from .number import NumberQuestion
from .rows import TOTAL, matched
from .shape import ShapeQuestion


@dataclass(frozen=True)
class Cell:
    """One cell of the table: the layer's name, the column, and the question that it asks."""

    layer: str
    column: str
    question: NumberQuestion | ShapeQuestion


@dataclass(frozen=True, kw_only=True)
class TableQuestion(Question):
    """A table with a row per layer and some columns: every cell is worth the same."""

    subject: Subject
    columns: tuple[Measure, ...]

    @cached_property
    def cells(self) -> dict[tuple[str, str], Cell]:
        """The cells by layer and column; those of the total are under ``total``."""
        found: dict[tuple[str, str], Cell] = {}
        analysis = self.subject.analysis
        for position in (*self.subject.positions, None):
            for measure in self.columns:
                if position is None and not isinstance(measure, OfLayers):
                    continue
                name = "total" if position is None else analysis.nodes[position].name
                places = self.subject.positions if position is None else (position,)
                subject = Subject(analysis, places, name, is_whole=False)
                found[name, measure.key] = Cell(name, measure.key, self._cell(subject, measure))
        return found

    def _cell(self, subject: Subject, measure: Measure) -> NumberQuestion | ShapeQuestion:
        kind = ShapeQuestion if isinstance(measure, OutputShape) else NumberQuestion
        return kind(
            id=f"{self.id} {subject.name} {measure.key}",
            title=measure.title,
            about=subject.name,
            points=Fraction(1),
            policy=self.policy,
            subject=subject,
            measure=measure,
        )

    @property
    def expected(self) -> Any:
        return {
            f"{layer}.{column}": cell.question.expected
            for (layer, column), cell in self.cells.items()
        }

    def expected_text(self, exact: bool = True) -> str:
        """Return how many cells there are."""
        return f"a table of {len(self.subject.positions)} layers"

    def working(self) -> tuple[str, ...]:
        names = list(dict.fromkeys(layer for layer, _ in self.cells))
        heads = ["layer", *(measure.title for measure in self.columns)]
        rows = [heads]
        for name in names:
            row = [name]
            for measure in self.columns:
                cell = self.cells.get((name, measure.key))
                row.append(cell.question.expected_text() if cell else "")
            rows.append(row)
        widths = [max(len(row[i]) for row in rows) for i in range(len(heads))]
        return tuple(
            "    "
            + "  ".join(
                text.ljust(width) if i == 0 else text.rjust(width)
                for i, (text, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in rows
        )

    def mark(self, given: Given | None, earlier: Earlier) -> Mark:
        tables = [one for one in earlier.tables if one.id == self.id]
        tables = tables or [one for one in earlier.tables if not one.id and self._is_mine(one)]
        if not tables:
            if given is None or not given.text.strip():
                return Mark(self, "", Verdict.MISSING, Fraction(0))
            said = "a table of layers was expected"
            return Mark(self, given.text, Verdict.UNREADABLE, Fraction(0), (said,), problem=said)
        try:
            return self._marked(tables[-1], earlier)
        except Unreadable as error:
            lines = (f"Could not be read, so it is not marked: {error.fact}.",)
            return Mark(
                self,
                "a table",
                Verdict.UNREADABLE,
                Fraction(0),
                lines,
                problem=error.fact,
                line=error.start,
            )

    def marked(self, given: Given, earlier: Earlier) -> Mark:
        raise AssertionError("tables are marked by mark()")

    def _is_mine(self, table: GivenTable) -> bool:
        """Tell whether a table has a column of layers and one of this question's."""
        keys = {_column(name) for name in table.columns}
        return "layer" in table.columns and bool(keys & {one.key for one in self.columns})

    def _marked(self, table: GivenTable, earlier: Earlier) -> Mark:
        wanted = list(self.cells)
        marks: dict[tuple[str, str], Mark] = {}
        lines: list[str] = []
        so_far: dict[str, Mark] = {}
        given = {one[:2]: one[2:] for one in self._given_cells(table)}  # the last one counts
        for key, (text, line) in given.items():
            cell = self.cells.get(key)
            if cell is None:
                continue
            mark = cell.question.mark(
                Given(cell.question.id, text, line, line), Earlier(dict(so_far))
            )
            marks[key] = mark
            so_far[cell.question.id] = mark
        found: list[Finding] = []
        for (layer, column), mark in marks.items():
            lines += _remarks(self.cells[layer, column], mark)
            found += mark.findings
        sums = self._sums(marks)
        lines += [line for _, line in sums]
        found += [finding for finding, _ in sums]
        asked = [key for key in wanted if key in marks or not self._is_optional(key[0])]
        missing = [
            key for key in asked if key not in marks or marks[key].verdict is Verdict.MISSING
        ]
        if missing:
            names = ", ".join(f"{layer} {column}" for layer, column in missing[:6])
            more = f" and {len(missing) - 6} more" if len(missing) > 6 else ""
            lines.append(f"Not answered: {names}{more}.")
        score = sum((mark.score for mark in marks.values()), Fraction(0)) / max(len(asked), 1)
        unreadable = [mark for mark in marks.values() if mark.verdict is Verdict.UNREADABLE]
        right = sum(mark.verdict is Verdict.RIGHT for mark in marks.values())
        verdict = Verdict.NOT_YET
        if unreadable:
            verdict = Verdict.UNREADABLE
        elif score >= 1:
            verdict = Verdict.RIGHT
        elif score > 0:
            verdict = Verdict.PARTLY
        return Mark(
            self,
            f"{right} of {len(asked)} cells",
            verdict,
            score * self.points,
            tuple(lines),
            tuple(found),
            problem=unreadable[0].problem if unreadable else "",
            line=unreadable[0].line if unreadable else table.lines[0] if table.lines else 0,
            followed=any(mark.followed for mark in marks.values()),
        )

    def _is_optional(self, layer: str) -> bool:
        """Tell whether a row may be left out: the total, and layers that change nothing."""
        if layer == TOTAL:
            return True
        facts = self.subject.analysis[layer]
        keeps = facts.is_view or facts.inputs[:1] == (facts.output,)
        return keeps and facts.params == 0 and facts.macs == 0

    def _given_cells(self, table: GivenTable) -> Iterator[tuple[str, str, str, int]]:
        """Return layer, column, text and line of every cell that has both."""
        place = table.columns.index("layer") if "layer" in table.columns else 0
        nodes = [self.subject.analysis.nodes[p] for p in self.subject.positions]
        called = [row[place] if place < len(row) else "" for row in table.rows]
        names = [node.name for node in nodes]
        layers = matched(called, names, [node.layer.word for node in nodes])
        if layers is None:
            line = table.lines[0] if table.lines else 0
            shown = ", ".join(names[:6]) + (", ..." if len(names) > 6 else "")
            raise Unreadable(f"the rows are not those of the net: {shown}", "", line, line)
        for layer, row, line in zip(layers, table.rows, table.lines, strict=True):
            for column, text in zip(table.columns, row, strict=False):
                if layer and column not in (None, "layer") and text.strip():
                    yield layer, _column(column), text, line

    def _sums(self, marks: dict[tuple[str, str], Mark]) -> list[tuple[Finding, str]]:
        """Find totals that are not the sum of the student's own rows."""
        found = []
        for measure in self.columns:
            total = marks.get(("total", measure.key))
            if total is None or not isinstance(total.read, Written):
                continue
            if total.verdict is Verdict.RIGHT:
                continue
            rows = [
                mark.read
                for (layer, column), mark in marks.items()
                if column == measure.key and layer != "total" and isinstance(mark.read, Written)
            ]
            whole = sum((one.value for one in rows), Fraction(0))
            half = sum((one.half for one in rows), Fraction(0))
            if rows and abs(whole - total.read.value) > half + total.read.half:
                slip = SLIPS["A03"]
                said = f"{whole.numerator:,}" if whole.denominator == 1 else f"{float(whole):,}"
                line = slip.message.format(sum=said, given=total.read.text)
                found.append((Finding((slip,), (line,)), f"{measure.title}: {line} [A03]"))
        return found


_COLUMNS = {"memory": "activation_bytes", "n_out": "size"}


def _column(name: str | None) -> str:
    return _COLUMNS.get(name or "", name or "")


def _remarks(cell: Cell, mark: Mark) -> list[str]:
    if mark.verdict is Verdict.RIGHT and not mark.followed:
        return []
    lines = [line for line in mark.lines if not line.startswith(" ")]
    return [f"{cell.layer}, {cell.question.title} {mark.given}: {' '.join(lines)}"]
