"""What is timed: a layer at its input shapes, or a whole net, under stated conditions."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from ..analysis import Analysis, Settings, walk
from ..arithmetic.dims import Shape, product
from ..arithmetic.unknown import Unknown
from ..errors import ArchcalcError
from ..graph import Graph, Node
from ..layers.base import Facts, hwc, written
from ..notation.entries import Chain, Identity, Parallel, Spec, Stage
from ..notation.format import canonical, inlined, layer_text
from ..quantities import quantity

DTYPES = {"fp32": "float32", "tf32": "tf32", "bf16": "bfloat16", "fp16": "float16"}
_MERGES = ("add", "concat", "mul")
_TOTALS = ("macs", "params", "output")
_LONGEST_TEXT = 400


@dataclass(frozen=True)
class Rules:
    """How long and how often: rounds, replays per round, and when it is enough.

    A subject has at least ``rounds`` rounds of ``replays`` samples, and more until half the
    interval of its median is below ``precision`` of it, or until ``limit`` seconds. Where ten
    replays would not fit into its share of the limit, a round has fewer. At most ``together``
    subjects take turns.
    """

    rounds: int = 7
    replays: int = 10
    precision: float = 0.01
    limit: float = 5.0
    together: int = 8
    seed: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Return the rules as the store's header has them."""
        return dict(vars(self))


class Key(NamedTuple):
    """What tells one measurement from another on the same device and stack."""

    text: str
    batch: int
    dtype: str
    direction: str
    cache: str
    compiled: bool


@dataclass(frozen=True)
class Piece:
    """A layer at its input shapes, or (``word`` is empty) a whole net; equal where these are.

    ``text`` is a spec in canonical form, with the input; ``parses`` is False where the notation
    cannot say it, such as joining inputs of different shapes without what makes them. ``launches``
    are the layers that do any work. A net whose spec is long has a digest for its text, and the
    spec in ``source``.
    """

    text: str
    name: str = field(compare=False)
    graph: Graph = field(compare=False, repr=False)
    word: str
    output: Shape = field(compare=False)
    macs: int | None = field(compare=False)
    params: int | None = field(compare=False)
    launches: int = field(default=1, compare=False)
    parses: bool = field(default=True, compare=False)
    source: str = field(default="", compare=False, repr=False)

    @property
    def whole(self) -> bool:
        """Whether it is a whole net."""
        return not self.word


@dataclass(frozen=True)
class Task:
    """A piece and how it is run."""

    piece: Piece
    batch: int = 1
    dtype: str = "fp32"
    direction: str = "forward"
    cache: str = "warm"
    compiled: bool = False

    @property
    def key(self) -> Key:
        """What tells it from others."""
        return Key(
            self.piece.text, self.batch, self.dtype, self.direction, self.cache, self.compiled
        )

    @property
    def title(self) -> str:
        """The task in words, for progress and notes."""
        return f"{self.piece.name}, batch {self.batch}"

    def working_bytes(self) -> int:
        """Return about how much memory one set takes: weights, and the largest live tensors.

        Training adds all activations, their gradients and those of the weights.
        """
        settings = Settings(self.batch, DTYPES[self.dtype])
        analysis = walk(self.piece.graph, settings)
        weights = _at_least(quantity("params").total(analysis)) * settings.bytes_per_value
        inputs = sum(product(shape) for shape in self.piece.graph.inputs.values())
        live = _at_least(quantity("peak_memory_bytes").total(analysis))
        if self.direction == "training":
            made = sum(product(facts.output) for facts in analysis.facts)
            live += 2 * made * self.batch * settings.bytes_per_value
            weights *= 2
        return weights + live + inputs * self.batch * settings.bytes_per_value


def layer_piece(node: Node, facts: Facts) -> Piece:
    """Return a layer by itself, on inputs of its own."""
    inputs = {f"x{i}": shape for i, shape in enumerate(facts.inputs)}
    alone = Node(node.name, node.layer, tuple(inputs))
    text, parses = _layer_text(node, facts)
    return Piece(
        text=text,
        name=node.name,
        graph=Graph(inputs, (alone,), node.name),
        word=node.layer.word,
        output=facts.output,
        macs=_known(facts.macs),
        params=_known(facts.params),
        parses=parses,
    )


def net_piece(analysis: Analysis, name: str, launches: int) -> Piece:
    """Return a whole net."""
    spec = _spec_of(analysis)
    source = canonical(spec) if spec else ""
    short = 0 < len(source) <= _LONGEST_TEXT
    return Piece(
        text=source if short else _digest(analysis),
        name=name or "whole net",
        graph=analysis.graph,
        word="",
        output=analysis.output,
        macs=_known(quantity("macs").total(analysis)),
        params=_known(quantity("params").total(analysis)),
        launches=max(launches, 1),
        parses=short,
        source=source,
    )


def _layer_text(node: Node, facts: Facts) -> tuple[str, bool]:
    layer, shapes = node.layer, facts.inputs
    if layer.word in _MERGES:
        if len(set(shapes)) == 1:
            branches = tuple(Chain((Identity(),)) for _ in shapes)
            return canonical(
                Spec("", hwc(shapes[0]), Chain((Parallel(layer.word, branches),)))
            ), True
        return f"{' ; '.join(map(written, shapes))} | {layer.word}", False
    known = bool(type(layer).word) and layer.word != "opaque"
    if not known:
        return f"{' ; '.join(map(written, shapes))} | {layer_text(layer, full=True)}", False
    return canonical(Spec("", hwc(shapes[0]), Chain((Stage(layer),)))), True


def _spec_of(analysis: Analysis) -> Spec | None:
    """Return a spec that says the net by itself; None where there is none.

    Its own, or, where that has symbols, one that is made from its layers.
    """
    from ..readers import read
    from ..transcription import transcribed

    graph = analysis.graph
    if len(graph.inputs) != 1:
        return None
    (shape,) = graph.inputs.values()
    for of in (graph, replace(graph, spec=None)):
        try:
            spec = Spec("", hwc(shape), inlined(transcribed(of)).body)
            again = walk(read(canonical(spec), {}), analysis.settings)
        except ArchcalcError:
            continue
        if all(quantity(key).total(again) == quantity(key).total(analysis) for key in _TOTALS):
            return spec
    return None


def _digest(analysis: Analysis) -> str:
    """Return a short text that is the net's own: its layers and edges, digested."""
    from hashlib import sha256

    whole = "\n".join(
        f"{node.name} {','.join(node.inputs)} {layer_text(node.layer, full=True)} {facts.inputs}"
        for node, facts in zip(analysis.nodes, analysis.facts, strict=True)
    )
    shapes = " ; ".join(map(written, analysis.graph.inputs.values()))
    label = analysis.graph.name or "net"
    return f"{label}: {shapes} | {sha256(whole.encode()).hexdigest()[:16]}"


def _known(value: Any) -> int | None:
    return value if isinstance(value, int) else None


def _at_least(value: Any) -> int:
    if isinstance(value, Unknown):
        value = value.at_least
    return value if isinstance(value, int) else 0
