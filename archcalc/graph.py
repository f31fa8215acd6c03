"""The net as a flat graph: nodes in order, each naming its inputs. It knows nothing about cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .arithmetic.dims import Shape
from .errors import Problem, Span
from .layers.base import Facts, Layer
from .notation.entries import Spec


class Node(NamedTuple):
    """A layer's place in the net; equal where name, layer and inputs are.

    ``name`` is dotted (``3a.2.conv1``), ``inputs`` are the names of the nodes (or the net's
    inputs) it reads, and ``training_only`` marks the side heads that inference leaves out.
    """

    name: str
    layer: Layer
    inputs: tuple[str, ...]
    span: Span | None = None
    training_only: bool = False

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Node):
            return NotImplemented
        mine = (self.name, self.layer, self.inputs, self.training_only)
        return mine == (other.name, other.layer, other.inputs, other.training_only)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash((self.name, self.inputs))


@dataclass(frozen=True)
class Graph:
    """Nodes in an order in which every node comes after its inputs.

    ``inputs`` are the net's inputs by name, per sample; ``output`` is the node whose output is
    the net's. ``spec`` is what it was read from, where it was read from a text, and ``values``
    what its symbols stand for. ``stated`` keeps
    what layers stated while their shapes were checked, by identity and input shapes: the walk
    need not ask again.
    """

    inputs: dict[str, Shape]
    nodes: tuple[Node, ...]
    output: str
    name: str = ""
    spec: Spec | None = field(default=None, repr=False)
    values: dict[str, int] = field(default_factory=dict)
    warnings: tuple[Problem, ...] = field(default=(), repr=False)
    stated: dict[Any, Facts] = field(default_factory=dict, repr=False, compare=False)

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)

    def __len__(self) -> int:
        return len(self.nodes)

    @property
    def training_only(self) -> tuple[str, ...]:
        """Names of the nodes that only exist in training."""
        return tuple(node.name for node in self.nodes if node.training_only)


def group_of(name: str, depth: int) -> str:
    """Return the first components of a dotted name: the block at that depth.

    >>> group_of("3a.2.conv1", 1)
    '3a'
    """
    return ".".join(name.split(".")[:depth])
