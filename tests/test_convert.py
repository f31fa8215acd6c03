"""Files of other programs as specs: the same numbers, every trap, one clear error otherwise."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from json_output import validated

from archcalc.analysis import Settings, walk
from archcalc.converting import Conversion, Given, converted, formats, meaning
from archcalc.errors import MissingDependency, SpecError, UsageError
from archcalc.expansion import expand
from archcalc.notation.format import short_form
from archcalc.quantities import quantity
from archcalc.readers import read

from transcripts import run

OWN = Path(__file__).parent / "convert"


def convert(text: str, path: str = "net.txt", format: str = "", input: Any = None) -> Conversion:
    return converted(Given(path, text, b"", input), format)


def spec(text: str, **more: Any) -> str:
    return short_form(convert(text, **more).spec)


def totals(made: Any, train: bool = False) -> tuple[Any, ...]:
    graph = read(made) if isinstance(made, str) else expand(made)
    analysis = walk(graph, Settings(train=train))
    return tuple(quantity(key).total(analysis) for key in ("params", "macs"))


def refused(text: str, **more: Any) -> str:
    with pytest.raises((SpecError, UsageError)) as caught:
        convert(text, **more)
    return caught.value.render()


# Caffe


def caffe(name: str, kind: str, bottom: str, fields: str = "", top: str = "") -> str:
    param = {
        "InnerProduct": "inner_product",
        "BatchNorm": "batch_norm",
    }.get(kind, kind.lower())
    inside = f"{param}_param {{ {fields} }}" if fields else ""
    reads = "".join(f' bottom: "{one}"' for one in bottom.split())
    return f'layer {{ name: "{name}" type: "{kind}"{reads} top: "{top or name}" {inside} }}\n'


def convolution(name: str, bottom: str, fields: str) -> str:
    return caffe(name, "Convolution", bottom, fields) + caffe(
        f"relu_{name}", "ReLU", name, "", name
    )


def started(*sizes: int) -> str:
    dims = " ".join(f"dim: {size}" for size in sizes)
    shape = f"input_param {{ shape: {{ {dims} }} }}"
    return f'name: "n"\nlayer {{ name: "data" type: "Input" top: "data" {shape} }}\n'


def googlenet() -> str:
    def inception(x: str, x_name: str, sizes: tuple[int, ...]) -> str:
        n1, r3, n3, r5, n5, pp = sizes
        p = f"inception_{x}"
        return "".join(
            [
                convolution(f"{p}/1x1", x_name, f"num_output: {n1} kernel_size: 1"),
                convolution(f"{p}/3x3_reduce", x_name, f"num_output: {r3} kernel_size: 1"),
                convolution(
                    f"{p}/3x3", f"{p}/3x3_reduce", f"num_output: {n3} pad: 1 kernel_size: 3"
                ),
                convolution(f"{p}/5x5_reduce", x_name, f"num_output: {r5} kernel_size: 1"),
                convolution(
                    f"{p}/5x5", f"{p}/5x5_reduce", f"num_output: {n5} pad: 2 kernel_size: 5"
                ),
                caffe(f"{p}/pool", "Pooling", x_name, "pool: MAX kernel_size: 3 stride: 1 pad: 1"),
                convolution(f"{p}/pool_proj", f"{p}/pool", f"num_output: {pp} kernel_size: 1"),
                caffe(f"{p}/output", "Concat", f"{p}/1x1 {p}/3x3 {p}/5x5 {p}/pool_proj"),
            ]
        )

    def pool(name: str, bottom: str) -> str:
        return caffe(name, "Pooling", bottom, "pool: MAX kernel_size: 3 stride: 2")

    text = started(10, 3, 224, 224)
    text += convolution("conv1", "data", "num_output: 64 pad: 3 kernel_size: 7 stride: 2")
    text += pool("pool1", "conv1") + caffe("norm1", "LRN", "pool1", "local_size: 5")
    text += convolution("reduce", "norm1", "num_output: 64 kernel_size: 1")
    text += convolution("conv2", "reduce", "num_output: 192 pad: 1 kernel_size: 3")
    text += caffe("norm2", "LRN", "conv2", "local_size: 5") + pool("pool2", "norm2")
    x = "pool2"
    for name, sizes in {
        "3a": (64, 96, 128, 16, 32, 32),
        "3b": (128, 128, 192, 32, 96, 64),
        "4a": (192, 96, 208, 16, 48, 64),
        "4b": (160, 112, 224, 24, 64, 64),
        "4c": (128, 128, 256, 24, 64, 64),
        "4d": (112, 144, 288, 32, 64, 64),
        "4e": (256, 160, 320, 32, 128, 128),
        "5a": (256, 160, 320, 32, 128, 128),
        "5b": (384, 192, 384, 48, 128, 128),
    }.items():
        text += inception(name, x, sizes)
        x = f"inception_{name}/output"
        if name in ("3b", "4e"):
            text += pool(f"pool_{name}", x)
            x = f"pool_{name}"
    text += caffe("pool5", "Pooling", x, "pool: AVE kernel_size: 7 stride: 1")
    text += caffe("drop", "Dropout", "pool5", "dropout_ratio: 0.4", "pool5")
    text += caffe("fc", "InnerProduct", "pool5", "num_output: 1000")
    return text + caffe("prob", "Softmax", "fc")


def test_caffe_s_googlenet_is_the_zoo_s() -> None:
    made = convert(googlenet())
    assert totals(made.spec) == totals("googlenet") == (6998552, 1582671872)
    assert "concat( inception_3a/1x1: conv 1x1x64 +relu ; " in short_form(made.spec)
    assert any("rounds up" in note for note in made.notes)


@pytest.mark.parametrize(
    ("layer", "stage"),
    [
        (caffe("c", "Convolution", "data", "num_output: 8 kernel_size: 3"), "c: conv 3x3x8"),
        (
            caffe(
                "c",
                "Convolution",
                "data",
                "num_output: 8 kernel_h: 1 kernel_w: 3 pad_h: 0 pad_w: 1"
                " stride: 2 group: 2 dilation: 2 bias_term: false",
            ),
            "c: conv 1x3x8 pad 0x1 s2 d2 g2 nobias",
        ),
        (caffe("p", "Pooling", "data", "pool: MAX kernel_size: 2"), "p: maxpool 2x2 s1 ceil"),
        (
            caffe("p", "Pooling", "data", "pool: AVE kernel_size: 3 stride: 2 round_mode: FLOOR"),
            "p: avgpool 3x3 s2",
        ),
        (caffe("p", "Pooling", "data", "pool: AVE global_pooling: true"), "p: gap"),
        (caffe("r", "ReLU", "data", "negative_slope: 0.1"), "r: leakyrelu"),
        (caffe("d", "Dropout", "data", "dropout_ratio: 0.4"), "d: dropout 0.4"),
        (caffe("f", "InnerProduct", "data", "num_output: 5 bias_term: false"), "f: fc 5 nobias"),
        (
            caffe("b", "BatchNorm", "data") + caffe("s", "Scale", "b", "bias_term: true"),
            "b: bn",
        ),
        (
            caffe("c", "Convolution", "data", "num_output: 8 kernel_size: 1")
            + caffe("b", "BatchNorm", "c", "", "c")
            + caffe("s", "Scale", "c", "bias_term: true", "c"),
            "c: conv 1x1x8 bias +bn",
        ),
        (caffe("b", "BatchNorm", "data"), "b: bn noaffine"),
        (
            caffe("c", "Convolution", "data", "num_output: 4 kernel_size: 1")
            + caffe("s", "Eltwise", "data c"),
            "res( c: conv 1x1x4 )",
        ),
        (
            "layers { name: 'i' type: INNER_PRODUCT bottom: 'data' top: 'i' "
            "inner_product_param < num_output: 3 > }",
            "i: fc 3",
        ),
    ],
)
def test_caffe_layers(layer: str, stage: str) -> None:
    assert spec(started(1, 4, 9, 9) + layer) == f"n: 9x9x4 | {stage}"


def test_caffe_in_place_layers_are_read_by_what_follows() -> None:
    text = started(1, 4, 9, 9) + convolution("a", "data", "num_output: 4 kernel_size: 1")
    text += caffe("b", "Convolution", "a", "num_output: 4 kernel_size: 1")
    text += caffe("s", "Eltwise", "a b")
    assert spec(text) == "n: 9x9x4 | a: conv 1x1x4 +relu | res( b: conv 1x1x4 )"


def test_caffe_training_layers_and_losses_are_left_out() -> None:
    text = (
        started(1, 4, 9, 9)
        + caffe("f", "InnerProduct", "data", "num_output: 5")
        + 'layer { name: "x" type: "Slice" bottom: "f" top: "x" include { phase: TRAIN } }\n'
        + 'layer { name: "l" type: "SoftmaxWithLoss" bottom: "f" bottom: "label" top: "l" }'
    )
    made = convert(text)
    assert short_form(made.spec) == "n: 9x9x4 | f: fc 5"
    assert any("SoftmaxWithLoss" in note for note in made.notes)
    assert any("training phase" in note for note in made.notes)


@pytest.mark.parametrize(
    ("layer", "says"),
    [
        (caffe("x", "Slice", "data") + caffe("y", "Power", "data"), '"y" (Power)'),
        (caffe("x", "Slice", "data"), ":3:"),
        (caffe("x", "Eltwise", "data data", "operation: MAX"), "no word for MAX"),
        (caffe("x", "ReLU", "nowhere"), '"nowhere", which no layer writes'),
        (caffe("x", "Convolution", "data", "num_output: 3"), "no kernel_size"),
        (caffe("x", "Convolution", "data", "num_output: 0 kernel_size: 3"), "(Convolution)"),
        (caffe("x", "Convolution", "data", "num_output: a kernel_size: 3"), "no whole number"),
        (caffe("x", "Convolution", "data", "num_output: 3 kernel_size: 30"), "does not fit"),
        (caffe("x", "Scale", "data", "bias_term: true"), "follows no BatchNorm"),
        (caffe("x", "LRN", "data", "norm_region: WITHIN_CHANNEL"), "within a channel"),
        (caffe("x", "Pooling", "data", "kernel_size: 1 stride: 4"), "behind the input"),
        ("layer { name: 'x' type: ", "not a prototxt"),
        ("layer " + "{ a " * 50, "nested"),
        ("layer { name: 'x", "has no place here"),
        ("layer: 5", "a layer stands in braces"),
    ],
)
def test_caffe_refusals(layer: str, says: str) -> None:
    assert says in refused(started(1, 4, 8, 8) + layer)


def test_caffe_weights_that_are_shared_are_refused() -> None:
    one = caffe("a", "InnerProduct", "data", "num_output: 3")
    two = caffe("b", "InnerProduct", "a", "num_output: 3")
    named = [text.replace(" top:", ' param { name: "w" } top:') for text in (one, two)]
    assert 'shares its weights "w" with a' in refused(started(1, 3, 1, 1) + "".join(named))


# Darknet

NET = "[net]\nheight=16\nwidth=32\nchannels=3\n"


@pytest.mark.parametrize(
    ("sections", "stages"),
    [
        ("[convolutional]\nfilters=8\nsize=5\npad=1\nactivation=linear", "conv 5x5x8 pad 2"),
        ("[convolutional]\nfilters=8\nsize=5\npadding=1\nstride=2", "conv 5x5x8 pad 1 s2 +sigmoid"),
        (
            "[convolutional]\nbatch_normalize=1\nfilters=6\nsize=3\ngroups=3\nactivation=leaky",
            "conv 3x3x6 g3 +bn +leakyrelu",
        ),
        ("[maxpool]\nsize=2\nstride=2", "maxpool 2x2 pad 0:1"),
        ("[maxpool]\nsize=2\nstride=1", "maxpool 2x2 s1 pad 0:1"),
        ("[maxpool]\nsize=5\nstride=1", "maxpool 5x5 s1 pad 2"),
        ("[maxpool]\nsize=2\nstride=2\npadding=0", "maxpool 2x2"),
        ("[reorg]\nstride=2", "pixelunshuffle 2"),
        ("[upsample]\nstride=2", "upsample 2x2"),
        (
            "[avgpool]\n[connected]\noutput=4\nactivation=relu\n[softmax]\n[cost]",
            "gap | fc 4 +relu +softmax",
        ),
        (
            "[convolutional]\nfilters=3\nactivation=linear\n[shortcut]\nfrom=-2\nactivation=linear"
            "\n[dropout]\nprobability=.2",
            None,
        ),
        (
            "[convolutional]\nfilters=4\nactivation=linear\n[convolutional]\nfilters=4\n"
            "activation=relu\n[shortcut]\nfrom=-2\nactivation=relu",
            "conv 1x1x4 | res( conv 1x1x4 +relu ) | relu",
        ),
        (
            "[maxpool]\nsize=2\nstride=2\npadding=0\n[convolutional]\nfilters=4\nactivation=linear\n"
            "[route]\nlayers=-2\n[convolutional]\nfilters=5\nactivation=linear\n[route]\nlayers=-1,-3",
            "maxpool 2x2 | concat( conv 1x1x5 ; conv 1x1x4 )",
        ),
    ],
)
def test_darknet_sections(sections: str, stages: str | None) -> None:
    if stages is None:
        assert "is no layer before it" in refused(NET + sections, path="a.cfg")
    else:
        assert spec(NET + sections, path="a.cfg") == f"16x32x3 | {stages}"


def test_darknet_heads_are_counted_in_training() -> None:
    head = "[convolutional]\nfilters=9\nactivation=linear\n[yolo]\n"
    text = NET + "[maxpool]\nsize=2\nstride=2\n" + head + "[route]\nlayers=0\n" + head * 1
    made = convert(text, path="a.cfg")
    assert totals(made.spec)[0] == 36
    assert totals(made.spec, train=True)[0] == 72
    assert any("--train" in note for note in made.notes)
    assert any("size//2" in n for n in convert(NET + "[convolutional]\npad=1", path="a.cfg").notes)


@pytest.mark.parametrize(
    ("sections", "says"),
    [
        ("[lstm]\noutput=3\n[gru]", "[gru] (layer 1)"),
        ("[lstm]\noutput=3", "a.cfg:5:1"),
        ("[route]\nlayers=-1\n", "no layer before it"),
        ("[convolutional]\nfilters=x", "no whole number"),
        ("[convolutional]\nactivation=magic", "activation=magic"),
        ("[avgpool]\n[route]\nlayers=0\ngroups=2", "group of channels"),
        ("what", "not a cfg"),
    ],
)
def test_darknet_refusals(sections: str, says: str) -> None:
    assert says in refused(NET + sections, path="a.cfg")


# Lists

VGG16 = (
    "[64, 64, 'M', 128, 128, 'M', "
    + ", ".join(f"{n}, {n}, {n}, 'M'" for n in (256, 512, 512))
    + "]"
)


def test_the_list_of_vgg16_is_the_zoo_s() -> None:
    assert totals(convert(VGG16).spec) == totals("vgg16") == (138357544, 15470264320)
    assert totals(convert(f"cfg = {VGG16.replace('[', '(').replace(']', ')')}").spec) == totals(
        "vgg16"
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[64, 'Q']", '"Q" is neither'),
        ("[64, __import__('os')]", "has no place in a list"),
        ("[64, 2", "never closed"),
        ("[64, " + "[" * 20, "levels"),
        ("[1, 2] + [3]", "second list"),
        ("[1" + ", 1" * 5000 + "]", "items"),
    ],
)
def test_list_refusals(text: str, says: str) -> None:
    assert says in refused(text, format="vgg")


def test_block_strings_are_efficientnet_s_blocks() -> None:
    text = """[['ds_r1_k3_s1_e1_c16_se0.25'], ['ir_r2_k3_s2_e6_c24_se0.25'],
    ['ir_r2_k5_s2_e6_c40_se0.25'], ['ir_r3_k3_s2_e6_c80_se0.25'], ['ir_r3_k5_s1_e6_c112_se0.25'],
    ['ir_r4_k5_s2_e6_c192_se0.25'], ['ir_r1_k3_s1_e6_c320_se0.25']]"""
    made = convert(text, input=(32, 112, 112))
    stem, head = 3 * 9 * 32 + 2 * 32, 320 * 1280 + 2 * 1280 + 1281 * 1000
    assert totals(made.spec)[0] + stem + head == totals("efficientnet_b0")[0]
    assert spec("ir_r3_k3_s1_e2_c8_nre", input=(4, 9, 9)) == (
        "9x9x4 | conv 1x1x8 +bn +relu | dwconv 3x3 pad 1 +bn +relu | conv 1x1x8 +bn | "
        "[ res( conv 1x1x16 +bn +relu | dwconv 3x3 pad 1 +bn +relu | conv 1x1x8 +bn ) ]*2"
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("ir_r1_k3_s1_e6_c16", "--input"),
        ("['ir_r1_k3_s1_c16', 'uib_r1_c16']", '"uib_r1_c16"'),
        ("ir_r1_k3.5_s1_c16", '"k3.5" has no word'),
        ("ir_r1_k4_s1_c16", "even kernel"),
        ("ir_r1_k3", "no c"),
    ],
)
def test_block_refusals(text: str, says: str) -> None:
    assert says in refused(text, format="timm", input=None if says == "--input" else (4, 9, 9))


# Keras


def of(kind: str, **config: Any) -> dict[str, Any]:
    return {"class_name": kind, "config": {"name": kind.lower(), **config}}


def sequential(*layers: dict[str, Any], shape: Any = (9, 12, 4), **more: Any) -> str:
    start = of("InputLayer", batch_input_shape=[None, *shape], sparse=False)
    return json.dumps({"class_name": "Sequential", "config": {"layers": [start, *layers]}, **more})


@pytest.mark.parametrize(
    ("layer", "stage"),
    [
        (of("Conv2D", filters=8, kernel_size=[3, 3]), "conv2d: conv 3x3x8"),
        (
            of(
                "Conv2D",
                filters=8,
                kernel_size=3,
                strides=[2, 2],
                padding="same",
                groups=2,
                use_bias=False,
                activation="relu",
            ),
            "conv2d: conv 3x3x8 same s2 g2 nobias +relu",
        ),
        (
            of("DepthwiseConv2D", kernel_size=[3, 3], depth_multiplier=2, dilation_rate=[2, 2]),
            "depthwiseconv2d: dwconv 3x3 mult 2 d2",
        ),
        (
            of("SeparableConv2D", filters=6, kernel_size=[3, 3], padding="same"),
            "separableconv2d: dwconv 3x3 same nobias | conv 1x1x6",
        ),
        (
            of("Conv2DTranspose", filters=6, kernel_size=3, strides=2, padding="same"),
            "conv2dtranspose: deconv 3x3x6 pad 0:1 s2",
        ),
        (of("MaxPooling2D", pool_size=[3, 3], strides=None), "maxpooling2d: maxpool 3x3"),
        (
            of("AveragePooling2D", pool_size=[3, 3], strides=[2, 2], padding="same"),
            "averagepooling2d: avgpool 3x3 s2 same",
        ),
        (of("Dense", units=7), "dense: linear 7"),
        (of("BatchNormalization", axis=[3]), "batchnormalization: bn"),
        (of("BatchNormalization", scale=False, center=False), "batchnormalization: bn noaffine"),
        (of("ReLU", max_value=6.0), "relu: relu6"),
        (of("ZeroPadding2D", padding=[[1, 1], [2, 2]]), "zeropadding2d: zeropad 1x2"),
        (of("Activation", activation="softmax"), "activation: softmax"),
        (of("UpSampling2D", size=[2, 2], interpolation="bilinear"),
         "upsampling2d: upsample 2x2 mode bilinear"),
        (of("Dropout", rate=0.25), "dropout: dropout 0.25"),
    ],
)  # fmt: skip
def test_keras_layers(layer: dict[str, Any], stage: str) -> None:
    assert spec(sequential(layer)) == f"9x12x4 | {stage}"


def test_keras_s_same_gives_keras_s_sizes() -> None:
    made = convert(
        sequential(of("Conv2DTranspose", filters=6, kernel_size=3, strides=2, padding="same"))
    )
    assert walk(expand(made.spec)).output == (6, 18, 24)
    made = convert(sequential(of("Conv2DTranspose", filters=6, kernel_size=2, strides=3)))
    assert walk(expand(made.spec)).output == (6, 27, 36)
    made = convert(sequential(of("MaxPooling2D", pool_size=2, padding="same")))
    assert walk(expand(made.spec)).output == (4, 5, 6)


def test_keras_channels_first() -> None:
    layer = of("Conv2D", filters=8, kernel_size=3, data_format="channels_first")
    assert spec(sequential(layer, shape=(4, 9, 12))).startswith("9x12x4 | ")


def test_the_first_keras_models_are_lists() -> None:
    first = of("Conv2D", filters=8, kernel_size=3, batch_input_shape=[None, 9, 9, 1])
    text = json.dumps(
        {"class_name": "Sequential", "config": [first, of("Flatten"), of("Dense", units=2)]}
    )
    assert spec(text) == "9x9x1 | conv2d: conv 3x3x8 | flatten: flatten | dense: fc 2"


def calls(keras: int, names: tuple[str, ...]) -> list[Any]:
    if keras == 2:
        return [[[name, 0, 0, {}] for name in names]]
    tensors: list[Any] = [
        {
            "class_name": "__keras_tensor__",
            "config": {"shape": [None], "keras_history": [name, 0, 0]},
        }
        for name in names
    ]
    return [{"args": [tensors] if len(tensors) > 1 else tensors, "kwargs": {}}]


@pytest.mark.parametrize("keras", [2, 3])
def test_keras_functional(keras: int) -> None:
    def layer(name: str, kind: str, *read: str, **config: Any) -> dict[str, Any]:
        made = of(kind, **{**config, "name": name})
        return {**made, "name": name, "inbound_nodes": calls(keras, read) if read else []}

    layers = [
        layer("in", "InputLayer", batch_shape=[None, 8, 8, 4]),
        layer("a", "Conv2D", "in", filters=4, kernel_size=3, padding="same"),
        layer("s", "Add", "in", "a"),
        layer("b", "Conv2D", "s", filters=2, kernel_size=1),
        layer("j", "Concatenate", "s", "b", axis=-1),
        layer("g", "GlobalAveragePooling2D", "j"),
        layer("d", "Dense", "g", units=10, activation="softmax"),
    ]
    config = {"name": "m", "layers": layers, "output_layers": [["d", 0, 0]]}
    assert spec(json.dumps({"class_name": "Functional", "config": config})) == (
        "m: 8x8x4 | res( a: conv 3x3x4 same ) | concat( id ; b: conv 1x1x2 ) | "
        "g: gap | flatten | d: fc 10 +softmax"
    )
    layers[6]["inbound_nodes"] *= 2
    assert "used more than once" in refused(json.dumps({"class_name": "Model", "config": config}))


@pytest.mark.parametrize(
    ("layer", "says"),
    [
        (of("Lambda"), '"lambda" (Lambda)'),
        (of("Conv2D", filters=8), "kernel_size"),
        (of("Conv2D", kernel_size=3), "filters 0"),
        (of("Conv2D", kernel_size=3, filters="8"), "filters 8"),
        (of("Conv2D", kernel_size=3, filters=8, padding="causal"), "causal"),
        (of("Dense", units=3, activation="magic"), "magic"),
        (of("Dense", units=3, activation=[]), "dense"),
        (of("BatchNormalization", scale=False), "scale=False"),
        (of("ZeroPadding2D", padding=[[0, 1], [0, 1]]), "one side"),
    ],
)
def test_keras_refusals(layer: dict[str, Any], says: str) -> None:
    text = refused(sequential(layer))
    assert "E53" in text
    assert says in text


@pytest.mark.parametrize(
    "text",
    ['{"class_name": "Sequential"', '{"class_name": "Odd", "config": {}}',
     '{"class_name": "Sequential", "config": {}}', '{"class_name": "X", "a": ' + "[" * 5000],
)  # fmt: skip
def test_what_is_no_keras_model(text: str) -> None:
    assert "E56" in refused(text)


def test_an_input_that_keras_does_not_say() -> None:
    text = sequential(of("Conv2D", filters=8, kernel_size=3), shape=(None, None, 3))
    assert "--input" in refused(text)
    assert spec(text, input=(3, 7, 8)).startswith("7x8x3 | ")


# All


def test_formats() -> None:
    assert set(formats()) == {"caffe", "darknet", "keras", "onnx", "timm", "vgg"}
    assert all(meaning(name).endswith(".") or meaning(name) for name in formats())
    assert "one of" in refused("hello")
    assert "one of" in refused("hello", format="tensorflow")


@pytest.mark.parametrize("ending", [".arch", ".yaml"])
def test_what_is_written_reads_back(tmp_path: Path, ending: str) -> None:
    source, target = tmp_path / "googlenet.prototxt", tmp_path / f"net{ending}"
    source.write_text(googlenet(), encoding="utf-8")
    assert run(f"archcalc convert {source} -o {target}") == ""
    assert totals(str(target)) == totals("googlenet")
    assert target.read_text(encoding="utf-8").startswith("# pooling rounds up")
    data = validated(run(f"archcalc convert {source} --format json"))
    assert (data["schema"], data["format"]) == (1, "caffe")
    assert data["stages"][0] == "n: 224x224x3"
    assert data["notes"]


def test_an_input_is_needed_and_taken(tmp_path: Path) -> None:
    source = tmp_path / "blocks.txt"
    source.write_text("ir_r1_k3_s1_e2_c4", encoding="utf-8")
    assert "--input 112x112x32" in run(f"archcalc convert {source}")
    assert "9x8x4 | " in run(f"archcalc convert {source} --input 4x9x8 --layout chw -q").replace(
        "\n  |", " |"
    )
    assert "E28" in run(f"archcalc convert {source} --input HxWx4")


def test_onnx_needs_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(MissingDependency, match="needs onnx"):
        convert("", path="net.onnx")


@pytest.mark.parametrize(
    ("name", "params"),
    [
        # 3*9*16 + 32, 16*9*32 + 64, 32*8 + 16, 24*18 + 18; the head at the coarse scale is aux
        ("heads.cfg", 432 + 32 + 4608 + 64 + 256 + 16 + 450),
        # 3*9*16 + 32, 16*8 + 8, 8*9*8 + 8, 16*16*16*10 + 10
        ("module.prototxt", 464 + 136 + 584 + 40970),
    ],
)
def test_files_of_our_own(name: str, params: int, tmp_path: Path) -> None:
    for ending in (".arch", ".yaml"):
        target = tmp_path / f"net{ending}"
        assert run(f"archcalc convert {OWN / name} -o {target}") == ""
        assert totals(str(target))[0] == params


def test_a_file_that_is_not_there() -> None:
    assert "E33" in run("archcalc convert nowhere.prototxt")
