"""One layer's numbers, worked out metric by metric."""

from __future__ import annotations

from ..analysis import Analysis
from ..layers.base import written
from ..notation.format import layer_text
from ..quantities import quantity
from ..table import Line, Steps
from .counts import convention_lines, count, count_lines
from .fields import PLACES, place_lines
from .memory import peak_steps
from .remembering import worked_node
from .shapes import output_lines
from .writing import steps

METRICS = (
    "output",
    "params",
    "macs",
    "elementwise_ops",
    "activations",
    "receptive_field",
    "jump",
)


def explanation(
    analysis: Analysis,
    position: int,
    metrics: tuple[str, ...] = METRICS,
    counting: str = "macs",
    layout: str = "hwc",
) -> Steps:
    """Return the worked numbers of the node at a position.

    Where a size is a symbol, the formulas are shown with the symbols put in. What a layer has
    nothing of is only said where nothing else is asked.
    """
    lines: list[Line] = []
    for metric in metrics:
        lines += _lines(analysis, position, metric, layout, alone=metrics == (metric,))
    if counting != "macs" and "macs" in metrics:
        lines += convention_lines(analysis, position, counting)
    return headed(analysis, position, tuple(lines), layout)


def headed(
    analysis: Analysis, position: int, lines: tuple[Line, ...], layout: str = "hwc"
) -> Steps:
    """Return lines about a layer under its name, its text and its input."""
    node, facts = analysis.nodes[position], analysis.facts[position]
    inputs = " and ".join(written(shape, layout) for shape in facts.inputs)
    title = f"{node.name}  {layer_text(node.layer, full=False)}"
    return Steps(title, f"input {inputs}", lines, node.name)


def _lines(
    analysis: Analysis, position: int, metric: str, layout: str, *, alone: bool
) -> tuple[Line, ...]:
    if metric == "output":
        return output_lines(analysis, position, layout)
    if metric in PLACES:
        return place_lines(analysis, position, metric, always=alone)
    if metric == "peak_memory_bytes":
        lines = peak_steps(analysis, (position,)).lines
        return lines if alone else lines[-1:]
    found = count_lines(analysis, position, metric)
    symbolic = worked_node(analysis, position) is None
    if found or not (alone or symbolic):
        return found
    return ((quantity(metric).title, steps(count(analysis, position, metric))),)
