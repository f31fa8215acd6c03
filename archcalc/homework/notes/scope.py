"""The nets that a note gives in a fenced block, and what a name means among them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from ...analysis import Analysis
from ...notation.format import layer_text
from ..measures import Subject

_PARTICLES = (
    "에서는",
    "에서",
    "에는",
    "으로",
    "의",
    "은",
    "는",
    "이",
    "가",
    "을",
    "를",
    "도",
    "와",
    "과",
)
_MOST_TEXTS = 1000


@dataclass(frozen=True)
class Net:
    """One net that a note gives; ``name`` is empty where it is the only one."""

    name: str
    analysis: Analysis

    @property
    def whole(self) -> Subject:
        """The net itself."""
        return Subject(self.analysis, tuple(range(len(self.analysis.nodes))), self.name or "net")

    def part(self, positions: Sequence[int], name: str) -> Subject:
        """Return some of its layers."""
        called = f"{self.name}/{name}" if self.name else name
        return Subject(self.analysis, tuple(positions), called, is_whole=False)

    @cached_property
    def parts(self) -> dict[str, tuple[int, ...]]:
        """The layers and the blocks by name, and the layers by what they are where that tells."""
        found: dict[str, list[int]] = {}
        for position, node in enumerate(self.analysis.nodes):
            steps = node.name.split(".")
            for depth in range(1, len(steps)):
                found.setdefault(".".join(steps[:depth]), []).append(position)
        for position, node in enumerate(self.analysis.nodes):
            found[node.name] = [position]  # conv1, without its conv1.relu
        if len(self.analysis.nodes) <= _MOST_TEXTS:
            texts: dict[str, list[int]] = {}
            for position, node in enumerate(self.analysis.nodes):
                for full in (False, True):
                    texts.setdefault(layer_text(node.layer, full=full), []).append(position)
            for text, positions in texts.items():
                if len(set(positions)) == 1:
                    found.setdefault(text, positions[:1])
        return {name: tuple(positions) for name, positions in found.items()}


class Scope:
    """The nets that claims may be about."""

    def __init__(self, nets: Sequence[Net]) -> None:
        self.nets = tuple(nets)

    @property
    def only(self) -> Net | None:
        """The net, where there is one only."""
        return self.nets[0] if len(self.nets) == 1 else None

    @cached_property
    def _names(self) -> dict[str, list[tuple[Net, Subject | None]]]:
        found: dict[str, list[tuple[Net, Subject | None]]] = {}
        for net in self.nets:
            called = {net.name, net.analysis.graph.name} - {""}
            for name in called:
                found.setdefault(name, []).append((net, None))
            for name, positions in net.parts.items():
                if name not in called:
                    found.setdefault(name, []).append((net, net.part(positions, name)))
        for name in list(found):
            found.setdefault(name.casefold(), found[name])
        return found

    def find(self, name: str) -> list[tuple[Net, Subject | None]]:
        """Return what a name may mean: nets, and layers or blocks of nets."""
        for text in _spellings(name):
            if text in self._names:
                return self._names[text]
            if len(text) > 1 and text.casefold() in self._names:
                return self._names[text.casefold()]
            head, slash, rest = text.partition("/")
            if slash:
                for net, part in self._names.get(head, ()):
                    positions = net.parts.get(rest.replace("/", "."))
                    if part is None and positions:
                        return [(net, net.part(positions, rest))]
        return []


def _spellings(name: str) -> Iterator[str]:
    yield name
    bare = name.rstrip(".:/-+")
    yield bare
    for particle in _PARTICLES:
        if bare.endswith(particle):
            yield bare.removesuffix(particle)
