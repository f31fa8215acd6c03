"""What a picture is made of, whichever way it is written: strokes, words and marks.

Places are pixels from the top left. Colours are those of Okabe and Ito
(https://jfly.uni-koeln.de/color/); nothing is said by colour alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import cells

WIDTH = 1000
# colour on paper, on a dark screen
COLORS = {
    "paper": ("#ffffff", "#16181d"),
    "ink": ("#1a1a1a", "#f2f2f2"),
    "soft": ("#555555", "#b9bcc4"),
    "grid": ("#e1e3e7", "#30343d"),
    "lead": ("#8a8d94", "#8a8d94"),
    "net0": ("#0072b2", "#56b4e9"),
    "net1": ("#d55e00", "#e69f00"),
    "net2": ("#007f5f", "#2fbf9a"),
    "net3": ("#a64d82", "#e29ac4"),
}
SHAPES = ("circle", "square", "triangle", "diamond")
_CELL = 0.56  # the mean width of a character, of its height


@dataclass(frozen=True)
class Stroke:
    """A line through places; ``dashes`` is its pattern."""

    color: str
    places: tuple[tuple[float, float], ...]
    width: float
    dashes: tuple[int, ...] = ()


@dataclass(frozen=True)
class Words:
    """A text whose line stands on ``y``; ``anchor`` is start, middle or end."""

    x: float
    y: float
    text: str
    size: float = 14
    color: str = "ink"
    anchor: str = "start"
    bold: bool = False
    upright: bool = False  # written upwards


@dataclass(frozen=True)
class Mark:
    """A sign at a place, filled or hollow; ``title`` is what it stands for."""

    x: float
    y: float
    shape: str
    filled: bool
    color: str
    title: str = ""
    radius: float = 5.5

    @property
    def corners(self) -> tuple[tuple[float, float], ...]:
        """The corners of a sign that is no circle."""
        x, y, r = self.x, self.y, self.radius
        if self.shape == "square":
            r *= 0.9
            return ((x - r, y - r), (x + r, y - r), (x + r, y + r), (x - r, y + r))
        if self.shape == "triangle":
            return ((x, y - 1.15 * r), (x + 1.1 * r, y + 0.85 * r), (x - 1.1 * r, y + 0.85 * r))
        r *= 1.2
        return ((x, y - r), (x + r, y), (x, y + r), (x - r, y))


Part = Stroke | Words | Mark


@dataclass(frozen=True)
class Picture:
    """Everything drawn, in order, with a title and a description for those who cannot see it."""

    title: str
    description: str
    height: float
    parts: tuple[Part, ...]


def width_of(text: str, size: float) -> float:
    """Return about how wide a text is."""
    return cells(text) * _CELL * size
