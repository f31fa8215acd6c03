"""Where the ticks of an axis stand and what they are called; the same for every matplotlib."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from ..arithmetic.units import DECIMAL

LOG_FROM = 100  # the ratio of the largest to the smallest value from which an axis is logarithmic


@dataclass(frozen=True)
class Scale:
    """An axis from ``low`` to ``high`` with ticks."""

    low: float
    high: float
    ticks: tuple[float, ...]
    is_log: bool = False

    @classmethod
    def of(cls, values: Sequence[float], most: int = 6) -> Scale:
        """Return an axis for values above 0: from 0, or logarithmic where they are far apart.

        >>> Scale.of([0, 3, 9]).ticks, Scale.of([1, 5000]).is_log
        ((0, 2, 4, 6, 8, 10), True)
        """
        present = [value for value in values if value > 0]
        if present and max(present) > LOG_FROM * min(present):
            return cls.log(present, most)
        return cls.linear(values, most)

    @classmethod
    def linear(cls, values: Sequence[float], most: int = 6) -> Scale:
        """Return an axis from 0 with at most so many steps of 1, 2 or 5; whole ones for integers.

        >>> Scale.linear([1, 2]).ticks, Scale.linear([0.5]).ticks
        ((0, 1, 2), (0.0, 0.1, 0.2, 0.30000000000000004, 0.4, 0.5))
        """
        high = max([*values, 0]) or 1
        step = _step(high, most)
        if all(isinstance(value, int) for value in values):
            step = max(step, 1)
        count = ceil(high / step)
        return cls(0, max(high * 1.06, count * step), tuple(step * i for i in range(count + 1)))

    @classmethod
    def log(cls, values: Sequence[float], most: int = 6) -> Scale:
        """Return a logarithmic axis with some room around the values, all above 0."""
        low, high = min(values) / 1.6, max(values) * 1.6
        decades = range(floor(log10(low)), ceil(log10(high)) + 1)
        parts = (1, 2, 5) if high / low < 200 else (1,)
        ticks = [part * 10.0**n for n in decades for part in parts]
        ticks = [tick for tick in ticks if low <= tick <= high]
        apart = ceil(len(ticks) / (most + 2))
        return cls(low, high, tuple(ticks[::apart]), True)

    def share(self, value: float) -> float:
        """Return how far along the axis a value lies.

        >>> Scale.log([1, 100]).share(10), Scale(0, 8, ()).share(2)
        (0.5, 0.25)
        """
        if self.is_log:
            return log10(value / self.low) / log10(self.high / self.low)
        return (value - self.low) / (self.high - self.low)


def _step(high: float, most: int) -> float:
    power = 10 ** floor(log10(high))
    sizes = [power * part / 100 for part in (5, 10, 20, 50, 100, 200, 500, 1000)]
    step = next(size for size in sizes if high / size <= most)
    return int(step) if step >= 1 else step


def tick_text(value: float) -> str:
    """Return a tick's number, as short as it is.

    >>> tick_text(2500000), tick_text(0.05), tick_text(0), tick_text(100000)
    ('2.5M', '0.05', '0', '100K')
    """
    for scale, letter in DECIMAL:
        if value >= scale:
            return f"{value / scale:g}{letter}"
    return f"{value:g}"


def seconds_tick(value: float) -> str:
    """Return a tick's time.

    >>> seconds_tick(0.0005), seconds_tick(2.0), seconds_tick(1e-05)
    ('500 us', '2 s', '10 us')
    """
    for scale, unit in ((1, "s"), (1e-3, "ms")):
        if value >= scale * 0.999:
            return f"{value / scale:g} {unit}"
    return f"{value / 1e-6:g} us"
