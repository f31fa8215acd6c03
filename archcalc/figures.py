"""Figures beside a spec: published numbers and budgets, held against what the net comes to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from .analysis import Analysis, Settings, walk
from .arithmetic.units import printed
from .conventions import CONVENTIONS, cost
from .errors import Problem, SpecError, UsageError
from .layers.base import ordered
from .notation.entries import Figure
from .quantities import keys, quantity
from .quantities.base import Quantity
from .quantities.receptive_field import WHOLE

EQUAL, ROUNDED, TRUNCATED, DIFFERS = "equal", "rounded", "truncated", "differs"
VERDICTS = {  # as people read them
    EQUAL: "equal",
    ROUNDED: "equal to its digits",
    TRUNCATED: "equal, cut off",
    DIFFERS: "differs",
}


@dataclass(frozen=True)
class Checked:
    """A figure and what the net comes to.

    ``verdict`` is ``equal``, ``rounded`` (equal to its printed digits), ``truncated`` (its digits
    are cut off, not rounded) or ``differs``. A figure ``holds`` when it agrees, or when it differs
    and says why.
    """

    figure: Figure
    column: Quantity
    value: Any
    verdict: str

    @property
    def holds(self) -> bool:
        """Whether the figure agrees, or says why it does not."""
        return (self.verdict == DIFFERS) == bool(self.figure.differs)


def check(analysis: Analysis, figure: Figure) -> Checked:
    """Hold a published figure against an analysis.

    Errors: :class:`SpecError` for a quantity, a layer or a number that there is not.
    """
    column, value = measured(analysis, figure)
    if column.unit in ("shape", "field", "position"):
        shown = ordered(value, "hwc") if column.unit == "shape" else value
        return Checked(figure, column, value, EQUAL if _same(shown, figure.text) else DIFFERS)
    return Checked(figure, column, value, verdict(value, *_number(figure)))


def budget(analysis: Analysis) -> list[Checked]:
    """Return the limits that a net's spec sets, each held against the net."""
    spec = analysis.graph.spec
    return [within(analysis, limit) for limit in spec.budget] if spec else []


def within(analysis: Analysis, limit: Figure) -> Checked:
    """Hold a budget against an analysis; the verdict is ``within``, ``over`` or ``unknown``.

    What is only known from below is over when the part that is known is; else nobody knows.
    Errors: as :func:`check`.
    """
    column, value = measured(analysis, limit)
    most, _ = _number(limit)
    known = getattr(value, "at_least", value)
    if not isinstance(known, int):
        free = ", ".join(sorted(map(str, getattr(known, "free_symbols", ()))))
        fact = (
            f"the budget of {column.title} needs a number; {free} is free"
            if free
            else (f"no budget can be set for {column.title}")
        )
        raise _refused(limit, fact, f"--set {free.split(', ')[0]}=3" if free else "params: <= 3M")
    fits = known < most if limit.relation == "<" else known <= most
    if fits and not isinstance(value, int):
        return Checked(limit, column, value, "unknown")
    return Checked(limit, column, value, "within" if fits else "over")


def measured(analysis: Analysis, figure: Figure) -> tuple[Quantity, Any]:
    """Return a figure's column and the value of the net, or of the layers that it is about."""
    if figure.train and not analysis.settings.train:
        analysis = walk(analysis.graph, Settings(train=True))
    column = _column(figure)
    if not figure.of:
        return column, column.total(analysis)
    values = column.of(analysis)
    names = [node.name for node in analysis.nodes]
    places: list[int] = []
    for part in figure.of:
        mine = [i for i, name in enumerate(names) if name == part or name.startswith(f"{part}.")]
        if not mine:
            raise _refused(figure, f'no layer or group "{part[:40]}" in the net')
        places += mine
    if column.unit in ("shape", "field", "position", "layers"):
        return column, values[places[-1]]
    return column, sum(values[i] for i in places if values[i] is not None)


def _column(figure: Figure) -> Quantity:
    if figure.key in CONVENTIONS:
        return cost(figure.key)
    try:
        return quantity(figure.key)
    except UsageError as error:
        known = ", ".join((*keys(), *CONVENTIONS))
        raise _refused(
            figure, f'unknown quantity "{figure.key[:40]}"', error.help or known
        ) from None


def _number(figure: Figure) -> tuple[Fraction, Fraction]:
    try:
        return printed(figure.text, figure.thousand)
    except ValueError as error:
        raise _refused(figure, str(error)) from None


def _refused(figure: Figure, fact: str, help: str = "") -> SpecError:
    return SpecError([Problem("E25", fact, figure.span, help)])


def verdict(value: Any, number: Fraction, step: Fraction) -> str:
    """Hold a value against a printed number and the worth of its last digit."""
    if not isinstance(value, int):
        return DIFFERS
    if value == number:
        return EQUAL
    if 2 * abs(value - number) <= step:
        return ROUNDED
    return TRUNCATED if number < value < number + step else DIFFERS


def _same(value: Any, text: str) -> bool:
    """Tell whether sizes are those of a text such as ``55x55x96``; one size stands for all axes."""
    if value is WHOLE:
        return text == "whole"
    if not isinstance(value, tuple) or not re.fullmatch(r"-?\d+(x-?\d+)*", text):
        return False
    sizes = [int(part) for part in text.split("x")]
    return list(value) == (sizes if len(sizes) > 1 else sizes * len(value))
