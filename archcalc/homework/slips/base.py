"""What a slip is: a known wrong formula over a layer, with what it gives and what to say.

Each subclass is one way in which a number can go wrong; the table of slips is data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from ...arithmetic.dims import Shape
from ..measures import Place
from .term import Term


@dataclass(frozen=True)
class Example:
    """A problem and what a slip makes of it: the reference values that tests hold.

    ``of`` names a layer; else the whole net is asked about.
    """

    spec: str
    ask: str
    gives: str
    of: str = ""
    reads: str = ""


@dataclass(frozen=True)
class Slip:
    """A known wrong formula.

    ``name`` is short and reads after "the slip is"; ``formula`` is what is computed by mistake;
    ``message`` is said of one layer, with the letters of :func:`letters` put in, and ``general``
    of several. ``fraction`` of the points is the default credit, and ``almost`` says that what
    was counted is right but for something small. ``collides`` are slips that give the same
    number on common problems. ``asks`` are the kinds of question that it can happen in.
    """

    id: str
    name: str
    formula: str
    message: str
    general: str = ""
    fraction: Fraction = Fraction(0)
    almost: bool = False
    collides: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()

    @property
    def topic(self) -> str:
        """What the slip is about, by its letter."""
        return TOPICS[self.id[0]]


TOPICS = {
    "S": "shape",
    "P": "parameters",
    "O": "operations",
    "F": "receptive field",
    "A": "memory and arithmetic",
}


@dataclass(frozen=True)
class SizeSlip(Slip):
    """The size of one axis from its window: ``size(window, n)``, a Fraction where one is kept.

    ``None`` says that it does not apply; ``pools`` and ``convs`` say to which layers it does.
    """

    size: Callable[[Any, int, Place], Fraction | int | None] = field(kw_only=True)
    words: frozenset[str] = field(kw_only=True)


@dataclass(frozen=True)
class ShapeSlip(Slip):
    """The output shape of a layer: ``shape(place)``, None where it does not apply."""

    shape: Callable[[Place], Iterable[Shape]] = field(kw_only=True)


@dataclass(frozen=True)
class TermSlip(Slip):
    """What a layer counts, taken apart: ``change(term, place)``, None where it does not apply.

    ``counts`` says which measures it is a slip of: ``params``, ``macs``.
    """

    change: Callable[[Term, Place], Term | None] = field(kw_only=True)
    counts: frozenset[str] = field(kw_only=True)


@dataclass(frozen=True)
class FieldSlip(Slip):
    """The receptive field, walked wrongly: ``walk(place)`` gives the values that come out."""

    walk: Callable[[Place], Iterable[int]] = field(kw_only=True)


@dataclass(frozen=True)
class NumberSlip(Slip):
    """The right number turned into another: ``factors(power, ask)``.

    ``power`` is that of the written suffix (1 for K, 2 for M), ``ask`` the measure's kind.
    """

    factors: Callable[[int, str], Iterable[Fraction]] = field(kw_only=True)


@dataclass(frozen=True)
class SumSlip(Slip):
    """Several layers put together wrongly: ``sums(amounts)`` gives value and layers concerned."""

    sums: Callable[[list[int]], Iterable[tuple[int, tuple[int, ...]]]] = field(kw_only=True)


@dataclass(frozen=True)
class NetSlip(Slip):
    """Another net than the one asked about: ``nets(subject)`` gives label and its value."""

    values: Callable[[Any, Any], Iterable[tuple[Any, str]]] = field(kw_only=True)


@dataclass(frozen=True)
class KindSlip(Slip):
    """No formula but a kind of answer: ``holds(place, value)`` tells whether it is one."""

    holds: Callable[[Place, Fraction], bool] = field(kw_only=True)


@dataclass(frozen=True)
class MarkSlip(Slip):
    """Found by the marking itself, in several answers together."""
