"""The picture as SVG: the input to scale, nested fields, dots at the jump, padding hatched."""

from __future__ import annotations

from collections.abc import Sequence

from .bars import bars
from .fieldmap import FieldMap
from .plane import plane
from .rulers import chosen
from .sheet import LEFT, LINE, ROW, TABLE, TOP, Sheet
from .words import document, layer_table, legend, write_legend

MOST_SHOWN = 14
_SLENDER = 8  # an input so many times longer than wide is drawn axis by axis


def drawing(made: FieldMap) -> str:
    """Return the picture of what a unit sees as an SVG document, the same bytes every time."""
    seen, left_out = chosen(made.shown, MOST_SHOWN)
    sheet = Sheet(made, tuple(seen))
    axes, lines = _panels(made.sizes)
    bottom: float = TOP
    if axes:
        bottom = plane(sheet, axes)
        below = layer_table(sheet, TOP + ROW // 2) + ROW
        entries = legend(sheet, left_out)
        bottom = max(bottom, below + LINE * len(entries))
        write_legend(sheet, entries, TABLE, bottom - LINE * len(entries))
    for i, axis in enumerate(lines):
        bottom = bars(sheet, axis, bottom + (ROW if axes or i else 0), full=not axes and i == 0)
    if not axes:
        entries = legend(sheet, left_out)
        write_legend(sheet, entries, LEFT, bottom + 12)
        bottom += 12 + LINE * len(entries)
    return document(sheet, bottom + 36)


def _panels(sizes: Sequence[int]) -> tuple[tuple[int, int] | None, list[int]]:
    """Return which two axes span the picture, and which are drawn as bars."""
    if len(sizes) < 2:
        return None, [0]
    height, width = len(sizes) - 2, len(sizes) - 1
    if max(sizes[height], sizes[width]) > _SLENDER * min(sizes[height], sizes[width]):
        return None, list(range(len(sizes)))
    return (height, width), list(range(height))
