"""Where layers lie under a device's roof: their FLOPs per byte, and FLOP/s in a known time.

The roof is the least of the peak of the number format and bandwidth times FLOPs per byte. A time
is measured where a store of times has the layer on that device, and else predicted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..analysis import Analysis, Settings
from ..arithmetic.unknown import Unknown
from ..errors import UsageError
from ..latency import Prediction, Profile, Work, predict_all, works
from ..latency.work import FREE
from ..quantities import quantity

if TYPE_CHECKING:
    from .measured import Measured


@dataclass(frozen=True)
class Roof:
    """What bounds every layer: FLOP/s of the number format and bytes per second."""

    peak: float
    bandwidth: float

    @property
    def ridge(self) -> float:
        """The FLOPs per byte at which both bounds meet."""
        return self.peak / self.bandwidth

    def attainable(self, intensity: float) -> float:
        """Return the FLOP/s that a layer of so many FLOPs per byte can reach."""
        return min(self.peak, self.bandwidth * intensity)

    def bound(self, intensity: float) -> str:
        """Return which bound is lower: memory or compute."""
        return "memory" if intensity < self.ridge else "compute"


@dataclass(frozen=True)
class Point:
    """A layer that runs: FLOPs and bytes of the whole batch, and its time.

    ``net`` is the position of its net. ``seconds``, from ``low`` to ``high``, are measured or
    predicted; ``label`` says which, and with what error. ``prediction`` is known either way.
    """

    layer: str
    net: int
    flops: int
    bytes: int
    seconds: float
    low: float
    high: float
    is_measured: bool
    label: str
    prediction: Prediction | None

    @property
    def intensity(self) -> float:
        """FLOPs per byte."""
        return self.flops / self.bytes

    @property
    def rate(self) -> float:
        """FLOP/s."""
        return self.flops / self.seconds

    def share(self, roof: Roof) -> float:
        """Return the least time under the roof over the layer's time."""
        return max(self.flops / roof.peak, self.bytes / roof.bandwidth) / self.seconds


@dataclass(frozen=True)
class Roofline:
    """Layers of some nets under the roof of a device at one batch size and number format.

    ``unknown`` says, by layer, why it has no point; ``source`` where measured times are from.
    """

    profile: Profile
    dtype: str
    batch: int
    names: tuple[str, ...]
    analyses: tuple[Analysis, ...]
    points: tuple[Point, ...]
    unknown: dict[str, str]
    source: str = ""

    @property
    def roof(self) -> Roof:
        """The device's roof for the number format."""
        device = self.profile.device(self.dtype)
        return Roof(device.peak, device.bandwidth)

    @property
    def title(self) -> str:
        """Device, number format and batch size."""
        return f"{self.profile.title}, {self.dtype}, batch {self.batch}"

    @property
    def labels(self) -> tuple[str, ...]:
        """The error classes of what is predicted, each once."""
        return tuple(dict.fromkeys(one.label for one in self.points if not one.is_measured))


def roofline(
    analyses: Sequence[Analysis],
    names: Sequence[str],
    profile: Profile,
    *,
    batch: int = 1,
    dtype: str = "float32",
    times: str = "",
) -> Roofline:
    """Return where the layers of nets lie; views, which do nothing, are left out.

    ``times`` is a store of ``archcalc bench``. Errors: :class:`UsageError` (E48) for what is no
    number format, (E61) where the device has no peak for it, where the times are another
    device's, and where no layer has a point.
    """
    settings = Settings(batch, dtype)
    batch, dtype = settings.batch, settings.dtype
    profile.device(dtype)
    measured = _measured(times, profile, batch, dtype) if times else None
    points: list[Point] = []
    unknown: dict[str, str] = {}
    for net, analysis in enumerate(analyses):
        place = f"{names[net]}, " if len(analyses) > 1 else ""
        asked = works(analysis, batch, dtype)
        flops = quantity("flops").of(analysis)
        found = predict_all(asked, profile)
        for i, (work, prediction) in enumerate(zip(asked, found, strict=True)):
            made = _point(analysis, i, net, flops[i], work, prediction, measured)
            if isinstance(made, Unknown):
                unknown[place + analysis.nodes[i].name] = made.reason
            elif made is not None:
                points.append(made)
    if not points:
        reason = next(iter(unknown.values()), "no layer computes or moves anything")
        raise UsageError("E61", f"nothing lies under the roof: {reason}")
    return Roofline(
        profile, dtype, batch, tuple(names), tuple(analyses), tuple(points), unknown,
        measured.note if measured else "",
    )  # fmt: skip


def _measured(times: str, profile: Profile, batch: int, dtype: str) -> Measured:
    from .measured import Measured

    return Measured.read(times, profile, batch, dtype)


def _point(
    analysis: Analysis,
    i: int,
    net: int,
    flops: int | Unknown,
    work: Work | Unknown,
    prediction: Prediction | Unknown,
    measured: Measured | None,
) -> Point | Unknown | None:
    """Return a layer's point, why it has none, or None for a layer without work."""
    if isinstance(work, Unknown):
        return work
    if work.kind == FREE or not work.bytes:
        return None
    if isinstance(flops, Unknown):
        return flops
    if not isinstance(work.bytes, int) or not isinstance(flops, int):
        return Unknown("the sizes are symbols")
    known = None if isinstance(prediction, Unknown) else prediction
    name, count = analysis.nodes[i].name, flops * work.batch
    made = measured.of(analysis.nodes[i], analysis.facts[i]) if measured else None
    if made is not None:
        low, high = made.interval
        return Point(
            name, net, count, work.bytes, made.median, low, high, True, "measured", known
        )  # fmt: skip
    if isinstance(prediction, Unknown):
        return prediction
    return Point(
        name, net, count, work.bytes, prediction.seconds, prediction.low, prediction.high, False,
        prediction.error_class.label, prediction,
    )  # fmt: skip
