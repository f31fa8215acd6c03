"""Values as steps: what a worked number, a plain one or an unknown one reads like."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..arithmetic.expression import size_text, symbolic_text
from ..arithmetic.unknown import Unknown
from ..arithmetic.working import Working
from ..layers.base import written
from ..quantities.base import Quantity
from ..quantities.receptive_field import WHOLE
from ..table import Line, Step

MOST_PARTS = 12  # terms of a sum that are written out
NOT_APPLICABLE = "does not apply"


def plain(value: Any) -> str:
    """Return a value without working: ``12,000``, ``3x5`` or ``C*H*W``."""
    if isinstance(value, tuple):
        return "x".join(size_text(part) for part in value)
    return f"{value:,}" if isinstance(value, int) else symbolic_text(value)


def steps(value: Any) -> tuple[str, ...]:
    """Return the steps of a number of any kind."""
    if isinstance(value, Working):
        return tuple(map(Step, value.steps()))
    if value is None:
        return (NOT_APPLICABLE,)
    if value is WHOLE:
        return ("whole: it sees the entire input",)
    if isinstance(value, Unknown):
        known = value.at_least
        known = known.value if isinstance(known, Working) else known
        bound = f"at least {plain(known)}" if value.known_part else "unknown"
        return (f"{bound}: {value.reason}",)
    return (Step(plain(value)),)


def final(column: Quantity, value: Any, layout: str = "hwc") -> tuple[str, ...]:
    """Return a column's own value as the last step: the shape in its layout, places per axis."""
    if column.unit == "shape":
        return (Step(written(value, layout)),)
    return steps(value)


def per_axis(title: str, found: Sequence[tuple[str, ...]]) -> tuple[Line, ...]:
    """Return a line per axis; one for all where they are alike."""
    if len(set(found)) == 1:
        return ((title, found[0]),)
    return tuple((f"{title}, axis {i + 1}", one) for i, one in enumerate(found))


def short(worked: tuple[str, ...]) -> tuple[str, ...]:
    """Return the first and the last step, for a line in a table."""
    return (worked[0], worked[-1]) if len(worked) > 2 else worked


def summed(values: Sequence[Any], most: int = MOST_PARTS) -> tuple[str, ...]:
    """Return the sum of the values that are not 0: of up to ``most`` written out."""
    parts = [value for value in values if isinstance(value, Unknown) or value != 0]
    whole: Any = sum(values)
    if isinstance(whole, Unknown):
        return (f"at least {plain(whole.at_least)}: {whole.reason}",)
    if 1 < len(parts) <= most:
        written_out, value = Step(" + ".join(map(plain, parts))), Step(plain(whole))
        return (value,) if written_out == value else (written_out, value)
    if len(parts) > 1:
        return f"the sum of {len(parts)} layers", Step(plain(whole))
    return (Step(plain(whole)),)
