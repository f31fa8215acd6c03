"""What stands around a table: specs, where the cost goes, notes a reader needs, assumptions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from .analysis import Analysis, Settings, walk
from .arithmetic.expression import symbolic_text
from .arithmetic.units import printed
from .arithmetic.unknown import Unknown
from .conventions import convention
from .explanation import cost_formula
from .figures import budget
from .layers.base import written
from .notation.format import inlined, layer_text, stages
from .quantities import keys, quantity
from .quantities.base import Quantity
from .table import Block, Cell, Column, SpecText, Table, Text

_MOST_PARTS = 8
_MOST_BLOCKS = 16
_LONGEST_SPEC = {True: 160, False: 640}  # of the zoo, of a file: two and eight lines


def where_table(analysis: Analysis, name: str, column: Quantity, remark: str = "") -> Table | None:
    """Return the layers that cost something with their share, the largest when there are many.

    ``remark`` says in the title why it is this net's.
    """
    title = f"Where {name}'s {column.title} go{f' ({remark})' if remark else ''}"
    values = column.of(analysis)
    total = column.total(analysis)
    costly = [i for i, value in enumerate(values) if value]
    if not costly:
        return None
    shown = costly
    blocks = _blocks(analysis, values)
    if len(costly) > _MOST_PARTS and 1 < len(blocks) <= _MOST_BLOCKS:
        rows = [_part(block, "", value, total, column) for block, value in blocks.items()]
        return _where(rows, total, title, column)
    if len(costly) > _MOST_PARTS:
        shown = sorted(sorted(costly, key=lambda i: -values[i])[: _MOST_PARTS - 1])
    rows = []
    for i in shown:
        node, facts = analysis.nodes[i], analysis.facts[i]
        formula = cost_formula(node.layer, facts) if column.key == "macs" else ""
        text = layer_text(node.layer, full=False)
        part = text if len(costly) == len(analysis.nodes) <= 4 else node.name
        rows.append(_part(part, formula, values[i], total, column))
    rest = [i for i in costly if i not in set(shown)]
    if rest:
        rows.append(_part(f"{len(rest)} others", "", sum(values[i] for i in rest), total, column))
    return _where(rows, total, title, column)


def _blocks(analysis: Analysis, values: list[Any]) -> dict[str, Any]:
    """Return what the blocks of a net cost, by the first parts of the layers' names."""
    groups = analysis.groups(1).items()
    sums = {block: sum(values[i] for i in members if values[i]) for block, members in groups}
    return {block: value for block, value in sums.items() if value}


def _where(rows: list[tuple[Cell, ...]], total: Any, title: str, column: Quantity) -> Table:
    rows.append((Cell("total"), Cell(""), Cell(total, "exact"), Cell(""), Cell("")))
    columns = (
        Column("layer", "", right=False, wraps=True),
        Column("formula", "", right=False, wraps=True),
        Column(column.key, column.title),
        Column("share", "share"),
        Column("bar", "", right=False),
    )
    return Table(columns, tuple(rows), title, last_is_total=True)


def _part(title: str, formula: str, value: Any, total: Any, column: Quantity) -> tuple[Cell, ...]:
    return (
        Cell(title),
        Cell(formula),
        Cell(value, "exact"),
        Cell((value, total), "share"),
        Cell((value, total), "bar"),
    )


def spec_text(analysis: Analysis, name: str, layout: str = "hwc") -> SpecText:
    """Return the canonical spec of an analysis under its name, its input in the layout.

    A long one that stands in a file or in the zoo is not repeated: its place is named.
    """
    spec = analysis.graph.spec
    if spec is None:
        shapes = [written(shape, layout) for shape in analysis.graph.inputs.values()]
        found = f"... {len(analysis.nodes)} operations recorded from {analysis.graph.name}"
        return SpecText(name, (", ".join(shapes), found))
    first, *others = stages(inlined(replace(spec, name="")))
    if layout == "chw" and spec.input:
        *sizes, channels = spec.input
        first = "x".join(str(size) for size in (channels, *sizes))
    place = _place(analysis, others)
    if not place:
        return SpecText(name, (first, *others))
    (shape, *_) = analysis.graph.inputs.values()
    pointer = f"... {len(analysis.nodes)} layers (spec: archcalc fmt {place})"
    return SpecText(name, (written(shape, layout), pointer))


def _place(analysis: Analysis, others: Sequence[str]) -> str:
    """Return what the spec can be asked for by, where it is too long to be repeated."""
    spec = analysis.graph.spec
    source = spec.span.source.name if spec and spec.span else "spec"
    is_named = source.startswith("zoo/")
    if source in ("spec", "-") or sum(map(len, others)) <= _LONGEST_SPEC[is_named]:
        return ""
    return spec.name if spec and is_named else source


def values_note(analysis: Analysis, name: str = "", *, every: bool = False) -> list[Text]:
    """Return the line that names the numbers put in for symbols, but for those that a name says.

    Those that the spec itself gives are left out where the spec is not printed either, unless
    ``every`` one is wanted.
    """
    spec, values = analysis.graph.spec, analysis.graph.values
    if spec is not None and not every and _place(analysis, stages(inlined(spec))[1:]):
        values = {key: n for key, n in values.items() if spec.symbols.get(key) != n}
    words = name.replace(",", " ").split()
    values = {key: n for key, n in values.items() if f"{key}={n}" not in words}
    if not values:
        return []
    put_in = ", ".join(f"{symbol}={n}" for symbol, n in values.items())
    return [Text(f"{f'{name}: ' if name else ''}with {put_in}", "note")]


def notes(analysis: Analysis, name: str = "", *, every: bool = False) -> list[Block]:
    """Return what a reader has to know: values, unknown layers, training heads left out.

    ``every`` value that is put in is named, also those that the spec itself gives.
    """
    found: list[Block] = [*values_note(analysis, name, every=every)]
    where = f"{name}: " if name else ""
    unknown = analysis.unknown()
    if unknown:
        shown = ", ".join(unknown[:5]) + (", ..." if len(unknown) > 5 else "")
        counted = len(analysis.nodes) - len(unknown)
        found.append(
            Text(
                f"{where}{counted} of {len(analysis.nodes)} layers were counted; the totals are "
                f"lower bounds (>=), not known: {shown}",
                "note",
            )
        )
        costs = dict.fromkeys(
            facts.macs.reason for facts in analysis.facts if isinstance(facts.macs, Unknown)
        )
        if analysis.graph.spec is None:  # recorded: each reason names a primitive and a module
            for reason in list(costs)[:5]:
                found.append(Text(f"{where}{reason}: count it by hand and add it", "note"))
    fields = analysis.columns.get("receptive_field", [])
    reasons = dict.fromkeys(value.reason for value in fields if isinstance(value, Unknown))
    for reason in list(reasons)[:3]:
        found.append(Text(f"{where}receptive field ?: {reason}", "note"))
    heads = analysis.graph.training_only
    if heads == ("unused",) and not analysis.settings.train:
        fact = f"{_head_params(analysis)} params are not used by the forward in evaluation"
        found.append(Text(f"{where}{fact}; --train runs it as in training", "note"))
    elif heads and not analysis.settings.train:
        extra = _head_params(analysis)
        found.append(
            Text(
                f"{where}auxiliary heads not counted ({extra} params); --train includes them [N01]",
                "note",
            )
        )
    return found


def said(analysis: Analysis) -> list[Block]:
    """Return what a spec says about itself, such as which of several nets of one name it is."""
    spec = analysis.graph.spec
    return [Text(spec.note, "note")] if spec and spec.note else []


def budget_notes(analysis: Analysis, name: str = "") -> list[Text]:
    """Return a line for each limit that the spec sets: within, or over by how much."""
    found: list[Text] = []
    where = f"{name}: " if name else ""
    for checked in budget(analysis):
        limit = checked.figure
        said = f"budget {checked.column.title} {limit.relation} {limit.text}"
        known = getattr(checked.value, "at_least", checked.value)
        if checked.verdict == "over":
            over = known - int(printed(limit.text)[0])
            least = "at least " if known is not checked.value else ""
            exceeded = f"exceeded by {least}{over:,} ({least}{known:,})"
            found.append(Text(f"{where}{said}: {exceeded}", "note"))
        elif checked.verdict == "unknown":
            found.append(Text(f"{where}{said}: not known (at least {known:,})", "note"))
        else:
            found.append(Text(f"{where}{said}: within ({known:,})", "note"))
    return found


def _head_params(analysis: Analysis) -> str:
    whole = walk(analysis.graph, Settings(train=True))
    pairs = zip(whole.nodes, quantity("params").of(whole), strict=True)
    extra = sum(params for node, params in pairs if node.training_only)
    if isinstance(extra, Unknown):
        return f"at least {extra.at_least}"
    return f"{extra:,}" if isinstance(extra, int) else symbolic_text(extra)


def convention_text(key: str) -> Text:
    """Return the line that names the convention every count follows."""
    return Text(f"Convention {key}: {convention(key).sentence}.", "convention")


def stated(
    counting: str, settings: Settings, columns: Sequence[str], *, batches: bool = False
) -> list[Block]:
    """Return what the counts of many variants follow; ``columns`` may hold others than ours."""
    known = [key for key in columns if key in keys()]
    return [convention_text(counting), *assumptions(settings, known, batches=batches)]


_OF_BATCH = {
    "activation_bytes", "bytes_moved", "saved_bytes", "arithmetic_intensity", "peak_memory_bytes",
}  # fmt: skip


def assumptions(
    settings: Settings, columns: Sequence[str], *, batches: bool = False
) -> list[Block]:
    """Return the line that names batch and dtype where a column depends on them.

    ``batches`` says that the batch is one of the numbers shown.
    """
    if {quantity(key).key for key in columns} & (_OF_BATCH | {"weight_bytes"}):
        batch = "the batch as it is shown" if batches else f"batch {settings.batch}"
        return [Text(f"Bytes: {batch}, {settings.dtype}.", "assumption")]
    if settings.batch != 1:
        return [Text(f"Batch {settings.batch} enters bytes and intensity only.", "assumption")]
    return []
