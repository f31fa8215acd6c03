"""How plots look: the colours of Okabe and Ito, and signs that differ where colours do.

The colours are the roofline's, on paper and on a dark screen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..roofline.strokes import COLORS

__all__ = ["COLORS", "FONT", "SETTINGS", "SMALL", "TEXT", "TITLE", "Series", "color", "dark"]

FONT = "'Helvetica Neue', Arial, 'Noto Sans', sans-serif"
TITLE, TEXT, SMALL = 17.0, 14.0, 13.0  # to be read where 640 pixels become 400
SETTINGS: dict[str, Any] = {
    "font.family": ["DejaVu Sans"],  # comes with matplotlib: the same everywhere
    "font.size": SMALL,
    "svg.fonttype": "none",
    "pdf.fonttype": 42,
    "path.simplify": False,
    "lines.solid_capstyle": "butt",
}


@dataclass(frozen=True)
class Series:
    """How the marks and lines of one net look."""

    color: str
    marker: str
    dashes: tuple[int, ...] = ()

    @classmethod
    def of(cls, position: int) -> Series:
        """Return the look of the net at a position: no two of eight share marker and line.

        >>> Series.of(0).marker, Series.of(5).color == Series.of(1).color
        ('o', True)
        """
        turn, net = divmod(position, 4)
        return cls(f"net{net}", _MARKERS[position % 8], _DASHES[(net + 2 * turn) % 4])

    @property
    def line(self) -> Any:
        """The style of the line, as matplotlib has it."""
        return (0, self.dashes) if self.dashes else "solid"


_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "p")
_DASHES: tuple[tuple[int, ...], ...] = ((), (6, 2), (2, 2), (7, 2, 2, 2))


def color(name: str) -> str:
    """Return a colour on paper.

    >>> color("ink")
    '#1a1a1a'
    """
    return COLORS[name][0]


def dark(scope: str) -> str:
    """Return the rules that change every colour within a scope on a dark screen.

    matplotlib writes colours into ``style``, so the rules look for them there.
    """
    rules = []
    for light, shown in COLORS.values():
        for part in ("fill", "stroke"):
            found = f'{scope} [style*="{part}: {light}"]'
            rules.append(f"{found} {{ {part}: {shown} !important }}")
    return "@media (prefers-color-scheme: dark) {\n" + "\n".join(rules) + "\n}"
