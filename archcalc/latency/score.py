"""How far predictions are from measurements, and whether they put layers in the right order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .model import Array


@dataclass(frozen=True)
class Score:
    """Errors in percent: mean and median of |predicted/measured - 1|, and nine in ten.

    ``p90`` is a factor's excess: nine in ten measurements lie within predicted / (1 + p90) and
    predicted * (1 + p90).
    """

    mape: float
    median: float
    p90: float
    n: int


def score(predicted: Array, measured: Array) -> Score:
    """Return the errors of predictions."""
    import numpy as np

    errors = 100 * np.abs(predicted / measured - 1)
    spread = np.quantile(np.abs(np.log(predicted / measured)), 0.9)
    return Score(
        float(errors.mean()), float(np.median(errors)), float(100 * np.expm1(spread)), len(errors)
    )


def folds(count: int, number: int, seed: int = 0) -> Array:
    """Return for every row the fold it is held out in, at random but always the same."""
    import numpy as np

    return np.random.default_rng(seed).permutation(np.arange(count) % number)


def kendall(first: Array, second: Array) -> float:
    """Return Kendall's tau: the share of pairs in the same order less the share in the other."""
    from scipy.stats import kendalltau

    return float(kendalltau(first, second).statistic)
