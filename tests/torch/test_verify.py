"""``archcalc verify``: what it prints, and that every oracle can fail and names the layer."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from dataclasses import fields, replace
from typing import Any

import pytest
import torch
from counting import NOTHING_COMPUTED, agreed, subject

import archcalc
from archcalc import verification
from archcalc.analysis import Analysis, walk
from archcalc.layers import LAYERS
from archcalc.oracles import ORACLES, fvcore, gradient_field, saved_tensors
from archcalc.oracles.base import DIFFERS, EQUAL, NOT_CHECKED, NotCounted, Refused
from archcalc.oracles.subject import Limits, Run
from archcalc.verification import ZOO_LIMITS, verify, verify_zoo

from transcripts import commands, run

pytestmark = pytest.mark.filterwarnings("ignore:.*torch.jit.* is deprecated:DeprecationWarning")

TRANSCRIPTS = """
$ archcalc verify -q '32x32x3 | conv 3x3x16 s2 +bn +relu | dwconv 3x3 p1 | maxpool 3x3 | fc 10'
  check        archcalc  witness  by
  shapes              6        6  torch, on meta                      equal
  tensors            10       10  torch's parameters                  equal
  params          4,634    4,634  torch's parameters                  equal
  MACs          133,600  133,600  FlopCounterMode/2                   equal
  backward      170,000  170,000  FlopCounterMode/2 groups corrected  equal
  training      303,600  303,600  FlopCounterMode/2                   equal
  MACs          133,600  133,600  fvcore                              equal
  field           11x11    11x11  gradient at maxpool1                equal
  peak bytes     28,800   28,800  replay of storages                  equal
  saved bytes    60,416   60,416  saved tensors                       equal

$ archcalc verify -q '20x16 | linear 8 | lstm 4 | linear 2'
  check        archcalc  witness  by
  shapes              3        3  torch, on meta       equal
  tensors             8        8  torch's parameters   equal
  params            370      370  torch's parameters   equal
  MACs            6,560    6,560  FlopCounterMode/2    equal
  backward       10,496   10,496  FlopCounterMode/2    equal
  training       17,056   17,056  FlopCounterMode/2    equal
  MACs            6,560        -  fvcore               not checked
  field               1        1  gradient at linear1  equal
  peak bytes      1,920    1,920  replay of storages   equal
  saved bytes     4,480    4,480  saved tensors        equal
"""

COUNTED = "8x8x4 | conv1: conv 3x3x6 pad 1 | relu1: relu | conv2: conv 3x3x5 | gap | fc 3"


# Output


@pytest.mark.parametrize(("command", "output"), list(commands(TRANSCRIPTS)))
def test_transcript(command: str, output: str, fvcore: Any) -> None:
    assert run(command) == output.rstrip()


def test_lines_fit_a_terminal() -> None:
    for command in (
        "archcalc verify gpt2",
        "archcalc verify lenet5 alexnet --per-layer",
        "archcalc verify '100 | linear 20 | opaque mystery 10 | fc 3'",
        "archcalc verify --zoo lenet",
        "archcalc verify --help",
    ):
        text = run(command)
        assert "[exit" not in text
        assert not [line for line in text.splitlines() if len(line) > 80]


def test_every_layer_is_shown_when_asked() -> None:
    text = run(f"archcalc verify '{COUNTED}' --per-layer")
    rows = [line.split() for line in text.splitlines()]
    (conv,) = (row for row in rows if row[:1] == ["conv2"])
    assert conv[1:4] == ["6x6x5", "275", "9.720K"]
    assert conv[-1] == "equal"


def test_json_has_every_check_with_both_numbers() -> None:
    data = json.loads(run(f"archcalc verify '{COUNTED}' --format json"))
    (net,) = data["verified"]
    assert (data["schema"], net["layers"], net["verdict"], net["differs"]) == (1, 5, "equal", 0)
    assert len(net["checks"]) == net["equal"] + net["differs"] + net["not_checked"]
    macs = [one for one in net["checks"] if one["quantity"] == "macs" and one["layer"] == "conv2"]
    assert {one["by"] for one in macs} >= {"FlopCounterMode/2"}
    assert all(one["archcalc"] == one["witness"] == 9_720 for one in macs)


def test_csv_has_every_check() -> None:
    rows = list(csv.DictReader(io.StringIO(run(f"archcalc verify '{COUNTED}' --format csv"))))
    assert {row["verdict"] for row in rows} <= {EQUAL, NOT_CHECKED}
    (total,) = (row for row in rows if row["check"] == "params" and not row["layer"])
    assert total["archcalc"] == total["witness"] == str(archcalc.analyze(COUNTED).total("params"))


def test_zoo_has_a_line_for_each_entry_and_a_sum() -> None:
    lines = run("archcalc verify --zoo lenet5 mlp").splitlines()
    names = [line.split()[0] for line in lines[1:] if line.startswith("  ")]
    assert names == ["lenet5", "lenet5:modern", "lenet5:caffe", "mlp", "mlp:800", "total"]
    assert any(line.startswith("Not checked: field: the input is a vector") for line in lines)
    assert lines[-1].startswith("5 of 5 architectures agree with torch")


def test_progress_is_told_of_every_entry() -> None:
    heard: list[str] = []
    verify_zoo(["mlp", "lenet5"], progress=heard.append)
    assert heard == ["mlp", "lenet5"]


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("archcalc verify", "[exit 2]"),
        ("archcalc verify '8x8x3 | cnov 3x3x4'", "error[E07]"),
        ("archcalc verify 'HxWx3 | conv 3x3x4'", "error[E29]"),
        ("archcalc verify --zoo nothing", "error[E34]"),
    ],
)
def test_bad_requests(command: str, code: str) -> None:
    text = run(command)
    assert code in text
    assert text.endswith("[exit 2]")


def test_without_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch.nn", None)
    text = run("archcalc verify lenet5")
    assert text.startswith("error[E39]: verify needs torch, which is not installed")
    assert "Counts do not need it" in text
    assert text.endswith("[exit 3]")


# Not counted is not equal


def test_what_only_states_its_cost_is_not_checked() -> None:
    done = verify(archcalc.analyze("100 | linear 20 | opaque mystery 10 | fc 3").analysis)
    verdicts = {(check.layer, check.key): check.verdict for check in done.checks}
    assert done.verdict == EQUAL
    for key in ("output", "params", "macs", "backward_macs", "peak_memory_bytes"):
        assert verdicts["opaque1", key] == NOT_CHECKED
        assert verdicts["", key] == (EQUAL if key == "output" else NOT_CHECKED)
    assert verdicts["linear1", "macs"] == verdicts["fc1", "macs"] == EQUAL


def test_what_nothing_was_checked_of_is_not_equal() -> None:
    done = verify(archcalc.analyze("100 | opaque mystery 10").analysis)
    assert {check.verdict for check in done.checks if check.layer} == {NOT_CHECKED}


def test_fvcore_names_what_it_does_not_count(fvcore: Any) -> None:
    done = verify(archcalc.analyze("20x16 | linear 8 | lstm 4 | linear 2").analysis)
    checks = {check.layer: check for check in done.checks if check.witness == "fvcore"}
    assert checks["lstm1"].reason == checks[""].reason == "not counted by fvcore: lstm"
    assert checks["linear1"].verdict == checks["linear2"].verdict == EQUAL


def test_fvcore_is_missing_or_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fvcore.nn", None)
    (check,) = fvcore.ORACLE.checks(subject("8x8x3 | conv 3x3x4"))
    assert check.reason == "fvcore is not installed: pip install fvcore"


@pytest.mark.parametrize(
    ("text", "limits", "reason"),
    [
        ("8x8x3 | conv 3x3x4", Limits(cpu_macs=10), "too large for fvcore .* 10 MACs"),
        ("8x8x3 | conv 3x3x4", Limits(cpu_layers=0), "too large for fvcore .* 0 layers"),
        ("8x8x3 | conv 3x3x4", Limits(cpu_bytes=9), "too large for fvcore .* 9 bytes"),
    ],
)
def test_limits_are_stated(text: str, limits: Limits, reason: str) -> None:
    (check,) = fvcore.ORACLE.checks(subject(text, limits))
    assert isinstance(check.theirs, NotCounted)
    assert re.match(reason, check.reason)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("784 | fc 10", "the input is a vector"),
        ("20 | embedding 10x3 | linear 4", "the numbers of tokens have no gradient"),
        ("8x8x3 | gap | fc 3", "every layer sees everything, or no one field is known"),
        ("30x30x3 | conv 3x3x4", "gradients within 1 MACs cannot tell"),
    ],
)
def test_gradients_cannot_tell(text: str, reason: str) -> None:
    (check,) = gradient_field.ORACLE.checks(subject(text, Limits(gradient_macs=1)))
    assert check.reason == reason


@pytest.mark.parametrize("word", LAYERS())
def test_no_example_of_a_layer_differs(word: str, fvcore: Any) -> None:
    for example in LAYERS()[word].examples:
        net = archcalc.analyze(example.format(word=word))
        done = verify(net.analysis, limits=ZOO_LIMITS)
        assert done.having(DIFFERS) == ()
        assert done.having(EQUAL)


def test_gradients_of_large_nets_are_those_of_some_layers() -> None:
    *layers, total = agreed(gradient_field.ORACLE.checks(subject("resnet20", ZOO_LIMITS)))
    assert 0 < len(layers) <= 20
    assert total.means.startswith("at ")
    assert "not compared" in total.remark


# Every oracle can fail, and says where


def swapped(text: str, layer: str, **facts: Any) -> Analysis:
    """Return a net in which one layer states something else than it is."""
    graph = archcalc.read(text)
    nodes = []
    for node in graph.nodes:
        if node.name == layer:
            kind = type("Wrong", (type(node.layer),), facts)
            options = {f.name: getattr(node.layer, f.name) for f in fields(node.layer)}  # type: ignore[arg-type]
            node = node._replace(layer=kind(**options))
        nodes.append(node)
    return walk(replace(graph, nodes=tuple(nodes), stated={}))


def named(analysis: Analysis) -> set[tuple[str, str, str]]:
    """Return oracle, quantity and layer of what differs."""
    found = set()
    asked = verification.Subject(analysis)
    for oracle in ORACLES():
        for check in oracle.checks(asked):
            if check.verdict == DIFFERS:
                found.add((oracle.key, check.key, check.layer))
    return found


def one_more(name: str) -> Any:
    def stated(self: Any, x: Any, y: Any) -> Any:
        return getattr(super(type(self), self), name)(x, y) + 1

    return stated


def test_a_wrong_shape_is_found() -> None:
    wrong = lambda self, x: (5, 7, 7)  # noqa: E731
    found = named(swapped(COUNTED, "conv2", output=wrong))
    assert {("shapes", "output", "conv2"), ("shapes", "output", "")} <= found


def test_a_wrong_name_of_a_weight_is_found() -> None:
    wrong = lambda self, x: {"weights": (6,)}  # noqa: E731
    found = named(swapped(COUNTED, "relu1", weights=wrong))
    assert ("weights", "weights_by_name", "relu1") in found
    assert {("weights", "params", "relu1"), ("weights", "params", "")} <= found


def test_wrong_macs_are_found(fvcore: Any) -> None:
    found = named(swapped(COUNTED, "conv2", macs=one_more("macs")))
    assert {("flop_counter", "macs", "conv2"), ("flop_counter", "macs", "")} <= found
    assert {("fvcore", "macs", "conv2"), ("fvcore", "macs", "")} <= found
    assert not [one for one in found if one[2] not in ("conv2", "")]


def test_a_wrong_backward_pass_is_found() -> None:
    found = named(swapped(COUNTED, "conv1", input_macs=one_more("input_macs")))
    assert found == {
        ("backward", "backward_macs", "conv1"),
        ("backward", "backward_macs", ""),
        ("backward", "training_macs", ""),
    }


def test_a_wrong_field_is_found() -> None:
    blurred = lambda self, x: torch.nn.AvgPool2d(3, 1, 1)  # noqa: E731
    found = named(swapped("20x20x2 | conv1: conv 3x3x4 | relu1: relu", "relu1", build=blurred))
    assert {one for one in found if one[0] == "gradient_field"} == {
        ("gradient_field", "receptive_field", "relu1"),
        ("gradient_field", "receptive_field", ""),
    }


def test_a_wrong_place_of_the_field_is_found() -> None:
    def build(self: Any, x: Any) -> Any:
        return torch.nn.Sequential(torch.nn.ZeroPad2d((1, -1, 1, -1)), torch.nn.ReLU())

    done = verify(swapped("20x20x2 | conv1: conv 3x3x4 | relu1: relu", "relu1", build=build))
    (check, _) = (check for check in done.having(DIFFERS))
    assert (check.layer, check.ours, check.theirs) == ("relu1", "1..4", "0..3")


def test_wrong_memory_is_found() -> None:
    found = named(swapped(COUNTED, "relu1", is_view=lambda self: True))
    assert {("liveness", "peak_memory_bytes", "relu1"), ("liveness", "peak_memory_bytes", "")} <= (
        found
    )


def test_what_autograd_keeps_otherwise_is_found() -> None:
    softsign = lambda self, x: torch.nn.Softsign()  # noqa: E731
    found = named(swapped(COUNTED, "relu1", build=softsign))
    assert ("saved_tensors", "saved_bytes", "relu1") in found
    assert ("saved_tensors", "saved_bytes", "") in found


def test_what_torch_refuses_is_a_difference() -> None:
    refused = lambda self, x: torch.nn.Linear(999, 4)  # noqa: E731
    done = verify(swapped(COUNTED, "conv2", build=refused), limits=NOTHING_COMPUTED)
    (check,) = (one for one in done.having(DIFFERS) if one.key == "output" and one.layer)
    assert check.layer == "conv2"
    assert isinstance(check.theirs, Refused)
    assert "999" in check.theirs.reason


def test_what_torch_cannot_build_is_a_difference() -> None:
    def refused(self: Any, x: Any) -> Any:
        raise ValueError("in_channels must be divisible by groups")

    done = verify(swapped(COUNTED, "conv2", build=refused))
    assert done.verdict == DIFFERS


def test_a_wrong_formula_ends_with_exit_1_and_the_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    from archcalc.layers.linear import FullyConnected

    right = FullyConnected.macs
    monkeypatch.setattr(FullyConnected, "macs", lambda self, x, y: right(self, x, y) + 1)
    text = run("archcalc verify '8x8x4 | conv 3x3x6 | head: fc 3'")
    assert text.endswith("[exit 1]")
    wrong = [line.split() for line in text.splitlines() if line.split()[:1] == ["head"]]
    assert ["head", "MACs", "649", "648", "FlopCounterMode/2"] in wrong
    zoo = run("archcalc verify --zoo mlp")
    assert zoo.endswith("[exit 1]")
    assert "mlp fc" in zoo


# What autograd keeps: figures measured apart from archcalc, and the same with numbers in memory


@pytest.mark.parametrize(
    ("name", "batch", "bytes_kept"),
    [
        ("alexnet:torchvision", 1, 3_741_184),
        ("resnet50", 1, 86_121_984),
        ("resnet50", 2, 2 * 86_015_744),  # the means of batch norm are kept once
    ],
)
def test_what_autograd_keeps(name: str, batch: int, bytes_kept: int) -> None:
    *_, total = agreed(saved_tensors.ORACLE.checks(subject(name, batch=batch)))
    assert total.theirs == bytes_kept


def test_torch_cannot_train_on_one_value_per_channel() -> None:
    *_, total = saved_tensors.ORACLE.checks(subject("8 | bn | fc 2"))
    assert total.verdict == NOT_CHECKED
    assert total.reason.startswith("torch cannot train on a batch of 1: Expected more than 1 value")


def test_json_has_null_where_archcalc_does_not_count() -> None:
    check = verification.Check("params", "params", "", NotCounted("no column"), 3, "count", "torch")
    assert verification._check_data(check, "hwc")["archcalc"] is None


@pytest.mark.parametrize("name", ["lenet5", "squeezenet1_1", "mobilenet_v1_0.25", "resnet20"])
def test_autograd_keeps_the_same_without_numbers(name: str) -> None:
    net, asked = archcalc.analyze(name), subject(name)
    module = asked.built("cpu").train()
    found: dict[str, int] = {}
    parts = dict(module.named_children())
    with saved_tensors.noted(module, parts, found):
        module(torch.zeros(2, *net.graph.inputs["input"]))
    training = asked.training
    assert isinstance(training, Run)
    assert sum(found.values()) == sum(training.saved.values())
