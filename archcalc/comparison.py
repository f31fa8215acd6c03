"""Several analyses side by side, relative to a reference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .analysis import Analysis
from .arithmetic.expression import symbolic_ratio
from .arithmetic.unknown import Unknown
from .conventions import cost, counted_column
from .envelope import envelope
from .errors import UsageError
from .formulas import Formula, assumed, is_formula, relation, relations
from .notation.format import layer_text
from .quantities import QUANTITIES, quantity
from .quantities.base import Quantity
from .quantities.receptive_field import WHOLE
from .remarks import (
    assumptions,
    budget_notes,
    convention_text,
    notes,
    spec_text,
    where_table,
)
from .renderers.shown import Shown
from .table import Block, Cell, Column, Page, Table, Text

DEFAULT_COLUMNS = ("output", "receptive_field", "macs", "params", "activations")
_LONGEST_TITLE = 30
_MOST_ACROSS = 5


@dataclass(frozen=True)
class Comparison(Shown):
    """Analyses with their names; ``reference`` is the position of the one compared with.

    ``counting`` names the convention that the MACs column follows.
    """

    analyses: tuple[Analysis, ...]
    names: tuple[str, ...]
    reference: int = 0
    columns: tuple[str, ...] = DEFAULT_COLUMNS
    counting: str = "macs"
    layout: str = "hwc"

    def __post_init__(self) -> None:
        if len(self.analyses) < 2:
            raise UsageError(
                "E50", "compare needs at least two specs", "`archcalc summary SPEC` shows one"
            )

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """The columns compared, the cost by the convention in use."""
        return chosen_columns(self.columns, self.counting)

    def totals(self, column: Quantity) -> list[Any]:
        """Return one value per architecture."""
        return [column.total(analysis) for analysis in self.analyses]

    # Tables

    def table(self) -> Table:
        """Return the comparison: quantities down, or architectures down when there are many."""
        if len(self.analyses) == 2:
            return self._pair()
        return self._across() if len(self.analyses) <= _MOST_ACROSS else self._down()

    @property
    def shown(self) -> tuple[Quantity, ...]:
        """The columns of the table: behind a head everything is seen, in front of it not.

        Of all columns those are left out that no net has a value of, and a second one of the same
        field.
        """
        trunk, field = quantity("trunk_field"), quantity("receptive_field")
        found = self.quantities
        if any(value is not WHOLE for value in self.totals(trunk)) and WHOLE in self.totals(field):
            found = tuple(dict.fromkeys(trunk if q is field else q for q in found))
        if len(self.quantities) < len(QUANTITIES()):
            return found
        if field in found and self.totals(trunk) == self.totals(field):
            found = tuple(q for q in found if q is not trunk)
        return tuple(q for q in found if any(value is not None for value in self.totals(q)))

    def _pair(self) -> Table:
        reference, other = self.reference, 1 - self.reference
        title = f"{self.names[other]} compared with {self.names[reference]}"
        if len(title) > _LONGEST_TITLE:
            title = f"vs {self.names[reference]}"
        titles = (
            Column("quantity", "", right=False),
            *(Column(name, name) for name in self.names),
            Column("ratio", title, False),
        )
        rows = []
        for column in self.shown:
            values = self.totals(column)
            rows.append(
                (
                    Cell((column.title, column.key), "title"),
                    *(Cell(value, column.unit) for value in values),
                    _plain_change(values[other], values[reference], column),
                )
            )
        if not any(row[-1].unit == "change" for row in rows):  # formulas: relations() has them
            return Table(titles[:-1], tuple(row[:-1] for row in rows), compared=True)
        return Table(titles, tuple(rows), compared=True)

    def relations(self) -> list[Table]:
        """Return, of nets with symbols, the quotients of costs and when one is cheaper."""
        costs = [
            column for column in self.shown if column.key in (cost(self.counting).key, "params")
        ]
        return relations(self.analyses, self.names, self.reference, costs)

    def _across(self) -> Table:
        """Put few architectures side by side, each ratio under its value."""
        titles = (
            Column("quantity", "", right=False),
            *(Column(name, name) for name in self.names),
        )
        against = f"vs {self.names[self.reference]}"
        rows: list[tuple[Cell, ...]] = []
        for column in self.shown:
            values = self.totals(column)
            title = column.title
            if column.unit == "field" and len(values) == _MOST_ACROSS:
                title = "field"  # five columns fit into 80 characters with it
            rows.append(
                (
                    Cell((title, column.key), "title"),
                    *(Cell(value, column.unit) for value in values),
                )
            )
            if column.unit in ("shape", "field", "position"):
                continue
            base = values[self.reference]
            changes = [
                Cell("") if i == self.reference else change(value, base, column)
                for i, value in enumerate(values)
            ]
            rows.append((Cell((against, f"{column.key}_ratio"), "title"), *changes))
        return Table(titles, tuple(rows), compared=True)

    def _down(self) -> Table:
        titles = [Column("architecture", "", right=False)]
        rows: list[list[Cell]] = [[Cell(name)] for name in self.names]
        for column in self.shown:
            values = self.totals(column)
            titles.append(Column(column.key, column.title))
            for row, value in zip(rows, values, strict=True):
                row.append(Cell(value, column.unit))
            if column.unit in ("shape", "field", "position"):
                continue
            titles.append(Column(f"{column.key}_ratio", f"vs {self.names[self.reference]}", False))
            for i, (row, value) in enumerate(zip(rows, values, strict=True)):
                is_reference = i == self.reference
                compared = change(value, values[self.reference], column)
                row.append(Cell("reference") if is_reference else compared)
        return Table(tuple(titles), tuple(tuple(row) for row in rows), compared=True)

    def per_layer(self) -> Table:
        """Return the layers side by side, in order: what each is, its output and its cost."""
        column = cost(self.counting)
        titles = [Column("row", "")]
        for name in self.names:
            titles += [
                Column(f"{name}_layer", name, right=False, wraps=True),
                Column(f"{name}_output", "output"),
                Column(f"{name}_cost", column.title),
            ]
        rows = []
        costs = [column.of(analysis) for analysis in self.analyses]
        for i in range(max(len(analysis.nodes) for analysis in self.analyses)):
            row = [Cell(i + 1, "layers")]
            for analysis, values in zip(self.analyses, costs, strict=True):
                if i < len(analysis.nodes):
                    text = layer_text(analysis.nodes[i].layer, full=False)
                    facts = analysis.facts[i]
                    row += [Cell(text), Cell(facts.output, "shape"), Cell(values[i], column.unit)]
                else:
                    row += [Cell(""), Cell(""), Cell("")]
            rows.append(tuple(row))
        last = [Cell("")]
        for values in costs:
            last += [Cell("total"), Cell(""), Cell(sum(values), column.unit)]
        return Table(tuple(titles), (*rows, tuple(last)), "Layer by layer", last_is_total=True)

    def where(self, of: str = "") -> list[Table]:
        """Return where the cost goes: that of the cheapest, of one ``of`` the names, or of all.

        ``of`` is a name, ``all`` or ``none``; nothing is returned where nobody knows. Errors:
        :class:`UsageError` (E50) for a name that is not compared.
        """
        column = cost(self.counting)
        totals = self.totals(column)
        remark = ""
        if of in self.names:
            chosen = [self.names.index(of)]
        elif of in ("all", "none"):
            chosen = list(range(len(self.names))) if of == "all" else []
        elif of:
            raise _not_compared(of, self.names, ", all or none")
        else:
            costly = [i for i, value in enumerate(totals) if isinstance(value, int) and value]
            if not costly or not all(isinstance(value, int) for value in totals):
                return []
            chosen = [min(costly, key=lambda i: totals[i])]
            if sum(value <= totals[chosen[0]] for value in totals) == 1:
                remark = "the cheaper of the two" if len(totals) == 2 else "the cheapest"
        made = [
            where_table(self.analyses[i], self.names[i], column, remark)
            for i in chosen
            if isinstance(totals[i], int)
        ]
        return [table for table in made if table is not None]

    def ratios(self) -> list[dict[str, Any]]:
        """Return every ratio to the reference, for scripts."""
        found = []
        columns = dict.fromkeys((*self.quantities, *QUANTITIES()))
        for column in columns:
            values = self.totals(column)
            base = values[self.reference]
            for i, value in enumerate(values):
                ratio = _ratio(value, base)
                if i == self.reference or ratio is None:
                    continue
                found.append(
                    {"quantity": column.key, "of": i, "to": self.reference, "ratio": ratio}
                )
                if column in self.quantities and column.unit in ("count", "bytes"):
                    made = relation(self.analyses[self.reference], self.analyses[i], column)
                    if made is not None and made.lower is not None:
                        found[-1]["lower"] = made.lower.as_dict()
        return found

    def page(self, *, per_layer: bool = False, where: str = "") -> Page:
        """Return everything ``archcalc compare`` shows; ``where`` as :meth:`where` has it."""
        blocks: list[Block] = [
            spec_text(analysis, name, self.layout)
            for analysis, name in zip(self.analyses, self.names, strict=True)
        ]
        blocks += [self.table(), *self.relations()]
        if per_layer:
            blocks.append(self.per_layer())
        blocks += self.where(where)
        for analysis, name in zip(self.analyses, self.names, strict=True):
            blocks += notes(analysis, name)
            blocks += budget_notes(analysis, name)
        blocks.append(convention_text(self.counting))
        if said := assumed(self.analyses):
            blocks.append(Text(said, "note"))
        blocks += assumptions(self.analyses[0].settings, self.columns)
        records = self.per_layer() if per_layer else None
        return Page(tuple(blocks), self.data, records, self.layout)

    def data(self) -> dict[str, Any]:
        """Return the JSON object."""
        return envelope(
            self.analyses,
            self.names,
            convention=self.counting,
            layout=self.layout,
            reference=self.reference,
            ratios=self.ratios(),
        )

    def to_page(self) -> Page:
        """Return the page without options."""
        return self.page()

    def __repr__(self) -> str:
        return f"<Comparison of {', '.join(self.names)}>"


def compare(
    analyses: Sequence[Analysis],
    names: Sequence[str] = (),
    *,
    reference: int | str = 0,
    columns: Sequence[str] = DEFAULT_COLUMNS,
    convention: str = "macs",
    layout: str = "hwc",
) -> Comparison:
    """Put analyses side by side; unnamed ones are called A, B, C, ...

    ``reference`` is a position or a name. Errors: :class:`UsageError` for fewer than two
    analyses, an unknown name, column or convention.
    """
    called = unique_names([analysis.graph.name for analysis in analyses], names)
    place = position_of(reference, called)
    made = Comparison(tuple(analyses), called, place, tuple(columns), convention, layout)
    _ = made.quantities  # an unknown column or convention is said now
    return made


def position_of(reference: int | str, names: Sequence[str], kind: str = "architecture") -> int:
    """Return the position of the net compared with, which is given so or by its name.

    Errors: :class:`UsageError` (E50) for one that is not there; ``kind`` is what it calls it.
    """
    if isinstance(reference, str):
        if reference not in names:
            raise _not_compared(reference, names, kind=kind)
        return list(names).index(reference)
    if not 0 <= reference < len(names):
        raise UsageError("E50", f"no {kind} {reference} among {len(names)}", "they begin at 0")
    return reference


def _not_compared(
    name: str, known: Sequence[str], others: str = "", kind: str = "architecture"
) -> UsageError:
    listed = f"{kind}s: {', '.join(known)}{others}"
    return UsageError("E50", f'no {kind} "{name[:40]}"', listed)


def chosen_columns(keys: Sequence[str], counting: str) -> tuple[Quantity, ...]:
    """Return the columns of these keys, as the convention in use has them."""
    return tuple(dict.fromkeys(counted_column(key, counting) for key in keys))


def unique_names(own: Sequence[str], given: Sequence[str] = ()) -> tuple[str, ...]:
    """Name architectures: as given, by their own names, or A, B, C, ...; all different."""
    found: list[str] = []
    for i, name in enumerate(own):
        wanted = (given[i] if i < len(given) else "") or name or _letter(i)
        called, number = wanted, 1
        while called in found:
            number += 1
            called = f"{wanted}_{number}"
        found.append(called)
    return tuple(found)


def _letter(i: int) -> str:
    return chr(ord("A") + i) if i < 26 else f"A{i + 1}"


def change(value: Any, reference: Any, column: Quantity) -> Cell:
    """Return how a value compares with the reference's."""
    if column.unit in ("shape", "position"):
        return Cell("same" if value == reference else "differs")
    if column.unit == "field":
        return _field_change(value, reference)
    words = ("more", "fewer") if column.unit in ("count", "layers") else ("larger", "smaller")
    if column.unit == "layers":
        words = ("deeper", "shallower")
    return Cell((value, reference, *words), "change")


def _plain_change(value: Any, reference: Any, column: Quantity) -> Cell:
    """Return how values compare; nothing where their quotient has symbols in it."""
    if not (is_formula(value) or is_formula(reference)):
        return change(value, reference, column)
    known = all(isinstance(one, int) or is_formula(one) for one in (value, reference))
    ratio = symbolic_ratio(value, reference) if known and reference != 0 else None
    if ratio is None or not ratio.is_Rational:
        return Cell("")
    return change(int(ratio.p), int(ratio.q), column)


def _field_change(value: Any, reference: Any) -> Cell:
    if isinstance(value, Unknown) or isinstance(reference, Unknown):
        return Cell("?")
    if value is reference or value == reference:
        return Cell("same")
    if value is WHOLE or reference is WHOLE or len(value) != len(reference):
        return Cell("differs")
    pairs = {(one, two) for one, two in zip(value, reference, strict=True)}
    if len(pairs) == 1:
        ((one, two),) = pairs
        return Cell((one, two, "larger", "smaller"), "change")
    return Cell("differs")


def _ratio(value: Any, base: Any) -> Any:
    if isinstance(value, tuple) and isinstance(base, tuple) and len(value) == len(base) == 2:
        return None
    if isinstance(value, int) and isinstance(base, int):
        return value / base if base else None
    known = all(isinstance(n, int) or hasattr(n, "free_symbols") for n in (value, base))
    if known and base != 0:
        return Formula(symbolic_ratio(value, base)).as_dict()
    return None
