"""The torch modules that make sequences or work on them: tokens, attention, recurrence."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from .torch_modules import Reshaped


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
    """A learned table, the first rows of which are added to a sequence."""

    def __init__(self, length: int, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(length, width) * 0.02)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.weight[: x.shape[1]]


class Unembedding(nn.Module):
    """A linear layer whose weight is the table of an embedding.

    The table is neither a parameter nor a buffer here, for the embedding owns it. Until it is set
    to that one's weight it is random; it follows the module to devices and number formats.
    """

    def __init__(self, vocabulary: int, width: int) -> None:
        super().__init__()
        self.weight = torch.randn(vocabulary, width).requires_grad_()

    def _apply(self, fn: Any, *args: Any, **options: Any) -> Any:
        if not isinstance(self.weight, nn.Parameter):
            self.weight = fn(self.weight.detach()).requires_grad_()
        return super()._apply(fn, *args, **options)  # type: ignore[no-untyped-call]

    def forward(self, x: Tensor) -> Tensor:
        return functional.linear(x, self.weight)


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
        q, k, v = functional.linear(x, self.in_proj_weight, self.in_proj_bias).chunk(3, -1)
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
    y: Tensor = functional.scaled_dot_product_attention(q, k, v, is_causal=causal)
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
