"""Budgets: one-sided limits of a net, by itself or relative to the base, and whether they hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ..analysis import Analysis
from ..arithmetic.units import fixed, printed, short_ratio
from ..errors import SpecError, UsageError
from ..figures import measured, within
from ..notation.entries import Figure
from ..quantities.base import Quantity
from .amounts import amount
from .states import State

_CONDITION = re.compile(r"\s*(\S+?)\s*(>=|>)\s*(\S.*?)\s*")
_LIMIT = re.compile(r"\s*(<=|<)\s*(\S.*?)\s*")
_RELATIVE = re.compile(r"\+\s*(.+?)\s*(%?)")
_EXAMPLES = "'macs > +2%', 'params > 3.5M' or 'macs > +10M'"


@dataclass(frozen=True)
class Limit:
    """What a count may come to at most. ``figure`` has the column, the relation and the number.

    ``growth`` is ``""`` for a limit by itself, ``+`` for so much more than the base and ``%``
    for so many percent more. ``place`` says where the limit stands.
    """

    figure: Figure
    place: str
    growth: str = ""

    @property
    def text(self) -> str:
        """The limit without its column, such as ``<= 310M`` or ``<= +2%``."""
        number = self.figure.text
        shown = {"": number, "+": f"+{number}", "%": f"+{number}%"}[self.growth]
        return f"{self.figure.relation} {shown}"


@dataclass(frozen=True)
class Held:
    """A limit held against a net.

    ``verdict`` is ``within``, ``over``, ``unknown`` (nobody knows the count) or ``new`` (the base
    has no such net to grow from); ``most`` is the number that the limit comes to, None for a new
    net.
    """

    limit: Limit
    column: Quantity
    value: Any
    most: Fraction | None
    verdict: str

    @property
    def is_broken(self) -> bool:
        """Whether the net breaks the limit, or nobody can say that it does not."""
        return self.verdict in ("over", "unknown")

    @property
    def fact(self) -> str:
        """What there is to say, in a sentence."""
        budget = f"budget {self.column.title} {self.limit.text}"
        if self.verdict == "new":
            return f"{budget} not checked: the net is not in the base"
        if self.most is None or self.verdict == "unknown":
            return f"{budget} cannot be checked: {self.column.title} not known"
        if self.limit.growth:
            budget += f" ({amount(self.most, self.column.unit)})"
        known = getattr(self.value, "at_least", self.value)
        if self.verdict == "within":
            return f"{budget} kept: {amount(known, self.column.unit)}"
        over = amount(known - self.most, self.column.unit)
        return f"{budget} exceeded by {over}{_share(known, self.most)}"

    @property
    def spare(self) -> str:
        """What to say of a limit by itself that is over 5% too high; nothing otherwise."""
        if self.verdict != "within" or self.limit.growth or self.most is None:
            return ""
        if not isinstance(self.value, int) or self.value * 100 >= self.most * 95:
            return ""
        unit = self.column.unit
        used = f"{amount(self.value, unit)} of {amount(self.most, unit)} {self.column.title}"
        return f"uses {used}; you may lower the limit"


def condition(text: str, place: str) -> Limit:
    """Return the limit that fails where ``macs > +2%`` or ``params > 3.5M`` becomes true.

    Errors: :class:`UsageError` (E50) for another text.
    """
    found = _CONDITION.fullmatch(text)
    if not found or "<" in text:
        fact = f'{place}: "{text[:40]}" does not say what is too much'
        raise UsageError("E50", fact, f"COLUMN > LIMIT: {_EXAMPLES}")
    return _limit(found[1], "<=" if found[2] == ">" else "<", found[3], place)


def limit(key: str, text: str, place: str) -> Limit:
    """Return the limit of a column: ``<= 3.6M``, or ``<= +2%`` of the base.

    Errors: :class:`UsageError` (E50) for another text.
    """
    found = _LIMIT.fullmatch(text)
    if not found:
        fact = f'{place}: the budget of {key[:40]} is no limit: "{text[:40]}"'
        raise UsageError("E50", fact, 'an upper limit: params = "<= 3.6M" or macs = "<= +2%"')
    return _limit(key, found[1], found[2], place)


def own_limits(analysis: Analysis) -> list[Limit]:
    """Return the limits that a net's spec sets for itself."""
    spec = analysis.graph.spec
    return [Limit(figure, _place(figure)) for figure in spec.budget] if spec else []


def held(limits: Sequence[Limit], analysis: Analysis, before: State | None) -> list[Held]:
    """Hold limits against a net; those of growth against what it was before.

    Errors: :class:`UsageError` for a column that there is not, or that the base does not hold.
    """
    found = []
    for one in limits:
        try:
            found.append(_grown(one, analysis, before) if one.growth else _held(one, analysis))
        except SpecError as error:
            if error.problems[0].span:
                raise
            fact = f"{one.place}: {error.message}"
            raise UsageError(error.code, fact, error.help) from None
    return found


def _limit(key: str, relation: str, text: str, place: str) -> Limit:
    grown = _RELATIVE.fullmatch(text)
    number, growth = (grown[1], grown[2] or "+") if grown else (text, "")
    try:
        value, _ = printed(number)
    except ValueError as error:
        raise UsageError("E50", f"{place}: {error}", _EXAMPLES) from None
    if value < 0:
        raise UsageError("E50", f"{place}: a limit is not below zero: {text[:40]}", _EXAMPLES)
    return Limit(Figure(key, number, relation), place, growth)


def _place(figure: Figure) -> str:
    return f"{figure.span.source.name}:{figure.span.line}" if figure.span else ""


def _held(limit: Limit, analysis: Analysis) -> Held:
    checked = within(analysis, limit.figure)
    most, _ = printed(limit.figure.text)
    return Held(limit, checked.column, checked.value, most, checked.verdict)


def _grown(limit: Limit, analysis: Analysis, before: State | None) -> Held:
    column, value = measured(analysis, limit.figure)
    if before is None:
        return Held(limit, column, value, None, "new")
    if column.key not in before.totals:
        fact = f"{limit.place}: the base does not hold {column.title}"
        raise UsageError("E42", fact, f"--convention {column.key}, and a base saved with it")
    base, (number, _) = before.totals[column.key], printed(limit.figure.text)
    for count in (value, base):
        symbols = getattr(count, "free_symbols", getattr(count, "free", ()))
        if symbols:
            free = sorted(map(str, symbols))
            fact = f"{limit.place}: the budget of {column.title} needs numbers; free: "
            raise UsageError("E28", fact + ", ".join(free), f"--set {free[0]}=3")
    if not isinstance(base, int) or not isinstance(value, int):
        return Held(limit, column, value, None, "unknown")
    most = base + (base * number / 100 if limit.growth == "%" else number)
    fits = value < most if limit.figure.relation == "<" else value <= most
    return Held(limit, column, value, most, "within" if fits else "over")


def _share(value: int, most: Fraction) -> str:
    if not most:
        return ""
    ratio = value / most
    if ratio > 2:
        return f" ({short_ratio(ratio.numerator, ratio.denominator)}x the limit)"
    over = ratio - 1
    return f" ({fixed(100 * over.numerator, over.denominator, 1)}%)"
