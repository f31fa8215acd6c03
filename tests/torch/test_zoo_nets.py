"""The whole zoo through torch on the meta device: shapes, names of weights, params and MACs."""

from __future__ import annotations

import pytest
import torch
from counting import BATCH, counted, in_torch, sample, stated

import archcalc
from archcalc import zoo
from archcalc.oracles.module import build


def takes_tokens(net: archcalc.Net) -> bool:
    """Tell whether the net's input are token numbers, which an embedding looks up."""
    return any(node.layer.word == "embedding" for node in net.graph.nodes)


@pytest.mark.parametrize("name", zoo.entries())
def test_torch_counts_the_same(name: str) -> None:
    net = archcalc.analyze(name, train=True)
    with torch.device("meta"):
        module = build(net.graph, train=True)
    for kind, named in (
        ("weights", module.named_parameters()),
        ("buffers", module.named_buffers()),
    ):
        assert in_torch(named) == stated(net, kind)
    assert sum(p.numel() for p in module.parameters()) == net.total("params")
    module.eval()
    with counted() as torchs, torch.no_grad():
        y = module(sample(net.graph.inputs["input"], tokens=takes_tokens(net)))
    assert tuple(y.shape) == (BATCH, *net.output)
    assert torchs.macs == net.total("macs")
