"""The torch modules with windows: convolution, transposed convolution, pooling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import prod
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from .torch_modules import channels_first, per_channel
from .window import TransposedWindow, Window


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
        x = functional.pad(x, self.pads)
        filters = torch.split(self.weight, [len(row) for row in self.table])
        maps = [
            functional.conv2d(x[:, row], taps[None], stride=self.stride, dilation=self.dilation)
            for row, taps in zip(self.table, filters, strict=True)
        ]
        y = torch.cat(maps, 1)
        return y if self.bias is None else y + self.bias[:, None, None]


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
        return y * per_channel(self.weight, y) + per_channel(self.bias, y)


def _steps(windows: Sequence[Window | TransposedWindow]) -> dict[str, Any]:
    """Return the options that torch's convolutions and pools share, one value per axis."""
    return {
        "kernel_size": tuple(w.kernel for w in windows),
        "stride": tuple(w.stride for w in windows),
        "padding": tuple(0 if _uneven(windows) else w.before for w in windows),
        "dilation": tuple(w.dilation for w in windows),
    }


def _ends(windows: Sequence[Window | TransposedWindow]) -> tuple[int, ...]:
    """Return the padding at both ends of each axis in the order of ``pad``: the last axis first."""
    ends = ((w.before, w.before if w.after is None else w.after) for w in reversed(windows))
    return tuple(n for pair in ends for n in pair)


def _uneven(windows: Sequence[Window | TransposedWindow]) -> tuple[int, ...]:
    """Return the same, and nothing where torch's ``padding`` can express it."""
    pads = _ends(windows)
    return () if pads[::2] == pads[1::2] else pads
