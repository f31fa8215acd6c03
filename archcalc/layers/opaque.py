"""A block whose cost is only stated, or not even that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..arithmetic.dims import Shape
from ..arithmetic.unknown import Unknown
from ..errors import MissingDependency
from .base import Count, UnaryLayer, View, Weights, Windows, volume
from .options import integer, name, shape

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Opaque(UnaryLayer, word="opaque"):
    """A block known only by its output and, where stated, its params and MACs."""

    title: str = name("what the block is called", "a name")
    result: tuple[int, ...] = shape("output shape, as an input shape is written", "an output shape")
    stated_params: Any = integer(
        "params", "P", "learned values; unknown when left out", None, least=0
    )
    stated_macs: Any = integer("macs", "M", "multiply-adds; unknown when left out", None, least=0)

    examples = (
        "28x28x192 | opaque routing 14x14x256 params 1000 macs 2000000",
        "100 | opaque mystery 10",
    )

    def check(self, x: Shape) -> None:
        """Take any shape."""

    def windows(self, x: Shape) -> Windows:
        return View.UNKNOWN

    def output(self, x: Shape) -> Shape:
        return volume(self.result[-1], self.result[:-1])

    def weights(self, x: Shape) -> Weights:
        if self.stated_params is None:
            unknown: Any = Unknown(f"the params of opaque {self.title} are not stated")
            return {"stated": (unknown,)}
        return {"stated": (self.stated_params,)}

    def buffers(self, x: Shape) -> Weights:
        return {}

    def macs(self, x: Shape, y: Shape) -> Count:
        if self.stated_macs is None:
            return Unknown(f"the MACs of opaque {self.title} are not stated")
        count: int = self.stated_macs
        return count

    def input_macs(self, x: Shape, y: Shape) -> Count:
        return Unknown(f"opaque {self.title} does not say which MACs touch its input")

    def constant_macs(self, x: Shape, y: Shape) -> Count:
        return Unknown(f"opaque {self.title} does not say which MACs meet a constant")

    def bias_adds(self, x: Shape, y: Shape) -> Count:
        return Unknown(f"the bias additions of opaque {self.title} are not stated")

    def elementwise(self, x: Shape, y: Shape) -> Count:
        return Unknown(f"the elementwise operations of opaque {self.title} are not stated")

    def connections(self, x: Shape, y: Shape) -> Count | None:
        return Unknown(f"the connections of opaque {self.title} are not stated")

    def depth(self) -> Count:
        return Unknown(f"the depth of opaque {self.title} is not stated")

    def is_view(self) -> bool:
        return False

    def build(self, *inputs: Shape) -> nn.Module:
        raise MissingDependency(
            f"opaque {self.title} cannot be built: only its cost is stated",
            "write the block out in layers",
        )
