"""Nets with known totals: texts in the notation, shared by the tests."""

from __future__ import annotations

from typing import NamedTuple


class Net(NamedTuple):
    """A text, its totals, and where they are from."""

    text: str
    params: int
    macs: int
    note: str


def _resnet50(strides: str) -> str:
    """Return ResNet-50; ``strides`` are those of the first 1x1 and of the 3x3 where maps shrink."""
    first, second = strides.split()
    stages = []
    for width, blocks in ((64, 3), (128, 4), (256, 6), (512, 3)):
        one, two, shortcut = ("s1", "s1", "s1") if width == 64 else (first, second, "s2")
        rest = f"conv 3x3x{width} pad 1 +bn +relu | conv 1x1x{4 * width} +bn"
        stages.append(
            f"res( conv 1x1x{width} {one} +bn +relu "
            f"| conv 3x3x{width} {two} pad 1 +bn +relu | conv 1x1x{4 * width} +bn "
            f"; conv 1x1x{4 * width} {shortcut} +bn ) | relu "
            f"| [ res( conv 1x1x{width} +bn +relu | {rest} ) | relu ]*{blocks - 1}"
        )
    return (
        "224x224x3 | conv 7x7x64 s2 pad 3 +bn +relu | maxpool 3x3 s2 pad 1 | "
        + " | ".join(stages)
        + " | gap | fc 1000"
    )


NETS = {
    "lenet5-1998": Net(
        "32x32x1 | c1: conv 5x5x6 | s2: subsample 2x2 | c3: conv 5x5x16 table lenet5"
        " | s4: subsample 2x2 | c5: conv 5x5x120 | f6: fc 84",
        60_000,
        325_680,
        "LeCun et al. 1998, figure 2: 60,000 trainable parameters up to F6",
    ),
    "lenet5": Net(
        "32x32x1 | conv 5x5x6 | avgpool 2x2 | conv 5x5x16 | avgpool 2x2 | fc 120 | fc 84 | fc 10",
        61_706,
        416_520,
        "the form that tutorials use",
    ),
    "alexnet": Net(
        "227x227x3 | conv1: conv 11x11x96 /4 +relu | lrn 5 | maxpool 3x3 /2"
        " | conv2: conv 5x5x256 pad 2 groups 2 +relu | lrn 5 | maxpool 3x3 /2"
        " | conv3: conv 3x3x384 pad 1 +relu | conv4: conv 3x3x384 pad 1 groups 2 +relu"
        " | conv5: conv 3x3x256 pad 1 groups 2 +relu | maxpool 3x3 /2"
        " | fc6: fc 4096 | relu | fc7: fc 4096 | relu | fc8: fc 1000",
        60_965_224,
        724_406_816,
        "Krizhevsky et al. 2012, with its two groups",
    ),
    "vgg16": Net(
        "224x224x3 | [conv3-64]*2 | maxpool 2x2 | [conv3-128]*2 | maxpool 2x2"
        " | [conv3-256]*3 | maxpool 2x2 | [conv3-512]*3 | maxpool 2x2"
        " | [conv3-512]*3 | maxpool 2x2 | fc 4096 | fc 4096 | fc 1000",
        138_357_544,
        15_470_264_320,
        "Simonyan and Zisserman 2015, column D",
    ),
    "inception-3a": Net(
        "28x28x192 | concat( conv 1x1x64 ; conv 1x1x96 | conv 3x3x128 pad 1"
        " ; conv 1x1x16 | conv 5x5x32 pad 2 ; maxpool 3x3 s1 pad 1 | conv 1x1x32 )",
        163_696,
        128_049_152,
        "Szegedy et al. 2015, table 1, with dimension reductions",
    ),
    "inception-3a-naive": Net(
        "28x28x192 | concat( conv 1x1x64 ; conv 3x3x128 pad 1 ; conv 5x5x32 pad 2"
        " ; maxpool 3x3 s1 pad 1 )",
        387_296,
        303_464_448,
        "Szegedy et al. 2015, figure 2(a)",
    ),
    "bottleneck": Net(
        "56x56x256 | res( conv 1x1x64 +bn +relu | conv 3x3x64 pad 1 +bn +relu"
        " | conv 1x1x256 +bn ) | relu",
        70_400,
        218_365_952,
        "He et al. 2016, figure 5",
    ),
    "bottleneck-projection": Net(
        "56x56x256 | res( conv 1x1x128 +bn +relu | conv 3x3x128 s2 pad 1 +bn +relu"
        " | conv 1x1x512 +bn ; conv 1x1x512 s2 +bn )",
        379_392,
        372_506_624,
        "the same where maps shrink, stride on the 3x3 (v1.5); counted by torch",
    ),
    "mobilenetv2-block": Net(
        "56x56x24 | res( conv 1x1x144 +bn +relu6 | dwconv 3x3 pad 1 +bn +relu6 | conv 1x1x24 +bn )",
        8_832,
        25_740_288,
        "Sandler et al. 2018, expansion 6",
    ),
    "vit-b-block": Net(
        "197x768 | res( ln | attn heads 12 ) | res( ln | linear 3072 | gelu | linear 768 )",
        7_087_872,
        1_453_954_560,
        "Dosovitskiy et al. 2021, ViT-B/16 at 224x224",
    ),
    "resnet50-v1": Net(
        _resnet50("s2 s1"),
        25_557_032,
        3_857_973_248,
        "He et al. 2016: stride in the first 1x1; the paper's 3.8 billion",
    ),
    "resnet50": Net(
        _resnet50("s1 s2"),
        25_557_032,
        4_089_184_256,
        "v1.5, stride in the 3x3: torchvision's 25,557,032 params and 4.09 G",
    ),
}

# The receptive field behind a layer, in a net of NETS
RECEPTIVE_FIELDS = {
    "alexnet": ("maxpool3", 195),
    "vgg16": ("maxpool5", 212),
    "resnet50-v1": ("relu16", 483),
    "resnet50": ("relu16", 427),
}
