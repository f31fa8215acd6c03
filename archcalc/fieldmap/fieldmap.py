"""Which layer and which unit is looked at, what it sees, and which layers are drawn with it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from ..analysis import Analysis
from ..arithmetic.dims import Shape
from ..arithmetic.unknown import Unknown
from ..errors import UsageError
from ..layers.base import spatial, written
from ..quantities import quantity
from ..quantities.receptive_field import WHOLE, Scattered, sizes, start, states
from .unit import Positions, Rectangle, Stretch, reached, rectangle
from .way import looked_through, may_leave_gaps, read_positions

AXES = {1: ("positions",), 2: ("rows", "columns"), 3: ("frames", "rows", "columns")}


@dataclass(frozen=True)
class Seen:
    """A layer's field where it is drawn: that of a unit through which the map's unit looks.

    ``names`` are all layers that have this field there. ``size``, ``jump`` and ``padding`` are
    as in the columns: per axis, WHOLE, or None. ``place`` is the layer's among the nodes.
    """

    names: tuple[str, ...]
    size: Any
    jump: Any
    padding: Any
    field: Rectangle
    place: int
    unit: tuple[int, ...]

    @property
    def name(self) -> str:
        """The layer it is shown for: the last."""
        return self.names[-1]


@dataclass(frozen=True)
class FieldMap:
    """What the layers of a net see of its input, up to one layer, and what one unit of it sees.

    ``target`` is the layer's place among the nodes. ``unit`` is the unit's place in its output;
    None where sizes are symbols or the layer has no positions. ``asked`` says that it was named.
    """

    analysis: Analysis
    target: int
    unit: tuple[int, ...] | None
    asked: bool = False
    layout: str = "hwc"

    @property
    def layer(self) -> str:
        """The name of the layer."""
        return self.analysis.nodes[self.target].name

    @property
    def output(self) -> Shape:
        """The layer's output."""
        return self.analysis.facts[self.target].output

    @property
    def input(self) -> Shape:
        """The net's input."""
        return next(iter(self.analysis.graph.inputs.values()))

    @property
    def sizes(self) -> tuple[Any, ...]:
        """The input's size per axis."""
        return spatial(self.input) or self.input

    @property
    def axes(self) -> tuple[str, ...]:
        """What the input's axes are called."""
        return axis_names(len(self.sizes))

    @property
    def state(self) -> Any:
        """The layer's field: one AxisField per axis, or WHOLE."""
        return states(self.analysis)[self.target]

    @cached_property
    def field(self) -> Rectangle | None:
        """The unit's field, padding included; None where it sees nothing."""
        if self.unit is None:
            return None
        if self.state is WHOLE:
            return tuple(Stretch(0, n - 1) for n in self.sizes)
        return rectangle(self.state, self.unit)

    @cached_property
    def reached(self) -> Rectangle | None:
        """The part of the input that has an influence on the unit; None where nothing has."""
        if self.unit is None or self.state is WHOLE:
            return self.field
        return reached(self.analysis, self.target, self.unit)

    @cached_property
    def shown(self) -> tuple[Seen, ...]:
        """The fields to draw: of the layers before this one that change a field, and of it.

        Of an earlier layer it is that of the unit in the middle of what this one looks through:
        it lies within the fields behind it.
        """
        if self.field is None or self.unit is None:
            return ()
        middle = tuple(axis.twice_center for axis in self.field)
        jumps, firsts = (quantity(key).of(self.analysis) for key in ("jump", "first"))
        units = looked_through(self.analysis, self.target, self.unit, middle)
        found: dict[Any, Seen] = {}
        for i in self._leading_here():
            field: Rectangle | None = self.field
            if i != self.target:
                field = rectangle(states(self.analysis)[i], units[i]) if i in units else None
            if field is None:
                continue
            same = found.pop((field, jumps[i]), None)
            names = (*(same.names if same else ()), self.analysis.nodes[i].name)
            padding = tuple(-first for first in firsts[i]) if firsts[i] else None
            size = sizes(states(self.analysis)[i])
            found[field, jumps[i]] = Seen(names, size, jumps[i], padding, field, i, units[i])
        return tuple(found.values())

    def _leading_here(self) -> list[int]:
        """Return the places of the layers on the way here that change a field, and this one."""
        nodes, fields = self.analysis.nodes, states(self.analysis)
        before = {name: start(shape) for name, shape in self.analysis.graph.inputs.items()}
        before |= {node.name: state for node, state in zip(nodes, fields, strict=True)}
        wanted, found = {self.layer}, []
        for i in range(self.target, -1, -1):
            if nodes[i].name not in wanted:
                continue
            wanted.update(nodes[i].inputs)
            changes = any(fields[i] != before[name] for name in nodes[i].inputs)
            if i == self.target or (changes and is_placed(fields[i])):
                found.append(i)
        return found[::-1]

    @cached_property
    def has_gaps(self) -> bool:
        """Whether taps on the way may stand apart, so that a unit reads less than its field."""
        return may_leave_gaps(self.analysis, self.target)

    def read(self, one: Seen) -> tuple[Positions, ...] | None:
        """Return the positions that the unit drawn reads, per axis; None if all of its field."""
        if not self.has_gaps or not is_placed(states(self.analysis)[one.place]):
            return None
        return read_positions(self.analysis, one.place, one.unit)


def axis_names(count: int) -> tuple[str, ...]:
    """Return what so many axes are called."""
    return AXES.get(count, tuple(f"axis {i + 1}" for i in range(count)))


def is_placed(state: Any) -> bool:
    """Tell whether a field has a place in the input: it is known, and not everything."""
    return isinstance(state, tuple) and not isinstance(state, Scattered)


def field_map(
    analysis: Analysis,
    layer: str = "",
    unit: tuple[int, ...] | None = None,
    *,
    layout: str = "hwc",
    drawn: bool = False,
) -> FieldMap:
    """Return what a unit of a layer sees: the unit in the middle unless one is asked for.

    The layer is the last one whose field has a place in the input, unless named; a group's name
    stands for its last layer. ``drawn`` says
    that there has to be a unit. Errors: :class:`UsageError` for a layer that is not there (E49),
    whose field nobody knows (E47), for a unit outside its output (E50), for symbols where numbers
    are needed (E28).
    """
    target = _named(analysis, layer) if layer else _last(analysis)
    made = FieldMap(analysis, target, None, unit is not None, layout)
    if isinstance(made.state, Unknown | Scattered):
        raise _unplaced(made)
    counts = spatial(made.output)
    if made.state is WHOLE:
        counts = counts or made.output
    obstacle = _symbols(made, counts) or _no_positions(made, counts)
    if obstacle is None:
        chosen = tuple(n // 2 for n in counts) if unit is None else _checked(made, counts, unit)
        return replace(made, unit=chosen)
    if drawn or unit is not None:
        raise obstacle
    return made


def _named(analysis: Analysis, layer: str) -> int:
    """Return the place of a layer, or of the last one of a group."""
    inside = [i for i, node in enumerate(analysis.nodes) if node.name.startswith(f"{layer}.")]
    is_layer = any(node.name == layer for node in analysis.nodes)
    return inside[-1] if inside and not is_layer else analysis.position(layer)


def _last(analysis: Analysis) -> int:
    """Return the place of the last layer with a field to look at."""
    if not analysis.nodes:
        raise UsageError("E49", "the net has no layers", "add one: `| conv 3x3x16 pad 1`")
    fields, outputs = states(analysis), [facts.output for facts in analysis.facts]
    best = [i for i, y in enumerate(outputs) if is_placed(fields[i]) and spatial(y)]
    known = [i for i, state in enumerate(fields) if not isinstance(state, Unknown)]
    return (best or known or [len(fields) - 1])[-1]


def _unplaced(made: FieldMap) -> UsageError:
    analysis = made.analysis
    known = [i for i in range(made.target) if is_placed(states(analysis)[i])]
    help = f"--layer {analysis.nodes[known[-1]].name}, the last one before it" if known else ""
    if isinstance(made.state, Unknown):
        return UsageError(
            "E47", f"the field of {made.layer} is not known: {made.state.reason}", help
        )
    return UsageError(
        "E47", f"the positions of {made.layer} were rearranged: no unit has a place", help
    )


def _symbols(made: FieldMap, counts: tuple[Any, ...]) -> UsageError | None:
    """Return E28 where a symbol keeps the unit's place from being a number."""
    parts = [*made.sizes, *counts]
    if isinstance(made.state, tuple):
        parts += [n for axis in made.state for n in (*axis.starts, *axis.ends, axis.shift)]
    free = sorted({str(s) for part in parts for s in getattr(part, "free_symbols", ())})
    if not free:
        return None
    return UsageError(
        "E28",
        f"the unit of {made.layer} needs numbers; free: {', '.join(free)}",
        "--set " + ",".join(f"{symbol}=32" for symbol in free),
    )


def _no_positions(made: FieldMap, counts: tuple[Any, ...]) -> UsageError | None:
    """Return E50 where the output is a vector that does not see everything."""
    if counts:
        return None
    return UsageError("E50", f"the output of {made.layer} is a vector: its values have no place")


def _checked(made: FieldMap, counts: tuple[int, ...], unit: tuple[int, ...]) -> tuple[int, ...]:
    """Return the unit, which has to be one of the layer's."""
    axes = axis_names(len(counts)) if spatial(made.output) else ("values",)
    asked = ",".join(map(str, unit))
    output = f"the output of {made.layer} is {written(made.output, made.layout)}"
    ranges = ", ".join(f"{axis} 0..{n - 1}" for axis, n in zip(axes, counts, strict=True))
    if len(unit) != len(counts):
        example = ",".join(str(n // 2) for n in counts)
        raise UsageError(
            "E50",
            f"a unit has {len(counts)} position{'s' * (len(counts) > 1)} "
            f"({', '.join(axes)}), not {len(unit)}: {output}",
            f"--unit {example}",
        )
    if any(i >= n for i, n in zip(unit, counts, strict=True)):
        raise UsageError("E50", f"there is no unit {asked}: {output}", f"{ranges}")
    return unit
