"""Saved bytes: what autograd keeps of a forward pass until the backward pass."""

from __future__ import annotations

from typing import Any

from ...analysis import Analysis
from ...arithmetic.unknown import Unknown
from ...graph import Node
from ...layers.base import Facts
from ..base import Quantity, sum_of
from .rules import RULES, Call, Memory, Tensor, Undecided


class SavedBytes(Quantity):
    """Bytes that autograd keeps for the backward pass, params excluded, for the whole batch in
    training, with torch's unfused operators: each tensor once, at the first layer that keeps it.
    """

    key, title, symbol, unit, rank = "saved_bytes", "saved bytes", "", "bytes", 65

    def values(self, analysis: Analysis) -> list[Any]:
        """Replay the net in order; count each memory where it is kept first."""
        settings = analysis.settings
        tensors = _inputs(analysis)
        known: set[Memory] = set()
        found: list[Any] = []
        for node, facts in zip(analysis.nodes, analysis.facts, strict=True):
            read = tuple([tensors[name] for name in node.inputs])
            kept, tensors[node.name] = _kept(node, facts, read, settings.batch)
            if isinstance(kept, Unknown):
                found.append(kept)
                continue
            size = 0
            for memory in kept:
                if memory not in known:
                    known.add(memory)
                    size += memory.size(settings.batch, settings.bytes_per_value)
            found.append(size)
        return found

    def total(self, analysis: Analysis) -> Any:
        """Add the layers: no memory is counted twice."""
        return sum_of(self.of(analysis))


def _inputs(analysis: Analysis) -> dict[str, Tensor]:
    """Return the net's inputs; the numbers of tokens are whole numbers of eight bytes."""
    looked_up = {
        name for node in analysis.nodes if node.layer.word == "embedding" for name in node.inputs
    }
    found = {}
    for name, shape in analysis.graph.inputs.items():
        x = Tensor.new(shape)
        numbers = Memory(x.memory.values, 8)
        found[name] = Tensor(shape, numbers, x.order) if name in looked_up else x
    return found


def _kept(
    node: Node, facts: Facts, read: tuple[Tensor, ...], batch: int
) -> tuple[list[Memory] | Unknown, Tensor]:
    """Return what a layer keeps, and what it makes."""
    uses_learned = bool(facts.weights) or facts.shared_params != 0
    learns = uses_learned or any(x.learns for x in read)
    rule = RULES.get(node.layer.word)
    if rule is None:
        shared = facts.is_view and len(read) == 1
        y = Tensor.new(facts.output)
        y = Tensor(y.shape, read[0].memory if shared else y.memory, y.order, learns)
        what = getattr(node.layer, "title", node.layer.word)
        unknown = Unknown(f"what {what} keeps for the backward pass is not known")
        return (unknown if learns else []), y
    try:
        y = rule.makes(node.layer, facts, read, batch)
        if y.learns is not learns:
            y = Tensor(y.shape, y.memory, y.order, learns, y.cut)
        if not learns:
            return [], y
        return rule.keeps(Call(node.layer, facts, read, y, batch)), y
    except Undecided as undecided:
        y = Tensor.new(facts.output)
        y = Tensor(y.shape, y.memory, y.order, learns)
        return Unknown(f"{node.name}: {undecided}"), y


QUANTITY = SavedBytes()
