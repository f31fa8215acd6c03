"""Named counting conventions: what one unit of cost is, as data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .analysis import Analysis
from .errors import UsageError
from .layers.base import Facts
from .quantities import quantity
from .quantities.base import PerLayer, Quantity


@dataclass(frozen=True)
class Convention:
    """A way of counting: its name, the column's title, one line that states it, its formula."""

    key: str
    title: str
    sentence: str
    count: Callable[[Facts], Any]


CONVENTIONS = {
    convention.key: convention
    for convention in (
        Convention(
            "macs",
            "MACs",
            "1 MAC = 1 multiply + 1 add; bias adds not counted; per sample",
            lambda facts: facts.macs,
        ),
        Convention(
            "flops",
            "FLOPs",
            "FLOPs = 2*MACs + elementwise ops (bias, norm, ...); per sample",
            lambda facts: 2 * facts.macs + facts.bias_adds + facts.elementwise,
        ),
        Convention(
            "flops2",
            "FLOPs (2*MACs)",
            "FLOPs = 2*MACs; no elementwise ops, no bias adds; per sample",
            lambda facts: 2 * facts.macs,
        ),
        Convention(
            "macs+bias",
            "MACs + bias",
            "MACs + one op per bias add; no other elementwise ops; per sample",
            lambda facts: facts.macs + facts.bias_adds,
        ),
    )
}


def convention(key: str) -> Convention:
    """Return a convention by name; :class:`UsageError` (E48) naming the known ones."""
    found = CONVENTIONS.get(key)
    if found is None:
        known = ", ".join(CONVENTIONS)
        raise UsageError("E48", f'unknown convention "{key}"', f"one of {known}")
    return found


def cost(key: str) -> Quantity:
    """Return the column that counts by a convention."""
    found = convention(key)
    return quantity(key) if key in ("macs", "flops") else _Cost(found)


class _Cost(PerLayer):
    """Cost by a named convention."""

    symbol, unit, rank = "", "count", 40

    def __init__(self, counted: Convention) -> None:
        self.key = counted.key  # type: ignore[misc]
        self.title = counted.title  # type: ignore[misc]
        self.counted = counted

    def value(self, facts: Facts, analysis: Analysis) -> Any:
        return self.counted.count(facts)
