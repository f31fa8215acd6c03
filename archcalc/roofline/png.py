"""The picture as PNG or PDF, drawn by matplotlib at the places that the SVG has too."""

from __future__ import annotations

from typing import Any

from ..errors import MissingDependency, printable
from .strokes import COLORS, WIDTH, Mark, Picture, Stroke, Words

_DPI = 200  # pixels of the file per 100 of the picture
_POINT = 0.72  # points per pixel of the picture
_ANCHORS = {"start": "left", "middle": "center", "end": "right"}


NAMELESS = {  # the same bytes whenever and by whatever release it is drawn
    "png": {"Software": None},
    "pdf": {"Creator": None, "Producer": None, "CreationDate": None},
}


def image(picture: Picture, format: str = "png") -> bytes:
    """Return the picture; :class:`MissingDependency` (E39) without matplotlib."""
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingDependency(
            f"a .{format} needs matplotlib, which is not installed",
            "pip install 'archcalc[plot]'. -o FILE.svg needs nothing.",
        ) from None
    import io
    import warnings

    figure = Figure(figsize=(WIDTH / 100, picture.height / 100), dpi=_DPI)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, WIDTH), ylim=(picture.height, 0))
    axes.axis("off")
    for order, part in enumerate(picture.parts, start=2):
        if isinstance(part, Stroke):
            _stroke(axes, part, order)
        elif isinstance(part, Words):
            _words(axes, part, order)
        else:
            _mark(axes, part, order)
    stream = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # characters that no font here has
        figure.savefig(stream, format=format, metadata=NAMELESS[format])
    return stream.getvalue()


def _stroke(axes: Any, part: Stroke, order: int) -> None:
    style = (0, tuple(size * 0.9 for size in part.dashes)) if part.dashes else "solid"
    axes.plot(
        *zip(*part.places, strict=True), color=COLORS[part.color][0], linestyle=style,
        linewidth=part.width * _POINT, zorder=order,
    )  # fmt: skip


def _words(axes: Any, part: Words, order: int) -> None:
    axes.text(
        part.x, part.y, printable(part.text), fontsize=part.size * _POINT * 0.92,
        color=COLORS[part.color][0], ha=_ANCHORS[part.anchor], va="baseline", zorder=order,
        weight="bold" if part.bold else "normal", rotation=90 if part.upright else 0,
        rotation_mode="anchor", parse_math=False,
    )  # fmt: skip


def _mark(axes: Any, part: Mark, order: int) -> None:
    from matplotlib.patches import Circle, Polygon

    paint = {
        "facecolor": COLORS[part.color if part.filled else "paper"][0],
        "edgecolor": COLORS[part.color][0],
        "linewidth": 2 * _POINT,
        "zorder": order,
    }
    if part.shape == "circle":
        axes.add_patch(Circle((part.x, part.y), part.radius, **paint))
    else:
        axes.add_patch(Polygon(part.corners, closed=True, **paint))
