"""What a stored run of ``archcalc verify`` found over many nets: by family, by witness, missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from ..oracles.base import DIFFERS, EQUAL, NOT_CHECKED
from ..table import Cell, Column, Table
from ..zoo import entries

_COUNTS = ("layers", EQUAL, DIFFERS, "not_checked")
_HEADS = tuple(Column(key, key.replace("_", " ")) for key in _COUNTS)
_MOST_NAMES = 4

Net = Mapping[str, Any]


def sums(nets: Sequence[Net]) -> dict[str, int]:
    """Return how many nets, layers and checks there are, by verdict."""
    found = {key: sum(int(net[key]) for net in nets) for key in _COUNTS}
    return {"nets": len(nets), **found, "checks": sum(found[key] for key in _COUNTS[1:])}


def family_table(nets: Sequence[Net]) -> Table:
    """Return a row per family of the zoo: nets, layers, and checks by verdict."""
    homes = entries()
    groups: dict[str, list[Net]] = {}
    for net in nets:
        groups.setdefault(homes.get(name := str(net["name"]), name), []).append(net)
    heads = (Column("family", "family", right=False), Column("nets", "nets"), *_HEADS)
    rows = [_row(family, sums(mine), ("nets", *_COUNTS)) for family, mine in groups.items()]
    return Table(heads, (*rows, _row("all", sums(nets), ("nets", *_COUNTS))), last_is_total=True)


def net_table(nets: Sequence[Net]) -> Table:
    """Return a row per net: its layers, and checks by verdict."""
    heads = (Column("architecture", "architecture", right=False), *_HEADS)
    rows = [_row(str(net["name"]), net, _COUNTS) for net in nets]
    return Table(heads, (*rows, _row("all", sums(nets), _COUNTS)), last_is_total=True)


def _row(name: str, counts: Mapping[str, Any], keys: Sequence[str]) -> tuple[Cell, ...]:
    return (Cell(name), *(Cell(counts[key], "exact") for key in keys))


def witness_table(nets: Sequence[Net], means: Mapping[str, str]) -> Table:
    """Return what each witness was asked for whole nets, and for how many it agrees.

    ``means`` says by a witness's name what it is.
    """
    counts: dict[tuple[str, str], Counter[str]] = {}
    for net in nets:
        for one in _totals(net):
            counts.setdefault((_title(one), str(one["by"])), Counter())[one["verdict"]] += 1
    keys = (EQUAL, DIFFERS, NOT_CHECKED)
    heads = (
        Column("number", "number", right=False),
        Column("by", "witness", right=False),
        *(Column(key, key) for key in keys),
        Column("means", "what the witness is", right=False, wraps=True),
    )
    rows = [
        (
            Cell(title),
            Cell(by),
            *(Cell(found[key], "exact") for key in keys),
            Cell(means.get(by, "")),
        )
        for (title, by), found in counts.items()
    ]
    return Table(heads, tuple(rows))


def missing_table(nets: Sequence[Net]) -> Table:
    """Return why totals of nets were not checked, the most frequent reason first."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for net in nets:
        for one in _totals(net):
            if one["verdict"] == NOT_CHECKED:
                key = (_title(one), str(one["by"]), str(one["reason"]))
                found.setdefault(key, []).append(str(net["name"]))
    heads = (
        Column("number", "number", right=False),
        Column("by", "witness", right=False),
        Column("why", "why not", right=False, wraps=True),
        Column("nets", "nets"),
        Column("which", "which", right=False, wraps=True),
    )
    rows = [
        (*map(Cell, key), Cell(len(names), "exact"), Cell(_listed(names)))
        for key, names in sorted(found.items(), key=lambda item: -len(item[1]))
    ]
    return Table(heads, tuple(rows))


def _totals(net: Net) -> list[Mapping[str, Any]]:
    return [one for one in net["checks"] if not one.get("layer")]


def _title(one: Mapping[str, Any]) -> str:
    """Return what a check is about; runs stored before checks had titles have keys only."""
    return str(one.get("title") or str(one["quantity"]).replace("_", " "))


def _listed(names: Sequence[str]) -> str:
    rest = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {rest} more" if rest > 0 else "")
