"""Columns of nets as numbers that can be drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..analysis import Analysis
from ..arithmetic.unknown import Unknown
from ..conventions import counted_column
from ..errors import UsageError
from ..quantities import quantity, words
from ..quantities.base import Quantity

AXES = {"count": "", "bytes": " (bytes)", "layers": ""}


def drawable(keys: Sequence[str] | str, convention: str) -> tuple[Quantity, ...]:
    """Return the columns of these keys; :class:`UsageError` (E50) for what is not a count."""
    asked = (quantity(key).key for key in words(keys))
    found = tuple(dict.fromkeys(counted_column(key, convention) for key in asked))
    for column in found:
        if column.unit not in AXES:
            raise UsageError(
                "E50", f"{column.title} is not a count to plot", "macs, params, activations, ..."
            )
    if not found:
        raise UsageError("E50", "nothing to plot", "--columns macs,params")
    return found


def height_of(value: Any, net: str, column: Quantity) -> int | None:
    """Return a value as a number, of an unknown one the part that is known; None if there is none.

    Errors: :class:`UsageError` (E50) where it has symbols.
    """
    if value is None:
        return None
    if isinstance(value, Unknown):
        known = height_of(value.at_least, net, column)
        return known or None
    if not isinstance(value, int):
        from ..arithmetic.expression import symbolic_text

        free = sorted(map(str, getattr(value, "free_symbols", ()))) or ["r"]
        raise UsageError(
            "E50",
            f"a plot needs numbers: the {column.title} of {net} are {symbolic_text(value)[:80]}",
            f"--set {free[0]}=16 gives a symbol a number",
        )
    return value


def size_of(value: Any) -> int:
    """Return what is known of a value as a number; 0 for what is none."""
    known = getattr(value, "at_least", value)
    return known if isinstance(known, int) else 0


def label_of(column: Quantity) -> str:
    """Return what an axis of a column is called, with its unit."""
    return column.title + AXES[column.unit]


def unknown_notes(analyses: Sequence[Analysis], names: Sequence[str]) -> tuple[str, ...]:
    """Return which layers have counts that nobody knows, net by net."""
    found = []
    for analysis, name in zip(analyses, names, strict=True):
        layers = analysis.unknown()
        if layers:
            shown = ", ".join(layers[:4]) + (", ..." if len(layers) > 4 else "")
            found.append(f"{name}: counts of {shown} are not known; sums are lower bounds.")
    return tuple(found)
