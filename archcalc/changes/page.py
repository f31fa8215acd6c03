"""What changed, as a page: a table for each net, what is said of its budgets, and the JSON."""

from __future__ import annotations

from typing import Any

from ..envelope import SCHEMA
from ..quantities.base import Quantity
from ..remarks import convention_text
from ..table import Block, Cell, Column, Page, Table, Text
from .amounts import amount, both, relative
from .budgets import Held
from .difference import Difference, NetChange
from .matching import LayerChange
from .states import count_as_json

MOST_ROWS = 40
_KEY = "Key: + more, - less, ! over budget, (none) same"


def difference_page(found: Difference, *, exact: bool = False) -> Page:
    """Return everything ``archcalc diff`` shows; ``exact`` writes every count in full."""
    blocks: list[Block] = [Text(f"Base: {base_name(found)}"), Text(_KEY)]
    for net in found.nets:
        blocks.append(_table(found, net, exact))
        blocks += [Text(text, "note") for text in _said(net)]
    if found.left:
        blocks.append(Text(left_text(found), "note"))
    blocks.append(convention_text(found.counting.convention))
    return Page(tuple(blocks), lambda: data(found), _records(found), found.counting.layout)


def base_name(found: Difference) -> str:
    """Return what the base was asked for by, and the commit that it is."""
    commit = found.commit[:7]
    return f"{found.base} ({commit})" if commit and commit not in found.base else found.base


def left_text(found: Difference) -> str:
    """Return the line that names the nets of the base that nothing was compared with."""
    shown = ", ".join(found.left[:5]) + (", ..." if len(found.left) > 5 else "")
    return f"{len(found.left)} of the base's nets not compared: {shown}"


def over_text(net: NetChange, held: Held) -> str:
    """Return what is wrong and where, as compilers say it."""
    path, line = net.place(held)
    return f"{path}:{line}: {held.fact}" if net.is_file else f"{net.name}: {held.fact}"


def remedy(net: NetChange, held: Held) -> str:
    """Return what can be done about a broken budget."""
    if held.verdict == "unknown":
        return "count by hand what is opaque, and give it in the spec"
    place = held.limit.place
    return f"cut the net, or raise the limit {'at' if ':' in place else 'in'} {place}"


def data(found: Difference) -> dict[str, Any]:
    """Return the JSON object."""
    from .. import __version__

    counting = found.counting
    return {
        "schema": SCHEMA,
        "archcalc": __version__,
        "convention": counting.convention,
        "layout": counting.layout,
        "batch": counting.batch,
        "dtype": counting.dtype,
        "train": counting.train,
        "base": found.base,
        "commit": found.commit or None,
        "nets": [_net(found, net) for net in found.nets],
        "not_compared": list(found.left),
        "broken": len(found.broken),
    }


def _table(found: Difference, net: NetChange, exact: bool) -> Table:
    columns = [
        Column("mark", "", right=False),
        Column("layer", "layer", right=False, wraps=True),
        *(Column(one.key, one.title, right=False, wraps=True) for one in found.quantities),
    ]
    total: list[Cell] = [
        Cell(_total_mark(found, net)),
        Cell("total" if net.before else "total (new)"),
    ]
    total += [Cell(_total(net, column, exact)) for column in found.quantities]
    rows = [tuple(total)]
    costly = net.costly(found.quantities)
    for change in costly[:MOST_ROWS]:
        counts = (Cell(_counts(change, one, exact)) for one in found.quantities)
        rows.append((Cell(_mark(found, change)), Cell(change.name), *counts))
    if more := more_text(net, len(costly), MOST_ROWS):
        rows.append((Cell(""), Cell(more), *(Cell("") for _ in found.quantities)))
    return Table(tuple(columns), tuple(rows), net.name if len(found.nets) > 1 else "")


def more_text(net: NetChange, costly: int, most: int) -> str:
    """Return what is said of the changed layers that have no row; nothing if all have."""
    more, free = max(costly - most, 0), len(net.changed) - costly
    parts = [f"{more} more layers"] * (more > 0)
    parts += [f"{free} layers that cost nothing"] * (free > 0)
    return ", ".join(parts)


def _total(net: NetChange, column: Quantity, exact: bool) -> str:
    before, after = net.total(column)
    if net.before is None:
        return amount(after, column.unit, full=exact)
    changed = relative(before, after)
    return both(before, after, column.unit, full=exact) + (
        f"  {changed}" if changed not in ("same", "differs") else ""
    )


def _counts(change: LayerChange, column: Quantity, exact: bool) -> str:
    """Return a layer's count before and now, or that it was added or removed."""
    before = change.before and change.before.values.get(column.key)
    after = change.after and change.after.values.get(column.key)
    if change.before is None:
        return f"added {amount(after, column.unit, full=exact)}"
    if change.after is None:
        return f"removed {amount(before, column.unit, full=exact)}"
    return both(before, after, column.unit, full=exact)


def _total_mark(found: Difference, net: NetChange) -> str:
    if net.is_broken:
        return "!"
    before, after = net.total(found.quantities[0])
    return _sign(before, after) if net.before else "+"


def _mark(found: Difference, change: LayerChange) -> str:
    if change.before is None or change.after is None:
        return "+" if change.before is None else "-"
    pairs = [
        (change.before.values.get(q.key), change.after.values.get(q.key)) for q in found.quantities
    ]
    return next((sign for sign in (_sign(*pair) for pair in pairs) if sign), "")


def _sign(before: Any, after: Any) -> str:
    if not isinstance(before, int) or not isinstance(after, int) or before == after:
        return ""
    return "+" if after > before else "-"


def _said(net: NetChange) -> list[str]:
    lines = []
    for held in sorted(net.budgets, key=lambda one: not one.is_broken):
        if held.is_broken:
            lines += [over_text(net, held), f"  help: {remedy(net, held)}"]
        elif held.verdict == "new":
            lines.append(f"note: {net.name}: {held.fact}")
        elif held.spare:
            lines.append(f"notice: {net.name} {held.spare}")
    return lines


def _net(found: Difference, net: NetChange) -> dict[str, Any]:
    return {
        "name": net.name,
        "source": net.source,
        "is_new": net.before is None,
        "totals": [
            {
                "quantity": column.key,
                "before": count_as_json(net.total(column)[0]),
                "after": count_as_json(net.total(column)[1]),
            }
            for column in found.quantities
        ],
        "layers": [_layer(found, change) for change in net.changed],
        "budgets": [
            {
                "quantity": held.column.key,
                "limit": held.limit.text,
                "from": held.limit.place,
                "most": None if held.most is None else _ceiling(held),
                "value": count_as_json(held.value),
                "verdict": held.verdict,
            }
            for held in net.budgets
        ],
    }


def _ceiling(held: Held) -> Any:
    """Return a limit as an integer; one between two counts as the count below it."""
    assert held.most is not None
    return held.most.numerator // held.most.denominator


def _layer(found: Difference, change: LayerChange) -> dict[str, Any]:
    before, after = change.before, change.after
    return {
        "change": change.kind,
        "before": before and before.name,
        "after": after and after.name,
        "layer_before": before and before.text,
        "layer": after and after.text,
        "output_before": before and before.output,
        "output": after and after.output,
        "counts": [
            {
                "quantity": column.key,
                "before": before and count_as_json(before.values.get(column.key)),
                "after": after and count_as_json(after.values.get(column.key)),
            }
            for column in found.quantities
        ],
    }


def _records(found: Difference) -> Table:
    """Return the table that CSV holds: a row per net and changed layer, exact numbers."""
    columns = [Column(key, key, right=False) for key in ("net", "layer", "before_name", "change")]
    for column in found.quantities:
        columns += [Column(f"{column.key}_before", ""), Column(f"{column.key}_after", "")]
    rows = []
    for net in found.nets:
        kind = "new" if net.before is None else "changed" if net.changed else "same"
        row = [Cell(net.name), Cell("total"), Cell(""), Cell(kind)]
        for column in found.quantities:
            row += [Cell(value, column.unit) for value in net.total(column)]
        rows.append(tuple(row))
        for change in net.changed:
            before, after = change.before, change.after
            row = [
                Cell(net.name),
                Cell(after.name if after else ""),
                Cell(before.name if before else ""),
                Cell(change.kind),
            ]
            for column in found.quantities:
                for state in (before, after):
                    row.append(Cell(state.values.get(column.key) if state else None, column.unit))
            rows.append(tuple(row))
    return Table(tuple(columns), tuple(rows))
