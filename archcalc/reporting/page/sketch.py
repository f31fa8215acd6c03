"""A strip of the graph as SVG: every box a link to its layer."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from ...analysis import Analysis
from ...errors import cells
from ...layers.base import MergeLayer, Pooling, written
from ...notation.format import layer_text
from ...renderers.cells import shortened
from ...renderers.html import escape
from .anchors import link
from .boxes import Box
from .layout import BOX, Laid, Place, laid
from .strips import Strip

_LETTER = 6.4  # width of a letter at the size of a box's text
_LONGEST = 30
_APART = 26  # between two ranks
_MARGIN = 2


def sketch(strip: Strip, analysis: Analysis, anchors: Sequence[str], layout: str) -> Markup:
    """Return the strip; ``anchors`` are the ids of the layers' sections."""
    if strip.whole:
        return _whole(strip, analysis, anchors, layout)
    made = laid([box.inputs for box in strip.boxes])
    texts = [_texts(box, analysis, layout) for box in strip.boxes]
    lefts, widths, end = _ranks(made, texts)
    parts = [f'<path d="{_edge(route, lefts, widths)}"/>' for route in made.edges.values()]
    lines = f'<g class="lines">{"".join(parts)}</g>'
    drawn = []
    for k, box in enumerate(strip.boxes):
        rank, middle = made.places[k]
        drawn.append(
            _box(
                (lefts[rank], middle - BOX / 2 + _MARGIN, widths[rank]),
                texts[k],
                anchors[box.positions[0]],
                _title(box, analysis),
                _kind(analysis, box.positions[0]),
            )
        )
    return _svg(end, made.height, lines + "".join(drawn))


def _whole(strip: Strip, analysis: Analysis, anchors: Sequence[str], layout: str) -> Markup:
    ends = analysis.facts[strip.boxes[-1].positions[-1]].output
    texts = (shortened(strip.name, _LONGEST), f"{strip.layers} layers, {written(ends, layout)}")
    width = _width(texts)
    place = (_APART - 8, _MARGIN, width)
    drawn = _box(place, texts, anchors[strip.boxes[0].positions[0]], strip.name, "block")
    line = f'<g class="lines"><path d="M0 {BOX / 2 + _MARGIN:g}H{_APART - 8}"/></g>'
    return _svg(_APART - 8 + width, BOX, line + drawn)


def _svg(width: float, height: float, inner: str) -> Markup:
    wide, high = round(width) + _MARGIN, round(height) + 2 * _MARGIN
    return Markup(
        f'<svg class="graph" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}">'
        f"{inner}</svg>"
    )


def _texts(box: Box, analysis: Analysis, layout: str) -> tuple[str, str]:
    first, last = box.positions[0], box.positions[-1]
    words = layer_text(analysis.nodes[first].layer, full=False).removesuffix(" nobias")
    return (
        shortened(words, _LONGEST),
        shortened(written(analysis.facts[last].output, layout), _LONGEST),
    )


def _title(box: Box, analysis: Analysis) -> str:
    first, *others = (analysis.nodes[i] for i in box.positions)
    behind = "".join(f" +{node.layer.word}" for node in others)
    return f"{first.name}: {layer_text(first.layer, full=False)}{behind}"


def _kind(analysis: Analysis, position: int) -> str:
    layer = analysis.nodes[position].layer
    if analysis.facts[position].macs != 0:
        return "weights"
    if isinstance(layer, Pooling):
        return "pool"
    return "merge" if isinstance(layer, MergeLayer) else "other"


def _width(texts: tuple[str, str]) -> float:
    return max(56, 14 + _LETTER * max(map(cells, texts)))


def _ranks(
    made: Laid, texts: Sequence[tuple[str, str]]
) -> tuple[dict[int, float], dict[int, float], float]:
    """Return where each rank begins, how wide its boxes are, and where the last one ends."""
    widths: dict[int, float] = {0: 0}
    for k, pair in enumerate(texts):
        rank = made.places[k][0]
        widths[rank] = max(widths.get(rank, 0), _width(pair))
    lefts, x = {}, 0.0
    for rank in sorted(widths):
        lefts[rank] = x
        x += widths[rank] + (_APART if rank else _APART - 8)
    return lefts, widths, x - (_APART if len(widths) > 1 else 0)


def _edge(route: Sequence[Place], lefts: dict[int, float], widths: dict[int, float]) -> str:
    """Return a path that runs level past boxes and bends between ranks."""
    (rank, y), *others = route
    x = lefts[rank] + widths[rank]
    path = f"M{x:.0f} {y + _MARGIN:.0f}"
    for i, (next_rank, next_y) in enumerate(others):
        to = lefts[next_rank]
        if round(next_y) == round(y):
            path += f"H{to:.0f}"
        else:
            half = (x + to) / 2
            path += (
                f"C{half:.0f} {y + _MARGIN:.0f} {half:.0f} {next_y + _MARGIN:.0f} "
                f"{to:.0f} {next_y + _MARGIN:.0f}"
            )
        y = next_y
        if i < len(others) - 1:
            x = to + widths[next_rank]
            path += f"H{x:.0f}"
    return path


def _box(
    place: tuple[float, float, float], texts: tuple[str, str], anchor: str, title: str, kind: str
) -> str:
    x, y, width = place
    middle = x + width / 2
    return (
        f'<a href="{link(anchor)}" class="{kind}"><title>{escape(title)}</title>'
        f'<rect x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{BOX}" rx="3"/>'
        f'<text x="{middle:.0f}" y="{y + 14:.0f}">{escape(texts[0])}</text>'
        f'<text x="{middle:.0f}" y="{y + 27:.0f}" class="size">{escape(texts[1])}</text></a>'
    )
