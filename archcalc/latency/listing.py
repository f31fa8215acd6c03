"""Device profiles as tables: figures with sources, ridge points, what was fitted and how well."""

from __future__ import annotations

from typing import Any

from ..devices import names
from ..table import Cell, Column, Page, Table, Text
from .model import PARAMETERS, WINOGRAD
from .profile import Calibration, Profile, profile

_RIDGE = "The ridge point is the FLOPs per byte at which arithmetic takes as long as memory."
_ERROR = "Errors are means over layers that were held out of the fit."


def devices_page() -> Page:
    """Return all profiles: one row per device and number format."""
    columns = (
        Column("name", "device", False),
        Column("title", "name", False),
        Column("dtype", "format", False),
        Column("peak", "peak TFLOP/s"),
        Column("bandwidth", "GB/s"),
        Column("ridge", "ridge FLOP/B"),
        Column("calibration", "calibrated", False, True),
    )
    profiles = [profile(name) for name in names()]
    rows = tuple(
        (
            Cell(one.name), Cell(one.title), Cell(dtype), Cell(_short(figure.value / 1e12)),
            Cell(_short(one.bandwidth.value / 1e9)), Cell(_short(one.ridge(dtype))),
            Cell(_state(one, dtype)),
        )
        for one in profiles
        for dtype, figure in one.peaks.items()
    )  # fmt: skip
    blocks = (Table(columns, rows), Text(_RIDGE, "note"), Text(_ERROR, "note"))
    return Page(blocks, lambda: {"schema": 1, "devices": [_data(one) for one in profiles]})


def device_page(name: str) -> Page:
    """Return one profile: figures with their sources, then what was fitted."""
    one = profile(name)
    columns = (
        Column("figure", "figure", False),
        Column("value", "value"),
        Column("unit", "unit", False),
        Column("ridge", "ridge FLOP/B"),
        Column("source", "source", False, True),
    )
    plain = (
        ("bandwidth", one.bandwidth, 1e9, "GB/s"),
        ("multiprocessors", one.processors, 1.0, ""),
        ("L2 cache", one.cache, 1e6, "MB"),
        ("clock", one.clock, 1e6, "MHz"),
    )
    rows = [
        (Cell(f"peak {dtype}"), Cell(_short(figure.value / 1e12)), Cell("TFLOP/s"),
         Cell(_short(one.ridge(dtype))), Cell(figure.source))
        for dtype, figure in one.peaks.items()
    ] + [
        (Cell(label), Cell(_short(figure.value / unit)), Cell(text), Cell("-"), Cell(figure.source))
        for label, figure, unit, text in plain
    ]  # fmt: skip
    tables = [Table(columns, tuple(rows), one.title), *map(_fitted, one.calibrations)]
    note = Text(_ERROR if one.calibrations else "Nothing was fitted for this device.", "note")
    return Page((*tables, note), lambda: {"schema": 1, "devices": [_data(one)]})


def _fitted(found: Calibration) -> Table:
    known = {**PARAMETERS, **WINOGRAD}
    columns = (
        Column("parameter", "parameter", False),
        Column("value", "value"),
        Column("error", "standard error"),
        Column("meaning", "meaning", False, True),
    )
    rows = tuple(
        (Cell(key), Cell(_short(value)), Cell(f"{100 * found.fit.errors[key]:.1f}%"),
         Cell(known[key].meaning))
        for key, value in found.fit.values.items()
    )  # fmt: skip
    error = found.error
    title = (
        f"{found.kind}, {found.dtype}: {error.mape:.1f}% held out (median {error.median:.1f}%, "
        f"{found.fit.n} layers), {found.source}"
    )
    return Table(columns, rows, title)


def _state(one: Profile, dtype: str) -> str:
    known = [c for c in one.calibrations if c.dtype == dtype]
    return ", ".join(f"{c.kind} {c.error.mape:.1f}%" for c in known) or "no"


def _short(value: float) -> str:
    return f"{value:.4g}" if value < 1e4 else f"{value:.0f}"


def _data(one: Profile) -> dict[str, Any]:
    return {
        "name": one.name,
        "title": one.title,
        "bandwidth_bytes_per_s": one.bandwidth.value,
        "multiprocessors": int(one.processors.value),
        "cache_bytes": one.cache.value,
        "clock_hz": one.clock.value,
        "peaks": [
            {"dtype": dtype, "flops_per_s": f.value, "ridge": one.ridge(dtype), "source": f.source}
            for dtype, f in one.peaks.items()
        ],
        "calibrations": [
            {
                "kind": c.kind,
                "dtype": c.dtype,
                "n": c.fit.n,
                "mape": c.error.mape,
                "median": c.error.median,
                "p90": c.error.p90,
                "parameters": dict(c.fit.values),
                "standard_errors": dict(c.fit.errors),
                "source": c.source,
            }
            for c in one.calibrations
        ],
    }
