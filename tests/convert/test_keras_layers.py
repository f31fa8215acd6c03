"""Layers of Keras: what each becomes, alone and together, and why some have no word."""

from __future__ import annotations

import json
from typing import Any

import pytest
from conversions import analyzed, notes, refused, spec, total
from keras_nets import Net

from archcalc.quantities import quantity


def sequential(*layers: tuple[str, dict[str, Any]], shape: Any = (8, 8, 4)) -> str:
    start = {"class_name": "InputLayer", "config": {"batch_shape": [None, *shape]}}
    made = [
        {"class_name": kind, "config": {"name": f"l{place}", **config}}
        for place, (kind, config) in enumerate(layers)
    ]
    return json.dumps({"class_name": "Sequential", "config": {"layers": [start, *made]}})


CONV = {"filters": 6, "kernel_size": [3, 3], "padding": "valid"}


@pytest.mark.parametrize(
    ("layers", "stages"),
    [
        ([("ZeroPadding2D", {"padding": [[0, 1], [2, 1]]}), ("Conv2D", CONV)],
         "l1: conv 3x3x6 pad 0:1x2:1"),
        ([("ZeroPadding2D", {"padding": [[0, 1], [0, 1]]}), ("MaxPooling2D", {"pool_size": 2})],
         "l1: maxpool 2x2 pad 0:1"),
        ([("ZeroPadding2D", {"padding": [[0, 1], [0, 1]]}), ("ReLU", {})],
         "l0: opaque zeropad 9x9x4 params 0 macs 0 | l1: relu"),
        ([("ZeroPadding2D", {"padding": [[0, 0], [0, 0]]}), ("ReLU", {})], "l1: relu"),
        ([("ZeroPadding2D", {"padding": 1}), ("ReLU", {})], "l0: zeropad 1 | l1: relu"),
        ([("Cropping2D", {"cropping": [[1, 2], [0, 1]]})], "l0: crop 5x7"),
        ([("Cropping2D", {"cropping": [[1, 0], [1, 0]]}), ("ReLU", {})],
         "l0: opaque crop 7x7x4 params 0 macs 0 | l1: relu"),
        ([("ZeroPadding2D", {"padding": [[0, 1], [0, 1]]}),
          ("Cropping2D", {"cropping": [[1, 0], [1, 0]]}), ("ReLU", {})],
         "l1: opaque shift 8x8x4 params 0 macs 0 | l2: relu"),
        ([("Reshape", {"target_shape": [64, 4]}), ("Dense", {"units": 3})],
         "l0: tokens | l1: linear 3"),
        ([("Reshape", {"target_shape": [-1]}), ("Dense", {"units": 3})], "l0: flatten | l1: fc 3"),
        ([("Reshape", {"target_shape": [4, 16, 4]}), ("ReLU", {})],
         "l0: opaque reshape 4x16x4 params 0 macs 0 | l1: relu"),
        ([("Permute", {"dims": [3, 1, 2]}), ("ReLU", {})],
         "l0: opaque permute 4x8x8 params 0 macs 0 | l1: relu"),
        ([("GlobalMaxPooling2D", {}), ("Dense", {"units": 3})],
         "l0: adaptivemaxpool 1x1 | flatten | l1: fc 3"),
        ([("GlobalAveragePooling2D", {}), ("RepeatVector", {"n": 5}), ("Dense", {"units": 2})],
         "l0: gap | flatten | l1: opaque repeat 5x4 params 0 macs 0 | l2: linear 2"),
        ([("LayerNormalization", {"axis": [-1]}), ("GroupNormalization", {"groups": 2})],
         "l0: ln | l1: gn 2"),
        ([("RMSNormalization", {}), ("LayerScale", {"projection_dim": 4})],
         "l0: rmsnorm | l1: layerscale"),
        ([("Conv2D", {**CONV, "use_bias": False}), ("BatchNormalization", {"scale": False})],
         "l0: conv 3x3x6 | l1: bn noaffine"),
        ([("Dense", {"units": 2, "activation": {"module": "builtins", "class_name": "function",
                                                "config": "relu6", "registered_name": "f"}})],
         "l0: linear 2 +relu6"),
        ([("Dense", {"units": 2, "activation": {"class_name": "ReLU",
                                                "config": {"max_value": 6}}})],
         "l0: linear 2 +relu6"),
        ([("Activation", {"activation": "hard_silu"})], "l0: hardswish"),
    ],
)  # fmt: skip
def test_layers(layers: list[tuple[str, dict[str, Any]]], stages: str) -> None:
    assert spec(sequential(*layers)) == f"8x8x4 | {stages}"


def test_a_sequence_is_length_by_channels() -> None:
    text = sequential(("Conv1D", {"filters": 5, "kernel_size": 3}), shape=(20, 2))
    found = analyzed(text)
    assert total(found, "params") == 3 * 2 * 5 + 5
    assert found.output == (18, 5)
    padded = sequential(
        ("ZeroPadding1D", {"padding": [2, 0]}),
        ("Conv1D", {"filters": 5, "kernel_size": 3, "padding": "valid"}),
        shape=(20, 2),
    )
    assert analyzed(padded).output == (20, 5)


def test_a_sequential_model_that_only_its_build_describes() -> None:
    layers = [{"class_name": "Dense", "config": {"name": "d", "units": 3}}]
    config = {"layers": layers, "build_input_shape": [None, 7]}
    text = json.dumps({"class_name": "Sequential", "config": config})
    assert spec(text) == "7 | d: fc 3"


def test_tuples_and_shapes_that_are_written_as_objects() -> None:
    def listed(kind: str, items: list[Any]) -> dict[str, Any]:
        return {"class_name": kind, "items": items}

    text = sequential(("Conv2D", {"filters": 5, "kernel_size": listed("__tuple__", [3, 1])}))
    loaded = json.loads(text)
    start = loaded["config"]["layers"][0]["config"]
    start["batch_shape"] = listed("TensorShape", start["batch_shape"])
    assert spec(json.dumps(loaded)) == "8x8x4 | l0: conv 3x1x5"


def test_what_moves_values_costs_nothing_and_says_what_is_not_known() -> None:
    text = sequential(("Permute", {"dims": [2, 1, 3]}), ("Dense", {"units": 3}))
    found = analyzed(text)
    assert (total(found, "params"), total(found, "macs")) == (4 * 3 + 3, 64 * 4 * 3)
    assert not isinstance(quantity("elementwise_ops").total(found), int)
    assert "0 params and 0 MACs" in notes(text)


# Functional models


@pytest.mark.parametrize("keras", [2, 3])
def test_a_vector_that_scales_a_map(keras: int) -> None:
    net = Net(keras, [8, 8, 4], "n")
    s = net.add("GlobalAveragePooling2D", "g", net.start)
    s = net.add("Dense", "d", s, units=4, activation="sigmoid")
    s = net.add("Reshape", "r", s, target_shape=[1, 1, 4])
    assert spec(net.text(net.add("Multiply", "m", net.start, s))) == (
        "n: 8x8x4 | mul( id ; g: gap | flatten | d: fc 4 +sigmoid )"
    )


@pytest.mark.parametrize("keras", [2, 3])
def test_models_inside_models(keras: int) -> None:
    inner = Net(keras, [8, 8, 4], "inner")
    y = inner.conv("c", inner.start, 4, 3)
    inner_config = json.loads(inner.text(inner.add("Add", "a", y, inner.start)))["config"]
    net = Net(keras, [8, 8, 4], "outer")
    x = net.add("Functional", "inner", net.start)
    net.layers[-1]["config"] = inner_config
    x = net.conv("c", x, 2, 1)
    assert (
        spec(net.text(x)) == "outer: 8x8x4 | res( inner/c: conv 3x3x4 same ) | c: conv 1x1x2 same"
    )
    net.layers[1]["inbound_nodes"] *= 2
    assert "used more than once" in refused(net.text(x))


def test_models_nested_too_deep_are_refused() -> None:
    model = json.loads(sequential(("Dense", {"units": 2}), shape=(4,)))
    for _ in range(20):
        model = {"class_name": "Sequential", "config": {"layers": [model]}}
    model["config"]["build_input_shape"] = [None, 4]
    assert "nested too deep" in refused(json.dumps(model))


def scalar(name: str, kind: str, function: str, x: str, value: float) -> dict[str, dict[str, Any]]:
    """Return the layer of a sum or product with one number, as Keras 2 and 3 write it."""
    tensor = {"class_name": "__keras_tensor__", "config": {"keras_history": [x, 0, 0]}}
    return {
        "3": {
            "module": "keras.src.ops.numpy",
            "class_name": kind,
            "config": {"name": name},
            "name": name,
            "inbound_nodes": [{"args": [tensor, value], "kwargs": {}}],
        },
        "2": {
            "class_name": "TFOpLambda",
            "config": {"name": name, "trainable": True, "function": function},
            "name": name,
            "inbound_nodes": [[x, 0, 0, {"y": value, "name": None}]],
        },
    }


@pytest.mark.parametrize("keras", [2, 3])
@pytest.mark.parametrize(
    ("shift", "factor", "stages"),
    [
        (3.0, 1 / 6, "hs: hardsigmoid"),
        (2.0, 1 / 6, "opaque add 4x4x2 params 0 macs 0 | c: relu6 | hs: opaque multiply"),
        (3.0, 0.2, "opaque plus 4x4x2 params 0 macs 0 | c: relu6 | hs: opaque multiply"),
    ],
)
def test_a_hard_sigmoid_in_parts(keras: int, shift: float, factor: float, stages: str) -> None:
    net = Net(keras, [4, 4, 2], "n")
    x = net.add("Activation", "t", net.start, activation="tanh")
    plus = scalar("p", "Add", "__operators__.add", x, shift)
    net.layers.append(plus[str(keras)])
    net.add("ReLU", "c", "p", max_value=6.0)
    net.layers.append(scalar("hs", "Multiply", "math.multiply", "c", factor)[str(keras)])
    assert stages in spec(net.text("hs"))


@pytest.mark.parametrize("keras", [2, 3])
def test_what_prepares_the_input_is_left_out(keras: int) -> None:
    net = Net(keras, [4, 4, 2], "n")
    net.layers.append(scalar("d", "TrueDivide", "math.truediv", net.start, 127.5)[str(keras)])
    net.layers.append(scalar("s", "Subtract", "math.subtract", "d", 1.0)[str(keras)])
    text = net.text(net.conv("c", "s", 3, 1))
    assert spec(text) == "n: 4x4x2 | c: conv 1x1x3 same"
    assert "Subtract is left out: it prepares the input" in notes(text)
    net.layers.append(scalar("t", "Subtract", "math.subtract", "c", 1.0)[str(keras)])
    assert spec(net.text("t")).endswith("| t: opaque subtract 4x4x3 params 0 macs 0")


def test_a_shift_moves_to_the_bias_only_where_nothing_else_reads_the_layer() -> None:
    net = Net(3, [4, 4, 2], "n")
    c = net.conv("c", net.start, 2, 1, use_bias=False)
    b = net.norm("b", c, scale=False)
    assert total(analyzed(net.text(b)), "params") == 2 * 2 + 2
    assert "read elsewhere" in refused(net.text(net.add("Add", "s", b, c)))
    net = Net(3, [4, 4, 2], "n")
    with_bias = net.norm("b", net.conv("c", net.start, 2, 1), scale=False)
    assert "use_bias=False there" in refused(net.text(with_bias))


def test_keras_s_scaled_sum_has_an_unknown_part() -> None:
    net = Net(3, [4, 4, 2], "n")
    net.add("CustomScaleLayer", "s", net.start, net.conv("c", net.start, 2, 1), scale=0.17)
    assert spec(net.text("s")) == (
        "n: 4x4x2 | res( c: conv 1x1x2 same | opaque scale 4x4x2 params 0 macs 0 )"
    )


def test_branches_that_cross_are_told_with_their_place() -> None:
    net = Net(3, [4, 4, 2], "n")
    a = net.conv("a", net.start, 2, 1)
    b = net.conv("b", net.start, 2, 1)
    c = net.add("Add", "c", a, b)
    d = net.add("Add", "d", b, net.conv("e", c, 2, 1))
    f = net.add("Add", "f", a, d)
    text = refused(net.text(f))
    assert "branches that cross" in text
    assert "net.json:1:" in text
    assert "end the file before that place" in text


@pytest.mark.parametrize(
    ("layers", "says"),
    [
        ([("Lambda", {"function": ["4wEA", None, None]})], "it is code, which is not run"),
        ([("LSTM", {"units": 4})], "state the cost with `opaque`"),
        ([("Convolution2D", {"nb_filter": 4})], "Keras 2.2 or later"),
        ([("Reshape", {"target_shape": [5, 5]})], "256 values do not fit into [5, 5]"),
        ([("Reshape", {"target_shape": [-1, -1]})], "do not fit"),
        ([("Reshape", {"target_shape": ["a"]})], "not whole numbers"),
        ([("Reshape", {"target_shape": None})], "no target_shape"),
        ([("Permute", {"dims": [1, 1, 2]})], "not the 3 axes in an order"),
        ([("RepeatVector", {"n": 3})], "repeats no vector"),
        ([("Cropping2D", {"cropping": [[9, 0], [0, 0]]})], "cuts off more than there is"),
        ([("ZeroPadding2D", {"padding": [[1, -1], [0, 0]]})], "not of whole numbers"),
        ([("ZeroPadding2D", {"padding": [1, 2, 3]})], "not of 2 axes"),
        ([("LayerNormalization", {"axis": [1, 2]})], "not the channels"),
        ([("LayerNormalization", {"center": False})], "alone has no word"),
        ([("GroupNormalization", {"groups": -1})], "groups -1"),
        ([("BatchNormalization", {"scale": False})], "scale=False"),
        ([("Sequential", {"layers": None})], "a model without layers"),
        ([("Dense", {"units": 2, "activation": {"class_name": "function", "config": "mine"}})],
         "no word for the activation mine"),
    ],
)  # fmt: skip
def test_refusals(layers: list[tuple[str, dict[str, Any]]], says: str) -> None:
    text = refused(sequential(*layers))
    assert "E53" in text
    assert "net.json:1:" in text
    assert says in text


def test_channels_that_come_first() -> None:
    first = {"data_format": "channels_first"}
    text = sequential(
        ("ZeroPadding2D", {**first, "padding": [[0, 1], [0, 1]]}),
        ("Conv2D", {**CONV, **first}),
        ("BatchNormalization", {"axis": 1}),
        ("PReLU", {"shared_axes": [2, 3]}),
        ("Reshape", {"target_shape": [3, 98]}),
        ("ReLU", {}),
        shape=(4, 8, 8),
    )
    assert spec(text) == (
        "8x8x4 | l1: conv 3x3x6 pad 0:1 bias +bn +prelu | "
        "l4: opaque reshape 3x98 params 0 macs 0 | l5: relu"
    )
    norm = sequential(("Conv2D", {**CONV, **first}), ("BatchNormalization", {}), shape=(4, 8, 8))
    assert "it normalizes axis -1, not the channels" in refused(norm)
    dense = sequential(("Conv2D", {**CONV, **first}), ("Dense", {"units": 3}), shape=(4, 8, 8))
    assert "the last axis where channels come first" in refused(dense)


def test_what_no_model_reads_is_no_error_of_python() -> None:
    for text in (
        '{"class_name": "Functional", "config": {"layers": [], "output_layers": [["x", 0, 0]]}}',
        '{"class_name": "Sequential", "config": {"layers": [{"class_name": "Dense"}]}}',
        '{"class_name": "Functional", "config": {"layers": [{"class_name": "InputLayer", "name": '
        '"i", "config": {"batch_shape": [null, 3]}}], "output_layers": ["i", 0, 7]}}',
        '{"class_name": "Functional", "config": {"layers": [{"class_name": "InputLayer", "name": '
        '"i", "config": {"batch_shape": [null, 3]}}], "output_layers": ["i", 0, -7e99]}}',
        '{"modelTopology": {"node": []}, "class_name": "x"}',
    ):
        assert "error[E" in refused(text)
