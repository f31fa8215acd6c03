"""The search: every variant, size and convention, held against the printed numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ..arithmetic.units import printed
from ..errors import ArchcalcError, UsageError
from ..figures import DIFFERS, EQUAL, ROUNDED, TRUNCATED, verdict
from ..graph import Graph
from ..readers import read
from ..renderers.shown import Shown
from ..table import Page
from ..zoo import entries
from .params import params_ways
from .ways import Resize, Way, macs_ways, merged

METRICS = ("macs", "params")
_ORDER = (EQUAL, ROUNDED, TRUNCATED, DIFFERS)


@dataclass(frozen=True)
class Reconciled(Shown):
    """A printed number with the ways that give it, the plainest first, and the nearest one."""

    text: str
    number: Fraction
    step: Fraction
    found: tuple[tuple[Way, str], ...]
    nearest: Way | None

    @property
    def is_explained(self) -> bool:
        """Whether a way gives the number at its printed precision."""
        return bool(self.found)

    def to_page(self) -> Page:
        """Return the page of this number alone."""
        from .page import reconciliation_page

        return reconciliation_page([self], remedy="")

    def __repr__(self) -> str:
        how = self.found[0][0].text() if self.found else "no exact explanation"
        return f"<Reconciled {self.text}: {how}>"


def reconcile(
    source: str,
    texts: Sequence[str],
    values: Mapping[str, Any] | None = None,
    *,
    metric: str = "macs",
    zoo: bool = False,
    torchvision: bool = False,
    layout: str = "hwc",
    input: str = "",
) -> list[Reconciled]:
    """Return for each printed number the ways that give it.

    The variants of a zoo entry are searched with it: those that share its name up to the colon;
    with ``zoo`` its whole family, with ``torchvision`` the family as torchvision builds it.
    Errors: :class:`UsageError` for what is no number (E50) or metric (E48); as ``readers.read``.
    """
    if metric not in METRICS:
        raise UsageError("E48", f'no reconciling of "{metric}"', f"one of {', '.join(METRICS)}")
    numbers = [_number(text) for text in texts]
    names = _names(source, zoo, torchvision)
    known: list[Way] = []
    for place, name in enumerate(names):
        try:
            graph = read(name, values, layout=layout, input=input, unused=place > 0)
        except ArchcalcError:
            if place == 0:
                raise
            continue  # another variant, which cannot take these symbols or this input
        called = name if name in entries() else graph.name or "the spec"
        if metric == "params":
            known += params_ways(called, place, graph)
        else:
            known += macs_ways(called, place, graph, _resizing(name, values, layout, input))
    known = merged(known)
    return [
        _explained(text, number, step, known)
        for text, (number, step) in zip(texts, numbers, strict=True)
    ]


def _number(text: str) -> tuple[Fraction, Fraction]:
    try:
        return printed(text)
    except ValueError as error:
        raise UsageError("E50", str(error), "archcalc reconcile resnet50 4.12G") from None


def _names(source: str, zoo: bool, torchvision: bool) -> list[str]:
    """Return the source and what is searched with it, each once."""
    name = source.removeprefix("zoo:").lower()
    known = entries()
    if name not in known:
        if zoo or torchvision:
            flag = "--zoo" if zoo else "--torchvision"
            raise UsageError(
                "E50", f"{flag} searches variants of a zoo entry", "`archcalc zoo list` names them"
            )
        return [source]
    base = name.split(":")[0]
    family = [one for one, home in known.items() if home == known[name]]
    wanted = [name, *(one for one in family if one.split(":")[0] == base)]
    if zoo:
        wanted += family
    if torchvision:
        plain = [one for one in family if ":" not in one]
        wanted += [f"{one}:torchvision" if f"{one}:torchvision" in known else one for one in plain]
    return list(dict.fromkeys(wanted))


def _resizing(name: str, values: Mapping[str, Any] | None, layout: str, input: str) -> Resize:
    """Return how the net is read at another size; it gives None where that makes no such net."""

    def resized(size: int) -> Graph | None:
        shape = f"3x{size}x{size}" if layout == "chw" else f"{size}x{size}x3"
        try:
            return None if input else read(name, values, layout=layout, input=shape, unused=True)
        except ArchcalcError:
            return None

    return resized


def _explained(text: str, number: Fraction, step: Fraction, known: Sequence[Way]) -> Reconciled:
    held = [(way, verdict(way.value, number, step)) for way in known]
    good = [pair for pair in held if pair[1] != DIFFERS]
    good.sort(key=lambda pair: (pair[0].likely[:1], _ORDER.index(pair[1]), pair[0].likely))
    nearest = min(known, key=lambda way: (abs(way.value - number), way.likely), default=None)
    return Reconciled(text, number, step, tuple(good), nearest)
