"""What one unit sees: against published figures, against brute force, as text and as a picture."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from test_receptive_field import Branches, Chain, RandomNet, look_back, nets

from archcalc.analysis import walk
from archcalc.api import analyze
from archcalc.blocks import block_type, block_words
from archcalc.errors import UsageError
from archcalc.fieldmap.alignment import aligning_input, odd_input, partings
from archcalc.fieldmap.drawing import MOST_SHOWN, drawing
from archcalc.fieldmap.fieldmap import FieldMap, field_map, is_placed
from archcalc.fieldmap.page import page, warnings
from archcalc.fieldmap.record import data
from archcalc.fieldmap.rulers import MOST_RULERS, Scale, chosen, rulers
from archcalc.fieldmap.unit import Stretch, inside, nearest, stretch
from archcalc.fieldmap.way import read_positions
from archcalc.layers import LAYERS
from archcalc.quantities.field import AxisField
from archcalc.quantities.receptive_field import WHOLE, states
from archcalc.renderers import render

from nets import NETS
from transcripts import run


def made(text: str, layer: str = "", unit: tuple[int, ...] | None = None) -> FieldMap:
    return field_map(analyze(text).analysis, layer, unit)


def pairs(field: Any) -> Any:
    return None if field is None else tuple(tuple(axis) for axis in field)


# Published: Araujo, Norris and Sim 2019, https://distill.pub/2019/computing-receptive-fields, with
# the table of https://github.com/google-research/receptive_field (RECEPTIVE_FIELD_TABLE.md): size,
# effective stride and effective padding at end points of TensorFlow's slim networks

ALEXNET = (
    "conv1: conv 11x11x64 s4 | pool1: maxpool 3x3 s2 | conv2: conv 5x5x192 same"
    " | pool2: maxpool 3x3 s2 | conv3: conv 3x3x384 same | conv4: conv 3x3x384 same"
    " | conv5: conv 3x3x256 same | pool5: maxpool 3x3 s2"
)
VGG = (
    "conv1: [ conv 3x3x64 same ]*2 | pool1: maxpool 2x2 | conv2: [ conv 3x3x128 same ]*2"
    " | pool2: maxpool 2x2 | conv3: [ conv 3x3x256 same ]*3 | pool3: maxpool 2x2"
    " | conv4: [ conv 3x3x512 same ]*3 | pool4: maxpool 2x2 | conv5: [ conv 3x3x512 same ]*3"
    " | pool5: maxpool 2x2"
)
MOBILENET = "conv0: conv 3x3x32 s2 same | " + " | ".join(
    f"dwconv 3x3 s{stride} same | pointwise{i + 1}: conv 1x1x{width}"
    for i, (stride, width) in enumerate(
        [(1, 64), (2, 128), (1, 128), (2, 256), (1, 256), (2, 512)]
        + [(1, 512)] * 5
        + [(2, 1024), (1, 1024)]
    )
)
SLIM = {  # network, input size: end point -> size, stride, padding
    ("alexnet_v2", ALEXNET, 224): {
        "conv1": (11, 4, 0),
        "pool1": (19, 8, 0),
        "conv2": (51, 8, 16),
        "conv3": (99, 16, 32),
        "conv4": (131, 16, 48),
        "conv5": (163, 16, 64),
        "pool5": (195, 32, 64),
    },
    ("vgg_16", VGG, 224): {
        "conv1.1.conv1": (3, 1, 1),
        "pool1": (6, 2, 2),
        "pool2": (16, 4, 6),
        "conv3.2.conv1": (32, 4, 14),
        "pool4": (100, 16, 42),
        "pool5": (212, 32, 90),
    },
    ("mobilenet_v1", MOBILENET, 224): {
        "conv0": (3, 2, 0),
        "pointwise1": (7, 2, 2),
        "pointwise2": (11, 4, 2),
        "pointwise5": (43, 8, 14),
        "pointwise11": (219, 16, 94),
        "pointwise12": (251, 32, 94),
        "pointwise13": (315, 32, 126),
    },
    ("mobilenet_v1", MOBILENET, 321): {
        "conv0": (3, 2, 1),
        "pointwise1": (7, 2, 3),
        "pointwise2": (11, 4, 5),
        "pointwise5": (43, 8, 21),
        "pointwise11": (219, 16, 109),
        "pointwise12": (251, 32, 125),
        "pointwise13": (315, 32, 157),
    },
}


@pytest.mark.parametrize(("name", "stages", "size"), SLIM, ids=lambda value: str(value)[:12])
def test_published_end_points(name: str, stages: str, size: int) -> None:
    shown = data(made(f"{size}x{size}x3 | {stages}"))
    by_name = {row["name"]: row for row in shown["layers"]}
    for layer, (field, stride, padding) in SLIM[name, stages, size].items():
        row = by_name[layer]
        assert row["receptive_field"] == [field, field], layer
        assert row["jump"] == [stride, stride], layer
        assert row["padding"] == [padding, padding], layer
        assert row["first"] == [-padding, -padding], layer
        center = Fraction(field - 1, 2) - padding  # the source's formula for the centre
        assert [Fraction(part) for part in row["center"]] == [center, center]


def test_the_even_input_shifts_mobilenet_s_field() -> None:
    even, odd = (made(f"{size}x{size}x3 | {MOBILENET}") for size in (224, 225))
    larger = odd_input(even.analysis, even.target)
    assert larger is not None
    assert larger.graph.inputs == {"input": (3, 225, 225)}
    assert odd_input(odd.analysis, odd.target) is None
    assert "225x225x3, pointwise13 has padding 157x157 and centre 0x0" in shown_text(even)
    assert "with a stride pads by the input's size" not in shown_text(odd)
    assert not warnings(even)  # one path only


def shown_text(one: FieldMap) -> str:
    return re.sub(r"\s+", " ", render(page(one, warnings(one), width=80), "table", width=80))


# Brute force: sets of (row, column) that a unit depends on, borders included


def reaching(chain: Chain, units: set[tuple[int, ...]]) -> set[tuple[int, ...]]:
    """Follow units back to the input; what lies outside a layer's input is padding and gone."""
    for item in reversed(chain):
        if isinstance(item, Branches):
            units = set().union(*(reaching(one, units) for one in item.chains))
            continue
        found: set[tuple[int, ...]] = set()
        for unit in units:
            reads: list[list[int]] = [[]]
            for axis, position in enumerate(unit):
                inside = [i for i in item.reads[axis](position) if 0 <= i < item.sizes[axis]]
                reads = [[*done, i] for done in reads for i in inside]
            found.update(map(tuple, reads))
        units = found
    return units


def box(positions: Iterable[tuple[int, ...]]) -> Any:
    axes = list(zip(*positions, strict=True))
    return tuple((min(axis), max(axis)) for axis in axes) or None


def assert_unit(net: RandomNet, draw: st.DataObject) -> None:
    one = made(net.text)
    assume(one.layer == one.analysis.nodes[-1].name)  # patterns may be too long to know
    unit = tuple(draw.draw(st.integers(0, n - 1)) for n in net.outputs)
    one = made(net.text, one.layer, unit)
    seen = [look_back(net.chain, frozenset({i}), axis) for axis, i in enumerate(unit)]
    if all(axis.positions for axis in seen):
        expected = tuple((min(axis.positions), max(axis.positions)) for axis in seen)
        assert pairs(one.field) == expected, (net.text, unit)
    else:
        assert one.field is None, (net.text, unit)
    reached = reaching(net.chain, {unit})
    assert pairs(one.reached) == box(reached), (net.text, unit)
    read = read_positions(one.analysis, one.target, unit)
    expected = tuple(set(axis) for axis in zip(*reached, strict=True)) or None
    assert (read and tuple(map(set, read))) == expected, (net.text, unit)
    for seen in one.shown:
        assert one.field is not None
        for mine, whole in zip(seen.field, one.field, strict=True):
            assert whole.first <= mine.first <= mine.last <= whole.last, (net.text, unit)


@settings(max_examples=150, deadline=None)
@given(nets(1), st.data())
def test_units_on_one_axis(net: RandomNet, draw: st.DataObject) -> None:
    assert_unit(net, draw)


@settings(max_examples=100, deadline=None)
@given(nets(2), st.data())
def test_units_on_two_axes(net: RandomNet, draw: st.DataObject) -> None:
    assert_unit(net, draw)


@settings(max_examples=100, deadline=None)
@given(nets(2, gaps=True), st.data())
def test_units_that_may_see_nothing(net: RandomNet, draw: st.DataObject) -> None:
    assert_unit(net, draw)


# Known units, worked out by hand

UNITS = {  # text, layer, unit: field, what lies in the padding, what reaches the unit
    "inside": ("14x14x3 | conv 5x5x8", (3, 4), ((3, 7), (4, 8)), ((0, 0), (0, 0)), ...),
    "in a corner": (
        "14x14x3 | conv 5x5x8 pad 2",
        (0, 13),
        ((-2, 2), (11, 15)),
        ((2, 0), (0, 2)),
        ((0, 2), (11, 13)),
    ),
    "a rectangle": (
        "32x32x3 | conv 3x1x8 | conv 1x7x8",
        (10, 10),
        ((10, 12), (10, 16)),
        ((0, 0), (0, 0)),
        ...,
    ),
    "one axis": ("100x16 | conv 3x16 s2 | maxpool 2", (7,), ((28, 32),), ((0, 0),), ...),
    "three axes": (
        "9x10x11x1 | conv 3x3x1x4 | conv 3x1x3x4",
        (0, 1, 2),
        ((0, 4), (1, 3), (2, 4)),
        ((0, 0), (0, 0), (0, 0)),
        ...,
    ),
    "nearest upsampling, even": (
        "8x8x3 | conv 3x3x4 | upsample 2",
        (4, 5),
        ((2, 4),) * 2,
        None,
        ...,
    ),
    "bilinear upsampling": (
        "8x8x3 | upsample 2 mode bilinear",
        (4, 5),
        ((1, 2), (2, 3)),
        None,
        ...,
    ),
    "a transposed convolution": (
        "8x8x3 | deconv 4x4x2 s2 pad 1",
        (0, 3),
        ((-1, 0), (1, 2)),
        None,
        None,
    ),
    # position 2 of conv1 is padding to conv2: what it would see of the input is not read
    "padding inside": ("6x3 | conv 3x4 s2 | conv 3x4 pad 1", (1,), ((0, 6),), ((0, 1),), ((0, 4),)),
    # two maps of padding around the map: the corner reads nothing but zeros
    "all padding": (
        "6x6x1 | conv 1x1x2 pad 2 | conv 1x1x2",
        (0, 3),
        ((-2, -2), (1, 1)),
        None,
        "nothing",
    ),
}


@pytest.mark.parametrize("name", UNITS)
def test_known_units(name: str) -> None:
    text, unit, field, outside, reached = UNITS[name]
    one = made(text, "", unit)
    assert pairs(one.field) == field
    if outside is not None:
        assert (
            tuple(axis.outside(n) for axis, n in zip(one.field, one.sizes, strict=True)) == outside
        )
    if reached is ...:
        assert one.reached == one.field
    elif reached == "nothing":
        assert one.reached is None
    elif reached is not None:
        assert pairs(one.reached) == reached


def test_the_unit_in_the_middle_is_the_default() -> None:
    one = made("14x14x3 | conv 3x3x8 pad 1 | maxpool 2x2")
    assert (one.layer, one.unit, one.asked) == ("maxpool1", (3, 3), False)
    assert pairs(one.field) == ((5, 8), (5, 8))


def test_the_last_layer_with_a_place_is_the_default() -> None:
    assert made(NETS["alexnet"].text).layer == "maxpool3"
    assert made("32x32x3 | conv 8x8x16 s8 | tokens | linear 8 | attn").layer == "conv1"
    assert made("784 | fc 300 | relu | fc 10").layer == "fc2"  # all see everything: the last


def test_layers_that_see_everything() -> None:
    one = made("8x9x4 | conv 3x3x4 | gap | fc 10", "fc1")
    assert one.state is WHOLE
    assert pairs(one.field) == pairs(one.reached) == ((0, 7), (0, 8))
    assert "fc1 sees everything." in shown_text(one)
    assert "Every unit of fc1" in shown_text(one)
    assert [seen.name for seen in one.shown] == ["conv1", "fc1"]
    assert field_map(one.analysis, "gap1", (0, 0)).field == one.field
    assert field_map(one.analysis, "fc1", (9,)).field == one.field
    before = made("8x9x4 | conv 3x3x4 | gap | fc 10")
    assert "gap1 and every layer behind it see everything." in shown_text(before)


REFUSED = {
    "too few": ("14x14x3 | conv 3x3x8", "", (3,), "E50", r"a unit has 2 positions .*12x12x8"),
    "too many": ("100x16 | conv 3x16", "", (3, 4), "E50", r"a unit has 1 position \(positions\)"),
    "outside": (
        "4x4x3 | maxpool 2x2",
        "",
        (3, 4),
        "E50",
        r"there is no unit 3,4: the output of maxpool1 is 2x2x3",
    ),
    "no such layer": ("14x14x3 | conv 3x3x8", "conv2", None, "E49", 'no layer "conv2"'),
    "no layer": ("14x14x3 | id", "", None, "E49", "no layers"),
    "misaligned": (
        "24x24x2 | concat( conv 3x3x2 s2 pad 1 ; conv 13x13x2 )",
        "concat1.concat",
        None,
        "E47",
        "the field of concat1.concat is not known: misaligned paths meet in concat1.concat: "
        "through concat1.1.conv1 and concat1.2.conv1",
    ),
    "rearranged": (
        "8x8x4 | tokens | linear 3",
        "linear1",
        None,
        "E47",
        "positions of linear1 were",
    ),
    "nobody said": ("8x8x4 | opaque routing 8x8x4", "", None, "E47", "nobody said what opaque1"),
    "symbols": ("HxWxC | conv 3x3x8", "", (0, 0), "E28", "conv1 needs numbers; free: H, W"),
    "a vector": ("784 | relu", "", (0,), "E50", "is a vector"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(name: str) -> None:
    text, layer, unit, code, message = REFUSED[name]
    with pytest.raises(UsageError, match=message) as caught:
        made(text, layer, unit)
    assert caught.value.code == code


def test_a_unit_that_no_tap_reaches() -> None:
    one = made("8x8x3 | deconv 1x1x2 s2", "", (1, 0))
    assert (one.field, one.reached, one.shown) == (None, None, ())
    assert "No input reaches unit 1,0 of deconv1" in shown_text(one)
    assert "No input reaches unit 1,0" in drawing(one)
    assert data(one)["unit"]["seen"] is None


def test_symbols_give_the_table() -> None:
    one = made("HxWxC | conv (K)x3x8 s2 pad 1 | conv 3x3x8")
    assert one.unit is None
    rows = data(one)["layers"]
    assert rows[0]["receptive_field"] == [{"expr": "K", "latex": "K", "free": ["K"]}, 3]
    assert rows[0]["center"] == [
        {"expr": "(K - 3)/2", "latex": "\\frac{K - 3}{2}", "free": ["K"]},
        0,
    ]
    assert rows[0]["covers_input"] is None
    assert data(one)["unit"] is None
    assert "around this unit" not in shown_text(one)


# Paths with different centres

TRAP = "res( conv 3x3x3 same s2 | conv 3x3x3 same ; conv 1x1x3 s2 )"


def test_paths_part_at_even_inputs_only() -> None:
    even, odd = made(f"64x64x3 | {TRAP}"), made(f"65x65x3 | {TRAP}")
    (parting,) = partings(even.analysis, even.target)
    assert parting.node.name == "res1.add"
    assert parting.centers == (("res1.conv2", (1, 1)), ("res1.shortcut.conv1", (0, 0)))
    assert partings(odd.analysis, odd.target) == []
    (warning,) = warnings(even)
    assert warning.code == "W09"
    assert "have different centres: unit 0 looks at 1x1 through res1.conv2" in warning.message
    assert "the field is the union" in warning.message
    assert "the input 65x65x3 keeps them together" in warning.help
    assert warning.span is not None
    assert warnings(odd) == []


def test_the_next_input_where_paths_stay_together() -> None:
    """Behind layers without padding it is not one more than a multiple of the jump."""
    one = made(f"64x64x3 | conv 3x3x3 s2 | {TRAP}")
    larger = aligning_input(one.analysis, one.target)
    assert larger is not None
    assert larger.graph.inputs == {"input": (3, 67, 67)}  # 33x33 maps meet the trap
    assert partings(larger, one.target) == []


def test_different_centres_for_every_input() -> None:
    one = made("32x32x3 | concat( conv 2x2x4 pad 0:1 ; conv 3x3x4 pad 1 )")
    (warning,) = warnings(one)
    assert "at 0.5x0.5 through concat1.1.conv1, at 0x0 through concat1.2.conv1" in warning.message
    assert (
        warning.help == "padding by (kernel - 1)/2 on both sides of every path keeps them together"
    )


def test_many_partings_are_counted() -> None:
    branches = "concat( conv 2x2x4 pad 0:1 ; conv 3x3x4 pad 1 )"
    one = made(f"32x32x3 | [ {branches} ]*5")
    found = warnings(one)
    assert len(found) == 3
    assert found[-1].message.endswith("(so it is at 2 more)")


@pytest.mark.parametrize("name", NETS)
def test_known_nets_have_no_partings(name: str) -> None:
    """Explicit padding of half a window, as in the course's nets, keeps centres together."""
    analysis = analyze(NETS[name].text).analysis
    assert partings(analysis, len(analysis.nodes) - 1) == []


# Whatever a layer is, there is an answer or a refusal

EXAMPLES = [
    example
    for kind in (*LAYERS().values(), *map(block_type, block_words()))
    for example in (kind.examples if kind else ())
    if not example.count("{")
]


@pytest.mark.parametrize("text", EXAMPLES)
def test_every_layer_s_examples(text: str) -> None:
    analysis = analyze(text).analysis
    if not any(is_placed(state) or state is WHOLE for state in states(analysis)):
        with pytest.raises(UsageError, match=r"is not known|were rearranged"):
            field_map(analysis)
        return
    one = field_map(analysis)
    shown = page(one, warnings(one), width=80)
    for form in ("table", "plain", "markdown", "csv", "json", "html"):
        assert render(shown, form, width=80)
    if one.field is not None:
        assert max(map(len, rulers(one, 80))) <= 80
        ET.fromstring(drawing(one))
        seen = inside(one.field, one.sizes)
        assert (seen is None) <= (one.reached is None)
        for axis, around in zip(one.reached or (), seen or (), strict=True):
            assert around.first <= axis.first <= axis.last <= around.last


@pytest.mark.parametrize(
    "text",
    [
        "2000000000x3 | conv 3x3 s2 | maxpool 2",
        "2000000000x3 | conv 1000x3 d999 | conv 1000x3 d1001",
        "2000000000x3 | avgpool 100000000 | conv 3x3",
    ],
)
def test_long_inputs_are_quick(text: str) -> None:
    one = made(text)
    assert one.reached == one.field
    assert len(drawing(one)) < 20_000
    assert max(map(len, rulers(one, 80))) <= 80


# Which unit of another layer is nearest


@given(
    st.lists(st.tuples(st.integers(-9, 9), st.integers(1, 9)), min_size=1, max_size=4),
    st.integers(1, 12),
    st.integers(1, 40),
    st.integers(-50, 200),
)
def test_nearest(parts: list[tuple[int, int]], shift: int, count: int, place: int) -> None:
    starts = tuple(i * shift // len(parts) + start % 3 for i, (start, _) in enumerate(parts))
    axis = AxisField(starts, tuple(s + n for s, (_, n) in zip(starts, parts, strict=True)), shift)
    found = nearest(axis, count, place)
    assert found is not None

    def away(position: int) -> int:
        seen = stretch(axis, position)
        assert seen is not None
        return abs(seen.twice_center - place)

    assert away(found) == min(map(away, range(count)))


def test_layers_are_drawn_around_the_unit() -> None:
    one = made(NETS["vgg16"].text, "maxpool5", (3, 3))
    for seen in one.shown:
        for axis, target in zip(seen.field, one.field, strict=True):
            assert target.first <= axis.first
            assert axis.last <= target.last
    assert [seen.size for seen in one.shown][-1] == (212, 212)
    assert len(one.shown) == 18


@pytest.mark.parametrize("name", ["alexnet", "vgg16", "unet", "resnet18", "googlenet"])
def test_fields_are_nested(name: str) -> None:
    """Each drawn field lies within that of the unit, and along a chain within the next."""
    one = field_map(analyze(name).analysis)
    fields = [part.field for part in one.shown]
    assert len(fields) > 5
    is_chain = all(len(node.inputs) == 1 for node in one.analysis.nodes)
    for i, inner in enumerate(fields[:-1]):
        outer = fields[i + 1] if is_chain else fields[-1]
        for mine, others in zip(inner, outer, strict=True):
            assert others.first <= mine.first <= mine.last <= others.last


def test_a_group_stands_for_its_last_layer() -> None:
    one = field_map(analyze("resnet50").analysis, "conv3_x")
    assert one.layer == "conv3_x.bottleneck4.relu1"
    with pytest.raises(UsageError, match='no layer "conv3"'):
        field_map(analyze("resnet50").analysis, "conv3")


def test_positions_between_taps_are_marked() -> None:
    one = made("32x32x3 | conv 3x3x8 pad 2 d2 | conv 3x3x8 pad 4 d4")
    head, first, last = rulers(one, 80)
    assert head.endswith("# read, o not, . padding")
    assert first.endswith("|--------------#o#o#-------------|")
    assert last.endswith("|----------#o#o#o#o#o#o#---------|")
    assert "positions between taps are not read" in drawing(one)
    coarse = made("640x640x3 | conv 3x3x8 pad 2 d2")
    assert "# read in part" in rulers(coarse, 80)[0]
    plain = made("32x32x3 | conv 3x3x8 pad 1 | conv 3x3x8 pad 1")
    assert "between taps" not in drawing(plain)


def test_patterns_behind_an_upsampling_are_explained() -> None:
    assert "the field is that of the unit that sees most" in shown_text(
        field_map(analyze("unet").analysis)
    )
    assert "sees most" not in shown_text(made("32x32x3 | conv 3x3x8"))


def test_later_layers_that_see_everything_are_named() -> None:
    shown = shown_text(field_map(analyze("vit_b_16").analysis))
    assert "encoder.1.encoder1.attention.attn1 and every layer behind it see everything." in shown


def test_layers_off_the_path_are_not_drawn() -> None:
    one = made("32x32x3 | concat( conv 1x1x4 ; conv 3x3x4 pad 1 ; conv 5x5x4 pad 2 )")
    assert [seen.name for seen in one.shown] == ["concat1.2.conv1", "concat1.concat"]
    inner = field_map(one.analysis, "concat1.2.conv1")
    assert [seen.name for seen in inner.shown] == ["concat1.2.conv1"]


# Rulers


def test_a_ruler_at_one_mark_per_pixel() -> None:
    seen = Stretch(-2, 4)
    scale = Scale.of(8, [seen], 10)
    assert (scale.pixels, scale.marks) == (1, 1)
    assert scale.ruler(seen) == "..|#####---|"
    away = Stretch(-2, -2)  # one position, the second before the input
    assert Scale.of(8, [away], 10).ruler(away) == ". |--------|"


@given(
    st.integers(1, 3000),
    st.lists(st.tuples(st.integers(-4000, 4000), st.integers(1, 5000)), min_size=1, max_size=4),
    st.integers(8, 70),
)
def test_rulers(size: int, parts: list[tuple[int, int]], room: int) -> None:
    stretches = [Stretch(first, first + length - 1) for first, length in parts]
    scale = Scale.of(size, stretches, room)
    drawn = [scale.ruler(one) for one in stretches]
    assert len({len(ruler) for ruler in drawn}) == 1
    for one, ruler in zip(stretches, drawn, strict=True):
        ahead, inside, behind = ruler.split("|")
        assert len(ahead + inside + behind) <= max(room, 3)
        before, after = one.outside(size)
        on = one.inside(size)
        assert ("#" in inside) == (on is not None)
        assert (set(ahead) & set(".<") != set()) == (before > 0)
        assert ("<" in ahead) == (one.first < -scale.before)
        assert (">" in behind) == (one.last >= size + scale.after)
        assert (set(behind) & set(".>") != set()) == (after > 0)
        if on is not None:
            marks = inside.count("#")
            assert marks * scale.pixels >= on.size * scale.marks
            assert (marks - 2) * scale.pixels <= on.size * scale.marks


@pytest.mark.parametrize("name", NETS)
def test_rulers_fit_a_terminal(name: str) -> None:
    lines = rulers(made(NETS[name].text), 80)
    assert lines
    assert max(map(len, lines)) <= 80
    assert all(line.isascii() for line in lines)


def test_rulers_are_one_per_axis_where_axes_differ() -> None:
    heads = [line for line in rulers(made("32x32x3 | conv 3x7x8"), 80) if "around" in line]
    assert [head.split(" around")[0] for head in heads] == ["Rows", "Columns"]
    (head,) = (line for line in rulers(made("32x32x3 | conv 3x3x8"), 80) if "around" in line)
    assert head.startswith("Rows and columns")
    assert rulers(made("100x16 | conv 3x16"), 80)[0].startswith("Positions around this unit")


def test_many_layers_are_thinned() -> None:
    one = made("96x96x3 | [ conv 3x3x3 pad 1 ]*40")
    kept, left_out = chosen(one.shown, MOST_RULERS)
    assert (len(kept), left_out) == (MOST_RULERS, 16)
    assert (kept[0], kept[-1]) == (one.shown[0], one.shown[-1])
    assert rulers(one, 80)[-1] == "  (16 more layers in between)"


# The drawing

SVG = "{http://www.w3.org/2000/svg}"
DRAWN = {
    "square": ("227x227x3 | conv 11x11x8 s4 | maxpool 3x3 s2 | conv 5x5x8 pad 2", None),
    "rectangle": ("56x90x3 | conv 3x7x8 pad 1x3 | conv 5x3x8 pad 6x1 d3", (2, 80)),
    "sequence": ("200x16 | conv 3x16 pad 1 | conv 3x16 pad 2 d2 | maxpool 2", (1,)),
    "video": ("16x60x80x3 | conv 3x7x7x8 s1x2x2 pad 1x3x3 | maxpool 3x3x3 s2 pad 1", None),
    "slender": ("4x300x3 | conv 3x7x8 pad 1x3 | conv 3x7x8 pad 1x3 s1x2", None),
    "paths": ("32x32x3 | concat( conv 1x9x4 pad 0x4 ; conv 9x1x4 pad 4x0 )", None),
    "everything": ("32x32x3 | conv 3x3x8 | fc 10", None),
    "more than fits": ("16x16x3 | [ conv 3x3x3 pad 1 ]*40", (0, 15)),
    "a pattern": ("24x24x3 | conv 3x3x4 s2 pad 1 | upsample 2 | conv 3x3x4 pad 1", None),
}


def svg(text: str, unit: tuple[int, ...] | None = None, layer: str = "") -> ET.Element:
    return ET.fromstring(drawing(made(text, layer, unit)))


def boxes(root: ET.Element, kind: str) -> list[tuple[float, ...]]:
    found = [one for one in root.iter(f"{SVG}rect") if one.get("class") == kind]
    return [
        tuple(float(one.get(key) or 0) for key in ("x", "y", "width", "height")) for one in found
    ]


@pytest.mark.parametrize("name", DRAWN)
def test_drawings_are_whole_and_always_the_same(name: str) -> None:
    text, unit = DRAWN[name]
    one = made(text, "", unit)
    document = drawing(one)
    assert document == drawing(made(text, "", unit))
    root = ET.fromstring(document)
    assert root.tag == f"{SVG}svg"
    assert root.find(f"{SVG}title") is not None
    words = root.findtext(f"{SVG}desc") or ""
    for seen in chosen(one.shown, MOST_SHOWN)[0]:
        where = ", ".join(
            f"{axis} {place}" for axis, place in zip(one.axes, seen.field, strict=True)
        )
        assert f"{seen.name}: field " in words
        assert where in words
    assert "prefers-color-scheme: dark" in (root.findtext(f"{SVG}style") or "")
    _, _, width, height = map(float, (root.get("viewBox") or "").split())
    for x, y, wide, high in [b for kind in ("frame", "field", "unit") for b in boxes(root, kind)]:
        assert 0 <= x <= x + wide <= width
        assert 0 <= y <= y + high <= height
    for place in root.iter(f"{SVG}text"):
        assert 0 <= float(place.get("x") or -1) <= width
        assert 0 <= float(place.get("y") or -1) <= height
    styled = set(re.findall(r"\.(\w+)", root.findtext(f"{SVG}style") or ""))
    assert {part.get("class") for part in root.iter() if part.get("class")} <= styled


def test_rectangles_are_to_scale() -> None:
    one = made("56x90x3 | conv 3x7x8 pad 1x3 | conv 5x3x8 pad 6x1 d3", "", (2, 80))
    root = ET.fromstring(drawing(one))
    ((x, y, wide, high),) = boxes(root, "frame")
    scale = wide / 90
    assert high == pytest.approx(56 * scale, abs=0.02)
    rows, columns = one.field or ()
    assert rows.first < 0
    assert boxes(root, "unit")[0] == pytest.approx(
        (
            x + columns.first * scale,
            y + rows.first * scale,
            columns.size * scale,
            rows.size * scale,
        ),
        abs=0.02,
    )
    assert len(boxes(root, "field")) == 1


def dots(root: ET.Element) -> list[tuple[float, float]]:
    path = next(one.get("d") or "" for one in root.iter(f"{SVG}path") if one.get("class") == "dots")
    return [(float(x), float(y)) for x, y in re.findall(r"M([\d.]+) ([\d.]+)h", path)]


def test_dots_stand_at_the_jump() -> None:
    root = svg("224x224x3 | conv 7x7x8 s2 pad 3 | maxpool 3x3 s2 pad 1 | conv 3x3x8 s8 pad 1")
    ((left, _, wide, _),) = boxes(root, "frame")
    columns = sorted({x for x, _ in dots(root)})
    assert len(columns) == 7
    scale = wide / 224
    steps = {round((b - a) / scale, 1) for a, b in pairwise(columns)}
    assert steps == {32.0}
    assert columns[0] == pytest.approx(left + 0.5 * scale, abs=0.02)  # unit 0 looks at pixel 0


def test_dots_are_not_more_than_can_be_read() -> None:
    root = svg("224x224x3 | conv 3x3x8 pad 1")
    columns = sorted({x for x, _ in dots(root)})
    assert min(b - a for a, b in pairwise(columns)) >= 14
    assert len(dots(root)) < 1300
    texts = [one.text or "" for one in root.iter(f"{SVG}text")]
    assert any(re.fullmatch(r"\(one unit in \d+ has its dot drawn\)", text) for text in texts)


def hatching(root: ET.Element) -> str:
    return "".join(
        one.get("d") or "" for one in root.iter(f"{SVG}path") if one.get("class") == "hatch"
    )


def test_padding_is_hatched_outside_the_frame() -> None:
    assert hatching(svg("32x32x3 | conv 5x5x8")) == ""
    root = svg("32x32x3 | conv 9x9x8 pad 4", (0, 31))
    ((x, y, wide, high),) = boxes(root, "frame")
    lines = re.findall(r"M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)", hatching(root))
    for x0, y0, x1, y1 in [tuple(map(float, line)) for line in lines][:-4]:  # the legend's last
        middle = ((x0 + x1) / 2, (y0 + y1) / 2)
        assert not (x < middle[0] < x + wide and y < middle[1] < y + high)
    assert len(lines) > 20


def test_what_users_write_is_escaped() -> None:
    analysis = analyze("32x32x3 | conv 3x3x8").analysis
    name = '<script>alert("&")</script>\x07\u202e'
    named = walk(replace(analysis.graph, name=name))
    document = drawing(field_map(named))
    assert "<script" not in document
    assert "\x07" not in document
    assert "\u202e" not in document
    title = ET.fromstring(document).findtext(f"{SVG}title") or ""
    assert title.startswith('<script>alert("&")</script>??: what conv1 sees')


def test_long_and_wide_names_are_shortened_in_the_picture_only() -> None:
    label = "합성곱" * 9
    root = svg(f"32x32x3 | {label}: conv 3x3x8")
    texts = [one.text or "" for one in root.iter(f"{SVG}text")]
    assert any(".." in text and text.startswith("합") for text in texts)
    assert label in (root.findtext(f"{SVG}desc") or "")


# The command

NET = "32x32x3 | conv1: conv 3x3x8 pad 1 | pool1: maxpool 2x2 | conv2: conv 3x3x8"


@pytest.mark.parametrize("name", ["vit_b_16", "alexnet", "unet", "resnet152", "googlenet"])
def test_labels_do_not_touch_numbers(name: str) -> None:
    """Beside the picture, by the widths of wide type: 0.57 of its size, 0.62 where it is bold."""
    rows: dict[str, list[tuple[float, float]]] = {}
    for item in ET.fromstring(drawing(field_map(analyze(name).analysis))).iter():
        x = float(item.get("x", 0))
        if not item.tag.endswith("text") or x < 600:
            continue
        em = 0.62 if item.get("font-weight") == "bold" else 0.57
        width = len(item.text or "") * float(item.get("font-size", 0)) * em
        left = x - width if item.get("text-anchor") == "end" else x
        rows.setdefault(item.get("y", ""), []).append((left, left + width))
    assert len(rows) > 3
    for parts in rows.values():
        parts.sort()
        assert parts[-1][1] <= 1000
        assert all(one[1] < other[0] for one, other in pairwise(parts))


def test_a_file_gets_the_drawing(tmp_path: Path) -> None:
    path = tmp_path / "field.svg"
    assert run(f"archcalc field '{NET}' --unit 3,4 -o {path}") == ""
    document = path.read_text(encoding="utf-8")
    assert document == drawing(made(NET, "", (3, 4)))
    assert run(f"archcalc field '{NET}' --unit 3,4 --format svg") == document.rstrip("\n")
    markdown = tmp_path / "field.md"
    assert run(f"archcalc field '{NET}' -o {markdown}") == ""
    assert "| conv2" in markdown.read_text(encoding="utf-8")
    assert "E33" in run(f"archcalc field '{NET}' -o {tmp_path / 'no' / 'field.svg'}")
    assert "E51" in run(f"archcalc field '{NET}' -o {tmp_path / 'field.bmp'}")


def test_json() -> None:
    shown = json.loads(run(f"archcalc field '{NET}' --unit 0,13 --layout hwc --format json"))
    assert (shown["schema"], shown["layout"], shown["input"]) == (1, "hwc", [32, 32, 3])
    assert shown["layers"][1] == {
        "name": "pool1",
        "layer": "maxpool 2x2 stride 2 pad 0 floor dilation 1",
        "output": [16, 16, 8],
        "receptive_field": [4, 4],
        "jump": [2, 2],
        "first": [-1, -1],
        "padding": [1, 1],
        "center": ["1/2", "1/2"],
        "covers_input": False,
    }
    assert shown["unit"] == {
        "layer": "conv2",
        "unit": [0, 13],
        "axes": ["rows", "columns"],
        "field": [[-1, 6], [25, 32]],
        "padding": [[1, 0], [0, 1]],
        "seen": [[0, 6], [25, 31]],
        "reached": [[0, 6], [25, 31]],
    }
    assert shown["warnings"] == []


def test_channels_first() -> None:
    spec = NET.replace("32x32x3", "3x32x30")
    shown = json.loads(run(f"archcalc field '{spec}' --layout chw --format json"))
    assert shown["input"] == [3, 32, 30]
    assert shown["layers"][0]["output"] == [8, 32, 30]
    assert "3x32x30" in run(f"archcalc field '{spec}' --layout chw --format svg")


def test_csv_holds_the_layers_or_the_unit_asked_for() -> None:
    layers = run(f"archcalc field '{NET}' --format csv").splitlines()
    assert layers[0] == "layer,output,receptive_field,jump,padding,center,covers_input"
    assert layers[2] == "pool1,16x16x8,4x4,2x2,1x1,0.5x0.5,no"
    unit = run(f"archcalc field '{NET}' --unit 0,13 --format csv").splitlines()
    assert unit == [
        "axis,field,padding,seen,input",
        "rows,-1..6,1 above,0..6,0..31",
        "columns,25..32,1 right,25..31,0..31",
    ]


@pytest.mark.parametrize("form", ["table", "plain", "markdown", "csv", "json", "html"])
def test_every_format_has_the_numbers(form: str) -> None:
    text = run(f"archcalc field '{NET}' --unit 0,13 --format {form}")
    for number in ("25", "32") if form == "json" else ("-1..6", "25..32"):
        assert number in text.replace("\\", "")


def test_warnings_are_errors_when_strict() -> None:
    spec = f"64x64x3 | {TRAP}"
    assert "warning[W09]" in run(f"archcalc field '{spec}'")
    strict = run(
        "archcalc field '32x32x3 | concat( conv 2x2x4 pad 0:1 ; conv 3x3x4 pad 1 )' --strict"
    )
    assert "error[W09]" in strict
    assert strict.endswith("[exit 2]")


def test_auxiliary_heads() -> None:
    spec = "32x32x3 | conv 3x3x8 | aux head( conv 5x5x8 | gap | fc 10 ) | conv 3x3x8"
    assert "head" not in run(f"archcalc field '{spec}' -q")
    assert "head.conv1" in run(f"archcalc field '{spec}' -q --train --layer head.conv1")
