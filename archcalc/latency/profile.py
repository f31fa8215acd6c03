"""A device as a file says it: figures with their sources, and what was fitted, with its errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..devices import names, texts
from ..errors import UsageError
from .fit import Fit
from .model import Device
from .residual import Residual
from .score import Score

SCHEMA = 1
AXES = ("m", "n", "k", "bytes")


@dataclass(frozen=True)
class Figure:
    """A number of a datasheet and where it stands."""

    value: float
    source: str


@dataclass(frozen=True)
class Calibration:
    """What was fitted for one kind of layer and number format.

    ``hull`` holds the least and largest value of each axis among the layers it was fitted to.
    ``host_included`` says that the host's time was measured too: the fitted launch is then none.
    """

    kind: str
    dtype: str
    fit: Fit
    error: Score
    hull: Mapping[str, tuple[float, float]]
    source: str
    host_included: bool = False


@dataclass(frozen=True)
class Profile:
    """A device: peaks by number format in FLOP/s, bandwidth in bytes/s, and calibrations."""

    name: str
    title: str
    peaks: Mapping[str, Figure]
    bandwidth: Figure
    processors: Figure
    cache: Figure
    clock: Figure
    calibrations: tuple[Calibration, ...] = ()

    def device(self, dtype: str) -> Device:
        """Return what bounds a kernel in this format; :class:`UsageError` (E61) without a peak."""
        if dtype not in self.peaks:
            raise UsageError(
                "E61",
                f"{self.title} has no peak for {dtype}",
                f"it has {', '.join(self.peaks)}",
            )
        return Device(
            self.peaks[dtype].value, self.bandwidth.value, int(self.processors.value),
            self.cache.value,
        )  # fmt: skip

    def ridge(self, dtype: str) -> float:
        """Return the FLOPs per byte at which arithmetic takes as long as memory."""
        device = self.device(dtype)
        return device.peak / device.bandwidth

    def calibration(self, kind: str, dtype: str) -> Calibration | None:
        """Return what was fitted for this kind and format, or None."""
        for found in self.calibrations:
            if (found.kind, found.dtype) == (kind, dtype):
                return found
        return None


def profile(name: str) -> Profile:
    """Return a profile by its name, or from a file; :class:`UsageError` (E61) where there is none.

    >>> profile("h200").title
    'NVIDIA H200 SXM'
    """
    from pathlib import Path

    if name in texts():
        return parsed(texts()[name], name)
    path = Path(name)
    if path.suffix in (".yaml", ".yml", ".json") and path.is_file():
        return parsed(path.read_text("utf-8"), path.stem)
    raise UsageError("E61", f'no device "{name}"', f"one of {', '.join(names())}")


def parsed(text: str, name: str) -> Profile:
    """Return the profile that a text holds; :class:`UsageError` (E61) where it is none."""
    import yaml

    try:
        data = yaml.safe_load(text)
        if data["schema"] != SCHEMA:
            raise UsageError("E61", f"profile {name} is of schema {data['schema']}, not {SCHEMA}")
        units = {"bandwidth": 1e9, "processors": 1.0, "cache": 1e6, "clock": 1e6}
        plain = {key: _figure(data["figures"][key], unit) for key, unit in units.items()}
        peaks = {key: _figure(value, 1e12) for key, value in data["peaks"].items()}
        fitted = tuple(_calibration(entry) for entry in data.get("calibrations", ()))
        return Profile(data["name"], data["title"], peaks, calibrations=fitted, **plain)
    except (KeyError, TypeError, ValueError, AttributeError, yaml.YAMLError) as error:
        raise UsageError("E61", f"profile {name} cannot be read: {error}") from error


def text_of(profile: Profile) -> str:
    """Return the text of a profile, which :func:`parsed` reads back."""
    import yaml

    figures = {
        "bandwidth": (profile.bandwidth, 1e9),
        "processors": (profile.processors, 1.0),
        "cache": (profile.cache, 1e6),
        "clock": (profile.clock, 1e6),
    }
    data = {
        "schema": SCHEMA,
        "name": profile.name,
        "title": profile.title,
        "figures": {key: _written(figure, unit) for key, (figure, unit) in figures.items()},
        "peaks": {key: _written(figure, 1e12) for key, figure in profile.peaks.items()},
        "calibrations": [_entry(found) for found in profile.calibrations],
    }
    return str(yaml.safe_dump(data, sort_keys=False, width=100, default_flow_style=None))


def _figure(entry: Mapping[str, Any], unit: float) -> Figure:
    return Figure(float(entry["value"]) * unit, str(entry["source"]))


def _written(figure: Figure, unit: float) -> dict[str, Any]:
    return {"value": float(f"{figure.value / unit:.6g}"), "source": figure.source}


def _calibration(entry: Mapping[str, Any]) -> Calibration:
    values = {key: float(pair[0]) for key, pair in entry["parameters"].items()}
    errors = {key: float(pair[1]) for key, pair in entry["parameters"].items()}
    rest = entry.get("residual")
    residual = Residual(*(tuple(map(float, rest[k])) for k in _RESIDUAL)) if rest else None
    hull = {axis: (float(a), float(b)) for axis, (a, b) in entry["hull"].items()}
    return Calibration(
        entry["kind"], entry["dtype"], Fit(values, errors, int(entry["n"]), residual),
        Score(**entry["error"]), hull, entry["source"], bool(entry.get("host_included", False)),
    )  # fmt: skip


def _entry(found: Calibration) -> dict[str, Any]:
    fit, error = found.fit, found.error
    entry: dict[str, Any] = {
        "kind": found.kind,
        "dtype": found.dtype,
        "source": found.source,
        "host_included": found.host_included,
        "n": fit.n,
        "error": {
            "mape": round(error.mape, 2),
            "median": round(error.median, 2),
            "p90": round(error.p90, 2),
            "n": error.n,
        },
        "parameters": {
            key: [float(f"{value:.4g}"), float(f"{fit.errors[key]:.2g}")]
            for key, value in fit.values.items()
        },
        "hull": {axis: [float(f"{v:.4g}") for v in ends] for axis, ends in found.hull.items()},
    }
    if fit.residual:
        entry["residual"] = {
            key: [float(f"{v:.4g}") for v in getattr(fit.residual, key)] for key in _RESIDUAL
        }
    return entry


_RESIDUAL = ("means", "spreads", "weights")
