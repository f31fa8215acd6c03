"""Costs by every convention, exact: of each kind of layer, of stages, of the net."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ...analysis import Analysis
from ...conventions import CONVENTIONS, cost
from ...quantities import quantity
from ...quantities.base import sum_of
from ...renderers.cells import text
from ...table import Cell
from .anchors import link
from .stages import Stage, outer_stages
from .values import Shown, plain, shown

_MOST_BARS = 40


class Bar(NamedTuple):
    """A stage's cost and params with their shares of the net's, as texts and per thousand."""

    name: str
    href: str
    cost: Shown
    share: str
    width: int
    params: Shown
    params_share: str
    params_width: int


def bar_stages(analysis: Analysis, parts: tuple[Stage, ...]) -> tuple[Stage, ...]:
    """Return the stages that have a bar each: of many the outer ones."""
    if len(parts) <= _MOST_BARS:
        return parts
    outer = outer_stages(analysis)
    return outer if 1 < len(outer) < len(parts) else parts


def bars(
    analysis: Analysis, parts: Sequence[Stage], anchors: Sequence[str], counting: str
) -> tuple[Bar, ...]:
    """Return a bar for each stage, the longest filling the room."""
    columns = (cost(counting), quantity("params"))
    sums = [_sums(column.of(analysis), parts) for column in columns]
    totals = [column.total(analysis) for column in columns]
    most = [max((n for n in column if isinstance(n, int)), default=0) for column in sums]
    found = []
    for k, part in enumerate(parts):
        drawn: list[Any] = []
        for column, total, longest in zip(sums, totals, most, strict=True):
            value = column[k]
            width = 1000 * value // longest if isinstance(value, int) and longest else 0
            drawn += [shown(value, "count"), text(Cell((value, total), "share")), width]
        found.append(Bar(part.name, link(anchors[part.start]), *drawn))
    return tuple(found)


def counted(
    analysis: Analysis, parts: Sequence[Stage], barred: Sequence[Stage]
) -> dict[str, dict[str, Any]]:
    """Return the costs by each convention: ``kinds``, ``groups``, ``bars`` and ``total``.

    ``bars`` are left out where they are the groups.
    """
    first: dict[int, int] = {}
    for i, kind in enumerate(analysis.kinds):
        first.setdefault(kind, i)
    found: dict[str, dict[str, Any]] = {}
    for key in CONVENTIONS:
        column = cost(key)
        values = column.of(analysis)
        found[key] = {
            "kinds": [plain(values[first[kind]]) for kind in range(len(analysis.distinct))],
            "groups": list(map(plain, _sums(values, parts))),
            "total": plain(column.total(analysis)),
        }
        if barred is not parts:
            found[key]["bars"] = list(map(plain, _sums(values, barred)))
    return found


def _sums(values: Sequence[Any], parts: Sequence[Stage]) -> list[Any]:
    return [sum_of(list(values[part.start : part.stop])) for part in parts]
