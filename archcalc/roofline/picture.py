"""The plot: FLOP/s over FLOPs per byte, both logarithmic, with the roof and every layer.

Equal layers share a mark. Up to a dozen marks carry their names; more carry numbers, and a legend
says whose they are.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import UsageError
from ..renderers.cells import shortened
from .legend import SIZE, legend, notes, signs, subtitle
from .page import roof_text, three_digits
from .points import Point, Roof, Roofline
from .scale import BOTTOM, FRAME, LEFT, RIGHT, TOP, Box, Log, free_place, prefixed
from .spots import Spot, groups, mark, names_text, told
from .strokes import SHAPES, Mark, Part, Picture, Stroke, Words, width_of

MOST_NAMED = 12
_MOST_NUMBERED = 40
_LABEL = 16


def drawn(made: Roofline) -> Picture:
    """Return the picture; layers that move bytes and compute nothing are named under it."""
    if len(made.names) > len(SHAPES):
        raise UsageError("E50", f"a plot shows {len(SHAPES)} nets at most, not {len(made.names)}")
    placed, left_out = groups(made)
    x, y = _axes(made.roof, [one[0] for one in placed])
    numbered = len(placed) > MOST_NAMED
    labels = _numbers(placed) if numbered else [names_text(group, 34) for group in placed]
    spots = [
        Spot(group, label, x.at(group[0].intensity), y.at(group[0].rate))
        for group, label in zip(placed, labels, strict=True)
    ]
    parts = [*_grid(x, y), *_roof(made, x, y)]
    parts += _marks(made, spots, x, y)
    below: float = BOTTOM + 66
    words, below = legend(made, spots, below) if numbered else ([], below)
    remarks, below = notes(made, left_out, below, labels.count(""))
    title = f"Roofline: {made.title}"
    heading = Words(LEFT, 46, shortened(title, 58), 26, bold=True)
    under = Words(LEFT, 74, subtitle(made), 18, "soft")
    described = [subtitle(made), roof_text(made), *(told(made, spot) for spot in spots)]
    return Picture(
        title, "\n".join(described), below + 12,
        (heading, under, *signs(made), *parts, *words, *remarks),
    )  # fmt: skip


def _numbers(placed: Sequence[Sequence[Point]]) -> list[str]:
    """Return a number for each mark, of many for those that take longest only."""
    by_time = sorted(range(len(placed)), key=lambda i: -len(placed[i]) * placed[i][0].seconds)
    kept = sorted(by_time[:_MOST_NUMBERED])
    return [str(kept.index(i) + 1) if i in kept else "" for i in range(len(placed))]


def _axes(roof: Roof, points: Sequence[Point]) -> tuple[Log, Log]:
    x = Log.around([roof.ridge / 6, roof.ridge * 4, *(one.intensity for one in points)],
                   LEFT, RIGHT)  # fmt: skip
    rates = [one.flops / second for one in points for second in (one.low, one.seconds, one.high)]
    return x, Log.around([roof.peak / 10, roof.peak * 1.3, *rates], BOTTOM, TOP)


def _grid(x: Log, y: Log) -> list[Part]:
    parts: list[Part] = []
    fine: list[tuple[float, bool]] = [(x.at(value), True) for value in x.between]
    fine += [(y.at(value), False) for value in y.between]
    coarse: list[tuple[float, bool]] = [(x.at(10.0**n), True) for n in x.decades]
    coarse += [(y.at(10.0**n), False) for n in y.decades]
    for places, width in ((fine, 0.4), (coarse, 1.2)):
        for place, is_x in places:
            ends = ((place, TOP), (place, BOTTOM)) if is_x else ((LEFT, place), (RIGHT, place))
            parts.append(Stroke("grid", ends, width))
    for n in x.decades:
        parts.append(Words(x.at(10.0**n), BOTTOM + 22, prefixed(n), SIZE, "soft", "middle"))
    for n in y.decades:
        parts.append(Words(LEFT - 8, y.at(10.0**n) + 4, prefixed(n), SIZE, "soft", "end"))
    middle = (LEFT + RIGHT) / 2
    parts.append(Words(middle, BOTTOM + 48, "FLOPs per byte", 18, anchor="middle"))
    parts.append(Words(28, (TOP + BOTTOM) / 2, "FLOP/s", 18, anchor="middle", upright=True))
    return parts


def _roof(made: Roofline, x: Log, y: Log) -> list[Part]:
    roof = made.roof
    start = max(10.0**x.low, 10.0**y.low / roof.bandwidth)
    ridge = x.at(roof.ridge), y.at(roof.peak)
    line = ((x.at(start), y.at(roof.attainable(start))), ridge, (RIGHT, ridge[1]))
    peak = f"{three_digits(roof.peak / 1e12)} TFLOP/s ({made.dtype})"
    return [
        Stroke("ink", line, 2.5),
        Stroke("ink", (ridge, (ridge[0], BOTTOM)), 1, (4, 4)),
        Mark(*ridge, "diamond", True, "ink", f"ridge: {three_digits(roof.ridge)} FLOP/B", 4),
        Words(RIGHT - 6, ridge[1] - 9, peak, SIZE, anchor="end", bold=True),
        Words(ridge[0] - 8, ridge[1] - 9, f"{three_digits(roof.bandwidth / 1e9)} GB/s", SIZE,
              anchor="end", bold=True),
        Words(ridge[0] + 6, BOTTOM - 8, f"ridge {three_digits(roof.ridge)} FLOP/B", SIZE, "soft"),
    ]  # fmt: skip


def _marks(made: Roofline, spots: Sequence[Spot], x: Log, y: Log) -> list[Part]:
    """Return ranges, then marks, then their labels where there is room."""
    ranges: list[Part] = []
    marks: list[Part] = []
    labels: list[Part] = []
    taken = [*_along_roof(made.roof, x, y)]
    for spot in spots:
        one = spot.one
        top, bottom = y.at(one.flops / one.low), y.at(one.flops / one.high)
        ranges.append(Stroke("lead", ((spot.x, top), (spot.x, bottom)), 0.8))
        taken.append((spot.x - 7, spot.y - 7, spot.x + 7, spot.y + 7))
        marks.append(mark(one, spot.x, spot.y, told(made, spot)))
    for spot in (spot for spot in spots if spot.label):
        width, height = width_of(spot.label, _LABEL), float(_LABEL)
        left, low, far = free_place(spot.x, spot.y, width, height, taken, FRAME)
        taken.append((left - 2, low - height, left + width + 2, low))
        if far:
            ends = ((spot.x, spot.y), (left + width / 2, low - height / 2))
            ranges.append(Stroke("lead", ends, 0.6, (2, 2)))
        labels.append(Words(left, low - 2, spot.label, _LABEL))
    return [*ranges, *marks, *labels]


def _along_roof(roof: Roof, x: Log, y: Log) -> list[Box]:
    """Return small boxes along the roof, and those of its words, so that no label covers them."""
    boxes = []
    steps = 90
    for i in range(steps + 1):
        value = 10 ** (x.low + (x.high - x.low) * i / steps)
        rate = roof.attainable(value)
        if rate >= 10.0**y.low:
            place = x.at(value), y.at(rate)
            boxes.append((place[0] - 5, place[1] - 4, place[0] + 5, place[1] + 4))
    ridge, peak = x.at(roof.ridge), y.at(roof.peak)
    boxes.append((RIGHT - 280, peak - 24, RIGHT, peak))
    boxes.append((ridge - 110, peak - 24, ridge, peak))
    boxes.append((ridge, BOTTOM - 22, ridge + 180, BOTTOM))
    return boxes
