"""Blocks of mobile nets, ConvNeXt and transformers: counts, structure, what they refuse."""

from __future__ import annotations

from typing import Any

import pytest

import archcalc
from archcalc.blocks import block_type
from archcalc.errors import SpecError


def words(net: archcalc.Net) -> list[str]:
    return [node.layer.word for node in net.graph]


# Params and MACs of the same blocks in torchvision 0.29.2, counted by FlopCounterMode

COUNTS = [
    ("56x56x24 | inverted 24", 8_832, 25_740_288),
    ("56x56x24 | inverted 32 stride 2", 10_000, 15_466_752),
    ("112x112x32 | inverted 16 expand 1", 896, 10_035_200),
    ("28x28x40 | inverted 80 stride 2 k5 activation silu squeeze 4", 40_970, 12_470_400),
    ("14x14x112 | inverted 112 kernel 5 activation silu squeeze 4", 208_572, 32_833_920),
    ("112x112x32 | inverted 16 expand 1 activation silu squeeze 4", 1_448, 10_035_712),
    ("56x56x96 | convnext", 79_296, 245_962_752),
    ("197x768 | encoder heads 12 mlp 3072", 7_087_872, 1_453_954_560),
    ("56x56x96 | swin heads 3", 112_347, 376_320_000),
    ("28x28x192 | swin heads 6 shift", 445_878, 361_568_256),
    ("56x56x96 | patchmerging", 74_496, 57_802_752),
]


@pytest.mark.parametrize(("text", "params", "macs"), COUNTS)
def test_counts_are_torchvisions(text: str, params: int, macs: int) -> None:
    net = archcalc.analyze(text)
    assert (net.total("params"), net.total("macs")) == (params, macs)


def test_separable_convolution_is_that_of_the_paper() -> None:
    """Howard et al. 2017, table 3: 462M and 2.36M in full, 52.3M and 0.27M separable."""
    full = archcalc.analyze("14x14x512 | conv 3x3x512 same nobias")
    bare = archcalc.analyze("14x14x512 | sepconv 3x3x512 same bare")
    assert (full.total("macs"), full.total("params")) == (462_422_016, 2_359_296)
    assert (bare.total("macs"), bare.total("params")) == (52_283_392, 266_752)


# Structure

SAME = [
    (
        "9x9x8 | sepconv 3x5x16 pad 1x2 stride 2x1",
        "9x9x8 | dwconv 3x5 pad 1x2 stride 2x1 +bn +relu | conv 1x1x16 +bn +relu",
    ),
    (
        "9x9x8 | sepconv 3x3x16 pad 0:1 bare",
        "9x9x8 | dwconv 3x3 pad 0:1 nobias | conv 1x1x16 nobias",
    ),
    ("20x8 | sepconv 3x16 same", "20x8 | dwconv 3 same +bn +relu | conv 1x16 +bn +relu"),
    (
        "8x8x4 | inverted 4 same kernel 4 activation silu",
        "8x8x4 | res( conv 1x1x24 +bn +silu | dwconv 4x4 same +bn +silu | conv 1x1x4 +bn )",
    ),
    (
        "8x8x8 | inverted 12 expand 2 squeeze 2",
        "8x8x8 | conv 1x1x16 +bn +relu6 | dwconv 3x3 pad 1 +bn +relu6"
        " | mul( id ; gap | fc 4 | relu | fc 16 | sigmoid ) | conv 1x1x12 +bn",
    ),
    (
        "8x8x24 | shuffleunit 24",
        "8x8x24 | res( conv 1x1x6 groups 3 +bn +relu | shuffle groups 3 | dwconv 3x3 pad 1 +bn"
        " | conv 1x1x24 groups 3 +bn ) | relu",
    ),
    (
        "8x8x8 | shuffleunit 32 groups 4 stride 2 ungrouped",
        "8x8x8 | concat( avgpool 3x3 s2 pad 1 ; conv 1x1x8 +bn +relu | shuffle groups 4"
        " | dwconv 3x3 s2 pad 1 +bn | conv 1x1x24 groups 4 +bn ) | relu",
    ),
    (
        "8x8x8 | shuffleunit 8 groups 1",
        "8x8x8 | res( conv 1x1x2 +bn +relu | dwconv 3x3 pad 1 +bn | conv 1x1x8 +bn ) | relu",
    ),
    (
        "8x8x4 | convnext kernel 5 expand 3",
        "8x8x4 | res( dwconv 5x5 pad 2 | ln | conv 1x1x12 | gelu | conv 1x1x4 | layerscale )",
    ),
    (
        "5x8 | encoder heads 2 postnorm",
        "5x8 | res( attn heads 2 ) | ln | res( linear 32 | gelu | linear 8 ) | ln",
    ),
    (
        "5x8 | encoder heads 4 mlp 12 causal activation relu",
        "5x8 | res( ln | attn heads 4 causal ) | res( ln | linear 12 | relu | linear 8 )",
    ),
    (
        "8x8x8 | swin heads 2 window 4 mlp 20 shift",
        "8x8x8 | res( ln | winattn 4 heads 2 shift ) | res( ln | linear 20 | gelu | linear 8 )",
    ),
    ("8x6x4 | patchmerging", "8x6x4 | pixelunshuffle 2 | ln | linear 8 nobias"),
    (
        "8x8x12 | se squeeze 5 activation silu",
        "8x8x12 | mul( id ; gap | fc 5 | silu | fc 12 | sigmoid )",
    ),
]


@pytest.mark.parametrize(("block", "written_out"), SAME)
def test_block_is_what_it_stands_for(block: str, written_out: str) -> None:
    one, other = archcalc.analyze(block), archcalc.analyze(written_out)
    assert [node.layer for node in one.graph] == [node.layer for node in other.graph]
    for column in ("output", "params", "macs", "elementwise_ops", "receptive_field"):
        assert list(one.column(column).values()) == list(other.column(column).values())


@pytest.mark.parametrize(
    ("text", "adds"),
    [
        ("8x8x16 | inverted 16", True),
        ("8x8x16 | inverted 16 expand 1", True),
        ("8x8x16 | inverted 16 stride 2", False),
        ("8x8x16 | inverted 16 stride 1x2", False),
        ("8x8x16 | inverted 24", False),
        ("HxWxC | inverted C", True),
        ("HxWxC | inverted (2*C)", False),
        ("HxWxC | inverted 16 stride 2", False),
    ],
)
def test_inverted_residual_adds_where_nothing_changes(text: str, adds: bool) -> None:
    assert ("add" in words(archcalc.analyze(text))) == adds


def test_names_say_what_each_convolution_is_for() -> None:
    net = archcalc.analyze("8x8x16 | mb: inverted 16 squeeze 4 | sepconv 3x3x8 same")
    names = [n.name for n in net.graph if n.layer.word in ("conv", "dwconv", "fc", "add")]
    assert names == [
        *("mb.expand", "mb.depthwise", "mb.se.2.fc1", "mb.se.2.fc2", "mb.project", "mb.add"),
        *("sepconv1.depthwise", "sepconv1.pointwise"),
    ]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("HxWxC | inverted C expand 6 squeeze (q)", {"C": 24, "q": 4}),
        ("HxWxC | inverted N stride 2 kernel (k)", {"C": 8, "N": 12, "k": 5}),
        ("HxWxC | sepconv (k)x(k)xN stride (s) pad P", {"C": 8, "N": 6, "s": 2, "k": 3, "P": 1}),
        ("HxWxC | shuffleunit (4*C) groups 3 stride 2 ungrouped", {"C": 6}),
        ("HxWxC | convnext expand (t)", {"C": 8, "t": 4}),
        ("HxWxC | swin heads (h) window 7", {"C": 8, "h": 2}),
        ("HxWxC | patchmerging", {"C": 8}),
        ("HxC | encoder heads (h) mlp (m)", {"C": 8, "h": 2, "m": 20}),
        # what is not one symbol keeps its brackets
        ("HxWx(N-1) | transition", {"N": 7}),
        ("HxWx(N+C) | transition reduction 3", {"N": 5, "C": 2}),
        ("HxWx(N-1) | inverted (N+C) squeeze 2 stride 2", {"N": 5, "C": 5}),
        ("HxWx(N+C) | convnext expand (t+1)", {"N": 5, "C": 24, "t": 2}),
        ("Hx(N+C) | encoder", {"N": 5, "C": 3}),
        ("HxWx(N-1) | swin", {"N": 5}),
        ("HxWx(N+C) | patchmerging", {"N": 8, "C": 2}),
        ("HxWx(N+C) | shuffleunit (2*N+2*C) groups 1 stride 2", {"N": 24, "C": 12}),
        ("HxWx(N+C) | shuffleunit (N+C) groups 1", {"N": 24, "C": 12}),
        ("HxWx(N+C) | se ratio 4", {"N": 10, "C": 2}),
        ("HxWx(N+C) | fire (N-1)x(N+1)x(2*C)", {"N": 10, "C": 2}),
        ("HxWx(N+C) | sepconv 3x3x(N-1) same", {"N": 10, "C": 2}),
        ("HxWx(N+C) | inception (N)x(N-1)x(N+1)x(C)x(C+1)x(C)", {"N": 10, "C": 2}),
    ],
)
def test_symbols_give_what_numbers_give(text: str, values: dict[str, int]) -> None:
    values = {"H": 28, **({"W": 14} if "W" in text else {}), **values}
    symbolic, known = archcalc.analyze(text), archcalc.analyze(text, **values)
    for column in ("params", "macs"):
        formula = symbolic.total(column)
        numbers = {symbol: values[symbol.name] for symbol in formula.free_symbols}
        assert formula.subs(numbers) == known.total(column)


# What they refuse

REFUSED = [
    ("HxWxC | inverted 16", "E28", "the shortcut depends on whether C is 16"),
    ("HxWxC | inverted N", "E28", "the shortcut depends on whether C is N"),
    ("HxWxC | inverted C stride (s)", "E28", "the shortcut depends on whether s is 1"),
    ("HxWxC | inverted C expand (t)", "E28", "the 1x1 convolution ahead depends on whether t is 1"),
    ("HxWx(4*C) | shuffleunit (4*C) groups (g)", "E28", "the shuffle depends on whether g is 1"),
    ("8x8x3 | inverted 4 squeeze 4", "E13", "squeeze 4 leaves nothing of 3 channels"),
    ("8x8x3 | inverted 4 kernel 4", "E16", "kernel 4 is even"),
    ("8x8x3 | convnext kernel 6", "E16", "kernel 6 is even"),
    ("8x8x6 | shuffleunit 6", "E27", "N/4 = 6/4 is not a whole number"),
    ("8x8x8 | shuffleunit 16", "E17", "cannot add 8 channels to 16"),
    ("8x8x8 | shuffleunit 8 stride 2", "E17", "leaves none of 8"),
    ("8x8x8 | shuffleunit 8 groups 3", "E14", "8 input channels cannot be split into 3 groups"),
    ("9x8x8 | patchmerging", "E27", "9 positions do not pair up"),
    ("8x8x8 | encoder", "E31", "encoder needs tokens x width; the input is 8x8x8"),
    ("100 | inverted 4", "E31", "inverted needs height x width x channels"),
    ("100 | shuffleunit 4", "E31", "shuffleunit needs height x width x channels"),
    ("10x8 | convnext", "E31", "convnext needs height x width x channels"),
    ("10x8 | swin", "E31", "swin needs height x width x channels"),
    ("10x8 | patchmerging", "E31", "patchmerging needs height x width x channels"),
    ("8x8x8 | sepconv 3x4", "E31", "sepconv with the window 3 needs length x channels"),
    ("8x8x8 | se ratio 4 squeeze 2", "E08", "ratio 4 and squeeze 2"),
    ("8x8x8 | se squeeze 0", "E13", "squeeze must be at least 1"),
]


@pytest.mark.parametrize(("text", "code", "fact"), REFUSED)
def test_what_a_block_refuses(text: str, code: str, fact: str) -> None:
    with pytest.raises(SpecError) as caught:
        archcalc.analyze(text)
    (problem,) = caught.value.problems
    assert problem.code == code
    assert fact in problem.message


def test_ratio_of_squeeze_excite_is_16_unless_channels_are_stated() -> None:
    kind: Any = block_type("se")
    assert kind() == kind(ratio=16)
    assert kind(squeeze=4).ratio is None


# Receptive field, effective stride and padding of google-research/receptive_field's table

FIELDS = [3, 7, 11, 19, 27, 43, 59, 91, 123, 155, 187, 219, 251, 315]
STRIDES = [2, 2, 4, 4, 8, 8, 16, 16, 16, 16, 16, 16, 32, 32]
PADDINGS = {
    224: [0, 2, 2, 6, 6, 14, 14, 30, 46, 62, 78, 94, 94, 126],
    321: [1, 3, 5, 9, 13, 21, 29, 45, 61, 77, 93, 109, 125, 157],
}


@pytest.mark.parametrize("resolution", PADDINGS)
def test_fields_of_mobilenet(resolution: int) -> None:
    net = archcalc.analyze("mobilenet_v1", resolution=resolution)
    ends = [n.name for n in net.graph if n.name == "conv0" or n.name.endswith(".pointwise")]
    found = {
        column: [net.column(column)[end] for end in ends]
        for column in ("receptive_field", "jump", "first")
    }
    assert found == {
        "receptive_field": [(size, size) for size in FIELDS],
        "jump": [(stride, stride) for stride in STRIDES],
        "first": [(-padding, -padding) for padding in PADDINGS[resolution]],
    }
