"""Every value that an unknown may take, counted: which satisfy all goals, and where that ends.

The whole range is counted by the engine of sweeps, so that a solution needs no guess about how a
count grows: nothing between the ends is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from ..analysis import Settings
from ..arithmetic.expression import Expression
from ..conventions import counted_column, named_column
from ..errors import UsageError
from ..layers.base import hwc, spatial
from ..notation.entries import Spec
from ..notation.free import symbols
from ..quantities.base import Quantity
from ..renderers.shown import Shown
from ..sweeping.counting import Counted, Counter, Refusal, counter
from ..sweeping.grid import Grid
from ..table import Page
from .goal import NAMES, Goal, exact, is_column

MOST_VALUES = 100_000
_PLAIN = Settings()


class Tried(NamedTuple):
    """A value of the unknown: what every name is there, and which goals hold."""

    value: Any
    numbers: dict[str, Any]
    held: tuple[bool, ...]

    @property
    def solves(self) -> bool:
        """Whether all goals hold."""
        return all(self.held)

    def undecided(self, goals: Sequence[Goal]) -> bool:
        """Tell whether a number that a goal needs is not known."""
        return any(None in goal.sides(self.numbers) for goal in goals)


@dataclass(frozen=True)
class Objective:
    """What is best: the least or the greatest of an expression over columns and symbols."""

    text: str
    largest: bool
    measure: Expression

    def of(self, tried: Tried) -> Any:
        """Return how good a value is, larger being better; None where that is no number."""
        numbers: dict[str, Any] = {name: tried.numbers.get(name) for name in self.measure.free}
        if not all(isinstance(number, int | Fraction) for number in numbers.values()):
            return None
        size = exact(self.measure, numbers)
        return size if self.largest or size is None else -size


@dataclass(frozen=True)
class Solution(Shown):
    """All values of the unknown that were tried, in order, and why the others cannot be.

    ``quantities`` are the columns shown.
    """

    unknown: str
    values: Sequence[Any]
    goals: tuple[Goal, ...]
    objective: Objective | None
    quantities: tuple[Quantity, ...]
    tried: tuple[Tried, ...]
    refused: dict[tuple[str, str], tuple[Refusal, int]]
    cannot: dict[Any, Refusal]
    settings: Settings = _PLAIN
    convention: str = "macs"

    @property
    def found(self) -> list[Tried]:
        """The values at which all goals hold, in order."""
        return [one for one in self.tried if one.solves]

    @property
    def best(self) -> Tried | None:
        """The solution that the objective puts first; of equals the smallest value."""
        if self.objective is None:
            return None
        ranked = [(self.objective.of(one), one) for one in self.found]
        known = [(size, one) for size, one in ranked if size is not None]
        return max(known, key=lambda pair: pair[0])[1] if known else None

    def to_page(self) -> Page:
        """Return the page: the answer with its proof."""
        from .page import page

        return page(self)

    def __repr__(self) -> str:
        from .page import answer

        return f"<Solution {answer(self)}>"

    def proof(self) -> list[Tried]:
        """Return the solutions at the ends, and the values just outside of them."""
        places = [i for i, one in enumerate(self.tried) if one.solves]
        if not places:
            return []
        best = self.best
        if best is None:
            shown = {places[0] - 1, places[0], places[-1], places[-1] + 1}
            return [one for i, one in enumerate(self.tried) if i in shown]
        outside = self._just_better(best)
        place = self.tried.index(best)
        shown = {place} | ({self.tried.index(outside)} if outside else set())
        if self.objective is not None and self.objective.measure.text == self.unknown:
            shown |= {place - 1, place + 1}
        return [one for i, one in enumerate(self.tried) if i in shown]

    def borders(self) -> list[tuple[Any, Refusal]]:
        """Return the values that cannot be just before the first and just behind the last valid.

        They are there where a solution is the first or the last value that can be.
        """
        places = {value: i for i, value in enumerate(self.values)}
        found = []
        for end, step in ((self.tried[0], -1), (self.tried[-1], 1)):
            place = places[end.value] + step
            if end.solves and 0 <= place < len(self.values):
                found.append((self.values[place], self.cannot[self.values[place]]))
        return found

    def _just_better(self, best: Tried) -> Tried | None:
        """Return what the objective would put just before the best, if the goals held there."""
        assert self.objective is not None
        reached, found, nearest = self.objective.of(best), None, None
        for one in self.tried:
            size = self.objective.of(one)
            if size is not None and size > reached and (nearest is None or size < nearest):
                found, nearest = one, size
        return found

    def binding(self) -> tuple[Goal, Tried | None] | None:
        """Return, where nothing solves, the goal that fails, and the value that comes nearest.

        It is the one that the fewest values satisfy; nearest among those that satisfy the others.
        """
        if self.found or not self.goals or not self.tried:
            return None
        counts = [sum(one.held[i] for one in self.tried) for i in range(len(self.goals))]
        which = counts.index(min(counts))
        others = [one for one in self.tried if all(h for i, h in enumerate(one.held) if i != which)]
        gaps = [(_gap(self.goals[which], one.numbers), one) for one in others or self.tried]
        known = [(gap, one) for gap, one in gaps if gap is not None]
        return self.goals[which], min(known, key=lambda pair: pair[0])[1] if known else None


def _gap(goal: Goal, numbers: Mapping[str, Any]) -> Any:
    left, right = goal.sides(numbers)
    if left is None or right is None:
        return None
    if isinstance(left, tuple) or isinstance(right, tuple):
        count = len(left if isinstance(left, tuple) else right)
        one, two = (n if isinstance(n, tuple) else (n,) * count for n in (left, right))
        return (
            sum(abs(a - b) for a, b in zip(one, two, strict=True)) if len(one) == len(two) else None
        )
    return abs(left - right)


def solve(
    spec: Spec,
    unknown: str,
    values: Sequence[Any],
    goals: Sequence[Goal],
    *,
    objective: Objective | None = None,
    given: Mapping[str, Any] | None = None,
    columns: Sequence[str] = ("macs", "params"),
    convention: str = "macs",
    settings: Settings = _PLAIN,
    watch: Callable[[str], object] | None = None,
) -> Solution:
    """Return which of the values satisfy all goals; ``given`` are the other symbols' numbers.

    Errors: :class:`UsageError` (E50) where no value gives a net, (E29) for symbols without one.
    """
    if len(values) > MOST_VALUES:
        raise UsageError(
            "E50",
            f"{len(values):,} values of {unknown} (limit {MOST_VALUES:,})",
            "take larger steps",
        )
    for name in symbols(spec):
        if is_column(name, convention) or name in NAMES:
            raise UsageError("E50", f"the symbol {name} has the name of a column", "rename it")
    asked = [name for goal in goals for name in goal.names]
    asked += objective.measure.free if objective else ()
    wanted = dict.fromkeys(counted_column(key, convention) for key in columns)
    wanted |= dict.fromkeys(
        named_column(name, convention) for name in asked if is_column(name, convention)
    )
    shown = tuple(wanted)
    wanted |= {named_column("output", convention): None}
    keys = tuple(one.key for one in wanted)
    grid = Grid({**{name: (value,) for name, value in (given or {}).items()}, unknown: values})
    made = counter(spec, settings, tuple(wanted), grid)
    cannot: dict[Any, Refusal] = {}
    tried: list[Tried] = []
    refused: dict[tuple[str, str], tuple[Refusal, int]] = {}
    for part in made.counted():
        _add(made, part, unknown, keys, goals, tried, refused, cannot)
        if watch is not None:
            watch(f"{part.stop:,} of {len(grid):,} values")
    if not tried:
        (reason, _), *_ = refused.values()
        raise UsageError("E50", f"no value of {unknown} fits: {reason.message}")
    return Solution(
        unknown, values, tuple(goals), objective, shown, tuple(tried), refused, cannot, settings,
        convention,
    )  # fmt: skip


def _add(
    made: Counter, part: Counted, unknown: str, keys: tuple[str, ...], goals: Sequence[Goal],
    tried: list[Tried], refused: dict[tuple[str, str], tuple[Refusal, int]],
    cannot: dict[Any, Refusal],
) -> None:  # fmt: skip
    columns = [column.tolist() for column in part.columns]
    for i, why in enumerate(part.refused.tolist()):
        there = made.grid.at(part.start + i)
        if why >= 0:
            one = part.refusals[why]
            first, count = refused.get(one.key, (one, 0))
            refused[one.key] = (first, count + 1)
            cannot[there[unknown]] = one
            continue
        numbers = {**made.spec.symbols, **there}
        numbers |= {key: column[i] for key, column in zip(keys, columns, strict=True)}
        numbers |= _shapes(made.spec, numbers)
        held = tuple(goal.holds(numbers) for goal in goals)
        tried.append(Tried(there[unknown], numbers, held))


def _shapes(spec: Spec, numbers: Mapping[str, Any]) -> dict[str, Any]:
    """Return input, output and their sizes, channels last."""
    sizes = tuple(
        size.value(numbers) if isinstance(size, Expression) else size for size in spec.input or ()
    )
    output = numbers["output"]
    return {
        "input": sizes,
        "input_size": sizes[:-1],
        "output": hwc(output),
        "output_size": tuple(spatial(output)),
    }
