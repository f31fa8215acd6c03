"""What residual blocks share: a body, a shortcut beside it, and the order of their layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..arithmetic.dims import Dim, Shape
from ..arithmetic.expression import size_text
from ..errors import LayerError
from ..layers.base import channels, described, spatial
from ..layers.options import choice, flag, integer
from .pieces import axes_text, is_unstrided, settled

ACTIVE = "+bn +relu"
_REMEDY = "the same symbol or a number, or `shortcut always`"


def shortcut_option() -> Any:
    """State what stands beside the body."""
    kinds = ("projection", "identity", "always", "none")
    return choice("shortcut", kinds, "a 1x1 convolution where the shape changes", "projection")


def preact_option() -> Any:
    """State the order of convolution, norm and activation."""
    return flag("preact", "postact", "norm and activation before each convolution", False)


def ratio_option() -> Any:
    """State squeeze-and-excitation at the body's end."""
    return integer("se", "r", "squeeze-and-excitation at the end, with this ratio", None)


def window(kernel: int, x: Shape) -> str:
    """Return a window as wide along every axis, with its final cross: ``3x3x``."""
    return f"{kernel}x" * len(spatial(x))


def check_positions(word: str, x: Shape) -> None:
    """Raise E31 where the input is a vector."""
    if not spatial(x):
        raise LayerError(
            "E31", f"{word} needs height x width x channels; the input is {described(x)}"
        )


def keeps_shape(x: Shape, filters: Dim, stride: Any) -> bool:
    """Tell whether stride and channels stay; E28 where that depends on symbols."""
    return is_unstrided(stride, "the shortcut", _REMEDY) and settled(
        channels(x), filters, "the shortcut", help=_REMEDY
    )


def residual(
    x: Shape,
    convolutions: Sequence[str],
    filters: Dim,
    stride: Any,
    *,
    shortcut: str = "projection",
    preact: bool = False,
    ratio: int | None = None,
) -> str:
    """Return the notation of a residual block whose body are these convolutions.

    ``filters`` are those of the last one. The shortcut ``projection`` is a 1x1 convolution where
    the shape changes (option B of He et al. 2015), ``identity`` the subsampled input with zero
    channels added (option A), ``always`` a 1x1 convolution everywhere (option C); ``none`` leaves
    a plain net. With ``preact`` a projection reads the normed input, as in He et al. 2016.
    """
    *inner, last = convolutions
    stages = [f"{conv} {ACTIVE}" for conv in inner] + [last + (" nobias" if preact else " +bn")]
    if ratio is not None:
        stages.append(f"se: se ratio {size_text(ratio)}")
    body = " | ".join(stages)
    before, after = ("bn | relu | ", "") if preact else ("", " | relu")
    if shortcut == "none":
        return before + body + after
    same = shortcut != "always" and keeps_shape(x, filters, stride)
    if shortcut == "always" or (shortcut == "projection" and not same):
        norm = "nobias" if preact else "+bn"
        step = axes_text(stride)
        beside = f"conv {window(1, x)}{size_text(filters)} stride {step} {norm}"
        return f"{before}res( {body} ; {beside} ){after}"
    beside = "" if same else f" ; {subsampled(x, filters, stride)}"
    return f"res( {before}{body}{beside} ){after}"


def subsampled(x: Shape, filters: Dim, stride: Any) -> str:
    """Return a shortcut without weights: positions left out, zero channels added."""
    stages = []
    if not keeps_shape(x, channels(x), stride):
        stages.append(f"maxpool {window(1, x)[:-1]} stride {axes_text(stride)}")
    if not settled(channels(x), filters, "the shortcut", help=_REMEDY):
        stages.append(f"padchannels {size_text(filters)}")
    return " | ".join(stages)
