"""Joining branches: concatenate, add, multiply."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..arithmetic.dims import Dim, Shape, may_equal, product, require, total
from ..errors import LayerError
from .base import Count, MergeLayer, channels, described, hwc, spatial, volume, written

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Concat(MergeLayer, word="concat"):
    """Concatenate: the branches' channels one after the other; heights and widths must agree."""

    examples = (
        "28x28x192 | concat( conv 1x1x64 ; conv 3x3x128 pad 1 ; maxpool 3x3 s1 pad 1 )",
        "10x16 | concat( linear 8 ; id )",
        "32 | concat( fc 8 ; id )",
    )

    def check(self, *inputs: Shape) -> None:
        sizes = [spatial(x) for x in inputs]
        require(
            all(len(one) == len(sizes[0]) for one in sizes) and _agree(*sizes),
            lambda: LayerError(
                "E16",
                "branches of concat differ in height and width: "
                + ", ".join("x".join(map(str, one)) or "1" for one in sizes)
                + f" (branch {_odd_one(sizes) + 1})",
                part=f"branch {_odd_one(sizes)}",
                help=_remedy(inputs[_odd_one(sizes)]),
            ),
        )

    def output(self, *inputs: Shape) -> Shape:
        return volume(total(channels(x) for x in inputs), spatial(inputs[0]))

    def elementwise(self, inputs: tuple[Shape, ...], y: Shape) -> Count:
        """Say that copying computes nothing."""
        return 0

    def build(self, *inputs: Shape) -> nn.Module:
        from .torch_modules import concatenation

        return concatenation(1 if len(inputs[0]) > 2 else -1)


@dataclass(frozen=True)
class Add(MergeLayer, word="add"):
    """Add the branches value by value; their shapes must be equal."""

    examples = (
        "56x56x64 | res( conv 3x3x64 pad 1 )",
        "28x28x8 | add( conv 1x1x8 ; conv 3x3x8 pad 1 ; id )",
        "10x16 | res( linear 16 )",
    )

    def check(self, *inputs: Shape) -> None:
        first = inputs[0]
        for other in inputs[1:]:
            require(
                len(first) == len(other) and _agree(first, other),
                lambda other: LayerError(
                    "E17",
                    f"cannot add {_sum_side(first)} to {_sum_side(other)}",
                    help=_advice(first, other),
                ),
                other,
            )

    def output(self, *inputs: Shape) -> Shape:
        return inputs[0]

    def elementwise(self, inputs: tuple[Shape, ...], y: Shape) -> Count:
        """Count one addition per value for each further branch."""
        return product(hwc(y)) * (len(inputs) - 1)

    def build(self, *inputs: Shape) -> nn.Module:
        from .torch_modules import addition

        return addition()


@dataclass(frozen=True)
class Multiply(MergeLayer, word="mul"):
    """Multiply the branches value by value; one value per channel scales a whole map."""

    examples = (
        "14x14x32 | mul( id ; gap | fc 8 | relu | fc 32 | sigmoid )",
        "14x14x8 | mul( id ; conv 1x1x8 | sigmoid )",
        "14x14x8 | mul( id ; gap | conv 1x1x8 )",
    )

    def check(self, *inputs: Shape) -> None:
        largest = self.output(*inputs)
        for other in inputs:
            fits = len(other) == len(largest) and _agree(other, largest)
            require(
                fits or _is_scale(other, largest),
                lambda other: LayerError(
                    "E17",
                    f"cannot multiply {_sum_side(largest)} by {_sum_side(other)}",
                    help=f"the factor needs {written(largest)} values, or one per channel: "
                    f"`gap | fc {channels(largest)}`",
                ),
                other,
            )

    def output(self, *inputs: Shape) -> Shape:
        largest = inputs[0]
        for other in inputs[1:]:  # options, not sizes: how many axes a branch has
            if len(other) > len(largest) or _is_scale(largest, other):
                largest = other
        return largest

    def elementwise(self, inputs: tuple[Shape, ...], y: Shape) -> Count:
        """Count one product per output value for each further branch."""
        return product(hwc(y)) * (len(inputs) - 1)

    def build(self, *inputs: Shape) -> nn.Module:
        from .torch_modules import multiplication

        return multiplication()


def _agree(first: tuple[Dim, ...], *others: tuple[Dim, ...]) -> bool:
    """Tell whether sizes agree; those that nobody can compare yet are taken to."""
    pairs = (pair for other in others for pair in zip(first, other, strict=True))
    return all(may_equal(one, two) for one, two in pairs)


def _is_scale(scale: Shape, scaled: Shape) -> bool:
    if len(scaled) < 2 or not _agree((channels(scale),), (channels(scaled),)):
        return False
    return len(scale) == 1 or (
        len(scale) == len(scaled) and all((n == 1) is True for n in spatial(scale))
    )


def _odd_one(sizes: list[tuple[Dim, ...]]) -> int:
    common = max(sizes, key=sizes.count)
    return next((i for i, one in enumerate(sizes) if one != common), 0)


def _remedy(odd: Shape) -> str:
    if len(odd) < 3:
        return "every branch has to end with the same number of positions"
    return "padding keeps the size: `maxpool 3x3 s1 pad 1`, `conv 3x3xN pad 1`, `conv 5x5xN pad 2`"


def _sum_side(x: Shape) -> str:
    return written(x) if len(x) != 2 else described(x)


def _advice(main: Shape, other: Shape) -> str:
    """Return padding where a body without it lost its border, or a shortcut that fits."""
    sizes = zip(spatial(main), spatial(other), strict=False)
    if len(main) == len(other) and any(_border_lost(small, large) for small, large in sizes):
        return "padding keeps the size: `conv 3x3xN pad 1`, `conv 5x5xN pad 2`"
    return f"give a shortcut: `res( ... ; {_shortcut(main, other)} )`"


def _border_lost(small: Dim, large: Dim) -> bool:
    if not isinstance(small, int) or not isinstance(large, int) or small == large:
        return False
    steps = -(-large // small)
    return small > large or -(-large // steps) != small


def _shortcut(main: Shape, other: Shape) -> str:
    if len(main) == 2:
        return f"linear {main[-1]}"
    if len(main) == 1:
        return f"fc {main[0]}"
    window = "x".join("1" for _ in spatial(main))
    stride = ""
    if len(main) == len(other) and all(type(n) is int for n in (*main, *other)):
        steps = {-(-o // m) for m, o in zip(spatial(main), spatial(other), strict=True) if m}
        stride = f" stride {steps.pop()}" if len(steps) == 1 and steps != {1} else ""
    return f"conv {window}x{channels(main)}{stride}"
