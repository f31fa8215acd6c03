"""Conventions of other counters: their printed numbers, to the unit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from archcalc.analysis import Analysis, walk
from archcalc.arithmetic.unknown import Unknown
from archcalc.conventions import CONVENTIONS, convention, cost, counted_column, parts
from archcalc.errors import UsageError
from archcalc.layers.base import WORDS
from archcalc.quantities import quantity
from archcalc.readers import read

PRINTED = json.loads((Path(__file__).parent / "printed_counts.json").read_text("utf-8"))["printed"]
TOOLS = [key for key, found in CONVENTIONS.items() if found.tool]

# Entries of the zoo whose name is not torchvision's.
ENTRIES = {
    "alexnet": "alexnet:torchvision",
    "googlenet": "googlenet:torchvision",
    "regnet_x_400mf": "regnetx_400mf",
    "resnext50_32x4d": "resnext50",
}

# What torchvision writes otherwise than the zoo, by counter and net: how much more the convention
# counts for the zoo's net, and the operation that makes the difference.
POOL_7 = "torchvision's VGG has an adaptive pool from 7x7 to 7x7, the zoo's has none"
AS_FUNCTIONS = "torchvision calls ReLU, pooling or both as functions, which hooks do not see"
AS_LINEAR = "torchvision's ConvNeXt has linear layers where the zoo has 1x1 convolutions"
OWN_NORM = "torchvision's ConvNeXt has a layer norm of its own type, which hooks do not see"
SE_CONV = "torchvision's squeeze-and-excitation has 1x1 convolutions where the zoo has fc"
DIFFERENCES = {
    ("fvcore", "vgg11"): (-25_088, POOL_7),
    ("fvcore", "vgg16"): (-25_088, POOL_7),
    ("torchinfo", "convnext_tiny"): (4_146_611_616, AS_LINEAR),
    ("ptflops", "vgg11"): (-50_176, POOL_7),
    ("ptflops", "vgg16"): (-50_176, POOL_7),
    ("ptflops", "googlenet"): (3_226_160, AS_FUNCTIONS),
    ("ptflops", "densenet121"): (100_352, AS_FUNCTIONS),
    ("ptflops", "mobilenet_v2"): (62_720, AS_FUNCTIONS),
    ("ptflops", "inception_v3"): (11_544_640, AS_FUNCTIONS),
    ("ptflops", "convnext_tiny"): (828_672, OWN_NORM),
    ("ptflops-0.6", "vgg11"): (-25_088, POOL_7),
    ("ptflops-0.6", "vgg16"): (-25_088, POOL_7),
    ("ptflops-0.6", "googlenet"): (3_226_160, AS_FUNCTIONS),
    ("ptflops-0.6", "densenet121"): (100_352, AS_FUNCTIONS),
    ("ptflops-0.6", "mobilenet_v2"): (62_720, AS_FUNCTIONS),
    ("ptflops-0.6", "inception_v3"): (11_544_640, AS_FUNCTIONS),
    ("ptflops-0.6", "convnext_tiny"): (10_692_000, AS_LINEAR),
    ("thop", "vgg11"): (-50_176, POOL_7),
    ("thop", "vgg16"): (-50_176, POOL_7),
    ("thop", "densenet121"): (51_200, AS_FUNCTIONS),
    ("thop", "mobilenet_v2"): (64_000, AS_FUNCTIONS),
    ("thop", "inception_v3"): (2_002_400, AS_FUNCTIONS),
    ("thop", "convnext_tiny"): (3_314_688, OWN_NORM),
    ("calflops-flops", "vgg11"): (-25_088, POOL_7),
    ("calflops-flops", "vgg16"): (-25_088, POOL_7),
    ("calflops-flops", "convnext_tiny"): (10_725_120, AS_LINEAR),
    ("calflops-flops", "efficientnet_b0"): (-9_340, SE_CONV),
    ("deepspeed-flops", "vgg11"): (-25_088, POOL_7),
    ("deepspeed-flops", "vgg16"): (-25_088, POOL_7),
    ("deepspeed-flops", "convnext_tiny"): (10_725_120, AS_LINEAR),
    ("deepspeed-flops", "efficientnet_b0"): (-9_340, SE_CONV),
}

# ResNet-50 (torchvision's): total by total what counters printed for it.
RESNET50 = {
    "macs": 4_089_184_256,
    "calflops": 4_089_184_256,
    "deepspeed": 4_089_184_256,
    "ptflops-aten": 4_089_185_256,
    "torchinfo": 4_089_238_376,
    "fvcore": 4_111_512_576,
    "torchscan": 4_111_916_032,
    "onnx-tool": 4_117_342_184,
    "ptflops-0.6": 4_121_925_096,
    "ptflops": 4_132_436_968,
    "thop": 4_133_742_592,
    "torch": 8_178_368_512,
    "torch-profiler": 8_183_887_872,
    "calflops-flops": 8_211_108_352,
    "deepspeed-flops": 8_211_108_352,
}
ALEXNET = {
    "fvcore": 714_197_696,
    "thop": 714_206_912,
    "torchinfo": 714_682_664,
    "ptflops-aten": 714_682_664,
    "ptflops": 716_441_128,
    "calflops": 714_188_480,
    "deepspeed-flops": 1_429_741_184,
    "torch": 1_428_376_960,
    "torchscan": 714_383_552,
}


def net(name: str, **options: Any) -> Analysis:
    return walk(read(name, **options))


@pytest.mark.parametrize(("key", "printed"), RESNET50.items())
def test_resnet50(key: str, printed: int) -> None:
    assert cost(key).total(net("resnet50")) == printed


@pytest.mark.parametrize(("key", "printed"), ALEXNET.items())
def test_alexnet(key: str, printed: int) -> None:
    assert cost(key).total(net("alexnet:torchvision")) == printed


def test_training_with_the_input_gradient_is_three_times_forward() -> None:
    """FlopCounterMode prints 24,535,105,536 where the input asks for its gradient too."""
    assert 3 * cost("torch").total(net("resnet50")) == 24_535_105_536


@pytest.mark.parametrize("key", PRINTED)
@pytest.mark.parametrize("name", PRINTED["fvcore"])
def test_printed_for_torchvision(key: str, name: str) -> None:
    more, _ = DIFFERENCES.get((key, name), (0, ""))
    assert cost(key).total(net(ENTRIES.get(name, name))) - PRINTED[key][name] == more


def test_few_differences_and_each_named() -> None:
    counts = sum(len(nets) for nets in PRINTED.values())
    assert counts == 160
    assert len(DIFFERENCES) == 31
    assert all(why for _, why in DIFFERENCES.values())


@pytest.mark.parametrize(
    ("name", "params", "flops", "activations"),
    [  # facebookresearch/pycls, dev/model_complexity.json
        ("resnet56:projection", 855_770, 125_747_850, 544_778),  # R-56_nds
        ("resnet50", 25_557_032, 4_089_185_256, 11_315_688),  # R-50-1x64d_step
        ("efficientnet_b0", 5_288_548, 385_825_092, 6_748_036),  # EN-B0_dds
        ("regnetx_400mf:pycls", 5_157_512, 397_678_568, 3_143_272),  # RegNetX-400MF_dds
        ("regnety_400mf", 4_344_144, 401_849_056, 3_892_496),  # RegNetY-400MF_dds
    ],
)
def test_pycls(name: str, params: int, flops: int, activations: int) -> None:
    analysis = net(name)
    columns = (counted_column(key, "pycls") for key in ("params", "macs", "activations"))
    assert [column.total(analysis) for column in columns] == [params, flops, activations]


@pytest.mark.parametrize(
    ("name", "params", "giga"),
    [  # torchvision 0.29.2, num_params and _ops of each weights entry
        ("alexnet:torchvision", 61_100_840, "0.714"),
        ("convnext_tiny", 28_589_128, "4.456"),
        ("densenet121", 7_978_856, "2.834"),
        ("googlenet:torchvision", 6_624_904, "1.498"),
        ("mobilenet_v2", 3_504_872, "0.301"),
        ("resnet18", 11_689_512, "1.814"),
        ("resnet50", 25_557_032, "4.089"),
        ("resnet152", 60_192_808, "11.514"),
        ("squeezenet1_1", 1_235_496, "0.349"),
        ("vgg11", 132_863_336, "7.609"),
        ("vgg16", 138_357_544, "15.470"),
        ("vit_b_16", 86_567_656, "17.564"),
    ],
)
def test_torchvision(name: str, params: int, giga: str) -> None:
    analysis = net(name)
    assert quantity("params").total(analysis) == params
    assert f"{cost('torchvision').total(analysis) / 10**9:.3f}" == giga


@pytest.mark.parametrize(
    ("name", "printed"),
    [  # albanie/convnet-burden, README.md
        ("squeezenet1_0", "837 M"),
        ("squeezenet1_1", "360 M"),
        ("vgg16", "16 G"),
        ("vgg19", "20 G"),
        ("googlenet", "2 G"),
        ("resnet50:v1", "4 G"),
        ("resnet101:v1", "8 G"),
        ("resnet152:v1", "11 G"),
        ("resnext50", "4 G"),
        ("resnext101:32x4d", "8 G"),
        ("resnext101:64x4d", "16 G"),
    ],
)
def test_convnet_burden(name: str, printed: str) -> None:
    number, letter = printed.split()
    value = cost("convnet-burden").total(net(name))
    assert f"{value / {'M': 10**6, 'G': 10**9}[letter]:.0f}" == number


def test_convnet_burden_has_an_alexnet_with_batch_norm() -> None:
    """It prints 727 M: its AlexNet is MatConvNet's, which has no local response norm."""
    amounts = parts("convnet-burden", net("alexnet"))
    del amounts["local response norm"]
    assert f"{sum(amounts.values()) / 10**6:.0f}" == "727"


def test_darknet() -> None:
    """pjreddie.com/darknet/tiny-darknet prints 2.27 Bn for AlexNet, /imagenet 0.113 a layer."""
    assert f"{cost('darknet').total(net('alexnet:ungrouped')) / 10**9:.2f}" == "2.27"
    first = net("256x256x3 | conv 3x3x32 pad 1")
    assert f"{cost('darknet').total(first) / 10**9:.3f}" == "0.113"


def test_keras_params_have_statistics() -> None:
    """Keras's summary of DenseNet121 ends at 8,062,504 params, 83,648 of them not trainable."""
    column = counted_column("params", "keras")
    assert column.total(net("densenet121")) == 8_062_504
    assert column.total(net("vgg16")) == quantity("params").total(net("vgg16"))


# What holds for all


@pytest.mark.parametrize("key", CONVENTIONS)
@pytest.mark.parametrize("name", ["resnet50", "vit_b_16", "lstm", "unet", "swin_t"])
def test_the_parts_add_up(key: str, name: str) -> None:
    analysis = net(name)
    assert sum(parts(key, analysis).values()) == cost(key).total(analysis)


@pytest.mark.parametrize("key", CONVENTIONS)
def test_every_layer_can_be_counted(key: str) -> None:
    assert WORDS
    for word, kind in WORDS.items():
        for example in kind.examples:
            analysis = net(example.format(word=word))
            for value in cost(key).of(analysis):
                assert isinstance(value, Unknown) or value >= 0


@pytest.mark.parametrize("key", CONVENTIONS)
def test_unknown_is_never_zero(key: str) -> None:
    assert isinstance(cost(key).total(net("100 | opaque mystery 10 | fc 3")), Unknown)


@pytest.mark.parametrize("key", TOOLS)
def test_every_tool_names_its_source_and_sentence(key: str) -> None:
    found = convention(key)
    assert found.source
    assert found.prints
    assert found.sentence.endswith("per sample")


def test_rules_are_about_words_that_there_are() -> None:
    named = {word for found in CONVENTIONS.values() for rule in found.rules for word in rule.words}
    assert named <= set(WORDS)


@pytest.mark.parametrize("key", CONVENTIONS)
def test_symbols_stay(key: str) -> None:
    value = cost(key).total(net("HxWxC | conv 3x3x(2*C) pad 1 | bn | relu | gap"))
    assert value.free_symbols


def test_an_unknown_convention_is_named_with_those_there_are() -> None:
    with pytest.raises(UsageError) as caught:
        convention("flopz")
    assert "thop" in caught.value.help


def test_explain_lists_our_conventions_and_the_one_in_use() -> None:
    from transcripts import run

    text = run("archcalc explain '14x14x480 | conv 5x5x48 pad 2' --convention ptflops-aten")
    assert "(--convention ptflops-aten)" in text
    assert "(--convention thop)" not in text
    assert "an omission of the tool" in " ".join(text.split())
