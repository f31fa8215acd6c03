"""Measured times as scripts read them: JSON with the raw samples, CSV with a row per time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..table import Cell, Column, Table
from .measurement import Measurement
from .plan import Plan, Row
from .schedule import as_dict
from .times import measurement_line

if TYPE_CHECKING:
    from .measuring import Timing

SCHEMA = 1
_COLUMNS = tuple(
    """net layer batch dtype direction cache compiled macs seconds low high coverage spread
    samples rounds host_seconds null_seconds launches verdict""".split()  # noqa: SIM905
)


def data(timing: Timing) -> dict[str, Any]:
    """Return the JSON object: the run, then per net and layer what was measured."""
    from .. import __version__

    return {
        "schema": SCHEMA,
        "archcalc": __version__,
        "run": timing.header,
        "batches": list(timing.batches),
        "auto_batch": timing.auto_batch,
        "nets": [_net(timing, plan) for plan in timing.plans],
        "failures": [as_dict(failure) for failure in timing.failures],
    }


def records(timing: Timing) -> Table:
    """Return a row per measured time."""
    rows = []
    for plan in timing.plans:
        for row in plan.all_rows:
            for batch in timing.batches:
                made = timing.of(row, batch)
                if made:
                    rows.append(_record(plan, row, made))
    return Table(tuple(Column(name, name) for name in _COLUMNS), tuple(rows))


def _record(plan: Plan, row: Row, made: Measurement) -> tuple[Cell, ...]:
    key, (low, high) = made.key, made.interval
    values = (
        plan.name,
        row.name,
        key.batch,
        key.dtype,
        key.direction,
        key.cache,
        key.compiled,
        row.macs,
        made.median,
        low,
        high,
        made.coverage,
        made.spread,
        len(made.samples),
        len(made.rounds),
        made.host,
        made.null,
        made.launches,
        made.verdict,
    )
    return tuple(Cell("" if v is None else v if isinstance(v, str) else repr(v)) for v in values)


def _net(timing: Timing, plan: Plan) -> dict[str, Any]:
    found = {
        "name": plan.name,
        "layers": [_row(timing, row) for row in plan.rows],
        "whole": _row(timing, plan.whole) if plan.whole else None,
    }
    return found


def _row(timing: Timing, row: Row) -> dict[str, Any]:
    made = (timing.of(row, batch) for batch in timing.batches)
    return {
        "name": row.name,
        "layer": row.what,
        "macs": row.macs,
        "not_timed": row.reason or None,
        "measured": [_measured(one) for one in made if one],
    }


def _measured(made: Measurement) -> dict[str, Any]:
    line = measurement_line(made)
    del line["kind"]
    low, high = made.interval
    derived = {
        "seconds": made.median,
        "interval": [low, high],
        "coverage": made.coverage,
        "spread": made.spread,
        "verdict": made.verdict or None,
    }
    return {**derived, **line}
