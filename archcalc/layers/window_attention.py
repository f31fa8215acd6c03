"""Window attention: positions of a map that gather from the window that they lie in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..arithmetic.dims import Dim, Shape, ceil_div, product, smaller
from ..errors import LayerError
from .attention import check_split
from .base import Count, UnaryLayer, Weights, channels, described, spatial
from .options import flag, integer, size
from .window import BlockWindow

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class WindowAttention(UnaryLayer, word="winattn"):
    """Window attention: each position of a map gathers from the M x M window that it lies in.

    Liu et al. 2021 (Swin), https://arxiv.org/abs/2103.14030, section 3.2, with a learned
    bias per head and relative position. With ``shift`` the windows lie half a window further, and
    what the shift brings together from opposite borders does not see each other; where one window
    holds the whole axis, nothing is shifted. Maps that windows do not divide are filled up with
    zeros after the end, and these positions are computed like all others (as in torchvision's
    ``shifted_window_attention``).
    """

    window: int = size("M", "window height and width", "a window")
    heads: int = integer("heads", "h", "parts of the width that attend separately", 1, "h")
    shift: bool = flag("shift", "noshift", "windows half a window further", False)

    examples = (
        "56x56x96 | winattn 7 heads 3",
        "28x28x192 | winattn 7 heads 6 shift",
        "15x10x32 | winattn 4 heads 2 shift",
        "6x5x8 | winattn 7 shift",
    )

    def check(self, x: Shape) -> None:
        if len(spatial(x)) != 2:
            raise LayerError(
                "E31", f"winattn needs height x width x channels; the input is {described(x)}"
            )
        check_split(channels(x), self.heads, "heads")

    def _count(self, x: Shape) -> Dim:
        """Return the number of windows; the last of an axis may hold positions that fill it up."""
        return product(ceil_div(n, self.window) for n in spatial(x))

    def _shifts(self, x: Shape) -> tuple[Dim, ...]:
        """Return how far the windows are moved per axis: not at all where there is one."""
        if not self.shift:
            return (0, 0)
        others = (ceil_div(n, self.window) - 1 for n in spatial(x))
        return tuple(self.window // 2 * smaller(count, 1) for count in others)

    def windows(self, x: Shape) -> tuple[BlockWindow, ...]:
        return tuple(BlockWindow(self.window, shift) for shift in self._shifts(x))

    def output(self, x: Shape) -> Shape:
        return x

    def weights(self, x: Shape) -> Weights:
        width, places = channels(x), 2 * self.window - 1
        return {
            "qkv.weight": (3 * width, width),
            "qkv.bias": (3 * width,),
            "proj.weight": (width, width),
            "proj.bias": (width,),
            "relative_position_bias_table": (places * places, self.heads),
        }

    def buffers(self, x: Shape) -> Weights:
        return {}

    def macs(self, x: Shape, y: Shape) -> Count:
        """Count the projections in, queries times keys, scores times values, the projection out.

        Where windows divide the map these are the paper's 4HWC^2 + 2M^2HWC (equation 2).
        """
        width, positions = channels(x), self.window * self.window
        scores = product((2, positions, positions, width))
        out = product((positions, width, width))
        return self._count(x) * (self._projections(x) + scores + out)

    def input_macs(self, x: Shape, y: Shape) -> Count:
        """Count the projections to queries, keys and values: the rest meets no input."""
        return self._count(x) * self._projections(x)

    def _projections(self, x: Shape) -> Dim:
        """Return the multiply-adds of a window's queries, keys and values."""
        width = channels(x)
        return product((self.window * self.window, width, 3 * width))

    def constant_macs(self, x: Shape, y: Shape) -> Count:
        """Say that no constant is contracted; zeros that fill a map up are computed in full."""
        return 0

    def bias_adds(self, x: Shape, y: Shape) -> Count:
        """Count one addition per projected value, in and out."""
        width, positions = channels(x), self.window * self.window
        return self._count(x) * (positions * (3 * width + width))

    def elementwise(self, x: Shape, y: Shape) -> Count:
        """Count for each score the scaling, the position's bias, and five steps of softmax.

        The mask of shifted windows is not counted, as a causal one is not.
        """
        positions = self.window * self.window
        return self._count(x) * product((self.heads, positions, positions)) * 7

    def connections(self, x: Shape, y: Shape) -> Count | None:
        """Count each weight of the projections once per use; scores have no weights."""
        width, positions = channels(x), self.window * self.window
        return self._count(x) * (self._projections(x) + product((positions, width, width)))

    def depth(self) -> int:
        """Count two weighted layers: the projections in, the projection out."""
        return 2

    def is_view(self) -> bool:
        return False

    def build(self, *inputs: Shape) -> nn.Module:
        from .torch_window_attention import WindowAttention

        (x,) = inputs
        return WindowAttention(channels(x), self.heads, self.window, self._shifts(x))
