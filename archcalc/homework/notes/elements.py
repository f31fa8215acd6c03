"""What a note is made of: prose, fenced blocks, tables, and comments meant for archcalc."""

from __future__ import annotations

from bisect import bisect
from dataclasses import dataclass


@dataclass(frozen=True)
class Prose:
    """A paragraph or list item, dressed down; ``breaks`` are (offset, line) where lines begin.

    ``level`` is that of a heading, 0 for other prose.
    """

    text: str
    breaks: tuple[tuple[int, int], ...]
    indent: int = 0
    is_item: bool = False
    is_quoted: bool = False
    level: int = 0
    ignored: bool = False

    def line(self, offset: int) -> int:
        """Return the line of the note on which a place of the text stands."""
        return self.breaks[bisect(self.breaks, (offset, 1 << 30)) - 1][1]


@dataclass(frozen=True)
class Fence:
    """A fenced block: what its first line says, and its text."""

    info: str
    lines: tuple[str, ...]
    line: int  # of its text


@dataclass(frozen=True)
class NotedTable:
    """A table, its cells dressed down."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    line: int
    ignored: bool = False


@dataclass(frozen=True)
class Marker:
    """What stands in a comment for archcalc."""

    text: str
    line: int


Element = Prose | Fence | NotedTable | Marker
