"""Maps of another size without learning: upsampling, pixel shuffle and its inverse, cropping."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..arithmetic.dims import Dim, NotExact, Shape, exact_div, product, require
from ..errors import LayerError
from .base import Count, Weightless, Weights, channels, described, hwc, spatial, spread, volume
from .options import choice, size, sizes
from .sliding import joined
from .window import TransposedWindow, Window

if TYPE_CHECKING:
    from torch import nn


class _Resize(Weightless):
    """Maps of another size, in new memory, with nothing learned."""

    def weights(self, x: Shape) -> Weights:
        return {}

    def buffers(self, x: Shape) -> Weights:
        return {}

    def connections(self, x: Shape, y: Shape) -> Count | None:
        return None

    def depth(self) -> int:
        return 0

    def is_view(self) -> bool:
        return False


@dataclass(frozen=True)
class Upsample(_Resize, word="upsample"):
    """Upsampling: each position repeated, or blended with its neighbours (bilinear)."""

    factor: tuple[int, ...] = sizes("F", "how many times larger", "a factor", "2")
    mode: str = choice("mode", ("nearest", "bilinear"), "repeat, or blend the nearest", "nearest")

    examples = (
        "14x14x64 | upsample 2",
        "7x9x8 | upsample 2x3 mode bilinear",
        "100x16 | upsample 4",
        "4x5x6x3 | upsample 2 mode bilinear",
    )

    def check(self, x: Shape) -> None:
        if not spatial(x):
            raise LayerError(
                "E31", f"upsample needs height x width x channels; the input is {described(x)}"
            )
        self._factors(x)

    def _factors(self, x: Shape) -> tuple[Dim, ...]:
        return spread(self.factor, len(spatial(x)), "upsample", "factor")

    def windows(self, x: Shape) -> tuple[TransposedWindow, ...]:
        """State which outputs an input reaches: its own, blended also half of each neighbour's.

        Output centres lie at (o + 1/2)/f - 1/2 (torch's ``align_corners=False``).
        """
        if self.mode == "nearest":
            return tuple(TransposedWindow(kernel=f, stride=f) for f in self._factors(x))
        return tuple(
            TransposedWindow(kernel=f + 2 * (f // 2), stride=f, before=f // 2)
            for f in self._factors(x)
        )

    def output(self, x: Shape) -> Shape:
        grown = zip(spatial(x), self._factors(x), strict=True)
        return volume(channels(x), tuple(n * f for n, f in grown))

    def elementwise(self, x: Shape, y: Shape) -> Count:
        """Count for each blended value a product with each of its 2^n corners, and their sum."""
        if self.mode == "nearest":
            return 0
        corners = product((2,) * len(spatial(x)))
        return product(hwc(y)) * (corners + corners - 1)

    def build(self, *inputs: Shape) -> nn.Module:
        from torch import nn

        from .torch_modules import channels_first

        (x,) = inputs
        rank = len(spatial(x))
        blends = ("linear", "bilinear", "trilinear")
        mode = "nearest" if self.mode == "nearest" else blends[rank - 1]
        return channels_first(nn.Upsample, rank, scale_factor=self._factors(x), mode=mode)


@dataclass(frozen=True)
class PixelShuffle(_Resize, word="pixelshuffle"):
    """Pixel shuffle: groups of r*r channels become blocks of r x r pixels.

    Shi et al. 2016, https://arxiv.org/abs/1609.05158.
    """

    factor: int = size("r", "how many times larger", "a factor")

    examples = ("14x14x64 | pixelshuffle 2", "5x7x27 | pixelshuffle 3")

    def check(self, x: Shape) -> None:
        if len(spatial(x)) != 2:
            raise LayerError(
                "E31", f"pixelshuffle needs height x width x channels; the input is {described(x)}"
            )
        try:
            self.output(x)
        except NotExact:
            block = self.factor * self.factor
            raise LayerError(
                "E14",
                f"{channels(x)} channels cannot be split into blocks of "
                f"{self.factor}x{self.factor} pixels",
                part="factor",
                help=f"the channels must be a multiple of {block}",
            ) from None

    def windows(self, x: Shape) -> tuple[TransposedWindow, ...]:
        return tuple(TransposedWindow(kernel=self.factor, stride=self.factor) for _ in spatial(x))

    def output(self, x: Shape) -> Shape:
        depth = exact_div(channels(x), self.factor * self.factor)
        return volume(depth, tuple(n * self.factor for n in spatial(x)))

    def elementwise(self, x: Shape, y: Shape) -> Count:
        """Say that moving values computes nothing."""
        return 0

    def build(self, *inputs: Shape) -> nn.Module:
        from torch import nn

        return nn.PixelShuffle(self.factor)


@dataclass(frozen=True)
class PixelUnshuffle(_Resize, word="pixelunshuffle"):
    """Pixel unshuffle: blocks of r x r pixels become r*r times as many channels.

    Also called space to depth: the inverse of ``pixelshuffle``.
    """

    factor: int = size("r", "how many times smaller", "a factor")

    examples = ("56x56x96 | pixelunshuffle 2", "6x9x4 | pixelunshuffle 3")

    def check(self, x: Shape) -> None:
        if len(spatial(x)) != 2:
            raise LayerError(
                "E31",
                f"pixelunshuffle needs height x width x channels; the input is {described(x)}",
            )
        try:
            self.output(x)
        except NotExact:
            raise LayerError(
                "E14",
                f"{joined(spatial(x))} cannot be cut into blocks of "
                f"{self.factor}x{self.factor} pixels",
                part="factor",
                help=f"height and width must be multiples of {self.factor}",
            ) from None

    def windows(self, x: Shape) -> tuple[Window, ...]:
        return tuple(Window(kernel=self.factor, stride=self.factor) for _ in spatial(x))

    def output(self, x: Shape) -> Shape:
        depth = channels(x) * (self.factor * self.factor)
        return volume(depth, tuple(exact_div(n, self.factor) for n in spatial(x)))

    def elementwise(self, x: Shape, y: Shape) -> Count:
        """Say that moving values computes nothing."""
        return 0

    def build(self, *inputs: Shape) -> nn.Module:
        from torch import nn

        return nn.PixelUnshuffle(self.factor)


@dataclass(frozen=True)
class Crop(_Resize, word="crop"):
    """Crop: the middle of a map, without copying it.

    Ronneberger et al. 2015 (U-Net), https://arxiv.org/abs/1505.04597, cut the maps that they copy
    to the size of the maps that these join. Where an odd number of positions goes, the end loses
    one more. (torchvision's ``CenterCrop`` rounds half the difference to the nearest even number:
    the same where 1, 5, 9, ... positions go, one more at the start where 3, 7, 11, ... go.)
    """

    size: tuple[int, ...] = sizes("N", "height x width that is kept", "a size", "HxW")

    examples = (
        "64x64x512 | crop 56x56",
        "9x8x3 | crop 6x5",
        "100x16 | crop 51",
        "8x9x9x2 | crop 4",
    )

    def check(self, x: Shape) -> None:
        if not spatial(x):
            raise LayerError(
                "E31", f"crop needs height x width x channels; the input is {described(x)}"
            )
        for n, kept in zip(spatial(x), self._sizes(x), strict=True):
            require(kept <= n, self._too_large, x)

    def _too_large(self, x: Shape) -> LayerError:
        return LayerError(
            "E12",
            f"crop {joined(self._sizes(x))} does not fit into {joined(spatial(x))}",
            part="size",
            help=f"at most `crop {joined(spatial(x))}`; or give a larger input",
        )

    def _sizes(self, x: Shape) -> tuple[Dim, ...]:
        return spread(self.size, len(spatial(x)), "crop", "size")

    def _cut(self, x: Shape) -> tuple[tuple[Dim, Dim], ...]:
        """Return how many positions go before and after, per axis."""
        gone = [n - kept for n, kept in zip(spatial(x), self._sizes(x), strict=True)]
        return tuple((n // 2, n - n // 2) for n in gone)

    def windows(self, x: Shape) -> tuple[Window, ...]:
        """State windows of one position with negative padding: the first lies inside the map."""
        return tuple(Window(1, before=-before, after=-after) for before, after in self._cut(x))

    def output(self, x: Shape) -> Shape:
        return volume(channels(x), self._sizes(x))

    def elementwise(self, x: Shape, y: Shape) -> Count:
        """Say that nothing is computed."""
        return 0

    def is_view(self) -> bool:
        """Say that the output is a part of the input's memory."""
        return True

    def build(self, *inputs: Shape) -> nn.Module:
        from .torch_modules import crop

        (x,) = inputs
        return crop([before for before, _ in self._cut(x)], self._sizes(x))


@dataclass(frozen=True)
class ZeroPad(_Resize, word="zeropad"):
    """Zero padding as a layer of its own: a border of zeros around every channel."""

    padding: tuple[int, ...] = sizes("P", "zeros added on each side", "a width of the border", "P")

    examples = (
        "31x31x32 | zeropad 1",
        "15x14x8 | zeropad 2x3",
        "100x16 | zeropad 3",
        "8x9x9x2 | zeropad 1",
    )

    def check(self, x: Shape) -> None:
        if not spatial(x):
            raise LayerError(
                "E31", f"zeropad needs height x width x channels; the input is {described(x)}"
            )
        self.windows(x)

    def windows(self, x: Shape) -> tuple[Window, ...]:
        """State windows of one position: those of the border see zeros only."""
        return tuple(Window(1, before=pad) for pad in self._pads(x))

    def _pads(self, x: Shape) -> tuple[Dim, ...]:
        return spread(self.padding, len(spatial(x)), "zeropad", "padding")

    def output(self, x: Shape) -> Shape:
        sizes = tuple(w.output(n) for w, n in zip(self.windows(x), spatial(x), strict=True))
        return volume(channels(x), sizes)

    def elementwise(self, x: Shape, y: Shape) -> Count:
        """Say that nothing is computed."""
        return 0

    def is_view(self) -> bool:
        """Say that the output is new memory."""
        return False

    def build(self, *inputs: Shape) -> nn.Module:
        from .torch_modules import border

        (x,) = inputs
        return border(self._pads(x))
