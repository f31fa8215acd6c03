"""A solution with its proof, as a table with notes, and as the JSON object."""

from __future__ import annotations

from typing import Any

from ..envelope import conditions
from ..layers.base import volume
from ..remarks import stated
from ..renderers.cells import text
from ..sweeping.grid import shown
from ..table import Cell, Column, Page, Table, Text
from .search import Solution, Tried

_MOST_LISTED = 16
_MOST_JSON = 10_000
_MOST_REASONS = 4


def page(solved: Solution, layout: str = "hwc") -> Page:
    """Return the page: the answer, the values just inside and just outside, what was tried."""
    head = Text(answer(solved), "title")
    rows = solved.proof()
    if not rows and (binding := solved.binding()) and binding[1]:
        rows = [binding[1]]
    table = _table(solved, rows)
    notes = [Text(note, "note") for note in _notes(solved)]
    columns, batches = [one.key for one in solved.quantities], solved.unknown == "batch"
    said = stated(solved.convention, solved.settings, columns, batches=batches)
    return Page((head, table, *notes, *said), lambda: _data(solved, rows), table, layout)


def answer(solved: Solution) -> str:
    """Return the answer in one line.

    Several values are said as they follow each other among those that can be.
    """
    name, goals = solved.unknown, " and ".join(goal.text for goal in solved.goals)
    so_that = f" so that {goals}" if goals else ""
    if not solved.found:
        return f"No {name} from {_ends(solved)}{so_that}"
    if (best := solved.best) is not None:
        assert solved.objective is not None
        return f"{name} = {shown(best.value)} ({solved.objective.text}){so_that}"
    return f"{name} = {_listed([one.value for one in solved.found])}{so_that}"


def _ends(solved: Solution) -> str:
    first, last = (
        f"{value:,}" if isinstance(value, int) else shown(value)
        for value in (solved.values[0], solved.values[-1])
    )
    return f"{first} to {last}"


def _listed(values: list[Any]) -> str:
    """Return values with runs of neighbors as ``3 to 9``, the middle of many left out."""
    runs: list[list[Any]] = []
    for value in values:
        if runs and value == runs[-1][-1] + 1:
            runs[-1][1:] = [value]
        else:
            runs.append([value])
    texts = [" to ".join(map(shown, run)) for run in runs]
    if len(texts) > _MOST_LISTED:
        texts = [*texts[: _MOST_LISTED - 2], "...", texts[-1]]
    return ", ".join(texts)


def _table(solved: Solution, rows: list[Tried]) -> Table:
    columns = [Column(solved.unknown, solved.unknown)]
    columns += [Column(one.key, one.title) for one in solved.quantities]
    columns += [Column("holds", "holds", False)]
    cells = []
    borders = solved.borders() if solved.found and _ends_shown(solved, rows) else []
    for one in rows:
        failing = [g.text for g, held in zip(solved.goals, one.held, strict=True) if not held]
        made = [Cell(shown(one.value))]
        made += [Cell(_shape(one, by.key), by.unit) for by in solved.quantities]
        verdict = "not " + ", not ".join(failing) if failing else "yes"
        cells.append((*made, Cell(verdict)))
    for value, reason in borders:
        cells.append(
            (Cell(shown(value)), *(Cell(None) for _ in solved.quantities), Cell(reason.why))
        )
    order = {shown(value): i for i, value in enumerate(solved.values)}
    cells.sort(key=lambda row: order[row[0].value])
    return Table(tuple(columns), tuple(cells), compared=True)


def _ends_shown(solved: Solution, rows: list[Tried]) -> bool:
    """Tell whether the ends matter: all solutions are asked for, or the best is at one."""
    best = solved.best
    return best is None or best in (solved.tried[0], solved.tried[-1])


def _shape(one: Tried, key: str) -> Any:
    """Return a number as cells have it: shapes with the channels first."""
    value = one.numbers[key]
    return volume(value[-1], tuple(value[:-1])) if key == "output" else value


def _notes(solved: Solution) -> list[str]:
    name, found = solved.unknown, solved.found
    valid = len(solved.tried)
    counted = f"Counted: every {name} from {_ends(solved)} ({len(solved.values):,} values)"
    refused = len(solved.values) - valid
    cannot = f", of which {refused:,} cannot be" if refused else ""
    notes = [f"{counted}{cannot}; all goals hold at {len(found):,}."]
    if solved.best is not None and len(found) > 1:
        notes.append(f"All solutions: {_listed([one.value for one in found])}.")
    ends = solved.best is None or solved.best.value == solved.values[-1]
    if found and ends and found[-1].value == solved.values[-1]:
        notes.append(f"The last value that was tried solves: --for {name}=1:N goes further.")
    unknown = sum(one.undecided(solved.goals) for one in solved.tried)
    if unknown:
        notes.append(f"At {unknown:,} values a goal's number is not known: they do not count.")
    if (binding := solved.binding()) is not None:
        goal, nearest = binding
        at = (
            f"; nearest at {name} = {shown(nearest.value)}: {_sides(goal, nearest)}"
            if nearest
            else ""
        )
        notes.append(f"It fails for {goal.text}{at}.")
    reasons = list(solved.refused.values())
    for one, count in reasons[:_MOST_REASONS]:
        notes.append(f"{one.why}: {count:,} cannot be; for example {one.message}.")
    if len(reasons) > _MOST_REASONS:
        notes.append(f"and {len(reasons) - _MOST_REASONS} more reasons.")
    return notes


def _sides(goal: Any, one: Tried) -> str:
    sides = []
    for side in goal.sides(one.numbers):
        unit = "field" if isinstance(side, tuple) else "exact"
        sides.append(text(Cell(side, unit)))
    return f"{sides[0]} against {sides[1]}"


def _data(solved: Solution, rows: list[Tried]) -> dict[str, Any]:
    found = [_plain(one.value) for one in solved.found]
    best = solved.best
    columns = [one.key for one in solved.quantities]
    return {
        "schema": 1,
        "solution": {
            "unknown": solved.unknown,
            "from": _plain(solved.values[0]),
            "to": _plain(solved.values[-1]),
            "goals": [goal.text for goal in solved.goals],
            "objective": solved.objective.text if solved.objective else None,
            "best": _plain(best.value) if best else None,
            "count": len(found),
            "solutions": found[:_MOST_JSON],
            "columns": [solved.unknown, *columns, "holds"],
            "rows": [
                [_plain(one.value), *(_plain(one.numbers[k]) for k in columns), one.solves]
                for one in rows
            ],
            "convention": solved.convention,
            **conditions(solved.settings),
            "notes": _notes(solved),
        },
    }


def _plain(value: Any) -> Any:
    """Return a number for scripts, sizes as a list, what is no number as a text."""
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, tuple):
        return [part if isinstance(part, int) else str(part) for part in value]
    return shown(value)
