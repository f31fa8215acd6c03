"""Draft: layers built by hand against torch. Run: python tests/torch/check_draft.py."""

from __future__ import annotations

import random
import sys
import warnings
from collections import Counter
from itertools import product as combos
from pathlib import Path
from typing import Any, cast

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
warnings.simplefilter("error")

import numpy as np
import sympy
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from archcalc.arithmetic.working import Working
from archcalc.errors import LayerError
from archcalc.layers import activation, linear, merge, opaque, pool, reshape
from archcalc.layers.attention import Attention
from archcalc.layers.base import Layer, Weightless
from archcalc.layers.conv import Conv, DepthwiseConv, TransposedConv
from archcalc.layers.embedding import Embedding, PositionEmbedding
from archcalc.layers.norm import BatchNorm, GroupNorm, LayerNorm, LocalResponseNorm, RMSNorm
from archcalc.layers.options import Pad
from archcalc.layers.recurrent import Gru, Lstm, Rnn
from archcalc.layers.resize import PixelShuffle, Upsample

DONE: Counter[str] = Counter()
REFUSED: Counter[str] = Counter()
FAILED: list[str] = []


def agree(layer: Layer, *xs: tuple[int, ...], batch: int = 2) -> None:
    """Compare shape, names, buffers and MACs; in training and in inference."""
    try:
        facts = layer.facts(*xs)
    except LayerError as error:
        REFUSED[f"{layer.word} {error.code}"] += 1
        return
    dtype = torch.long if isinstance(layer, Embedding) else torch.float32
    problems = []
    try:
        with torch.device("meta"):
            module = layer.build(*xs)
            inputs = [torch.empty(batch, *x, dtype=dtype) for x in xs]
        named = {name: tuple(p.shape) for name, p in module.named_parameters()}
        stored = {name: tuple(b.shape) for name, b in module.named_buffers()}
        if named != facts.weights:
            problems.append(f"weights {facts.weights} torch {named}")
        if stored != facts.buffers:
            problems.append(f"buffers {facts.buffers} torch {stored}")
        for training in (True, False):
            module.train(training)
            with FlopCounterMode(display=False) as counter, torch.no_grad():
                y = module(*inputs)
            if tuple(y.shape) != (batch, *facts.output):
                problems.append(f"output {facts.output} torch {tuple(y.shape)}")
            if counter.get_total_flops() != 2 * batch * facts.macs:
                problems.append(f"macs {facts.macs} torch {counter.get_total_flops() / 2 / batch}")
    except Exception as error:
        problems.append(f"{type(error).__name__}: {error}")
    DONE[layer.word] += 1
    FAILED.extend(f"{layer} on {xs}: {problem}" for problem in problems)


# Convolutions


def pads_for(rank: int) -> list[Any]:
    mixed = (Pad(0, 1), Pad(2), Pad(1, 0))[:rank]
    return [(Pad(0),), (Pad(1),), "same", (Pad(0, 1),), (Pad(2, 1),), mixed]


INPUTS = {1: (23, 12), 2: (12, 13, 15), 3: (12, 7, 8, 9)}
KERNELS = {1: [(1,), (3,), (4,)], 2: [(1, 1), (3, 3), (4, 3), (2, 5)], 3: [(3, 2, 1), (2, 2, 2)]}


def convolutions() -> None:
    for rank, x in INPUTS.items():
        strides = [1, 2, (3, 1, 2)[:rank]]
        for kernel, pad, stride, spacing, bias in combos(
            KERNELS[rank], pads_for(rank), strides, [1, 2, (1, 2, 1)[:rank]], [True, False]
        ):
            for groups, n in ((1, 5), (3, 6), (12, 24)):
                agree(Conv(kernel, n, pad, stride, spacing, groups, bias), x)
            for mult in (1, 3):
                agree(DepthwiseConv(kernel, mult, pad, stride, spacing, bias), x)
            for groups, n, extra in ((1, 5, 0), (4, 8, 1), (1, 3, (1, 0, 1)[:rank])):
                if pad != "same":
                    layer = TransposedConv(kernel, n, pad, stride, extra, spacing, groups, bias)
                    agree(layer, x)
    for pad, stride, spacing, bias in combos(pads_for(2), [1, 2], [1, 2], [True, False]):
        lenet = Conv((5, 5), 16, pad, stride, spacing, 1, bias, table="lenet5")
        agree(lenet, (6, 14, 14))
    agree(Conv((5, 5, 480), 48, (Pad(2),)), (480, 14, 14))
    agree(Conv((3, 3, 4), 6, groups=3), (12, 14, 14))


def pools() -> None:
    for rank, x in INPUTS.items():
        for kernel, pad, stride, ceil in combos(
            KERNELS[rank], pads_for(rank), [None, 1, 2, 3], [True, False]
        ):
            agree(pool.MaxPool(kernel, stride, pad, ceil, 1), x)
            agree(pool.MaxPool(kernel, stride, pad, ceil, 2), x)
            agree(pool.AvgPool(kernel, stride, pad, ceil), x)
            agree(pool.Subsample(kernel, stride, pad, ceil), x)
        for target in ((3,), (4, 5, 2)[:rank]):
            agree(pool.AdaptiveAvgPool(target), x)
            agree(pool.AdaptiveMaxPool(target), x)
        agree(pool.GlobalAvgPool(), x)


def others() -> None:
    shapes = [(64,), (20, 64), (64, 7, 8), (64, 3, 4, 5)]
    for x in shapes:
        for affine in (True, False):
            agree(BatchNorm(affine), x)
            agree(LayerNorm(affine), x)
            for groups in (1, 4, 32, 5):
                agree(GroupNorm(groups, affine), x)
        agree(GroupNorm(), x)
        agree(RMSNorm(), x)
        for n in (1, 4, 5):
            agree(LocalResponseNorm(n), x)
        for mode in ("nearest", "bilinear"):
            for factor in ((1,), (2,), (3,), (2, 3), (2, 3, 4)):
                try:
                    agree(Upsample(factor, mode), x)
                except LayerError:
                    REFUSED["upsample"] += 1
        for r in (1, 2, 4, 3):
            agree(PixelShuffle(r), x)
        agree(PositionEmbedding(), x)
        agree(Embedding(100, 7), x)
        for heads, kvheads, causal, bias in combos(
            (1, 4, 8, 5), (None, 1, 2, 8), (True, False), (True, False)
        ):
            agree(Attention(heads, kvheads, causal, bias), x)
        for kind, hidden, layers, both, bias in combos(
            (Rnn, Lstm, Gru), (1, 12), (1, 2, 3), (True, False), (True, False)
        ):
            agree(kind(hidden, layers, both, bias), x)
    agree(Attention(12), (197, 768))
    for x in shapes:
        agree(linear.FullyConnected(5), x)
        agree(linear.Linear(5, False), x)
        for kind in vars(activation).values():
            if isinstance(kind, type) and issubclass(kind, Weightless) and kind.word:
                agree(kind(), x)
        agree(reshape.Flatten(), x)
        agree(reshape.Tokens(), x)
        agree(reshape.ClassToken("take"), x)
        agree(reshape.ClassToken("add"), x)
        agree(merge.Concat(), x, x)
        agree(merge.Add(), x, x, x)
        agree(merge.Multiply(), x, x)
        if len(x) > 1:
            agree(merge.Multiply(), x, (64,))
            ones = (1, 64) if len(x) == 2 else (64,) + (1,) * (len(x) - 2)
            agree(merge.Multiply(), ones, x)
    assert opaque


# Every kind of number


def kinds_agree(layer: Layer, *x: int) -> None:
    """Count with int, Working, numpy and sympy sizes."""

    def counts(facts: Any) -> list[Any]:
        named = sorted((facts.weights | facts.buffers).items())
        return [
            *facts.output,
            *(n for _, shape in named for n in shape),
            facts.params,
            facts.macs,
            facts.input_macs,
            facts.bias_adds,
            facts.elementwise,
            0 if facts.connections is None else facts.connections,
        ]

    plain = counts(layer.facts(x))
    assert all(type(n) is int for n in plain), (layer, plain)
    worked = counts(layer.facts(tuple(cast(int, Working(n)) for n in x)))
    arrays = counts(layer.facts(tuple(cast(int, np.array([n, n], np.int64)) for n in x)))
    letters = sympy.symbols(f"x:{len(x)}", positive=True, integer=True)
    at = dict(zip(letters, x, strict=True))
    try:
        formulas = counts(layer.facts(letters))
        symbolic = [sympy.sympify(n).subs(at) for n in formulas]
    except Exception as error:
        FAILED.append(f"{layer} with symbols: {type(error).__name__}: {error}")
        symbolic = plain
    for kind, found in (("working", worked), ("sympy", symbolic)):
        if [int(n) for n in found] != plain:
            FAILED.append(f"{layer} on {x}: int {plain} {kind} {found}")
    if any(np.any(n != p) for n, p in zip(arrays, plain, strict=True)):
        FAILED.append(f"{layer} on {x}: int {plain} numpy {arrays}")
    DONE["kinds of number"] += 1


def kinds() -> None:
    for layer, x in (
        (Conv((5, 5), 48, (Pad(2),)), (480, 14, 14)),
        (Conv((3, 4), 6, "same", 2, 1, 3), (12, 14, 15)),
        (Conv((4,), 32, (Pad(0, 1),), 3), (100, 16)),
        (DepthwiseConv((3, 3), 2, (Pad(1),), 2), (12, 14, 14)),
        (TransposedConv((4, 3), 16, (Pad(1, 0),), 2, 1), (32, 7, 9)),
        (BatchNorm(), (64, 5, 6)),
        (LayerNorm(), (197, 768)),
        (GroupNorm(8, False), (64, 5, 6)),
        (RMSNorm(), (64,)),
        (LocalResponseNorm(), (96, 55, 55)),
        (Attention(12), (197, 768)),
        (Attention(8, 2, True, False), (128, 512)),
        (Rnn(32), (20, 16)),
        (Lstm(8, 3, True), (20, 16)),
        (Gru(8, 2, bias=False), (20, 16)),
        (Embedding(30522, 768), (128,)),
        (PositionEmbedding(), (197, 768)),
        (Upsample((2, 3), "bilinear"), (8, 7, 9)),
        (Upsample((4,)), (100, 16)),
        (PixelShuffle(3), (27, 5, 7)),
    ):
        kinds_agree(layer, *x)
    # options that are not plain numbers either
    heads = cast(int, sympy.Symbol("h", positive=True, integer=True))
    facts = Attention(heads).facts((197, 768))
    assert sympy.sympify(facts.elementwise).subs({heads: 12}) == 12 * 197 * 197 * 6
    grouped = Attention(cast(int, Working(8)), cast(int, Working(2))).facts((128, 512))
    assert grouped.weights["k_proj.weight"] == (128, 512)
    many = Attention(cast(int, np.array([4, 8]))).facts((128, 512))
    assert many.elementwise.tolist() == [4 * 128 * 128 * 6, 8 * 128 * 128 * 6]  # type: ignore
    assert str(Attention(12).facts(tuple(Working(n) for n in (197, 768))).macs), "prints"  # type: ignore


# Values, where our module is not torch's own


def values() -> None:
    torch.manual_seed(0)
    x = torch.randn(3, 7, 24)
    for causal in (False, True):
        ours = Attention(4, None, causal).build((7, 24))
        theirs = nn.MultiheadAttention(24, 4, batch_first=True)
        theirs.load_state_dict(ours.state_dict())
        mask = nn.Transformer.generate_square_subsequent_mask(7) if causal else None
        expected, _ = theirs(x, x, x, attn_mask=mask, need_weights=False)
        torch.testing.assert_close(ours(x), expected)
    volume = torch.randn(2, 6, 5, 4)
    normed = LayerNorm().build((6, 5, 4))(volume)
    torch.testing.assert_close(normed[0, :, 1, 2], nn.LayerNorm(6)(volume[0, :, 1, 2]))
    convolved = Conv((3,), 8, (Pad(0, 1),)).build((7, 24))
    by_hand = nn.functional.conv1d(
        nn.functional.pad(x.mT, (0, 1)), convolved.weight, convolved.bias
    ).mT
    torch.testing.assert_close(convolved(x), by_hand)
    # symmetric by padding and by cropping, and asymmetric against it
    even = TransposedConv((4, 3), 5, (Pad(1),), 2, 1).build((6, 5, 4))
    wide = TransposedConv((4, 3), 5, (Pad(0, 2), Pad(1, 0)), 2, 1).build((6, 5, 4))
    wide.load_state_dict(even.state_dict())
    whole = nn.functional.conv_transpose2d(
        volume, even.weight, even.bias, stride=2, output_padding=1
    )
    torch.testing.assert_close(even(volume), whole[..., 1:-1, 1:-1])
    torch.testing.assert_close(wide(volume), whole[..., 0:-2, 1:])
    table = Conv((3, 3), 16, table="lenet5").build((6, 5, 5))
    dense = torch.zeros(16, 6, 3, 3)
    position = 0
    for row, maps in enumerate(table.table):
        for map_ in maps:
            dense[row, map_] = table.weight[position]
            position += 1
    x6 = torch.randn(2, 6, 5, 5)
    torch.testing.assert_close(table(x6), nn.functional.conv2d(x6, dense, table.bias))
    # padding by hand and by torch are the same pool; the odd end against a loop
    for kind in (pool.MaxPool, pool.AvgPool):
        two = kind((3, 3), 2, (Pad(1),), False)
        odd = kind((3, 3), 2, (Pad(1, 2),), False)
        small = torch.randn(2, 6, 9, 8)
        a, b = two.build((6, 9, 8))(small), odd.build((6, 9, 8))(small)
        torch.testing.assert_close(b[..., : a.shape[-2], : a.shape[-1]], a)
    # subsample sums every window, whatever the rounding
    sub = pool.Subsample((3, 3), 2, (Pad(1),), True).build((6, 8, 8))
    ones = torch.ones(1, 6, 8, 8)
    padded = nn.functional.pad(ones, (1, 4, 1, 4))
    sums = nn.functional.avg_pool2d(padded, 3, 2)[..., :5, :5]
    torch.testing.assert_close(sub(ones), sums)
    DONE["values"] += 1


def reaches() -> None:
    """Compare the windows of resizing with which inputs really reach an output in torch."""
    for f, mode, n in combos((1, 2, 3, 4, 5), ("nearest", "bilinear"), (5, 6)):
        layer = Upsample((f,), mode)
        module = layer.build((n, 1))
        (window,) = layer.windows((n, 1))
        assert window.output(n) == n * f == layer.output((n, 1))[0], (f, mode)
        seen = torch.stack([module(row[None, :, None])[0, :, 0] for row in torch.eye(n)])
        seen = seen.where(seen > 1e-5, 0)  # where an output's centre is an input's, by rounding
        for o in range(n * f):
            first, last = window.reach(o)
            fed = seen[:, o].nonzero().flatten().tolist()
            possible = set(range(max(first, 0), min(last, n - 1) + 1))
            if not set(fed) <= possible or (len(possible) > len(fed) and mode == "nearest"):
                FAILED.append(f"upsample {f} {mode}: output {o} reads {fed}, window {possible}")
        # over one period the window is as tight as it can be
        widest = max(len(seen[:, o].nonzero()) for o in range(n * f))
        allowed = max(window.reach(o)[1] - window.reach(o)[0] + 1 for o in range(n * f))
        if widest != allowed:
            FAILED.append(f"upsample {f} {mode}: reads {widest}, window {allowed}")
    DONE["reaches"] += 1


def errors() -> None:
    for layer, x, code, words in (
        (Attention(5), (197, 768), "E32", "768 is not divisible by 5 heads"),
        (Attention(12, 5), (197, 768), "E32", "12 is not divisible by 5 kvheads"),
        (Attention(12), (768, 14, 14), "E31", "attn needs tokens x width; the input is 14x14x768"),
        (GroupNorm(), (48, 7, 7), "E14", "48 channels cannot be split into 32 groups"),
        (PixelShuffle(2), (6, 7, 7), "E14", "6 channels cannot be split into blocks of 2x2 pixels"),
        (Lstm(5), (6, 7, 7), "E31", "lstm needs tokens x width; the input is 7x7x6"),
        (Embedding(5, 6), (6, 7), "E31", "embedding needs a vector of token numbers; "),
        (LocalResponseNorm(), (6,), "E31", "lrn needs height x width x channels; "),
    ):
        try:
            layer.facts(x)
            FAILED.append(f"{layer} took {x}")
        except LayerError as error:
            print(error.render())
            if error.code != code or not error.message.startswith(words):
                FAILED.append(f"{layer}: {error.code} {error.message}")
    for bad in (lambda: Lstm(0), lambda: Attention(0), lambda: Upsample((0,))):
        try:
            bad()
            FAILED.append("0 was taken")
        except LayerError as error:
            print(error.render())


def at_random(rounds: int) -> None:
    """Draw convolutions and pools of odd sizes."""
    rng = random.Random(0)
    for _ in range(rounds):
        rank = rng.choice((1, 2, 2, 3))
        sizes = tuple(rng.randint(1, 9) for _ in range(rank))
        depth = rng.choice((4, 6))
        x = (sizes[0], depth) if rank == 1 else (depth, *sizes)
        kernel = tuple(rng.randint(1, 5) for _ in range(rank))
        pad: Any = tuple(
            Pad(rng.randint(0, 3), rng.choice((None, 0, 1, 2, 3))) for _ in range(rank)
        )
        pad = rng.choice((pad, pad, "same"))
        stride = tuple(rng.randint(1, 4) for _ in range(rank))
        spacing = tuple(rng.randint(1, 3) for _ in range(rank))
        groups = rng.choice((1, 2, depth))
        agree(Conv(kernel, 2 * depth, pad, stride, spacing, groups, rng.random() < 0.5), x)
        agree(DepthwiseConv(kernel, 2, pad, stride, spacing, True), x)
        if pad != "same":
            extra = tuple(rng.randint(0, 2) for _ in range(rank))
            agree(TransposedConv(kernel, depth, pad, stride, extra, spacing, groups), x)
        ceil = rng.random() < 0.5
        agree(pool.MaxPool(kernel, stride, pad, ceil, spacing), x)
        agree(pool.AvgPool(kernel, stride, pad, ceil), x)
        agree(pool.Subsample(kernel, stride, pad, ceil), x)


if __name__ == "__main__":
    errors()
    kinds()
    values()
    reaches()
    convolutions()
    pools()
    others()
    at_random(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
    print("agree", dict(DONE))
    print("refused", dict(REFUSED))
    print("\n".join(FAILED[:60]))
    print(f"{len(FAILED)} disagreements")
    sys.exit(bool(FAILED))
