"""Layers held back until it is known what reads them, and added where nothing takes them in."""

from __future__ import annotations

from typing import Any, NamedTuple

from ..arithmetic.dims import Shape
from ..errors import Span
from .base import Draft, made

WORDS = {"clip": "relu6", "flatten": "flatten"}


class Held(NamedTuple):
    """A layer that is not in the net yet: what it is, what it reads, where it stands."""

    kind: str
    base: str
    span: Span | None = None
    label: str = ""
    more: Any = None


class Holding:
    """The layers of a draft that are held back."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.held: dict[str, Held] = {}
        self.added: dict[str, str] = {}

    def hold(self, held: Held, shape: Shape | None) -> str:
        """Hold a layer back; return the name of its output, which has this shape."""
        name = self.draft.reserved(held.label or held.kind, shape)
        self.held[name] = held
        return name

    def is_held(self, x: str, kind: str) -> bool:
        """Tell whether this is held back as such."""
        return x in self.held and self.held[x].kind == kind

    def base(self, x: str) -> str:
        """Return what a layer that is held back reads."""
        return self.held[x].base

    def real(self, x: str) -> str:
        """Return the node of a layer, which is added where it was held back."""
        held = self.held.get(x)
        if held is None:
            return x
        if x not in self.added:
            base = self.real(held.base)
            if held.kind in WORDS:
                word = made(WORDS[held.kind])
                self.added[x] = self.draft.add(word, [base], held.span, held.label)
            else:
                shape = self.draft.shape(x)
                self.added[x] = self.draft.moved(held.kind, shape, base, held.span, held.label)
        return self.added[x]
