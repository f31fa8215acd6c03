"""A node's numbers as worked arithmetic: the formulas themselves, run on numbers that remember."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from .analysis import Analysis, walk
from .arithmetic.dims import Shape, product, total
from .arithmetic.expression import size_text, symbolic_text
from .arithmetic.unknown import Unknown
from .arithmetic.working import Working
from .conventions import CONVENTIONS, convention, cost
from .expansion import expand
from .graph import Node
from .layers.base import (
    Contraction,
    Facts,
    Layer,
    UnaryLayer,
    View,
    channels,
    hwc,
    spatial,
    volume,
    written,
)
from .layers.options import Pad, options_of
from .layers.window import Window
from .notation.format import canonical, layer_text
from .notation.parser import parse
from .quantities import quantity
from .quantities.field import widened
from .quantities.receptive_field import Scattered, states
from .table import Page, SpecText, Steps, Text

METRICS = (
    "output",
    "params",
    "macs",
    "elementwise_ops",
    "activations",
    "receptive_field",
    "jump",
)
_AXES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}


def worked(layer: Layer) -> Any:
    """Return the layer with numbers that remember.

    Stride, padding, windows and filters stay visible also where they are 0 or 1.
    """
    changed: dict[str, Any] = {}
    for item in fields(layer):  # type: ignore[arg-type]
        option = options_of(type(layer)).get(item.name)
        if option is None or option.kind not in ("sizes", "size", "axes", "integer", "pad"):
            continue
        value = getattr(layer, item.name)
        changed[item.name] = _remembering(value, option.letter in ("S", "P", "K", "N"))
    return replace(layer, **changed) if changed else layer  # type: ignore[type-var]


def _remembering(value: Any, visible: bool) -> Any:
    if isinstance(value, Pad):
        before, after = (None if part is None else _remembering(part, visible) for part in value)
        return Pad(before, after)  # type: ignore[arg-type]
    if isinstance(value, tuple):
        return tuple(_remembering(part, visible) for part in value)
    if isinstance(value, int):
        return Working(value, f"{value:,}" if visible else "")
    return value


def worked_facts(layer: Layer, inputs: tuple[Shape, ...]) -> Facts | None:
    """Return the facts with working; None where a size is a symbol."""
    options = [getattr(layer, key) for key in options_of(type(layer))]
    if _symbolic(inputs) or _symbolic(options):
        return None
    remembered: Any = tuple(map(_remembered, inputs))
    facts: Facts = worked(layer).facts(*remembered)
    return facts


def _remembered(shape: Shape) -> Any:
    """Return a shape of numbers that remember; its channels stay visible also where they are 1."""
    depth = Working(int(channels(shape)), f"{channels(shape):,}")
    sizes: Any = tuple(Working(int(size)) for size in spatial(shape))
    return volume(depth, sizes)  # type: ignore[arg-type]


def _symbolic(value: Any) -> bool:
    if isinstance(value, tuple | list):
        return any(_symbolic(part) for part in value)
    return hasattr(value, "free_symbols")


def cost_formula(layer: Layer, facts: Facts) -> str:
    """Return the multiply-adds of a layer as a product: ``14x14x48 * 5x5x480``."""
    weight = facts.weights.get("weight")
    if isinstance(layer, Contraction) and weight is not None and len(weight) > 1:
        depth, *kernel = weight[1:]
        if facts.macs == product(facts.output) * product(weight[1:]):
            return f"{written(facts.output)} * {'x'.join(map(str, (*kernel, depth)))}"
    again = worked_facts(layer, facts.inputs)
    return "" if again is None or isinstance(again.macs, Unknown | int) else str(again.macs)


def explanation(
    analysis: Analysis,
    position: int,
    metrics: tuple[str, ...] = METRICS,
    counting: str = "macs",
    layout: str = "hwc",
) -> Steps:
    """Return the worked numbers of the node at a position.

    Where a size is a symbol, the formulas are shown with the symbols put in.
    """
    node, facts = analysis.nodes[position], analysis.facts[position]
    again = worked_facts(node.layer, facts.inputs)
    lines: list[tuple[str, tuple[str, ...]]] = []
    for metric in metrics:
        if again is None:
            column = quantity(metric)
            value = column.of(analysis)[position]
            shown = written(value, layout) if metric == "output" else _plain(value)
            lines.append((column.title, (shown,)))
        elif metric == "output":
            lines += _output(facts, again, layout)
        elif metric == "receptive_field":
            lines += _field(analysis, position, again)
        elif metric == "jump":
            lines += _jump(analysis, position, again)
        else:
            counted = _count(metric, facts, again)
            nothing = [(quantity(metric).title, ("0",))] if metrics == (metric,) else []
            lines += counted or nothing
    if counting != "macs" and "macs" in metrics and again is not None:
        lines += _cost(counting, node.layer, again)
    inputs = " and ".join(written(shape, layout) for shape in facts.inputs)
    title = f"{node.name}  {layer_text(node.layer, full=False)}"
    return Steps(title, f"input {inputs}", tuple(lines), node.name)


def _output(facts: Facts, again: Facts, layout: str) -> list[tuple[str, tuple[str, ...]]]:
    made = spatial(again.output)
    lines: list[tuple[str, tuple[str, ...]]] = []
    last = hwc(again.output)[-1]
    if isinstance(again.windows, tuple):
        names = _AXES.get(len(made), tuple(f"axis {i + 1}" for i in range(len(made))))
        lines += _same_padding(again.windows, names)
        lines += [(name, tuple(_steps(size))) for name, size in zip(names, made, strict=True)]
        lines.append(("channels", tuple(_steps(last))))
    elif isinstance(last, Working) and not last.is_leaf:  # concatenation, flattening
        lines.append(("channels" if made else "values", tuple(_steps(last))))
    return [*lines, ("output", (written(facts.output, layout),))]


def _same_padding(
    windows: tuple[Any, ...], names: tuple[str, ...]
) -> list[tuple[str, tuple[str, ...]]]:
    """Work out what `same` pads in all, and how it is split: the odd one goes to the end."""
    found = []
    for window in windows:
        before = getattr(window, "before", None)
        if not getattr(window, "same", False) or not isinstance(before, Working):
            return []
        if before.op != "floor":
            return []
        steps = before.args[0].steps()
        split = f"{int(before)} before, {int(window.after)} after"
        found.append((*steps[:-1], f"{steps[-1]}: {split}"))
    if len(set(found)) == 1:
        return [("padding", found[0])]
    return [(f"padding, {name}", steps) for name, steps in zip(names, found, strict=True)]


def _count(metric: str, facts: Facts, again: Facts) -> list[tuple[str, tuple[str, ...]]]:
    value: Any
    if metric == "params":
        if not facts.weights:
            return [("params", ("0",))]
        value = total(product(_textbook(shape)) for shape in again.weights.values())
        if isinstance(value, Unknown):
            return [("params", (f"unknown: {value.reason}",))]
        return [("params", tuple(_steps(value)))]
    if metric == "macs":
        value = again.macs
        if value == 0:
            return []
    elif metric == "elementwise_ops":
        value = again.bias_adds + again.elementwise
        if not isinstance(value, Unknown) and value == 0:
            return []
    elif metric == "activations":
        if facts.is_view:
            return [("activations", ("a view: none of its own", "0"))]
        remembered: Any = tuple(Working(int(size), f"{size:,}") for size in hwc(facts.output))
        value = product(remembered)
    else:
        return []
    title = quantity(metric).title
    if isinstance(value, Unknown):
        return [(title, (f"unknown: {value.reason}",))]
    return [(title, tuple(_steps(value)))]


def _cost(counting: str, layer: Layer, again: Facts) -> list[tuple[str, tuple[str, ...]]]:
    """Work out the cost by another convention: its own formula, run on what the layer states."""
    counted = convention(counting)
    settled = replace(
        again,
        macs=_settled(again.macs),
        bias_adds=_settled(again.bias_adds),
        elementwise=_settled(again.elementwise),
    )
    value = counted.count(layer, settled)
    if isinstance(value, Unknown):
        return [(counted.title, (f"unknown: {value.reason}",))]
    return [(counted.title, tuple(_steps(value)))] if value != 0 else []


def _settled(count: Any) -> Any:
    return Working(int(count)) if isinstance(count, Working) else count


def _textbook(shape: Shape) -> Shape:
    """Order a weight as the textbook does: window, input depth, filters."""
    return (*shape[2:], shape[1], shape[0]) if len(shape) > 1 else shape


def _field(analysis: Analysis, position: int, again: Facts) -> list[tuple[str, tuple[str, ...]]]:
    title = quantity("receptive_field").title
    state = states(analysis)[position]
    if isinstance(state, Unknown):
        return [(title, (f"unknown: {state.reason}",))]
    if not isinstance(state, tuple):
        return [(title, ("whole: it sees the entire input",))]
    node = analysis.nodes[position]
    if len(node.inputs) > 1:
        return _joined(title, state, [_field_of(analysis, name) for name in node.inputs])
    before = _field_before(analysis, node)
    windows = again.windows
    result = "x".join(str(axis.size) for axis in state)
    if isinstance(windows, View) or before is None or isinstance(state, Scattered):
        return [(title, (result,))]
    lines: list[tuple[str, ...]] = []
    for window, axis in zip(windows, before, strict=True):
        if not isinstance(window, Window) or not _regular(axis):
            return [(title, (result,))]
        jump = Working(axis.jump, f"{axis.jump:,}")
        lines.append(tuple(_steps(widened(Working(axis.size, f"{axis.size:,}"), window, jump))))
    if len(set(lines)) == 1:
        return [(title, lines[0])]
    return [(f"{title}, axis {i + 1}", steps) for i, steps in enumerate(lines)]


def _joined(title: str, state: Any, paths: list[Any]) -> list[tuple[str, tuple[str, ...]]]:
    """Work out the field of paths that meet: their union, which is the largest where it holds all.

    ``state`` is the field, ``paths`` are those that meet in it.
    """
    result = "x".join(str(axis.size) for axis in state)
    known = all(isinstance(path, tuple) and len(path) == len(state) for path in paths)
    if not known or not all(_regular(axis) for path in (*paths, state) for axis in path):
        return [(title, (result,))]
    lines: list[tuple[str, ...]] = []
    for i, axis in enumerate(state):
        sizes = [path[i].size for path in paths]
        if axis.size == max(sizes):
            worked = f"max({', '.join(map(_plain, sizes))})"
        else:
            first, last = axis.starts[0], axis.ends[0] - 1
            worked = f"{last} - {f'({first})' if first < 0 else first} + 1, all paths together"
        lines.append((worked, _plain(axis.size)))
    if len(set(lines)) == 1:
        return [(title, lines[0])]
    return [(f"{title}, axis {i + 1}", steps) for i, steps in enumerate(lines)]


def _regular(axis: Any) -> bool:
    """Tell whether an axis has one size and step, and both are numbers."""
    return len(axis.starts) == 1 and isinstance(axis.size, int) and isinstance(axis.jump, int)


def _jump(analysis: Analysis, position: int, again: Facts) -> list[tuple[str, tuple[str, ...]]]:
    """Work out the step between neighbours: that of the layer before times the stride."""
    before = _field_before(analysis, analysis.nodes[position])
    if not isinstance(again.windows, tuple) or before is None:
        return []
    found = []
    for window, axis in zip(again.windows, before, strict=True):
        if not isinstance(window, Window) or not _regular(axis):
            return []
        jump = Working(axis.jump, f"{axis.jump:,}") * window.stride
        found.append(tuple(_steps(jump)))
    if len(set(found)) == 1:
        return [("jump", found[0])]
    return [(f"jump, axis {i + 1}", steps) for i, steps in enumerate(found)]


def _field_before(analysis: Analysis, node: Node) -> Any:
    return _field_of(analysis, node.inputs[0]) if len(node.inputs) == 1 else None


def _field_of(analysis: Analysis, name: str) -> Any:
    """Return the field behind a layer or at an input; None where it has no place."""
    from .quantities.receptive_field import start

    if name in analysis.graph.inputs:
        return start(analysis.graph.inputs[name])
    state = states(analysis)[analysis.position(name)]
    return state if isinstance(state, tuple) and not isinstance(state, Scattered) else None


def _steps(value: Any) -> list[str]:
    return value.steps() if isinstance(value, Working) else [_plain(value)]


def _plain(value: Any) -> str:
    if isinstance(value, tuple):
        return "x".join(size_text(part) for part in value)
    return f"{value:,}" if isinstance(value, int) else symbolic_text(value)


def page(
    analysis: Analysis,
    spec: SpecText,
    layers: tuple[str, ...] = (),
    metrics: tuple[str, ...] = METRICS,
    counting: str = "macs",
    layout: str = "hwc",
) -> Page:
    """Return the worked numbers of the named layers, or of all, with the sums at the end.

    A name stands for a layer or for a block. Where ``metrics`` are chosen, layers that have
    nothing of them are left out. Errors: :class:`UsageError` (E49) for a layer
    that does not exist.
    """
    chosen = [i for i, node in enumerate(analysis.nodes) if _named(node.name, layers)]
    for layer in layers:
        if not any(_named(node.name, (layer,)) for node in analysis.nodes):
            analysis.position(layer)  # raises, naming the layers there are
    steps = [explanation(analysis, i, metrics, counting, layout) for i in chosen]
    if metrics != METRICS:
        steps = [one for one in steps if any(line[-1] != "0" for _, line in one.lines)] or steps
    blocks: list[Any] = [spec, *steps]
    if len(chosen) > 1:
        sums = _sums(analysis, chosen, metrics, "total of these layers" if layers else "total")
        blocks += [sums] if sums.lines else []
    if "macs" in metrics:
        blocks.append(_conventions(analysis, chosen, counting))
    blocks.append(Text(f"Convention {counting}: {convention(counting).sentence}.", "convention"))
    return Page(tuple(blocks), lambda: _data(analysis, blocks, counting, layout), layout=layout)


def _data(analysis: Analysis, blocks: list[Any], counting: str, layout: str) -> dict[str, Any]:
    """Return the JSON object: per layer what is worked out, in steps, and the value."""
    from . import __version__

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
    for block in blocks:
        if not isinstance(block, Steps):
            continue
        working = [
            {"quantity": title, "steps": list(steps), "value": _number(steps[-1])}
            for title, steps in block.lines
        ]
        if block.name:
            layer = layer_text(analysis.nodes[analysis.position(block.name)].layer, full=True)
            found["layers"].append({"name": block.name, "layer": layer, "working": working})
        else:
            found["totals" if block.title.startswith("total") else "conventions"] = working
    return found


def _number(text: str) -> int | str:
    digits = text.replace(",", "")
    return int(digits) if digits.isdigit() else text


def _named(name: str, layers: tuple[str, ...]) -> bool:
    return not layers or any(name == one or name.startswith(one + ".") for one in layers)


def _sums(analysis: Analysis, chosen: list[int], metrics: tuple[str, ...], title: str) -> Steps:
    lines: list[tuple[str, tuple[str, ...]]] = []
    for key in ("params", "macs", "elementwise_ops", "activations"):
        if key not in metrics:
            continue
        column = quantity(key)
        values = [column.of(analysis)[i] for i in chosen]
        parts = [value for value in values if isinstance(value, Unknown) or value != 0]
        value: Any = sum(values)
        if isinstance(value, Unknown):
            lines.append((column.title, (f"at least {_plain(value.at_least)}: {value.reason}",)))
        elif 1 < len(parts) <= 12:
            lines.append((column.title, (" + ".join(_plain(p) for p in parts), _plain(value))))
        elif len(parts) > 1:
            lines.append((column.title, (f"the sum of {len(parts)} layers", _plain(value))))
        else:
            lines.append((column.title, (_plain(value),)))
    return Steps(title, "", tuple(lines))


def _conventions(analysis: Analysis, chosen: list[int], counting: str) -> Steps:
    """Return the sums by each convention of our own, and by the one in use."""
    lines = []
    for key, counted in CONVENTIONS.items():
        if counted.tool and key != counting:
            continue
        column = cost(key).of(analysis)
        value: Any = sum(column[i] for i in chosen)
        if isinstance(value, Unknown):
            value = f"at least {_plain(value.at_least)}"
        lines.append((f"{counted.title} (--convention {key})", (_plain(value),)))
    return Steps("The same, by other conventions", "", tuple(lines))


def formulas(kind: type[Layer]) -> dict[str, Any]:
    """Return the general formulas of a layer: in letters.

    They are the layer's own formulas, run on numbers that print as letters; outputs read Ho, Wo.
    """
    node, inputs = _example(kind)
    layer = _lettered(node.layer)
    letters = tuple(_letters(shape, "") for shape in inputs)
    facts = layer.facts(*letters)
    found: dict[str, Any] = {"shape": [str(size) for size in hwc(facts.output)]}
    found["params"] = str(total(product(_textbook(shape)) for shape in facts.weights.values()))
    if isinstance(layer, UnaryLayer):
        output = _letters(tuple(int(size) for size in facts.output), "o")
        kept: Any = tuple(
            new if isinstance(old, Working) and not old.is_leaf else old
            for old, new in zip(facts.output, output, strict=True)
        )
        found["macs"] = str(layer.macs(letters[0], kept))
        adds = layer.bias_adds(letters[0], kept) + layer.elementwise(letters[0], kept)
        found["elementwise_ops"] = "unknown" if isinstance(adds, Unknown) else str(adds)
    else:
        output = _letters(tuple(int(size) for size in facts.output), "o")
        found["macs"] = "0"
        found["elementwise_ops"] = str(layer.elementwise(letters, output))
    return found


def _example(kind: type[Layer]) -> tuple[Node, tuple[Shape, ...]]:
    analysis = walk(expand(parse(kind.examples[0].format(word=kind.word))))
    for node, facts in zip(analysis.nodes, analysis.facts, strict=True):
        if type(node.layer) is kind:
            return node, facts.inputs
    raise AssertionError(f"the first example of {kind.word} does not contain it")


def _lettered(layer: Layer) -> Any:
    changed: dict[str, Any] = {}
    for key, option in options_of(type(layer)).items():
        if option.letter:
            changed[key] = _with_letter(getattr(layer, key), option.letter)
    return replace(layer, **changed) if changed else layer  # type: ignore[type-var]


def _with_letter(value: Any, letter: str) -> Any:
    if isinstance(value, Pad):
        return Pad(Working(value.before, letter)) if value.after is None else value  # type: ignore[arg-type]
    if isinstance(value, tuple):
        return tuple(_with_letter(part, letter) for part in value)
    return Working(value, letter) if isinstance(value, int) else value


def _letters(shape: Shape, mark: str) -> Any:
    names = {1: ("D",), 2: ("L", "D"), 3: ("C", "H", "W"), 4: ("C", "D", "H", "W")}[len(shape)]
    return tuple(Working(size, letter + mark) for size, letter in zip(shape, names, strict=True))
