"""A clock whose times are scripted: what is written against the protocol is tested with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from .stopwatch import Kernels
from .task import Task


@dataclass
class Script:
    """What happens to a subject: its seconds per call and their noise, or an error.

    ``drift`` is added, as a share, with every sample; ``error`` is raised when the subject is
    prepared, or in round ``fails_in``; ``warming`` are the first samples.
    """

    seconds: float = 1e-3
    noise: float = 0.0
    drift: float = 0.0
    error: BaseException | None = None
    fails_in: int | None = None
    host: float | None = None
    kernels: tuple[str, ...] = ()
    warming: Sequence[float] = ()
    state: dict[str, Any] = field(default_factory=dict)


@dataclass
class Fake:
    """A stopwatch that measures nothing; ``events`` is what it was asked, in order."""

    script: Callable[[Task], Script] = lambda task: Script()
    seed: int = 0
    empty: float = 1e-6
    device: str = "fake"
    calls: int = 1
    kind: str = "fake"
    now: float = 0.0
    events: list[tuple[str, str]] = field(default_factory=list)

    def header(self) -> dict[str, Any]:
        """Return that nothing is real."""
        return {
            "device": {"name": self.device, "cores": 2},
            "environment": {"torch": "fake"},
            "flags": {},
        }

    def clock(self) -> float:
        """Return the time that the scripted samples took."""
        return self.now

    def null(self) -> tuple[float, ...]:
        """Return the scripted empty launch."""
        return (self.empty,)

    def prepare(self, task: Task) -> FakePrepared:
        """Return the scripted subject, or raise its error."""
        script = self.script(task)
        if script.error is not None and script.fails_in is None:
            raise script.error
        self.events.append(("prepare", task.title))
        return FakePrepared(self, task, script)

    def kernels(self, task: Task) -> Kernels | None:
        """Return the scripted names."""
        self.events.append(("kernels", task.title))
        names = self.script(task).kernels
        return Kernels(names) if names else None

    def close(self) -> None:
        """Do nothing."""


class FakePrepared:
    """A subject whose samples come from its script."""

    sets = 1
    stored: int | None = None

    def __init__(self, fake: Fake, task: Task, script: Script) -> None:
        self.fake, self.task, self.script = fake, task, script
        self.calls = fake.calls
        self.random = Random(f"{fake.seed} {task.key}")
        self.taken = 0
        self.rounds = 0

    def samples(self, count: int) -> tuple[float, ...]:
        """Return scripted samples; their time passes."""
        if count > 1:
            self.fake.events.append(("round", self.task.title))
            self.rounds += 1
        if self.script.error is not None and self.rounds == self.script.fails_in:
            raise self.script.error
        found = tuple(self._sample() for _ in range(count))
        self.fake.now += sum(found) * self.calls
        return found

    def _sample(self) -> float:
        script, i = self.script, self.taken
        self.taken += 1
        if i < len(script.warming):
            return script.warming[i]
        noise = 1 + script.noise * (2 * self.random.random() - 1)
        return script.seconds * noise * (1 + script.drift * i)

    def host(self) -> float | None:
        """Return the scripted host time."""
        return self.script.host

    def state(self) -> dict[str, Any]:
        """Return the scripted state."""
        return dict(self.script.state)

    def close(self) -> None:
        """Note that the memory is given back."""
        self.fake.events.append(("close", self.task.title))
