"""Values put into the body of a block: symbols replaced wherever a size or an option has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, TypeVar

from ..arithmetic.expression import Expression
from ..errors import LayerError
from .entries import Aux, BlockStage, Call, Chain, Entry, Parallel, Size, Stage

MOST_ENTRIES = 20_000
DEEPEST = 50

Parts = Mapping[str, Size]
Options = TypeVar("Options")


def put_in(body: Chain, parts: Parts) -> Chain:
    """Return a body with its parameters replaced.

    Errors: :class:`~archcalc.errors.LayerError` where a value is none that a layer takes, or where
    blocks within blocks grow past 20,000 stages or 50 levels (E44);
    :class:`~archcalc.arithmetic.dims.NotExact` where one is not whole.
    """
    if entries_in(body) > MOST_ENTRIES:
        raise LayerError("E44", f"more than {MOST_ENTRIES:,} stages in one block")
    if depth_of(body) > DEEPEST:
        raise LayerError("E44", f"blocks nested deeper than {DEEPEST} levels")
    return _chain(body, parts) if parts else body


def _chain(chain: Chain, parts: Parts) -> Chain:
    entries = tuple(_entry(entry, parts) for entry in chain.entries)
    return replace(chain, entries=entries, repeat=_times(chain.repeat, parts))


def _times(repeat: Size, parts: Parts) -> Size:
    times: Size = _put(repeat, parts)
    if isinstance(repeat, Expression) and isinstance(times, int) and times < 0:
        fact = f"repeat count must be a whole number of at least 1 ({repeat.text} = {times})"
        raise LayerError("E20", fact)
    return times


def _entry(entry: Entry, parts: Parts) -> Entry:
    if isinstance(entry, Stage):
        if not entry.symbolic:
            return entry
        layer = _options(entry.layer, parts)
        return replace(entry, layer=layer, symbolic=any(map(_symbolic, _values(layer))))
    if isinstance(entry, BlockStage):
        return replace(entry, block=_options(entry.block, parts))
    if isinstance(entry, Chain):
        return _chain(entry, parts)
    if isinstance(entry, Parallel):
        branches = tuple(_chain(branch, parts) for branch in entry.branches)
        return replace(entry, branches=branches, repeat=_times(entry.repeat, parts))
    if isinstance(entry, Aux):
        return replace(entry, body=_chain(entry.body, parts))
    if isinstance(entry, Call):
        return _call(entry, tuple(_put(one, parts) for one in entry.arguments))
    return entry


def _call(entry: Call, arguments: tuple[Size, ...]) -> Call:
    """Call again: a symbol of the called block's own body is no parameter of the one around it."""
    if arguments == entry.arguments:
        return entry
    definition = entry.definition
    parts = dict(zip(definition.parameters, arguments, strict=True))
    return replace(entry, arguments=arguments, body=_chain(definition.body, parts))


def _options(made: Options, parts: Parts) -> Options:
    """Return a layer or block with its expressions replaced; its limits are checked again."""
    before = {item.name: getattr(made, item.name) for item in fields(made)}  # type: ignore[arg-type]
    after = {key: _put(value, parts) for key, value in before.items()}
    changed = {key: value for key, value in after.items() if value is not before[key]}
    return replace(made, **changed) if changed else made  # type: ignore[type-var]


def _put(value: Any, parts: Parts) -> Any:
    if isinstance(value, Expression):
        return value.put(parts) if any(name in parts for name in value.free) else value
    if isinstance(value, tuple):
        found = [_put(part, parts) for part in value]
        if all(a is b for a, b in zip(found, value, strict=True)):
            return value
        return type(value)(*found) if hasattr(value, "_fields") else tuple(found)
    return value


def _values(made: Any) -> list[Any]:
    return [getattr(made, item.name) for item in fields(made)]


def _symbolic(value: Any) -> bool:
    if isinstance(value, tuple):
        return any(map(_symbolic, value))
    return isinstance(value, Expression)


def entries_in(entry: Entry) -> int:
    """Return how many entries a tree has, repeats counted once."""
    if isinstance(entry, Stage | BlockStage):
        return 1
    return 1 + sum(map(entries_in, _inside(entry)))


def depth_of(entry: Entry) -> int:
    """Return how many levels of entries a tree has."""
    if isinstance(entry, Stage | BlockStage):
        return 0
    return 1 + max(map(depth_of, _inside(entry)), default=0)


def _inside(entry: Entry) -> tuple[Entry, ...]:
    if isinstance(entry, Chain):
        return entry.entries
    if isinstance(entry, Parallel):
        return entry.branches
    return (entry.body,) if isinstance(entry, Aux | Call) else ()
