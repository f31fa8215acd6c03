"""What a clock has to offer. Order, statistics, warnings and files are written against this."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from ..errors import MissingDependency
from .task import Task


class DoesNotFit(Exception):
    """A subject does not fit into the device's memory; says how much it wants, where known."""


class NoDevice(MissingDependency):
    """The device that was asked for is not there."""

    code = "E40"


@dataclass(frozen=True)
class Kernels:
    """What one call runs on the device: the kernels' names in order, each launch one."""

    names: tuple[str, ...]

    @property
    def launches(self) -> int:
        """How many launches there are."""
        return len(self.names)


class Prepared(Protocol):
    """A subject ready to be run: built, its inputs made.

    A sample is one replay of ``calls`` calls over ``sets`` sets of inputs and weights, and its
    value the seconds of one call. ``stored`` is how many rounds there are where they are given
    back and not measured; None for a clock.
    """

    calls: int
    sets: int
    stored: int | None

    def samples(self, count: int) -> tuple[float, ...]:
        """Return so many samples, in seconds per call."""

    def host(self) -> float | None:
        """Return the host's seconds per eager call; None where host and device are one."""

    def state(self) -> dict[str, Any]:
        """Return clocks, power, temperature or load after the rounds, as far as they are known."""

    def close(self) -> None:
        """Give the memory back."""


class Stopwatch(Protocol):
    """A clock for one device.

    Errors of :meth:`prepare`: :class:`DoesNotFit`, or whatever the layer raises.
    """

    kind: str

    def header(self) -> dict[str, Any]:
        """Return ``device``, ``environment`` and ``flags``: what the times depend on."""

    def clock(self) -> float:
        """Return the seconds that warm-up and limits go by."""

    def null(self) -> tuple[float, ...]:
        """Return samples of one empty launch, in seconds."""

    def prepare(self, task: Task) -> Prepared:
        """Build a subject; what it needs is allocated here."""

    def kernels(self, task: Task) -> Kernels | None:
        """Return what one call runs, from a profiler; asked after all timing. None: not known."""

    def close(self) -> None:
        """Put back what was set for the whole process."""
