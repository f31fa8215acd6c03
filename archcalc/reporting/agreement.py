"""Which published figures nets agree with: cells beside a net, counts by family, what differs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

from ..figures import DIFFERS, VERDICTS, Checked
from ..table import Cell, Column, Table
from ..zoo import entries
from .described import Described
from .evidence import figures, source

_WHOLE = ("params", "macs", "flops", "connections", "connections_with_bias")


class Said(NamedTuple):
    """A column that says something about a net: its title, and its cell for one."""

    title: str
    cell: Callable[[Described], Cell]


def cited(net: Described) -> Cell:
    """Return who published a net, and when; where, if that is all that is known.

    >>> _short("He et al. 2015, https://arxiv.org/abs/1512.03385")
    'He et al. 2015'
    >>> _short("https://github.com/BVLC/caffe/blob/master/examples/mnist/lenet.prototxt")
    'github.com/BVLC'
    """
    return Cell(_short(net.origin) or None)


def _short(origin: str) -> str:
    first = origin.split(", ")[0]
    return "/".join(first.partition("://")[2].split("/")[:2]) if "://" in first else first


def agreeing(net: Described) -> Cell:
    """Return the published counts of the whole net that it comes to: of each the one with the
    most digits, which the others follow from.
    """
    best: dict[tuple[str, bool], Checked] = {}
    for one in _totals(net):
        if one.verdict == DIFFERS:
            continue
        key = one.column.key, one.figure.train
        if key not in best or _digits(one) > _digits(best[key]):
            best[key] = one
    return Cell(", ".join(map(_printed, best.values())) or None)


def _digits(one: Checked) -> int:
    return sum(letter.isdigit() for letter in one.figure.text)


def differing(net: Described) -> Cell:
    """Return the published counts that the net does not come to; why is a footnote."""
    found = [one for one in _totals(net) if one.verdict == DIFFERS]
    if not found:
        return Cell(None)
    printed = ", ".join(dict.fromkeys(map(_printed, found)))
    reasons = (f"{one.figure.text} ({one.figure.source}): {one.figure.differs}" for one in found)
    return Cell(printed, "text", " ".join(reasons))


def _totals(net: Described) -> list[Checked]:
    """Return the figures of the whole net, those of all layers that it has any in included."""
    found = figures(net, _WHOLE)
    whole = {one.column.key: one.column.total(net.analysis) for one in found}
    return [one for one in found if not one.figure.of or one.value == whole[one.column.key]]


def _printed(one: Checked) -> str:
    return f"{one.figure.text} {one.column.title}{' in training' * one.figure.train}"


COLUMNS = {
    "source": Said("source", cited),
    "input": Said("input", lambda net: Cell(net.input)),
    "agrees": Said("agrees with", agreeing),
    "differs": Said("differs from", differing),
}


def agreement_table(nets: Sequence[Described]) -> Table:
    """Return how many published figures of each family of the zoo agree, and how closely."""
    homes = entries()
    counts: dict[str, Counter[str]] = {}
    for net in nets:
        found = counts.setdefault(homes.get(net.name, net.name), Counter())
        found.update(one.verdict for one in figures(net))
        found["nets"] += 1
    keys = ("nets", *VERDICTS)
    titles = ("nets", *VERDICTS.values())
    heads = [Column("family", "family", right=False), *map(Column, keys, titles)]
    rows = [
        (Cell(family), *(Cell(found[key], "exact") for key in keys))
        for family, found in counts.items()
    ]
    sums = [Cell(sum(found[key] for found in counts.values()), "exact") for key in keys]
    return Table(tuple(heads), (*rows, (Cell("all"), *sums)), last_is_total=True)


def verdicts(nets: Sequence[Described]) -> Counter[str]:
    """Return how many published figures of nets have each verdict, and ``all`` of them."""
    found = Counter(one.verdict for net in nets for one in figures(net))
    found["all"] = found.total()
    return found


def differing_table(nets: Sequence[Described]) -> Table:
    """Return the published figures that differ from ours, each with the reason."""
    heads = (
        Column("architecture", "architecture", right=False),
        Column("figure", "figure", right=False),
        Column("printed", "published"),
        Column("computed", "computed"),
        Column("why", "why", right=False, wraps=True),
        Column("source", "source", right=False, wraps=True),
    )
    rows = []
    for net in nets:
        for one in figures(net):
            if one.verdict != DIFFERS:
                continue
            of, unit = one.figure.of, one.column.unit
            place = f" of {', '.join(of[:2])}{', ...' if len(of) > 2 else ''}" if of else ""
            rows.append(
                (
                    Cell(net.name),
                    Cell(f"{one.column.title}{place}"),
                    Cell(one.figure.text),
                    Cell(one.value, "exact" if unit == "count" else unit),
                    Cell(one.figure.differs),
                    Cell(source(net, one)),
                )
            )
    return Table(heads, tuple(rows))
