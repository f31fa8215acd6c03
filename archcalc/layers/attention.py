"""Attention: tokens that gather from each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..arithmetic.dims import Dim, NotExact, Shape, divisors, exact_div, product
from ..errors import LayerError
from .base import Count, UnaryLayer, View, Weights, Windows, described
from .options import flag, integer

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Attention(UnaryLayer, word="attn"):
    """Self-attention: every token gathers from all tokens, by how well query and key match.

    Vaswani et al. 2017, https://arxiv.org/abs/1706.03762. With fewer ``kvheads`` than heads,
    several heads share keys and values: grouped-query attention,
    https://arxiv.org/abs/2305.13245.
    """

    heads: int = integer("heads", "h", "parts of the width that attend separately", 1, "h")
    kvheads: int = integer("kvheads", "g", "heads of keys and values; as many as heads", None)
    causal: bool = flag("causal", "full", "tokens see the past only", False)
    bias: bool = flag("bias", "nobias", "one learned constant per projected value", True)

    examples = (
        "197x768 | attn heads 12",
        "64x32 | attn",
        "128x512 | attn heads 8 kvheads 2 causal nobias",
        "10x48 | attn heads 6 kvheads 1",
    )

    def __post_init__(self) -> None:
        if self.kvheads is None:
            object.__setattr__(self, "kvheads", self.heads)
        super().__post_init__()

    def check(self, x: Shape) -> None:
        if len(x) != 2:
            raise LayerError(
                "E31",
                f"attn needs tokens x width; the input is {described(x)}",
                help="`tokens` turns a volume into a sequence" if len(x) > 2 else "",
            )
        check_split(x[1], self.heads, "heads")
        check_split(self.heads, self.kvheads, "kvheads")

    def windows(self, x: Shape) -> Windows:
        return View.WHOLE

    def output(self, x: Shape) -> Shape:
        return x

    @property
    def _is_grouped(self) -> bool:
        # two arrays of head counts, of which nobody can say whether they are the same, are not
        return not (self.kvheads is self.heads or (self.kvheads == self.heads) is True)

    def _shared(self, x: Shape) -> Dim:
        """Return the width of the keys, and of the values, where heads share them."""
        return exact_div(x[1], self.heads) * self.kvheads

    def _projected(self, x: Shape) -> Dim:
        """Return the width of queries, keys and values together."""
        return x[1] + 2 * self._shared(x) if self._is_grouped else 3 * x[1]

    def weights(self, x: Shape) -> Weights:
        width = x[1]
        if self._is_grouped:
            shared = self._shared(x)
            rows = {"q_proj": width, "k_proj": shared, "v_proj": shared, "out_proj": width}
            taps: Weights = {f"{name}.weight": (n, width) for name, n in rows.items()}
            shifts: Weights = {f"{name}.bias": (n,) for name, n in rows.items()}
        else:  # torch.nn.MultiheadAttention keeps the three projections in one tensor
            taps = {"in_proj_weight": (3 * width, width), "out_proj.weight": (width, width)}
            shifts = {"in_proj_bias": (3 * width,), "out_proj.bias": (width,)}
        return {**taps, **shifts} if self.bias else taps

    def buffers(self, x: Shape) -> Weights:
        return {}

    def macs(self, x: Shape, y: Shape) -> Count:
        """Count the projections in, queries times keys, scores times values, the projection out.

        A causal mask changes nothing: the products are computed in full and then masked, and so
        FlopCounterMode counts them.
        """
        length, width = x
        scores = product((2, length, length, width))
        return self.input_macs(x, y) + scores + product((length, width, width))

    def input_macs(self, x: Shape, y: Shape) -> Count:
        """Count the projections to queries, keys and values: the rest meets no input."""
        length, width = x
        return product((length, width, self._projected(x)))

    def constant_macs(self, x: Shape, y: Shape) -> Count:
        """Say that no constant is contracted."""
        return 0

    def bias_adds(self, x: Shape, y: Shape) -> Count:
        """Count one addition per projected value, in and out."""
        length, width = x
        return product((length, self._projected(x) + width)) if self.bias else 0

    def elementwise(self, x: Shape, y: Shape) -> Count:
        """Count for each score the scaling, then softmax: compare, subtract, exp, add, divide."""
        length, _ = x
        return product((self.heads, length, length)) * 6

    def connections(self, x: Shape, y: Shape) -> Count | None:
        """Count each weight of the projections once per use; scores have no weights."""
        length, width = x
        return self.input_macs(x, y) + product((length, width, width))

    def depth(self) -> int:
        """Count two weighted layers: the projections in, the projection out."""
        return 2

    def is_view(self) -> bool:
        return False

    def build(self, *inputs: Shape) -> nn.Module:
        from .torch_sequences import GroupedAttention, SelfAttention

        width = inputs[0][1]
        if self._is_grouped:
            return GroupedAttention(width, self.heads, self.kvheads, self.causal, self.bias)
        return SelfAttention(width, self.heads, self.causal, self.bias)


def check_split(count: Dim, parts: Dim, word: str) -> None:
    """Raise E32 where a width, or a number of heads, does not split evenly."""
    try:
        exact_div(count, parts)
    except NotExact:
        near = _nearest_divisors(count, parts)
        raise LayerError(
            "E32",
            f"{count} is not divisible by {parts} {word}",
            part=word,
            help=" or ".join(f"`{word} {n}`" for n in near),
        ) from None


def _nearest_divisors(count: Any, wanted: Any) -> list[int]:
    """Return the largest divisor below and the smallest above; nothing for arrays."""
    if type(count) is not int or type(wanted) is not int:
        return []
    known = divisors(count)
    below = [n for n in known if n <= wanted][-1:]
    above = [n for n in known if n >= wanted][:1]
    return [*below, *above]
