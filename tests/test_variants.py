"""`--set r=2:64:2`: a net per value, in comparisons and reports; one net elsewhere."""

from __future__ import annotations

import json

import pytest
from json_output import validated

import archcalc

from transcripts import run

NAIVE = "14x14x480 | conv 5x5x48 pad 2"
BY_R = "14x14x480 | conv 1x1x(480/r) | conv 5x5x48 pad 2"
TEXTBOOK = "HxWxC | conv 1x1x(C/r) | conv KxKxN same"


def test_each_value_is_a_net() -> None:
    data = validated(run(f"archcalc compare '{NAIVE}' '{BY_R}' --set r=10:30:10 --format json"))
    nets = data["architectures"]
    assert [net["name"] for net in nets] == ["A", "B r=10", "B r=20", "B r=30"]
    for net, r in zip(nets[1:], (10, 20, 30), strict=True):
        assert net["totals"]["macs"] == archcalc.analyze(BY_R, r=r).total("macs")
    assert nets[3]["totals"]["macs"] == 5_268_480


def test_combinations_of_several_symbols_and_nets() -> None:
    out = run(
        "archcalc compare resnet18 mobilenet_v2 --input HxHx3 --set H=64,96,width=0.5,1 --quiet"
        " --columns macs --format csv"
    )
    header = out.splitlines()[0].split(",")
    nets = [f"resnet18 H={H}" for H in (64, 96)]
    nets += [f"mobilenet_v2 H={H}, width={w}" for H in (64, 96) for w in ("0.5", "1")]
    for name in nets:
        assert any(name in column for column in [*header, *out.replace('"', "").splitlines()]), name
    wide = archcalc.analyze("mobilenet_v2", input="96x96x3", width="0.5").total("macs")
    assert str(wide) in out


def test_what_cannot_be_is_left_out_and_said() -> None:
    out = run(f"archcalc compare '{BY_R}' --set r=6:8 --columns macs")
    assert "note: left out 1 (r=7): 480/r = 480/7 is not a whole number" in out
    assert "A r=6" in out
    assert "A r=7" not in out.replace("(r=7)", "")
    assert "with r=" not in out
    none = run(f"archcalc compare '{BY_R}' --set r=7,11")
    assert "error[E27]: 480/r = 480/7 is not a whole number" in none


def test_other_symbols_stay() -> None:
    out = run(f"archcalc compare '{TEXTBOOK}' --set r=2,4 --columns macs --format json")
    nets = json.loads(out)["architectures"]
    assert [net["name"] for net in nets] == ["A r=2", "A r=4"]
    assert {net["totals"]["macs"]["expr"] for net in nets} == {
        str(archcalc.analyze(TEXTBOOK, r=r).formula("macs")).replace("^", "**") for r in (2, 4)
    }


def test_stated_divisibility_and_a_range() -> None:
    out = run(
        "archcalc compare 'HxHx3 | conv 3x3x8 s2 pad 1' --assume 'H = 2*h' --set h=4,5"
        " --columns output,macs --format json"
    )
    nets = json.loads(out)["architectures"]
    assert [net["name"] for net in nets] == ["A h=4", "A h=5"]
    assert [net["totals"]["macs"] for net in nets] == [4 * 4 * 8 * 27, 5 * 5 * 8 * 27]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "compare '9x9xC | conv 1x1x8' --set C=1:200",
            "200 nets are too many to compare (limit 100)",
        ),
        (f"compare '{BY_R}' --set q=2,4", "no symbol q in any spec"),
        (f"compare '{BY_R}' --set r=4:2", "ends before it starts"),
        (
            f"summary '{BY_R}' --set r=2:4",
            '"2:4" is a range, and here a symbol stands for one number',
        ),
        (
            f"explain '{BY_R}' --set r=2,4",
            '"2,4" is a range, and here a symbol stands for one number',
        ),
        (f"compare '{BY_R}' --set r=2:", '"2:" is no number and no range'),
    ],
)
def test_errors(line: str, said: str) -> None:
    out = " ".join(run(f"archcalc {line}").split())
    assert said in out
    assert "[exit 2]" in out


def test_reports_of_ranges_and_of_stated_divisibility() -> None:
    out = run(f"archcalc report '{NAIVE}' '{BY_R}' --set r=10:30:10")
    assert out.startswith("# A, B r=10, B r=20 and B r=30\n")
    assert "Against A, B r=30 has 21.4x fewer MACs" in out
    some = run(f"archcalc report '{BY_R}' --set r=6:8").split("note: left out")[0]
    assert "left out 1 (r=7): 480/r = 480/7 is not a whole number." in some
    symbolic = run("archcalc report resnet18 --input HxHx3 --assume 'H = 32*h'")
    assert r"37011456\*h^2 + 512000" in symbolic
    assert "Symbols are whole numbers of at least 1." in symbolic


@pytest.mark.parametrize("change", ["--input 64x64x3", "--input HxHx3", "--set n2=3"])
def test_figures_are_those_of_the_net_as_published(change: str) -> None:
    assert "Published figures" in run("archcalc report resnet18")
    assert "Published figures" in run("archcalc report resnet18 --input 224x224x3 --set n2=2")
    assert "Published figures" not in run(f"archcalc report resnet18 {change}")
