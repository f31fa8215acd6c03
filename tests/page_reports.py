"""Reports as the HTML page takes them, without the rest of the reporting package."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import archcalc
from archcalc.analysis import Analysis, walk
from archcalc.graph import Graph, Node
from archcalc.table import Block, Cell, Column, Table, Text

HOSTILE = '"><script>alert(1)</script>'
REVERSED = "a\u202eb"
KOREAN = "합성곱"
BOTTLENECK = (
    "14x14x480 | conv 5x5x48 pad 2",
    "14x14x480 | conv 1x1x16 | conv 5x5x48 pad 2",
)
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path id="a" d="M0 0H9"/></svg>'


@dataclass(frozen=True)
class Picture:
    name: str
    alt: str
    svg: str = SVG


@dataclass(frozen=True)
class Section:
    anchor: str
    title: str
    blocks: tuple[Block, ...] = ()
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True)
class Report:
    title: str
    names: tuple[str, ...]
    analyses: tuple[Analysis, ...]
    reference: int = 0
    counting: str = "macs"
    layout: str = "hwc"
    columns: tuple[str, ...] = ("output", "macs", "params")
    sections: tuple[Section, ...] = field(default=())


def report_of(*specs: str | Graph, names: tuple[str, ...] = (), **options: Any) -> Report:
    analyses = tuple(archcalc.analyze(spec).analysis for spec in specs)
    called = names or tuple(one.graph.name or "AB"[i] for i, one in enumerate(analyses))
    return Report(options.pop("title", " and ".join(called)), called, analyses, **options)


def layer_of(text: str) -> Any:
    """Return a layer by its text."""
    return archcalc.read(f"9x9x4 | {text}").nodes[0].layer


def hostile_graph() -> Graph:
    """Return a net whose names are markup, quotes, blanks, Korean, turned around, and alike."""
    names = (HOSTILE, "</script>", "a 'b' \"c\"", "a_'b'_\"c\"", KOREAN, REVERSED, ":main", "%41")
    nodes, before = [], "input"
    for i, name in enumerate(names):
        layer = layer_of("conv 3x3x4" if i % 2 == 0 else "relu")
        nodes.append(Node(name, layer, (before,)))
        before = name
    return Graph({"input": (3, 40, 40)}, tuple(nodes), before, name=HOSTILE)


def hostile_report() -> Report:
    table = Table((Column("a", HOSTILE, right=False),), ((Cell(HOSTILE),),), HOSTILE)
    section = Section(HOSTILE, HOSTILE, (table, Text(HOSTILE)), (Picture(HOSTILE, HOSTILE),))
    graph = hostile_graph()
    names = (HOSTILE, "plain")
    analyses = (walk(graph), walk(graph))
    return Report(HOSTILE, names, analyses, sections=(section, section))
