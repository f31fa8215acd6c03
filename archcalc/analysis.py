"""The one walk: a graph, node by node, to what each layer states for the shapes it gets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .arithmetic.dims import Shape
from .arithmetic.unknown import Unknown
from .errors import UsageError
from .graph import Graph, Node, group_of
from .layers.base import Facts

DTYPES = {
    "float64": 8,
    "float32": 4,
    "tf32": 4,
    "bfloat16": 2,
    "float16": 2,
    "float8": 1,
    "int8": 1,
}
_DTYPE_NAMES = {
    "half": "float16",
    "single": "float32",
    "double": "float64",
    "fp64": "float64",
    "fp32": "float32",
    "bf16": "bfloat16",
    "fp16": "float16",
    "fp8": "float8",
}


@dataclass(frozen=True)
class Settings:
    """What counts depend on besides the net: batch size, number format, training heads."""

    batch: int = 1
    dtype: str = "float32"
    train: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "dtype", _DTYPE_NAMES.get(self.dtype, self.dtype))
        if self.dtype not in DTYPES:
            known = ", ".join(DTYPES)
            raise UsageError("E48", f'unknown dtype "{self.dtype}"', f"one of {known}")
        if self.batch < 1:
            raise UsageError("E48", f"batch {self.batch} must be at least 1")

    @property
    def bytes_per_value(self) -> int:
        """Bytes one value takes in this format."""
        return DTYPES[self.dtype]


@dataclass(frozen=True)
class Analysis:
    """Everything the layers of a net state, node by node, and what quantities derive from it.

    ``nodes`` are those that count: training heads only when ``settings.train``. Layers of one
    kind at one shape share their facts: ``distinct`` holds each once, and ``kinds`` says for
    every node which of them is its own.
    """

    graph: Graph
    nodes: tuple[Node, ...]
    facts: tuple[Facts, ...]
    distinct: tuple[Facts, ...]
    kinds: tuple[int, ...]
    settings: Settings
    columns: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def __getitem__(self, name: str) -> Facts:
        """Return the facts of a node by its name; :class:`UsageError` (E49) if there is none."""
        return self.facts[self.position(name)]

    def position(self, name: str) -> int:
        """Return where a node stands in ``nodes``; :class:`UsageError` (E49) if nowhere."""
        known = self.columns.get("positions")
        if known is None:
            known = {node.name: i for i, node in enumerate(self.nodes)}
            self.columns["positions"] = known
        if name not in known:
            from difflib import get_close_matches

            near = get_close_matches(name, known, 3)
            names = ", ".join(list(known)[:12]) + (", ..." if len(known) > 12 else "")
            help = f"did you mean {' or '.join(near)}?" if near else f"layers: {names}"
            raise UsageError("E49", f'no layer "{name}"', help)
        return int(known[name])

    @property
    def output(self) -> Shape:
        """The shape of the net's output, per sample."""
        for node, facts in zip(reversed(self.nodes), reversed(self.facts), strict=True):
            if node.name == self.graph.output:
                return facts.output
        return self.graph.inputs[self.graph.output]

    def unknown(self) -> tuple[str, ...]:
        """Names of the layers with a count that nobody knows."""
        return tuple(
            node.name
            for node, facts in zip(self.nodes, self.facts, strict=True)
            if isinstance(facts.macs, Unknown) or isinstance(facts.params, Unknown)
        )

    def groups(self, depth: int) -> dict[str, list[int]]:
        """Return the positions of the nodes of each block, by the first parts of their names."""
        found: dict[str, list[int]] = {}
        for position, node in enumerate(self.nodes):
            found.setdefault(group_of(node.name, depth), []).append(position)
        return found


def walk(graph: Graph, settings: Settings | None = None) -> Analysis:
    """Return what every layer states; each layer kind at each shape is asked once."""
    settings = settings or Settings()
    shapes: dict[str, Shape] = dict(graph.inputs)
    known: dict[Any, int] = {}
    nodes: list[Node] = []
    distinct: list[Facts] = []
    kinds: list[int] = []
    for node in graph.nodes:
        if node.training_only and not settings.train:
            continue
        inputs = tuple([shapes[name] for name in node.inputs])
        key = (id(node.layer), inputs)
        kind = known.get(key)
        if kind is None:
            kind = known[key] = len(distinct)
            stated = graph.stated.get(key)
            distinct.append(node.layer.facts(*inputs) if stated is None else stated)
        shapes[node.name] = distinct[kind].output
        nodes.append(node)
        kinds.append(kind)
    facts = tuple([distinct[kind] for kind in kinds])
    return Analysis(graph, tuple(nodes), facts, tuple(distinct), tuple(kinds), settings)
