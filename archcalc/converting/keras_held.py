"""Zeros ahead of a layer of Keras: the padding of what reads them."""

from __future__ import annotations

from typing import Any

from ..errors import Span
from .draft_held import Held, Holding
from .keras_shapes import Pairs, Zeros, grown

FOLDED = ("Conv", "DepthwiseConv", "SeparableConv", "MaxPooling", "AveragePooling")
PLUS, CLIP, VECTOR, FLAT = "plus", "clip", "reshape", "flatten"


class KerasHolding(Holding):
    """What Keras has layers for and the notation says with the layer behind them."""

    def zeros(self, x: str, pairs: Pairs, span: Span | None, label: str) -> str:
        """Hold zeros back; a negative number of them cuts."""
        if self.is_border(x):
            joined = zip(self.held[x].more, pairs, strict=True)
            pairs = tuple((a + c, b + d) for (a, b), (c, d) in joined)
            x = self.base(x)
        shape = self.draft.shape(x)
        shape = None if shape is None else grown(shape, pairs)
        adds = {n > 0 for pair in pairs for n in pair if n}
        title = "shift" if len(adds) > 1 else "zeropad" if True in adds else "crop"
        return self.hold(Held(title, x, span, label, pairs), shape)

    def is_border(self, x: str) -> bool:
        """Tell whether this is a border that is held back: zeros added, or values cut off."""
        return x in self.held and self.held[x].more is not None

    def folded(self, kind: str, config: dict[str, Any], x: str) -> tuple[dict[str, Any], str]:
        """Return the options and the input of a layer; zeros ahead of it become its padding."""
        word, held = kind.rstrip("123D"), self.held.get(x)
        if held is None or held.more is None or word not in FOLDED:
            return config, self.real(x)
        whole = all(n >= 0 for pair in held.more for n in pair)
        if config.get("padding", "valid") != "valid" or not whole or not _fits(config, held.more):
            return config, self.real(x)
        self.draft.note("zeros on one side are written as the padding of the layer behind them")
        return {**config, "padding": Zeros(held.more)}, self.real(held.base)


def _fits(config: dict[str, Any], pairs: Pairs) -> bool:
    """Tell whether a pool can take these zeros in: no more than half of its window."""
    sizes = config.get("pool_size")
    if sizes is None:
        return True
    window = [sizes] * len(pairs) if isinstance(sizes, int) else sizes
    return all(2 * max(pair) <= size for pair, size in zip(pairs, window, strict=True))
