"""The general formulas: a layer's own formulas, run on numbers that print as letters."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from ..analysis import Analysis, walk
from ..arithmetic.dims import Shape, product, total
from ..arithmetic.unknown import Unknown
from ..arithmetic.working import Working
from ..expansion import expand
from ..graph import Node
from ..layers.base import Facts, Layer, UnaryLayer, hwc, spatial
from ..layers.options import Pad, options_of
from ..layers.window import Window
from ..notation.parser import parse
from ..quantities import quantity
from ..quantities.base import PerLayer
from ..quantities.field import widened
from ..table import Line, Step
from .fields import PLACES
from .remembering import textbook, worked_node
from .shapes import axis_names

_SIZES = "HWCLD"
_MEANINGS = {
    "H": "height",
    "W": "width",
    "C": "channels",
    "L": "length",
    "R": "field before",
    "J": "jump before",
    "F": "first before",
}
_D = {1: "values", 2: "width of a token"}  # of a vector, of a sequence; else a volume's depth
_MARKED = {"o": "of the output", "h": "in height", "w": "in width", "d": "in depth"}


def formulas(kind: type[Layer]) -> dict[str, Any]:
    """Return the general formulas of a layer: in letters.

    They are the layer's own formulas, run on numbers that print as letters; outputs read Ho, Wo.
    """
    node, inputs = _example(kind)
    layer = _lettered(node.layer)
    letters = tuple(_letters(shape, "") for shape in inputs)
    facts = _general(layer, letters)
    adds = facts.bias_adds + facts.elementwise
    return {
        "shape": [str(size) for size in hwc(layer.facts(*letters).output)],
        "params": str(total(product(shape) for shape in facts.weights.values())),
        "macs": str(facts.macs),
        "elementwise_ops": "unknown" if isinstance(adds, Unknown) else str(adds),
    }


def _general(layer: Any, letters: tuple[Any, ...]) -> Facts:
    """Return the facts in letters; the sizes of the output are letters of their own."""
    facts: Facts = layer.facts(*letters)
    output = _letters(tuple(int(size) for size in facts.output), "o")
    if not isinstance(layer, UnaryLayer):
        return replace(textbook(facts), elementwise=layer.elementwise(letters, output))
    (x,) = letters
    kept: Any = tuple(
        new if isinstance(old, Working) and not old.is_leaf else old
        for old, new in zip(facts.output, output, strict=True)
    )
    return replace(
        textbook(facts),
        output=kept,
        macs=layer.macs(x, kept),
        bias_adds=layer.bias_adds(x, kept),
        elementwise=layer.elementwise(x, kept),
        connections=layer.connections(x, kept),
    )


def general_lines(
    analysis: Analysis, position: int, metrics: tuple[str, ...]
) -> tuple[tuple[Line, ...], dict[str, str]]:
    """Return the formulas of a layer's metrics in letters, and what the letters mean.

    None where a size is a symbol: the numbers are formulas then.
    """
    again = worked_node(analysis, position)
    if again is None:
        return (), {}
    layer, inputs = analysis.nodes[position].layer, analysis.facts[position].inputs
    marked = len(inputs) > 1
    letters = tuple(_letters(x, str(i + 1) if marked else "") for i, x in enumerate(inputs))
    own = _own_letters(layer, len(spatial(inputs[0])) if inputs else 0)
    shape, facts = own.facts(*letters).output, _general(own, letters)
    lines: list[Line] = []
    for metric in metrics:
        if metric == "output":
            lines += _sizes(shape)
        elif metric in PLACES:
            lines += _places(metric, facts)
        elif isinstance(column := quantity(metric), PerLayer):
            value: Any = column.value(facts, analysis)
            if isinstance(value, Working):
                lines.append((column.title, (Step(value),)))
    return tuple(lines), _legend(layer, len(inputs[0]) if inputs else 0, lines)


def legend_order(letter: str) -> tuple[int, str]:
    """Return where a letter stands in a legend: sizes first, the input's before the output's."""
    return _SIZES.find(letter[0]) if letter[0] in _SIZES else len(_SIZES), letter[1:]


def _sizes(shape: Any) -> list[Line]:
    """Return the sizes of an output that a formula gives, each with its letter."""
    names = (*axis_names(len(shape) - 1), "channels" if len(shape) > 1 else "values")
    marks = hwc(_letters(tuple(int(size) for size in shape), "o"))
    return [
        (name, (Step(mark), Step(size)))
        for name, mark, size in zip(names, marks, hwc(shape), strict=True)
        if isinstance(size, Working) and not size.is_leaf
    ]


def _places(metric: str, facts: Facts) -> list[Line]:
    """Return how a window moves a place; axes whose formulas are alike share a line."""
    windows: Any = facts.windows
    if not isinstance(windows, tuple) or not all(isinstance(w, Window) for w in windows):
        return []
    field, jump, first = Working(1, "R"), Working(1, "J"), Working(0, "F")
    found = {
        "receptive_field": [("Ro", widened(field, window, jump)) for window in windows],
        "jump": [("Jo", jump * window.stride) for window in windows],
        "first": [("Fo", first - window.before * jump) for window in windows],
    }[metric]
    title, names = quantity(metric).title, axis_names(len(found))
    texts = [(Step(mark), Step(worked)) for mark, worked in found]
    if len(set(texts)) == 1:
        return [(title, texts[0])]
    return [(f"{title}, {name}", text) for name, text in zip(names, texts, strict=True)]


def _legend(layer: Layer, rank: int, lines: list[Line]) -> dict[str, str]:
    """Return the meaning of each letter that the lines use."""
    text = " ".join(step for _, steps in lines for step in steps)
    used = dict.fromkeys(re.findall(r"[A-Za-z][A-Za-z0-9]*", text))
    options = {
        option.letter: re.split(r"[,;(]", option.meaning)[0].strip()
        for option in options_of(type(layer)).values()
        if option.letter
    }
    return {
        letter: meaning
        for letter in used
        if (meaning := _meaning(letter, options, _MEANINGS | {"D": _D.get(rank, "depth")}))
    }


def _meaning(letter: str, options: dict[str, str], sizes: dict[str, str]) -> str:
    base, mark = letter[0], letter[1:]
    if letter in ("Ro", "Jo", "Fo") or len(letter) > 2:
        return ""
    if mark in ("b", "a") and base == "P":
        return f"{options['P']}, {'before' if mark == 'b' else 'after'}"
    known = options.get(base) if base in options and mark != "o" else sizes.get(base)
    where = f"of input {mark}" if mark.isdigit() else _MARKED.get(mark, "")
    bare = known.removesuffix(" height x width") if known and where else known
    return f"{bare} {where}".strip() if bare else ""


def _own_letters(layer: Layer, rank: int) -> Any:
    """Return a layer with letters for its options; sizes that differ by axis get one each.

    Taps that stand close together need no letter for their distance.
    """
    changed: dict[str, Any] = {}
    for key, option in options_of(type(layer)).items():
        value: Any = getattr(layer, key)
        if not option.letter or (option.letter == "d" and set(_parts(value)) <= {1}):
            continue
        if value is None and option.letter == "S":
            value = getattr(layer, "kernel", None)
        changed[key] = _per_axis(value, option.letter, rank)
    return replace(layer, **changed) if changed else layer  # type: ignore[type-var]


def _parts(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def _per_axis(value: Any, letter: str, rank: int) -> Any:
    if not isinstance(value, tuple) or isinstance(value, Pad):
        return _with_letter(value, letter)
    marks = ("d", "h", "w")[-rank:] if len(value) >= rank > 1 and len(set(value[:rank])) > 1 else ()
    return tuple(
        _with_letter(part, letter + (marks[i] if i < len(marks) else ""))
        for i, part in enumerate(value)
    )


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
        if value.after is None:
            return Pad(Working(value.before, letter))  # type: ignore[arg-type]
        return Pad(Working(value.before, letter + "b"), Working(value.after, letter + "a"))  # type: ignore[arg-type]
    if isinstance(value, tuple):
        return tuple(_with_letter(part, letter) for part in value)
    return Working(value, letter) if isinstance(value, int) else value


def _letters(shape: Shape, mark: str) -> Any:
    names = {1: ("D",), 2: ("L", "D"), 3: ("C", "H", "W"), 4: ("C", "D", "H", "W")}[len(shape)]
    return tuple(Working(size, letter + mark) for size, letter in zip(shape, names, strict=True))
