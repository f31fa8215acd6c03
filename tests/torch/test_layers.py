"""Every layer's every example against torch; then random options; then values."""

from __future__ import annotations

from itertools import product as combinations
from typing import Any

import pytest
import torch
from counting import assert_agreement
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

import archcalc
from archcalc.errors import MissingDependency
from archcalc.layers import LAYERS
from archcalc.layers.attention import Attention
from archcalc.layers.base import Layer, View
from archcalc.layers.conv import Conv, DepthwiseConv
from archcalc.layers.deconv import TransposedConv
from archcalc.layers.merge import Multiply
from archcalc.layers.norm import LayerNorm
from archcalc.layers.options import Pad
from archcalc.layers.pool import AvgPool, MaxPool, Subsample
from archcalc.layers.recurrent import Gru, Lstm, Rnn
from archcalc.layers.resize import Upsample

EXAMPLES = [
    pytest.param(word, example.format(word=word), id=example.format(word=word))
    for word, layer in LAYERS().items()
    for example in layer.examples
]


def test_registry_holds_the_layers_of_a_textbook() -> None:
    assert set(LAYERS()) >= {"conv", "maxpool", "fc", "bn", "relu", "attn", "lstm", "concat"}


@pytest.mark.parametrize("word", LAYERS())
def test_layer_has_examples(word: str) -> None:
    assert LAYERS()[word].examples, f"{word} has no examples"


@pytest.mark.parametrize(("word", "text"), EXAMPLES)
def test_example_agrees_with_torch(word: str, text: str) -> None:
    net = archcalc.analyze(text)
    assert word in [node.layer.word for node in net.graph]
    for node in net.graph:
        facts = net[node.name]
        if facts.windows is View.UNKNOWN:
            with pytest.raises(MissingDependency, match="only its cost is stated"):
                node.layer.build(*facts.inputs)
        else:
            assert_agreement(node.layer, facts)


# Random options


def per_axis(rank: int, least: int, most: int) -> Any:
    return st.tuples(*[st.integers(least, most)] * rank)


@st.composite
def windows(draw: Any, pooling: bool = False) -> tuple[tuple[int, ...], dict[str, Any]]:
    """Return spatial sizes and options of windows that fit into them."""
    rank = draw(st.integers(1, 3))
    kernel, dilation = draw(per_axis(rank, 1, 5)), draw(per_axis(rank, 1, 3))
    options = {"kernel": kernel, "stride": draw(per_axis(rank, 1, 4)), "dilation": dilation}
    sizes = []
    pads = []
    for k, d in zip(kernel, dilation, strict=True):
        most = k // 2 if pooling else 3
        pad = Pad(draw(st.integers(0, most)), draw(st.none() | st.integers(0, most)))
        around = pad.before + (pad.before if pad.after is None else pad.after)
        sizes.append(max(d * (k - 1) + 1 - around, 1) + draw(st.integers(0, 6)))
        pads.append(pad)
    options["padding"] = draw(st.sampled_from([tuple(pads), tuple(pads), "same"]))
    return tuple(sizes), options


def shaped(depth: int, sizes: tuple[int, ...]) -> tuple[int, ...]:
    return (*sizes, depth) if len(sizes) == 1 else (depth, *sizes)


def check(layer: Layer, *inputs: tuple[int, ...]) -> None:
    assert_agreement(layer, layer.facts(*inputs))


thorough = settings(max_examples=120, deadline=None, derandomize=True, database=None)


@thorough
@given(windows(), st.sampled_from([1, 2, 6]), st.booleans())
def test_random_convolutions(window: Any, groups: int, bias: bool) -> None:
    sizes, options = window
    check(Conv(channels=12, groups=groups, bias=bias, **options), shaped(6, sizes))


@thorough
@given(windows(), st.integers(1, 3), st.booleans())
def test_random_depthwise_convolutions(window: Any, mult: int, bias: bool) -> None:
    sizes, options = window
    check(DepthwiseConv(mult=mult, bias=bias, **options), shaped(4, sizes))


@thorough
@given(windows(), st.sampled_from([1, 2, 6]), st.data())
def test_random_transposed_convolutions(window: Any, groups: int, data: Any) -> None:
    sizes, options = window
    kernel, strides, spacings = options["kernel"], options["stride"], options["dilation"]
    cuts, extras = [], []
    for n, k, s, d in zip(sizes, kernel, strides, spacings, strict=True):
        extra = data.draw(st.integers(0, max(s, d) - 1))
        grown = (n - 1) * s + d * (k - 1) + 1 + extra
        before = data.draw(st.integers(0, min(3, grown - 1)))
        after = data.draw(st.integers(0, min(3, grown - 1 - before)))
        fits_both = 2 * before < grown
        cuts.append(Pad(before, None if data.draw(st.booleans()) and fits_both else after))
        extras.append(extra)
    options = {**options, "padding": tuple(cuts), "outpad": tuple(extras)}
    check(TransposedConv(channels=12, groups=groups, **options), shaped(6, sizes))


@thorough
@given(windows(pooling=True), st.booleans())
def test_random_max_pooling(window: Any, ceil: bool) -> None:
    sizes, options = window
    check(MaxPool(ceil=ceil, **options), shaped(4, sizes))


@thorough
@given(windows(pooling=True), st.booleans(), st.sampled_from([AvgPool, Subsample]))
def test_random_averages(window: Any, ceil: bool, kind: Any) -> None:
    sizes, options = window
    del options["dilation"]
    check(kind(ceil=ceil, **options), shaped(4, sizes))


@settings(thorough, max_examples=30)
@given(
    st.sampled_from([Rnn, Lstm, Gru]),
    st.integers(1, 12),
    st.integers(1, 3),
    st.booleans(),
    st.booleans(),
)
def test_random_recurrence(kind: Any, hidden: int, layers: int, both: bool, bias: bool) -> None:
    check(kind(hidden, layers, both, bias), (5, 7))


@pytest.mark.parametrize(
    ("heads", "kvheads", "causal", "bias"),
    [
        options
        for options in combinations((1, 4, 8), (None, 1, 2, 4), (True, False), (True, False))
        if options[0] % (options[1] or 1) == 0
    ],
)
def test_attention_options(heads: int, kvheads: int | None, causal: bool, bias: bool) -> None:
    check(Attention(heads, kvheads, causal, bias), (20, 64))


# Values, where our module is not torch's own

equal = torch.testing.assert_close


@pytest.mark.parametrize("causal", [False, True])
def test_attention_has_the_values_of_torchs(causal: bool) -> None:
    x = torch.randn(3, 7, 24)
    ours = Attention(4, None, causal).build((7, 24))
    theirs = nn.MultiheadAttention(24, 4, batch_first=True)
    theirs.load_state_dict(ours.state_dict())
    mask = nn.Transformer.generate_square_subsequent_mask(7) if causal else None
    equal(ours(x), theirs(x, x, x, attn_mask=mask, need_weights=False)[0])


def test_shared_keys_are_keys_repeated() -> None:
    x = torch.randn(3, 7, 24)
    ours: Any = Attention(4, 2).build((7, 24))
    theirs = nn.MultiheadAttention(24, 4, batch_first=True)

    def repeated(rows: torch.Tensor) -> torch.Tensor:  # each head's six rows for two heads
        return rows.unflatten(0, (2, 6)).repeat_interleave(2, 0).flatten(0, 1)

    for kind in ("weight", "bias"):
        q, k, v = (getattr(part, kind).data for part in (ours.q_proj, ours.k_proj, ours.v_proj))
        getattr(theirs, f"in_proj_{kind}").data = torch.cat((q, repeated(k), repeated(v)))
    theirs.out_proj.load_state_dict(ours.out_proj.state_dict())
    equal(ours(x), theirs(x, x, x, need_weights=False)[0])


def test_lenet_table_is_a_masked_convolution() -> None:
    table: Any = Conv((3, 3), 16, (Pad(1),), 2, table="lenet5").build((6, 9, 8))
    dense, position = torch.zeros(16, 6, 3, 3), 0
    for row, maps in enumerate(table.table):
        for seen in maps:
            dense[row, seen] = table.weight[position]
            position += 1
    x = torch.randn(2, 6, 9, 8)
    equal(table(x), functional.conv2d(x, dense, table.bias, stride=2, padding=1))


def test_convolution_of_a_sequence_pads_its_ends() -> None:
    module: Any = Conv((3,), 8, (Pad(0, 1),)).build((7, 24))
    x = torch.randn(3, 7, 24)
    padded = functional.pad(x.mT, (0, 1))
    equal(module(x), functional.conv1d(padded, module.weight, module.bias).mT)


@pytest.mark.parametrize(
    ("pads", "rows", "columns"),
    [
        ((Pad(1),), slice(1, -1), slice(1, -1)),
        ((Pad(0, 2), Pad(1, 0)), slice(0, -2), slice(1, None)),
        ((Pad(2, 1), Pad(0)), slice(2, -1), slice(None)),
    ],
)
def test_transposed_convolution_cuts_its_ends(pads: Any, rows: slice, columns: slice) -> None:
    module: Any = TransposedConv((4, 3), 5, pads, 2, 1).build((6, 5, 4))
    x = torch.randn(2, 6, 5, 4)
    whole = functional.conv_transpose2d(x, module.weight, module.bias, stride=2, output_padding=1)
    equal(module(x), whole[..., rows, columns])


@pytest.mark.parametrize("kind", [MaxPool, AvgPool])
def test_padding_by_hand_pools_like_torchs(kind: Any) -> None:
    x = torch.randn(2, 6, 9, 8)
    even = kind((3, 3), 2, (Pad(1),)).build((6, 9, 8))(x)
    odd = kind((3, 3), 2, (Pad(1, 0),)).build((6, 9, 8))(x)
    equal(odd, even[..., : odd.shape[-2], : odd.shape[-1]])
    equal(kind((3, 3), 2, (Pad(1, 1),), True).build((6, 9, 8))(x)[..., :4], even[..., :4])


def test_subsampling_sums_windows_whatever_the_rounding() -> None:
    x = torch.randn(1, 6, 8, 8)
    module: Any = Subsample((3, 3), 2, (Pad(1),), True).build((6, 8, 8))
    module.weight.data.uniform_()
    module.bias.data.uniform_()
    sums = 9 * functional.avg_pool2d(functional.pad(x, (1, 4, 1, 4)), 3, 2)[..., :5, :5]
    equal(module(x), sums * module.weight[:, None, None] + module.bias[:, None, None])


def test_layer_norm_of_a_volume_is_over_channels() -> None:
    x = torch.randn(2, 6, 5, 4)
    y = LayerNorm().build((6, 5, 4))(x)
    equal(y[0, :, 1, 2], functional.layer_norm(x[0, :, 1, 2], (6,)))


@pytest.mark.parametrize("shape", [(6, 5, 4), (20, 6), (6, 3, 4, 5)])
def test_a_vector_scales_channels(shape: tuple[int, ...]) -> None:
    x, scale = torch.randn(2, *shape), torch.randn(2, 6)
    module = Multiply().build(shape, (6,))
    scaled = [x[i].select(0 if len(shape) > 2 else -1, c) for i in (0, 1) for c in range(6)]
    y = module(x, scale)
    parts = [y[i].select(0 if len(shape) > 2 else -1, c) for i in (0, 1) for c in range(6)]
    for part, before, factor in zip(parts, scaled, scale.flatten(), strict=True):
        equal(part, before * factor)


@pytest.mark.parametrize(
    ("factor", "mode", "size"),
    [*combinations((1, 2, 3, 4, 5), ("nearest", "bilinear"), (5, 6))],
)
def test_upsampling_reads_what_its_window_says(factor: int, mode: str, size: int) -> None:
    layer = Upsample((factor,), mode)
    (window,) = layer.windows((size, 1))
    module = layer.build((size, 1)).double()
    rows = torch.eye(size, dtype=torch.double)
    seen = torch.stack([module(row[None, :, None])[0, :, 0] for row in rows]) > 1e-9
    assert window.output(size) == size * factor == seen.shape[1]
    for position in range(size * factor):
        first, *_, last = [*window.inputs(position), window.inputs(position)[-1]]
        inside = range(max(first, 0), min(last, size - 1) + 1)
        assert seen[:, position].nonzero().flatten().tolist() == list(inside)
