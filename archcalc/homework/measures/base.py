"""What a question asks for: a title for people, and the number that a net's layers give."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from ...analysis import Analysis
from ...graph import Node
from ...layers.base import Facts, Layer


@dataclass(frozen=True)
class Subject:
    """What a question is about: a net and, where it is about some layers, their positions.

    ``name`` is how the key calls it: ``bottleneck`` or ``bottleneck/r``.
    """

    analysis: Analysis
    positions: tuple[int, ...]
    name: str = ""
    is_whole: bool = True

    @property
    def last(self) -> int:
        """The position of the last layer asked about; -1 in a net without layers."""
        if not self.is_whole:
            return self.positions[-1]
        for position, node in enumerate(self.analysis.nodes):
            if node.name == self.analysis.graph.output:
                return position
        return -1

    @property
    def places(self) -> tuple[Place, ...]:
        """The layers asked about."""
        return tuple(Place(self.analysis, position) for position in self.positions)


@dataclass(frozen=True)
class Place:
    """A layer where it stands: what slips are formulas over."""

    analysis: Analysis
    position: int

    @property
    def node(self) -> Node:
        """The layer with its name and inputs."""
        return self.analysis.nodes[self.position]

    @property
    def layer(self) -> Any:
        """The layer with its options."""
        return self.node.layer

    @property
    def word(self) -> str:
        """The layer's word in the notation."""
        return self.node.layer.word

    @property
    def facts(self) -> Facts:
        """What the layer states."""
        return self.analysis.facts[self.position]

    @property
    def before(self) -> Place | None:
        """The layer that feeds this one, where there is exactly one."""
        if len(self.node.inputs) != 1 or self.node.inputs[0] in self.analysis.graph.inputs:
            return None
        return Place(self.analysis, self.analysis.position(self.node.inputs[0]))

    @property
    def after(self) -> tuple[Place, ...]:
        """The layers that this one feeds."""
        return tuple(
            Place(self.analysis, position)
            for position, node in enumerate(self.analysis.nodes)
            if self.node.name in node.inputs
        )


class Measure(ABC):
    """One kind of question. ``unit`` is ``count``, ``bytes``, ``shape``, ``pixels`` or ``ratio``.

    ``metric`` is the column whose working answers the question.
    """

    key: str
    title: str
    metric: str
    unit: ClassVar[str] = "count"

    @abstractmethod
    def value(self, subject: Subject) -> Any:
        """Return the exact answer, or an :class:`Unknown`."""

    def reason(self, subject: Subject) -> str:
        """Return why the answer is what it is, where ``metric`` has no working that says so."""
        return ""


class OfFacts(Measure):
    """A measure that follows from what the layers state, also where they are taken wrongly."""

    @abstractmethod
    def given(self, subject: Subject, facts: Sequence[Facts]) -> Any:
        """Return the answer where the net's layers state these facts."""

    def value(self, subject: Subject) -> Any:
        """Return the answer for what the layers do state."""
        return self.given(subject, subject.analysis.facts)


class OfLayers(OfFacts):
    """A measure that each layer has by itself and that adds up."""

    @abstractmethod
    def amount(self, layer: Layer, facts: Facts, analysis: Analysis) -> Any:
        """Return what one layer adds, where it states these facts."""

    def amounts(self, subject: Subject) -> list[Any]:
        """Return what each layer asked about adds."""
        analysis = subject.analysis
        found = (self.amount(place.layer, place.facts, analysis) for place in subject.places)
        return [0 if amount is None else amount for amount in found]

    def given(self, subject: Subject, facts: Sequence[Facts]) -> Any:
        """Return the sum over the layers asked about."""
        analysis = subject.analysis
        whole: Any = 0
        for position in subject.positions:
            amount = self.amount(analysis.nodes[position].layer, facts[position], analysis)
            whole = whole + (0 if amount is None else amount)
        return whole
