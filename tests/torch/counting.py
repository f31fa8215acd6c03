"""What torch says about modules and nets, by the oracles that ``archcalc verify`` asks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

import archcalc
from archcalc.api import Net
from archcalc.arithmetic.dims import Shape
from archcalc.layers.base import Facts, Layer
from archcalc.oracles.base import EQUAL, Check
from archcalc.oracles.module import layer_and_weight
from archcalc.oracles.subject import BATCH, Limits, Subject, counted, sample, takes_tokens

__all__ = ["BATCH", "counted", "sample"]

NOTHING_COMPUTED = Limits(0, 0, 0, 0)  # for what runs on the meta device alone


def subject(text: str, limits: Limits | None = None, **settings: Any) -> Subject:
    """Return a spec for the oracles."""
    return Subject(archcalc.analyze(text, **settings).analysis, limits)


def agreed(checks: Iterator[Check] | Any) -> list[Check]:
    """Assert that every check is equal, and that there are any; return them."""
    found = list(checks)
    assert found
    assert [check for check in found if check.verdict != EQUAL] == []
    return found


def built(layer: Layer, *inputs: Shape) -> nn.Module:
    """Return the layer's module on the meta device."""
    with torch.device("meta"):
        return layer.build(*inputs)


def shapes(named: Iterator[tuple[str, Tensor]]) -> dict[str, Shape]:
    """Return the shapes of named tensors."""
    return {name: tuple(tensor.shape) for name, tensor in named}


def assert_agreement(layer: Layer, facts: Facts) -> None:
    """Check all that a layer states and torch can tell, in training and in inference."""
    module = built(layer, *facts.inputs)
    assert shapes(module.named_parameters()) == facts.weights
    assert shapes(module.named_buffers()) == facts.buffers
    inputs = [sample(x, tokens=takes_tokens(layer)) for x in facts.inputs]
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
