"""What a plot is: a title, a table that holds every number drawn, and a way to draw itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..errors import UsageError, printable
from ..renderers.cells import text
from ..table import Table

if TYPE_CHECKING:
    from ..roofline.strokes import Picture
    from .sheet import Sheet

FORMATS = ("svg", "png", "pdf")


@dataclass(frozen=True)
class Art:
    """What is drawn below the title, so many pixels high.

    ``paint`` draws on a sheet, whose first free pixel from the top is ``sheet.top``.
    """

    height: float
    paint: Callable[[Sheet], None] = field(compare=False, repr=False)


@dataclass(frozen=True)
class Plot:
    """A plot: ``caption`` says under the title what there is to see, ``notes`` what to know.

    ``table`` holds every number drawn. ``art`` is how matplotlib draws it, or a picture that is
    laid out already, with words of its own.
    """

    kind: str
    title: str
    caption: str
    table: Table
    art: Art | Picture = field(repr=False)
    notes: tuple[str, ...] = ()

    def _repr_svg_(self) -> str:
        from .writing import written

        return written(self, "svg").decode("utf-8")

    @property
    def description(self) -> str:
        """The plot in words, for those who cannot see it: every number of the table."""
        return "\n".join([self.caption, *_lines(self.table), *self.notes])


def _lines(table: Table) -> Iterator[str]:
    """Yield a line per row: what the row is about, then every number with its title."""
    heads = [i for i, column in enumerate(table.columns) if not column.right]
    rest = [i for i, column in enumerate(table.columns) if column.right]
    for row in table.rows:
        about = ", ".join(filter(None, (text(row[i]) for i in heads)))
        numbers = [f"{printable(table.columns[i].title)} {text(row[i], exact=True)}" for i in rest]
        yield f"{about}: {'; '.join(numbers)}." if about else f"{'; '.join(numbers)}."


def listed(names: Sequence[str], most: int = 4) -> str:
    """Return names in a row, the first of many.

    >>> listed(["A", "B"]), listed(["A", "B", "C", "D"], 2)
    ('A, B', 'A, B and 2 more')
    """
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def joined(words: Sequence[str]) -> str:
    """Return words as a sentence lists them.

    >>> joined(["params"]), joined(["params", "MACs", "activations"])
    ('params', 'params, MACs and activations')
    """
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def heading(words: str, names: Sequence[str]) -> str:
    """Return a title: what is drawn, with a capital letter, and of which nets.

    >>> heading("params by stage", ["A", "B"])
    'Params by stage: A, B'
    """
    return f"{words[:1].upper()}{words[1:]}: {listed(names)}"


def limited(names: Sequence[str], most: int, kind: str) -> None:
    """Raise :class:`UsageError` (E50) for no net, or for more than a plot can show."""
    if not 0 < len(names) <= most:
        raise UsageError("E50", f"{kind} shows 1 to {most} nets, not {len(names)}")
