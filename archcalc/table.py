"""What is shown, before anyone decides how: cells with units, tables, texts, pages. No format."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from .arithmetic.latex import latex


class Cell(NamedTuple):
    """A value and what it is.

    ``unit`` is a quantity's unit, or ``text``, ``code`` (text in the notation), ``title`` (a
    title and its key), ``share`` (numerator, denominator), ``bar`` (numerator, denominator),
    ``change`` (value, reference, word for more, word for less). ``note`` is said in a footnote.
    """

    value: Any
    unit: str = "text"
    note: str = ""


@dataclass(frozen=True)
class Column:
    """A table's column. Numbers stand right, texts left; ``key`` is its name for scripts.

    ``wraps`` lets its text take several lines where the terminal is narrow. ``note`` is said in a
    footnote to the title.
    """

    key: str
    title: str
    right: bool = True
    wraps: bool = False
    note: str = ""

    @property
    def is_drawn(self) -> bool:
        """Whether it is a drawing of characters, which says something on a terminal only."""
        return self.key in ("bar", "ruler")


@dataclass(frozen=True)
class Table:
    """Rows of cells under columns; ``last_is_total`` sets the last row apart.

    ``compared`` says that values in one row are compared: those that would print alike but
    differ are printed in full. ``uniform`` writes the numbers of a column in one unit that its
    title names, with as many decimals each. ``footnoted`` explains unknown numbers and lower
    bounds in footnotes. ``reference`` is the row that the others are compared with,
    ``reference_column`` the column: it is marked.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    title: str = ""
    last_is_total: bool = False
    compared: bool = False
    uniform: bool = False
    footnoted: bool = False
    reference: int | None = None
    reference_column: int | None = None


@dataclass(frozen=True)
class SpecText:
    """A spec to be printed: its name and its stages, to be joined with bars."""

    name: str
    stages: tuple[str, ...]


@dataclass(frozen=True)
class Text:
    """A line of prose; ``kind`` is ``title``, ``note`` or ``text``.

    ``convention`` and ``assumption`` are notes that captions may take over: what counts follow,
    and what bytes depend on.
    """

    text: str
    kind: str = "text"


class Step(str):
    """A step of worked arithmetic: its plain text, which can be had as LaTeX too.

    What is said in words beside it is an ordinary text.

    >>> Step("5*5*480*48 + 48").latex
    '5 \\\\cdot 5 \\\\cdot 480 \\\\cdot 48 + 48'
    """

    __slots__ = ()

    @property
    def latex(self) -> str:
        """The step as LaTeX mathematics; nothing where it cannot be written so."""
        return latex(self)


Line = tuple[str, tuple[str, ...]]


@dataclass(frozen=True)
class Steps:
    """Worked arithmetic: a heading, and per line what is computed and the steps to its value.

    ``name`` is the layer that all lines are about. Where ``by_layer``, each line is about the
    layer that its title names, and the heading says what is computed. ``beside`` holds what else
    stands in front of each line's steps, under the headings ``columns``; the first of them may be
    the ``part`` of the quantity, such as its height.
    """

    title: str
    subtitle: str
    lines: tuple[Line, ...]
    name: str = ""
    by_layer: bool = False
    columns: tuple[str, ...] = ()
    beside: tuple[tuple[str, ...], ...] = ()

    @property
    def records(self) -> list[tuple[str, str, tuple[str, ...]]]:
        """Per line the layer (or what else it is about), the quantity and the steps."""
        if not self.by_layer:
            return [(self.name, title, steps) for title, steps in self.lines]
        parts = [cells[0] if self.columns[:1] == ("part",) else "" for cells in self.beside]
        return [
            (layer, f"{self.title} {part}".strip(), steps)
            for (layer, steps), part in zip(
                self.lines, parts or [""] * len(self.lines), strict=True
            )
        ]


@dataclass(frozen=True)
class Listing:
    """Rows with remarks below each, such as marks with what is said about them.

    ``aside`` stands beside the title, at the right. There are as many ``remarks`` as ``rows``;
    their lines are prose, but for those that begin with a blank: they keep their blanks.
    """

    title: str
    aside: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    remarks: tuple[tuple[str, ...], ...]


Block = Table | SpecText | Text | Steps | Listing


@dataclass(frozen=True)
class Page:
    """Everything a command shows.

    ``data`` makes the JSON object and is only called for JSON; ``records`` is the table that CSV
    holds, the first unless given; ``layout`` is the order in which shapes are written.
    """

    blocks: tuple[Block, ...]
    data: Callable[[], dict[str, Any]]
    records: Table | None = None
    layout: str = "hwc"

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables of the page."""
        return tuple(block for block in self.blocks if isinstance(block, Table))
