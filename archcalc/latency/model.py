"""The time of one kernel: a launch, then a smooth maximum of tiled arithmetic and memory traffic.

Everything here works on arrays, one value per layer. The parameters are few and each means
something. Every term grows with the batch, so their sum does, and the least over ways to tile does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

TILES = (
    (256, 256), (256, 128), (128, 256), (256, 64), (64, 256), (128, 128), (128, 64), (64, 128),
    (128, 32), (32, 128), (64, 64), (64, 32), (32, 64), (128, 16), (16, 128), (64, 16), (16, 64),
)  # fmt: skip
SPLITS = (1, 2, 3, 4, 6, 8, 12, 16, 32)
STEP = 64  # values of K that a tile multiplies before it waits for the next ones
ALGORITHMS = ("direct", "winograd 2x2", "winograd 4x4")
FILTER_TRANSFORM = 2.6  # its writes are scattered: what they cost more than their bytes
_ROWS = 100
SHARPNESS = 3  # of the smooth maximum: at equal terms it is 26% above either


class Device(NamedTuple):
    """What bounds a kernel: FLOP/s of the number format, bytes/s, multiprocessors, cache bytes."""

    peak: float
    bandwidth: float
    processors: int
    cache: float


class Parameter(NamedTuple):
    """What a fitted number means, where a fit begins and which values are sensible."""

    meaning: str
    start: float
    low: float
    high: float


PARAMETERS: Mapping[str, Parameter] = {
    "launch_us": Parameter("time of a kernel that does nothing", 3.0, 0.3, 100.0),
    "peak_share": Parameter("share of the peak that large tiles reach", 0.85, 0.1, 1.0),
    "bandwidth_share": Parameter("share of the bandwidth that traffic reaches", 0.78, 0.05, 1.0),
    "small_tile": Parameter("what small tiles cost more, per 64/side", 0.15, 0.01, 20.0),
    "prologue": Parameter("beginning and end of a tile, in steps of K", 2.5, 0.05, 20.0),
    "step_ns": Parameter("wait per step of 64 values of K, whatever the tile", 70.0, 0.1, 50000.0),
    "split_us": Parameter("second pass where K is split", 2.5, 0.1, 400.0),
    "cache_ratio": Parameter("bandwidth of the cache over that of memory", 1.5, 1.0, 10.0),
    "cache_share": Parameter("working set, over the cache, that is half in it", 0.3, 0.02, 3.0),
}
WINOGRAD: Mapping[str, Parameter] = {
    "fused_share": Parameter("share of the peak of the fused Winograd kernel", 0.6, 0.05, 1.0),
    "tiled_share": Parameter("share of the peak of Winograd by 36 products", 0.7, 0.05, 1.0),
    "transform_us": Parameter("launches of the Winograd transforms", 10.0, 0.1, 400.0),
    "transform_share": Parameter("share of the bandwidth of the transforms", 0.6, 0.05, 2.0),
}
STREAM: Mapping[str, Parameter] = {
    name: PARAMETERS[name] for name in ("launch_us", "bandwidth_share")
}


@dataclass(frozen=True)
class Kernels:
    """What many layers ask for, as arrays of equal length; GEMM sizes are 0 without products.

    ``groups`` products of ``m`` x ``k`` with ``k`` x ``n``. ``moved`` are the bytes of input and
    output, ``stored`` those of the weights, ``size`` the bytes of a value. ``tiles2`` and
    ``tiles4`` are the output tiles of 2x2 and 4x4 where Winograd's algorithms apply, else 0, and
    ``taps`` the weights of a window.
    """

    m: Array
    n: Array
    k: Array
    groups: Array
    moved: Array
    stored: Array
    size: Array
    taps: Array
    tiles2: Array
    tiles4: Array
    batch: Array

    def __len__(self) -> int:
        return len(self.m)

    def __getitem__(self, index: Any) -> Kernels:
        return Kernels(*(getattr(self, field.name)[index] for field in fields(self)))

    @property
    def flops(self) -> Array:
        """Twice the multiply-adds of the direct algorithm."""
        return 2.0 * self.m * self.n * self.k * self.groups

    @property
    def least_flops(self) -> Array:
        """What is left of them with the best algorithm that may be used."""
        import numpy as np

        return np.where(self.tiles4 > 0, self.flops / 4, self.flops)

    @property
    def bytes(self) -> Array:
        """Input, weights and output, each once."""
        return self.moved + self.stored

    def at(self, batch: Any) -> Kernels:
        """Return the same layers at another batch (or one for each)."""
        import numpy as np

        ratio = batch / self.batch
        grown = {name: getattr(self, name) * ratio for name in ("m", "moved", "tiles2", "tiles4")}
        rest = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in grown}
        return Kernels(**{**rest, **grown, "batch": np.broadcast_to(batch, self.batch.shape)})


@dataclass(frozen=True)
class Times:
    """Seconds, the terms behind them and the choice of tile; arrays as long as the kernels."""

    seconds: Array
    launch: Array
    compute: Array
    memory: Array
    tile_m: Array
    tile_n: Array
    split: Array
    tiles: Array
    waves: Array
    algorithm: Array


class _Tiling(NamedTuple):
    seconds: Array
    tile_m: Array
    tile_n: Array
    split: Array
    tiles: Array
    waves: Array


def floor(kernels: Kernels, device: Device) -> Array:
    """Return the seconds that no kernel can beat: least arithmetic or traffic at the peaks.

    What fits the cache may be in it already, so its traffic bounds nothing.
    """
    import numpy as np

    cold = np.maximum(kernels.bytes - device.cache, 0.0)
    return np.maximum(kernels.least_flops / device.peak, cold / device.bandwidth)


def streaming(values: Mapping[str, float], kernels: Kernels, device: Device) -> Array:
    """Return the seconds of layers bound by memory: a launch and the bytes."""
    rate = device.bandwidth * values["bandwidth_share"]
    return values["launch_us"] * 1e-6 + kernels.bytes / rate


def multiplying(values: Mapping[str, float], kernels: Kernels, device: Device) -> Times:
    """Return the seconds of products by the quickest tile, split and algorithm, with the terms."""
    import numpy as np

    direct = _tiled(values, kernels, device, device.peak * values["peak_share"])
    compute, algorithm = direct.seconds, np.zeros(len(kernels), int)
    if "fused_share" in values and bool(np.any(kernels.tiles4 > 0)):
        for index, seconds in enumerate(_winograd(values, kernels, device), start=1):
            algorithm = np.where(seconds < compute, index, algorithm)
            compute = np.minimum(seconds, compute)
    hot = _hot_share(kernels.bytes / device.cache, values["cache_share"])
    rate = device.bandwidth * values["bandwidth_share"]
    memory = kernels.bytes / rate * ((1 - hot) + hot / values["cache_ratio"])
    launch = np.full(len(kernels), values["launch_us"] * 1e-6)
    both = (compute**SHARPNESS + memory**SHARPNESS) ** (1 / SHARPNESS)
    return Times(launch + both, launch, compute, memory, *direct[1:], algorithm)


def _hot_share(working_set: Array, half: float) -> Array:
    return 1.0 / (1.0 + (working_set / half) ** 2)


def _tiled(
    values: Mapping[str, float],
    kernels: Kernels,
    device: Device,
    peak: float,
    split_by: tuple[int, ...] = SPLITS,
) -> _Tiling:
    """Return the quickest way to cut the products into tiles and K into pieces."""
    import numpy as np

    starts = range(0, max(1, len(kernels)), _ROWS)
    parts = [
        _block(values, kernels[start : start + _ROWS], device, peak, split_by) for start in starts
    ]
    return _Tiling(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _block(
    values: Mapping[str, float],
    kernels: Kernels,
    device: Device,
    peak: float,
    split_by: tuple[int, ...],
) -> _Tiling:
    """Return the same for few layers, so that the arrays stay in the processor's cache."""
    import numpy as np

    sides, splits = np.array(TILES, float), np.array(split_by, float)
    tall, wide = np.repeat(sides[:, 0], len(splits)), np.repeat(sides[:, 1], len(splits))
    pieces = np.tile(splits, len(sides))
    m, n, k, groups = (a[:, None] for a in (kernels.m, kernels.n, kernels.k, kernels.groups))
    steps = np.ceil(k / pieces / STEP)
    small = values["small_tile"] * 64 * (1 / tall + 1 / wide)
    per_tile = 2 * tall * wide * STEP * (steps + values["prologue"])
    per_tile = per_tile * (1 + small) / (1 + values["small_tile"]) / (peak / device.processors)
    tiles = np.ceil(m / tall) * np.ceil(n / wide) * groups * pieces
    waves = np.maximum(1.0, np.ceil(tiles / device.processors))
    partial = 2 * pieces * m * n * groups * 4 / (device.bandwidth * 2.5)
    seconds = waves * per_tile + steps * values["step_ns"] * 1e-9
    seconds = seconds + np.where(pieces > 1, values["split_us"] * 1e-6 + partial, 0.0)
    seconds = np.where((pieces > 1) & (k / pieces < STEP), np.inf, seconds)
    best = seconds.argmin(1)
    rows = np.arange(len(kernels))
    return _Tiling(
        seconds[rows, best], tall[best], wide[best], pieces[best], tiles[rows, best],
        waves[rows, best],
    )  # fmt: skip


def _winograd(values: Mapping[str, float], kernels: Kernels, device: Device) -> tuple[Array, Array]:
    """Return the seconds of the two Winograd algorithms; infinite where they do not apply."""
    import numpy as np

    depth = kernels.k / kernels.taps
    rate = device.bandwidth * values["transform_share"]
    found = []
    for tiles, points in ((kernels.tiles2, 16), (kernels.tiles4, 36)):
        share = values["fused_share" if points == 16 else "tiled_share"]
        inner = Kernels(
            **{
                **{f.name: getattr(kernels, f.name) for f in fields(kernels)},
                "m": tiles, "k": depth, "groups": kernels.groups * points,
            }
        )  # fmt: skip
        seconds = _tiled(values, inner, device, device.peak * share, (1,)).seconds
        if points == 36:
            filters = FILTER_TRANSFORM * depth * kernels.n
            traffic = 2 * points * (tiles * (depth + kernels.n) + filters)
            seconds = seconds + traffic * kernels.size / rate + values["transform_us"] * 1e-6
        found.append(np.where(tiles > 0, seconds, np.inf))
    return found[0], found[1]
