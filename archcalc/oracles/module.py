"""One torch module for a whole net, built from the graph that the counts come from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..analysis import Settings, walk
from ..arithmetic.dims import Shape
from ..errors import MissingDependency, UsageError
from ..graph import Graph

if TYPE_CHECKING:
    from torch import nn


@dataclass
class StandIns:
    """Asks :func:`build` to put something of the stated shape where a layer cannot be built.

    ``reasons`` then says for which layers, and why: nothing about them is checked.
    """

    reasons: dict[str, str] = field(default_factory=dict)

    def of(self, name: str, output: Shape, error: MissingDependency) -> nn.Module:
        """Return a module that makes a tensor of the stated shape."""
        import torch

        from ..layers.torch_modules import Merged

        def empty(*inputs: Any) -> Any:
            (x, *_) = inputs
            y = torch.empty(len(x), *output, device=x.device)
            return y.requires_grad_(x.requires_grad)

        self.reasons[name] = error.message
        return Merged(empty)


def build(graph: Graph, *, train: bool = False, stand_ins: StandIns | None = None) -> nn.Module:
    """Return a torch module that computes the net, batch first and channels first.

    ``train`` builds and runs the auxiliary heads too; the output is the net's in either case.
    Each layer of the net is a module of its own, under the layer's name with ``:`` for ``.``
    (see :func:`layer_and_weight`). Inside ``with torch.device("meta")`` nothing is allocated.
    Errors: :class:`UsageError` (E29) while a size is a symbol, and
    :class:`~archcalc.errors.MissingDependency` for opaque layers, unless ``stand_ins`` are wanted.
    """
    from ..layers.torch_modules import Step, Wired

    analysis = walk(graph, Settings(train=train))
    steps = []
    for node, facts in zip(analysis.nodes, analysis.facts, strict=True):
        _require_numbers(node.name, facts.output, *facts.inputs, *facts.weights.values())
        try:
            module = node.layer.build(*facts.inputs)
        except MissingDependency as error:
            if stand_ins is None:
                raise
            module = stand_ins.of(node.name, facts.output, error)
        steps.append(Step(module, node.name.replace(".", ":"), node.inputs, node.name))
    return Wired(graph.inputs, steps, graph.output)


def layer_and_weight(name: str) -> tuple[str, str]:
    """Return the layer and its weight behind a name of ``named_parameters()`` or buffers.

    Torch joins nested names with dots, and so does archcalc, where ``conv1`` and ``conv1.bn`` are
    two layers; therefore a layer's dots are ``:`` in torch. A name that torch's modules use
    themselves, such as ``type``, has a ``:`` in front.

    >>> layer_and_weight("res1:conv1:bn.weight")
    ('res1.conv1.bn', 'weight')
    >>> layer_and_weight("attn1.out_proj.bias")
    ('attn1', 'out_proj.bias')
    """
    layer, _, weight = name.partition(".")
    return layer.removeprefix(":").replace(":", "."), weight


def _require_numbers(layer: str, *shapes: Shape) -> None:
    for shape in shapes:
        for size in shape:
            if getattr(size, "free_symbols", None):
                raise UsageError(
                    "E29",
                    f"{layer} has the size {size}, and torch needs numbers",
                    "give its symbols values: `--set C=64`",
                )
