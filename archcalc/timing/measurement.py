"""A measurement keeps its raw samples; what is said about it is derived when it is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any

from .ranks import LEVEL, coverage, interval, median, quartiles, rank
from .task import Key

NOISY, UNUSABLE = 0.10, 0.25


@dataclass(frozen=True)
class Measurement:
    """Seconds per call of one subject under stated conditions.

    ``rounds`` holds the samples of each round; ``host`` the host's seconds per eager call, and
    ``null`` those of an empty launch. ``about`` is what else the store says: the layer's word,
    shapes, counts, sets, calls and the device's clocks.
    """

    key: Key
    name: str
    rounds: tuple[tuple[float, ...], ...]
    host: float | None = None
    null: float | None = None
    kernels: tuple[str, ...] = ()
    launches: int | None = None
    about: dict[str, Any] = field(default_factory=dict, compare=False)

    @cached_property
    def samples(self) -> tuple[float, ...]:
        """All samples of all rounds."""
        return tuple(chain.from_iterable(self.rounds))

    @cached_property
    def medians(self) -> tuple[float, ...]:
        """The median of each round."""
        return tuple(median(one) for one in self.rounds)

    @cached_property
    def median(self) -> float:
        """The median of the rounds' medians: the time that is printed."""
        return median(self.medians)

    @cached_property
    def interval(self) -> tuple[float, float]:
        """The interval of the median, from order statistics of the rounds' medians."""
        return interval(self.medians)

    @property
    def coverage(self) -> float:
        """How probably the interval holds the median; below 0.95 with fewer than six rounds."""
        return coverage(len(self.rounds), rank(len(self.rounds)))

    @property
    def half(self) -> float:
        """Half the interval: what stands behind ``+-``."""
        low, high = self.interval
        return (high - low) / 2

    @cached_property
    def spread(self) -> float:
        """The interquartile range of all samples, as a share of the median."""
        low, high = quartiles(self.samples)
        return (high - low) / self.median

    @property
    def verdict(self) -> str:
        """``unusable``, ``noisy`` or nothing."""
        if self.spread > UNUSABLE:
            return "unusable"
        return "noisy" if self.spread > NOISY else ""

    @property
    def is_host_bound(self) -> bool:
        """Whether the host needs longer to ask for a call than the device to do it."""
        return self.host is not None and self.host > self.median

    def is_precise(self, precision: float) -> bool:
        """Tell whether the interval has its level and half of it is within the precision."""
        return self.coverage >= LEVEL and self.half <= precision * self.median


@dataclass(frozen=True)
class Ratio:
    """How many times as long one subject takes as another, with an interval."""

    value: float
    low: float
    high: float
    coverage: float

    @property
    def is_difference(self) -> bool:
        """Whether a difference was measured: the interval does not contain 1."""
        return not self.low <= 1 <= self.high

    def __str__(self) -> str:
        if not self.is_difference:
            return f"no measurable difference (~{self.value:.2f}x)"
        slower = self.value > 1
        value, low, high = (
            (self.value, self.low, self.high)
            if slower
            else (1 / self.value, 1 / self.high, 1 / self.low)
        )
        return f"{value:.3g}x {'slower' if slower else 'faster'} ({low:.3g} to {high:.3g})"


def ratio(one: Measurement, other: Measurement) -> Ratio:
    """Return the time of one measurement over that of another.

    The interval is made of two that are each right with 97.5%, where there are rounds enough: so
    both are with 95%, whatever the two have to do with each other.
    """
    level = 1 - (1 - LEVEL) / 2
    (low, high), (least, most) = (interval(m.medians, level) for m in (one, other))
    covered = [coverage(len(m.rounds), rank(len(m.rounds), level)) for m in (one, other)]
    return Ratio(one.median / other.median, low / most, high / least, max(0.0, sum(covered) - 1))


def suspects(measurements: Sequence[Measurement]) -> list[str]:
    """Return what cannot be: a larger batch that is faster, cold memory faster than warm."""
    found = []
    by_key = {m.key: m for m in measurements}
    for m in by_key.values():
        larger = [
            o
            for k, o in by_key.items()
            if k.batch > m.key.batch and k._replace(batch=0) == m.key._replace(batch=0)
        ]
        for other in larger:
            if ratio(other, m).high < 1:
                found.append(
                    f"{m.name}: batch {other.key.batch} was faster than batch {m.key.batch}"
                )
        warm = by_key.get(m.key._replace(cache="warm"))
        if m.key.cache == "cold" and warm and ratio(m, warm).high < 1:
            found.append(f"{m.name}, batch {m.key.batch}: cold was faster than warm")
    return found
