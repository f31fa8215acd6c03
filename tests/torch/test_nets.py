"""Whole nets, built as one torch module: names, totals, shapes; and published totals."""

from __future__ import annotations

import weakref
from typing import Any

import pytest
import torch
from counting import BATCH, agreed, counted, in_torch, sample, stated, subject
from torch import nn

import archcalc
from archcalc.errors import MissingDependency, UsageError
from archcalc.oracles import backward, flop_counter, liveness, shapes, weights
from archcalc.oracles import fvcore as fvcore_oracle
from archcalc.oracles.base import EQUAL, NOT_CHECKED
from archcalc.oracles.module import build, layer_and_weight
from archcalc.oracles.subject import Run

from nets import NETS, RECEPTIVE_FIELDS

ATTENDING = [name for name, net in NETS.items() if "attn" in net.text]


def on_meta(net: archcalc.Net, **options: Any) -> nn.Module:
    with torch.device("meta"):
        return build(net.graph, **options)


@pytest.mark.parametrize("name", NETS)
def test_totals_are_the_published_ones_and_torchs(name: str) -> None:
    known = NETS[name]
    net = archcalc.analyze(known.text)
    assert (net.total("params"), net.total("macs")) == (known.params, known.macs), known.note
    asked = subject(known.text)
    assert in_torch(asked.module.named_parameters()) == stated(net, "weights")
    assert in_torch(asked.module.named_buffers()) == stated(net, "buffers")
    for oracle in (shapes, weights, flop_counter, backward, liveness):
        *_, total = agreed(oracle.ORACLE.checks(asked))
        assert not total.layer
    for run in (asked.training, asked.inference):
        assert isinstance(run, Run)
        assert run.layers[net.graph.output].shape == net.output
        assert run.forward.macs == known.macs


@pytest.mark.parametrize("name", NETS)
def test_fvcore_counts_the_same_contractions(name: str, fvcore: Any) -> None:
    *layers, total = fvcore_oracle.ORACLE.checks(subject(NETS[name].text))
    if name not in ATTENDING:
        assert total.theirs == NETS[name].macs
        agreed([*layers, total])
        return
    assert total.reason == "not counted by fvcore: scaled_dot_product_attention"
    for check in layers:
        attends = check.layer.startswith("attn") or ".attn" in check.layer
        assert check.verdict == (NOT_CHECKED if attends else EQUAL)


@pytest.mark.parametrize("name", RECEPTIVE_FIELDS)
def test_receptive_field_is_the_published_one(name: str) -> None:
    layer, size = RECEPTIVE_FIELDS[name]
    assert archcalc.analyze(NETS[name].text).column("receptive_field")[layer] == (size, size)


def test_shapes_stated_in_papers() -> None:
    outputs = {name: archcalc.analyze(known.text).output for name, known in NETS.items()}
    assert outputs["inception-3a"] == (256, 28, 28)
    assert outputs["inception-3a-naive"] == (416, 28, 28)
    assert outputs["bottleneck-projection"] == (512, 28, 28)


# The module


@pytest.mark.parametrize("train", [False, True])
def test_auxiliary_heads_are_built_for_training_only(train: bool) -> None:
    net = archcalc.analyze(
        "16x16x3 | conv 3x3x8 pad 1 | aux side( gap | fc 5 ) | conv 3x3x8 | gap | fc 10",
        train=train,
    )
    module = on_meta(net, train=train)
    assert ("side:fc1" in dict(module.named_children())) is train
    assert in_torch(module.named_parameters()) == stated(net, "weights")
    with counted() as torchs:
        y = module(sample((3, 16, 16)))
    assert torchs.macs == net.total("macs")
    assert y.shape == (BATCH, 10)


AWKWARD = """16x16x3 | type: conv 3x3x4 +bn | half: relu | training: conv 1x1x4
    | a.b: conv 1x1x4 +bn | a/b-c: conv 1x1x4 | forward: res( conv 1x1x4 | x: conv 1x1x4 )
    | inputs: [ output: conv 1x1x4 ]*2 | steps: relu"""


def test_names_can_be_told_back_from_torchs() -> None:
    net = archcalc.analyze(AWKWARD)
    module = on_meta(net)
    assert in_torch(module.named_parameters()) == stated(net, "weights")
    layers = [layer_and_weight(name)[0] for name, _ in module.named_children()]
    assert layers == [node.name for node in net.graph]
    assert module(sample((3, 16, 16))).shape == (BATCH, *net.output)


def test_equal_layers_have_their_own_weights() -> None:
    net = archcalc.analyze("8x8x4 | [ conv 3x3x4 pad 1 ]*3 | res( conv 1x1x4 )*2")
    weights = [id(p) for p in build(net.graph).parameters()]
    assert len(set(weights)) == len(weights) == 10


def test_tensors_are_dropped_after_their_last_use() -> None:
    net = archcalc.analyze("8x8x4 | [ conv 3x3x4 pad 1 ]*6 | res( [ conv 1x1x4 ]*4 ) | relu")
    module = build(net.graph)
    made: list[Any] = []
    alive: list[int] = []

    def look(_module: nn.Module, _inputs: Any, output: torch.Tensor) -> None:
        made.append(weakref.ref(output))
        alive.append(sum(tensor() is not None for tensor in made))

    for child in module.children():
        child.register_forward_hook(look)
    with torch.no_grad():
        module(torch.zeros(1, 4, 8, 8))
    in_chain, in_branch = [1, 2, 2, 2, 2, 2], [2, 3, 3, 3]  # what is read, what is made, shortcut
    assert alive == [*in_chain, *in_branch, 3, 2]


def test_symbols_need_values_before_torch() -> None:
    with pytest.raises(UsageError, match=r"conv1 has the size .*C.*, and torch needs numbers"):
        build(archcalc.read("8x8x4 | conv 3x3xC"))
    assert build(archcalc.read("8x8x4 | conv 3x3xC", C=5))


def test_opaque_blocks_cannot_be_built() -> None:
    with pytest.raises(MissingDependency, match="opaque mystery cannot be built"):
        build(archcalc.read("100 | opaque mystery 10"))
