"""The net as a flat graph: nodes in order, each naming its inputs. It knows nothing about cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from .arithmetic.dims import Shape
from .errors import Problem, Span
from .layers.base import Layer
from .notation.entries import Spec


@dataclass(frozen=True, slots=True)
class Node:
    """A layer's place in the net.

    ``name`` is dotted (``3a.2.conv1``), ``inputs`` are the names of the nodes (or the net's
    inputs) it reads, and ``training_only`` marks the side heads that inference leaves out.
    """

    name: str
    layer: Layer
    inputs: tuple[str, ...]
    span: Span | None = field(default=None, compare=False, repr=False)
    training_only: bool = False


@dataclass(frozen=True)
class Graph:
    """Nodes in an order in which every node comes after its inputs.

    ``inputs`` are the net's inputs by name, per sample; ``output`` is the node whose output is
    the net's. ``spec`` is what it was read from, where it was read from a text.
    """

    inputs: dict[str, Shape]
    nodes: tuple[Node, ...]
    output: str
    name: str = ""
    spec: Spec | None = field(default=None, repr=False)
    warnings: tuple[Problem, ...] = field(default=(), repr=False)

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
