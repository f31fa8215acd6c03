"""A time, and how people read it: a few digits, a unit, a range, a ratio."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, sqrt

from ..arithmetic.units import digits_of, short_seconds, unit_of
from ..latency import NetPrediction
from ..timing.measurement import Measurement, ratio
from ..timing.writing import written_time


@dataclass(frozen=True)
class Time:
    """The seconds per batch of one net; ``low`` to ``high`` is where they probably are.

    ``why`` says in a few words what they go to.
    """

    name: str
    batch: int
    seconds: float
    low: float
    high: float
    why: str = ""
    source: Measurement | NetPrediction | None = None


def times_text(macs: int, base: int) -> str:
    """Return how many multiply-adds there are beside a reference's.

    >>> times_text(10, 30), times_text(30, 30), times_text(10001, 10000)
    ('3x fewer MACs than', 'as many MACs as', 'nearly as many MACs as')
    """
    shown = f"{max(macs, base) / min(macs, base):.3g}"
    if shown == "1":
        return "as many MACs as" if macs == base else "nearly as many MACs as"
    return f"{shown}x {'fewer' if macs < base else 'more'} MACs than"


def compared(time: Time | None, base: Time | None) -> str:
    """Return how many times faster or slower, with a range; nothing where one is not known."""
    if time is None or base is None:
        return "?"
    if isinstance(time.source, Measurement) and isinstance(base.source, Measurement):
        return str(ratio(time.source, base.source))
    value = time.seconds / base.seconds
    spread = exp(sqrt(sum(log(one.high / one.seconds) ** 2 for one in (time, base))))
    low, high = value / spread, value * spread
    if low <= 1 <= high:
        return f"no clear difference (~{value:.2f}x)"
    if value > 1:
        return f"{value:.2g}x slower ({low:.2g} to {high:.2g})"
    return f"{1 / value:.2g}x faster ({1 / high:.2g} to {1 / low:.2g})"


def shown(time: Time | None) -> str:
    """Return a time: measured with half its interval, predicted with its range."""
    if time is None:
        return "?"
    if isinstance(time.source, Measurement):
        return written_time(time.seconds, time.source.half)
    _, scale = unit_of(time.seconds)
    low, high = (digits_of(seconds / scale, 2) for seconds in (time.low, time.high))
    return f"{short_seconds(time.seconds, 2)} ({low} to {high})"
