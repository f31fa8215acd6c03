"""The torch module of window attention: a map cut into windows that attend each by itself."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional


class WindowAttention(nn.Module):
    """Self-attention inside windows, with a learned bias per head and relative position.

    ``shifts`` is how far the windows are moved along height and width.
    """

    def __init__(self, width: int, heads: int, window: int, shifts: Sequence[int]) -> None:
        super().__init__()
        self.heads, self.window, self.shifts = heads, window, tuple(shifts)
        table = torch.randn((2 * window - 1) ** 2, heads) * 0.02
        self.relative_position_bias_table = nn.Parameter(table)
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        rows, columns = x.shape[-2:]
        x = functional.pad(x, (0, -columns % self.window, 0, -rows % self.window))
        x = x.movedim(1, -1).roll([-n for n in self.shifts], (1, 2))
        y = self._joined(self._attended(self._parted(x), self._apart(x)))
        y = y.roll(self.shifts, (1, 2)).movedim(-1, 1)
        return y[..., :rows, :columns].contiguous()

    def _parted(self, x: Tensor) -> Tensor:
        """Cut (N, H, W, C) into windows: (N, rows, columns, M*M, C)."""
        batch, rows, columns, depth = x.shape
        m = self.window
        parts = x.reshape(batch, rows // m, m, columns // m, m, depth)
        return parts.transpose(2, 3).flatten(3, 4)

    def _joined(self, x: Tensor) -> Tensor:
        """Put windows together again."""
        parts = x.reshape(*x.shape[:3], self.window, self.window, -1).transpose(2, 3)
        return parts.flatten(3, 4).flatten(1, 2)

    def _attended(self, x: Tensor, apart: Tensor | None) -> Tensor:
        three = self.qkv(x).reshape(*x.shape[:-1], 3, self.heads, -1)
        q, k, v = three.transpose(-2, -4).unbind(-3)
        scores = q @ k.mT * q.shape[-1] ** -0.5 + self._bias(x.device)
        if apart is not None:
            scores = scores.masked_fill(apart, -torch.inf)
        y: Tensor = self.proj((scores.softmax(-1) @ v).transpose(-2, -3).flatten(-2))
        return y

    def _bias(self, device: torch.device) -> Tensor:
        """Return for each head the bias between each two positions of a window."""
        axis = torch.arange(self.window, device=device)
        places = torch.cartesian_prod(axis, axis)
        apart = places[:, None] - places + self.window - 1
        row = apart[..., 0] * (2 * self.window - 1) + apart[..., 1]
        return self.relative_position_bias_table[row].movedim(-1, 0)

    def _apart(self, x: Tensor) -> Tensor | None:
        """Tell which positions of a window the shift brought together from opposite borders."""
        if not any(self.shifts):
            return None
        rows, columns = (
            torch.arange(size, device=x.device) >= size - shift
            for size, shift in zip(x.shape[1:3], self.shifts, strict=True)
        )
        side = self._parted((2 * rows[:, None] + columns.int())[None, ..., None])
        return (side != side.mT)[:, :, :, None]
