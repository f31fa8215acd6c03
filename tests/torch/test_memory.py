"""Peak memory against a replay of what torch's modules read and make, and what autograd keeps."""

from __future__ import annotations

from itertools import cycle
from typing import Any

import pytest
import torch
from counting import BATCH, agreed, subject
from torch import Tensor, nn

import archcalc
from archcalc.layers import LAYERS
from archcalc.oracles import liveness, saved_tensors
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


# What autograd keeps, of each layer and in all, for batches of one and of several


def examples() -> list[str]:
    """Return the examples of all layers, each also behind a layer that learns or before others."""
    found = []
    turn = cycle((False, True))
    for word, layer in LAYERS().items():
        if word == "opaque":
            continue
        for example in layer.examples:
            text = example.format(word=word)
            shape, _, rest = text.partition(" | ")
            if "embedding" not in text and next(turn):
                found += [text, f"{shape} | layerscale | {rest} | gelu | linear 3"]
            else:
                found += [text, f"{text} | relu | flatten | fc 3"]
    return found


ORDERS = {  # how values lie in memory decides what has to be copied
    "7x8": ("ln", "conv 1x8", "gru 8", "conv 1x8 | crop 6"),
    "8x8x8": ("linear 8", "conv 1x1x8", "conv 1x1x8 | crop 7x8", "deconv 3x3x8 pad 0:1"),
    "6x8x8x8": ("linear 8", "conv 1x1x1x8"),
}
BETWEEN = (
    *("bn", "gn 2", "rmsnorm", "ln", "lrn 3", "softmax", "glu", "softsign", "dropout", "gap"),
    *("padchannels 12", "zeropad 1", "upsample 2", "concat( id ; relu )", "mul( id ; gap )"),
    "flatten",
    *("linear 6", "add( id ; linear 8 )", "dropout 0", "dropout 1", "mul( gap ; id ; sigmoid )"),
)
OF_WINDOWS = (
    *("maxpool {} s2 pad 0:1 ceil", "avgpool {} s2 pad 0:1 ceil", "maxpool {} s1 pad 1"),
    *("subsample {} s2 pad 0:1 ceil", "conv {}x8 same s2", "deconv {}x4 s2 pad 0:1"),
    *("adaptivemaxpool {}", "adaptiveavgpool {}"),
)
AFTER = ("relu | linear 4", "relu | flatten | fc 3", "sigmoid | gn 1 | linear 2 | sigmoid")


def chains(shape: str) -> list[str]:
    """Return nets in which layers meet inputs in all orders; what follows takes turns."""
    window = "x".join("3" * shape.count("x"))
    middle = [*BETWEEN, *(one.format(window) for one in OF_WINDOWS)]
    return [
        f"{shape} | {before} | {between} | "
        + (AFTER[(i + j) % len(AFTER)] if between != "flatten" else "fc 3")
        for i, before in enumerate(ORDERS[shape])
        for j, between in enumerate(middle)
    ]


def test_autograd_keeps_what_is_counted_of_each_layer() -> None:
    for text, batch in zip(examples(), cycle((1, 3)), strict=False):
        for check in saved_tensors.ORACLE.checks(subject(text, batch=batch)):
            assert check.ours == check.theirs or "cannot train" in check.reason, (text, check)


@pytest.mark.parametrize("shape", ORDERS)
def test_autograd_keeps_what_is_counted_in_every_order(shape: str) -> None:
    for text, batch in zip(chains(shape), cycle((1, 2)), strict=False):
        found = agreed(saved_tensors.ORACLE.checks(subject(text, batch=batch)))
        assert sum(check.theirs for check in found[:-1]) == found[-1].theirs, text


@pytest.mark.parametrize(
    "text",
    [
        "12 | embedding 9x8 | posembed | attn heads 2 | unembed 9",
        "5x8 | conv 3x8 | attn heads 4 kvheads 2 causal",
        "7x7x8 | winattn 7 heads 2 shift | fc 3",
        "14x7x8 | conv 1x1x8 | winattn 7 heads 2 shift | linear 4",
        "5x8 | gru 4 layers 3 bidirectional | flatten | fc 2",
        "1x8 | lstm 4 layers 2 bidirectional | linear 3 | flatten | fc 2",
        "8x8x4 | conv 1x1x4 | mul( gap ; id ; sigmoid ; gap | fc 4 )",
        "16 | fc 8 | relu | aux( fc 3 ) | fc 2",
    ],
)
@pytest.mark.parametrize("batch", [1, 2])
def test_autograd_keeps_what_is_counted(text: str, batch: int) -> None:
    agreed(saved_tensors.ORACLE.checks(subject(text, batch=batch, dtype="bf16", train=True)))
