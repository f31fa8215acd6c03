"""What the model leaves over, as a smooth and bounded correction that cannot turn a batch around.

A ridge regression on products of a few logarithms, bounded to 30% either way. Corrected times
are taken at powers of two of the batch, made to grow, and the model is followed between them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .model import Array, Kernels, Times

BOUND = 0.26  # of the logarithm: 30% more, 23% less
FEATURES = ("m", "n", "k", "over launch", "compute over memory", "filled")


@dataclass(frozen=True)
class Residual:
    """A fitted correction: means, spreads and one weight per product of two features."""

    means: tuple[float, ...]
    spreads: tuple[float, ...]
    weights: tuple[float, ...]

    def factor(self, kernels: Kernels, times: Times) -> Array:
        """Return by what to multiply the model's seconds."""
        import numpy as np

        raw = _products(_scaled(_features(kernels, times), self.means, self.spreads))
        factor: Array = np.exp(BOUND * np.tanh(raw @ np.array(self.weights) / BOUND))
        return factor


def fitted(kernels: Kernels, times: Times, measured: Array, penalty: float = 10.0) -> Residual:
    """Return the correction of the model's times towards what was measured."""
    import numpy as np

    features = _features(kernels, times)
    means, spreads = features.mean(0), features.std(0) + 1e-6
    design = _products(_scaled(features, means, spreads))
    target = np.clip(np.log(measured / times.seconds), -2 * BOUND, 2 * BOUND)
    normal = design.T @ design + penalty * np.eye(design.shape[1])
    weights = np.linalg.solve(normal, design.T @ target)
    return Residual(*(tuple(map(float, a)) for a in (means, spreads, weights)))


def corrected(kernels: Kernels, model: Callable[[Kernels], Times], residual: Residual) -> Array:
    """Return the corrected seconds; at a larger batch a layer never takes less."""
    import numpy as np

    exact = model(kernels).seconds
    lower, upper = (np.zeros(len(kernels)) for _ in range(2))
    below, above = np.zeros(len(kernels)), np.zeros(len(kernels))
    best = np.zeros(len(kernels))
    for power in range(int(np.ceil(np.log2(kernels.batch.max()))) + 1):
        rung = 2.0**power
        times = model(kernels.at(np.full(len(kernels), rung)))
        here = times.seconds * residual.factor(kernels.at(np.full(len(kernels), rung)), times)
        best = np.maximum(best, here)
        under = rung <= kernels.batch
        lower, below = np.where(under, best, lower), np.where(under, times.seconds, below)
        first = (rung >= kernels.batch) & (upper == 0)
        upper, above = np.where(first, best, upper), np.where(first, times.seconds, above)
    share = (exact - below) / np.maximum(above - below, 1e-30)
    return lower + (upper - lower) * np.clip(share, 0.0, 1.0)


def _features(kernels: Kernels, times: Times) -> Array:
    import numpy as np

    filled = kernels.m * kernels.n / (
        np.ceil(kernels.m / times.tile_m) * times.tile_m
        * np.ceil(kernels.n / times.tile_n) * times.tile_n
    )  # fmt: skip
    return np.stack(
        [
            np.log2(kernels.m * kernels.groups),
            np.log2(kernels.n),
            np.log2(kernels.k),
            np.log2(times.seconds / times.launch),
            np.clip(np.log2(times.compute / times.memory), -6, 6),
            filled,
        ],
        axis=1,
    )


def _scaled(features: Array, means: object, spreads: object) -> Array:
    import numpy as np

    scaled: Array = np.clip((features - np.array(means)) / np.array(spreads), -3, 3)
    return scaled


def _products(scaled: Array) -> Array:
    """Return 1, the features, and the products of any two of them."""
    import numpy as np

    width = scaled.shape[1]
    pairs = [scaled[:, i] * scaled[:, j] for i in range(width) for j in range(i, width)]
    return np.stack([np.ones(len(scaled)), *scaled.T, *pairs], axis=1)
