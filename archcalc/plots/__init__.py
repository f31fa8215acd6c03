"""Plots of nets and times, drawn by matplotlib; each is a table first. One kind per file.

A kind's file has ``drawn(analyses, names, **options)``, which returns a :class:`Plot` without
matplotlib; :func:`document` writes it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from importlib import import_module
from inspect import signature
from pkgutil import iter_modules
from typing import Any

from ..analysis import Analysis
from ..comparison import position_of
from ..errors import UsageError
from ..notation.entries import Spec
from ..notation.format import stages as stages_of  # `stages` is a kind of plot here
from ..remarks import convention_text
from .base import FORMATS, Plot

__all__ = [
    "FORMATS", "Plot", "document", "kinds", "meaning", "options_of", "plot", "with_convention",
    "with_specs",
]  # fmt: skip

_PARTS = ("base", "labels", "page", "sheet", "style", "scale", "values", "writing")
_LONGEST_SPEC = 240


@cache
def kinds() -> tuple[str, ...]:
    """Return the names of the kinds of plots."""
    return tuple(sorted(m.name for m in iter_modules(__path__) if m.name not in _PARTS))


def meaning(kind: str) -> str:
    """Return what a kind shows: the first line of its file.

    >>> meaning("roofline")
    'Layers under the roof of a device: FLOP/s over FLOPs per byte.'
    """
    return " ".join((_module(kind).__doc__ or "").split("\n\n")[0].split())


def options_of(kind: str) -> tuple[str, ...]:
    """Return the names of the options that a kind takes.

    >>> options_of("depth")
    ('columns', 'convention')
    """
    parameters = signature(_module(kind).drawn).parameters.values()
    return tuple(one.name for one in parameters if one.kind is one.KEYWORD_ONLY)


def plot(kind: str, analyses: Sequence[Analysis], names: Sequence[str], **options: Any) -> Plot:
    """Return a plot of nets; matplotlib is not needed yet.

    The ``reference`` of those that compare is a position or a name. Errors: :class:`UsageError`
    (E48) for an unknown kind, (E50) for nets that it cannot show.

    >>> kinds()
    ('bars', 'depth', 'field', 'pareto', 'roofline', 'scatter', 'stages', 'sweep', 'time')
    """
    if analyses and "reference" in options:
        options["reference"] = position_of(options["reference"], names, "net")
    made: Plot = _module(kind).drawn(analyses, names, **options)
    return with_specs(made, [one.graph.spec for one in analyses], names)


def with_specs(plot: Plot, specs: Sequence[Spec | None], names: Sequence[str]) -> Plot:
    """Return a plot whose notes say what nets are that have no name of their own."""
    return replace(plot, notes=(*_specs(specs, names), *plot.notes))


def with_convention(plot: Plot, convention: str) -> Plot:
    """Return a plot whose notes end in how it counts, as one has to that stands alone."""
    return replace(plot, notes=(*plot.notes, convention_text(convention).text))


def _specs(specs: Sequence[Spec | None], names: Sequence[str]) -> Iterator[str]:
    """Yield what nameless nets are; nothing where one is too long to say."""
    found = {
        name: " | ".join(stages_of(spec, full=False))
        for spec, name in zip(specs, names, strict=True)
        if spec is not None and not spec.name
    }
    if all(len(spec) <= _LONGEST_SPEC for spec in found.values()):
        yield from (f"{name}: {spec}" for name, spec in found.items())


def document(plot: Plot, format: str = "svg") -> bytes:
    """Return a plot as ``svg``, ``png`` or ``pdf``, the same bytes every time.

    Errors: :class:`UsageError` (E51) for another format,
    :class:`~archcalc.errors.MissingDependency` (E39) without matplotlib.
    """
    if format not in FORMATS:
        raise UsageError("E51", f'a plot is no "{format}"', f"one of {', '.join(FORMATS)}")
    from .writing import written

    return written(plot, format)


def _module(kind: str) -> Any:
    wanted = kind.strip().lower()
    if wanted not in kinds():
        near = difflib.get_close_matches(wanted, kinds(), 1)
        also = f'did you mean "{near[0]}"? ' if near else ""
        raise UsageError("E48", f'no plot "{kind[:40]}"', f"{also}plots: {', '.join(kinds())}")
    return import_module(f"{__name__}.{wanted}")
