"""``--set r=2:64:2``: a net for each of the values that its symbols take."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

from ..analysis import Analysis
from ..errors import SpecError, UsageError, wrapped
from ..expansion import no_symbol
from .options import symbol_values

_MOST = 100
_MOST_SAID = 8


class Variants(NamedTuple):
    """Nets, what they are called, where each comes from, and what is said of those left out."""

    analyses: list[Analysis]
    names: tuple[str, ...]
    sources: list[str]
    left_out: tuple[str, ...]


def variants(sources: tuple[str, ...], options: dict[str, Any]) -> Variants:
    """Return the nets of sources, one for each combination of values.

    A variant that cannot be is left out, which standard error says. Errors: :class:`UsageError`
    (E50) for too many variants, :class:`SpecError` where none can be.
    """
    from ..comparison import unique_names
    from .output import analyses

    values = _several(options["values"])
    if not values:
        found = analyses(sources, options)
        return Variants(found, unique_names([one.graph.name for one in found]), [*sources], ())
    own = [_symbols(source, options) for source in sources]
    known = set().union(*own)
    for name in values:
        if name not in known:
            raise no_symbol(name, known, "any spec")
    parts, notes = [], []
    for source, mine in zip(sources, own, strict=True):
        here = {name: given for name, given in values.items() if name in mine}
        part, said = _of(source, here, options)
        parts.append(part)
        notes += said
    bases = unique_names([next(one.graph.name for _, one in part) for part in parts])
    found = [one for part in parts for _, one in part]
    if len(found) > _MOST:
        raise _too_many(f"{len(found)} nets")
    called, origins = [], []
    for source, base, part in zip(sources, bases, parts, strict=True):
        called += [f"{base} {said}".rstrip() for said, _ in part]
        origins += [source] * len(part)
    for note in () if options["quiet"] else notes:
        print(wrapped(f"note: {note}"), file=sys.stderr)
    return Variants(found, unique_names(called), origins, tuple(f"{note}." for note in notes))


def _too_many(what: str) -> UsageError:
    return UsageError(
        "E50", f"{what} are too many to compare (limit {_MOST})", "archcalc sweep counts them all"
    )


def _several(texts: tuple[str, ...]) -> dict[str, Sequence[Any]]:
    """Return the values of each symbol where one has several; nothing otherwise."""
    try:
        symbol_values(texts)
    except UsageError:
        from ..sweeping import grid

        values = dict(grid(texts).values)
        if any(len(known) > 1 for known in values.values()):
            return values
        raise
    return {}


def _of(
    source: str, values: dict[str, Sequence[Any]], options: dict[str, Any]
) -> tuple[list[tuple[str, Analysis]], list[str]]:
    """Return each variant of one source with the values that tell it from the others, and notes."""
    from ..sweeping import Grid
    from ..sweeping.grid import shown
    from .output import analyses

    grid = Grid(values)
    if len(grid) > 10 * _MOST:
        raise _too_many(f"{len(grid):,} variants")
    found: list[tuple[str, Analysis]] = []
    left_out: list[tuple[str, SpecError]] = []
    for i in range(len(grid)):
        there = grid.at(i)
        said = ", ".join(
            f"{name}={shown(value)}" for name, value in there.items() if len(values[name]) > 1
        )
        texts = tuple(f"{name}={value}" for name, value in there.items())
        quiet = options["quiet"] or bool(found)  # a warning is about the spec: once is enough
        try:
            (one,) = analyses((source,), {**options, "values": texts, "quiet": quiet})
        except SpecError as error:
            left_out.append((said, error))
        else:
            found.append((said, one))
    if not found:
        raise left_out[0][1]
    if left_out:
        some = "; ".join(said for said, _ in left_out[:_MOST_SAID])
        more = "; ..." if len(left_out) > _MOST_SAID else ""
        why = left_out[0][1].problems[0].message
        return found, [f"left out {len(left_out)} ({some}{more}): {why}"]
    return found, []


def _symbols(source: str, options: dict[str, Any]) -> set[str]:
    """Return the symbols that a source has, or that stand behind them by ``--assume``."""
    from ..formulas import behind
    from ..notation.free import symbols
    from ..readers import spec_of
    from ..readers.torch import reads as is_code

    if is_code(source):
        return set()
    spec = spec_of(source, layout=options["layout"], input=options["input"])
    return {*symbols(spec), *behind(options.get("assume") or ())}
