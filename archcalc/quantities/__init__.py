"""Derived columns, one per file; the file's name is the column's key.

Only the files that are asked for are imported.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from ..errors import UsageError
from .base import Quantity

_NOT_COLUMNS = ("base", "field")
_SYNONYMS = {
    "parameters": "params",
    "param": "params",
    "weight": "weights",
    "field": "receptive_field",
    "rf": "receptive_field",
    "neurons": "units",
    "ai": "arithmetic_intensity",
    "acts": "activations",
    "memory": "peak_memory_bytes",
    "saved": "saved_bytes",
    "peak_memory": "peak_memory_bytes",
    "intensity": "arithmetic_intensity",
    "ops": "elementwise_ops",
    "elementwise": "elementwise_ops",
    "backward": "backward_macs",
    "training": "training_macs",
    "size": "output",
    "output_shape": "output",
    "mac": "macs",
    "flop": "flops",
    "stride": "jump",
    "bytes": "bytes_moved",
}


@cache
def keys() -> tuple[str, ...]:
    """Return the keys of all columns, without importing them."""
    return tuple(m.name for m in iter_modules(__path__) if m.name not in _NOT_COLUMNS)


def words(text: Sequence[str] | str) -> list[str]:
    """Return the words of a list that may be one text, such as keys of columns.

    >>> words("macs, params,"), words(("macs", "params"))
    (['macs', 'params'], ['macs', 'params'])
    """
    parts = text.split(",") if isinstance(text, str) else text
    return [part.strip() for part in parts if part.strip()]


@cache
def quantity(key: str) -> Quantity:
    """Return the column of a key or of a common other name for it, in any case.

    Errors: :class:`UsageError` (E48) naming the nearest key.
    """
    wanted = key.strip().lower().replace(" ", "_").replace("-", "_")
    wanted = _SYNONYMS.get(wanted, wanted)
    if wanted not in keys():
        near = difflib.get_close_matches(wanted, keys(), 1)
        help = f'did you mean "{near[0]}"?' if near else f"columns: {', '.join(keys())}"
        raise UsageError("E48", f'unknown column "{key}"', help)
    return import_module(f"{__name__}.{wanted}").QUANTITY  # type: ignore[no-any-return]


def QUANTITIES() -> tuple[Quantity, ...]:
    """Return all columns in their order of importance."""
    return tuple(sorted((quantity(key) for key in keys()), key=lambda q: q.rank))
