"""Squeeze-and-excitation: channels scaled by what the whole map says of them."""

from __future__ import annotations

from dataclasses import dataclass

from ..arithmetic.dims import NotExact, Shape, exact_div
from ..errors import LayerError
from ..layers.base import channels, described, spatial
from ..layers.options import choice, size
from .base import Block


@dataclass(frozen=True)
class SqueezeExcite(Block, word="se"):
    """Squeeze-and-excitation (https://arxiv.org/abs/1709.01507): pool, C/r, C, scale."""

    ratio: int = size("r", "reduction of the channels inside", "a ratio", 16, word="ratio")
    gate: str = choice("gate", ("sigmoid", "hardsigmoid"), "function of the scale", "sigmoid")

    examples = ("14x14x256 | se", "56x56x64 | se ratio 4 gate hardsigmoid")

    def body(self, x: Shape) -> str:
        if len(spatial(x)) < 2:
            raise LayerError(
                "E31", f"se needs height x width x channels; the input is {described(x)}"
            )
        width = channels(x)
        try:
            reduced = exact_div(width, self.ratio)
        except NotExact:
            raise LayerError(
                "E27",
                f"C/r = {width}/{self.ratio} is not a whole number",
                part="ratio",
                help=f"a ratio that divides {width}",
            ) from None
        return f"mul( id ; gap | fc ({reduced}) | relu | fc ({width}) | {self.gate} )"
