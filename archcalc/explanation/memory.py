"""Peak memory worked out: which outputs are alive while a layer runs, and their sum."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..analysis import Analysis
from ..arithmetic.dims import product, total
from ..arithmetic.signs import largest
from ..arithmetic.unknown import Unknown
from ..arithmetic.working import Working
from ..layers.base import hwc
from ..quantities.peak_memory_bytes import QUANTITY, _storage
from ..table import Step, Steps
from .remembering import visible_number
from .writing import MOST_PARTS, plain, steps


def alive_at(analysis: Analysis, position: int) -> dict[str, Any]:
    """Return the values of each output (or input) that is kept while a layer runs."""
    sizes, last_use = _storage(analysis)
    made = {node.name: i for i, node in enumerate(analysis.nodes)}
    return {
        name: size
        for name, size in sizes.items()
        if made.get(name, -1) <= position
        and (last_use[name] >= position or last_use[name] < made.get(name, 0))
    }


def peak_steps(analysis: Analysis, positions: Sequence[int]) -> Steps:
    """Return what is alive at the layer of these that needs the most, and the bytes it takes."""
    column = QUANTITY.of(analysis)
    known = [i for i in positions if not isinstance(column[i], Unknown)]
    if not known:
        value = column[positions[0]] if positions else QUANTITY.total(analysis)
        return Steps(QUANTITY.title, "", ((QUANTITY.title, steps(value)),))
    peak = _peak(known, column)
    if peak is None:
        value = QUANTITY.total(analysis)
        where = "which layer needs most depends on the symbols"
        lines = [(analysis.nodes[i].name, steps(column[i])) for i in known[:MOST_PARTS]]
        return Steps(QUANTITY.title, where, (*lines, (QUANTITY.title, steps(value))))
    alive = alive_at(analysis, peak)
    shown = _largest(alive)
    rest = [size for name, size in alive.items() if name not in shown]
    subtitle = f"what is kept while {analysis.nodes[peak].name} runs"
    if not isinstance(column[peak], int):
        lines = [(f"values of {name}", steps(alive[name])) for name in shown]
        return Steps(QUANTITY.title, subtitle, (*lines, (QUANTITY.title, steps(column[peak]))))
    lines = [(f"values of {name}", steps(_values(analysis, name))) for name in shown]
    parts = [alive[name] for name in shown]
    if rest:
        lines.append((f"values of {len(rest)} others", (Step(plain(sum(rest))),)))
        parts.append(sum(rest))
    settings = analysis.settings
    worked: Any = map(Working, parts)
    whole: Any = total(worked)
    whole = whole * settings.bytes_per_value * settings.batch
    lines.append((QUANTITY.title, steps(whole)))
    return Steps(QUANTITY.title, subtitle, tuple(lines))


def _peak(positions: Sequence[int], column: Sequence[Any]) -> int | None:
    """Return the position that needs the most; None where that depends on symbols."""
    if all(isinstance(column[i], int) for i in positions):
        return max(positions, key=lambda i: column[i])
    most = largest([column[i] for i in positions])
    return next((i for i in positions if column[i] == most), None)


def _largest(alive: dict[str, Any]) -> list[str]:
    """Return the names of all that is alive, in order; of very many numbers the largest."""
    if len(alive) <= MOST_PARTS or not all(isinstance(size, int) for size in alive.values()):
        return list(alive)
    kept = sorted(alive, key=lambda name: -alive[name])[: MOST_PARTS - 1]
    return [name for name in alive if name in kept]


def _values(analysis: Analysis, name: str) -> Any:
    inputs = analysis.graph.inputs
    shape = inputs[name] if name in inputs else analysis.facts[analysis.position(name)].output
    return product(map(visible_number, hwc(shape)))
