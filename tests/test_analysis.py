"""What quantities make of a net: totals, properties, hand-counted cases, and how they are shown."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from archcalc.analysis import DTYPES, Settings, walk
from archcalc.api import Net, analyze
from archcalc.arithmetic.signs import largest
from archcalc.arithmetic.unknown import Unknown
from archcalc.errors import UsageError
from archcalc.expansion import expand
from archcalc.formulas import Formula
from archcalc.graph import Graph
from archcalc.layers import LAYERS
from archcalc.layers.base import hwc, written
from archcalc.notation.free import symbols
from archcalc.quantities import QUANTITIES, keys, quantity
from archcalc.quantities.base import OfOutput
from archcalc.quantities.receptive_field import WHOLE
from archcalc.quantities.saved_bytes.rules import RULES
from archcalc.readers import spec_of
from archcalc.renderers import formats, render
from archcalc.summary import summarize

from nets import NETS


def inception(*widths: int) -> str:
    """Return GoogLeNet's block by its row in table 1 of Szegedy et al. 2015."""
    one, three_in, three, five_in, five, pool = widths
    return (
        f"concat( conv 1x1x{one} ; conv 1x1x{three_in} | conv 3x3x{three} pad 1"
        f" ; conv 1x1x{five_in} | conv 5x5x{five} pad 2 ; maxpool 3x3 s1 pad 1 | conv 1x1x{pool} )"
    )


_HEAD = "avgpool 5x5 s3 | conv 1x1x128 | relu | fc 1024 | dropout 0.7 | fc 1000"
GOOGLENET = " | ".join(
    (
        "224x224x3 | conv 7x7x64 s2 pad 3 | maxpool 3x3 s2 ceil | lrn 5",
        "conv 1x1x64 | conv 3x3x192 pad 1 | lrn 5 | maxpool 3x3 s2 ceil",
        inception(64, 96, 128, 16, 32, 32),
        inception(128, 128, 192, 32, 96, 64),
        "maxpool 3x3 s2 ceil",
        inception(192, 96, 208, 16, 48, 64),
        f"aux one( {_HEAD} )",
        inception(160, 112, 224, 24, 64, 64),
        inception(128, 128, 256, 24, 64, 64),
        inception(112, 144, 288, 32, 64, 64),
        f"aux two( {_HEAD} )",
        inception(256, 160, 320, 32, 128, 128),
        "maxpool 3x3 s2 ceil",
        inception(256, 160, 320, 32, 128, 128),
        inception(384, 192, 384, 48, 128, 128),
        "gap | dropout 0.4 | fc 1000",
    )
)

OPAQUE = "28x28x192 | conv 1x1x8 | opaque routing 14x14x16 | conv 3x3x4"
STATED = "28x28x192 | opaque routing 14x14x256 params 1000 macs 2000000 | conv 1x1x8"
HEADED = "8x8x3 | conv 3x3x4 | relu | aux side( gap | fc 100 ) | fc 10"

ALL_NETS = {
    **{name: net.text for name, net in NETS.items()},
    "googlenet": GOOGLENET,
    "opaque": OPAQUE,
    "stated": STATED,
    "headed": HEADED,
    "recurrent": "12 | embedding 100x16 | lstm 8 layers 2 bidirectional | gru 4 | linear 3",
    "flat": "3x3x2 | flatten | dropout | relu",
    "symbolic": "HxWxC | conv 3x3x8 s2 +bn +relu | tokens | attn heads 2 | cls | fc 10",
}


@pytest.mark.parametrize("name", NETS)
def test_known_totals(name: str) -> None:
    net = analyze(NETS[name].text)
    assert (net.total("params"), net.total("macs")) == (NETS[name].params, NETS[name].macs)


# Totals: how each column becomes one number

SUMS = {
    *("weights", "params", "buffers", "macs", "flops", "elementwise_ops", "backward_macs"),
    *("training_macs", "activations", "units", "connections", "connections_with_bias"),
    *("weight_bytes", "activation_bytes", "bytes_moved", "saved_bytes"),
}
LARGEST = {"depth", "peak_memory_bytes"}
OF_THE_OUTPUT = {"output", "receptive_field", "jump", "first"}
RATIOS = {"arithmetic_intensity"}
OF_THE_NET = {"trunk_field"}


def test_every_column_has_a_kind_of_total() -> None:
    kinds = (SUMS, LARGEST, OF_THE_OUTPUT, RATIOS, OF_THE_NET)
    assert len(keys()) == sum(map(len, kinds))
    assert set(keys()) == set().union(*kinds)
    assert {c.key for c in QUANTITIES() if isinstance(c, OfOutput)} == OF_THE_OUTPUT
    assert len({column.rank for column in QUANTITIES()}) == len(keys())


@pytest.mark.parametrize("column", QUANTITIES(), ids=lambda column: column.key)
def test_every_column_says_what_it_is(column: Any) -> None:
    assert column.meaning.endswith(".")
    assert column.title
    assert quantity(column.key) is column
    assert quantity(f" {column.key.upper().replace('_', '-')} ") is column


@pytest.mark.parametrize("name", ALL_NETS)
@pytest.mark.parametrize("train", [False, True])
def test_totals_are_what_the_columns_add_up_to(name: str, train: bool) -> None:
    net = analyze(ALL_NETS[name], batch=3, dtype="bf16", train=train)
    for key in sorted(SUMS):
        present = [value for value in net.column(key).values() if value is not None]
        assert net.total(key) == sum(present), key
    depths = [d.at_least if isinstance(d, Unknown) else d for d in net.column("depth").values()]
    depth = net.total("depth")
    assert (depth.at_least if isinstance(depth, Unknown) else depth) == max(depths)
    for key in sorted(OF_THE_OUTPUT):
        assert net.total(key) == net.column(key)[net.graph.output], key
    memory = net.total("peak_memory_bytes")
    alive = list(net.column("peak_memory_bytes").values())
    if all(isinstance(size, int) for size in alive):
        assert memory == max(alive)
    else:
        assert isinstance(memory, Unknown) or memory == largest(alive)
    moved, flops = net.total("bytes_moved"), net.total("flops")
    if isinstance(flops, int):
        assert net.total("arithmetic_intensity") == (3 * flops, moved)


@pytest.mark.parametrize(
    ("other", "key"),
    [("Parameters", "params"), ("rf", "receptive_field"), ("acts", "activations"), ("mac", "macs")],
)
def test_columns_have_other_names(other: str, key: str) -> None:
    assert quantity(other).key == key


@pytest.mark.parametrize(
    ("wrong", "help"), [("parms", 'did you mean "params"?'), ("zzz", "columns: activation_bytes")]
)
def test_unknown_columns(wrong: str, help: str) -> None:
    with pytest.raises(UsageError, match=f'unknown column "{wrong}"') as caught:
        quantity(wrong)
    assert caught.value.code == "E48"
    assert caught.value.help.startswith(help)


# Composition: the analysis of a | b is that of a, then that of b

STAGES = st.sampled_from(
    [
        "conv 1x1x5",
        "conv 3x3x4 pad 1 +bn +relu",
        "conv 5x3x2 stride 2x1 pad 2x1 nobias",
        "conv 3x3x6 pad 2 d2",
        "dwconv 3x3 pad 1 mult 2",
        "maxpool 3x3 s2 pad 1",
        "avgpool 2x2 same s3",
        "subsample 1x1",
        "concat( id ; conv 3x3x3 pad 1 ; maxpool 5x5 s1 pad 2 )",
        "res( dwconv 3x3 pad 1 | prelu )",
        "mul( id ; sigmoid )",
        "[ conv 3x3x4 pad 1 | gelu ]*2",
        "dropout",
        "lrn 3",
    ]
)
CHAINS = st.lists(STAGES, min_size=1, max_size=4).map(" | ".join)
NEED_WHAT_IS_BEFORE = {"backward_macs", "training_macs", "saved_bytes"}
ADD_UP = SUMS - NEED_WHAT_IS_BEFORE | {"depth"}


@settings(max_examples=60, deadline=None)
@given(st.integers(4, 30), st.integers(4, 30), st.integers(1, 5), CHAINS, CHAINS)
def test_a_then_b(h: int, w: int, c: int, one: str, other: str) -> None:
    first = analyze(f"{h}x{w}x{c} | {one}")
    second = analyze(f"{written(first.output)} | {other}")
    both = analyze(f"{h}x{w}x{c} | {one} | {other}")
    assert both.output == second.output
    for key in sorted(ADD_UP):
        assert both.total(key) == first.total(key) + second.total(key), key
    axes = zip(*(net.total(key) for net in (first, second, both) for key in _FIELD), strict=True)
    for size_a, jump_a, first_a, size_b, jump_b, first_b, size, jump, start in axes:
        assert size == size_a + (size_b - 1) * jump_a
        assert jump == jump_a * jump_b
        assert start == first_a + first_b * jump_a
    assert both.total("peak_memory_bytes") >= first.total("peak_memory_bytes")


_FIELD = ("receptive_field", "jump", "first")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(8, 60), min_size=4, max_size=4), CHAINS)
def test_params_are_independent_of_height_and_width(sizes: list[int], chain: str) -> None:
    nets = [analyze(f"{h}x{w}x3 | {chain} | gap | fc 7") for h, w in (sizes[:2], sizes[2:])]
    for key in ("params", "weights", "buffers", "weight_bytes", "depth"):
        assert nets[0].total(key) == nets[1].total(key)
    shapes = [[facts.weights for facts in net.analysis.facts] for net in nets]
    assert shapes[0] == shapes[1]


@settings(max_examples=30, deadline=None)
@given(CHAINS)
def test_one_layer_is_asked_once(chain: str) -> None:
    analysis = analyze(f"16x16x3 | [ {chain} ]*3").analysis
    assert len(analysis.distinct) == len({id(facts) for facts in analysis.facts})
    assert [analysis.distinct[kind] for kind in analysis.kinds] == list(analysis.facts)


# Unknown is never zero

UNKNOWN_COLUMNS = {
    OPAQUE: SUMS - {"buffers", "activations", "units", "activation_bytes"} | {"depth"},
    STATED: {
        *("flops", "elementwise_ops", "backward_macs", "training_macs", "depth"),
        *("connections", "connections_with_bias", "saved_bytes"),
    },
}


@pytest.mark.parametrize("text", UNKNOWN_COLUMNS)
def test_an_unknown_part_makes_the_total_a_lower_bound(text: str) -> None:
    net = analyze(text)
    for key in sorted(SUMS | LARGEST):
        total = net.total(key)
        if key in UNKNOWN_COLUMNS[text]:
            assert isinstance(total, Unknown), key
            known = [v for v in net.column(key).values() if isinstance(v, int)]
            assert total.at_least >= max(known, default=0), key
            assert "routing" in total.reason
        else:
            assert isinstance(total, int), key
    assert isinstance(net.total("arithmetic_intensity"), Unknown)
    assert isinstance(net.total("receptive_field"), Unknown)


def test_which_layers_are_unknown() -> None:
    assert analyze(OPAQUE).analysis.unknown() == ("opaque1",)
    assert analyze(STATED).analysis.unknown() == ()
    assert analyze("8 | opaque half 4 params 3").analysis.unknown() == ("opaque1",)


def test_a_stated_cost_bounds_training_from_below() -> None:
    """How many of its MACs touch the input is not said; the weights' gradients are certain."""
    first = analyze("8 | opaque half 4 params 3 macs 100")
    assert first.total("backward_macs").at_least == 100
    later = analyze("8 | fc 8 | opaque half 4 params 3 macs 100")
    assert later.total("backward_macs").at_least == 64 + 100


@pytest.mark.parametrize("format_", sorted({*formats()} - {"json"}))
def test_every_renderer_shows_lower_bounds(format_: str) -> None:
    page = analyze(OPAQUE).summary(("params", "macs", "receptive_field")).page()
    text = render(page, format_, exact=True).replace("&gt;", ">")
    text = text.replace(r"$\geq$", ">=").replace("\\", "")
    params = 192 * 8 + 8 + 3 * 3 * 16 * 4 + 4
    total = next(line for line in text.splitlines() if re.search(r"total\b.*>= ?2", line))
    assert f"{params:,}" in total or str(params) in total
    assert "?" in text, "what is not known at all"


def test_json_says_at_least() -> None:
    page = analyze(OPAQUE).summary().page()
    (net,) = json.loads(render(page, "json"))["architectures"]
    params = 192 * 8 + 8 + 3 * 3 * 16 * 4 + 4
    assert net["totals"]["params"] == {
        "at_least": params,
        "unknown": "the params of opaque routing are not stated",
    }
    assert net["unknown"] == ["opaque1"]
    assert net["layers"][1]["macs"]["at_least"] == 0


# Auxiliary heads count in training only


def test_googlenet_and_its_heads() -> None:
    without, with_heads = analyze(GOOGLENET), analyze(GOOGLENET, train=True)
    assert (without.total("params"), without.total("macs")) == (6_998_552, 1_582_671_872)
    assert with_heads.total("params") - without.total("params") == 6_379_728
    assert with_heads.total("macs") - without.total("macs") == 8_372_224
    assert without.total("depth") == 22
    assert len(without.graph) == len(with_heads.analysis.nodes) == 12 + len(without.analysis.nodes)


def test_heads_change_training_only() -> None:
    without, with_heads = analyze(HEADED), analyze(HEADED, train=True)
    assert without.output == with_heads.output == (10,)
    assert set(with_heads.column("params")) - set(without.column("params")) == {
        "side.gap1",
        "side.fc1",
    }
    assert with_heads.total("params") == without.total("params") + 4 * 100 + 100
    assert without.graph.training_only == ("side.gap1", "side.fc1")
    notes = render(without.summary().page(), "table")
    assert "auxiliary heads not counted (500 params)" in notes
    assert "auxiliary" not in render(with_heads.summary().page(), "table")


def test_the_output_need_not_be_the_last_layer() -> None:
    net = analyze("8 | fc 4 | aux( fc 100 )", train=True)
    assert list(net.column("params")) == ["fc1", "aux1.fc1"]
    assert net.output == net.total("output") == (4,)


# Batch and number format enter bytes and intensity only


@pytest.mark.parametrize("name", ["lenet5", "bottleneck", "headed", "recurrent", "opaque"])
@pytest.mark.parametrize("dtype", ["float16", "fp64", "int8"])
def test_batch_and_dtype_enter_bytes_only(name: str, dtype: str) -> None:
    plain = analyze(ALL_NETS[name])
    other = analyze(ALL_NETS[name], batch=8, dtype=dtype)
    size = other.analysis.settings.bytes_per_value
    for column in QUANTITIES():
        one, two = column.total(plain.analysis), column.total(other.analysis)
        if column.unit not in ("bytes", "ratio"):
            assert one == two, column.key
    assert other.total("weight_bytes") == size * plain.total("params")
    assert other.total("activation_bytes") == 8 * size * plain.total("activations")
    assert 4 * other.total("peak_memory_bytes") == 8 * size * plain.total("peak_memory_bytes")


def test_weights_move_once_per_batch() -> None:
    """784 inputs and 10 outputs per sample, 7,850 params per batch, 2 bytes each."""
    net = analyze("784 | fc 10", batch=5, dtype="fp16")
    assert net.total("bytes_moved") == (5 * (784 + 10) + 7_850) * 2
    assert net.total("arithmetic_intensity") == (5 * (2 * 7_840 + 10), 2 * (5 * 794 + 7_850))
    assert analyze("784 | flatten").total("arithmetic_intensity") is None
    assert analyze("8x8x2 | bn").total("bytes_moved") == 4 * (128 + 128 + 4 + 5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"dtype": "float17"}, 'unknown dtype "float17"'), ({"batch": 0}, "batch 0 must be at least")],
)
def test_settings_are_checked(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        Settings(**arguments)
    assert caught.value.code == "E48"


@pytest.mark.parametrize("dtype", DTYPES)
def test_formats_have_whole_bytes(dtype: str) -> None:
    assert Settings(dtype=dtype).bytes_per_value == DTYPES[dtype] >= 1


# Peak memory, counted by hand: values alive at the worst moment

PEAKS: dict[str, tuple[str, int]] = {
    "input and output": ("8x8x1 | conv 3x3x1 pad 1", 64 + 64),
    "the input is freed": ("100 | fc 10 | fc 1000", 10 + 1000),
    "not before its last use": (
        "4x4x2 | res( conv 3x3x8 pad 1 | conv 3x3x2 pad 1 )",
        32 + 128 + 32,  # at the second convolution; the sum needs 3 * 32
    ),
    "branches": ("2x2x3 | concat( conv 1x1x4 ; conv 1x1x5 )", 16 + 20 + 36),
    "a view shares memory": ("4x4x4 | flatten | fc 10", 64 + 10),
    "a view keeps its memory alive": ("4x4x4 | res( flatten | dropout ; flatten | fc 64 )", 3 * 64),
    "a view at the end": ("10 | fc 5 | dropout", 10 + 5),
    "views alone": ("10 | dropout", 10),
    "nothing reads a head": ("8 | fc 4 | aux( fc 100 ) | fc 2", 8 + 4),
    "no layers": ("", 0),
}


@pytest.mark.parametrize("name", PEAKS)
def test_peak_memory(name: str) -> None:
    text, values = PEAKS[name]
    net = analyze(text) if text else analyze(Graph({"input": (3,)}, (), "input"))
    assert net.total("peak_memory_bytes") == 4 * values


def test_peak_memory_of_training_heads_and_batches() -> None:
    net = analyze(PEAKS["nothing reads a head"][0], batch=3, dtype="fp16", train=True)
    assert net.total("peak_memory_bytes") == (4 + 100) * 3 * 2
    assert list(net.column("peak_memory_bytes").values()) == [72, 624, 36]


# Saved for the backward pass, counted by hand: bytes of each layer in float32, for a batch of 3

SAVED: dict[str, tuple[str, list[int]]] = {
    "relu keeps what the next layer reads": (
        "8x8x3 | conv 3x3x4 pad 1 | relu | conv 1x1x2",
        [3 * 192 * 4, 3 * 256 * 4, 0],
    ),
    "nothing before what learns": ("8x8x3 | sigmoid | maxpool 2x2 | fc 2", [0, 0, 3 * 48 * 4]),
    "a sum needs no values": ("8 | fc 8 | add( id ; relu ) | softmax", [96, 96, 0, 96]),
    "places of 8 bytes": ("4x4x1 | conv 1x1x2 | maxpool 2x2", [3 * 16 * 4, 3 * (32 * 4 + 8 * 8)]),
    "means once per batch": ("8 | fc 6 | bn", [3 * 8 * 4, 3 * 6 * 4 + 2 * 6 * 4]),
    "dropout is no view in training": ("8 | fc 6 | dropout | fc 2", [96, 72, 72]),
    "views keep all of their memory": ("5x4 | linear 4 | cls | fc 2", [240, 0, 240]),
}


@pytest.mark.parametrize("name", SAVED)
def test_saved_bytes(name: str) -> None:
    text, found = SAVED[name]
    assert list(analyze(text, batch=3).column("saved_bytes").values()) == found


def test_it_is_known_of_every_layer_what_it_keeps() -> None:
    assert set(LAYERS()) - set(RULES) == {"opaque"}
    assert set(RULES) < set(LAYERS())


def test_saved_bytes_of_symbols() -> None:
    h, w = sympy.symbols("H W", integer=True, positive=True)
    kept = analyze("HxWx3 | conv 3x3x4 pad 1 +relu | conv 3x3x4 same s2").column("saved_bytes")
    assert kept["conv1"] == 4 * 3 * h * w
    assert kept["conv1.relu"] == 4 * 4 * h * w
    assert isinstance(kept["conv2"], Unknown)
    assert "depends on a symbol" in kept["conv2"].reason


# Training: each contraction has two gradients, but nobody needs the input's

TRAINING: dict[str, tuple[str, int, int]] = {
    "two layers": ("784 | fc 300 | fc 10", 235_200 + 3_000, 235_200 + 2 * 3_000),
    "grouped": (
        "8x8x4 | conv 1x1x4 | conv 3x3x8 pad 1 groups 4",
        1_024 + 64 * 72,
        1_024 + 2 * 64 * 72,
    ),
    "depthwise": (
        "8x8x4 | conv 1x1x4 | dwconv 3x3 pad 1 mult 2",
        1_024 + 64 * 72,
        1_024 + 2 * 64 * 72,
    ),
    "transposed, grouped": (
        "4x4x2 | conv 1x1x4 | deconv 2x2x4 s2 groups 2",
        128 + 16 * 4 * 8,
        128 + 2 * 16 * 4 * 8,
    ),
    "pooling learns nothing": ("8x8x3 | maxpool 2x2 | relu | conv 3x3x4", 4 * 108, 4 * 108),
    "batch norm learns": ("8x8x3 | bn | conv 1x1x4", 64 * 12, 2 * 64 * 12),
    "an embedding learns": ("5 | embedding 9x4 | linear 3", 5 * 12, 2 * 5 * 12),
    "attention first": (
        "4x8 | attn heads 2",
        4 * 8 * 24 + 2 * 4 * 4 * 8 + 4 * 8 * 8,
        4 * 8 * 24 + 2 * (2 * 4 * 4 * 8 + 4 * 8 * 8),
    ),
    "a recurrence starts from zero": (
        "5x7 | lstm 3 nobias",
        5 * (12 * 7 + 12 * 3),
        5 * 12 * 7 + 5 * 12 * 3 + 4 * 12 * 3,  # the first state has no gradient
    ),
    "branches, one learned": (
        "4x4x2 | add( id ; conv 1x1x2 ) | conv 1x1x3",
        16 * 4 + 16 * 6,
        16 * 4 + 2 * 16 * 6,
    ),
    "nothing learned": ("8x8x3 | mul( id ; gap ) | relu", 0, 0),
}


@pytest.mark.parametrize("name", TRAINING)
def test_training_macs(name: str) -> None:
    text, forward, backward = TRAINING[name]
    net = analyze(text)
    assert net.total("macs") == forward
    assert net.total("backward_macs") == backward
    assert net.total("training_macs") == forward + backward


# The course's count: Grosse, "Image Classification" (CSC413 L05b, successor of CSC321 lecture 12),
# table 1: LeNet's units, connections and weights; pooling 2x2, C3 joined to all maps

LENET = {
    "C1": ("conv1", 4_704, 117_600, 150),
    "S2": ("avgpool1", 1_176, 4_704, 0),
    "C3": ("conv2", 1_600, 240_000, 2_400),
    "S4": ("avgpool2", 400, 1_600, 0),
    "F5": ("fc1", 120, 48_000, 48_000),
    "F6": ("fc2", 84, 10_080, 10_080),
    "output": ("fc3", 10, 840, 840),
}


@pytest.mark.parametrize("layer", LENET)
def test_the_course_s_table(layer: str) -> None:
    name, *counts = LENET[layer]
    net = analyze(NETS["lenet5"].text)
    assert [net.column(key)[name] for key in ("units", "connections", "weights")] == counts


def test_the_course_s_totals() -> None:
    """Table 2 prints 8,084 units, without the output's ten; C1 has 156 parameters (text)."""
    net = analyze(NETS["lenet5"].text)
    assert net.total("units") - 10 == 8_084
    assert net.total("connections") == 422_824
    assert net.column("params")["conv1"] == 156


def test_lecun_s_partial_connections() -> None:
    """LeCun et al. 1998, page 8: C3 has 1,516 parameters and 151,600 connections, biases' too."""
    net = analyze(NETS["lenet5-1998"].text)
    assert net.column("params")["c3"] == 1_516
    assert net.column("connections")["c3"] + net.column("units")["c3"] == 151_600


def test_the_course_s_convolution() -> None:
    """Grosse, "Convolutional Networks" (L05a), section 3: 32 maps to 16, 50x50, 5x5 filters."""
    net = analyze("50x50x32 | conv 5x5x16 same")
    assert net.total("weights") == 12_800
    assert net.total("connections") == 32_000_000


def test_units_are_counted_where_there_are_connections() -> None:
    net = analyze("8x8x3 | conv 3x3x4 +relu | flatten | fc 2 | softmax")
    assert net.column("units") == {
        "conv1": 144,
        "conv1.relu": None,
        "flatten1": None,
        "fc1": 2,
        "softmax1": None,
    }
    assert net.total("units") == 146


# Depth: weighted layers on the longest path

DEPTHS = {
    NETS["resnet50"].text: 50,
    NETS["vgg16"].text: 16,
    NETS["alexnet"].text: 8,
    NETS["lenet5"].text: 5,
    NETS["lenet5-1998"].text: 6,  # its subsampling learns
    NETS["vit-b-block"].text: 4,
    "20x16 | lstm 8 layers 3": 3,
    "8x8x3 | concat( conv 1x1x2 ; conv 1x1x2 | [ conv 3x3x2 pad 1 ]*3 )": 4,
    "8x8x3 | relu": 0,
    "8x8x3 | add( id ; maxpool 3x3 s1 pad 1 )": 0,
}


@pytest.mark.parametrize("text", DEPTHS)
def test_depth(text: str) -> None:
    assert analyze(text).total("depth") == DEPTHS[text]


def test_depth_past_an_opaque_block() -> None:
    net = analyze("8x8x3 | add( conv 1x1x3 | conv 1x1x3 ; opaque x 8x8x3 ) | fc 2")
    assert net.total("depth") == Unknown("the depth of opaque x is not stated", 3)


# Asking for parts


def test_layers_by_name() -> None:
    net = analyze("28x28x1 | stem: conv 3x3x4 pad 1 | body: [ conv 3x3x4 pad 1 | relu ]*2 | gap")
    assert net["stem"].output == (4, 28, 28)
    assert net.analysis.position("body.2.relu1") == 4
    assert net.analysis.groups(1) == {"stem": [0], "body": [1, 2, 3, 4], "gap1": [5]}
    assert net.analysis.groups(2)["body.1"] == [1, 2]
    with pytest.raises(UsageError, match='no layer "head"') as caught:
        net["head"]
    assert caught.value.code == "E49"
    assert caught.value.help.startswith("layers: stem, body.1.conv1")


def test_the_walk_takes_graphs_made_by_hand() -> None:
    analysis = walk(Graph({"input": (4, 8)}, (), "input"))
    assert analysis.output == (4, 8)
    assert analysis.settings == Settings()
    assert Net(analysis).total("macs") == Net(analysis).total("depth") == 0


@pytest.mark.parametrize(
    "text",
    [
        "HxWxC | conv 3x3xN same | relu",
        "HxWxC | conv 1x1x(C/r) | conv 3x3xN same",
        "HxWx3 | conv 7x7x64 s2 pad 3 | relu | maxpool 3x3 s2 pad 1 | conv 3x3xN pad 1 | flatten",
        "HxWxC | res( conv 1x1xN | conv 3x3xC pad 1 ) | avgpool 2x2 | fc 10",
        "vgg16",
    ],
)
def test_the_largest_live_set_in_letters_is_that_in_numbers(text: str) -> None:
    spec = spec_of(text, input="HxWx3" if text == "vgg16" else "")
    formula = Net(walk(expand(spec))).formula("peak_memory_bytes")
    for height, width in ((32, 32), (33, 47), (64, 35), (224, 224)):
        numbers = {"H": height, "W": width, "C": 12, "N": 5, "r": 3}
        given = {name: number for name, number in numbers.items() if name in symbols(spec)}
        exact = Net(walk(expand(spec, given))).total("peak_memory_bytes")
        assert formula.at(**{name: numbers[name] for name in formula.free}) == exact


def test_symbolic_memory_is_unknown_and_says_why() -> None:
    net = analyze("resnet50", input="HxWx3")
    memory = net.total("peak_memory_bytes")
    assert isinstance(memory, Unknown)
    assert "needs numbers: which layer has most depends on the symbols" in memory.reason
    net = analyze(ALL_NETS["symbolic"])
    h, w, c = sympy.symbols("H W C", integer=True, positive=True)
    assert net.total("bytes_moved").subs({h: 9, w: 9, c: 3}) == analyze(
        ALL_NETS["symbolic"], H=9, W=9, C=3
    ).total("bytes_moved")


# Every renderer carries the same numbers

Shown = dict[str, dict[str, str]]  # row, column, text
COLUMNS = tuple(keys())


def from_csv(text: str) -> Shown:
    return {row["layer"]: row for row in csv.DictReader(io.StringIO(text))}


def from_plain(text: str) -> Shown:
    found: Shown = {}
    for line in text.splitlines():
        subject, key, value = line.split("\t")
        found.setdefault(subject, {})[key] = value
    return found


def from_columns(rows: list[list[str]]) -> Shown:
    """Take the cells from the right, where no cell is empty."""
    return {row[0]: dict(zip(COLUMNS, row[-len(COLUMNS) :], strict=True)) for row in rows}


def from_table(text: str) -> Shown:
    _, _, body = text.partition("\n  layer ")
    lines = body.partition("\n\n")[0].splitlines()[1:]
    return from_columns([re.split(r" {2,}", line.strip()) for line in lines])


def from_markdown(text: str) -> Shown:
    plain = re.sub(r"\\(.)", r"\1", text).replace("*", "").replace("&gt;", ">")
    lines = [line for line in plain.splitlines() if line.startswith("|")]
    return from_columns([[c.strip() for c in line.strip("|").split("|")] for line in lines[2:]])


def from_html(text: str) -> Shown:
    plain = text.replace("&gt;", ">")
    rows = re.findall(r"<tr>(<th scope=\"row\">.*?)</tr>", plain)
    return from_columns([re.findall(r">([^<>]*|>= [^<]*)</t[hd]>", row) for row in rows])


TITLES = {column.title: column.key for column in QUANTITIES()} | {"field": "receptive_field"}


_ROW_END = r"(\\\\|\\tabularnewline)$"


def from_latex(text: str) -> Shown:
    """Take every tabular: its titles name the columns, wherever a wide table is broken."""
    found: Shown = {}
    for body in re.findall(r"\\toprule(.*?)\\bottomrule", text, re.DOTALL):
        lines = [line for line in body.splitlines() if re.search(_ROW_END, line)]
        heads, *rows = ([_from_latex(part) for part in re.split(r" *& *", one)] for one in lines)
        for row in rows:
            cells = zip(heads[1:], row[1:], strict=True)
            shown = {TITLES[head]: cell for head, cell in cells if head in TITLES}
            found.setdefault(row[0], {}).update(shown)
    return found


def _from_latex(cell: str) -> str:
    cell = re.sub(r"\\shortstack\[r\]\{(.*?)\}", lambda found: found[1].replace(r" \\", ""), cell)
    text = re.sub(_ROW_END, "", cell).replace(r"$\geq$", ">=").replace(r"{\times}", "x")
    text = re.sub(r"\\(raggedright|allowbreak)( |\{\})?|[$]", "", text)
    text = re.sub(r"\\text(bf|tt)\{([^{}]*)\}", r"\2", text)
    return re.sub(r"\\([_#&%])", r"\1", text).strip()


READ: dict[str, Callable[[str], Shown]] = {
    "csv": from_csv,
    "plain": from_plain,
    "table": from_table,
    "markdown": from_markdown,
    "html": from_html,
    "latex": from_latex,
}


def plain_text(value: Any, key: str) -> str:
    """Return what a value reads as, without commas and units."""
    if value is None:
        return "-"
    if value is WHOLE:
        return "whole"
    if isinstance(value, Unknown):
        if not value.known_part or key in OF_THE_OUTPUT | RATIOS:
            return "?"
        return f">={value.at_least}"
    return str(value)


NUMBERS = re.compile(r"-?\d+(?:/\d+)?")  # of sizes and places, however they are joined


@pytest.mark.parametrize("format_", READ)
@pytest.mark.parametrize("name", ["lenet5", "inception-3a", "opaque", "recurrent", "flat", "vgg16"])
def test_renderers_carry_the_same_numbers(format_: str, name: str) -> None:
    net = analyze(ALL_NETS[name], batch=2)
    page = summarize(net.analysis, columns=COLUMNS).page()
    shown = READ[format_](render(page, format_, exact=True))
    rows = {node.name: i for i, node in enumerate(net.analysis.nodes)}
    for column in QUANTITIES():
        values = {row: column.of(net.analysis)[i] for row, i in rows.items()}
        values["total"] = column.total(net.analysis)
        for row, value in values.items():
            text = shown[row].get(column.key, "-").replace(",", "").removesuffix(" B")
            if column.unit == "ratio" and isinstance(value, tuple):
                assert float(text) == pytest.approx(value[0] / value[1], rel=1e-3)
            elif isinstance(value, tuple):
                parts = map(str, hwc(value) if column.key == "output" else value)
                assert NUMBERS.findall(text) == list(parts), (row, column.key)
                assert not NUMBERS.sub("", text).strip("x ()"), (row, column.key)
            else:
                wanted = plain_text(value, column.key)
                assert (text.replace(">= ", ">=") or "-") == wanted, (row, column.key)


@pytest.mark.parametrize("name", ALL_NETS)
def test_json_carries_the_same_numbers(name: str) -> None:
    net = analyze(ALL_NETS[name], batch=2)
    data = json.loads(render(net.summary().page(), "json"))
    (found,) = data["architectures"]
    assert [layer["name"] for layer in found["layers"]] == [n.name for n in net.analysis.nodes]
    assert found["output"] == _json(hwc(net.output))
    for column in QUANTITIES():
        for layer, value in zip(found["layers"], column.of(net.analysis), strict=True):
            wanted = hwc(value) if column.key == "output" else value
            assert layer[column.key] == _json(wanted, column.unit), (layer["name"], column.key)
        if column.key != "output":
            total = _json(column.total(net.analysis), column.unit)
            assert found["totals"][column.key] == total, column.key


def _json(value: Any, unit: str = "") -> Any:
    if value is WHOLE:
        return "whole"
    if isinstance(value, Unknown):
        return {"at_least": _json(value.at_least), "unknown": value.reason}
    if unit == "ratio" and isinstance(value, tuple):
        return value[0] / value[1]
    if isinstance(value, tuple):
        return [_json(part) for part in value]
    if isinstance(value, sympy.Basic) and not value.is_Integer:
        return Formula(value).as_dict()
    return int(value) if isinstance(value, sympy.Basic) else value


def test_no_renderer_is_forgotten() -> None:
    assert set(formats()) == set(READ) | {"json"}
