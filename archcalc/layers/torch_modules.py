"""The torch modules that layers build, batch first: (N, C, H, W), (N, L, D) and (N, D).

Torch's own layers serve wherever they take these shapes and options. Where they do not (channels
last in a sequence, padding that differs at the two ends) a subclass moves, pads or crops around
them, so that parameters keep torch's names.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from math import prod
from typing import Any, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .window import TransposedWindow, Window

_SEQUENCE, _VOLUME = (-1, 1), (1, -1)  # axes that change places so that channels are where wanted


class _Fitted(nn.Module):
    """Mixed in before a torch layer: move an axis, pad, run the layer, crop, move back."""

    moved: tuple[int, int] | None = None
    pads: tuple[int, ...] = ()  # in the order of F.pad: the last axis first
    fill: float = 0.0
    crop: tuple[slice, ...] = ()

    def forward(self, *inputs: Any) -> Any:
        (x,) = inputs
        if self.moved:
            x = x.movedim(*self.moved)
        if self.pads:
            x = F.pad(x, self.pads, value=self.fill)
        y = super().forward(x)
        if self.crop:
            y = y[(..., *self.crop)]
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


# Convolution and pooling


def convolution(
    windows: Sequence[Window],
    sizes: Sequence[int],
    in_channels: int,
    out_channels: int,
    groups: int,
    bias: bool,
) -> nn.Module:
    """Return a convolution over as many axes as there are sizes."""
    pads = _uneven(windows)
    return channels_first(
        (nn.Conv1d, nn.Conv2d, nn.Conv3d)[len(sizes) - 1],
        len(sizes),
        in_channels,
        out_channels,
        groups=groups,
        bias=bias,
        pads=pads,
        **_steps(windows),
    )


def transposed_convolution(
    windows: Sequence[TransposedWindow],
    in_channels: int,
    out_channels: int,
    groups: int,
    bias: bool,
) -> nn.Module:
    """Return a transposed convolution; a cut that differs at the two ends is made afterwards."""
    cut = _uneven(windows)
    ends = tuple(zip(cut[::2], cut[1::2], strict=True))[::-1]
    return channels_first(
        (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)[len(windows) - 1],
        len(windows),
        in_channels,
        out_channels,
        output_padding=tuple(w.extra for w in windows),
        groups=groups,
        bias=bias,
        crop=tuple(slice(before, -after or None) for before, after in ends),
        **_steps(windows),
    )


class TableConvolution(nn.Module):
    """A convolution in which each filter sees only the maps that its row of a table lists."""

    def __init__(
        self,
        table: Sequence[Sequence[int]],
        kernel: Sequence[int],
        windows: Sequence[Window],
        bias: bool,
    ) -> None:
        super().__init__()
        self.table = [list(row) for row in table]
        self.pads = _ends(windows)
        self.stride = tuple(w.stride for w in windows)
        self.dilation = tuple(w.dilation for w in windows)
        taps = torch.empty(sum(map(len, table)), *kernel)
        self.weight = nn.Parameter(nn.init.kaiming_uniform_(taps))
        self.bias = nn.Parameter(torch.zeros(len(table))) if bias else None

    def forward(self, x: Tensor) -> Tensor:
        x = F.pad(x, self.pads)
        filters = torch.split(self.weight, [len(row) for row in self.table])
        maps = [
            F.conv2d(x[:, row], taps[None], stride=self.stride, dilation=self.dilation)
            for row, taps in zip(self.table, filters, strict=True)
        ]
        y = torch.cat(maps, 1)
        return y if self.bias is None else y + self.bias[:, None, None]


table_convolution = TableConvolution


def pooling(kind: str, windows: Sequence[Window], sizes: Sequence[int]) -> nn.Module:
    """Return max (``max``) or average (``avg``) pooling; padding counts as zeros in the mean."""
    pads, ceil, steps = _uneven(windows), windows[0].ceil, _steps(windows)
    pairs = tuple(zip(windows, sizes, strict=True))
    if any(2 * w.before > w.kernel or w.kernel > n for w, n in pairs):  # what torch refuses
        pads, steps["padding"] = _ends(windows), 0
    if kind == "avg":  # torch has no dilated averages, and neither have we
        del steps["dilation"]
    return channels_first(
        getattr(nn, f"{kind.title()}Pool{len(sizes)}d"),
        len(sizes),
        ceil_mode=ceil,
        pads=pads,
        fill=-torch.inf if kind == "max" else 0.0,
        # torch cannot tell what was padded before it, so it keeps windows starting there
        crop=tuple(slice(w.output(n)) for w, n in pairs) if pads and ceil else (),
        **steps,
    )


def adaptive_pooling(kind: str, targets: Sequence[int]) -> nn.Module:
    """Return max or average pooling to the target sizes."""
    pool = getattr(nn, f"Adaptive{kind.title()}Pool{len(targets)}d")
    return channels_first(pool, len(targets), tuple(targets))


class Subsampling(nn.Module):
    """LeNet-5's subsampling: the window's sum, times a coefficient, plus a bias."""

    def __init__(self, depth: int, windows: Sequence[Window], sizes: Sequence[int]) -> None:
        super().__init__()
        full = []
        for w, n in zip(windows, sizes, strict=True):  # zeros up to the end of the last window,
            _, last = w.reach(w.output(n) - 1)  # or a mean would not be over all of its taps
            full.append(replace(w, after=last + 1 - n, ceil=False, same=False))
        self.pool = pooling("avg", full, sizes)
        self.taps = prod(w.kernel for w in windows)
        self.weight = nn.Parameter(torch.full((depth,), 1 / self.taps))
        self.bias = nn.Parameter(torch.zeros(depth))

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.pool(x) * self.taps
        return y * _per_channel(self.weight, y) + _per_channel(self.bias, y)


subsampling = Subsampling


def _steps(windows: Sequence[Window | TransposedWindow]) -> dict[str, Any]:
    """Return the options that torch's convolutions and pools share, one value per axis."""
    return {
        "kernel_size": tuple(w.kernel for w in windows),
        "stride": tuple(w.stride for w in windows),
        "padding": tuple(0 if _uneven(windows) else w.before for w in windows),
        "dilation": tuple(w.dilation for w in windows),
    }


def _ends(windows: Sequence[Window | TransposedWindow]) -> tuple[int, ...]:
    """Return the padding at both ends of each axis as F.pad takes it: the last axis first."""
    ends = ((w.before, w.before if w.after is None else w.after) for w in reversed(windows))
    return tuple(n for pair in ends for n in pair)


def _uneven(windows: Sequence[Window | TransposedWindow]) -> tuple[int, ...]:
    """Return the same, and nothing where torch's ``padding`` can express it."""
    pads = _ends(windows)
    return () if pads[::2] == pads[1::2] else pads


def _per_channel(values: Tensor, x: Tensor) -> Tensor:
    """Return one value per channel, ready to meet all positions of ``x``."""
    return values.reshape(*values.shape, *(1,) * (x.dim() - 2)) if x.dim() > 3 else values


# Linear, activation, merging, tokens


class FullyConnected(nn.Linear):
    """A linear layer over all values of the input."""

    def forward(self, input: Tensor) -> Tensor:
        return super().forward(input.flatten(1))


fully_connected = FullyConnected


def prelu(depth: int, sequence: bool) -> nn.Module:
    """Return a leaky ReLU with one learned slope per channel."""
    return channels_first(nn.PReLU, 1 if sequence else 0, depth)


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
            (t[:, None] if rank == 1 else _per_channel(t, largest)) if t.dim() == 2 else t
            for t in tensors
        ]
        return prod(spaced[1:], start=spaced[0])

    return Merged(multiplied)


def tokens() -> nn.Module:
    """Return a module that puts the positions of a volume in a row."""
    return Reshaped(lambda x: x.flatten(2).transpose(1, 2))


def class_token(width: int, add: bool) -> nn.Module:
    """Return a module that puts a learned token first, or keeps the first token alone."""
    return ClassToken(width) if add else Reshaped(lambda x: x[:, 0])


class ClassToken(nn.Module):
    """A learned token in front of a sequence."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1, width))

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat((self.weight.expand(len(x), 1, -1), x), 1)


class PositionEmbedding(nn.Module):
    """A learned table added to a sequence."""

    def __init__(self, length: int, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(length, width) * 0.02)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.weight


# Attention and recurrence


class SelfAttention(nn.MultiheadAttention):
    """Torch's multi-head attention of a sequence to itself.

    Its own forward, because in inference torch's fuses everything into one operator that
    FlopCounterMode does not count.
    """

    def __init__(self, width: int, heads: int, causal: bool, bias: bool) -> None:
        super().__init__(width, heads, bias=bias, batch_first=True)
        self.causal = causal

    def forward(self, *inputs: Any, **_: Any) -> Any:
        (x,) = inputs
        q, k, v = F.linear(x, self.in_proj_weight, self.in_proj_bias).chunk(3, -1)
        return self.out_proj(_attended(q, k, v, self.num_heads, self.num_heads, self.causal))


class GroupedAttention(nn.Module):
    """Self-attention in which several heads share keys and values."""

    def __init__(self, width: int, heads: int, kvheads: int, causal: bool, bias: bool) -> None:
        super().__init__()
        self.heads, self.kvheads, self.causal = heads, kvheads, causal
        shared = width // heads * kvheads
        self.q_proj = nn.Linear(width, width, bias)
        self.k_proj = nn.Linear(width, shared, bias)
        self.v_proj = nn.Linear(width, shared, bias)
        self.out_proj = nn.Linear(width, width, bias)

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = self.q_proj(x), self.k_proj(x), self.v_proj(x)
        y: Tensor = self.out_proj(_attended(q, k, v, self.heads, self.kvheads, self.causal))
        return y


def _attended(q: Tensor, k: Tensor, v: Tensor, heads: int, kvheads: int, causal: bool) -> Tensor:
    q = q.view(*q.shape[:2], heads, -1).transpose(1, 2)
    k, v = (t.view(*t.shape[:2], kvheads, -1).transpose(1, 2) for t in (k, v))
    if kvheads != heads:  # repeated here, so that each head's products are counted
        k, v = (t.repeat_interleave(heads // kvheads, 1) for t in (k, v))
    y: Tensor = F.scaled_dot_product_attention(q, k, v, is_causal=causal)
    return y.transpose(1, 2).flatten(2)


class _OutputOnly(nn.Module):
    """Mixed in before a recurrent layer: returns the sequence without the final state."""

    def forward(self, *inputs: Any, **options: Any) -> Any:
        return super().forward(*inputs, **options)[0]


class Rnn(_OutputOnly, nn.RNN):
    """Torch's RNN, returning the sequence alone."""


class Lstm(_OutputOnly, nn.LSTM):
    """Torch's LSTM, returning the sequence alone."""


class Gru(_OutputOnly, nn.GRU):
    """Torch's GRU, returning the sequence alone."""
