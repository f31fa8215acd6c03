"""archcalc: write a net the way a textbook does, get every number, see the arithmetic.

>>> import archcalc
>>> net = archcalc.analyze("14x14x480 | conv 1x1x16 | conv 5x5x48 pad 2")
>>> net.total("macs"), net.total("params")
(5268480, 26944)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

__all__ = [
    "ArchcalcError",
    "Comparison",
    "Graph",
    "Net",
    "analyze",
    "check",
    "compare",
    "explain",
    "grade",
    "plot",
    "read",
    "reconcile",
    "report",
    "solve",
    "sweep",
    "verify",
]

_HOMES = {
    "ArchcalcError": "errors",
    "Comparison": "comparison",
    "Graph": "graph",
    "Net": "api",
    "analyze": "api",
    "check": "grade",
    "compare": "api",
    "explain": "api",
    "plot": "api",
    "read": "api",
    "reconcile": "api",
    "report": "api",
    "solve": "api",
    "sweep": "api",
    "verify": "api",
}

if TYPE_CHECKING:
    from . import grade
    from .api import (
        Net,
        analyze,
        compare,
        explain,
        plot,
        read,
        reconcile,
        report,
        solve,
        sweep,
        verify,
    )
    from .comparison import Comparison
    from .errors import ArchcalcError
    from .grade import check
    from .graph import Graph


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used: importing archcalc costs nothing."""
    from importlib import import_module

    if name == "grade":
        return import_module(".grade", __name__)
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'archcalc' has no attribute {name!r}")
    return getattr(import_module(f".{home}", __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES, "grade"})
