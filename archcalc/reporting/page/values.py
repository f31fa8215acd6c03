"""Numbers of a page twice: as people read them, and exact, for the script."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from ...arithmetic.expression import symbolic_text
from ...arithmetic.unknown import Unknown
from ...renderers.cells import text
from ...table import Cell

_LARGEST = 2**53 - 1  # what a script's numbers hold exactly


class Shown(NamedTuple):
    """A value as it is read; ``exact`` in full, empty where that says no more."""

    text: str
    exact: str = ""


def shown(value: Any, unit: str, layout: str = "hwc") -> Shown:
    """Return a value as people read it, and in full."""
    cell = Cell(value, unit)
    readable, exact = (text(cell, exact=full, layout=layout) for full in (False, True))
    return Shown(readable, "" if exact == readable else exact)


def plain(value: Any) -> Any:
    """Return a value as JSON has it: integers exact, the others as objects nobody can add.

    >>> plain(12), plain(2**60), plain(Unknown("opaque", 5)), plain(None)
    (12, '1152921504606846976', {'at_least': 5, 'reason': 'opaque'}, None)
    """
    if value is None:
        return None
    if isinstance(value, Unknown):
        return {"at_least": plain(value.at_least), "reason": value.reason}
    if isinstance(value, int):
        return value if abs(value) <= _LARGEST else str(value)
    return {"expr": symbolic_text(value)}


def embedded(data: Any) -> str:
    """Return data as JSON that may stand in a script element.

    >>> embedded({"a": "</script>"})
    '{"a":"\\\\u003c/script>"}'
    """
    return json.dumps(data, separators=(",", ":"), sort_keys=True).replace("<", "\\u003c")
