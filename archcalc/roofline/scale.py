"""Logarithmic axes in whole decades, and where labels find room; the measures of the plot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, cos, floor, log10, pi, sin

Box = tuple[float, float, float, float]  # left, top, right, bottom
LEFT, RIGHT, TOP, BOTTOM = 92, 972, 112, 612  # the plot on its sheet
FRAME: Box = (LEFT + 4, TOP + 4, RIGHT - 4, BOTTOM - 4)
_PREFIXES = {0: "", 1: "k", 2: "M", 3: "G", 4: "T", 5: "P", 6: "E"}
_TURNS = (0, 180, 90, 270, 45, 315, 135, 225)
_RINGS = (9, 20, 34, 50, 70, 95, 125)


@dataclass(frozen=True)
class Log:
    """An axis from 10**low to 10**high between two places."""

    low: int
    high: int
    start: float
    end: float

    @classmethod
    def around(cls, values: Iterable[float], start: float, end: float) -> Log:
        """Return the axis of whole decades with some room around the values."""
        known = [log10(value) for value in values]
        low, high = floor(min(known) - 0.1), ceil(max(known) + 0.1)
        return cls(low, max(high, low + 1), start, end)

    def at(self, value: float) -> float:
        """Return the place of a value."""
        share = (log10(value) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    @property
    def decades(self) -> range:
        """The exponents of the ticks."""
        return range(self.low, self.high + 1)

    @property
    def between(self) -> tuple[float, ...]:
        """The values between decades: 2, 3, ... 9 times each, where there are few decades."""
        if self.high - self.low > 6:
            return ()
        return tuple(step * 10.0**n for n in range(self.low, self.high) for step in range(2, 10))


def prefixed(exponent: int) -> str:
    """Return a power of ten with a prefix.

    >>> prefixed(10), prefixed(0), prefixed(-2)
    ('10 G', '1', '0.01')
    """
    if exponent < 0:
        return f"{10.0**exponent:.{-exponent}f}"
    group, rest = divmod(exponent, 3)
    return f"{10**rest} {_PREFIXES[group]}".rstrip() if group in _PREFIXES else f"1e{exponent}"


def free_place(
    x: float, y: float, width: float, height: float, taken: Sequence[Box], frame: Box
) -> tuple[float, float, bool]:
    """Return left and bottom of a label near a place that covers nothing, and if it is far away.

    Where all is full it is the place that covers least.
    """
    best: tuple[float, float, float, bool] | None = None
    for ring in _RINGS:
        for turn in _TURNS:
            box = _beside(x, y, width, height, ring, turn)
            if not (frame[0] <= box[0] and box[2] <= frame[2]):
                continue
            if not (frame[1] <= box[1] and box[3] <= frame[3]):
                continue
            covered = sum(_shared(box, other) for other in taken)
            if best is None or covered < best[0]:
                best = covered, box[0], box[3], ring > _RINGS[1]
            if not covered:
                return box[0], box[3], ring > _RINGS[1]
    return best[1:] if best else (x, y, False)


def _beside(x: float, y: float, width: float, height: float, ring: float, turn: int) -> Box:
    """Return the box of a label whose near edge is so far from a place, in a direction."""
    across, down = cos(turn * pi / 180), -sin(turn * pi / 180)
    middle_x = x + across * (ring + width / 2 * (abs(across) > 0.1))
    middle_y = y + down * (ring + height / 2 * (abs(down) > 0.1))
    return (
        middle_x - width / 2, middle_y - height / 2, middle_x + width / 2, middle_y + height / 2,
    )  # fmt: skip


def _shared(one: Box, other: Box) -> float:
    """Return the area that two boxes share."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    return across * down if across > 0 and down > 0 else 0.0
