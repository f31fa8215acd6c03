"""Measured times as a page: a table per net, what they depend on, what is doubtful, raw samples."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..arithmetic.units import short_seconds
from ..remarks import spec_text
from ..table import Block, Cell, Column, Page, Table, Text
from .data import data, records
from .measurement import Measurement, suspects
from .plan import ABOVE_FLOOR, Plan, Row
from .writing import written_rate, written_time

if TYPE_CHECKING:
    from .measuring import Timing

_MOST_NAMES = 6


def page(timing: Timing, layout: str = "hwc") -> Page:
    """Return a table per net, then the notes."""
    several = len(timing.plans) > 1
    blocks: list[Block] = [
        spec_text(plan.analysis, plan.name if several else "", layout) for plan in timing.plans
    ]
    blocks += [_table(timing, plan, several) for plan in timing.plans]
    blocks += [Text(line, "note") for line in (*conditions(timing), *doubts(timing))]
    return Page(tuple(blocks), lambda: data(timing), records(timing), layout=layout)


def _table(timing: Timing, plan: Plan, several: bool) -> Table:
    heads = [Column("layer", "layer", right=False, wraps=True)]
    if plan.rows:
        heads.append(Column("what", "what", right=False, wraps=True))
    heads.append(Column("macs", "MACs"))
    forward = timing.conditions.direction == "forward"
    for batch in timing.batches:
        heads.append(Column(f"batch_{batch}", f"batch {batch}"))
        if forward:
            heads.append(Column(f"gflops_{batch}", "GFLOP/s"))
    rows = []
    for row in plan.all_rows:
        cells = [Cell(row.name)] + ([Cell(row.what)] if plan.rows else [])
        cells.append(Cell(row.macs, "count"))
        for batch in timing.batches:
            made = timing.of(row, batch)
            cells.append(Cell(time_text(made) if made else None))
            if forward:
                cells.append(Cell(_rate_text(row, made)))
        rows.append(tuple(cells))
    both = bool(plan.rows and plan.whole)
    return Table(tuple(heads), tuple(rows), title=plan.name if several else "", last_is_total=both)


def time_text(made: Measurement) -> str:
    """Write a measurement, and what is wrong with it."""
    return f"{written_time(made.median, made.half)} {made.verdict}".rstrip()


def _rate_text(row: Row, made: Measurement | None) -> str | None:
    if made is None or not row.macs:
        return None
    rate = 2 * row.macs * made.key.batch / made.median / 1e9
    return written_rate(rate, made.half / made.median)


def conditions(timing: Timing) -> Iterator[str]:
    """Yield what the times depend on, in sentences."""
    header, how = timing.header, timing.conditions
    device, environment = header.get("device") or {}, header.get("environment") or {}
    cuda = environment.get("cuda")
    stack = [str(device.get("name", "")), f"torch {environment.get('torch')}"]
    if cuda:
        stack += [f"CUDA {cuda}", f"cuDNN {environment.get('cudnn')}"]
        stack += [f"driver {environment.get('driver')}"] if environment.get("driver") else []
    elif environment.get("threads"):
        stack.append(f"{environment['threads']} threads")
    yield f"Measured on {', '.join(stack)}."
    run = "forward and backward in training mode" if how.direction == "training" else "inference"
    flags = header.get("flags") or {}
    tf32 = ""
    if "matmul_tf32" in flags:
        tf32 = f" with TF32 {'on' if flags['matmul_tf32'] else 'off'}"
    compiled = ", torch.compile" if how.compiled else ""
    caches = (how.layer_cache, how.net_cache)
    yield (
        f"{how.dtype}{tf32}, {run}, channels last{compiled}, random data; "
        f"layers {caches[0]}, nets {caches[1]}: {_caches(*caches)}."
    )
    made = timing.measurements
    if made:
        counts = sorted({len(m.rounds) for m in made})
        rounds = f"{counts[0]} to {counts[-1]}" if len(counts) > 1 else f"{counts[0]}"
        least = min(m.coverage for m in made)
        level = "95%" if least >= 0.95 else f"{100 * least:.0f}%"
        yield (
            f"Median of {rounds} rounds in shuffled order after warm-up; +- is half its {level} "
            "interval by order statistics. MACs are per sample, times per batch."
        )
        null = next((m.null for m in made if m.null), None)
        if null:
            what = "kernel" if header.get("stopwatch") == "cuda" else "operator"
            yield f"An empty {what} takes {short_seconds(null, 2)} here; nothing is subtracted."
    if timing.auto_batch:
        yield (
            f"batch auto = {timing.auto_batch}: the smallest power of two above {ABOVE_FLOOR} "
            "empty launches per layer."
        )
    layers = sum(row.piece is not None for plan in timing.plans for row in plan.rows)
    pieces = len({row.piece for plan in timing.plans for row in plan.rows if row.piece})
    if pieces < layers:
        yield f"Equal layers at equal shapes were timed once: {layers} layers, {pieces} timings."
    if timing.path:
        yield f"Raw samples: {timing.path}"


def _caches(*used: str) -> str:
    words = {
        "cold": "cold calls find nothing of their own in the cache",
        "warm": "warm calls use the same memory again",
    }
    return "; ".join(words[one] for one in dict.fromkeys(used) if one in words)


def doubts(timing: Timing) -> Iterator[str]:
    """Yield what is doubtful or missing, in sentences."""
    made = timing.measurements
    for verdict, share in (("noisy", "10%"), ("unusable", "25%")):
        bad = [f"{m.name}, batch {m.key.batch}" for m in made if m.verdict == verdict]
        if bad:
            yield f"{verdict} (quartiles more than {share} of the median apart): {_some(bad)}."
    bound = [f"{m.name}, batch {m.key.batch}" for m in made if m.is_host_bound]
    if bound:
        yield f"host-bound when not in a graph (asking takes longer than doing): {_some(bound)}."
    cores = (timing.header.get("device") or {}).get("cores")
    load = max((_load(m) for m in made), default=0.0)
    if isinstance(cores, int) and load > cores + 0.5:
        yield f"The machine was busy with other work: load {load:.1f} on {cores} cores."
    for line in suspects(made):
        yield f"suspect: {line}."
    reasons: dict[str, list[str]] = {}
    for plan in timing.plans:
        for row in plan.all_rows:
            if row.reason:
                reasons.setdefault(row.reason, []).append(row.name)
    for failure in timing.failures:
        reasons.setdefault(failure.reason, []).append(failure.task.title)
    for reason, names in reasons.items():
        yield f"Not timed: {_some(list(dict.fromkeys(names)))}: {reason.rstrip('.')}."


def _load(made: Measurement) -> float:
    state = made.about.get("state")
    load = state.get("load") if isinstance(state, dict) else None
    return float(load) if isinstance(load, int | float) else 0.0


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return "; ".join(names[:_MOST_NAMES]) + more
