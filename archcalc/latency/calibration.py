"""A device profile from measured layers: one fit per kind of layer and number format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from .fit import ENOUGH_FOR_RESIDUAL, fit, held_out, parameters_of
from .profile import AXES, Calibration, Profile
from .work import FREE, MULTIPLYING, Work, kernels_of

if TYPE_CHECKING:
    from .model import Array, Device, Kernels

FEWEST = 4  # measured layers of a kind below which nothing is fitted


def calibrated(
    profile: Profile,
    works: Sequence[Work],
    seconds: Sequence[float],
    *,
    source: str,
    host_included: bool = False,
    uncertainty: Sequence[float] | None = None,
) -> Profile:
    """Return the profile with what these measurements say in place of what it said.

    ``uncertainty`` is the relative half-width of each measurement's interval.
    """
    import numpy as np

    groups: dict[tuple[str, str], list[int]] = {}
    for index, work in enumerate(works):
        if work.kind != FREE:
            groups.setdefault((work.kind, work.dtype), []).append(index)
    made: dict[tuple[str, str], Calibration] = {}
    for (kind, dtype), indices in groups.items():
        if len(indices) < FEWEST:
            continue
        times = np.array([seconds[index] for index in indices])
        weights = None
        if uncertainty is not None:
            # a layer timed to 1% counts fully: the model itself is not better than that
            weights = 1 / np.maximum([uncertainty[index] for index in indices], 0.01)
        kernels = kernels_of([works[index] for index in indices])
        made[kind, dtype] = calibration_of(
            kind, dtype, kernels, times, profile.device(dtype), source, host_included, weights
        )
    kept = [c for c in profile.calibrations if (c.kind, c.dtype) not in made]
    return replace(profile, calibrations=(*kept, *made.values()))


def calibration_of(
    kind: str,
    dtype: str,
    kernels: Kernels,
    seconds: Array,
    device: Device,
    source: str,
    host_included: bool = False,
    weights: Array | None = None,
) -> Calibration:
    """Return what the measured seconds of one kind of layer say, with its held-out error."""
    names = parameters_of(kind, dtype)
    residual = len(kernels) >= ENOUGH_FOR_RESIDUAL and kind in MULTIPLYING
    found = fit(kernels, seconds, device, names, weights=weights, residual=residual)
    number = 5 if len(kernels) >= 20 else len(kernels)
    error = held_out(kernels, seconds, device, names, number, residual=residual)
    axes: tuple[str, ...] = AXES if kind in MULTIPLYING else ("bytes",)
    if kind == "conv":
        axes = (*axes, "tiles4")
    hull = {
        axis: (float(getattr(kernels, axis).min()), float(getattr(kernels, axis).max()))
        for axis in axes
    }
    return Calibration(kind, dtype, found, error, hull, source, host_included)
