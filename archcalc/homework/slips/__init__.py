"""The table of slips: known wrong formulas, one file per topic."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from ...errors import UsageError
from . import arithmetic, fields, operations, params, shape
from .base import (
    TOPICS,
    Example,
    FieldSlip,
    KindSlip,
    MarkSlip,
    NetSlip,
    NumberSlip,
    ShapeSlip,
    SizeSlip,
    Slip,
    SumSlip,
    TermSlip,
)

__all__ = [
    "SLIPS",
    "TOPICS",
    "Example",
    "FieldSlip",
    "KindSlip",
    "MarkSlip",
    "NetSlip",
    "NumberSlip",
    "ShapeSlip",
    "SizeSlip",
    "Slip",
    "SumSlip",
    "TermSlip",
    "every_way",
    "slip",
    "ways",
]

# Most slips have one formula; where there are two, each is an entry with the same id.
_WAYS: tuple[Slip, ...] = (
    *shape.SLIPS,
    *params.SLIPS,
    *operations.SLIPS,
    *fields.SLIPS,
    *arithmetic.SLIPS,
)
SLIPS: dict[str, Slip] = {}
for _one in _WAYS:
    SLIPS.setdefault(_one.id, _one)


def ways(kind: type[Slip]) -> Iterator[Slip]:
    """Return every formula of a kind of slip."""
    return (one for one in _WAYS if isinstance(one, kind))


def every_way(id: str) -> Iterator[Slip]:
    """Return every formula of a slip."""
    return (one for one in _WAYS if one.id == id)


def slip(id: str) -> Slip:
    """Return a slip by its id. Errors: :class:`UsageError` (E48) naming the nearest."""
    wanted = id.strip().upper()
    if wanted not in SLIPS:
        near = difflib.get_close_matches(wanted, SLIPS, 1)
        raise UsageError(
            "E48",
            f'no slip "{id.strip()[:20]}"',
            f'did you mean "{near[0]}"?' if near else "`archcalc rules` lists them",
        )
    return SLIPS[wanted]
