"""Twenty layers on which counters of multiply-adds differ, with their counts by hand.

A probe is what makes a module, its inputs and the multiply-adds. Inputs are shapes of one sample,
as ``archcalc.read`` takes them; a tensor stands for a batch of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Function(nn.Module):
    """A function as a module, with what it learns as attributes."""

    def __init__(self, function: Callable[..., Any], **learned: Any) -> None:
        super().__init__()
        self.function = function
        for name, value in learned.items():
            made = nn.Parameter(torch.empty(value)) if isinstance(value, tuple) else value
            setattr(self, name, made)

    def forward(self, *inputs: Tensor) -> Any:
        return self.function(self, *inputs)


class Twice(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(16, 16, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.conv(self.conv(x))
        return y


def attention(q: Tensor) -> Tensor:
    return F.scaled_dot_product_attention(q, q, q)


ENCODER = 50 * (4 * 64 * 64 + 2 * 64 * 128) + 2 * 50 * 50 * 64
PROBES: dict[str, tuple[Callable[[], nn.Module], list[Any], int]] = {
    "conv3x3": (lambda: nn.Conv2d(16, 32, 3, padding=1), [(16, 14, 14)], 14 * 14 * 32 * 9 * 16),
    "conv3x3, batch of 8": (
        lambda: nn.Conv2d(16, 32, 3, padding=1), [torch.empty(8, 16, 14, 14, device="meta")],
        8 * 14 * 14 * 32 * 9 * 16),
    "depthwise": (
        lambda: nn.Conv2d(16, 16, 3, padding=1, groups=16), [(16, 14, 14)], 14 * 14 * 16 * 9),
    "dilated": (
        lambda: nn.Conv2d(16, 32, 3, padding=2, dilation=2), [(16, 14, 14)], 14 * 14 * 32 * 9 * 16),
    "same, even kernel": (
        lambda: nn.Conv2d(16, 32, 4, padding="same"), [(16, 14, 14)], 14 * 14 * 32 * 16 * 16),
    "deconv stride 2": (
        lambda: nn.ConvTranspose2d(16, 32, 4, 2, 1), [(16, 14, 14)], 14 * 14 * 16 * 16 * 32),
    "deconv in groups": (
        lambda: nn.ConvTranspose2d(16, 16, 4, 2, 1, groups=16), [(16, 14, 14)], 14 * 14 * 16 * 16),
    "linear on tokens": (lambda: nn.Linear(64, 128), [(50, 64)], 50 * 64 * 128),
    "F.conv2d": (
        lambda: Function(lambda m, x: F.conv2d(x, m.w), w=(32, 16, 3, 3)),
        [(16, 14, 14)], 12 * 12 * 32 * 9 * 16),
    "F.linear": (
        lambda: Function(lambda m, x: F.linear(x, m.w), w=(128, 64)), [(50, 64)], 50 * 64 * 128),
    "x @ w": (lambda: Function(lambda m, x: x @ m.w, w=(64, 128)), [(50, 64)], 50 * 64 * 128),
    "bmm": (
        lambda: Function(lambda m, x: torch.bmm(x, x.transpose(1, 2))), [(50, 64)], 50 * 50 * 64),
    "einsum": (
        lambda: Function(lambda m, x: torch.einsum("bld,de->ble", x, m.w), w=(64, 128)),
        [(50, 64)], 50 * 64 * 128),
    "scaled_dot_product_attention": (
        lambda: Function(lambda m, x: attention(x)), [(4, 50, 16)], 2 * 4 * 50 * 50 * 16),
    "nn.MultiheadAttention": (
        lambda: Function(
            lambda m, x: m.a(x, x, x)[0], a=nn.MultiheadAttention(64, 4, batch_first=True)),
        [(50, 64)], 4 * 50 * 64 * 64 + 2 * 50 * 50 * 64),
    "nn.TransformerEncoderLayer": (
        lambda: nn.TransformerEncoderLayer(64, 4, 128, batch_first=True), [(50, 64)], ENCODER),
    "LSTM, two layers, both ways": (
        lambda: nn.LSTM(32, 48, 2, bidirectional=True, batch_first=True),
        [(20, 32)], 20 * 2 * 4 * 48 * ((32 + 48) + (96 + 48))),
    "GRU": (lambda: nn.GRU(32, 48, batch_first=True), [(20, 32)], 20 * 3 * 48 * (32 + 48)),
    "a shared convolution": (Twice, [(16, 14, 14)], 2 * 14 * 14 * 16 * 9 * 16),
    "matmul of two inputs": (
        lambda: Function(lambda m, x, y: torch.matmul(x, y)), [(50, 64), (64, 30)], 50 * 64 * 30),
}  # fmt: skip

# What counting the biases adds: one for each number that a layer with a bias puts out, of which
# recurrent cells have two for each gate
BIASES = {
    "conv3x3": 14 * 14 * 32,
    "conv3x3, batch of 8": 8 * 14 * 14 * 32,
    "depthwise": 14 * 14 * 16,
    "dilated": 14 * 14 * 32,
    "same, even kernel": 14 * 14 * 32,
    "deconv stride 2": 28 * 28 * 32,
    "deconv in groups": 28 * 28 * 16,
    "linear on tokens": 50 * 128,
    "nn.MultiheadAttention": 50 * 4 * 64,
    "nn.TransformerEncoderLayer": 50 * (4 * 64 + 128 + 64),
    "LSTM, two layers, both ways": 20 * 2 * 2 * 4 * 48 * 2,
    "GRU": 20 * 3 * 48 * 2,
    "a shared convolution": 2 * 14 * 14 * 16,
}
