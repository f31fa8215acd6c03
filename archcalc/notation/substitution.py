"""Values put into the body of a block: symbols replaced wherever a size or an option has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, TypeVar

from ..arithmetic.expression import Expression
from ..errors import LayerError
from .entries import Aux, BlockStage, Call, Chain, Entry, Parallel, Size, Stage

MOST_ENTRIES = 20_000

Parts = Mapping[str, Size]
Options = TypeVar("Options")


def put_in(body: Chain, parts: Parts) -> Chain:
    """Return a body with its parameters replaced.

    Errors: :class:`~archcalc.errors.LayerError` where a value is none that a layer takes, or where
    blocks within blocks grow past 20,000 stages (E44);
    :class:`~archcalc.arithmetic.dims.NotExact` where one is not whole.
    """
    if _size(body) > MOST_ENTRIES:
        raise LayerError("E44", f"more than {MOST_ENTRIES:,} stages in one block")
    return _chain(body, parts) if parts else body


def _chain(chain: Chain, parts: Parts) -> Chain:
    entries = tuple(_entry(entry, parts) for entry in chain.entries)
    return replace(chain, entries=entries, repeat=_put(chain.repeat, parts))


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
        return replace(entry, branches=branches, repeat=_put(entry.repeat, parts))
    if isinstance(entry, Aux):
        return replace(entry, body=_chain(entry.body, parts))
    if isinstance(entry, Call):
        arguments = tuple(_put(one, parts) for one in entry.arguments)
        return replace(entry, arguments=arguments, body=_chain(entry.body, parts))
    return entry


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


def _size(entry: Entry) -> int:
    """Return how many entries a tree has, repeats counted once."""
    if isinstance(entry, Chain):
        return sum(map(_size, entry.entries))
    if isinstance(entry, Parallel):
        return 1 + sum(map(_size, entry.branches))
    if isinstance(entry, Aux | Call):
        return 1 + _size(entry.body)
    return 1
