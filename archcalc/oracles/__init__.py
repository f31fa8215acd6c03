"""The same numbers by other means: torch modules built from a graph, counted by others.

One witness per file; a file that is in this folder is asked.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from .base import Oracle

_NOT_ORACLES = ("base", "module", "subject")


def ORACLES() -> tuple[Oracle, ...]:
    """Return all witnesses in the order in which they are asked."""
    names = [m.name for m in iter_modules(__path__) if m.name not in _NOT_ORACLES]
    found: list[Oracle] = [import_module(f"{__name__}.{name}").ORACLE for name in names]
    return tuple(sorted(found, key=lambda oracle: oracle.rank))
