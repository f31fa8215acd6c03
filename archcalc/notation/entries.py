"""What a spec says, as a tree: stages, chains, branches, repeats. Spans do not enter equality."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from ..arithmetic.expression import Expression
from ..errors import Problem, Span
from ..layers.base import Layer

Size = int | Expression
Number = int | Fraction


@dataclass(frozen=True)
class Figure:
    """A number stated beside a spec: a limit it keeps (budget) or a figure that was published.

    ``key`` is a column or a counting convention, ``text`` the number as written, ``relation`` one
    of ``<= < >= > =``. ``of`` are the layers or groups it counts (none: the whole net),
    ``differs`` says why the figure does not follow from the architecture, ``thousand`` is what K
    stands for.
    """

    key: str
    text: str
    relation: str = "="
    of: tuple[str, ...] = ()
    source: str = ""
    differs: str = ""
    thousand: int = 1000
    train: bool = False
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Entry:
    """Anything that can stand between two bars. ``label`` is its name, or empty."""

    span: Span | None = field(default=None, compare=False, repr=False, kw_only=True)
    label: str = field(default="", kw_only=True)


@dataclass(frozen=True)
class Stage(Entry):
    """One layer; ``suffixes`` are layers written as ``+bn +relu`` behind it.

    ``parts`` maps an option to the span it was written at. ``symbolic`` tells that some option
    is an expression.
    """

    layer: Layer
    suffixes: tuple[Stage, ...] = ()
    symbolic: bool = False
    parts: dict[str, Span] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True)
class BlockStage(Entry):
    """A named composition with its options, such as ``se ratio 16``."""

    block: Any
    parts: dict[str, Span] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True)
class Definition:
    """A block that a spec defines for itself: ``inception(c1, r3, c3)`` and what it stands for."""

    name: str
    parameters: tuple[str, ...]
    body: Chain


@dataclass(frozen=True)
class Call(Entry):
    """A block of the spec with its values; ``body`` is the definition's with the values put in."""

    definition: Definition = field(compare=False, repr=False)
    arguments: tuple[Size, ...]
    body: Chain


@dataclass(frozen=True)
class Identity(Entry):
    """``id``: the branch's input as it is."""


@dataclass(frozen=True)
class Chain(Entry):
    """Stages one after the other: ``[ a | b ]*3``."""

    entries: tuple[Entry, ...]
    repeat: Size = 1


@dataclass(frozen=True)
class Parallel(Entry):
    """Branches side by side, joined by ``concat``, ``add``, ``mul`` or ``res``."""

    kind: str
    branches: tuple[Chain, ...]
    repeat: Size = 1


@dataclass(frozen=True)
class Aux(Entry):
    """A side branch that exists in training only."""

    title: str
    body: Chain


@dataclass(frozen=True)
class Spec:
    """A whole spec: its input (None for a fragment), its stages, its name, and warnings.

    A YAML spec also has values for its symbols, blocks of its own, and what is said about it.
    """

    name: str
    input: tuple[Size, ...] | None
    body: Chain
    span: Span | None = field(default=None, compare=False, repr=False)
    input_span: Span | None = field(default=None, compare=False, repr=False)
    warnings: tuple[Problem, ...] = field(default=(), compare=False, repr=False)
    is_yaml: bool = field(default=False, compare=False)
    symbols: dict[str, Number] = field(default_factory=dict)
    definitions: tuple[Definition, ...] = field(default=(), compare=False, repr=False)
    note: str = field(default="", compare=False)
    origin: str = field(default="", compare=False)
    budget: tuple[Figure, ...] = field(default=(), compare=False)
    published: tuple[Figure, ...] = field(default=(), compare=False)
