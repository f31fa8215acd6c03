"""The time of a whole net: its layers one after the other, and the host that launches them.

Run eagerly, the slower of host and device counts; replayed as a graph, the device alone;
compiled, neighbours that work value by value run as one kernel and keep nothing between them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..analysis import Analysis
from ..arithmetic.unknown import Unknown
from ..errors import UsageError
from .predict import Prediction, predict_all
from .profile import Profile
from .work import FREE, Work, works

MODES = ("eager", "graph", "compile")
# host seconds per kernel: fitted on published H100 timings of 50 nets run eagerly
DISPATCH = 15.7e-6
FUSED = ("elementwise", "normalization", "movement")


@dataclass(frozen=True)
class NetPrediction:
    """A net's predicted seconds per batch, of which ``host`` launches and ``device`` computes.

    ``layers`` are the predictions by node name; ``unknown`` those that have none, with reasons:
    the sum is then a lower bound.
    """

    seconds: float
    low: float
    high: float
    device: float
    host: float
    mode: str
    layers: dict[str, Prediction]
    unknown: dict[str, str]

    @property
    def labels(self) -> tuple[str, ...]:
        """The errors of the layers that take time, class by class, in words."""
        running = [one for one in self.layers.values() if one.seconds > 0]
        return tuple(dict.fromkeys(one.error_class.label for one in running))


def predict_net(
    analysis: Analysis,
    profile: Profile,
    *,
    batch: int | None = None,
    dtype: str | None = None,
    mode: str = "eager",
) -> NetPrediction:
    """Return the predicted time of a net; :class:`UsageError` (E61) for an unknown mode."""
    if mode not in MODES:
        raise UsageError("E61", f'no mode "{mode}"', f"one of {', '.join(MODES)}")
    asked = works(analysis, batch, dtype)
    if mode == "compile":
        asked = _fused(analysis, asked)
    layers: dict[str, Prediction] = {}
    unknown: dict[str, str] = {}
    for node, one in zip(analysis.nodes, predict_all(asked, profile), strict=True):
        if isinstance(one, Unknown):
            unknown[node.name] = one.reason
        else:
            layers[node.name] = one
    running = [one for one in layers.values() if one.seconds > 0]
    device = sum(one.seconds for one in running)
    low, high = sum(one.low for one in running), sum(one.high for one in running)
    host = DISPATCH * len(running) if mode == "eager" else 0.0
    return NetPrediction(
        max(host, device), low, max(high, host), device, host, mode, layers, unknown
    )


def _fused(analysis: Analysis, asked: tuple[Work | Unknown, ...]) -> tuple[Work | Unknown, ...]:
    """Return the works with chains of value-by-value layers as one kernel, named as its last."""
    readers: dict[str, int] = {}
    for node in analysis.nodes:
        for name in node.inputs:
            readers[name] = readers.get(name, 0) + 1
    positions = {node.name: index for index, node in enumerate(analysis.nodes)}
    merged = list(asked)
    for index, node in enumerate(analysis.nodes):
        for name in node.inputs:
            before = positions.get(name)
            first, second = (None if before is None else merged[before]), merged[index]
            if before is None or readers[name] != 1 or not isinstance(first, Work):
                continue
            if not isinstance(second, Work) or not {first.kind, second.kind} <= set(FUSED):
                continue
            merged[index] = _joined(first, second)
            merged[before] = replace(first, kind=FREE, read=0, stored=0, written=0, elementwise=0)
    return tuple(merged)


def _joined(first: Work, second: Work) -> Work:
    """Return both as one kernel: what lies between is neither written nor read."""
    return replace(
        second,
        kind="elementwise",
        read=first.read + second.read - first.written,
        stored=first.stored + second.stored,
        elementwise=first.elementwise + second.elementwise,
    )
