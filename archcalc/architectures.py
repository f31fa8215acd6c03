"""The zoo as pages: a table of all architectures, and everything known about one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .analysis import Analysis, Settings, walk
from .comparison import chosen_columns
from .envelope import SCHEMA, architecture, jsonable
from .figures import VERDICTS, Checked, check
from .notation.format import inlined, stages
from .quantities import quantity
from .quantities.base import Quantity
from .readers import read
from .remarks import convention_text, notes
from .table import Block, Cell, Column, Page, SpecText, Table, Text
from .zoo import entries

DEFAULT_COLUMNS = ("params", "macs", "depth", "trunk_field")


@dataclass(frozen=True)
class Architecture:
    """One entry of the zoo, analyzed."""

    name: str
    family: str
    analysis: Analysis

    @property
    def figures(self) -> tuple[Checked, ...]:
        """The published figures, each held against the net."""
        spec = self.analysis.graph.spec
        return tuple(check(self.analysis, one) for one in (spec.published if spec else ()))


def names(pattern: str = "") -> tuple[str, ...]:
    """Return the names that begin with a text, else those that contain it."""
    text = pattern.lower()
    begins = tuple(
        name for name, family in entries().items() if name.startswith(text) or family == text
    )
    return begins or tuple(name for name in entries() if text in name)


def zoo_architecture(
    name: str,
    values: Mapping[str, Any] | None = None,
    *,
    train: bool = False,
    input: str = "",
) -> Architecture:
    """Return one entry, its symbols replaced by values. Errors: as ``readers.read``."""
    name = name.removeprefix("zoo:").lower()
    graph = read(f"zoo:{name}", values, input=input)
    return Architecture(name, entries()[name], walk(graph, Settings(train=train)))


def list_page(
    wanted: Sequence[str],
    columns: Sequence[str] = DEFAULT_COLUMNS,
    *,
    convention: str = "macs",
    sort: str = "",
    progress: Callable[[str], None] = lambda name: None,
) -> Page:
    """Return the table of architectures, ``sort``ed by a column, the largest first.

    ``progress`` hears of each before it is read.
    """
    shown = chosen_columns(tuple(columns), convention)
    found = []
    for name in wanted:
        progress(name)
        found.append(zoo_architecture(name))
    if sort:
        column = quantity(sort)
        found.sort(key=lambda one: _order(column.total(one.analysis)), reverse=True)
    heads = [Column("architecture", "architecture", right=False), Column("input", "input")]
    heads += [Column(q.key, q.title) for q in shown]
    rows = [_row(one, shown) for one in found]
    remark = f"{len(found)} architecture{'s' * (len(found) != 1)}."
    table = Table(tuple(heads), tuple(rows))
    blocks: tuple[Block, ...] = (table, Text(remark, "note"), convention_text(convention))
    return Page(blocks, lambda: _list_data(found, shown, convention))


def _order(value: Any) -> int:
    return value if isinstance(value, int) else int(getattr(value, "at_least", 0))


def _row(one: Architecture, shown: Sequence[Quantity]) -> tuple[Cell, ...]:
    (shape, *_) = one.analysis.graph.inputs.values()
    cells = [Cell(q.total(one.analysis), q.unit) for q in shown]
    return (Cell(one.name), Cell(shape, "shape"), *cells)


def _list_data(
    found: Sequence[Architecture], shown: Sequence[Quantity], convention: str
) -> dict[str, Any]:
    rows = []
    for one in found:
        (shape, *_) = one.analysis.graph.inputs.values()
        spec = one.analysis.graph.spec
        row: dict[str, Any] = {"name": one.name, "family": one.family}
        row["input"] = jsonable(shape, "shape", "hwc")
        row["note"], row["source"] = (spec.note, spec.origin) if spec else ("", "")
        row["totals"] = {q.key: jsonable(q.total(one.analysis), q.unit, "hwc") for q in shown}
        rows.append(row)
    return {"schema": SCHEMA, "convention": convention, "zoo": rows}


def show_page(one: Architecture, *, convention: str = "macs") -> Page:
    """Return everything known about an architecture: its net, totals, published figures."""
    spec = one.analysis.graph.spec
    assert spec is not None
    blocks: list[Block] = [Text(one.name, "title")]
    if spec.note:
        blocks.append(Text(spec.note))
    if spec.origin:
        blocks.append(Text(f"Source: {spec.origin}"))
    relatives = [name for name, family in entries().items() if family == one.family]
    if len(relatives) > 1:
        blocks.append(Text(f"Same family: {', '.join(relatives)}."))
    blocks.append(SpecText("", stages(inlined(replace(spec, name="")), full=False)))
    shown = chosen_columns(("output", *DEFAULT_COLUMNS), convention)
    heads = (Column("total", "total", right=False), Column("value", ""))
    blocks.append(
        Table(heads, tuple((Cell(q.title), Cell(q.total(one.analysis), _exact(q))) for q in shown))
    )
    blocks += _figure_tables(one.figures)
    for checked in one.figures:
        if checked.figure.differs:
            about = _about(checked)
            blocks.append(
                Text(f"{about} = {checked.figure.text}: {checked.figure.differs}", "note")
            )
    blocks += notes(one.analysis, every=True)
    blocks.append(convention_text(convention))
    records = _records(one.figures) if spec.published else None
    return Page(tuple(blocks), lambda: _show_data(one, convention), records)


def _exact(column: Quantity) -> str:
    return "exact" if column.unit == "count" else column.unit


def _figure_tables(figures: Sequence[Checked]) -> list[Table]:
    """Return a table for each source, in the order in which the sources appear."""
    by_source: dict[str, list[Checked]] = {}
    for one in figures:
        by_source.setdefault(one.figure.source, []).append(one)
    heads = (
        Column("figure", "published", right=False),
        Column("printed", "printed"),
        Column("computed", "computed"),
        Column("verdict", "", right=False),
    )
    return [
        Table(heads, tuple(_figure_row(one) for one in mine), title=source)
        for source, mine in by_source.items()
    ]


def _figure_row(one: Checked) -> tuple[Cell, ...]:
    verdict = VERDICTS[one.verdict]
    if one.figure.thousand != 1000:
        verdict += f", K = {one.figure.thousand}"
    value = Cell(one.value, _exact(one.column))
    return (Cell(_about(one)), Cell(one.figure.text), value, Cell(verdict))


def _records(figures: Sequence[Checked]) -> Table:
    """Return the figures as scripts read them: one table, with sources and explanations."""
    heads = (
        Column("figure", "published", right=False),
        Column("printed", "printed"),
        Column("computed", "computed"),
        Column("verdict", "", right=False),
        Column("source", "source", right=False),
        Column("differs", "differs", right=False),
    )
    rows = [
        (*_figure_row(one), Cell(one.figure.source), Cell(one.figure.differs)) for one in figures
    ]
    return Table(heads, tuple(rows))


def _about(checked: Checked) -> str:
    figure = checked.figure
    of = figure.of
    place = f" of {', '.join(of[:2])}{', ...' if len(of) > 2 else ''}" if of else ""
    return f"{checked.column.title}{place}{' in training' if figure.train else ''}"


def _show_data(one: Architecture, convention: str) -> dict[str, Any]:
    spec = one.analysis.graph.spec
    assert spec is not None
    return {
        "schema": SCHEMA,
        "name": one.name,
        "family": one.family,
        "note": spec.note,
        "source": spec.origin,
        "published": [
            {
                "quantity": checked.figure.key,
                "of": list(checked.figure.of),
                "printed": checked.figure.text,
                "computed": jsonable(checked.value, checked.column.unit, "hwc"),
                "verdict": checked.verdict,
                "differs": checked.figure.differs,
                "source": checked.figure.source,
            }
            for checked in one.figures
        ],
        "architecture": architecture(one.analysis, one.name, convention, "hwc"),
    }
