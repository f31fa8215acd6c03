"""Which layers to time so that few of them say much: every regime, in every kind of layer.

A quarter is bound by its launch, a quarter by bandwidth, a quarter by arithmetic, and a quarter
sits at the edges of tiles and waves or has a long K. What is not timed cannot be fitted.
"""

from __future__ import annotations

from itertools import product as pairs
from typing import NamedTuple

from ..errors import UsageError

SIZES = ("quick", "full")


class CalibrationLayer(NamedTuple):
    """One layer to time: its spec, batch, kind and the regime it was chosen for."""

    spec: str
    batch: int
    kind: str
    regime: str


def _linear(m: int, n: int, k: int, regime: str) -> CalibrationLayer:
    return CalibrationLayer(f"{k} | fc {n}", m, "linear", regime)


def _conv(
    batch: int, side: int, depth: int, filters: int, kernel: int, regime: str, stride: int = 1
) -> CalibrationLayer:
    step = f" s{stride}" if stride > 1 else ""
    pad = f" pad {kernel // 2}" if kernel > 1 else ""
    spec = f"{side}x{side}x{depth} | conv {kernel}x{kernel}x{filters}{step}{pad}"
    return CalibrationLayer(spec, batch, "conv", regime)


def _other(
    batch: int, side: int, depth: int, stage: str, kind: str, regime: str
) -> CalibrationLayer:
    return CalibrationLayer(f"{side}x{side}x{depth} | {stage}", batch, kind, regime)


QUICK = (
    _linear(1, 64, 64, "launch"),
    _linear(32, 32768, 8192, "bandwidth"),
    _linear(4096, 4096, 128, "bandwidth"),
    _linear(4096, 4096, 4096, "compute"),
    _linear(16384, 8192, 2048, "compute"),
    _linear(2112, 1040, 1024, "tiles"),
    _linear(64, 64, 32768, "long K"),
    _linear(256, 512, 16384, "long K"),
    _conv(1, 7, 32, 32, 1, "launch"),
    _conv(64, 56, 64, 256, 1, "bandwidth"),
    _conv(64, 14, 1024, 512, 1, "compute"),
    _conv(1, 14, 32, 32, 3, "launch"),
    _conv(64, 112, 16, 16, 3, "bandwidth"),
    _conv(64, 28, 256, 256, 3, "compute"),
    _conv(9, 15, 200, 72, 3, "tiles"),
    _conv(4, 7, 1024, 512, 3, "long K"),
    _conv(1, 14, 480, 48, 5, "tiles"),
    _conv(64, 28, 128, 128, 5, "compute"),
    _conv(32, 224, 3, 64, 7, "bandwidth", 2),
    _conv(8, 14, 512, 64, 7, "long K"),
    *(
        _other(batch, side, depth, f"dwconv {k}x{k} pad {k // 2}", "depthwise conv", regime)
        for batch, side, depth, k, regime in (
            (1, 14, 96, 3, "launch"), (64, 112, 64, 3, "bandwidth"),
            (64, 28, 384, 7, "bandwidth"), (32, 14, 576, 5, "tiles"),
        )
    ),
    *(
        _other(batch, side, depth, f"conv 3x3x{depth} pad 1 groups {g}", "grouped conv", regime)
        for batch, side, depth, g, regime in (
            (1, 14, 128, 32, "launch"), (64, 56, 128, 32, "bandwidth"),
            (64, 28, 512, 2, "compute"), (16, 14, 512, 8, "tiles"),
        )
    ),
    *(
        _other(batch, side, depth, stage, kind, regime)
        for stage, kind in (("maxpool 3x3 s2", "pooling"), ("bn", "normalization"))
        for batch, side, depth, regime in (
            (1, 14, 64, "launch"), (1, 112, 64, "launch"),
            (8, 56, 128, "bandwidth"), (64, 56, 128, "bandwidth"),
        )
    ),
    *(
        _other(batch, side, depth, "relu", "elementwise", regime)
        for batch, side, depth, regime in (
            (1, 14, 64, "launch"), (4, 56, 64, "launch"),
            (32, 56, 128, "bandwidth"), (128, 112, 64, "bandwidth"),
        )
    ),
)  # fmt: skip


def calibration_layers(size: str = "quick") -> tuple[CalibrationLayer, ...]:
    """Return the layers to time: 40 (``quick``) or about 300 (``full``).

    Errors: :class:`UsageError` (E61) for another size.
    """
    if size not in SIZES:
        raise UsageError("E61", f'no calibration "{size}"', f"one of {', '.join(SIZES)}")
    if size == "quick":
        return QUICK
    return tuple(dict.fromkeys((*QUICK, *_products(), *_windows(), *_streams())))


def _products() -> list[CalibrationLayer]:
    """Return linear layers over all magnitudes of M, N and K."""
    sizes = {
        (m, n, k)
        for m, n, k in pairs(
            (1, 16, 128, 784, 4096, 25088), (64, 1000, 4096), (64, 512, 2304, 8192)
        )
        if 1e3 < m * n * k < 4e11
    }
    odd = {(197, 768, 768), (196, 48, 12000), (1, 4096, 25088), (300, 300, 300), (8, 50257, 768)}
    return [_linear(m, n, k, _regime(m, n, k)) for m, n, k in sorted(sizes | odd)]


def _windows() -> list[CalibrationLayer]:
    """Return convolutions of the sides, depths and batches that nets have."""
    found = []
    stages = ((56, 64), (28, 128), (14, 256), (14, 480), (7, 512))
    for (side, depth), kernel, batch in pairs(stages, (1, 3, 5), (1, 8, 64)):
        for filters in (48, depth) if kernel < 5 else (48,):
            k = depth * kernel**2
            regime = _regime(batch * side**2, filters, k)
            found.append(_conv(batch, side, depth, filters, kernel, regime))
    for batch, filters in pairs((1, 8, 64), (32, 64)):
        found.append(_conv(batch, 224, 3, filters, 7, "bandwidth", 2))
        found.append(_conv(batch, 112, 32, filters, 3, "bandwidth", 2))
        found.append(_conv(batch, 112, 32, filters, 3, "bandwidth"))
    return found


def _streams() -> list[CalibrationLayer]:
    """Return layers that move more than they compute, from 10 kB to 1 GB."""
    found = []
    places = ((112, 32), (56, 128), (28, 384), (14, 576))
    for (side, depth), batch in pairs(places, (1, 8, 64)):
        regime = "launch" if batch * side**2 * depth < 5e5 else "bandwidth"
        stages = [
            ("dwconv 3x3 pad 1", "depthwise conv"), ("dwconv 5x5 pad 2 s2", "depthwise conv"),
            (f"conv 3x3x{depth} pad 1 groups 4", "grouped conv"), ("maxpool 3x3 s2", "pooling"),
            ("bn", "normalization"), ("relu", "elementwise"), ("gelu", "elementwise"),
        ]  # fmt: skip
        found += [_other(batch, side, depth, stage, kind, regime) for stage, kind in stages]
    return found


def _regime(m: int, n: int, k: int) -> str:
    """Return what a product of these sizes is expected to be bound by."""
    if m * n * k < 1e7:
        return "launch"
    if k >= 16 * min(m, n) and m * n < 2e6:
        return "long K"
    if m * n * k / (m * k + n * k + m * n) < 100:
        return "bandwidth"
    return "compute" if m * n > 2e6 else "tiles"
