"""One quantity of a layer, of several or of the whole net: what each adds, and what it comes to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..analysis import Analysis
from ..arithmetic.unknown import Unknown
from ..errors import UsageError
from ..layers.window import Window
from ..quantities import keys, quantity
from ..quantities.base import PerLayer, Quantity
from ..quantities.receptive_field import WHOLE, states
from ..table import Line, Steps
from .counts import column_of, count
from .fields import PLACES, axis_steps, changes, field_of, place_lines, place_steps, way_to
from .layer import headed
from .memory import peak_steps
from .shapes import axis_names, output_lines
from .writing import MOST_PARTS, final, plain, short, steps, summed

_MOST_ROWS = 24
_OTHERS = ("output", *PLACES, "peak_memory_bytes")


def workings() -> tuple[str, ...]:
    """Return the keys of the columns that can be worked out, the most important first."""
    columns = (quantity(key) for key in keys())
    found = [column for column in columns if _is_worked(column)]
    return tuple(column.key for column in sorted(found, key=lambda column: column.rank))


def _is_worked(column: Quantity) -> bool:
    return isinstance(column, PerLayer) or column.key in _OTHERS


def checked(metric: str) -> str:
    """Return the key of a metric; :class:`UsageError` (E48) where it has no working."""
    column = quantity(metric)
    if not _is_worked(column):
        raise UsageError("E48", f'no working for "{column.key}"', f"one of {', '.join(workings())}")
    return column.key


def working(
    analysis: Analysis,
    positions: Sequence[int] | None,
    metric: str,
    *,
    counting: str = "macs",
    layout: str = "hwc",
) -> Steps:
    """Return the working of one quantity: of one layer its own steps, else layer by layer.

    ``positions`` are some of ``analysis.nodes``, None for the whole net; ``macs`` are the cost by
    the convention ``counting``. The last line ends in the quantity's value. Errors:
    :class:`UsageError` (E48) where the quantity has no working.
    """
    metric = checked(metric)
    if positions is not None and not positions:
        raise UsageError("E49", "no layer to explain", "positions of layers, or None for the net")
    if positions is not None and len(positions) == 1:
        return _of_one(analysis, positions[0], metric, counting, layout)
    chosen = range(len(analysis.nodes)) if positions is None else sorted(set(positions))
    if metric == "peak_memory_bytes":
        return peak_steps(analysis, chosen)
    if metric == "output":
        return _outputs(analysis, chosen, layout)
    if metric in PLACES:
        return places(analysis, None if positions is None else chosen, metric)
    listed = counts(analysis, chosen, metric, counting)
    title = "total" if positions is None else "total of these layers"
    ends = total_lines(analysis, chosen, metric, counting, title)
    return Steps(listed.title, "", (*listed.lines, *ends), by_layer=True)


def _of_one(analysis: Analysis, position: int, metric: str, counting: str, layout: str) -> Steps:
    if metric == "peak_memory_bytes":
        return headed(analysis, position, peak_steps(analysis, (position,)).lines, layout)
    if metric == "output":
        return headed(analysis, position, output_lines(analysis, position, layout), layout)
    column = column_of(metric, counting)
    if metric not in PLACES:
        worked = steps(count(analysis, position, metric, counting))
        return headed(analysis, position, ((column.title, worked),), layout)
    lines = place_lines(analysis, position, metric)
    if len(lines) > 1:
        lines = (*lines, (column.title, place_steps(analysis, position, metric)))
    return headed(analysis, position, lines, layout)


def counts(analysis: Analysis, chosen: Sequence[int], metric: str, counting: str = "macs") -> Steps:
    """Return a line for each layer that adds something to a count."""
    column = column_of(metric, counting)
    values = column.of(analysis)
    lines = [
        (analysis.nodes[i].name, short(steps(count(analysis, i, metric, counting))))
        for i in chosen
        if isinstance(values[i], Unknown) or (values[i] is not None and values[i] != 0)
    ]
    return Steps(column.title, "", tuple(lines), by_layer=True)


def total_lines(
    analysis: Analysis, chosen: Sequence[int], metric: str, counting: str, title: str
) -> tuple[Line, ...]:
    """Return the sum; of more than a dozen layers that of each block before it."""
    values = {i: column_of(metric, counting).of(analysis)[i] for i in chosen}
    present = {
        i: value
        for i, value in values.items()
        if isinstance(value, Unknown) or (value is not None and value != 0)
    }
    blocks: dict[str, list[Any]] = {}
    for i, value in present.items():
        blocks.setdefault(_block(analysis, chosen, i), []).append(value)
    if len(present) <= MOST_PARTS or not 1 < len(blocks) <= MOST_PARTS:
        return ((title, summed(list(present.values()))),)
    parts = [(block, summed(found, most=1)) for block, found in blocks.items() if len(found) > 1]
    return (*parts, (title, summed([sum(found) for found in blocks.values()])))


def _block(analysis: Analysis, chosen: Sequence[int], position: int) -> str:
    """Return the block of a layer, at the first depth at which the chosen ones differ."""
    names = [analysis.nodes[i].name.split(".") for i in (chosen[0], chosen[-1])]
    same = next((d for d, (a, b) in enumerate(zip(*names, strict=False)) if a != b), 0)
    return ".".join(analysis.nodes[position].name.split(".")[: same + 1])


def _outputs(analysis: Analysis, chosen: Sequence[int], layout: str) -> Steps:
    column = quantity("output")
    lines: list[Line] = []
    parts: list[tuple[str, ...]] = []
    for i in chosen:
        for part, found in output_lines(analysis, i, layout):
            lines.append((analysis.nodes[i].name, found))
            parts.append(("" if part == column.title else part,))
    ends = analysis.facts[chosen[-1]].output if len(chosen) < len(analysis.nodes) else None
    value = column.total(analysis) if ends is None else ends
    lines.append((column.title, final(column, value, layout)))
    return Steps(column.title, "", tuple(lines), "", True, ("part",), (*parts, ("",)))


def places(analysis: Analysis, chosen: Sequence[int] | None, metric: str) -> Steps:
    """Return a place layer by layer, of the whole net along the way that decides it.

    Layers without a window that leave it as it is are left out; where many layers have one, all
    that leave it as it is.
    """
    column = quantity(metric)
    output = analysis.graph.output
    if chosen is None and output in analysis.graph.inputs:
        return Steps(column.title, "", ((column.title, steps(column.total(analysis))),))
    end = analysis.position(output) if chosen is None else chosen[-1]
    way = way_to(analysis, end, metric) if chosen is None else chosen
    rows: list[tuple[Line, tuple[str, ...]]] = []
    for i in _shown(analysis, way, metric):
        rows += _rows(analysis, i, metric)
    rows.append(((column.title, _seen(analysis, end, metric, "whole")), ("",) * 4))
    keep = [k for k in range(4) if any(cells[k] for _, cells in rows)]
    if metric != "receptive_field":
        keep = [k for k in keep if k == 0]
    headings = ("part", "kernel", "stride", "jump before")
    return Steps(
        column.title,
        _PATHS[metric] if chosen is None and _meets(analysis, way) else "",
        tuple(line for line, _ in rows),
        by_layer=True,
        columns=tuple(headings[k] for k in keep),
        beside=tuple(tuple(cells[k] for k in keep) for _, cells in rows),
    )


def _shown(analysis: Analysis, way: Sequence[int], metric: str) -> list[int]:
    moving = [i for i in way if changes(analysis, i, metric)]
    looking = {i for i in way if isinstance(analysis.facts[i].windows, tuple)}
    return sorted(looking.union(moving)) if len(looking) <= _MOST_ROWS else moving


_PATHS = {
    "receptive_field": "along the widest path",
    "jump": "along one path",
    "first": "along the path that begins first",
}


def _meets(analysis: Analysis, way: Sequence[int]) -> bool:
    return any(len(analysis.nodes[i].inputs) > 1 for i in way)


def _rows(analysis: Analysis, position: int, metric: str) -> list[tuple[Line, tuple[str, ...]]]:
    """Return a row per axis, one for all where they are alike."""
    node, windows = analysis.nodes[position], analysis.facts[position].windows
    found = axis_steps(analysis, position, metric)
    if found is None:
        worked = _seen(analysis, position, metric, "whole: everything")
        return [((node.name, worked), ("",) * 4)]
    cells = [("", "", "")] * len(found)
    if isinstance(windows, tuple) and len(node.inputs) == 1:
        before = field_of(analysis, node.inputs[0])
        cells = [
            (plain(w.kernel), plain(w.stride), plain(axis.jump))
            for w, axis in zip(windows, before, strict=True)
            if isinstance(w, Window)
        ]
    if len(set(found)) == 1:
        return [((node.name, short(found[0])), ("", *map(_joined, zip(*cells, strict=True))))]
    names = axis_names(len(found))
    return [
        ((node.name, short(one)), (name, *part))
        for name, one, part in zip(names, found, cells, strict=True)
    ]


def _seen(analysis: Analysis, position: int, metric: str, whole: str) -> tuple[str, ...]:
    """Return a place as the column has it; where everything is seen, this word."""
    if metric == "receptive_field" and states(analysis)[position] is WHOLE:
        return (whole,)
    return place_steps(analysis, position, metric)


def _joined(parts: Sequence[str]) -> str:
    return parts[0] if len(set(parts)) == 1 else "x".join(parts)
