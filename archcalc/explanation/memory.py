"""Peak memory worked out: which outputs are alive while a layer runs, and their sum."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..analysis import Analysis
from ..arithmetic.dims import product, total
from ..arithmetic.unknown import Unknown
from ..arithmetic.working import Working
from ..layers.base import hwc
from ..quantities.peak_memory_bytes import QUANTITY, _storage, most
from ..table import Line, Step, Steps
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
    here = [column[i] for i in positions]
    size = most(here) if here else QUANTITY.total(analysis)
    whole = (QUANTITY.title, steps(size))
    if not here or isinstance(here[0], Unknown):
        return Steps(QUANTITY.title, "", (whole,))
    peak = next((i for i in positions if column[i] == size), None)
    if peak is None:
        where = "which layer needs most depends on the symbols"
        layers = [(analysis.nodes[i].name, steps(column[i])) for i in positions[:MOST_PARTS]]
        return Steps(QUANTITY.title, where, (*layers, whole))
    alive = alive_at(analysis, peak)
    if isinstance(size, int):
        lines = _summed(analysis, alive)
    else:
        lines = [*((f"values of {name}", steps(part)) for name, part in alive.items()), whole]
    subtitle = f"what is kept while {analysis.nodes[peak].name} runs"
    return Steps(QUANTITY.title, subtitle, tuple(lines))


def _summed(analysis: Analysis, alive: dict[str, int]) -> list[Line]:
    """Return the values of what is alive, of very much the largest, and their sum in bytes."""
    shown = _largest(alive)
    rest = [size for name, size in alive.items() if name not in shown]
    lines: list[Line] = [(f"values of {name}", steps(_values(analysis, name))) for name in shown]
    parts = [alive[name] for name in shown]
    if rest:
        lines.append((f"values of {len(rest)} others", (Step(plain(sum(rest))),)))
        parts.append(sum(rest))
    settings = analysis.settings
    worked: Any = map(Working, parts)
    whole: Any = total(worked)
    whole = whole * settings.bytes_per_value * settings.batch
    return [*lines, (QUANTITY.title, steps(whole))]


def _largest(alive: dict[str, int]) -> list[str]:
    """Return the names of all that is alive, in order; of very many the largest."""
    if len(alive) <= MOST_PARTS:
        return list(alive)
    kept = sorted(alive, key=lambda name: -alive[name])[: MOST_PARTS - 1]
    return [name for name in alive if name in kept]


def _values(analysis: Analysis, name: str) -> Any:
    inputs = analysis.graph.inputs
    shape = inputs[name] if name in inputs else analysis.facts[analysis.position(name)].output
    return product(map(visible_number, hwc(shape)))
