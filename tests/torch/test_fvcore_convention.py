"""``--convention fvcore`` and ``torch`` against fvcore and FlopCounterMode themselves."""

from __future__ import annotations

import warnings
from collections import Counter
from typing import Any

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from archcalc.analysis import Analysis, walk
from archcalc.conventions import cost, parts
from archcalc.oracles.module import build
from archcalc.readers import read

# Nets with a size at which they run in a moment; fvcore traces them on real tensors.
NETS = {
    "alexnet": "99x99x3",
    "alexnet:torchvision": "64x64x3",
    "vgg11": "32x32x3",
    "resnet18": "64x64x3",
    "resnet50": "64x64x3",
    "googlenet": "112x112x3",
    "googlenet:torchvision": "64x64x3",
    "densenet121": "64x64x3",
    "mobilenet_v2": "64x64x3",
    "squeezenet1_0": "64x64x3",
    "shufflenet_v1": "64x64x3",
    "resnext29": "32x32x3",
    "regnety_400mf": "64x64x3",
    "efficientnet_b0": "64x64x3",
    "convnext_tiny": "64x64x3",
    "lenet5:modern": "",
}
SMALL = (
    "14x14x480 | conv 5x5x48 pad 2",
    "16x16x8 | conv 3x3x8 pad 1 groups 2 nobias | bn | relu | maxpool 2x2 | fc 10",
    "8x8x6 | deconv 4x4x4 s2 pad 1",
    "8x8x8 | deconv 3x3x8 s2 groups 4 nobias",
    "8x8x6 | bn noaffine | gap",
    "8x8x32 | gn 4 | ln",
    "8x8x4 | upsample 2 | upsample 2 mode bilinear",
    "9x9x4 | adaptiveavgpool 3x3 | avgpool 3x3",
    "10x16 | ln | linear 8 | gelu | linear 16 nobias",
    "12x16 | attn heads 4",
    "12x16 | attn heads 4 kvheads 2",
    "14x14x16 | winattn 7 heads 2 shift",
    "6x8 | lstm 4 bidirectional | gru 3 | rnn 2",
)
# By fvcore's name of an operation, where a part of ours is made of several.
OPERATIONS = {
    "batch norm 2 per value": ("batch_norm",),
    "layer and group norm 5 per value": ("layer_norm", "group_norm"),
    "adaptive average pooling 1 per input value": ("adaptive_avg_pool2d",),
    "nearest upsampling 1 per output value": ("upsample_nearest2d",),
    "bilinear upsampling 4 per output value": ("upsample_bilinear2d",),
}


def counted(fvcore: Any, analysis: Analysis) -> Counter[str]:
    """Return what fvcore counts, operation by operation."""
    module: Any = build(analysis.graph).eval()
    # fvcore finds no module with a slash in its name, such as googlenet's conv2/reduce
    names = {name: name.replace("/", "_") for name in module._modules}
    module._modules = {names[name]: child for name, child in module._modules.items()}
    module.steps = [(names[known], *step) for known, *step in module.steps]
    inputs = tuple(torch.zeros(1, *shape) for shape in analysis.graph.inputs.values())
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        found = fvcore.FlopCountAnalysis(module, inputs)
        found.unsupported_ops_warnings(False).uncalled_modules_warnings(False)
        operations: Counter[str] = found.by_operator()
        return operations


def differences(fvcore: Any, analysis: Analysis) -> dict[str, int]:
    """Return by how much fvcore differs from its convention here, operation by operation."""
    theirs = counted(fvcore, analysis)
    printed = sum(theirs.values())
    mine = parts("fvcore", analysis)
    found = {}
    for part, operations in OPERATIONS.items():
        found[part] = sum(theirs.pop(name, 0) for name in operations) - mine.pop(part, 0)
    found["contractions"] = sum(theirs.values()) - sum(mine.values())
    found["total"] = printed - cost("fvcore").total(analysis)
    return {part: difference for part, difference in found.items() if difference}


@pytest.mark.parametrize("name", NETS)
def test_fvcore_counts_a_zoo_net_as_its_convention_does(fvcore: Any, name: str) -> None:
    assert differences(fvcore, walk(read(name, input=NETS[name]))) == {}


@pytest.mark.parametrize("spec", SMALL)
def test_fvcore_counts_a_small_net_as_its_convention_does(fvcore: Any, spec: str) -> None:
    assert differences(fvcore, walk(read(spec))) == {}


@pytest.mark.parametrize("source", [*NETS, *SMALL, "vit_b_16", "swin_t", "resnet152"])
def test_flop_counter_mode_counts_as_its_convention_does(source: str) -> None:
    analysis = walk(read(source))
    with torch.device("meta"), FlopCounterMode(display=False) as counter, torch.no_grad():
        inputs = [torch.zeros(1, *shape) for shape in analysis.graph.inputs.values()]
        build(analysis.graph).eval()(*inputs)
    assert counter.get_total_flops() == cost("torch").total(analysis)
