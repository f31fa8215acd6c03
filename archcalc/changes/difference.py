"""Nets as they are against a base: what each was before, its layers, its budgets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ..conventions import cost
from ..errors import UsageError
from ..quantities import quantity
from ..quantities.base import Quantity
from .budgets import Held
from .matching import LayerChange, layer_changes
from .states import Counting, State

COUNTED = ("count", "bytes", "layers")  # units of columns that can grow
_WORDS = {
    "convention": "{}",
    "layout": "layout {}",
    "batch": "batch {}",
    "dtype": "{} numbers",
    "train": "training {}",
}


@dataclass(frozen=True)
class NetChange:
    """A net and what it was; ``before`` is None for one that the base does not have.

    ``source`` is what it was read from, a file's path where ``is_file``.
    """

    before: State | None
    after: State
    source: str
    is_file: bool
    budgets: tuple[Held, ...] = ()

    @property
    def name(self) -> str:
        """The net's name."""
        return self.after.name

    @cached_property
    def layers(self) -> list[LayerChange]:
        """Every layer, those without a change included."""
        return layer_changes(self.before, self.after)

    @property
    def changed(self) -> list[LayerChange]:
        """The layers with a change; none for a net that is new as a whole."""
        return [one for one in self.layers if one.kind != "same"] if self.before else []

    def costly(self, columns: Sequence[Quantity]) -> list[LayerChange]:
        """Return the layers with a change, without those that came or went at no cost."""
        keys = [column.key for column in columns]
        return [one for one in self.changed if not one.is_free(keys)]

    @property
    def is_broken(self) -> bool:
        """Whether the net breaks a budget."""
        return any(one.is_broken for one in self.budgets)

    def total(self, column: Quantity) -> tuple[Any, Any]:
        """Return the net's count before and now; None before where there was no net."""
        return self.before and self.before.totals.get(column.key), self.after.totals[column.key]

    def place(self, held: Held) -> tuple[str, int]:
        """Return the file and line to look at: the layer that grew most, else the limit's."""
        growth = {
            change.after.line: _growth(change, held.column.key)
            for change in self.changed
            if change.after is not None and change.after.line
        }
        line = max(growth, key=lambda line: growth[line], default=0)
        if line and growth[line] > 0:
            return self.source, line
        path, _, number = held.limit.place.rpartition(":")
        return (self.source, int(number)) if path == self.source else (self.source, 1)


@dataclass(frozen=True)
class Difference:
    """Nets against a base, which ``base`` names; ``commit`` is its name in git, if it has one.

    ``left`` are nets of the base that nothing was compared with.
    """

    nets: tuple[NetChange, ...]
    counting: Counting
    base: str
    commit: str = ""
    columns: tuple[str, ...] = ("macs", "params")
    left: tuple[str, ...] = field(default=())

    @cached_property
    def quantities(self) -> tuple[Quantity, ...]:
        """The columns, the cost by the convention in use.

        Errors: :class:`UsageError` (E48) for a column that is no count.
        """
        counted = cost(self.counting.convention)
        plain = (quantity(key) for key in self.columns)
        found = tuple(dict.fromkeys(counted if one.key == "macs" else one for one in plain))
        for one in found:
            if one.unit not in COUNTED:
                fact = f"diff compares counts; {one.key} is a {one.unit}"
                raise UsageError("E48", fact, "--columns macs,params,activations")
        return found

    @property
    def broken(self) -> list[tuple[NetChange, Held]]:
        """The budgets that are broken, with their nets."""
        return [(net, one) for net in self.nets for one in net.budgets if one.is_broken]


def refuse_another_counting(base: Counting, now: Counting) -> None:
    """Let only a base pass that was counted alike; :class:`UsageError` (E42) otherwise."""
    for name, words in _WORDS.items():
        before, here = getattr(base, name), getattr(now, name)
        if before != here:
            option = f"--{name} {before}" if name != "train" else "--train"
            remedy = option if name != "train" or before else f"without {option}"
            raise UsageError(
                "E42",
                f"x not comparable: the base was counted with {words.format(before)}, "
                f"this with {words.format(here)}",
                f"{remedy}; or save the base anew",
            )


def _growth(change: LayerChange, key: str) -> int:
    after = change.after.values.get(key) if change.after else 0
    before = change.before.values.get(key) if change.before else 0
    return after - before if isinstance(after, int) and isinstance(before, int) else 0
