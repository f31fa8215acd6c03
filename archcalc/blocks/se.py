"""Squeeze-and-excitation: channels scaled by what the whole map says of them."""

from __future__ import annotations

from dataclasses import dataclass

from ..arithmetic.dims import Dim, NotExact, Shape, exact_div
from ..arithmetic.expression import size_text
from ..errors import LayerError
from ..layers.base import channels, described, spatial
from ..layers.options import choice, integer, size
from .base import Block


@dataclass(frozen=True)
class SqueezeExcite(Block, word="se"):
    """Squeeze-and-excitation (https://arxiv.org/abs/1709.01507): pool, C/r, C, scale."""

    ratio: int = size(
        "16", "reduction of the channels inside; default ratio 16", "a ratio", None, word="ratio"
    )
    squeeze: int = integer("squeeze", "n", "channels inside, instead of C/r", None)
    gate: str = choice("gate", ("sigmoid", "hardsigmoid"), "function of the scale", "sigmoid")
    activation: str = choice("activation", ("relu", "silu"), "function inside", "relu")

    examples = (
        "14x14x256 | se",
        "56x56x64 | se ratio 4 gate hardsigmoid",
        "28x28x240 | se squeeze 10 activation silu",
    )

    def __post_init__(self) -> None:
        if self.ratio is None and self.squeeze is None:
            object.__setattr__(self, "ratio", 16)
        super().__post_init__()

    def body(self, x: Shape) -> str:
        if len(spatial(x)) < 2:
            raise LayerError(
                "E31", f"se needs height x width x channels; the input is {described(x)}"
            )
        width = channels(x)
        first, second = f"fc {size_text(self._inside(width))}", f"fc {size_text(width)}"
        return f"mul( id ; gap | {first} | {self.activation} | {second} | {self.gate} )"

    def _inside(self, width: Dim) -> Dim:
        """Return the number of channels between the two layers."""
        if self.squeeze is not None:
            if self.ratio is not None:
                raise LayerError(
                    "E08",
                    f"ratio {self.ratio} and squeeze {self.squeeze}: both say how many channels "
                    "are inside",
                    part="squeeze",
                    help="one of the two",
                )
            return self.squeeze
        try:
            return exact_div(width, self.ratio)
        except NotExact:
            raise LayerError(
                "E27",
                f"C/r = {width}/{self.ratio} is not a whole number",
                part="ratio",
                help=f"a ratio that divides {width}",
            ) from None
