"""The tables of a report: costs of several nets, layers by stage, fields, and a template's own."""

from __future__ import annotations

from collections.abc import Sequence

from ..analysis import Settings, walk
from ..arithmetic.units import short_seconds
from ..clock import Clocked
from ..comparison import change, chosen_columns, position_of
from ..fieldmap.fieldmap import field_map
from ..fieldmap.page import page as field_page
from ..figures import Checked
from ..latency import NetPrediction
from ..quantities import quantity
from ..quantities.base import Quantity
from ..quantities.receptive_field import WHOLE
from ..summary import summarize
from ..table import Cell, Column, Table
from . import agreement
from .described import Described
from .evidence import figures, source

PUBLISHED = "published"
PUBLISHED_NAMES = ("published", "paper")
SAID = (*PUBLISHED_NAMES, *agreement.COLUMNS)  # columns that are no quantity
DEFAULT_COLUMNS = ("output", "receptive_field", "macs", "params", "activations")
LAYER_COLUMNS = ("output", "params", "macs", "activations", "receptive_field")
_ONE_TABLE = 40  # layers up to which one table is easier to read than one per stage
_PLACES = ("shape", "field", "position")


def cost_table(
    nets: Sequence[Described],
    columns: Sequence[str] = DEFAULT_COLUMNS,
    *,
    counting: str = "macs",
    reference: int = 0,
    ratios: bool = True,
    title: str = "",
) -> Table:
    """Return a row per net, in the order of the columns; ``published`` is what its source says.

    ``source``, ``input``, ``agrees`` and ``differs`` are columns too: see :mod:`.agreement`.

    Of several nets each cost stands beside its ratio to the ``reference``'s. Auxiliary heads that
    are not counted, unknown parts and differences from the source are footnotes.
    """
    if nets:
        position_of(reference, [net.name for net in nets], "net")
    shown = _shown(nets, columns, counting)
    compared = ratios and len(nets) > 1
    titles = [Column("architecture", "architecture", right=False)]
    rows: list[list[Cell]] = [[Cell(net.name, "text", _about(net))] for net in nets]
    for column in shown:
        if column is None:
            titles.append(Column(PUBLISHED, "published", right=False, wraps=True))
            for row, net in zip(rows, nets, strict=True):
                row.append(_published(net))
            continue
        if isinstance(column, agreement.Said):
            titles.append(Column(column.title, column.title, right=False, wraps=True))
            for row, net in zip(rows, nets, strict=True):
                row.append(column.cell(net))
            continue
        values = [column.total(net.analysis) for net in nets]
        titles.append(Column(column.key, column.title))
        for row, value in zip(rows, values, strict=True):
            row.append(Cell(value, column.unit))
        if not compared or column.unit in _PLACES:
            continue
        base = values[reference]
        titles.append(Column(f"{column.key}_ratio", f"vs {nets[reference].name}", False))
        for i, (row, value) in enumerate(zip(rows, values, strict=True)):
            row.append(Cell("") if i == reference else change(value, base, column))
    return Table(
        tuple(titles), tuple(map(tuple, rows)), title, uniform=True, footnoted=True,
        reference=reference if compared else None,
    )  # fmt: skip


def _shown(
    nets: Sequence[Described], columns: Sequence[str], counting: str
) -> list[Quantity | agreement.Said | None]:
    """Return the columns, None for what was published.

    Where a head sees everything, the field in front of it stands instead of "whole".
    """
    found: list[Quantity | agreement.Said | None] = []
    field, trunk = quantity("receptive_field"), quantity("trunk_field")
    for key in columns:
        if key in PUBLISHED_NAMES:
            found.append(None)
            continue
        if key in agreement.COLUMNS:
            found.append(agreement.COLUMNS[key])
            continue
        (column,) = chosen_columns((key,), counting)
        if column is field and any(field.total(net.analysis) is WHOLE for net in nets):
            column = trunk
        found.append(column)
    return list(dict.fromkeys(found))


def _about(net: Described) -> str:
    """Return the footnote of a net: which heads are not counted."""
    if not net.heads:
        return ""
    extra = walk(net.analysis.graph, Settings(train=True))
    counted = quantity("params").total(extra)
    if net.heads == ("unused",) or not isinstance(counted, int):
        return "heads of training not counted; --train includes them"
    more = counted - net.params
    return f"auxiliary heads not counted ({more:,} params); --train includes them"


def _published(net: Described) -> Cell:
    """Return what was printed for params and for MACs, with the sources in a footnote.

    Of several figures it is the one of the net's own paper, else the first of the spec.
    """
    found: dict[str, Checked] = {}
    for one in figures(net, ("params", "macs", "flops")):
        title, own = one.column.title, source(net, one) != one.figure.source
        if not one.figure.of and (title not in found or (own and title not in _owned(net, found))):
            found[title] = one
    if not found:
        return Cell(None)
    printed = ", ".join(f"{one.figure.text} {title}" for title, one in found.items())
    said = []
    for one in found.values():
        why = f" ({one.figure.differs})" if one.figure.differs else ""
        said.append(f"{one.figure.text}: {source(net, one)}{why}")
    return Cell(printed, "text", "; ".join(said))


def _owned(net: Described, found: dict[str, Checked]) -> set[str]:
    """Return the titles of figures that the net's own paper prints."""
    return {title for title, one in found.items() if source(net, one) != one.figure.source}


def stages(net: Described, columns: Sequence[str], counting: str = "macs") -> Table:
    """Return a row per stage, the first parts of the layers' names."""
    made = summarize(
        net.analysis, columns=columns, convention=counting, depth=1, layout=net.layout
    ).table()
    return _kept(made, made.rows)


def stage_layers(
    net: Described, columns: Sequence[str], counting: str = "macs"
) -> list[tuple[str, Table]]:
    """Return the layers of each stage as a table under its name; of flat nets one table."""
    made = summarize(net.analysis, columns=columns, convention=counting, layout=net.layout).table()
    groups = net.analysis.groups(1)
    if len(groups) == len(net.analysis.nodes) or len(net.analysis.nodes) <= _ONE_TABLE:
        return [("", _kept(made, made.rows))]
    found: list[tuple[str, Table]] = []
    flat: list[int] = []  # layers outside of any stage stand together

    def close() -> None:
        if flat:
            names = [net.analysis.nodes[i].name for i in flat]
            title = names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"
            found.append((title, _part(made, flat)))
            flat.clear()

    for name, members in groups.items():
        if len(members) == 1:
            flat += members
            continue
        close()
        found.append((name, _part(made, members)))
    close()
    return found


def layer_table(net: Described, columns: Sequence[str], counting: str = "macs") -> Table:
    """Return every layer of a net, under a title with its name."""
    made = summarize(net.analysis, columns=columns, convention=counting, layout=net.layout).table()
    return Table(
        made.columns, made.rows, f"Layers of {net.name}", last_is_total=True, footnoted=True
    )


def _part(made: Table, members: Sequence[int]) -> Table:
    return _kept(made, [made.rows[i] for i in members], total=False)


def _kept(made: Table, rows: Sequence[tuple[Cell, ...]], *, total: bool = True) -> Table:
    return Table(made.columns, tuple(rows), last_is_total=total, footnoted=True)


def field_table(net: Described, layer: str = "") -> Table:
    """Return the layers' fields, jumps and paddings, as ``archcalc field`` has them."""
    made = field_map(net.analysis, layer, layout=net.layout)
    shown = next(block for block in field_page(made).blocks if isinstance(block, Table))
    rows = [row for i, row in enumerate(shown.rows) if i == 0 or _moves(shown.rows, i)]
    return Table(shown.columns, tuple(rows), footnoted=True)


def _moves(rows: Sequence[tuple[Cell, ...]], i: int) -> bool:
    """Tell whether a layer changes the field, the jump or the output of the one before it."""
    return any(rows[i][k].value != rows[i - 1][k].value for k in (1, 2, 3, 4))


def time_table(net: Described, clocked: Clocked) -> Table | None:
    """Return the predicted device time of each stage beside its MACs, at the last batch size.

    None where a time is measured: only whole nets are, then.
    """
    at = clocked.analyses.index(net.analysis)
    time = clocked.times[-1][at]
    if time is None or not isinstance(time.source, NetPrediction):
        return None
    predictions, macs = time.source.layers, quantity("macs").of(net.analysis)
    groups = net.analysis.groups(1)
    spent = {
        name: sum(
            predictions[node].seconds
            for node in (net.analysis.nodes[i].name for i in members)
            if node in predictions
        )
        for name, members in groups.items()
    }
    whole, total = sum(spent.values()), sum(macs)
    if not whole or not isinstance(total, int):
        return None
    rows = [
        (
            Cell(name),
            Cell(short_seconds(seconds, 2)),
            Cell(f"{100 * seconds / whole:.1f}%"),
            Cell((sum(macs[i] for i in groups[name]), total), "share"),
        )
        for name, seconds in spent.items()
        if seconds
    ]
    columns = (
        Column("stage", "stage", right=False),
        Column("seconds", "predicted time"),
        Column("time_share", "share of time"),
        Column("macs_share", "share of MACs"),
    )
    return Table(columns, tuple(rows))
