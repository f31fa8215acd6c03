"""A time, and how people read it: a few digits, a unit, a range, a ratio."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, sqrt

from ..latency import NetPrediction
from ..timing.measurement import Measurement, ratio


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
        half = time.source.half
        return f"{seconds_text(time.seconds)} +- {seconds_text(half, 1)}"
    text = seconds_text(time.seconds, 2)
    scale = _UNITS[text.rpartition(" ")[2]]
    low, high = (_digits(seconds / scale, 2) for seconds in (time.low, time.high))
    return f"{text} ({low} to {high})"


_UNITS = {"s": 1.0, "ms": 1e-3, "us": 1e-6}


def seconds_text(seconds: float, digits: int = 3) -> str:
    """Return a time with a few digits.

    >>> seconds_text(1.12e-05), seconds_text(0.000612, 2), seconds_text(0.0731)
    ('11.2 us', '610 us', '73.1 ms')
    """
    unit, scale = next(
        ((unit, scale) for unit, scale in _UNITS.items() if seconds >= scale), ("us", 1e-6)
    )
    return f"{_digits(seconds / scale, digits)} {unit}"


def _digits(value: float, digits: int) -> str:
    """Return a number with so many significant digits, zeros at the end included."""
    text = f"{float(f'{value:.{digits}g}'):f}"
    whole, _, decimals = text.partition(".")
    places = max(digits - len(whole.lstrip("0")), 0)
    return f"{whole}.{decimals[:places]}" if places else whole
