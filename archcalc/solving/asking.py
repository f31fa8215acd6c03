"""A question as people put it: texts of a command line or a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from ..analysis import walk
from ..arithmetic.expression import BadExpression, Expression
from ..conventions import named_column
from ..errors import UsageError
from ..expansion import no_symbol
from ..notation.entries import Spec
from ..notation.free import symbols
from ..quantities.base import Quantity
from ..readers import read
from ..sweeping.grid import Values, span
from ..zoo import entries
from .goal import Goal, goal
from .search import Objective

DOMAIN = "1:4096"
_EXAMPLE = "--objective 'max params'"


def unknown_of(text: str, spec: Spec) -> tuple[str, Values]:
    """Return the symbol of ``r`` or ``r=1:100:2`` (from, to, step) and the values it may take.

    Errors: :class:`UsageError` (E29) where the spec has no such symbol, (E50) for no range.
    """
    name, _, domain = text.partition("=")
    name, known = name.strip(), set(symbols(spec))
    if name not in known and name != "batch":
        raise no_symbol(name, known)
    values = span(domain or DOMAIN, Fraction(0))
    if name == "batch" and values[0] < 1:
        raise UsageError("E48", "a batch has at least 1 sample", "--for batch=1:4096")
    return name, values


def asked(
    spec: Spec, so_that: Sequence[str], objective: str = "", convention: str = "macs"
) -> tuple[list[Goal], Objective | None]:
    """Return the conditions, such as ``macs <= 5.3M``, and the objective of a question.

    In a condition ``macs`` are MACs whatever the convention is; its own name, ``fvcore <= 5.3M``,
    stands for what it counts. Errors: :class:`UsageError` (E50) for what is no condition or
    objective, (E48) for a column that there is not.
    """
    known = set(symbols(spec))

    def total(column: str, net: str) -> int:
        return _total(named_column(column, convention), net)

    goals = [goal(text, known, total, convention) for text in so_that]
    return goals, _objective(objective, known, convention)


def _objective(text: str, known: set[str], convention: str) -> Objective | None:
    """Read ``min r``, ``max params``; nothing where there is none."""
    if not text.strip():
        return None
    word, _, measure = text.strip().partition(" ")
    if word not in ("min", "max") or not measure.strip():
        raise UsageError("E50", f'"{text[:40]}" is no objective', _EXAMPLE)
    if "/" in measure.replace("//", ""):
        raise UsageError("E50", f'"{measure[:40]}": a quotient may be no whole number', "// rounds")
    try:
        made = Expression.parse(measure.strip())
    except BadExpression as error:
        raise UsageError("E50", f'"{measure[:40]}": {error}', _EXAMPLE) from None
    for name in made.free:
        if name in known or name == "batch":
            continue
        if (key := named_column(name, convention).key) != name:
            raise UsageError("E48", f'unknown column "{name}"', f"write {key}")
    return Objective(f"{word} {made.text}", word == "max", made)


def _total(column: Quantity, net: str) -> int:
    """Return what another net has in all; :class:`UsageError` (E50) where that is no number."""
    if net not in entries():
        raise UsageError("E50", f"no net {net} in the zoo", "archcalc zoo list")
    total = column.total(walk(read(net)))
    if not isinstance(total, int):
        raise UsageError("E50", f"{column.key} of {net} is not a whole number")
    return total
