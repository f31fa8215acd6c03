"""The time of a layer, predicted: always with the error its class had on layers held out.

Where nothing was fitted for a class, a neighbouring class or usual values stand in, and the error
is as wide as that was found to be. Far outside what was fitted there is no prediction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..arithmetic.unknown import Unknown
from .fit import Fit, parameters_of, seconds
from .model import ALGORITHMS, PARAMETERS, Device, floor, multiplying, streaming
from .profile import AXES, Calibration, Profile
from .score import Score
from .work import FREE, MULTIPLYING, Work, kernels_of

if TYPE_CHECKING:
    from .model import Kernels

LIKE = {
    "conv": ("linear",),
    "grouped conv": ("linear", "conv"),
    "attention": ("linear",),
    "depthwise conv": ("elementwise",),
    "pooling": ("elementwise",),
    "normalization": ("elementwise",),
    "softmax": ("normalization", "elementwise"),
    "movement": ("elementwise",),
}
# Fitted on products of matrices and asked for convolutions, published timings were off by this
BORROWED = Score(35.0, 25.0, 100.0, 0)
UNCALIBRATED = Score(50.0, 35.0, 150.0, 0)
USUAL_SHARE = {"depthwise conv": 0.2, "pooling": 0.5, "softmax": 0.6, "normalization": 0.6}
WIDER = 0.25  # per doubling outside the hull
FARTHEST = 4.0  # doublings above the hull at which nothing is said any more


@dataclass(frozen=True)
class ErrorClass:
    """Whose held-out errors a prediction carries, and what stands in for what."""

    kind: str
    dtype: str
    score: Score
    note: str = ""

    @property
    def label(self) -> str:
        """The error in words."""
        held = f"held-out error {self.score.mape:.0f}%"
        if not self.score.n:
            held = f"error about {self.score.mape:.0f}%"
        return f"predicted, {held} ({self.kind}, {self.dtype}{self.note})"


@dataclass(frozen=True)
class Terms:
    """What a prediction is made of, in seconds, and the tile, split and waves that were chosen.

    ``filled`` is the share of the multiplied tiles that the layer asked for, over full waves.
    """

    launch: float
    compute: float
    memory: float
    floor: float
    tile: tuple[int, int] | None = None
    split: int = 1
    tiles: int = 0
    waves: int = 0
    filled: float = 1.0
    algorithm: str = ""

    @property
    def text(self) -> str:
        """The choice in words: "64x64 tile, 1 wave, 41% filled, K split in 4"."""
        if self.tile is None:
            return ""
        waves = f"{self.waves} wave" + ("s" if self.waves > 1 else "")
        split = f", K split in {self.split}" if self.split > 1 else ""
        tile = f"{self.tile[0]}x{self.tile[1]} tile"
        return f"{tile}, {waves}, {100 * self.filled:.0f}% filled{split}"


@dataclass(frozen=True)
class Prediction:
    """Seconds, and the interval that holds nine of ten measurements of its class.

    ``bound`` is what takes the time: launch, memory, compute, tiles or algorithm.
    """

    seconds: float
    low: float
    high: float
    bound: str
    terms: Terms
    error_class: ErrorClass


def predict(work: Work, profile: Profile, dtype: str = "") -> Prediction | Unknown:
    """Return the predicted time of one layer, or why there is none."""
    return predict_all([work], profile, dtype)[0]


def predict_all(
    works: Sequence[Work | Unknown], profile: Profile, dtype: str = ""
) -> tuple[Prediction | Unknown, ...]:
    """Return the predicted time of each layer, those of one class in one go; numpy loads here."""
    found: list[Prediction | Unknown | None] = [
        work if isinstance(work, Unknown) else None for work in works
    ]
    classes: dict[tuple[str, str, bool], list[int]] = {}
    for index, work in enumerate(works):
        if isinstance(work, Work):
            format_ = dtype or work.dtype
            key = (work.kind, format_, _covered(work, profile.calibration(work.kind, format_)))
            classes.setdefault(key, []).append(index)
    for (kind, format_, covered), indices in classes.items():
        some = [work for index in indices if isinstance(work := works[index], Work)]
        for index, one in zip(
            indices, _of_class(some, kind, format_, profile, covered), strict=True
        ):
            found[index] = one
    return tuple(one for one in found if one is not None)


def _of_class(
    works: list[Work], kind: str, dtype: str, profile: Profile, covered: bool
) -> list[Prediction | Unknown]:
    if kind == FREE:
        terms = Terms(0.0, 0.0, 0.0, 0.0)
        free = ErrorClass(kind, dtype, Score(0.0, 0.0, 0.0, 0), ", no kernel runs")
        return [Prediction(0.0, 0.0, 0.0, "nothing", terms, free)] * len(works)
    device = profile.device(dtype)
    fit, error, hull = _fit(kind, dtype, profile if covered else _without(profile, kind, dtype))
    kernels = kernels_of(works)
    predicted, least = seconds(fit, kernels, device), floor(kernels, device)
    terms_of = _product_terms if kind in MULTIPLYING else _stream_terms
    all_terms = terms_of(fit, kernels, device, least)
    made: list[Prediction | Unknown] = []
    for index, work in enumerate(works):
        outside, above = _outside(work, kind, hull)
        if above > FARTHEST:
            made.append(
                Unknown(f"{2**above:.0f} times larger than any {kind} layer it was calibrated on")
            )
            continue
        spread = (1 + error.score.p90 / 100) * 2 ** (WIDER * outside)
        time, bottom = float(predicted[index]), float(least[index])
        terms = all_terms[index]
        made.append(
            Prediction(
                time, max(bottom, time / spread), time * spread, _bound(terms, time), terms, error
            )
        )
    return made


def _fit(
    kind: str, dtype: str, profile: Profile
) -> tuple[Fit, ErrorClass, dict[str, tuple[float, float]] | None]:
    """Return the fit of a class, or the nearest there is, with its error and hull."""
    own = profile.calibration(kind, dtype)
    if own is not None:
        note = ", host time left out" if own.host_included else ""
        return _on_device(own), ErrorClass(kind, dtype, own.error, note), dict(own.hull)
    tried: list[Calibration] = []
    for other in LIKE.get(kind, ()):
        if (found := profile.calibration(other, dtype)) is not None:
            tried.append(found)
    usual = {name: p.start for name, p in parameters_of(kind, dtype).items()}
    if kind in USUAL_SHARE:
        usual["bandwidth_share"] = USUAL_SHARE[kind]
    if not tried:
        note = ", nothing calibrated on this device"
        return Fit(usual, {}, 0), ErrorClass(kind, dtype, UNCALIBRATED, note), None
    near = tried[0]
    values = {name: _on_device(near).values.get(name, value) for name, value in usual.items()}
    if kind in USUAL_SHARE:
        values["bandwidth_share"] = usual["bandwidth_share"]
    note = f", from {near.kind} layers"
    return Fit(values, {}, 0), ErrorClass(kind, dtype, BORROWED, note), None


def _covered(work: Work, own: Calibration | None) -> bool:
    """Return whether what was fitted had layers with this one's algorithms among it.

    What was fitted to 3x3 convolutions of stride 1 alone says nothing about the others.
    """
    if own is None or "tiles4" not in own.hull:
        return True
    return bool(work.tiles4) or own.hull["tiles4"][0] == 0


def _without(profile: Profile, kind: str, dtype: str) -> Profile:
    kept = [c for c in profile.calibrations if (c.kind, c.dtype) != (kind, dtype)]
    return replace(profile, calibrations=tuple(kept))


def _on_device(found: Calibration) -> Fit:
    """Return the fit with a usual launch where the host's time hides the device's."""
    if not found.host_included:
        return found.fit
    launch = min(found.fit.values["launch_us"], PARAMETERS["launch_us"].start)
    return replace(found.fit, values={**found.fit.values, "launch_us": launch})


def _outside(
    work: Work, kind: str, hull: dict[str, tuple[float, float]] | None
) -> tuple[float, float]:
    """Return by how many doublings a layer lies outside what was fitted, and above it."""
    from math import log2

    outside = above = 0.0
    for axis in AXES if kind in MULTIPLYING else ("bytes",):
        value = float(getattr(work, axis))
        if hull is None or axis not in hull or not value:
            continue
        low, high = hull[axis]
        outside = max(outside, log2(low / value), log2(value / high))
        above = max(above, log2(value / high))
    return outside, above


def _product_terms(fit: Fit, kernels: Kernels, device: Device, least: object) -> list[Terms]:
    import numpy as np

    times = multiplying(fit.values, kernels, device)
    asked = kernels.m * kernels.n * kernels.groups * times.split
    room = np.maximum(times.tiles, times.waves * device.processors) * times.tile_m * times.tile_n
    columns = (
        times.launch, times.compute, times.memory, np.asarray(least), times.tile_m, times.tile_n,
        times.split, times.tiles, times.waves, asked / room, times.algorithm,
    )  # fmt: skip
    return [
        Terms(
            launch, compute, memory, bottom, (int(tall), int(wide)), int(split), int(tiles),
            int(waves), filled, ALGORITHMS[int(algorithm)],
        )
        for launch, compute, memory, bottom, tall, wide, split, tiles, waves, filled, algorithm
        in zip(*(column.tolist() for column in columns), strict=True)
    ]  # fmt: skip


def _stream_terms(fit: Fit, kernels: Kernels, device: Device, least: object) -> list[Terms]:
    import numpy as np

    launch = fit.values["launch_us"] * 1e-6
    memory = (streaming(fit.values, kernels, device) - launch).tolist()
    return [
        Terms(launch, 0.0, moved, bottom)
        for moved, bottom in zip(memory, np.asarray(least).tolist(), strict=True)
    ]


def _bound(terms: Terms, time: float) -> str:
    """Return what most of the time goes to."""
    if terms.launch >= time / 2:
        return "launch"
    if terms.memory >= terms.compute:
        return "memory"
    if terms.algorithm.startswith("winograd"):
        return "algorithm"
    return "tiles" if terms.filled < 0.5 else "compute"
