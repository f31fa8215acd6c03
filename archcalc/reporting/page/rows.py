"""The layer table: rows in groups, each cell as people read it and exact."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from ...analysis import Analysis
from ...conventions import cost
from ...errors import UsageError
from ...notation.format import layer_text
from ...quantities import quantity
from ...quantities.base import Quantity
from ...summary import grouped
from .anchors import link
from .stages import Stage
from .values import Shown, shown

_COLUMNS = ("output", "params", "macs", "activations", "receptive_field", "jump")


class Head(NamedTuple):
    """A column's title and meaning; ``is_cost`` marks the one that follows the convention."""

    key: str
    title: str
    meaning: str
    is_cost: bool


class Row(NamedTuple):
    """A layer: its section's reference, its name and text, its cells.

    ``kind`` and ``field`` are its numbers among the kinds and fields of the net.
    """

    href: str
    name: str
    what: str
    cells: tuple[Shown, ...]
    kind: int
    field: int


class Group(NamedTuple):
    """The rows of a stage, and its sums; no ``cells`` where it is one layer."""

    name: str
    rows: tuple[Row, ...]
    cells: tuple[Shown, ...]


class LayerTable(NamedTuple):
    """Everything of the table; ``cost`` is the place of the column that follows the convention."""

    heads: tuple[Head, ...]
    groups: tuple[Group, ...]
    total: tuple[Shown, ...]
    cost: int


def layer_table(
    analysis: Analysis,
    parts: Sequence[Stage],
    anchors: Sequence[str],
    own_field: Sequence[int],
    *,
    columns: Sequence[str],
    counting: str,
    layout: str,
) -> LayerTable:
    """Return the table of a net; ``columns`` are keys of further columns than the usual ones.

    Those that layers do not have, such as what a paper says of the net, are left out.
    """
    keys = tuple(dict.fromkeys((*_COLUMNS, *_of_layers(columns))))
    place = keys.index("macs")
    chosen = [cost(counting) if key == "macs" else quantity(key) for key in keys]
    values = [column.of(analysis) for column in chosen]

    def cells(found: Sequence[Any]) -> tuple[Shown, ...]:
        return tuple(
            shown(value, column.unit, layout) for column, value in zip(chosen, found, strict=True)
        )

    groups = []
    for part in parts:
        rows = tuple(
            Row(
                link(anchors[i]),
                analysis.nodes[i].name,
                layer_text(analysis.nodes[i].layer, full=False),
                cells([column[i] for column in values]),
                analysis.kinds[i],
                own_field[i],
            )
            for i in part.positions
        )
        sums = [
            grouped(column, [found[i] for i in part.positions])
            for column, found in zip(chosen, values, strict=True)
        ]
        groups.append(Group(part.name, rows, cells(sums) if len(rows) > 1 else ()))
    heads = tuple(_head(column, i == place) for i, column in enumerate(chosen))
    return LayerTable(
        heads, tuple(groups), cells([column.total(analysis) for column in chosen]), place
    )


def _of_layers(columns: Sequence[str]) -> list[str]:
    found = []
    for key in columns:
        with suppress(UsageError):
            found.append(quantity(key).key)
    return found


def _head(column: Quantity, is_cost: bool) -> Head:
    title = "field" if column.key == "receptive_field" else column.title
    return Head(column.key, title, "" if is_cost else column.meaning, is_cost)
