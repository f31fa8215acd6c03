"""Files of other programs to specs: Caffe, darknet, Keras, ONNX and lists of layers.

A format's file has ``reads(given)``, which tells whether a file is its own, and ``net(given)``,
which returns the graph and the draft that it was drawn as, or ``written(given)``, which returns
the net in the notation and notes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from ..analysis import walk
from ..errors import UsageError
from ..expansion import expand
from ..notation.entries import Spec
from ..notation.parser import parse
from .base import Given, tidy
from .draft_written import written

__all__ = ["Conversion", "Given", "converted", "formats", "meaning"]

_PARTS = ("base", "files", "literal", "prototxt")


@dataclass(frozen=True)
class Conversion:
    """A file as a spec, and what has to be known about the way there."""

    spec: Spec
    format: str
    notes: tuple[str, ...]


@cache
def formats() -> tuple[str, ...]:
    """Return the names of the formats, one file each."""
    names = (m.name for m in iter_modules(__path__))
    return tuple(sorted(n for n in names if not n.startswith(_PARTS) and "_" not in n))


def meaning(name: str) -> str:
    """Return what a format is: the first line of its file."""
    return (_module(name).__doc__ or "").split("\n")[0]


def converted(given: Given, format: str = "") -> Conversion:
    """Return the spec of a file of another program; it gives the same numbers as the file's net.

    Without a format, the one that reads the file is taken. Errors: :class:`UsageError` (E51) for
    a format that there is not and a file of none; :class:`~archcalc.errors.SpecError` with every
    layer that the notation cannot say.
    """
    name = _named(format) if format else _recognized(given)
    module = _module(name)
    if hasattr(module, "written"):
        text, notes = module.written(given)
        spec: Spec = parse(text, given.path)
        walk(expand(spec))
    else:
        graph, draft = module.net(given)
        spec = replace(written(graph, draft), name=tidy(draft.name))
        notes = draft.notes
    return Conversion(spec, name, tuple(notes))


def _named(format: str) -> str:
    if format not in formats():
        raise UsageError("E51", f'no format "{format[:40]}"', f"one of {', '.join(formats())}")
    return format


def _recognized(given: Given) -> str:
    for name in formats():
        if _module(name).reads(given):
            return name
    raise UsageError(
        "E51",
        f"{given.path} is of no format that is known",
        f"--from one of {', '.join(formats())}",
    )


def _module(name: str) -> Any:
    return import_module(f"{__name__}.{name}")
