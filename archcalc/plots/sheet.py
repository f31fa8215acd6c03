"""The sheet that plots are drawn on: places in pixels from the top left, axes, words, legends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from textwrap import wrap
from typing import Any

from ..errors import cells, printable
from ..renderers.cells import shortened
from ..roofline.scale import Box
from .base import Plot
from .scale import Scale, tick_text
from .style import SMALL, TEXT, TITLE, Series, color

WIDTH = 640
LEFT, RIGHT = 16, WIDTH - 16
LINE = 19
_LONGEST = 40  # characters of a name in a legend
_CELL = 0.62  # about the width of a character, of its height
_PROSE = 0.54  # and in sentences
_ANCHORS = {"start": "left", "middle": "center", "end": "right"}


def width_of(words: str, size: float) -> float:
    """Return about how wide a text is in pixels."""
    return cells(words) * _CELL * size


def folded(words: str, size: float, most: int = 3) -> list[str]:
    """Return a text in lines that fit on the sheet."""
    across = int((RIGHT - LEFT) / (_PROSE * size))
    return wrap(printable(words), across, max_lines=most, placeholder=" ...")


def head_of(plot: Plot) -> list[tuple[str, float, str, bool]]:
    """Return the lines above the drawing: text, size, colour, bold."""
    title = [(line, TITLE, "ink", True) for line in folded(plot.title, TITLE * 1.28, 2)]
    return title + [(line, TEXT, "soft", False) for line in folded(plot.caption, TEXT)]


def foot_of(plot: Plot) -> list[str]:
    """Return the lines below the drawing."""
    return [line for note in plot.notes for line in folded(note, SMALL)]


class Sheet:
    """A figure whose places are pixels; ``top`` is the first that is free."""

    def __init__(self, figure: Any, height: float) -> None:
        self.figure, self.height = figure, height
        self.top = 12.0

    def words(
        self, x: float, y: float, text: str, size: float = SMALL, ink: str = "ink",
        anchor: str = "start", bold: bool = False, backed: bool = False,
    ) -> None:  # fmt: skip
        """Write a text that stands on ``y``; ``backed`` hides what is drawn behind it."""
        behind = {"facecolor": color("paper"), "edgecolor": "none", "alpha": 0.8, "pad": 0.6}
        self.figure.text(
            x / WIDTH, 1 - y / self.height, printable(text), fontsize=size, color=color(ink),
            ha=_ANCHORS[anchor], va="baseline", weight="bold" if bold else "normal",
            parse_math=False, bbox=behind if backed else None,
        )  # fmt: skip

    def axes(self, left: float, top: float, right: float, bottom: float) -> Any:
        """Return axes within edges, with nothing on them but a frame at the left and below."""
        place = left / WIDTH, 1 - bottom / self.height
        made = self.figure.add_axes((*place, (right - left) / WIDTH, (bottom - top) / self.height))
        made.set_facecolor(color("paper"))
        for side, spine in made.spines.items():
            spine.set_visible(side in ("left", "bottom"))
            spine.set_color(color("lead"))
        made.tick_params(
            which="both", color=color("lead"), labelcolor=color("soft"), labelsize=SMALL
        )
        made.minorticks_off()
        made.set_axisbelow(True)
        return made

    def legend(self, entries: Sequence[tuple[Series, str]]) -> None:
        """Write what each sign stands for, in as many lines as it takes, and move down."""
        names = [name for _, name in entries]
        for (series, name), (x, y) in zip(entries, _legend_places(names), strict=True):
            self._sign(series, x, self.top + y - 4)
            self.words(x + 34, self.top + y, shortened(name, _LONGEST), SMALL, "soft")
        self.top += legend_height(names)

    def nets(self, names: Sequence[str]) -> None:
        """Write which sign is whose, where there are several nets."""
        if len(names) > 1:
            self.legend([(Series.of(net), name) for net, name in enumerate(names)])

    def frame(self, height: float, left: float = 46, right: float = 4) -> Box:
        """Return the edges of axes in a panel that begins here, with room for what labels them."""
        return LEFT + left, self.top + 34, RIGHT - right, self.top + height - 46

    def _sign(self, series: Series, x: float, y: float) -> None:
        from matplotlib.lines import Line2D

        across = [(x + step) / WIDTH for step in (0, 14, 28)]
        self.figure.add_artist(
            Line2D(
                across, [1 - y / self.height] * 3, color=color(series.color),
                linestyle=series.line, linewidth=1.8, marker=series.marker, markevery=[1],
                markersize=6, markeredgecolor=color(series.color),
                markerfacecolor=color(series.color),
            )
        )  # fmt: skip


def legend_height(names: Sequence[str]) -> float:
    """Return how many pixels a legend of these names takes."""
    return max((y for _, y in _legend_places(names)), default=14) + 8


def nets_height(names: Sequence[str]) -> float:
    """Return how many pixels :meth:`Sheet.nets` takes."""
    return legend_height(names) if len(names) > 1 else 0


def _legend_places(names: Sequence[str]) -> list[tuple[float, float]]:
    """Return where each sign of a legend stands, in lines that fit on the sheet."""
    x, y = float(LEFT), 14.0
    found = []
    for name in names:
        width = 38 + width_of(shortened(name, _LONGEST), SMALL)
        if x > LEFT and x + width > RIGHT:
            x, y = float(LEFT), y + LINE
        found.append((x, y))
        x += width + 14
    return found


def spot(box: Box, wide: Scale, tall: Scale, x: float, y: float) -> tuple[float, float]:
    """Return the pixels of a point of axes within edges, along these scales."""
    left, top, right, bottom = box
    return left + (right - left) * wide.share(x), bottom - (bottom - top) * tall.share(y)


def across(axes: Any, scale: Scale, label: str, name: Callable[[float], str] = tick_text) -> None:
    """Lay a scale along the bottom of axes."""
    if scale.is_log:
        axes.set_xscale("log")
    axes.set_xlim(scale.low, scale.high)
    axes.set_xticks(scale.ticks, [name(tick) for tick in scale.ticks])
    axes.minorticks_off()
    axes.set_xlabel(printable(label), fontsize=TEXT, color=color("ink"), parse_math=False)
    axes.grid(True, axis="x", color=color("grid"), linewidth=0.8)


def up(axes: Any, scale: Scale, label: str, name: Callable[[float], str] = tick_text) -> None:
    """Lay a scale along the left of axes; what it measures is written above them."""
    if scale.is_log:
        axes.set_yscale("log")
    axes.set_ylim(scale.low, scale.high)
    axes.set_yticks(scale.ticks, [name(tick) for tick in scale.ticks])
    axes.minorticks_off()
    axes.set_title(
        printable(label), loc="left", fontsize=TEXT, color=color("ink"), pad=11, parse_math=False
    )
    axes.grid(True, axis="y", color=color("grid"), linewidth=0.8)


def line(axes: Any, series: Series, x: Sequence[float], y: Sequence[float], **rest: Any) -> None:
    """Draw the line of a net with its marks."""
    style = {
        "color": color(series.color), "linestyle": series.line, "linewidth": 1.8,
        "marker": series.marker, "markersize": 5.5, "markeredgecolor": color(series.color),
        "markerfacecolor": color(series.color), **rest,
    }  # fmt: skip
    axes.plot(x, y, **style)
