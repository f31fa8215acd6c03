"""Residual, dense and X blocks: what they stand for, at sizes and at symbols, and in nets."""

from __future__ import annotations

from typing import Any

import pytest

import archcalc
from archcalc.blocks import block_type
from archcalc.errors import SpecError
from archcalc.expansion import symbols
from archcalc.readers import read, spec_of

BODY = "conv 3x3x64 pad 1 +bn +relu | conv 3x3x64 pad 1 +bn"
NARROW = "conv 1x1x64 +bn +relu | conv 3x3x64 pad 1 +bn +relu | conv 1x1x256 +bn"
LAYER = "bn | relu | conv 1x1x48 +bn +relu | conv 3x3x12 pad 1 nobias"
SHRINK = "conv 3x3x32 s2 pad 1 +bn +relu | conv 3x3x32 pad 1 +bn"

# A block, and the notation it stands for
MEANINGS = {
    "56x56x64 | basic 64": f"res( {BODY} ) | relu",
    "56x56x64 | basic 64 shortcut none": f"{BODY} | relu",
    "56x56x64 | basic 64 shortcut always": f"res( {BODY} ; conv 1x1x64 +bn ) | relu",
    "56x56x64 | basic 64 se 16": f"res( {BODY} | se ratio 16 ) | relu",
    "32x32x16 | basic 32 s2": f"res( {SHRINK} ; conv 1x1x32 s2 +bn ) | relu",
    "32x32x16 | basic 32 s2 shortcut identity": (
        f"res( {SHRINK} ; maxpool 1x1 s2 | padchannels 32 ) | relu"
    ),
    "32x32x16 | basic 32 shortcut identity": (
        "res( conv 3x3x32 pad 1 +bn +relu | conv 3x3x32 pad 1 +bn ; padchannels 32 ) | relu"
    ),
    "32x32x16 | basic 16 preact": (
        "res( bn | relu | conv 3x3x16 pad 1 +bn +relu | conv 3x3x16 pad 1 nobias )"
    ),
    "32x32x16 | basic 32 s2 preact": (
        "bn | relu | res( conv 3x3x32 s2 pad 1 +bn +relu | conv 3x3x32 pad 1 nobias"
        " ; conv 1x1x32 s2 nobias )"
    ),
    "56x56x256 | bottleneck 64": f"res( {NARROW} ) | relu",
    "56x56x64 | bottleneck 64": f"res( {NARROW} ; conv 1x1x256 +bn ) | relu",
    "56x56x256 | bottleneck 64 s2 shortcut identity": (
        "res( conv 1x1x64 +bn +relu | conv 3x3x64 s2 pad 1 +bn +relu | conv 1x1x256 +bn"
        " ; maxpool 1x1 s2 ) | relu"
    ),
    "56x56x256 | bottleneck 128 s2 v1": (
        "res( conv 1x1x128 s2 +bn +relu | conv 3x3x128 pad 1 +bn +relu | conv 1x1x512 +bn"
        " ; conv 1x1x512 s2 +bn ) | relu"
    ),
    "56x56x64 | bottleneck 128 out 256 groups 32": (
        "res( conv 1x1x128 +bn +relu | conv 3x3x128 pad 1 groups 32 +bn +relu | conv 1x1x256 +bn"
        " ; conv 1x1x256 +bn ) | relu"
    ),
    "32x32x64 | bottleneck 16 preact": (
        "res( bn | relu | conv 1x1x16 +bn +relu | conv 3x3x16 pad 1 +bn +relu"
        " | conv 1x1x64 nobias )"
    ),
    "112x112x32 | xblock 48 groupwidth 8 s2 se 4": (
        "res( conv 1x1x48 +bn +relu | conv 3x3x48 s2 pad 1 groups 6 +bn +relu | se squeeze 8"
        " | conv 1x1x48 +bn ; conv 1x1x48 s2 +bn ) | relu"
    ),
    "28x28x24 | xblock 24 groupwidth 120": (
        "res( conv 1x1x24 +bn +relu | conv 3x3x24 pad 1 +bn +relu | conv 1x1x24 +bn ) | relu"
    ),
    "32x32x24 | denseblock 2 growth 12": f"concat( id ; {LAYER} ) | concat( id ; {LAYER} )",
    "32x32x24 | denseblock 1 growth 12 factor 0": (
        "concat( id ; bn | relu | conv 3x3x12 pad 1 nobias )"
    ),
    "56x56x255 | transition": "bn | relu | conv 1x1x127 nobias | avgpool 2x2",
    "32x32x40 | transition reduction 1": "bn | relu | conv 1x1x40 nobias | avgpool 2x2",
    "100x16 | basic 32 s2": (
        "res( conv 3x32 s2 pad 1 +bn +relu | conv 3x32 pad 1 +bn ; conv 1x32 s2 +bn ) | relu"
    ),
    "8x16x16x16 | bottleneck 4": (
        "res( conv 1x1x1x4 +bn +relu | conv 3x3x3x4 pad 1 +bn +relu | conv 1x1x1x16 +bn ) | relu"
    ),
}

# Blocks of papers: params without norms, then multiply-adds, counted by hand
COUNTS = {
    "56x56x256 | bottleneck 64": (256 * 64 + 9 * 64 * 64 + 64 * 256, 56 * 56),
    "56x56x64 | basic 64": (2 * 9 * 64 * 64, 56 * 56),
    # Xie et al. 2017, equation 4: C * (256*d + 9*d*d + d*256)
    "56x56x256 | bottleneck 128 out 256 groups 32": (32 * (256 * 4 + 9 * 4 * 4 + 4 * 256), 56 * 56),
}

# A net, a group of it, and its receptive field, jump and effective padding
FIELDS = [
    ("resnet50", "224x224x3", "conv5_x", 427, 32, 213),
    ("resnet50:v1", "224x224x3", "conv5_x", 483, 32, 241),
    ("resnet50:slim", "321x321x3", "block1", 35, 8, 17),
    ("resnet50:slim", "321x321x3", "block2", 99, 16, 49),
    ("resnet50:slim", "321x321x3", "block3", 291, 32, 145),
    ("resnet50:slim", "321x321x3", "block4", 483, 32, 241),
]


def structure(text: str) -> list[Any]:
    """Return every layer of a text with the places its inputs come from."""
    graph = archcalc.read(text)
    places = {"input": -1, **{node.name: i for i, node in enumerate(graph.nodes)}}
    return [(node.layer, tuple(places[one] for one in node.inputs)) for node in graph.nodes]


def end_of(net: archcalc.Net, group: str) -> str:
    return [name for name in net.column("macs") if name.startswith(f"{group}.")][-1]


@pytest.mark.parametrize("text", MEANINGS)
def test_a_block_is_what_it_stands_for(text: str) -> None:
    shape, _, _ = text.partition(" | ")
    assert structure(text) == structure(f"{shape} | {MEANINGS[text]}")


@pytest.mark.parametrize("text", COUNTS)
def test_counts_of_papers(text: str) -> None:
    net = archcalc.analyze(text)
    weights, positions = COUNTS[text]
    convolutions = [name for name in net.column("params") if "conv" in name.rpartition(".")[2]]
    assert sum(net.column("params")[name] for name in convolutions) == weights
    assert net.total("macs") == weights * positions


@pytest.mark.parametrize("word", ["basic", "bottleneck", "xblock", "denseblock", "transition"])
def test_examples_are_read(word: str) -> None:
    kind = block_type(word)
    assert kind is not None
    for text in kind.examples:
        assert archcalc.analyze(text).total("params") > 0


@pytest.mark.parametrize(
    ("options", "projected"),
    [
        ("64", True),
        ("16", False),
        ("16 stride 2", True),
        ("16 stride 2x1", True),
        ("16 stride 1x1", False),
        ("8 out 64", False),
        ("16 out 65", True),
        ("16 out 65 shortcut none", False),
        ("16 shortcut always", True),
    ],
)
def test_a_projection_exactly_where_the_shape_changes(options: str, projected: bool) -> None:
    net = archcalc.analyze(f"32x32x64 | bottleneck {options}")
    assert any("shortcut" in name for name in net.column("macs")) is projected


def test_names_inside_a_block() -> None:
    """Names are the block's, then the layer's: nothing is nested where nothing branches."""
    names = list(archcalc.analyze("8x8x4 | basic 4 | bottleneck 2").column("macs"))
    assert names[:3] == ["basic1.conv1", "basic1.conv1.bn", "basic1.conv1.relu"]
    assert "basic1.add" in names
    assert "bottleneck1.shortcut.conv1" in names
    assert names[-1] == "bottleneck1.relu1"


@pytest.mark.parametrize(
    ("text", "params"),
    [
        ("HxWxC | basic C", "18*C^2 + 4*C"),
        ("HxWxC | bottleneck (C/4) out C", "17*C^2/16 + 3*C"),
        ("HxWxC | denseblock 1 growth (k)", "4*C*k + 2*C + 36*k^2 + 8*k"),
        ("HxWxC | transition", "C*floor(C/2) + 2*C"),
        ("HxWxC | xblock C groupwidth (g)", None),
        ("HxWxC | xblock N groupwidth 8 se 4 stride 2", None),
        ("HxWxC | bottleneck N stride 2 groups (g)", None),
        ("HxWxC | basic N stride 2", None),
        ("HxWx(C+g) | basic (C+g) se 2", None),
        ("HxWx(C+g) | bottleneck (N-1) stride 2", None),
        ("HxWx(C+g) | denseblock 2 growth (k+1)", None),
        ("HxWx(C+g) | xblock (C+g) groupwidth (g+1) stride 2", None),
        ("HxWxC | basic N preact shortcut always", None),
    ],
)
def test_symbols_agree_with_numbers(text: str, params: str | None) -> None:
    import sympy

    values = {"H": 16, "W": 12, "C": 16, "N": 32, "k": 6, "g": 4, "s": 2}
    closed = archcalc.analyze(text).total("params")
    if params is not None:
        assert str(sympy.expand(closed)) == params.replace("^", "**")
    used = {name: values[name] for name in symbols(spec_of(text))}
    numbers = archcalc.analyze(text, **used)
    known = {symbol: used[symbol.name] for symbol in closed.free_symbols}
    assert closed.subs(known) == numbers.total("params")


@pytest.mark.parametrize(
    ("text", "code", "fact"),
    [
        ("784 | basic 64", "E31", "basic needs height x width x channels"),
        ("HxWxC | basic N", "E28", "the shortcut depends on whether C is N"),
        ("HxWxC | basic 64 shortcut identity", "E28", "the shortcut depends on whether C is 64"),
        ("HxWxC | bottleneck (C/4) out C stride (s)", "E28", "depends on whether s is 1"),
        ("HxWxC | xblock N", "E28", "the shortcut depends on whether C is N"),
        ("784 | transition", "E31", "a vector of 784"),
        ("56x56x64 | bottleneck 64 groups 7", "E14", "64 input channels cannot be split into 7"),
        ("56x56x64 | bottleneck 64 se 7", "E27", "C/r = 256/7 is not a whole number"),
        ("56x56x64 | xblock 64 groupwidth 12", "E27", "N/g = 64/12 is not a whole number"),
        ("56x56x62 | xblock 64 se 4", "E27", "C/r = 62/4 is not a whole number"),
        ("56x56x64 | transition 65", "E13", "reduction 65 leaves nothing of 64 channels"),
        ("32x32x64 | basic 32 shortcut identity", "", "64"),
        ("56x56x64 | denseblock 0", "E11", "at least 1"),
        ("56x56x64 | basic", "E10", "basic needs a number of filters"),
        ("56x56x64 | bottleneck 64 v2", "E08", '"v2" is not an option of bottleneck'),
        ("56x56x64 | basic 64 shortcut zeros", "E09", "projection, identity, always, none"),
    ],
)
def test_mistakes(text: str, code: str, fact: str) -> None:
    with pytest.raises(SpecError) as error:
        archcalc.analyze(text)
    (problem,) = error.value.problems
    assert problem.code == (code or problem.code)
    assert fact in problem.message


@pytest.mark.parametrize(("name", "input", "group", "size", "jump", "padding"), FIELDS)
def test_fields_of_the_stages(
    name: str, input: str, group: str, size: int, jump: int, padding: int
) -> None:
    net = archcalc.analyze(read(name, input=input))
    end = end_of(net, group)
    assert net.column("receptive_field")[end] == (size, size)
    assert net.column("jump")[end] == (jump, jump)
    assert net.column("first")[end] == (-padding, -padding)


@pytest.mark.parametrize(
    ("plain", "residual"),
    [("plain56", "resnet56"), ("plain20", "resnet20"), ("plain34", "resnet34:a")],
)
def test_shortcuts_cost_nothing(plain: str, residual: str) -> None:
    """The point of the comparison: the same weights and multiply-adds, with and without."""
    one, two = archcalc.analyze(plain), archcalc.analyze(residual)
    for column in ("params", "weights", "macs", "depth", "receptive_field"):
        assert one.total(column) == two.total(column)


@pytest.mark.parametrize("n", [1, 3, 9])
def test_depth_of_the_cifar_nets_is_a_symbol(n: int) -> None:
    assert archcalc.analyze("resnet20", n=n).total("depth") == 6 * n + 2


def test_a_stage_of_one_block_repeats_nothing() -> None:
    net = archcalc.analyze("regnetx_8gf")
    assert [name for name in net.column("macs") if name.startswith("stage4.xblock2")] == []
