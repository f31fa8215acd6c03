"""The symbols that a spec reads, and where: a size, an option or a repeat may be an expression."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from ..arithmetic.expression import Expression
from ..errors import Span
from .entries import Aux, BlockStage, Call, Chain, Entry, Parallel, Spec, Stage

Places = dict[str, Span | None]


def symbols(spec: Spec) -> tuple[str, ...]:
    """Return the symbols of a spec, sorted."""
    found: Places = {}
    free_in(spec.input, spec.input_span, found)
    collect(spec.body, found)
    return tuple(sorted(found))


def collect(entry: Entry, found: Places, *, called: bool = True) -> None:
    """Add the symbols of an entry with the place where each is read first.

    ``called`` looks into the bodies of called blocks; without it, at the values given to them.
    """
    if isinstance(entry, Chain | Parallel):
        free_in(entry.repeat, entry.span, found)
        for child in entry.entries if isinstance(entry, Chain) else entry.branches:
            collect(child, found, called=called)
    elif isinstance(entry, Aux) or (called and isinstance(entry, Call)):
        collect(entry.body, found, called=called)
    elif isinstance(entry, Call):
        free_in(entry.arguments, entry.span, found)
    elif isinstance(entry, Stage | BlockStage):
        made: Any = entry.layer if isinstance(entry, Stage) else entry.block
        for item in fields(made):
            free_in(getattr(made, item.name), entry.parts.get(item.name, entry.span), found)


def free_in(value: Any, span: Span | None, found: Places) -> None:
    """Add the symbols of a value; numbers, words and flags have none."""
    if isinstance(value, Expression):
        for name in value.free:
            found.setdefault(name, span)
    elif isinstance(value, tuple):
        for part in value:
            free_in(part, span, found)
