"""The torch reader: any module in, every count right, what cannot be counted visible."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from probe_modules import PROBES, Function, Twice, attention
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

import archcalc
from archcalc.arithmetic.unknown import Unknown
from archcalc.errors import MissingDependency, UsageError
from archcalc.expansion import expand
from archcalc.quantities.receptive_field import WHOLE
from archcalc.readers import torch as reader
from archcalc.transcription import transcribed

from transcripts import run


def learned(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize("name", PROBES)
def test_probe(name: str) -> None:
    make, inputs, macs = PROBES[name]
    module = make()
    net = archcalc.analyze(module, input_shape=inputs)
    assert net.total("macs") == macs
    assert net.total("params") == learned(module)


def test_there_are_twenty_probes() -> None:
    assert len(PROBES) == 20


# What is recorded


class Branches(nn.Module):
    """Functional calls, a shared module, a table of places, control flow, several outputs."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 8, 3, 2, 1, bias=False), nn.BatchNorm2d(8), nn.ReLU()
        )
        self.mix = nn.Conv2d(8, 8, 1)
        self.places = nn.Parameter(torch.empty(1, 16, 8))
        self.unread = nn.Linear(3, 3)
        self.head = nn.Linear(8, 10)

    def forward(self, x: Tensor, *, deep: bool = True) -> dict[str, Tensor]:
        x = self.stem(x)
        for _ in range(2 if deep else 1):
            x = x + F.relu(self.mix(x))
        tokens = x.flatten(2).transpose(1, 2) + self.places
        return {"logits": self.head(tokens.mean(1)), "tokens": tokens}


def test_names_paths_sharing_and_what_was_not_used() -> None:
    module = Branches()
    net = archcalc.analyze(module, input_shape=(3, 8, 8))
    assert [node.name for node in net.graph] == [
        *("stem.0", "stem.1", "stem.2"),
        *("mix", "relu", "add", "mix_2", "relu_2", "add_2"),
        *("tokens", "posembed", "mean", "head", "unused"),
    ]
    column = net.column("params")
    assert (column["mix"], column["mix_2"], column["posembed"]) == (72, 0, 128)
    assert net["mix_2"].shared_params == 72
    assert net["stem.0"].weights == {"weight": (8, 3, 3, 3)}
    assert net.graph.training_only == ("unused",)
    assert net.total("params") == learned(module) - 12
    assert archcalc.analyze(module, input_shape=(3, 8, 8), train=True).total("params") == learned(
        module
    )
    assert net["mix"].output == (8, 4, 4)
    assert net["posembed"].output == (16, 8)
    assert net.column("receptive_field")["add_2"] == (3, 3)
    assert net.output == (10,)
    assert module.training
    shallow = archcalc.analyze(module, input_shape=(3, 8, 8), keywords={"deep": False})
    assert "mix_2" not in [node.name for node in shallow.graph]


class Loop(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x if x.sum() > 0 else -x


class Odd(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 1)

    def forward(self, x: Tensor) -> Tensor:
        return torch.fft.rfft2(self.conv(x)).abs()


def test_what_nobody_can_count_is_unknown_and_names_itself() -> None:
    net = archcalc.analyze(Odd(), input_shape=(3, 8, 8))
    total = net.total("macs")
    assert isinstance(total, Unknown)
    assert total.at_least == 8 * 8 * 4 * 3
    assert "fft" in total.reason
    assert net.analysis.unknown() == ("fft_rfft2",)
    assert net["fft_rfft2"].output == (4, 8, 5)


@pytest.mark.parametrize(
    ("module", "shape", "fact"),
    [
        (Loop(), (3, 8, 8), "asks for the values of a tensor"),
        (nn.Sequential(nn.Linear(10, 5)), (11,), "0 refuses its input"),
        (nn.Conv2d(3, 4, 3), None, "Conv2d needs the shape of its input"),
        (Function(lambda m, x: 3), (3,), "no output comes from the input"),
    ],
)
def test_a_module_that_cannot_be_read_says_where(module: nn.Module, shape: Any, fact: str) -> None:
    with pytest.raises(UsageError, match=fact):
        archcalc.read(module, input_shape=shape)
    assert not torch.nn.modules.module._global_forward_hooks


@pytest.mark.filterwarnings("ignore:.*torch.jit.script.* is deprecated:DeprecationWarning")
def test_what_torchscript_does_cannot_be_seen() -> None:
    compiled = nn.Sequential(torch.jit.script(nn.Conv2d(3, 4, 3)))
    with pytest.raises(UsageError, match="0 was compiled by TorchScript"):
        archcalc.read(compiled, input_shape=(3, 8, 8))


def test_inputs_of_every_kind() -> None:
    embed = nn.Sequential(nn.Embedding(100, 16), nn.Linear(16, 4))
    net = archcalc.analyze(embed, input_shape=((7,), "int"))
    assert (net.total("params"), net.total("macs")) == (1600 + 68, 7 * 64)
    summed = Function(lambda m, pair: pair["a"] + pair["b"][0])
    given = [{"a": torch.zeros(1, 5), "b": (torch.zeros(1, 5),)}]
    graph = archcalc.read(summed, input_shape=given)
    assert list(graph.inputs) == ["input.a", "input.b.0"]
    series = nn.Sequential(nn.Conv1d(6, 8, 3), nn.BatchNorm1d(8), nn.AdaptiveAvgPool1d(1))
    lines = archcalc.analyze(series, input_shape=(6, 20))
    assert lines.graph.inputs == {"input": (20, 6)}
    assert lines["0"].output == (18, 8)
    film = archcalc.analyze(nn.Conv3d(3, 4, 3), input_shape=(3, 8, 8, 8))
    assert film.total("macs") == 6**3 * 4 * 27 * 3


LAYOUTS: dict[str, tuple[Callable[[], nn.Module], Any]] = {
    "channels last": (
        lambda: Function(
            lambda m, x: m.n(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2), n=nn.LayerNorm(8)),
        (8, 4, 4),
    ),
    "mean of places": (lambda: Function(lambda m, x: x.mean((2, 3))), (8, 4, 4)),
    "squeezed": (
        lambda: Function(lambda m, x: F.adaptive_avg_pool2d(x, 1).squeeze(-1).squeeze(-1)),
        (8, 4, 4)),
    "shuffle": (lambda: nn.ChannelShuffle(2), (8, 4, 4)),
    "shuffle by hand": (
        lambda: Function(
            lambda m, x: x.view(1, 2, 4, 4, 4).transpose(1, 2).contiguous().view(1, 8, 4, 4)
        ),
        (8, 4, 4),
    ),
    "padded": (lambda: nn.Sequential(nn.ZeroPad2d((0, 1, 2, 3)), nn.Conv2d(8, 2, 3)), (8, 9, 9)),
    "upsampled": (
        lambda: nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(8, 2, 3)), (8, 5, 5)),
    "written in place": (lambda: Function(lambda m, x: x.add_(1).relu_()), (8, 4, 4)),
    "weight norm": (
        lambda: nn.utils.parametrizations.weight_norm(nn.Conv2d(8, 4, 3)), (8, 5, 5)),
}  # fmt: skip


@pytest.mark.parametrize("name", LAYOUTS)
def test_layouts(name: str) -> None:
    make, shape = LAYOUTS[name]
    module = make().eval()
    net = archcalc.analyze(module, input_shape=shape)
    with torch.no_grad():
        out = module(torch.zeros(1, *shape))
    assert sorted(net.output) == sorted(out.shape[1:])
    assert net.total("params") == learned(module)
    assert not isinstance(net.total("macs"), Unknown)


def test_fields_of_recorded_modules() -> None:
    padded = archcalc.analyze(LAYOUTS["padded"][0](), input_shape=(8, 9, 9))
    assert padded.total("receptive_field") == (3, 3)
    assert padded.total("first") == (-2, 0)
    last = archcalc.analyze(LAYOUTS["channels last"][0](), input_shape=(8, 4, 4))
    assert last.total("receptive_field") == (1, 1)
    windows = Function(lambda m, x: attention(x.view(4, 1, 4, 8)))
    assert isinstance(
        archcalc.analyze(windows, input_shape=(16, 8)).total("receptive_field"), Unknown
    )
    whole = Function(lambda m, x: attention(x.view(1, 16, 2, 4).transpose(1, 2)))
    assert archcalc.analyze(whole, input_shape=(16, 8)).total("receptive_field") is WHOLE


# Module, inputs, multiply-adds by hand: where torch has primitives of its own for a common function
PRIMITIVES: dict[str, tuple[Callable[[], nn.Module], list[Any], int]] = {
    "LSTM cell": (lambda: nn.LSTMCell(8, 6), [(8,)], 4 * 6 * (8 + 6)),
    "LSTM with a projection": (
        lambda: nn.LSTM(8, 6, proj_size=3, batch_first=True),
        [(5, 8)], 5 * (4 * 6 * (8 + 3) + 6 * 3)),
    "GRU with a first state": (
        lambda: Function(lambda m, x, h: m.g(x, h)[0], g=nn.GRU(8, 6, batch_first=True)),
        [(5, 8), torch.zeros(1, 1, 6)], 5 * 3 * 6 * (8 + 6)),
    "encoder and decoder": (
        lambda: nn.Transformer(16, 2, 1, 1, 32, batch_first=True), [(5, 16), (7, 16)],
        5 * (4 * 256 + 1024) + 2 * 25 * 16 + 7 * (4 * 256 + 1024) + 2 * 49 * 16
        + 7 * 2 * 256 + 5 * 2 * 256 + 2 * 35 * 16),
    "matrix times vector": (
        lambda: Function(lambda m, x: x.flatten(1) @ m.w, w=(64,)), [(8, 8)], 64),
    "a tied head": (
        lambda: Function(lambda m, t: F.linear(m.e(t), m.e.weight), e=nn.Embedding(50, 8)),
        [((7,), "int")], 7 * 50 * 8),
    "weights made of weights": (
        lambda: Function(
            lambda m, x: F.conv2d(x, m.w.repeat(2, 1, 1, 1), groups=2), w=(4, 4, 3, 3)),
        [(8, 8, 8)], 6 * 6 * 8 * 4 * 9),
    "grouped queries": (
        lambda: Function(lambda m, q, k: F.scaled_dot_product_attention(q, k, k, enable_gqa=True)),
        [(4, 50, 16), (2, 50, 16)], 2 * 4 * 50 * 50 * 16),
    "bag of embeddings": (lambda: nn.EmbeddingBag(50, 8), [((7,), "int")], 0),
    "an index of every kind": (
        lambda: Function(lambda m, x: x[:, torch.arange(3), None, ::2]), [(8, 6)], 0),
}  # fmt: skip


@pytest.mark.parametrize("name", PRIMITIVES)
def test_primitive(name: str) -> None:
    make, inputs, macs = PRIMITIVES[name]
    module = make()
    net = archcalc.analyze(module, input_shape=inputs)
    assert net.total("macs") == macs
    assert net.total("params") == learned(module)
    assert not isinstance(net.total("elementwise_ops"), Unknown)


# By name

FILE = """
import torch
from torch import nn

class Small(nn.Module):
    def __init__(self, width=4):
        super().__init__()
        self.conv = nn.Conv2d(3, width, 3)
    def forward(self, x):
        return self.conv(x)

ready = Small(2)
number = 3
def fails():
    raise RuntimeError("no such thing")
"""


@pytest.fixture
def path(tmp_path: Path) -> str:
    made = tmp_path / "nets.py"
    made.write_text(FILE)
    return str(made)


def test_a_file_and_its_factory(path: str) -> None:
    for call, params in (("Small", 112), ("Small(width=2)", 56), ("ready", 56)):
        printed = run(f"archcalc summary '{path}:{call}' --input 3x8x8 --format json -q")
        (one,) = json.loads(printed)["architectures"]
        assert one["totals"]["params"] == params
    both = f"archcalc compare '{path}:Small%s' '8x8x3 | conv 3x3x4' --columns macs"
    assert "same" in run(both % "@3x8x8")
    assert "error[E52]" in run(both % "" + " --input 3x8x8")


@pytest.mark.parametrize(
    ("call", "options", "code"),
    [
        ("Small", "", "E52"),
        ("Small", "--input 3x0x8", "E52"),
        ("Small", "--input 3*8*8", "E52"),
        ("Small", "--input 4x8x8", "E51"),
        ("Large", "--input 3x8x8", "E52"),
        ("number", "--input 3x8x8", "E52"),
        ("fails", "--input 3x8x8", "E52"),
        ("Small(width=__import__('os'))", "--input 3x8x8", "E52"),
        ("Small(2)", "--input 3x8x8", "E52"),
        ("Small", "--input 3x8x8 --set C=3", "E29"),
    ],
)
def test_errors_of_named_code(path: str, call: str, options: str, code: str) -> None:
    printed = run(f'archcalc summary "{path}:{call}" {options}')
    assert printed.startswith(f"error[{code}]"), printed
    assert "[exit 2]" in printed
    assert "Traceback" not in printed


def test_a_package_and_what_is_not_there() -> None:
    graph = reader.graph("torch:torch.nn:Flatten", input="3x4x4")
    assert graph.nodes[0].layer.word == "flatten"
    with pytest.raises(UsageError, match="cannot import no_such_package"):
        reader.graph("torch:no_such_package:x", input="3")
    with pytest.raises(UsageError, match=r"cannot read no_file\.py"):
        reader.graph("no_file.py:x", input="3")
    with pytest.raises(MissingDependency, match="needs timm"):
        reader.graph("timm:resnet50")


def test_specs_and_yaml_never_run_code(path: str, tmp_path: Path) -> None:
    spec = tmp_path / "net.yaml"
    spec.write_text(f"archcalc: 1\ninput: 8x8x3\nlayers: ['{path}:Small']\n")
    printed = run(f"archcalc summary {spec}")
    assert printed.startswith("error[")
    assert not reader.reads("8x8x3 | conv 3x3x4")
    assert not reader.reads("resnet50")


# Written as a spec


SAYABLE: dict[str, tuple[Callable[[], nn.Module], Any]] = {
    "chain": (
        lambda: nn.Sequential(
            nn.Conv2d(3, 8, 3, bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(8 * 9, 10)),
        (3, 8, 8)),
    "depthwise and groups": (
        lambda: nn.Sequential(nn.Conv2d(8, 8, 3, groups=8), nn.Conv2d(8, 16, 1, groups=2)),
        (8, 9, 9)),
    "residual": (
        lambda: Function(lambda m, x: F.relu(x + m.c(x)), c=nn.Conv2d(8, 8, 3, padding=1)),
        (8, 6, 6)),
    "branches": (
        lambda: Function(lambda m, x: torch.cat([m.c(x), F.max_pool2d(x, 3, 1, 1), x], 1),
                         c=nn.Conv2d(8, 4, 1)), (8, 6, 6)),
    "sequence": (lambda: nn.Sequential(nn.LayerNorm(16), nn.Linear(16, 4), nn.GELU()), (10, 16)),
    "recurrence": (
        lambda: Function(lambda m, x: m.r(x)[0], r=nn.LSTM(8, 6, batch_first=True)), (10, 8)),
}  # fmt: skip


@pytest.mark.parametrize("name", SAYABLE)
def test_a_spec_of_a_module_gives_the_same_numbers(name: str) -> None:
    make, shape = SAYABLE[name]
    graph = archcalc.read(make(), input_shape=shape)
    spec = transcribed(graph)
    one, two = archcalc.analyze(graph), archcalc.analyze(expand(spec))
    for column in ("params", "macs", "flops", "activations", "receptive_field", "output", "depth"):
        assert one.total(column) == two.total(column), column


@pytest.mark.parametrize(
    ("module", "shape", "fact"),
    [
        (Twice(), (16, 8, 8), "weights used twice"),
        (Function(lambda m, x: torch.fft.fft(x).abs()), (8,), "no word for fft_fft"),
        (Function(lambda m, x, y: x + y), [(8, 4, 4), (8, 4, 4)], "2 inputs"),
    ],
)
def test_what_cannot_be_written_says_why(module: nn.Module, shape: Any, fact: str) -> None:
    with pytest.raises(UsageError, match=fact):
        transcribed(archcalc.read(module, input_shape=shape))


# Other people's models


@pytest.fixture(scope="session")
def models() -> Any:
    """Torchvision's models: its compiled operations, which no model here uses, are declared."""
    library = torch.library.Library("torchvision", "DEF")
    for name in ("nms", "qnms"):
        library.define(f"{name}(Tensor a, Tensor b, float c) -> Tensor")
    found = pytest.importorskip("torchvision.models")
    yield found
    library._destroy()


# Params and GMACs as torchvision prints them with its weights (version 0.29.2)
PRINTED = {
    "alexnet": (61_100_840, 0.714),
    "convnext_tiny": (28_589_128, 4.456),
    "densenet121": (7_978_856, 2.834),
    "googlenet": (6_624_904, 1.498),
    "mobilenet_v2": (3_504_872, 0.301),
    "resnet18": (11_689_512, 1.814),
    "resnet50": (25_557_032, 4.089),
    "resnet152": (60_192_808, 11.514),
    "squeezenet1_1": (1_235_496, 0.349),
    "vgg11": (132_863_336, 7.609),
    "vgg16": (138_357_544, 15.47),
    "vit_b_16": (86_567_656, 17.564),
}
CPU = ("resnet18", "squeezenet1_1", "swin_t", "regnet_y_400mf")
MORE = (
    *("inception_v3", "efficientnet_b0", "efficientnet_v2_s", "mnasnet1_0", "mobilenet_v3_large"),
    *("regnet_y_400mf", "resnext50_32x4d", "shufflenet_v2_x1_0", "swin_t", "swin_v2_t", "maxvit_t"),
)


@pytest.mark.parametrize("name", [*PRINTED, *MORE])
def test_models_of_torchvision(name: str, models: Any) -> None:
    quick = {"init_weights": False} if name in ("googlenet", "inception_v3") else {}
    # on the meta device they are built without values, a few as people have them
    with torch.device("cpu" if name in CPU else "meta"):
        module = models.get_model(name, weights=None, **quick).eval()
    size = 299 if name == "inception_v3" else 224
    net = archcalc.analyze(module, input_shape=(3, size, size))
    whole = archcalc.analyze(net.graph, train=True)
    assert whole.total("params") == learned(module)
    module.to("meta")
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        module(torch.empty(1, 3, size, size, device="meta"))
    assert net.total("macs") == counter.get_total_flops() // 2
    if name in PRINTED:
        params, giga = PRINTED[name]
        assert (net.total("params"), round(net.total("macs") / 1e9, 3)) == (params, giga)


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("alexnet", "alexnet:torchvision"),
        ("resnet50", "resnet50"),
        ("vgg16", "vgg16"),
        ("mobilenet_v2", "mobilenet_v2"),
        ("convnext_tiny", "convnext_tiny"),
        ("vit_b_16", "vit_b_16"),
        ("squeezenet1_1", "squeezenet1_1"),
    ],
)
def test_the_zoo_is_what_torchvision_runs(name: str, entry: str, models: Any) -> None:
    module = models.get_model(name, weights=None)
    one = archcalc.analyze(module, input_shape=(3, 224, 224))
    two = archcalc.analyze(entry)
    for column in ("params", "macs", "trunk_field", "depth"):
        assert one.total(column) == two.total(column), column


@pytest.mark.parametrize("name", ["alexnet", "resnet18", "vit_b_16", "mobilenet_v3_small"])
def test_torchvision_written_as_specs(name: str, models: Any) -> None:
    graph = archcalc.read(models.get_model(name, weights=None), input_shape=(3, 224, 224))
    assert len(expand(transcribed(graph))) >= len(graph) - 2
