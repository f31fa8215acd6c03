"""An operation that the notation has no word for, with the facts that were worked out for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..arithmetic.dims import Shape
from ..errors import MissingDependency
from ..layers.base import Facts, Layer, View, Weights, Windows

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True, eq=False)
class Traced(Layer):
    """One operation of a torch module: its name, and facts that hold for this use of it alone."""

    title: str
    stated: Facts = field(repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "word", self.title)

    def facts(self, *inputs: Shape) -> Facts:
        """Return what was worked out when the operation was recorded."""
        return self.stated

    def build(self, *inputs: Shape) -> nn.Module:
        """Refuse: one operation out of a forward is no module."""
        raise MissingDependency(
            f"{self.title} cannot be built: it was recorded from a torch module",
            "time or check the module itself",
        )


def stated(
    inputs: tuple[Shape, ...],
    output: Shape,
    *,
    weights: Weights | None = None,
    buffers: Weights | None = None,
    shared_params: Any = 0,
    macs: Any = 0,
    input_macs: Any = 0,
    bias_adds: Any = 0,
    elementwise: Any = 0,
    windows: Windows = View.UNKNOWN,
    is_view: bool = False,
) -> Facts:
    """Return facts of an operation; what is not given is nothing."""
    return Facts(
        inputs=inputs,
        output=output,
        weights=weights or {},
        buffers=buffers or {},
        shared_params=shared_params,
        macs=macs,
        input_macs=input_macs,
        constant_macs=0,
        bias_adds=bias_adds,
        elementwise=elementwise,
        connections=None,
        windows=windows,
        depth=1 if (weights and not isinstance(macs, int)) or (weights and macs) else 0,
        is_view=is_view,
    )
