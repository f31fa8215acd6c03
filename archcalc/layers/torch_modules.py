"""The torch modules that layers build, batch first: (N, C, H, W), (N, L, D) and (N, D).

Torch's own layers serve wherever they take these shapes and options. Where they do not (channels
last in a sequence, padding that differs at the two ends) a subclass moves, pads or crops around
them, so that parameters keep torch's names. Windows are in ``torch_windows``, what works on
sequences in ``torch_sequences``; here is what they share, merges, and the wiring of a whole net.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from math import prod
from typing import Any, NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

_SEQUENCE, _VOLUME = (-1, 1), (1, -1)  # axes that change places so that channels are where wanted


class _Fitted(nn.Module):
    """Mixed in before a torch layer: move an axis, pad, run the layer, crop, move back."""

    moved: tuple[int, int] | None = None
    pads: tuple[int, ...] = ()  # in the order of torch's pad: the last axis first
    fill: float = 0.0
    crop: tuple[slice, ...] = ()

    def forward(self, *inputs: Any) -> Any:
        (x,) = inputs
        if self.moved:
            x = x.movedim(*self.moved)
        if self.pads:
            x = functional.pad(x, self.pads, value=self.fill)
        y = super().forward(x)
        if self.crop:
            place = (..., *self.crop)
            y = y[place]
        return y.movedim(*reversed(self.moved)) if self.moved else y


Kind = Callable[..., nn.Module]  # a class of torch.nn


@cache
def _fitted_type(kind: Any) -> type[_Fitted]:
    return cast("type[_Fitted]", type(kind.__name__, (_Fitted, kind), {}))


def fitted(
    kind: Kind,
    *args: Any,
    moved: tuple[int, int] | None = None,
    pads: tuple[int, ...] = (),
    fill: float = 0.0,
    crop: tuple[slice, ...] = (),
    **options: Any,
) -> nn.Module:
    """Return a torch layer; where something has to happen around it, a subclass that does it."""
    if not (moved or pads or crop):
        return kind(*args, **options)
    module = _fitted_type(kind)(*args, **options)
    module.moved, module.pads, module.fill, module.crop = moved, pads, fill, crop
    return module


def channels_first(kind: Kind, rank: int, *args: Any, **options: Any) -> nn.Module:
    """Return a layer that wants channels after the batch, for inputs with ``rank`` spatial axes."""
    return fitted(kind, *args, moved=_SEQUENCE if rank == 1 else None, **options)


def channels_last(kind: Kind, rank: int, *args: Any, **options: Any) -> nn.Module:
    """Return a layer that wants channels at the end, for inputs with ``rank`` spatial axes."""
    return fitted(kind, *args, moved=_VOLUME if rank > 1 else None, **options)


class Reshaped(nn.Module):
    """A function of one tensor as a module."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x)


class Merged(nn.Module):
    """A function of several tensors as a module."""

    def __init__(self, function: Callable[..., Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, *inputs: Tensor) -> Tensor:
        return self.function(*inputs)


def per_channel(values: Tensor, x: Tensor) -> Tensor:
    """Return one value per channel, ready to meet all positions of ``x``."""
    return values.reshape(*values.shape, *(1,) * (x.dim() - 2)) if x.dim() > 3 else values


# Linear, activation, channels, merging


class RadialBasis(nn.Module):
    """Squared distances to stored patterns."""

    patterns: Tensor

    def __init__(self, width: int, units: int) -> None:
        super().__init__()
        self.register_buffer("patterns", torch.randn(units, width))

    def forward(self, x: Tensor) -> Tensor:
        constant = self.patterns.pow(2).sum(-1)
        return x.pow(2).sum(-1, keepdim=True) - 2 * functional.linear(x, self.patterns) + constant


class FullyConnected(nn.Linear):
    """A linear layer over all values of the input."""

    def forward(self, input: Tensor) -> Tensor:
        return super().forward(input.flatten(1))


def prelu(depth: int, sequence: bool) -> nn.Module:
    """Return a leaky ReLU with one learned slope per channel."""
    return channels_first(nn.PReLU, 1 if sequence else 0, depth)


class LayerScale(nn.Module):
    """One learned factor per channel."""

    def __init__(self, depth: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full((depth,), 1e-6))

    def forward(self, x: Tensor) -> Tensor:
        return x * per_channel(self.weight, x)


def zero_channels(count: int, rank: int) -> nn.Module:
    """Return a module that puts zeros around the channels, an odd one after them."""
    others = (0, 0) * rank if rank > 1 else ()
    pads = (*others, count // 2, count - count // 2)
    return Reshaped(lambda x: functional.pad(x, pads))


def crop(starts: Sequence[int], sizes: Sequence[int]) -> nn.Module:
    """Return a module that cuts a stretch out of each spatial axis."""
    kept = tuple(slice(start, start + size) for start, size in zip(starts, sizes, strict=True))
    place = (slice(None),) * (2 if len(kept) > 1 else 1) + kept
    return Reshaped(lambda x: x[place])


def border(pads: Sequence[int]) -> nn.Module:
    """Return a module that puts zeros on both sides of each spatial axis."""
    sides = [pad for pad in reversed(pads) for _ in range(2)]
    given = sides if len(pads) > 1 else [0, 0, *sides]  # a sequence has its width last
    return Reshaped(lambda x: functional.pad(x, given))


def concatenation(axis: int) -> nn.Module:
    """Return a module that puts tensors one after the other along an axis."""
    return Merged(lambda *tensors: torch.cat(tensors, axis))


def addition() -> nn.Module:
    """Return a module that adds tensors of equal shapes."""
    return Merged(lambda first, *others: sum(others, first))


def multiplication() -> nn.Module:
    """Return a module that multiplies tensors; a vector scales each channel of a larger one."""

    def multiplied(*tensors: Tensor) -> Tensor:
        largest = max(tensors, key=Tensor.dim)
        rank = largest.dim() - 2
        spaced = [
            (t[:, None] if rank == 1 else per_channel(t, largest)) if t.dim() == 2 else t
            for t in tensors
        ]
        return prod(spaced[1:], start=spaced[0])

    return Merged(multiplied)


# A whole net


class Step(NamedTuple):
    """One layer of a net: the module, its name in the module tree, what it reads and makes."""

    module: nn.Module
    name: str
    reads: tuple[str, ...]
    makes: str


class Wired(nn.Module):
    """Modules that run in order, each on named tensors; a tensor is dropped after its last use."""

    def __init__(self, inputs: Iterable[str], steps: Sequence[Step], output: str) -> None:
        super().__init__()
        self.inputs, self.output = tuple(inputs), output
        self.steps: list[tuple[str, tuple[str, ...], str, tuple[str, ...]]] = []
        last_use = {name: i for i, step in enumerate(steps) for name in (step.makes, *step.reads)}
        for i, (module, name, reads, makes) in enumerate(steps):
            known = f":{name}" if hasattr(self, name) else name  # torch owns `type`, `half`, ...
            self.add_module(known, module)
            used = {n for n in (*reads, makes) if last_use[n] == i and n != output}
            self.steps.append((known, reads, makes, tuple(sorted(used))))

    def forward(self, *inputs: Tensor) -> Tensor:
        alive = dict(zip(self.inputs, inputs, strict=True))
        for module, reads, makes, used in self.steps:
            alive[makes] = self._modules[module](*[alive[name] for name in reads])  # type: ignore[misc]
            for name in used:
                del alive[name]
        return alive[self.output]
