"""Detectors of darknet: as many params as their files of weights hold, and what crosses."""

from __future__ import annotations

import pytest
from conversions import notes, refused, spec, total
from darknet_nets import conv, net, panet, pool, route, section, yolov3, yolov4_tiny

from archcalc.analysis import Settings, walk
from archcalc.converting import Given, converted
from archcalc.expansion import expand

HEADER = 20  # three numbers of 4 bytes and one of 8


# The sizes of the files of weights as they are published, of which a float has 4 bytes; they hold
# the means and variances of the batch norms too. BFLOPs are those of darknet's own tables.
@pytest.mark.parametrize(
    ("text", "size", "billions"),
    [
        (yolov4_tiny(), 24_251_276, 6.91),
        (yolov3(416), 248_007_048, 65.86),
        (yolov3(608), 248_007_048, 140.69),
        (yolov3(608, spp=True), 252_209_544, 141.45),
    ],
)
def test_the_weights_that_are_published_fit(text: str, size: int, billions: float) -> None:
    graph = expand(converted(Given("net.cfg", text)).spec)
    whole = walk(graph, Settings(train=True))
    norms = sum(node.layer.word == "bn" for node in graph)
    floats = total(whole, "params") + total(whole, "buffers") - norms
    assert floats * 4 + HEADER == size
    assert round(2 * total(whole, "macs") / 1e9, 3) == pytest.approx(billions, abs=0.006)


def test_half_of_the_channels_is_stated() -> None:
    text = net(8) + conv(6, 1) + route(-1, groups=2, group_id=1) + conv(4, 1)
    assert spec(text, "a.cfg") == (
        "8x8x3 | conv 1x1x6 +bn +leakyrelu | opaque slice 8x8x3 params 0 macs 0 | "
        "conv 1x1x4 +bn +leakyrelu"
    )
    assert "0 params and 0 MACs" in notes(text, "a.cfg")


def linear(filters: int) -> str:
    return section("convolutional", filters=filters, activation="linear")


@pytest.mark.parametrize(
    ("sections", "stages"),
    [
        (linear(4) + linear(6) + route(-1, -2, groups=2),
         "conv 1x1x4 | concat( conv 1x1x6 | opaque slice 8x8x3 params 0 macs 0 ; "
         "opaque slice 8x8x2 params 0 macs 0 )"),
        (linear(4) + pool(5, 1) + route(-2) + pool(9, 1) + route(-1, -3),
         "conv 1x1x4 | concat( maxpool 9x9 s1 pad 4 ; maxpool 5x5 s1 pad 2 )"),
        (linear(4) + linear(4) + linear(4) + section("shortcut", **{"from": "-2,-3"},
                                                     activation="linear"),
         "conv 1x1x4 | res( conv 1x1x4 | res( conv 1x1x4 ) )"),
        (linear(4) + section("avgpool") + linear(4) + section("scale_channels", **{"from": -3}),
         "conv 1x1x4 | mul( id ; gap | conv 1x1x4 )"),
        (linear(4) + section("convolutional", filters=4, activation="logistic")
         + section("sam", **{"from": -2}), "conv 1x1x4 | mul( id ; conv 1x1x4 +sigmoid )"),
        (section("maxpool", size=2, stride=2, stride_x=1, padding=0), "maxpool 2x2 s2x1"),
        (section("local_avgpool", size=3, stride=1), "avgpool 3x3 s1 pad 1"),
        (linear(4) + section("reorg3d", stride=2), "conv 1x1x4 | pixelunshuffle 2"),
        (linear(4) + section("Gaussian_yolo", mask="0"), "conv 1x1x4"),
    ],
)  # fmt: skip
def test_sections(sections: str, stages: str) -> None:
    text = net(8) + sections
    made = converted(Given("a.cfg", text))
    assert spec(text, "a.cfg") == f"8x8x3 | {stages}"
    assert walk(expand(made.spec)).output


@pytest.mark.parametrize(
    ("sections", "says"),
    [
        (linear(4) + route(-1, groups=2, group_id=2), "group_id=2 is none of 2 groups"),
        (linear(5) + route(-1, groups=2), "a group of channels would not be whole"),
        (section("maxpool", size=2, stride=2, maxpool_depth=1), "maxpool_depth=1 has no word"),
        (linear(4) + section("shortcut", **{"from": -1}, weights_type="per_channel"),
         "learned weights"),
        (section("crnn", output=3), "`opaque NAME HxWxC params P macs M`"),
    ],
)  # fmt: skip
def test_refusals(sections: str, says: str) -> None:
    text = refused(net(8) + sections, "a.cfg")
    assert says in text
    assert "--> a.cfg:" in text


def test_a_path_aggregation_net_is_told_where_its_branches_cross() -> None:
    text = refused(panet(), "a.cfg")
    assert "branches that cross" in text
    assert "end the file before that place" in text
    line = int(text.partition("--> a.cfg:")[2].partition(":")[0])
    assert panet().splitlines()[line - 1] == "[route]"
    cut = "".join(panet().splitlines(keepends=True)[: line - 1])
    assert spec(cut, "a.cfg").startswith("64x64x3 | conv 3x3x8 pad 1 s2 +bn +leakyrelu | ")


def test_branches_nested_too_deep_are_told_with_the_file() -> None:
    step = linear(3) + section("shortcut", **{"from": "-2,0"})
    text = refused(net(8) + linear(3) + step * 40, "a.cfg")
    assert "a.cfg cannot be written as a spec: its branches are nested more than 20 deep" in text
