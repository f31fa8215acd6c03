"""In which order subjects are timed, for how long, and what becomes of those that fail.

Subjects take turns, in another order each round, so that what drifts, drifts for all of them.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from .measurement import Measurement
from .ranks import median
from .stopwatch import DoesNotFit, Prepared, Stopwatch
from .task import Key, Rules, Task
from .times import Writer

_WARM, _WINDOW, _COLD_LIMIT = 0.1, 0.02, 1.0  # seconds
_AGREE = 0.01

Progress = Callable[[str, int, int], None]


def silent(_title: str, _done: int, _all: int) -> None:
    """Show no progress."""


@dataclass(frozen=True)
class Failure:
    """A subject that has no time, and why."""

    task: Task
    reason: str


@dataclass
class Outcome:
    """What was measured, and what failed."""

    measurements: dict[Key, Measurement] = field(default_factory=dict)
    failures: dict[Key, Failure] = field(default_factory=dict)


@dataclass
class _Turn:
    """A subject that takes turns: its rounds, and the seconds spent on them."""

    task: Task
    prepared: Prepared
    rounds: list[tuple[float, ...]]
    replay: float = 0.0
    spent: float = 0.0


class Schedule:
    """Times tasks with a stopwatch by the rules; keeps each round with the writer."""

    def __init__(
        self,
        stopwatch: Stopwatch,
        rules: Rules,
        writer: Writer | None = None,
        *,
        begun: Mapping[Key, Sequence[tuple[float, ...]]] | None = None,
        progress: Progress = silent,
    ) -> None:
        self.stopwatch, self.rules, self.writer = stopwatch, rules, writer
        self.begun = begun or {}
        self.progress = progress
        self.random = Random(rules.seed)
        self.null: float | None = None
        self.outcome = Outcome()

    def run(self, tasks: Sequence[Task]) -> Outcome:
        """Time all tasks; those that fail are named and the rest goes on.

        Kernels are asked for when all times are known: a profiler slows what runs after it.
        """
        outcome, waiting = self.outcome, list({task.key: task for task in tasks}.values())
        if not waiting:
            return outcome
        self.null = median(self.stopwatch.null())
        count = len(waiting)
        while waiting:
            turns, waiting = self._prepared(waiting, outcome)
            try:
                self._take_turns(turns, outcome, count)
            finally:
                for turn in turns:
                    turn.prepared.close()
        for task in tasks:
            if task.key in outcome.measurements:
                self._profile(task, outcome)
        return outcome

    def _prepared(
        self, waiting: Sequence[Task], outcome: Outcome
    ) -> tuple[list[_Turn], list[Task]]:
        """Prepare the next subjects, as many as fit together, and return the others."""
        turns: list[_Turn] = []
        for i, task in enumerate(waiting):
            if len(turns) == self.rules.together:
                return turns, list(waiting[i:])
            try:
                turns.append(self._ready(task))
            except DoesNotFit as error:
                if turns:  # alone it may fit
                    return turns, list(waiting[i:])
                self._failed(task, f"does not fit: {error}", outcome)
            except Exception as error:
                self._failed(task, said(error), outcome)
        return turns, []

    def _ready(self, task: Task) -> _Turn:
        turn = _Turn(task, self.stopwatch.prepare(task), list(self.begun.get(task.key, ())))
        if turn.prepared.stored is None:
            try:
                turn.replay = warmed_up(turn.prepared, self.stopwatch.clock)
            except BaseException:
                turn.prepared.close()
                raise
        return turn

    def _take_turns(self, turns: Sequence[_Turn], outcome: Outcome, count: int) -> None:
        active = list(turns)
        while active:
            self.random.shuffle(active)
            for turn in tuple(active):
                done = len(outcome.measurements) + len(outcome.failures)
                self.progress(f"{turn.task.title}, round {len(turn.rounds) + 1}", done, count)
                try:
                    if not self._is_enough(turn):
                        self._round(turn)
                    if not self._is_enough(turn):
                        continue
                    self._finish(turn, outcome)
                except DoesNotFit as error:
                    self._failed(turn.task, f"does not fit: {error}", outcome)
                except Exception as error:
                    self._failed(turn.task, said(error), outcome)
                active.remove(turn)

    def _round(self, turn: _Turn) -> None:
        collected = gc.isenabled()
        gc.disable()
        try:
            start = self.stopwatch.clock()
            samples = turn.prepared.samples(self._replays(turn))
            turn.spent += self.stopwatch.clock() - start
        finally:
            if collected:
                gc.enable()
        samples = tuple(float(f"{one:.7g}") for one in samples)  # finer than any clock
        turn.rounds.append(samples)
        if self.writer and turn.prepared.stored is None:
            self.writer.round(turn.task.key, samples)

    def _replays(self, turn: _Turn) -> int:
        """Return how many replays a round has: fewer where the limit leaves no time for all."""
        share = self.rules.limit / self.rules.rounds
        fitting = int(share / turn.replay) if turn.replay > 0 else self.rules.replays
        return max(1, min(self.rules.replays, fitting))

    def _is_enough(self, turn: _Turn) -> bool:
        rounds, stored = len(turn.rounds), turn.prepared.stored
        if stored is not None:
            return rounds >= stored
        if rounds < self.rules.rounds:
            return False
        made = Measurement(turn.task.key, "", tuple(turn.rounds))
        return made.is_precise(self.rules.precision) or turn.spent >= self.rules.limit

    def _finish(self, turn: _Turn, outcome: Outcome) -> None:
        piece = turn.task.piece
        about = {
            "layer": piece.word,
            "whole": piece.whole,
            "parses": piece.parses,
            "inputs": [list(shape) for shape in piece.graph.inputs.values()],
            "output": list(piece.output),
            "macs": piece.macs,
            "params": piece.params,
            "calls": turn.prepared.calls,
            "sets": turn.prepared.sets,
            "state": turn.prepared.state(),
        }
        if piece.source and not piece.parses:
            about["source"] = piece.source
        made = Measurement(
            turn.task.key,
            piece.name,
            tuple(turn.rounds),
            host=turn.prepared.host(),
            null=self.null,
            about=about,
        )
        if self.writer:
            self.writer.measurement(made)
        outcome.measurements[turn.task.key] = made

    def _profile(self, task: Task, outcome: Outcome) -> None:
        try:
            found = self.stopwatch.kernels(task)
        except Exception:  # the time stands without the kernels' names
            return
        if found is None:
            return
        made = outcome.measurements[task.key]
        outcome.measurements[task.key] = replace(made, kernels=found.names, launches=found.launches)
        if self.writer:
            self.writer.kernels(task.key, found.names)

    def _failed(self, task: Task, reason: str, outcome: Outcome) -> None:
        outcome.failures[task.key] = Failure(task, reason)


def warmed_up(prepared: Prepared, clock: Callable[[], float]) -> float:
    """Run a subject until its times are steady; return the seconds that one replay takes.

    At least 0.1 s and until two windows of 20 ms agree within 1%, at most 1 s.
    """
    start, windows = clock(), list[float]()
    replay = 0.0
    while True:
        begun, count = clock(), 0
        while not count or clock() - begun < _WINDOW:
            prepared.samples(1)
            count += 1
        replay = (clock() - begun) / count
        windows.append(replay)
        spent = clock() - start
        steady = len(windows) > 1 and abs(windows[-1] - windows[-2]) <= _AGREE * windows[-1]
        if spent >= _COLD_LIMIT or (spent >= _WARM and steady):
            return replay


def said(error: BaseException) -> str:
    """Return the first line of what an error says, or what it is."""
    text = str(error).strip().split("\n", 1)[0][:160]
    return text or type(error).__name__


def as_dict(failure: Failure) -> dict[str, Any]:
    """Return a failure as JSON has it."""
    return {"name": failure.task.piece.name, **failure.task.key._asdict(), "reason": failure.reason}
