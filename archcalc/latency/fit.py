"""The model's parameters from measured times: few measurements, robustly, with their errors.

Ratios count, not differences; one layer that ran strangely hardly moves the others; and what the
measurements do not determine stays near what is usual.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .model import PARAMETERS, STREAM, WINOGRAD, Device, Parameter, floor, multiplying, streaming
from .residual import Residual, corrected, fitted
from .score import Score, folds, score
from .work import MULTIPLYING

if TYPE_CHECKING:
    from .model import Array, Kernels

SOFT = 0.15  # a ratio off by more than this counts by its size, no longer by its square
USUAL = 0.1  # how firmly a parameter is held at its usual value
ENOUGH_FOR_RESIDUAL = 150
STARTS: tuple[Mapping[str, float], ...] = ({}, {"launch_us": 40.0, "step_ns": 500.0})


@dataclass(frozen=True)
class Fit:
    """Fitted parameters of one kind of layer: values, relative standard errors, correction."""

    values: Mapping[str, float]
    errors: Mapping[str, float]
    n: int
    residual: Residual | None = None


def parameters_of(kind: str, dtype: str) -> Mapping[str, Parameter]:
    """Return what is fitted for a kind of layer: Winograd only where fp32 convolves."""
    if kind not in MULTIPLYING:
        return STREAM
    return {**PARAMETERS, **WINOGRAD} if (kind, dtype) == ("conv", "float32") else PARAMETERS


def fit(
    kernels: Kernels,
    measured: Array,
    device: Device,
    names: Mapping[str, Parameter],
    *,
    weights: Array | None = None,
    usual: Mapping[str, float] | None = None,
    residual: bool = False,
) -> Fit:
    """Return the parameters that make the model's ratios to the measured seconds smallest.

    ``weights`` are one per measurement, 1 over its relative uncertainty; ``usual`` are the values
    to stay near. scipy loads here.
    """
    import numpy as np

    starts = [usual] if usual else (STARTS if names is not STREAM else STARTS[:1])
    solved = [_solve(kernels, measured, device, names, weights, start) for start in starts]
    best = min(solved, key=lambda found: found.cost)
    values = dict(zip(names, map(float, np.exp(best.x)), strict=True))
    bare = Fit(values, _errors(best, names), len(kernels))
    if not residual or names is STREAM:
        return bare
    times = multiplying(values, kernels, device)
    return Fit(values, bare.errors, bare.n, fitted(kernels, times, measured))


def seconds(found: Fit, kernels: Kernels, device: Device) -> Array:
    """Return the predicted seconds: never under the floor, never less at a larger batch."""
    import numpy as np

    if "step_ns" not in found.values:
        predicted = streaming(found.values, kernels, device)
    elif found.residual is None:
        predicted = multiplying(found.values, kernels, device).seconds
    else:
        predicted = corrected(
            kernels, lambda some: multiplying(found.values, some, device), found.residual
        )
    return np.maximum(predicted, floor(kernels, device))


def held_out(
    kernels: Kernels,
    measured: Array,
    device: Device,
    names: Mapping[str, Parameter],
    number: int = 5,
    **options: Any,
) -> Score:
    """Return the errors on layers that the fit did not see, each held out once."""
    import numpy as np

    fold, predicted = folds(len(kernels), number), np.zeros(len(kernels))
    for index in range(number):
        out = fold == index
        found = fit(kernels[~out], measured[~out], device, names, **options)
        predicted[out] = seconds(found, kernels[out], device)
    return score(predicted, measured)


def _solve(
    kernels: Kernels,
    measured: Array,
    device: Device,
    names: Mapping[str, Parameter],
    weights: Array | None,
    start: Mapping[str, float],
) -> Any:
    import numpy as np
    from scipy.optimize import least_squares

    low, high = (np.log([getattr(p, end) for p in names.values()]) for end in ("low", "high"))
    middle = np.log([start.get(name, p.start) for name, p in names.items()])
    middle = np.clip(middle, low + 1e-6, high - 1e-6)
    scale = np.ones(len(kernels)) if weights is None else weights / np.mean(weights)
    bound = streaming if "step_ns" not in names else _products

    def ratios(point: Array) -> Array:
        values = dict(zip(names, np.exp(point), strict=True))
        off = scale * np.log(bound(values, kernels, device) / measured)
        soft = np.sqrt(2 * (np.sqrt(1 + (off / SOFT) ** 2) - 1))
        return np.concatenate([np.sign(off) * SOFT * soft, USUAL * (point - middle)])

    return least_squares(
        ratios, middle, bounds=(low, high), x_scale=0.3, diff_step=1e-3, max_nfev=60
    )


def _products(values: Mapping[str, float], kernels: Kernels, device: Device) -> Array:
    return multiplying(values, kernels, device).seconds


def _errors(solved: Any, names: Mapping[str, Parameter]) -> dict[str, float]:
    """Return relative standard errors from the curvature at the solution."""
    import numpy as np

    freedom = max(1, len(solved.fun) - 2 * len(names))
    variance = 2 * solved.cost / freedom
    # the tie to the usual value is the least that is known, so no direction is without end
    covariance = variance * np.linalg.pinv(solved.jac.T @ solved.jac)
    found = np.sqrt(np.clip(np.diag(covariance), 0, None))
    return dict(zip(names, map(float, found), strict=True))
