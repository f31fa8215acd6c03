"""What torch says about a module: names, shapes and MACs, on the meta device."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from archcalc.api import Net
from archcalc.arithmetic.dims import Shape
from archcalc.layers.base import Facts, Layer
from archcalc.oracles.module import layer_and_weight

BATCH = 2


def sample(shape: Shape, *, tokens: bool = False) -> Tensor:
    """Return an input on the meta device: there attention and LSTMs are counted, on a CPU not."""
    return torch.empty(BATCH, *shape, device="meta", dtype=torch.long if tokens else None)


def built(layer: Layer, *inputs: Shape) -> nn.Module:
    """Return the layer's module on the meta device."""
    with torch.device("meta"):
        return layer.build(*inputs)


class Count:
    """MACs per sample, known after the ``with`` block that counted them."""

    macs: float


@contextmanager
def counted() -> Iterator[Count]:
    """Count the multiply-adds of what runs inside: FlopCounterMode's, halved."""
    found = Count()
    with FlopCounterMode(display=False) as counter:
        yield found
    found.macs = counter.get_total_flops() / 2 / BATCH


def shapes(named: Iterator[tuple[str, Tensor]]) -> dict[str, Shape]:
    """Return the shapes of named tensors."""
    return {name: tuple(tensor.shape) for name, tensor in named}


def assert_agreement(layer: Layer, facts: Facts) -> None:
    """Check all that a layer states and torch can tell, in training and in inference."""
    module = built(layer, *facts.inputs)
    assert shapes(module.named_parameters()) == facts.weights
    assert shapes(module.named_buffers()) == facts.buffers
    inputs = [sample(x, tokens=layer.word == "embedding") for x in facts.inputs]
    for training in (True, False):
        module.train(training)
        with counted() as torchs, torch.no_grad():
            y = module(*inputs)
        assert tuple(y.shape) == (BATCH, *facts.output)
        assert torchs.macs == facts.macs


def stated(net: Net, kind: str) -> dict[tuple[str, str], Any]:
    """Return all weights or buffers that the layers of a net state."""
    return {
        (node.name, name): shape
        for node in net.analysis.nodes
        for name, shape in getattr(net[node.name], kind).items()
    }


def in_torch(named: Any) -> dict[tuple[str, str], Any]:
    """Return torch's weights or buffers by layer and name."""
    return {layer_and_weight(name): shape for name, shape in shapes(named).items()}
