"""The words around the plot: what its signs mean, whose the numbers are, what is not drawn."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from ..renderers.cells import shortened
from .page import three_digits
from .points import Roofline
from .scale import LEFT, RIGHT
from .spots import Spot, mark, names_text
from .strokes import SHAPES, Mark, Part, Words, width_of

SIZE = 17
_LINE = 24
_SMALL = 16


def legend(made: Roofline, spots: Sequence[Spot], top: float) -> tuple[list[Part], float]:
    """Return whose the numbers are, in two columns, and where they end."""
    parts: list[Part] = []
    numbered = [spot for spot in spots if spot.label]
    rows = -(-len(numbered) // 2)
    for i, spot in enumerate(numbered):
        column, row = divmod(i, rows)
        x, y = LEFT + column * 448, top + (row + 1) * _LINE
        parts.append(mark(spot.one, x - 42, y - 5))
        parts.append(Words(x - 8, y, spot.label, SIZE, anchor="end", bold=True))
        parts.append(Words(x, y, names_text(spot.points, 24), SIZE))
        parts.append(Words(x + 385, y, rate_text(spot.one.rate), SIZE, "soft", "end"))
    return parts, top + (rows + 1) * _LINE


def rate_text(rate: float) -> str:
    """Return FLOP/s with the axis's prefix.

    >>> rate_text(14.9e12), rate_text(950e9), rate_text(4e5)
    ('14.9 TFLOP/s', '950 GFLOP/s', '0.4 MFLOP/s')
    """
    for scale, prefix in ((1e12, "T"), (1e9, "G")):
        if rate >= scale:
            return f"{three_digits(rate / scale)} {prefix}FLOP/s"
    return f"{three_digits(rate / 1e6)} MFLOP/s"


def notes(made: Roofline, left_out: int, top: float, bare: int = 0) -> tuple[list[Part], float]:
    """Return what stands under the plot, and where it ends."""
    lines = []
    if made.labels:
        labels = "; ".join(label.removeprefix("predicted, ") for label in made.labels)
        lines.append(f"Predicted with: {labels}. A bar holds nine of ten times of its class.")
    idle = [one.layer for one in made.points if not one.flops]
    if idle:
        lines.append(f"Not drawn, as they move bytes and compute nothing: {', '.join(idle)}.")
    if bare:
        lines.append(f"Marks without a number: {bare}, which take less time than those with one.")
    if left_out:
        lines.append(f"Not drawn: {left_out} more, which take less time than those that are.")
    reasons: dict[str, list[str]] = {}
    for name, reason in made.unknown.items():
        reasons.setdefault(reason, []).append(name)
    lines += [f"Not placed: {', '.join(names)}: {why}." for why, names in reasons.items()]
    parts: list[Part] = []
    for line in lines:
        for piece in _folded(line):
            top += _LINE - 2
            parts.append(Words(LEFT, top, piece, _SMALL, "soft"))
    return parts, top


def _folded(line: str) -> list[str]:
    return wrap(line, int((RIGHT - LEFT) / width_of("n", _SMALL)), max_lines=6, placeholder=" ...")


def subtitle(made: Roofline) -> str:
    """Return whether points are predicted or measured, in a sentence."""
    measured = sum(one.is_measured for one in made.points)
    if not measured:
        return "Every point is predicted, not measured."
    if measured == len(made.points):
        return shortened(f"Every point is measured ({made.source}).", 80)
    return shortened(f"Filled points are measured ({made.source}), hollow ones predicted.", 88)


def signs(made: Roofline) -> list[Part]:
    """Return the row of signs: hollow and filled, and which net is which."""
    parts: list[Part] = []
    shown = [("circle", "net0", filled, word) for filled, word in _kinds(made)]
    if len(made.names) > 1:
        shown = [("circle", "soft", filled, word) for filled, word in _kinds(made)]
        for net, name in enumerate(made.names):
            kind = net % len(SHAPES)
            shown.append((SHAPES[kind], f"net{kind}", False, shortened(name, 24)))
    x: float = LEFT + 6
    for shape, color, filled, word in shown:
        parts += [Mark(x, 92, shape, filled, color), Words(x + 12, 97, word, SIZE, "soft")]
        x += 34 + width_of(word, SIZE)
    return parts


def _kinds(made: Roofline) -> list[tuple[bool, str]]:
    """Return the kinds of points there are: filled or hollow, and the word for it."""
    known = {one.is_measured for one in made.points}
    return [
        (flag, word) for flag, word in ((False, "predicted"), (True, "measured")) if flag in known
    ]
