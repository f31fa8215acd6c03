"""A net being drawn from another program's file: its nodes, notes, and what has no word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..arithmetic.dims import Shape
from ..errors import LayerError, Problem, Source, Span, SpecError
from ..graph import Graph, Node
from ..layers import layer_type
from ..layers.base import Layer, hwc, volume
from ..layers.options import Pad
from .draft_forks import Forks

LARGEST_FILE = 2**30
MOST_LAYERS = 5_000
INPUT = "input"
INSTEAD = (
    "convert the file without it and write the rest by hand: "
    "`opaque NAME HxWxC params P macs M` states what a layer costs"
)


class NoWord(Exception):
    """What the notation cannot say, why, and what to do."""

    def __init__(self, message: str, help: str = "") -> None:
        super().__init__(message)
        self.help = help


@dataclass(frozen=True)
class Given:
    """A file to convert: what it is called, its text (none where it is binary) and its bytes.

    ``input`` is the shape that the user states for the net, per sample, or None.
    """

    path: str
    text: str
    data: bytes = b""
    input: Shape | None = None


class Draft:
    """A net under construction: every layer is checked where it is added.

    Layers that cannot be said or do not fit are collected as problems, with their places; what
    reads them is passed over, so that one mistake is told once.
    """

    def __init__(self, given: Given, name: str = "") -> None:
        self.given = given
        self.source = Source(given.path, given.text)
        self.name = name
        self.nodes: list[Node] = []
        self.labels: dict[str, str] = {}
        self.notes: dict[str, None] = {}
        self.problems: list[Problem] = []
        self.places: dict[str, int] = {}
        self.forks = Forks(INPUT)
        self.shapes: dict[str, Shape | None] = {}
        self.owners: dict[str, str] = {}

    def span(self, start: int, end: int) -> Span:
        """Return a stretch of the file's text."""
        return Span(self.source, start, end)

    def start(self, shape: Shape | None, remedy: str = "") -> str:
        """Give the net its input: the user's shape, else the file's; return its name.

        Errors: :class:`SpecError` (E02) where neither is known.
        """
        shape = self.given.input or shape
        if shape is None:
            raise SpecError(
                [
                    Problem(
                        "E02",
                        f"{self.given.path} does not say the input's shape",
                        None,
                        remedy or "state it as height x width x channels: --input 224x224x3",
                    )
                ]
            )
        self.shapes[INPUT] = shape
        return INPUT

    def note(self, text: str) -> None:
        """Say something about the conversion, once."""
        self.notes.setdefault(text)

    def refuse(self, message: str, span: Span | None = None, help: str = "") -> None:
        """Record what the notation has no word for (E53)."""
        self.problems.append(Problem("E53", message, span, help))

    def own(self, weights: str, layer: str) -> None:
        """Say whose some weights are; NoWord where two layers share them.

        A spec would count them twice.
        """
        owner = self.owners.setdefault(weights, layer)
        if owner != layer:
            raise NoWord(f'it shares its weights "{weights[:40]}" with {owner[:40]}')

    def shape(self, name: str) -> Shape | None:
        """Return the shape of a node's output, None where it could not be worked out."""
        return self.shapes.get(name)

    def lost(self, label: str) -> str:
        """Return a node that could not be said; what reads it is passed over."""
        return self.reserved(label or "lost", None)

    def reserved(self, label: str, shape: Shape | None) -> str:
        """Return a name for values of this shape that no node makes yet."""
        name = self._free(label)
        self.shapes[name] = shape
        return name

    def node(self, name: str) -> Node | None:
        """Return the node of a name, None for the input and what is only reserved."""
        place = self.places.get(name)
        return None if place is None else self.nodes[place]

    def moved(
        self, title: str, shape: Shape | None, x: str, span: Span | None = None, label: str = ""
    ) -> str:
        """Add what learns and contracts nothing and has no word, such as a part of the channels.

        It is an opaque block: its output, no params and no MACs are stated, all else is unknown.
        """
        if shape is None:
            return self.lost(label)
        return self.add(self.stated(title, shape), [x], span, label)

    def stated(self, title: str, shape: Shape) -> Layer:
        """Return the opaque block of this output that learns and contracts nothing."""
        self.note(
            f"no word says {title}: it is opaque with 0 params and 0 MACs, which is exact; its "
            "elementwise ops and its field stay unknown"
        )
        return made("opaque", title=title, result=hwc(shape), stated_params=0, stated_macs=0)

    def add(
        self, layer: Layer, inputs: Sequence[str], span: Span | None = None, label: str = ""
    ) -> str:
        """Add a layer that reads these nodes; return its name.

        ``label`` is its name in the file, for the spec; without one the spec names it.
        """
        if len(self.nodes) >= MOST_LAYERS:
            message = f"{self.given.path} has more than {MOST_LAYERS:,} layers"
            raise SpecError([Problem("E44", message, span)])
        name = self._free(label or layer.word)
        self.shapes[name] = None
        self.places[name] = len(self.nodes)
        self.forks.add(name, inputs)
        self.nodes.append(Node(name, layer, tuple(inputs), span))
        if label:
            self.labels[name] = tidy(label)
        shapes = [self.shapes[one] for one in inputs]
        known = [shape for shape in shapes if shape is not None]
        if len(known) < len(shapes):
            return name
        try:
            self.shapes[name] = layer.facts(*known).output
        except LayerError as error:
            where = name if label else ""
            self.problems.append(
                Problem(error.code, error.message, span, error.help, error.label, where)
            )
        return name

    def merge(
        self, word: str, inputs: Sequence[str], span: Span | None = None, label: str = ""
    ) -> str:
        """Add ``concat``, ``add`` or ``mul``; one branch alone is itself.

        Of three and more, those that lie behind one another are joined first, as the notation
        nests branches: a + b(a) + c(b(a)) is a + (b + c(b)).
        """
        branches = list(inputs)
        while word != "mul" and (inner := self.forks.inner(branches)):
            self.note(
                f"{word} of layers behind one another is nested: the same params, MACs and "
                "operations, with partial results in between, and values perhaps in another order"
            )
            found = self.add(made(word), [branches[place] for place in inner], span)
            kept = {place: one for place, one in enumerate(branches) if place not in inner}
            branches = [one for _, one in sorted({**kept, inner[0]: found}.items())]
        return branches[0] if len(branches) == 1 else self.add(made(word), branches, span, label)

    def _free(self, stem: str) -> str:
        name, number = stem, 1
        while name in self.shapes:
            number += 1
            name = f"{stem}#{number}"
        return name

    def graph(self, outputs: Sequence[str]) -> Graph:
        """Return the net that ends in the last of the outputs; the others become side heads.

        Errors: :class:`SpecError` with everything that was refused.
        """
        if self.problems:
            raise SpecError(self.problems)
        *others, main = [one for one in dict.fromkeys(outputs) if one in self.shapes] or [INPUT]
        if main == INPUT:
            raise SpecError([Problem("E01", f"{self.given.path} has no layers to count")])
        kept = self._behind([main])
        heads = self._behind(others) - kept
        ends = [one for one in others if one in heads]
        if ends:
            several = "another output is" if len(ends) == 1 else f"{len(ends)} other outputs are"
            self.note(
                f"{several} written as side heads (aux), which --train counts; the net ends in "
                f"{self.labels.get(main) or 'the last output'}"
            )
        left = len(self.nodes) - len(kept | heads)
        if left:
            self.note(f"{left} layers that no output needs are left out")
        shape = self.shapes[INPUT]
        assert shape is not None
        nodes = [
            node._replace(training_only=node.name in heads)
            for node in self.nodes
            if node.name in kept or node.name in heads
        ]
        return Graph({INPUT: shape}, tuple(nodes), main, self.name)

    def _behind(self, ends: Sequence[str]) -> set[str]:
        """Return the nodes that these need, themselves included."""
        found = set(ends)
        for node in reversed(self.nodes):
            if node.name in found:
                found.update(node.inputs)
        return found - {INPUT}

    def label(self, node: Node, inside: bool) -> str:
        """Return the label of a node in the spec, where it has a name in the file."""
        return self.labels.get(node.name, "")


def made(word: str, **options: object) -> Layer:
    """Return the layer of a word; NoWord where it refuses its options."""
    kind = layer_type(word)
    assert kind is not None, word
    try:
        layer: Layer = kind(**options)
    except LayerError as error:
        raise NoWord(error.message) from None
    return layer


def pads(pairs: Sequence[tuple[int, int]]) -> tuple[Pad, ...]:
    """Return padding per axis, (before, after), as layers have it.

    >>> pads([(1, 1), (1, 1)]), pads([(0, 1), (2, 2)])
    ((Pad(before=1, after=None),), (Pad(before=0, after=1), Pad(before=2, after=None)))
    """
    made = tuple(Pad(before, None if before == after else after) for before, after in pairs)
    return made[:1] if len(set(made)) == 1 else made


def axes(sizes: Sequence[int]) -> int | tuple[int, ...]:
    """Return one number for all axes, or one each.

    >>> axes((2, 2)), axes((2, 1))
    (2, (2, 1))
    """
    return sizes[0] if len(set(sizes)) == 1 else tuple(sizes)


def channels_last(sizes: Sequence[int]) -> Shape:
    """Return the shape that is written height x width x channels."""
    return volume(sizes[-1], tuple(sizes[:-1]))


def tidy(label: str) -> str:
    """Return a name as the notation can have it."""
    return re.sub(r"[^\w./+-]+", "_", label.lstrip("/._+-"))[:100]
