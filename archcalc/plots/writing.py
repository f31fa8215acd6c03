"""A plot as SVG, PNG or PDF, the same bytes every time."""

from __future__ import annotations

import io
import re
import warnings
from dataclasses import replace
from hashlib import sha256
from typing import Any

from ..errors import MissingDependency
from ..fieldmap.sheet import escaped
from ..roofline.png import NAMELESS, image
from .base import Art, Plot
from .sheet import LEFT, LINE, WIDTH, Sheet, foot_of, head_of
from .style import FONT, SETTINGS, SMALL, color, dark

_DPI = 72  # a point is a pixel
_SHARPER = 2  # pixels of a PNG per pixel
_NAMELESS = {"svg": {"Creator": None, "Date": None, "Format": None, "Type": None}, **NAMELESS}
_SCOPE = "archcalc-plot"
_FITTING = 'style="max-width: 100%; height: auto"'
_HEAD = re.compile(r".*?<svg [^>]*>\s*<defs>\s*<style[^>]*>.*?</style>\s*</defs>", re.DOTALL)
_ID = re.compile(r' id="([A-Za-z0-9_.]+_\d+)"')
_MARKER = re.compile(r'(<path id="m[0-9a-f]+" d="[^"]*") style="[^"]*"')
_FAMILY = re.compile(r"font-family: [^;\"]*")


def written(plot: Plot, format: str) -> bytes:
    """Return a plot in a format; :class:`MissingDependency` (E39) where matplotlib is needed."""
    if isinstance(plot.art, Art):
        return _by_matplotlib(plot, plot.art, format)
    from ..roofline.svg import document

    if format != "svg":
        return image(plot.art, format)
    drawn = document(replace(plot.art, description=plot.description))
    return drawn.replace(' role="img"', f' role="img" {_FITTING}', 1).encode()


def _by_matplotlib(plot: Plot, art: Art, format: str) -> bytes:
    try:
        import matplotlib.style
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingDependency(
            "a plot needs matplotlib, which is not installed",
            "pip install 'archcalc[plot]'. The plot's table needs nothing: --format table.",
        ) from None
    head, foot = head_of(plot), foot_of(plot)
    height = 12 + sum(size + 6 for _, size, _, _ in head) + art.height + LINE * len(foot) + 14
    salt = sha256(f"{plot.kind}\n{plot.title}\n{plot.description}".encode()).hexdigest()[:16]
    stream = io.BytesIO()
    with warnings.catch_warnings(), matplotlib.style.context(
        ["default", {**SETTINGS, "svg.hashsalt": salt}]
    ):  # fmt: skip
        warnings.simplefilter("ignore")  # characters that the font does not have
        figure = Figure(figsize=(WIDTH / _DPI, height / _DPI), dpi=_DPI, facecolor=color("paper"))
        FigureCanvasAgg(figure)
        _paint(Sheet(figure, height), art, head, foot)
        figure.savefig(
            stream, format=format, dpi=_DPI * _SHARPER if format == "png" else _DPI,
            metadata=_NAMELESS[format],
        )  # fmt: skip
    if format == "svg":
        return _framed(stream.getvalue().decode(), plot, height).encode()
    return stream.getvalue()


def _paint(sheet: Sheet, art: Art, head: Any, foot: list[str]) -> None:
    for text, size, ink, bold in head:
        sheet.top += size
        sheet.words(LEFT, sheet.top, text, size, ink, bold=bold)
        sheet.top += 6
    below = sheet.top + art.height
    art.paint(sheet)
    for i, text in enumerate(foot, start=1):
        sheet.words(LEFT, below + i * LINE - 4, text, SMALL, "soft")


def _framed(drawn: str, plot: Plot, height: float) -> str:
    """Return the drawing as a document of its own that may stand in a page too.

    It says in words what it shows, fits into narrow pages, changes its colours on a dark screen,
    and keeps no id or style that another plot on the page has too.
    """
    from matplotlib import __version__ as release

    body = _HEAD.sub("", drawn, count=1)
    body = re.sub(r"<metadata>.*?</metadata>\s*", "", body, flags=re.DOTALL)
    body = _MARKER.sub(r"\1", body)  # its uses say it again, and only those are seen by a style
    body = _FAMILY.sub(f"font-family: {FONT}", _ID.sub("", body))
    high = f"{height:.1f}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'class="{_SCOPE}" viewBox="0 0 {WIDTH} {high}" width="{WIDTH}" height="{high}" '
        f'role="img" stroke-linejoin="round" {_FITTING}>\n'
        f"<title>{escaped(plot.title)}</title>\n<desc>{escaped(plot.description)}</desc>\n"
        f"<metadata>matplotlib {escaped(release)}</metadata>\n"  # others draw a little differently
        f"<style>{dark('.' + _SCOPE)}</style>{body}"
    )
