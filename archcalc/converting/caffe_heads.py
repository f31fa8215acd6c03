"""Heads at several scales, as SSD has them: their joined values, changed part by part."""

from __future__ import annotations

from collections.abc import Callable

from ..arithmetic.dims import Shape
from ..errors import Span
from .base import Draft
from .caffe_fields import Fields
from .caffe_layers import is_channels
from .draft_held import Held, Holding

JOIN, CHANGE, PERMUTE = "concat", "change", "permute"
Apply = Callable[[Fields, str, str], str]


class Heads(Holding):
    """Joined vectors and what is done to them, held back until it is known what reads them.

    ``apply`` adds a layer behind a node, with a label. Where detections read the heads, every
    layer behind the join is added to each head by itself: the same values, and branches that nest.
    """

    def __init__(self, draft: Draft, apply: Apply) -> None:
        super().__init__(draft)
        self.apply = apply
        self.unread: dict[str, None] = {}

    def read(self, x: str) -> None:
        """Take note that something reads this."""
        self.unread.pop(x, None)

    def join(self, of: Fields, inputs: list[str]) -> str:
        """Hold vectors back that are to be joined."""
        sizes = [(self.draft.shape(one) or (0,))[0] for one in inputs]
        name = self.hold(Held(JOIN, "", of.span, of.name, inputs), (sum(sizes),))
        self.unread[name] = None
        return name

    def changed(self, of: Fields, x: str, shape: Shape) -> str | None:
        """Hold a layer back that does the same to each head; None where it mixes them."""
        old = self.draft.shape(x)
        if not self._is_heads(x) or old is None:
            return None
        if of.kind == "Reshape":
            parts = [self.draft.shape(one) for one in self.held[x].more or ()]
            fits = len(shape) == 2 and all(part and part[0] % shape[1] == 0 for part in parts)
            apart = fits and len(old) == 1 and bool(parts)
        elif of.kind == "Softmax":
            axis = of.number("softmax_param", "axis", 1)
            apart = len(old) == 2 and is_channels(axis, old)
        else:
            apart = of.kind == "Flatten" and len(old) == 2 and len(shape) == 1
        if not apart:
            return None
        name = self.hold(Held(CHANGE, x, of.span, of.name, of), shape)
        self.unread[name] = None
        return name

    def _is_heads(self, x: str) -> bool:
        return x in self.held and self.held[x].kind in (JOIN, CHANGE)

    def parts(self, x: str) -> list[str]:
        """Return the heads one by one, each with what was done to all."""
        held = self.held.get(x)
        if held is None or held.kind not in (JOIN, CHANGE):
            return [self.real(x)]
        if held.kind == JOIN:
            return [self.real(one) for one in held.more]
        return [self.apply(held.more, one, "") for one in self.parts(held.base)]

    def real(self, x: str) -> str:
        """Return the node of what is held back, which is added."""
        held = self.held.get(x)
        if held is None or held.kind not in (JOIN, CHANGE) or x in self.added:
            return super().real(x)
        if held.kind == JOIN:
            inputs = [self.real(one) for one in held.more]
            self.added[x] = self.draft.merge("concat", inputs, held.span, held.label)
        else:
            self.added[x] = self.apply(held.more, self.real(held.base), held.label)
        return self.added[x]

    def together(self, heads: list[str], span: Span | None, label: str) -> str:
        """Join all values that detections are made of."""
        return self.draft.merge("concat", [p for x in heads for p in self.parts(x)], span, label)

    def finish(self) -> None:
        """Add what nothing reads: the net ends in it."""
        rest = list(self.unread)
        whole = [one for one in rest if len(self.draft.shape(one) or ()) == 1]
        if len(whole) > 1:
            self.draft.note(f"the net ends in {len(whole)} outputs, which are joined here")
            self.together(whole, None, "")
            rest = [one for one in rest if one not in whole]
        for one in rest:
            self.real(one)
