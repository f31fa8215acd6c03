"""Peak memory against a replay of what torch's modules read and make."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from counting import BATCH, agreed, subject
from torch import Tensor, nn

import archcalc
from archcalc.oracles import liveness
from archcalc.oracles.module import build
from archcalc.oracles.subject import Run

SPECS = {
    "inception": """28x28x16 | concat( conv 1x1x8 ; conv 1x1x4 | relu | conv 3x3x8 pad 1 | relu
        ; maxpool 3x3 s1 pad 1 | conv 1x1x4 ) | relu | dropout | gap | flatten | fc 10""",
    "residual": """16x16x4 | conv 3x3x8 pad 1 +bn +relu
        | res( conv 1x1x2 +bn +relu | conv 3x3x32 pad 1 | conv 1x1x8 )*2 | relu
        | res( conv 3x3x16 s2 pad 1 ; conv 1x1x16 s2 ) | flatten | fc 5 | softmax""",
    "gated": """12x12x6 | mul( id ; gap | flatten | fc 3 | relu | fc 6 | sigmoid ) | dropout
        | add( id ; dwconv 3x3 pad 1 ; res( conv 1x1x6 ) ) | tokens | res( ln | linear 24 | gelu
        | linear 6 ) | res( attn heads 2 ) | cls""",
    "decoder": """8x8x4 | conv1: conv 3x3x16 pad 1 | concat( conv 2x2x8 s2 | relu
        | deconv 2x2x8 s2 ; id ) | upsample 2 | conv 1x1x2""",
    "input is large": "64x64x3 | conv 3x3x4 s4 | dropout | relu | fc 2",
    "views only": "10x16 | flatten | dropout",
}


@pytest.mark.parametrize("name", SPECS)
def test_peak_memory_is_what_a_replay_of_torch_needs(name: str) -> None:
    net = archcalc.analyze(SPECS[name], batch=BATCH)
    *layers, total = agreed(liveness.ORACLE.checks(subject(SPECS[name], batch=BATCH)))
    alive = [check.theirs for check in layers]
    assert list(net.column("peak_memory_bytes").values()) == alive
    assert net.total("peak_memory_bytes") == total.theirs == max(alive)


@pytest.mark.parametrize("name", SPECS)
def test_memory_without_numbers_is_that_with_numbers(name: str) -> None:
    """The meta device shares and makes memory as a CPU does."""
    net = archcalc.analyze(SPECS[name])
    module = build(net.graph).eval()
    sizes: list[int] = []

    def look(_module: nn.Module, _inputs: Any, output: Tensor) -> None:
        sizes.append(output.untyped_storage().nbytes())

    for child in module.children():
        child.register_forward_hook(look)
    with torch.no_grad():
        module(torch.randn(BATCH, *net.graph.inputs["input"]))
    run = subject(SPECS[name]).inference
    assert isinstance(run, Run)
    assert [4 * run.values[made.makes] for made in run.layers.values()] == sizes
