"""Models of Keras: files that Keras 3 wrote, the nets of keras.applications in both forms."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from conversions import analyzed, notes, refused, spec, total
from keras_nets import mobilenet, resnet50

from archcalc.analysis import Analysis
from archcalc.converting.keras import LARGEST_DESCRIPTION

HERE = Path(__file__).parent


def statistics(analysis: Analysis) -> int:
    """Return Keras's non-trainable params: a mean and a variance, but no count of batches."""
    norms = sum(node.layer.word == "bn" for node in analysis.graph)
    return total(analysis, "buffers") - norms


# What Keras says of itself: count_params() of the trainable and of all weights, output_shape, and
# MACs as the products of the shapes of its kernels and outputs.
@pytest.mark.parametrize(
    ("name", "trainable", "whole", "output", "macs"),
    [
        ("vgg16", 138_357_544, 138_357_544, (1000,), 15_470_264_320),
        ("mixed", 3_778, 3_842, (10,), 615_552),
        ("plain", 189, 189, (5,), 74_920),
    ],
)
def test_files_that_keras_3_wrote(
    name: str, trainable: int, whole: int, output: tuple[int, ...], macs: int
) -> None:
    found = analyzed((HERE / f"keras3_{name}.json").read_text(encoding="utf-8"))
    assert total(found, "params") == trainable
    assert total(found, "params") + statistics(found) == whole
    assert total(found, "macs") == macs
    assert found.output == output


def test_what_the_mixed_file_becomes() -> None:
    text = (HERE / "keras3_mixed.json").read_text(encoding="utf-8")
    assert spec(text) == (
        "mixed: 32x32x3 | stem: conv 3x3x16 pad 0:1 s2 | stem_bn: bn noaffine | stem_relu: relu6 | "
        "block/dw: dwconv 3x3 same +bn | block/pw: conv 1x1x32 +relu6 | "
        "mul( id ; squeeze: gap | reduce: conv 1x1x8 +relu | expand: conv 1x1x32 +hardsigmoid ) | "
        "res( inner/sep: dwconv 3x3 same nobias | conv 1x1x32 ) | norm: ln | "
        "concat( id ; pool: maxpool 3x3 s1 same ) | gap: gap | drop: dropout 0.2 | "
        "logits: conv 1x1x10 | flat: flatten | prob: softmax"
    )
    for said in ("Rescaling is left out", "zeros on one side", "noaffine behind a bias"):
        assert said in notes(text)


# The published totals of keras.applications; ResNet-50's MACs are those of stride 2 at the first
# 1x1, MobileNet's those of its paper's 569 million.
@pytest.mark.parametrize("keras", [2, 3])
@pytest.mark.parametrize(
    ("write", "whole", "trainable", "macs"),
    [
        (resnet50, 25_636_712, 25_636_712 - 53_120, 3_857_973_248),
        (mobilenet, 4_253_864, 4_231_976, 568_740_352),
    ],
)
def test_nets_of_keras_applications(
    keras: int, write: Any, whole: int, trainable: int, macs: int
) -> None:
    found = analyzed(write(keras))
    assert total(found, "params") == trainable
    assert total(found, "params") + statistics(found) == whole
    assert total(found, "macs") == macs
    assert found.output == (1000,)


# .keras files, and what TensorFlow.js writes around a model


def packed(text: str, name: str = "config.json") -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("metadata.json", '{"keras_version": "3.3.3"}')
        made.writestr(name, text)
    return file.getvalue()


def test_a_keras_file_holds_the_same_net() -> None:
    found = analyzed("", "net.keras", packed(mobilenet(3)))
    assert total(found, "params") + statistics(found) == 4_253_864


@pytest.mark.parametrize(
    ("path", "data", "says"),
    [
        ("net.keras", b"no zip", "no config.json that can be read"),
        ("net.keras", b"", "no config.json that can be read"),
        ("net.keras", packed("{}", "other.json"), "There is no item"),
        ("net.keras", packed("{}"), "holds no Sequential or Functional model"),
        ("net.keras", packed(mobilenet(3))[:-400], "no config.json that can be read"),
        ("net.keras", packed(" " * (LARGEST_DESCRIPTION + 1)), "larger than 8,388,608 bytes"),
        ("net.h5", b"\x89HDF", "model.to_json()"),
    ],
)
def test_files_that_hold_no_description(path: str, data: bytes, says: str) -> None:
    assert says in refused("", path, data)


@pytest.mark.parametrize("around", [("modelTopology",), ("modelTopology", "model_config")])
def test_a_model_of_tensorflow_js(around: tuple[str, ...]) -> None:
    text = mobilenet(2)
    for key in reversed(around):
        text = json.dumps({"format": "layers-model", key: json.loads(text)})
    assert total(analyzed(text), "params") == 4_231_976
