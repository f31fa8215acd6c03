"""The receptive field: what each output position sees of the input, along one axis.

Three integers for ordinary nets: ``size``, ``jump`` (input pixels between neighbouring
positions) and ``first`` (where position 0 begins to look; negative inside the padding). After a
transposed convolution, upsampling or adaptive pooling neighbours may see different stretches in
a repeating pattern; then the field holds one stretch per position of the pattern.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import fields
from functools import reduce
from typing import Any, NamedTuple

from ..arithmetic.dims import is_known, larger, smaller
from ..errors import MisalignedPaths
from ..layers.window import AxisWindow, Window

LONGEST_PATTERN = 4096
LONGEST_EXPRESSION = 60


class PatternTooLong(ArithmeticError):
    """The fields of neighbouring positions repeat only after very many positions."""


class AxisField(NamedTuple):
    """The receptive field along one axis.

    ``starts`` and ``ends`` (excluded) are the stretches of positions 0, 1, ... of one pattern,
    None where a position sees nothing; the next pattern looks ``shift`` input pixels further on.
    """

    starts: tuple[Any, ...]
    ends: tuple[Any, ...]
    shift: Any

    @property
    def size(self) -> Any:
        """Input pixels that a position sees, at most; 0 where none sees anything."""
        pairs = zip(self.starts, self.ends, strict=True)
        return _fold(larger, (end - start for start, end in pairs if start is not None)) or 0

    @property
    def first(self) -> Any:
        """The input pixel at which position 0 (the first that sees anything) begins to look."""
        return next((start for start in self.starts if start is not None), 0)

    @property
    def jump(self) -> Any:
        """Input pixels from one position to the next, on average: a Fraction unless whole."""
        if len(self.starts) == 1:
            return self.shift
        from fractions import Fraction

        jump = Fraction(self.shift, len(self.starts))
        return jump.numerator if jump.denominator == 1 else jump

    def through(self, window: AxisWindow) -> AxisField:
        """Return the field behind a window.

        For an ordinary one: size + (span - 1)*jump, jump*stride, first - padding*jump
        (https://distill.pub/2019/computing-receptive-fields).
        """
        if len(self.starts) == 1 and self.starts[0] is not None and isinstance(window, Window):
            _bounded(self.ends[0])
            jump, start = self.shift, self.starts[0] - window.before * self.shift
            grown = widened(self.ends[0] - self.starts[0], window, jump)
            return AxisField((start,), (start + grown,), jump * window.stride)
        count = len(self.starts)
        period, step = window.period, window.shift
        options = (getattr(window, part.name) for part in fields(window))
        if not all(n is None or is_known(n) for n in (*options, period, self.shift)):
            raise PatternTooLong("needs numbers, and a size is a symbol")
        length = period * (count // math.gcd(count, step))
        if length > LONGEST_PATTERN:
            raise PatternTooLong(f"neighbours' fields repeat only after {length} positions")
        starts, ends = [], []
        for position in range(length):
            inputs = window.inputs(position)  # every turn of the pattern is once at each end
            starts.append(_fold(smaller, map(self._start, inputs[:count])))
            ends.append(_fold(larger, map(self._end, inputs[-count:])))
        shift = self.shift * (length // period * step) // count
        return AxisField(tuple(starts), tuple(ends), shift).reduced()

    def join(self, other: AxisField) -> AxisField:
        """Return the union of two paths' fields; :class:`MisalignedPaths` if they step apart."""
        mine, others = len(self.starts), len(other.starts)
        if self.shift * others != other.shift * mine:
            raise MisalignedPaths(f"paths step by {self.jump} and by {other.jump} input pixels")
        if mine == others == 1 and self.starts[0] is not None and other.starts[0] is not None:
            _bounded(self.ends[0], other.ends[0])
            start = smaller(self.starts[0], other.starts[0])
            return AxisField((start,), (larger(self.ends[0], other.ends[0]),), self.shift)
        length = math.lcm(mine, others)
        if length > LONGEST_PATTERN:
            raise PatternTooLong(f"neighbours' fields repeat only after {length} positions")
        _bounded(*self.starts, *self.ends, *other.starts, *other.ends)
        return AxisField(
            tuple(_fold(smaller, (self._start(i), other._start(i))) for i in range(length)),
            tuple(_fold(larger, (self._end(i), other._end(i))) for i in range(length)),
            self.shift * (length // mine),
        ).reduced()

    def reduced(self) -> AxisField:
        """Return the same field with the shortest pattern."""
        count = len(self.starts)
        if count == 1 or self.shift % count or None in self.starts:
            return self
        step = self.shift // count
        first_start, first_end = self.starts[0], self.ends[0]
        for i in range(count):
            if self.starts[i] - i * step != first_start or self.ends[i] - i * step != first_end:
                return self
        return AxisField((first_start,), (first_end,), step)

    def _start(self, position: int) -> Any:
        return self._moved(self.starts, position)

    def _end(self, position: int) -> Any:
        return self._moved(self.ends, position)

    def _moved(self, places: tuple[Any, ...], position: int) -> Any:
        turns, i = divmod(position, len(places))
        return None if places[i] is None else places[i] + turns * self.shift


def _bounded(*places: Any) -> None:
    """Refuse expressions that have grown beyond reading; joining such takes sympy minutes."""
    for place in places:
        if not is_known(place) and getattr(place, "count_ops", int)() > LONGEST_EXPRESSION:
            raise PatternTooLong("its expression has grown too long; give the symbols numbers")


def widened(size: Any, window: Window, jump: Any) -> Any:
    """Return the size of the field behind a window: size + (span - 1)*jump."""
    return size + (window.span - 1) * jump


ONE_PIXEL = AxisField((0,), (1,), 1)


def _fold(choose: Callable[[Any, Any], Any], places: Iterable[Any]) -> Any:
    """Return the smallest or largest of the places that are any; None where none is."""
    known = [place for place in places if place is not None]
    return reduce(choose, known) if known else None
