"""Layers of Caffe that put values elsewhere, and SSD: what converts, what is told."""

from __future__ import annotations

import pytest
from caffe_nets import conv, layer, pool, ssd300, ssd_end, ssd_head, start
from conversions import analyzed, notes, refused, spec, total

from archcalc.quantities import quantity

PATH = "deploy.prototxt"
BOXES = {38: 4, 19: 6, 10: 6, 5: 6, 3: 4, 1: 4}  # size of a map: boxes at each of its positions


def ssd300_of_the_paper(classes: int) -> tuple[int, int]:
    """Return params and MACs by the sizes of SSD300's table: size, channels in and out, window."""
    backbone = [(300, 3, 64, 9), (300, 64, 64, 9), (150, 64, 128, 9), (150, 128, 128, 9)]
    backbone += [(75, 128, 256, 9), *[(75, 256, 256, 9)] * 2, (38, 256, 512, 9)]
    backbone += [*[(38, 512, 512, 9)] * 2, *[(19, 512, 512, 9)] * 3, (19, 512, 1024, 9)]
    extra = [(19, 1024, 1024, 1), (19, 1024, 256, 1), (10, 256, 512, 9), (10, 512, 128, 1)]
    extra += [(5, 128, 256, 9), (5, 256, 128, 1), (3, 128, 256, 9), (3, 256, 128, 1)]
    extra += [(1, 128, 256, 9)]
    depths = (512, 1024, 512, 256, 256, 256)
    heads = [
        (size, depth, boxes * values, 9)
        for (size, boxes), depth in zip(BOXES.items(), depths, strict=True)
        for values in (4, classes)
    ]
    layers = [*backbone, *extra, *heads]
    params = 512 + sum(read * made * window + made for _, read, made, window in layers)
    return params, sum(n * n * read * made * window for n, read, made, window in layers)


def test_ssd300_has_the_params_that_are_known() -> None:
    found = analyzed(ssd300(21), PATH)
    assert total(found, "params") == 26_285_486
    assert (total(found, "params"), total(found, "macs")) == ssd300_of_the_paper(21)
    assert sum(size * size * boxes for size, boxes in BOXES.items()) == 8732
    assert found.output == (8732 * (4 + 21),)
    said = notes(ssd300(21), PATH)
    for word in ("PriorBox is left out", "DetectionOutput is left out", "Normalize is rmsnorm"):
        assert word in said


def test_heads_at_two_scales() -> None:
    text = (
        start(1, 3, 8, 8) + ssd_head("data", 1, 2) + pool("p", "data", "kernel_size: 2 stride: 2")
    )
    text += ssd_head("p", 1, 2) + ssd_end(["data", "p"], 2)
    conf = "opaque reshape {}x2 params 0 macs 0 | softmax | flatten"
    assert spec(text, PATH) == (
        "n: 8x8x3 | concat( data_mbox_loc: conv 3x3x4 pad 1 | data_mbox_loc_flat: flatten ; "
        "p: maxpool 2x2 ceil | concat( p_mbox_loc: conv 3x3x4 pad 1 | p_mbox_loc_flat: flatten ; "
        "p_mbox_conf: conv 3x3x2 pad 1 | p_mbox_conf_flat: flatten | "
        f"{conf.format(16)} ) ; "
        "data_mbox_conf: conv 3x3x2 pad 1 | data_mbox_conf_flat: flatten | "
        f"{conf.format(64)} )"
    )


def test_heads_that_no_detection_reads_are_joined() -> None:
    text = (
        start(1, 3, 8, 8) + ssd_head("data", 1, 2) + pool("p", "data", "kernel_size: 2 stride: 2")
    )
    text += ssd_head("p", 1, 2) + ssd_end(["data", "p"], 2, detected=False)
    found = analyzed(text, PATH)
    assert total(found, "params") == 2 * (3 * 9 * 4 + 4 + 3 * 9 * 2 + 2)
    assert found.output == ((64 + 16) * 6,)
    assert "2 outputs, which are joined" in notes(text, PATH)


RESHAPE = "reshape_param {{ shape {{ {} }} }}"


@pytest.mark.parametrize(
    ("layers", "stages"),
    [
        (layer("s", "Slice", "data", "slice_param { axis: 1 slice_point: 1 }", "a b")
         + layer("c", "Concat", "b a"),
         "concat( b: opaque slice 6x8x3 params 0 macs 0 ; a: opaque slice 6x8x1 params 0 macs 0 )"),
        (layer("s", "Slice", "data", "", "a b") + layer("e", "Eltwise", "a b"),
         "res( a: opaque slice 6x8x2 params 0 macs 0 ; b: opaque slice 6x8x2 params 0 macs 0 )"),
        (layer("s", "Slice", "data", "slice_param { axis: 2 }", "a b")
         + layer("e", "Eltwise", "a b"),
         "res( a: opaque slice 3x8x4 params 0 macs 0 ; b: opaque slice 3x8x4 params 0 macs 0 )"),
        (layer("r", "Reshape", "data", RESHAPE.format("dim: 0 dim: -1")), "r: flatten"),
        (layer("r", "Reshape", "data", RESHAPE.format("dim: -1 dim: 192")), "r: flatten"),
        (layer("r", "Reshape", "data", RESHAPE.format("dim: 2 dim: 192")), "r: flatten"),
        (layer("r", "Reshape", "data", RESHAPE.format("dim: 0 dim: 0 dim: 8 dim: -1")),
         "r: opaque reshape 8x6x4 params 0 macs 0"),
        (layer("r", "Reshape", "data",
               "reshape_param { shape { dim: 2 dim: 2 } axis: 1 num_axes: 1 }"),
         "r: opaque reshape 2x6x8x2 params 0 macs 0"),
        (layer("r", "Reshape", "data", RESHAPE.format("dim: 0 dim: 0 dim: 0 dim: 0"))
         + layer("u", "ReLU", "r"), "u: relu"),
        (layer("f", "Flatten", "data", "flatten_param { axis: 2 }"),
         "f: opaque reshape 4x48 params 0 macs 0"),
        (layer("p", "Permute", "data", "permute_param { order: 0 order: 2 order: 3 order: 1 }")
         + layer("f", "Flatten", "p"), "f: flatten"),
        (layer("p", "Permute", "data", "permute_param { order: 0 order: 2 order: 3 order: 1 }")
         + layer("u", "ReLU", "p"), "p: opaque permute 8x4x6 params 0 macs 0 | u: relu"),
        (layer("s", "ShuffleChannel", "data", "shuffle_channel_param { group: 2 }"), "s: shuffle"),
        (layer("d", "DepthwiseConvolution", "data",
               "convolution_param { num_output: 4 kernel_size: 3 group: 4 }"), "d: conv 3x3x4 g4"),
        (layer("n", "Normalize", "data",
               "norm_param { across_spatial: false channel_shared: false }"), "n: rmsnorm"),
        (pool("g", "data", "global_pooling: true") + conv("c", "g", 4, 1)
         + layer("s", "Scale", "data c", "scale_param { axis: 0 }"),
         "mul( id ; g: adaptivemaxpool 1x1 | c: conv 1x1x4 )"),
        (conv("y", "data", 4, 1) + pool("g", "y", "global_pooling: true")
         + conv("c", "g", 4, 1) + layer("a", "Axpy", "c y data"),
         "res( y: conv 1x1x4 | mul( g: adaptivemaxpool 1x1 | c: conv 1x1x4 ; id ) )"),
    ],
)  # fmt: skip
def test_layers(layers: str, stages: str) -> None:
    assert spec(start(2, 4, 6, 8) + layers, PATH) == f"n: 6x8x4 | {stages}"


def test_what_moves_values_leaves_ops_unknown() -> None:
    found = analyzed(start(1, 4, 6, 8) + layer("f", "Flatten", "data", "flatten_param { axis: 2 }"))
    assert (total(found, "params"), total(found, "macs")) == (0, 0)
    assert not isinstance(quantity("elementwise_ops").total(found), int)


@pytest.mark.parametrize(
    ("layers", "says"),
    [
        (layer("x", "Slice", "data", "slice_param { axis: 0 }", "a b"), "cuts the batch"),
        (layer("x", "Slice", "data", "", "a b c"), "4 cannot be cut into 3 equal parts"),
        (layer("x", "Slice", "data", "slice_param { slice_point: 4 }", "a b"), "do not rise"),
        (layer("x", "Slice", "data", "slice_param { slice_point: 1 }", "a b c"), "into 3 tops"),
        (layer("x", "Slice", "data", "slice_param { axis: 7 }", "a b"), "none of its axes"),
        (layer("x", "Reshape", "data", RESHAPE.format("dim: 3 dim: -1")), "mixes samples"),
        (layer("x", "Reshape", "data", RESHAPE.format("dim: 0 dim: 5")), "192 values do not fit"),
        (layer("x", "Reshape", "data", RESHAPE.format("dim: 0 dim: 1e3")), "no whole number"),
        (layer("x", "Reshape", "data"), "has no shape"),
        (layer("x", "Flatten", "data", "flatten_param { axis: 0 }"), "mixes samples"),
        (layer("x", "Permute", "data", "permute_param { order: 1 }"), "keep the batch first"),
        (layer("x", "Softmax", "data", "softmax_param { axis: 2 }"), "than the channels"),
        (layer("x", "Normalize", "data"), "channel_shared: false"),
        (layer("b", "PriorBox", "data") + layer("x", "Eltwise", "data b"), "boxes of PriorBox"),
        (layer("x", "DetectionOutput", "data"), "no vectors of places"),
        (layer("x", "Proposal", "data"), "`opaque NAME HxWxC params P macs M`"),
    ],
)
def test_refusals(layers: str, says: str) -> None:
    text = refused(start(2, 4, 6, 8) + layers, PATH)
    assert f"--> {PATH}:{2 + layers.count(chr(10))}:" in text
    assert says in text
    assert 'layer "x"' in text
