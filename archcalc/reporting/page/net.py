"""What the page shows of one net: facts, graph, table, bars, sections of layers, spec."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from markupsafe import Markup

from ...analysis import Analysis
from ...conventions import cost
from ...layers.base import written
from ...notation.format import inlined
from ...notation.format import stages as spec_stages
from ...quantities import quantity
from ...quantities.receptive_field import WHOLE
from ...remarks import budget_notes, notes, said, values_note
from .anchors import Anchors, link
from .contract import Report
from .counted import Bar, bar_stages, bars, counted
from .fields import fields
from .rows import LayerTable, layer_table
from .sketch import sketch
from .stages import stages
from .strips import Run, runs
from .values import Shown, shown
from .worked import Worked, worked_layers

_LONG = 200  # layers of a net whose formulas are not printed on paper
_FACTS = ("params", "macs", "activations", "receptive_field", "depth", "peak_memory_bytes")


class Fact(NamedTuple):
    """A total of the net under its title; ``is_cost`` marks the one that follows the convention."""

    title: str
    value: Shown
    is_cost: bool


class Figure(NamedTuple):
    """Strips of the graph under their names, drawn once where they come several ``times``.

    ``whole`` says that it is one box for many layers.
    """

    drawings: tuple[tuple[str, Markup], ...]
    times: int
    first: str
    last: str
    whole: bool


class Layer(NamedTuple):
    """The section of a layer; ``like`` is the reference of the one that has its formulas."""

    anchor: str
    href: str
    worked: Worked
    like: str
    like_name: str
    cost: Shown


@dataclass(frozen=True)
class Net:
    """One net on the page; ``data`` is what the script reads."""

    number: int
    name: str
    anchor: str
    input: str
    output: str
    facts: tuple[Fact, ...]
    notes: tuple[str, ...]
    figures: tuple[Figure, ...]
    table: LayerTable
    bars: tuple[Bar, ...]
    layers: tuple[Layer, ...]
    spec: str
    values: str
    data: dict[str, Any]

    @property
    def is_long(self) -> bool:
        """Whether its formulas are too many to be printed on paper."""
        return len(self.layers) > _LONG

    @property
    def is_shortened(self) -> bool:
        """Whether the graph shows something once that comes several times."""
        return any(figure.times > 1 for figure in self.figures)

    @property
    def has_whole(self) -> bool:
        """Whether the graph shows many layers as one box."""
        return any(figure.whole for figure in self.figures)


def net(report: Report, number: int, layer_anchors: tuple[str, ...], anchors: Anchors) -> Net:
    """Return what is shown of the net with this number, from 0."""
    analysis, layout = report.analyses[number], report.layout
    parts = stages(analysis)
    barred = bar_stages(analysis, parts)
    drawn, own = fields(analysis)
    return Net(
        number + 1,
        report.names[number],
        anchors.claim(report.names[number]),
        ", ".join(written(shape, layout) for shape in analysis.graph.inputs.values()),
        written(analysis.output, layout),
        _facts(analysis, report.counting, layout),
        tuple(block.text for block in _notes(analysis)),
        tuple(_figure(run, analysis, layer_anchors, layout) for run in runs(analysis)),
        layer_table(
            analysis,
            parts,
            layer_anchors,
            own,
            columns=report.columns,
            counting=report.counting,
            layout=layout,
        ),
        bars(analysis, barred, layer_anchors, report.counting),
        _layers(analysis, layer_anchors, report.counting, layout),
        _spec(analysis),
        "".join(block.text for block in values_note(analysis, every=True)),
        {
            "costs": counted(analysis, parts, barred),
            "fields": drawn,
        },
    )


def layer_ids(report: Report, anchors: Anchors) -> list[tuple[str, ...]]:
    """Return the ids of the layers of each net: their names, of several nets behind the net's."""
    several = len(report.analyses) > 1
    return [
        tuple(
            anchors.claim(f"{name}/{node.name}" if several else node.name)
            for node in analysis.nodes
        )
        for name, analysis in zip(report.names, report.analyses, strict=True)
    ]


def _facts(analysis: Analysis, counting: str, layout: str) -> tuple[Fact, ...]:
    found = []
    for key in _FACTS:
        column = cost(counting) if key == "macs" else quantity(key)
        value = column.total(analysis)
        if value is WHOLE:
            column = quantity("trunk_field")
            value = column.total(analysis)
        found.append(Fact(column.title, shown(value, column.unit, layout), key == "macs"))
    return tuple(found)


def _notes(analysis: Analysis) -> list[Any]:
    """Return what a reader has to know; the numbers put in for symbols stand by the spec."""
    values = values_note(analysis, every=True)
    others = [block for block in notes(analysis, every=True) if block not in values]
    return [*said(analysis), *others, *budget_notes(analysis)]


def _figure(run: Run, analysis: Analysis, layer_anchors: tuple[str, ...], layout: str) -> Figure:
    drawings = tuple(
        (
            "" if strip.whole or len(strip.boxes) == 1 else strip.name,
            sketch(strip, analysis, layer_anchors, layout),
        )
        for strip in run.strips
    )
    return Figure(drawings, run.times, run.first, run.last, run.strips[0].whole)


def _layers(
    analysis: Analysis, layer_anchors: tuple[str, ...], counting: str, layout: str
) -> tuple[Layer, ...]:
    costs = cost(counting).of(analysis)
    found = []
    for i, worked in enumerate(worked_layers(analysis, counting, layout)):
        like = worked.like
        found.append(
            Layer(
                layer_anchors[i],
                link(layer_anchors[i]),
                worked,
                "" if like is None else link(layer_anchors[like]),
                "" if like is None else analysis.nodes[like].name,
                shown(costs[i], "exact"),
            )
        )
    return tuple(found)


def _spec(analysis: Analysis) -> str:
    """Return the canonical spec on one line, nothing where the net was not read from one."""
    spec = analysis.graph.spec
    return "" if spec is None else " | ".join(spec_stages(inlined(replace(spec, name=""))))
