"""A block is a named composition: its options and its input give the notation it stands for."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from ..arithmetic.dims import Shape
from ..layers.options import check_limits

BLOCKS: dict[str, type[Block]] = {}


class Block(ABC):
    """A composition with a word of its own; expands to inline notation at reading time."""

    word: ClassVar[str] = ""
    examples: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, word: str = "", **rest: Any) -> None:
        super().__init_subclass__(**rest)
        if word:
            cls.word = word
            BLOCKS[word] = cls

    def __post_init__(self) -> None:
        check_limits(self)

    @abstractmethod
    def body(self, x: Shape) -> str:
        """Return what the block stands for at this input, as notation without an input."""
