"""Nets with symbols, held against each other: the quotient of their costs, who is cheaper when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..analysis import Analysis, walk
from ..arithmetic import units
from ..arithmetic.expression import symbolic_ratio, symbolic_text
from ..expansion import expand
from ..layers.base import channels
from ..notation.free import symbols
from ..quantities.base import Quantity
from ..table import Cell, Column, Table
from .conditions import Condition, below
from .formula import is_formula

_MOST_LAYERS = 200  # of a net that is read again with one symbol free
_LONGEST = 400  # characters of a quotient that somebody still reads
_WORDS = {"macs": "cheaper", "params": "smaller"}


@dataclass(frozen=True)
class Relation:
    """One net's quantity against the reference's: ``ratio`` is the reference's over its own.

    ``lower`` says when it is below the reference's; None where nothing is proven. ``widely`` says
    for which values of a symbol that has a number; empty where there is none or nothing is proven.
    """

    ratio: Any
    lower: Condition | None
    widely: str = ""


def relation(reference: Analysis, other: Analysis, column: Quantity) -> Relation | None:
    """Return how a quantity of two nets compares; None where there is no symbol to speak of."""
    first, second = column.total(reference), column.total(other)
    known = all(isinstance(one, int) or is_formula(one) for one in (first, second))
    if not known or not (is_formula(first) or is_formula(second)) or second == 0:
        return None
    shared = set(_names(reference)) & set(_names(other))
    own = {*_names(reference), *_names(other)} - shared
    lower = below(first, second, {*_sizes(reference), *_sizes(other)}, own)
    put_in = [name for name in own if name in other.graph.values]
    widely = ""
    if lower is not None and not lower.bound and len(put_in) == 1 and _may_be_freed(other):
        widely = _freed(reference, other, column, put_in[0])
    return Relation(symbolic_ratio(first, second), lower, widely)


def _may_be_freed(analysis: Analysis) -> bool:
    return analysis.graph.spec is not None and len(analysis.nodes) <= _MOST_LAYERS


def _freed(reference: Analysis, other: Analysis, column: Quantity, name: str) -> str:
    """Return for which values of a symbol the other net is below, whatever its number is now."""
    values = {key: value for key, value in other.graph.values.items() if key != name}
    spec = other.graph.spec
    if spec is None or name in spec.symbols:
        return ""
    free = walk(expand(spec, values, unused=True), other.settings)
    positive = {*_sizes(reference), *_sizes(free)}
    found = below(column.total(reference), column.total(free), positive, {name})
    if found is None or str(found.symbol) != name or not found.bound.is_Rational:
        return ""
    return _reduction(free, found, other.graph.values[name])


def _reduction(free: Analysis, found: Condition, number: Any) -> str:
    """Return a bound of ``r`` as one of the channels ``480/r`` where that is all it enters."""
    plain = f"{found}; here {found.symbol} = {number}"
    entered = [size for size in _sizes(free) if found.symbol in size.free_symbols]
    depths = [channels(facts.output) for facts in free.distinct]
    if (
        len(entered) != 1
        or found.relation != ">"
        or found.bound <= 0
        or not isinstance(number, int)
    ):
        return plain
    (size,) = entered
    whole = size * found.symbol
    if not whole.is_Integer or size not in depths or whole % number:
        return plain
    most = -(-int(whole * found.bound.q) // int(found.bound.p))
    here = int(whole) // number
    bound = f"{found}".removeprefix("when ")
    return f"for any reduction to fewer than {most:,} channels ({bound}); here {here:,}"


def relations(
    analyses: Sequence[Analysis], names: Sequence[str], reference: int, columns: Sequence[Quantity]
) -> list[Table]:
    """Return a table for each of the columns: quotients, and when a net is cheaper."""
    found = []
    for column in columns:
        rows: list[tuple[Cell, ...]] = []
        for i, other in enumerate(analyses):
            made = None if i == reference else relation(analyses[reference], other, column)
            if made is not None:
                rows += _rows(made, names[reference], names[i], column)
        titles = (Column("relation", "", right=False), Column("formula", "", False, wraps=True))
        if rows:
            found.append(Table(titles, tuple(rows), column.title))
    return found


def _rows(made: Relation, first: str, second: str, column: Quantity) -> list[tuple[Cell, ...]]:
    text = symbolic_text(made.ratio)
    if made.ratio.is_Rational:
        text = units.significant(int(made.ratio.p), int(made.ratio.q), 4)
    if len(text) > _LONGEST:
        text = "a quotient too long to read; --format json has both formulas"
    rows: list[tuple[Cell, ...]] = [(Cell(f"{first} : {second}"), Cell(text))]
    if made.lower is not None:
        word = _WORDS.get(column.key, "lower")
        rows.append((Cell(f"{second} is {word}"), Cell(made.widely or f"{made.lower}")))
    return rows


def closed_forms(analysis: Analysis, columns: Sequence[Quantity]) -> list[Table]:
    """Return the totals of a net that are formulas, each on lines of its own."""
    rows: list[tuple[Cell, ...]] = []
    for column in columns:
        value = column.total(analysis)
        if is_formula(value):
            rows.append((Cell((column.title, column.key), "title"), Cell(value, column.unit)))
    titles = (Column("quantity", "", right=False), Column("formula", "", False, wraps=True))
    return [Table(titles, tuple(rows), "Closed forms")] if rows else []


def assumed(analyses: Sequence[Analysis]) -> str:
    """Return what the formulas of nets take for granted; nothing where no symbol is free."""
    sizes = [size for one in analyses for size in _sizes(one)]
    free = {str(symbol) for size in sizes for symbol in size.free_symbols}
    for one in analyses:
        spec = one.graph.spec
        if spec is not None:
            free |= {name for name in symbols(spec) if name not in one.graph.values}
    if not free:
        return ""
    whole = sorted({symbolic_text(size) for size in sizes if _may_be_fraction(size)})
    more = f"; so {'is' if len(whole) == 1 else 'are'} {', '.join(whole)}" if whole else ""
    return f"Symbols are whole numbers of at least 1{more}."


def _may_be_fraction(size: Any) -> bool:
    """Tell whether a size may have a denominator other than that of a rounding."""
    return size.is_integer is None and bool(size.as_numer_denom()[1] != 1)


def _names(analysis: Analysis) -> tuple[str, ...]:
    spec = analysis.graph.spec
    return () if spec is None else symbols(spec)


def _sizes(analysis: Analysis) -> list[Any]:
    """Return the sizes with symbols in the shapes of a net: at least 1 where it takes its input."""
    shapes = [*analysis.graph.inputs.values(), *(facts.output for facts in analysis.distinct)]
    return [size for size in dict.fromkeys(n for x in shapes for n in x) if is_formula(size)]
