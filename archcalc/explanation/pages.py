"""What ``archcalc explain`` shows: layers or one quantity of many, sums, conventions, formulas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..analysis import Analysis
from ..arithmetic.unknown import Unknown
from ..conventions import CONVENTIONS, convention, cost
from ..notation.format import canonical, layer_text
from ..quantities import quantity
from ..quantities.base import PerLayer
from ..table import Block, Line, Page, SpecText, Steps, Text
from .counts import column_of
from .fields import PLACES
from .layer import METRICS, explanation
from .letters import general_lines, legend_order
from .memory import peak_steps
from .nets import counts, places, total_lines
from .writing import plain, summed

_GENERAL = " in general"
_OTHERS = "The same, by other conventions"


def page(
    analysis: Analysis,
    spec: SpecText,
    layers: tuple[str, ...] = (),
    metrics: tuple[str, ...] = METRICS,
    counting: str = "macs",
    layout: str = "hwc",
    formula: bool = False,
) -> Page:
    """Return the worked numbers of the named layers, or of all, with the sums at the end.

    A name stands for a layer or for a block. One metric of several layers is worked out in one
    table. Where ``metrics`` are chosen, layers that have nothing of them are left out. A
    ``formula`` stands before the numbers. Errors: :class:`UsageError` (E49) for a layer that does
    not exist.
    """
    chosen = [i for i, node in enumerate(analysis.nodes) if _named(node.name, layers)]
    for layer in layers:
        if not any(_named(node.name, (layer,)) for node in analysis.nodes):
            analysis.position(layer)  # raises, naming the layers there are
    blocks: list[Block] = [spec]
    if formula:
        blocks += _formulas(analysis, chosen, metrics)
    title = "total of these layers" if layers else "total"
    if len(metrics) == 1 and len(chosen) > 1 and metrics != ("output",):
        blocks += _table(analysis, chosen, metrics[0], counting, title)
    else:
        blocks += _by_layer(analysis, chosen, metrics, counting, layout)
        if len(chosen) > 1:
            sums = _sums(analysis, chosen, metrics, title)
            blocks += [sums] if sums.lines else []
    if "macs" in metrics:
        blocks.append(_conventions(analysis, chosen, counting))
    if any(quantity(metric).unit == "bytes" for metric in metrics):
        settings = analysis.settings
        each = f"{settings.bytes_per_value} bytes per value ({settings.dtype})"
        blocks.append(Text(f"Bytes: {each}, batch {settings.batch}.", "note"))
    blocks.append(Text(f"Convention {counting}: {convention(counting).sentence}.", "convention"))
    return Page(tuple(blocks), lambda: _data(analysis, blocks, counting, layout), layout=layout)


def _named(name: str, layers: tuple[str, ...]) -> bool:
    return not layers or any(name == one or name.startswith(one + ".") for one in layers)


def _by_layer(
    analysis: Analysis, chosen: list[int], metrics: tuple[str, ...], counting: str, layout: str
) -> list[Steps]:
    found = [explanation(analysis, i, metrics, counting, layout) for i in chosen]
    if metrics == METRICS:
        return found
    return [one for one in found if any(line[-1] != "0" for _, line in one.lines)] or found


def _table(
    analysis: Analysis, chosen: list[int], metric: str, counting: str, title: str
) -> list[Steps]:
    """Return one metric layer by layer, and what it comes to."""
    if metric in PLACES:
        every = len(chosen) == len(analysis.nodes)
        return [places(analysis, None if every else chosen, metric)]
    if metric == "peak_memory_bytes":
        return [peak_steps(analysis, chosen)]
    listed = counts(analysis, chosen, metric, counting)
    *parts, (_, whole) = total_lines(analysis, chosen, metric, counting, title)
    name = column_of(metric, counting).title
    sums = Steps(title, "", (*parts, (name, whole)))
    return [listed, sums] if listed.lines else [sums]


def _sums(analysis: Analysis, chosen: list[int], metrics: tuple[str, ...], title: str) -> Steps:
    columns = [quantity(key) for key in metrics if isinstance(quantity(key), PerLayer)]
    found = {column.title: [column.of(analysis)[i] for i in chosen] for column in columns}
    lines = [
        (name, summed([value for value in values if value is not None]))
        for name, values in found.items()
    ]
    return Steps(title, "", tuple(lines))


def _conventions(analysis: Analysis, chosen: list[int], counting: str) -> Steps:
    """Return the sums by each convention of our own, and by the one in use."""
    lines: list[Line] = []
    for key, counted in CONVENTIONS.items():
        if counted.tool and key != counting:
            continue
        column = cost(key).of(analysis)
        value: Any = sum(column[i] for i in chosen)
        if isinstance(value, Unknown):
            value = f"at least {plain(value.at_least)}"
        lines.append((f"{counted.title} (--convention {key})", (plain(value),)))
    return Steps(_OTHERS, "", tuple(lines))


def _formulas(
    analysis: Analysis, chosen: Sequence[int], metrics: tuple[str, ...]
) -> list[Steps | Text]:
    """Return the formulas of each kind of layer once, and one legend of their letters."""
    forms: dict[tuple[str, tuple[Line, ...]], str] = {}
    letters: dict[str, dict[str, None]] = {}
    seen = set()
    for i in chosen:
        if analysis.kinds[i] in seen:
            continue
        seen.add(analysis.kinds[i])
        lines, meanings = general_lines(analysis, i, metrics)
        node = analysis.nodes[i]
        if lines:
            forms.setdefault((node.layer.word, lines), node.name)
        for letter, meaning in meanings.items():
            letters.setdefault(letter, {})[meaning] = None
    words = [word for word, _ in forms]
    ordered = sorted(letters.items(), key=lambda one: legend_order(one[0]))
    found: list[Steps | Text] = [
        Steps(f"{word}{_GENERAL}", f"as {name}" if words.count(word) > 1 else "", lines)
        for (word, lines), name in forms.items()
    ]
    legend = "; ".join(f"{letter} {' or '.join(said)}" for letter, said in ordered)
    return [*found, Text(f"{legend}.", "note")] if legend else found


def _data(analysis: Analysis, blocks: list[Any], counting: str, layout: str) -> dict[str, Any]:
    """Return the JSON object: per layer what is worked out, in steps, and the value."""
    from .. import __version__

    spec = analysis.graph.spec
    found: dict[str, Any] = {
        "schema": 1,
        "archcalc": __version__,
        "convention": counting,
        "layout": layout,
        "name": analysis.graph.name,
        "spec": canonical(spec) if spec else "",
        "layers": [],
    }
    layers: dict[str, list[Any]] = {node.name: [] for node in analysis.nodes}
    for block in blocks:
        if not isinstance(block, Steps):
            continue
        items = [
            (layer, {"quantity": title, "steps": list(steps), "value": _number(steps[-1])})
            for layer, title, steps in block.records
        ]
        if block.title.endswith(_GENERAL):
            word, working = block.title[: -len(_GENERAL)], [item for _, item in items]
            found.setdefault("formulas", []).append({"word": word, "working": working})
        elif block.title == _OTHERS:
            found["conventions"] = [item for _, item in items]
        else:
            for layer, item in items:
                where = layers[layer] if layer in layers else found.setdefault("totals", [])
                where.append(item)
    for name, working in layers.items():
        if working:
            layer = layer_text(analysis.nodes[analysis.position(name)].layer, full=True)
            found["layers"].append({"name": name, "layer": layer, "working": working})
    return found


def _number(text: str) -> int | str:
    digits = text.replace(",", "")
    return int(digits) if digits.isdigit() else text
