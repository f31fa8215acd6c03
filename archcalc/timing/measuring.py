"""The one door: specs in, measurements out, kept as they come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ..analysis import Analysis, walk
from ..errors import UsageError
from ..graph import Graph
from ..readers import read
from ..table import Page
from .clock import AUTO, require_torch, stopwatch_for
from .measurement import Measurement
from .plan import Conditions, Plan, Row, automatic, planned
from .schedule import Failure, Outcome, Progress, Schedule, silent
from .stopwatch import Stopwatch
from .task import Key, Rules, Task
from .times import Times, Writer, read_times


class Interrupted(KeyboardInterrupt):
    """Someone pressed Ctrl-C; says how much is done and what is kept."""

    def __init__(self, timing: Timing, count: int) -> None:
        super().__init__()
        self.timing, self.count = timing, count


@dataclass(frozen=True)
class Timing:
    """What was measured: per net, layer and batch, and what was not and why.

    ``batches`` are numbers: what ``auto`` came to is ``auto_batch``.
    """

    plans: tuple[Plan, ...]
    batches: tuple[int, ...]
    conditions: Conditions
    header: dict[str, Any]
    outcome: Outcome = field(default_factory=Outcome)
    auto_batch: int | None = None
    path: str = ""

    def of(self, row: Row, batch: int) -> Measurement | None:
        """Return the measurement of a row at a batch size."""
        if row.piece is None:
            return None
        return self.outcome.measurements.get(self.conditions.task(row.piece, batch).key)

    def whole(self, net: int = 0, batch: int = 0) -> Measurement | None:
        """Return the measurement of a whole net, by its place; the first batch unless given."""
        row = self.plans[net].whole
        return self.of(row, batch or self.batches[0]) if row else None

    def layer(self, name: str, net: int = 0, batch: int = 0) -> Measurement | None:
        """Return the measurement of a layer by its name."""
        for row in self.plans[net].rows:
            if row.name == name:
                return self.of(row, batch or self.batches[0])
        raise UsageError("E49", f'no layer "{name}"')

    @property
    def measurements(self) -> tuple[Measurement, ...]:
        """All measurements, in the order of the rows."""
        found = (
            self.of(row, batch) for p in self.plans for row in p.all_rows for batch in self.batches
        )
        return tuple(dict.fromkeys(one for one in found if one))

    @property
    def failures(self) -> tuple[Failure, ...]:
        """What could not be timed, though it should have been."""
        return tuple(self.outcome.failures.values())

    @property
    def is_complete(self) -> bool:
        """Whether nothing failed and nothing was refused."""
        return not self.failures and not any(r.refused for p in self.plans for r in p.all_rows)

    def page(self, *, layout: str = "hwc") -> Page:
        """Return what ``archcalc bench`` shows."""
        from .page import page

        return page(self, layout)


def measure(
    *sources: Any,
    device: str = AUTO,
    dtype: str = "fp32",
    batches: Sequence[int | str] = (1,),
    backward: bool = False,
    compiled: bool = False,
    parts: str = "all",
    cache: str = AUTO,
    store: str = "",
    resume: bool = False,
    rules: Rules | None = None,
    stopwatch: Stopwatch | None = None,
    names: Sequence[str] = (),
    progress: Progress = silent,
) -> Timing:
    """Time each layer and each whole net of specs, files, graphs or analyses.

    ``device`` is ``cuda``, ``cpu`` or ``auto``; ``cache`` says whether a call finds weights and
    inputs in the cache, ``cold`` or ``warm`` (``auto``: layers on CUDA cold, all else warm).
    ``store`` is a file of times, to which is added; ``resume`` takes from it what was measured
    under the same conditions. Errors: :class:`~archcalc.errors.MissingDependency` without torch
    (E39) or the device (E40), :class:`Interrupted` on Ctrl-C.
    """
    require_torch()
    rules = rules or Rules()
    own = stopwatch is None
    clock = stopwatch or stopwatch_for(device, dtype, rules.seed)
    try:
        found = [_analysis(source) for source in sources]
        labels = [*names, *(_label(one, i) for i, one in enumerate(found))][: len(found)]
        direction = "training" if backward else "forward"
        header = {"stopwatch": clock.kind, **clock.header()}
        cold = "cold" if header["stopwatch"] == "cuda" else "warm"
        layer_cache, net_cache = (cold, "warm") if cache == AUTO else (cache, cache)
        conditions = Conditions(dtype, direction, layer_cache, net_cache, compiled)
        plans = tuple(
            planned(one, label, training=backward, parts=parts)
            for one, label in zip(found, labels, strict=True)
        )
        return _run(
            clock, header, plans, batches, conditions, rules, progress, store, resume=resume
        )
    finally:
        if own:
            clock.close()


def _run(
    clock: Stopwatch,
    header: dict[str, Any],
    plans: tuple[Plan, ...],
    wanted: Sequence[int | str],
    conditions: Conditions,
    rules: Rules,
    progress: Progress,
    store: str,
    *,
    resume: bool,
) -> Timing:
    specs = [plan.whole.piece.text for plan in plans if plan.whole and plan.whole.piece]
    before = read_times(store) if resume and _exists(store) else Times()
    auto = None
    if AUTO in wanted:
        auto = _known_auto(header, before, specs) or automatic(
            plans, clock, conditions, rules, tell=lambda title: progress(title, 0, 0)
        )
    sizes = (auto if one == AUTO else int(one) for one in wanted)
    batches = tuple(dict.fromkeys(size for size in sizes if size))
    if clock.kind != "replay":
        header |= {"protocol": rules.as_dict(), "seed": rules.seed}
        header |= {"specs": specs, "auto_batch": auto, "began": _now()}
    pieces = dict.fromkeys(piece for plan in plans for piece in plan.pieces)
    every = (conditions.task(piece, batch) for batch in batches for piece in pieces)
    tasks: dict[Key, Task] = {}
    for task in every:
        tasks.setdefault(task.key, task)
    known = before.under(header)
    outcome = Outcome({key: known[key] for key in tasks if key in known})
    timing = Timing(plans, batches, conditions, header, outcome, auto, store)
    left = [task for key, task in tasks.items() if key not in known]
    writer = Writer(store) if store and left else None
    schedule = Schedule(clock, rules, writer, begun=before.unfinished(header), progress=progress)
    schedule.outcome = outcome
    try:
        if writer:
            writer.begin(header)
        schedule.run(left)
        if writer:
            writer.settle()
    except KeyboardInterrupt:
        raise Interrupted(timing, len(tasks)) from None
    finally:
        if writer:
            writer.close()
    return timing


def _known_auto(header: dict[str, Any], before: Times, specs: list[str]) -> int | None:
    """Return what ``auto`` came to in an earlier run of the same nets: it is not tried again."""
    from .times import conditions

    for run in (header, *reversed(before.runs)):
        known = run.get("auto_batch")
        alike = run.get("specs") == specs and conditions(run) == conditions(header)
        if isinstance(known, int) and known > 0 and alike:
            return known
    return None


def _analysis(source: Any) -> Analysis:
    if isinstance(source, Analysis):
        return source
    held = getattr(source, "analysis", None)
    if isinstance(held, Analysis):
        return held
    return walk(source if isinstance(source, Graph) else read(str(source), {}))


def _label(analysis: Analysis, place: int) -> str:
    return analysis.graph.name or chr(ord("A") + place % 26)


def _exists(path: str) -> bool:
    from os.path import exists

    return bool(path) and exists(path)


def _now() -> str:
    from datetime import datetime, timezone

    return datetime.now(timezone.utc).isoformat(timespec="seconds")
