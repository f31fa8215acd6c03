"""What blocks share: options written back as notation, and checks of the input."""

from __future__ import annotations

from typing import Any

from ..arithmetic.dims import Dim, Shape, may_equal, require
from ..arithmetic.expression import size_text, symbolic_text
from ..errors import LayerError
from ..layers.base import described, spatial
from ..layers.sliding import certainly


def axes_text(value: Any) -> str:
    """Return one number for all axes or one per axis as notation: ``2``, ``2x1``.

    >>> axes_text(2), axes_text((2, 1))
    ('2', '2x1')
    """
    parts = value if isinstance(value, tuple) else (value,)
    return "x".join(size_text(part) for part in parts)


def padding_text(pads: Any) -> str:
    """Return padding with its word as notation: ``pad 1``, ``pad 0:1``, ``same``."""
    if pads == "same":
        return "same"
    sides = (
        size_text(pad.before)
        if pad.after is None
        else f"{size_text(pad.before)}:{size_text(pad.after)}"
        for pad in pads
    )
    return f"pad {'x'.join(sides)}"


def keeping_text(kernel: Dim, same: bool) -> str:
    """Return the padding that keeps the size at stride 1: half the kernel, or ``same``."""
    return "same" if same else f"pad (({size_text(kernel)} - 1)//2)"


def settled(one: Dim, other: Dim, question: str, part: str = "", help: str = "") -> bool:
    """Tell whether two numbers are the same, where layers depend on it.

    Errors: :class:`LayerError` (E28) where that depends on symbols: either answer would be wrong
    for some of their numbers.
    """
    if certainly(one == other):
        return True
    if getattr(one - other, "is_zero", False) is None:
        raise LayerError(
            "E28",
            f"{question} depends on whether {symbolic_text(one)} is {symbolic_text(other)}",
            part=part,
            help=help or "numbers for the symbols: --set NAME=NUMBER",
        )
    return False


def is_unstrided(stride: Any, question: str, help: str = "") -> bool:
    """Tell whether the step is 1 along every axis; E28 where that depends on symbols."""
    steps = stride if isinstance(stride, tuple) else (stride,)
    return all(settled(step, 1, question, "stride", help) for step in steps)


def check_volume(word: str, x: Shape) -> None:
    """Raise E31 where the input has no height and width."""
    if len(spatial(x)) != 2:
        raise LayerError(
            "E31", f"{word} needs height x width x channels; the input is {described(x)}"
        )


def check_odd(word: str, kernel: Dim) -> None:
    """Raise E16 where a kernel is even, so that no padding on both sides keeps the size."""
    require(
        may_equal(2 * (kernel // 2) + 1, kernel),
        lambda: LayerError(
            "E16",
            f"kernel {kernel} is even: padding on both sides cannot keep the size in {word}",
            part="kernel",
            help=f"`kernel {kernel + 1}`",
        ),
    )
