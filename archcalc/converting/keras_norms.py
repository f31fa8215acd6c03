"""Normalizations of Keras: over the channels, with a learned scale and shift or without."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ..layers.base import Layer
from .base import NoWord, made


def shifts_only(config: dict[str, Any]) -> bool:
    """Tell whether a norm learns a shift and no scale."""
    return bool(config.get("center", True)) and not config.get("scale", True)


def _over_channels(config: dict[str, Any], rank: int) -> None:
    """Take the channels as the axis, which is the last one unless the file puts them first."""
    axis = config.get("axis", -1)
    axis = axis[0] if isinstance(axis, list) and len(axis) == 1 else axis
    first = config.get("data_format") == "channels_first"
    channels = 1 if first and rank > 0 else rank + 1
    if axis not in (channels, channels - rank - 2):
        raise NoWord(f"it normalizes axis {str(axis)[:20]}, not the channels")


def _batch(config: dict[str, Any], rank: int) -> Iterator[Layer]:
    scale, center = config.get("scale", True), config.get("center", True)
    _over_channels(config, rank)
    yield made("bn", affine=bool(scale and center))
    if scale and not center:
        yield made("layerscale")


def _all_or_nothing(config: dict[str, Any], rank: int) -> bool:
    """Return whether scale and shift are learned; NoWord where only one is."""
    _over_channels(config, rank)
    scale, center = bool(config.get("scale", True)), bool(config.get("center", True))
    if scale != center:
        raise NoWord("a norm with a shift or a scale alone has no word")
    return scale


def _layer(config: dict[str, Any], rank: int) -> Iterator[Layer]:
    if config.get("rms_scaling", False):
        yield from _rms(config, rank)
    else:
        yield made("ln", affine=_all_or_nothing(config, rank))


def _group(config: dict[str, Any], rank: int) -> Iterator[Layer]:
    groups, affine = config.get("groups", 32), _all_or_nothing(config, rank)
    if type(groups) is not int or groups < 1:
        raise NoWord(f"groups {str(groups)[:20]} is no whole number above 0")
    yield made("gn", groups=groups, affine=affine)


def _rms(config: dict[str, Any], rank: int) -> Iterator[Layer]:
    _over_channels(config, rank)
    yield made("rmsnorm")


NORMS: dict[str, Callable[[dict[str, Any], int], Iterator[Layer]]] = {
    "BatchNormalization": _batch,
    "LayerNormalization": _layer,
    "GroupNormalization": _group,
    "RMSNormalization": _rms,
}
