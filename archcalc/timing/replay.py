"""A clock that gives stored samples back: a file of times looks as it did when it was measured."""

from __future__ import annotations

from typing import Any

from .measurement import Measurement
from .stopwatch import Kernels
from .task import Key, Task
from .times import Times


class Replay:
    """A stopwatch over a file of times: of the last run, and what earlier runs like it hold."""

    kind = "replay"

    def __init__(self, times: Times) -> None:
        self.times = times
        self.run = times.runs[-1] if times.runs else {}
        self.known: dict[Key, Measurement] = times.under(self.run)

    def header(self) -> dict[str, Any]:
        """Return what the stored times depend on."""
        return dict(self.run)

    def clock(self) -> float:
        """Return that no time passes."""
        return 0.0

    def null(self) -> tuple[float, ...]:
        """Return the stored empty launch."""
        return tuple(m.null for m in self.known.values() if m.null)[:1] or (1e-9,)

    def prepare(self, task: Task) -> Stored:
        """Return the stored samples; :class:`LookupError` where there are none."""
        made = self.known.get(task.key)
        if made is None:
            raise LookupError(f"{self.times.path or 'the file'} has no time of it")
        return Stored(made)

    def kernels(self, task: Task) -> Kernels | None:
        """Return the stored names."""
        made = self.known[task.key]
        return Kernels(made.kernels) if made.launches is not None else None

    def close(self) -> None:
        """Do nothing."""


class Stored:
    """The samples of a measurement, given back round by round."""

    def __init__(self, made: Measurement) -> None:
        self.made = made
        self.calls = int(made.about.get("calls") or 1)
        self.sets = int(made.about.get("sets") or 1)
        self.stored: int | None = len(made.rounds)
        self._rounds = iter(made.rounds)

    def samples(self, count: int) -> tuple[float, ...]:
        """Return the next round, however many samples it has."""
        return next(self._rounds)

    def host(self) -> float | None:
        """Return the stored host time."""
        return self.made.host

    def state(self) -> dict[str, Any]:
        """Return the stored state."""
        return dict(self.made.about.get("state") or {})

    def close(self) -> None:
        """Do nothing."""
