"""The sheet that a picture is drawn on: its colours, its measures, its axes, and SVG's words.

Colours are those of Okabe and Ito (https://jfly.uni-koeln.de/color/), which people who see
colours differently tell apart; nothing is said by colour alone. They stand as attributes, which
every program that shows SVG understands; a style sheet changes them on a dark screen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape

from ..errors import printable
from .fieldmap import FieldMap, Seen
from .unit import Stretch

WIDTH = 1000
LEFT = 76
TOP = 124
SIDE = 480  # the longer side of the picture
TABLE = 604  # where the table of layers begins
COLUMNS = (790, 880, 965)  # where field, jump and padding end
ROW = 26  # from one line of the table to the next
LINE = 22  # from one line of the legend to the next

_COLORS = {
    "paper": 'fill="#ffffff"',
    "ink": 'fill="#1a1a1a"',
    "soft": 'fill="#555555"',
    "frame": 'fill="#f1f2f4"',
    "grid": 'stroke="#d5d7db" stroke-width="0.75" fill="none"',
    "lead": 'stroke="#6b6e75" stroke-width="0.8" fill="none"',
    "field": 'fill="#0072b2" fill-opacity="0.09"',
    "edge": 'stroke="#0072b2" stroke-width="1.5" fill="none"',
    "unit": 'fill="#d55e00" fill-opacity="0.12"',
    "rim": 'stroke="#d55e00" stroke-width="3" fill="none"',
    "hatch": 'stroke="#7d7d7d" stroke-width="0.9" fill="none"',
    "border": 'stroke="#1a1a1a" stroke-width="1.5" fill="none"',
    "dots": 'stroke="#1a1a1a" stroke-width="3" stroke-linecap="round" fill="none"',
    "middle": 'fill="#d55e00" stroke="#ffffff" stroke-width="1.5"',
}
DARK = """\
.paper { fill: #16181d } .ink { fill: #f2f2f2 } .soft { fill: #b9bcc4 }
.frame { fill: #252932 } .border { stroke: #f2f2f2 } .grid { stroke: #3b404b }
.field { fill: #56b4e9 } .edge { stroke: #56b4e9 } .lead { stroke: #9a9fab }
.unit { fill: #e69f00 } .rim { stroke: #e69f00 } .hatch { stroke: #b9bcc4 }
.dots { stroke: #f2f2f2 } .middle { fill: #e69f00; stroke: #16181d }"""


@dataclass
class Sheet:
    """What is drawn so far."""

    made: FieldMap
    seen: tuple[Seen, ...]
    parts: list[str] = field(default_factory=list)
    is_cut: bool = False
    steps: set[int] = field(default_factory=set)

    def text(self, x: float, y: float, words: str, color: str = "ink", **rest: object) -> None:
        """Write words; other attributes as SVG has them, ``font_size`` 14 unless given."""
        attributes = {"font_size": 14, **rest}.items()
        more = "".join(f' {key.replace("_", "-")}="{value}"' for key, value in attributes)
        self.parts.append(
            f'<text class="{color}" {_COLORS[color]} x="{number(x)}" y="{number(y)}" '
            f"{more.strip()}>{escaped(words)}</text>"
        )

    def path(self, color: str, d: str) -> None:
        """Draw a path, unless it is empty."""
        if d:
            self.parts.append(f'<path class="{color}" {_COLORS[color]} d="{d}"/>')

    def box(self, color: str, x: float, y: float, width: float, height: float) -> None:
        """Draw a rectangle."""
        self.parts.append(
            f'<rect class="{color}" {_COLORS[color]} x="{number(x)}" y="{number(y)}" '
            f'width="{number(width)}" height="{number(height)}"/>'
        )

    def dot(self, x: float, y: float, radius: float) -> None:
        """Draw the dot that marks the middle."""
        self.parts.append(
            f'<circle class="middle" {_COLORS["middle"]} '
            f'cx="{number(x)}" cy="{number(y)}" r="{radius}"/>'
        )

    def is_target(self, one: Seen) -> bool:
        """Tell whether a field is that of the unit, not of a layer on the way."""
        return one is self.seen[-1]


@dataclass(frozen=True)
class Axis:
    """An axis of the input on the sheet: pixel ``low`` begins at ``start``."""

    size: int
    low: int
    high: int
    start: float
    scale: float

    @classmethod
    def fitting(cls, size: int, stretches: Iterable[Stretch], start: float, room: float) -> Axis:
        """Return the axis with room for all stretches, up to the input's own size outside."""
        places = [(one.first, one.last + 1) for one in stretches]
        low = max(min([0, *(first for first, _ in places)]), -size)
        high = min(max([size, *(end for _, end in places)]), 2 * size)
        return cls(size, low, high, start, room / (high - low))

    @property
    def end(self) -> float:
        """Where the picture ends."""
        return self.at(self.high)

    def at(self, place: float) -> float:
        """Return where a place lies on the sheet, or the picture's edge."""
        return self.start + (min(max(place, self.low), self.high) - self.low) * self.scale

    def edges(self, one: Stretch) -> tuple[float, float]:
        """Return where a stretch begins and ends on the sheet."""
        return self.at(one.first), self.at(one.last + 1)

    def cuts(self, one: Stretch) -> tuple[bool, bool]:
        """Tell whether the picture cuts the stretch at its start and at its end."""
        return one.first < self.low, one.last + 1 > self.high


def outline(left: float, top: float, right: float, bottom: float) -> str:
    """Return the path around a rectangle."""
    return f"M{point(left, top)}H{number(right)}V{number(bottom)}H{number(left)}Z"


def hatched(left: float, top: float, right: float, bottom: float, apart: int = 7) -> str:
    """Return slanted lines in a rectangle; lines of neighbouring rectangles meet."""
    if right <= left or bottom <= top:
        return ""
    found = []
    for i in range(int((left - bottom) // apart) + 1, int((right - top) // apart) + 1):
        ahead = i * apart  # how far x is ahead of y on this line
        start, end = max(left, top + ahead), min(right, bottom + ahead)
        found.append(f"M{point(start, start - ahead)}L{point(end, end - ahead)}")
    return "".join(found)


def point(x: float, y: float) -> str:
    """Return a place as paths have it."""
    return f"{number(x)} {number(y)}"


def escaped(words: str) -> str:
    """Return words as SVG has them, without characters that would hide or reverse them."""
    return "\n".join(escape(printable(line)) for line in words.split("\n"))


def number(value: float) -> str:
    """Return a coordinate with two decimals at most.

    >>> number(3.0), number(2.345), number(-0.001)
    ('3', '2.35', '0')
    """
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
