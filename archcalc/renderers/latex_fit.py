"""How a table fits a line of an article: smaller letters, stacked heads, columns that wrap, panels.

Widths are counted in digits, as wide as Computer Modern has its letters, with a little to spare.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from textwrap import wrap

from ..errors import cells

_SIZES = (  # digits in a line of an article, digits between two columns, letters
    (68, 2.4, ""),
    (73, 2.6, "\\small"),
    (80, 1.9, "\\footnotesize\\setlength{\\tabcolsep}{4pt}"),
    (86, 1.6, "\\scriptsize\\setlength{\\tabcolsep}{3pt}"),
)
_PLAIN = 3  # of them, as long as nothing has to wrap
_NARROWEST = 12
_WIDTHS = (("fijlrtI.,:;!|'()[]- ", 0.75), ("mwMW", 1.85), ("x", 1.56))  # the last in sizes
_CAPITAL, _LETTER = 1.5, 1.1
_BOLD = 1.15  # as wide as a letter that is not
_COLUMN = 0.45  # of a line: what one of two columns takes


@dataclass(frozen=True)
class Panel:
    """Columns that stand side by side; ``limits`` are the parts of a line that some wrap at."""

    columns: tuple[int, ...]
    limits: dict[int, float]


@dataclass(frozen=True)
class Fit:
    """Letters' ``size``, the ``heads`` in lines, and the panels that stand below each other.

    ``is_wide`` says that it takes more than one column of a page that has two.
    """

    size: str
    heads: tuple[tuple[str, ...], ...]
    panels: tuple[Panel, ...]
    is_wide: bool


@dataclass(frozen=True)
class Matrix:
    """The texts of a table by rows; ``prose`` columns may wrap, ``tied`` ones follow another.

    ``bold_row`` and ``bold_column`` are the reference's.
    """

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    prose: Collection[int] = ()
    tied: Collection[int] = ()
    bold_row: int | None = None
    bold_column: int | None = None

    def turned(self) -> Matrix:
        """Return it with rows for columns."""
        whole = [self.heads, *self.rows]
        heads, *rows = ([row[i] for row in whole] for i in range(len(self.heads)))
        bold = None if self.bold_row is None else self.bold_row + 1
        return Matrix(["", *heads[1:]], rows, bold_column=bold)


def fitted(matrix: Matrix) -> Fit:
    """Return how a table fits: the largest letters, then what else makes it narrower."""
    count = len(matrix.heads)
    body = [
        max([_body(matrix, r, i) for r in range(len(matrix.rows))] or [0]) for i in range(count)
    ]
    whole = [max(body[i], _width(matrix.heads[i])) for i in range(count)]
    for most, gap, size in _SIZES[:_PLAIN]:
        if sum(whole) + gap * count <= most:
            return _one(matrix, whole, {}, size, (sum(whole) + gap * count) / most)
    stacked = [
        max([body[i], *map(_width, matrix.heads[i].split())]) for i in range(count)
    ]  # a head has as many lines as its column needs
    for most, gap, size in _SIZES[_PLAIN - 1 :]:
        limits = _limits(range(count), stacked, matrix.prose, most, gap)
        if limits is not None:
            return _one(matrix, stacked, limits, size, 1)
    most, gap, size = _SIZES[_PLAIN - 1]
    panels = []
    for columns in _panels(matrix, stacked, most, gap):
        panels.append(Panel(columns, _limits(columns, stacked, matrix.prose, most, gap) or {}))
    return Fit(size, _heads(matrix, stacked), tuple(panels), True)


def _one(
    matrix: Matrix, widths: Sequence[float], limits: dict[int, float], size: str, part: float
) -> Fit:
    panel = Panel(tuple(range(len(widths))), limits)
    return Fit(size, _heads(matrix, widths), (panel,), part > _COLUMN)


def _heads(matrix: Matrix, widths: Sequence[float]) -> tuple[tuple[str, ...], ...]:
    """Return the heads in lines that are no wider than their columns."""
    return tuple(
        (head,)
        if _width(head) <= width
        else tuple(wrap(head, max(int(width), 1), break_long_words=False))
        for head, width in zip(matrix.heads, widths, strict=True)
    )


def _limits(
    columns: Sequence[int], widths: Sequence[float], prose: Collection[int], most: float, gap: float
) -> dict[int, float] | None:
    """Return the parts of a line that prose wraps at; None where not even that is enough."""
    room = most - gap * len(columns)
    letters = sum(widths[i] for i in columns)
    if letters <= room:
        return {}
    wraps = [i for i in columns if i in prose and widths[i] > _NARROWEST]
    wanted = sum(widths[i] - _NARROWEST for i in wraps)
    spare = room - letters + wanted
    if spare < 0 or not wraps:
        return None
    shares = {i: _NARROWEST + spare * (widths[i] - _NARROWEST) / wanted for i in wraps}
    return {i: share / most for i, share in shares.items()}


def _panels(
    matrix: Matrix, widths: Sequence[float], most: float, gap: float
) -> list[tuple[int, ...]]:
    """Return the columns of each panel: the first in all of them, tied ones together."""
    least = [
        min(width, _NARROWEST) if i in matrix.prose else width for i, width in enumerate(widths)
    ]
    groups: list[list[int]] = []
    for i in range(1, len(widths)):
        if i in matrix.tied and groups:
            groups[-1].append(i)
        else:
            groups.append([i])
    found: list[list[int]] = [[0]]
    for group in groups:
        taken = sum(least[i] + gap for i in (*found[-1], *group))
        if taken > most and len(found[-1]) > 1:
            found.append([0])
        found[-1] += group
    return [tuple(columns) for columns in found]


def _body(matrix: Matrix, r: int, i: int) -> float:
    is_bold = matrix.bold_row == r or (matrix.bold_column == i and i == 0)
    return _width(matrix.rows[r][i]) * (_BOLD if is_bold else 1)


def _width(text: str) -> float:
    return sum(map(_letter, text))


def _letter(char: str) -> float:
    for letters, width in _WIDTHS:
        if char in letters:
            return width
    if char.isdigit():
        return 1
    return _CAPITAL if char.isupper() else _LETTER * cells(char)
