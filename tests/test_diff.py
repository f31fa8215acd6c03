"""What changed between two nets: layers matched, totals, formats, bases that cannot be compared."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from json_output import validated

from archcalc.analysis import Settings, walk
from archcalc.changes.amounts import both, relative, signed
from archcalc.changes.matching import layer_changes
from archcalc.changes.states import Counting, State, count_as_json, saved_states, state
from archcalc.readers import read

from transcripts import run

NAIVE = "14x14x480 | conv 5x5x48 pad 2"
REDUCED = "14x14x480 | conv 1x1x16 | conv 5x5x48 pad 2"


def made(spec: str) -> State:
    return state(walk(read(spec), Settings()), "net", Counting())


def kinds(before: str, after: str) -> list[tuple[str, str]]:
    changes = layer_changes(made(before), made(after))
    return [(one.kind, one.name) for one in changes if one.kind != "same"]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (NAIVE, NAIVE, []),
        (NAIVE, REDUCED, [("added", "conv1"), ("renamed", "conv1 -> conv2")]),
        (REDUCED, NAIVE, [("renamed", "conv2 -> conv1"), ("removed", "conv1")]),
        ("9x9x3 | a: conv 3x3x4", "9x9x3 | b: conv 3x3x4", [("renamed", "a -> b")]),
        ("9x9x3 | a: conv 3x3x4", "9x9x3 | a: conv 3x3x8", [("changed", "a")]),
        (
            "9x9x3 | a: conv 3x3x4 | b: conv 3x3x4",
            "9x9x3 | a: conv 3x3x4 | new: relu | b: conv 3x3x4",
            [("added", "new")],
        ),
        # widened: as many layers as before, so each keeps its name and its follower changes
        (
            "32x32x3 | conv 3x3x64 pad 1 | conv 3x3x64 pad 1",
            "32x32x3 | conv 3x3x128 pad 1 | conv 3x3x64 pad 1",
            [("changed", "conv1"), ("changed", "conv2")],
        ),
        # inserted in front of equal ones: the same layers, one more
        (
            "8x8x4 | conv 3x3x4 pad 1 | conv 3x3x4 pad 1",
            "8x8x4 | conv 3x3x4 pad 1 | conv 3x3x4 pad 1 | conv 3x3x4 pad 1",
            [("added", "conv3")],
        ),
        # renamed and moved onto another shape is another layer
        ("9x9x3 | a: conv 3x3x4", "8x8x3 | b: conv 3x3x4", [("added", "b"), ("removed", "a")]),
    ],
)
def test_layers_are_matched(before: str, after: str, expected: list[tuple[str, str]]) -> None:
    assert kinds(before, after) == expected


def test_every_layer_is_matched_once() -> None:
    """Each layer of both nets stands in exactly one change, whatever the nets are."""
    for before, after in [("resnet18", "resnet34"), ("vgg16", "vgg11"), ("alexnet", "lenet5")]:
        old, new = made(before), made(after)
        changes = layer_changes(old, new)
        assert [one.after for one in changes if one.after] == list(new.layers)
        names = sorted(one.before.name for one in changes if one.before)
        assert names == sorted(layer.name for layer in old.layers)


def test_totals_add_up() -> None:
    """What the layers gained and lost is what the net did."""
    old, new = made("resnet18"), made("resnet34")
    for key in ("macs", "params"):
        growth = 0
        for one in layer_changes(old, new):
            growth += one.after.values[key] or 0 if one.after else 0
            growth -= one.before.values[key] or 0 if one.before else 0
        assert growth == new.totals[key] - old.totals[key]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (1000, 1000, ("1.000K", "same", "same")),
        (1000, 2000, ("1.000K -> 2.000K", "+1.000K", "+100.0%")),
        (1000, 2001, ("1.000K -> 2.001K", "+1.001K", "2.00x more")),
        (1000, 0, ("1.000K -> 0", "-1.000K", "-100.0%")),
        (0, 7, ("0 -> 7", "+7", "+7")),
        (10**9, 10**9 - 1, ("1,000,000,000 -> 999,999,999", "-1", "-1")),
        (None, 7, ("- -> 7", "differs", "differs")),
    ],
)
def test_amounts(before: int | None, after: int, expected: tuple[str, str, str]) -> None:
    found = both(before, after), signed(before, after), relative(before, after)
    assert found == expected


def test_a_saved_file_reads_back_as_it_was(tmp_path: Path) -> None:
    for spec in ("resnet18", "HxWxC | conv KxKxN", "9x9x3 | opaque one 9x9x8 | conv 3x3x8"):
        path = tmp_path / "base.json"
        run(f"archcalc summary '{spec}' --format json -o {path}")
        counting, (saved,) = saved_states(str(path))
        live = state(walk(read(spec)), saved.name, counting)
        assert counting == Counting()
        assert saved.totals == live.totals
        assert [x for x in layer_changes(saved, live) if x.kind != "same"] == []
        data = json.loads(path.read_text(encoding="utf-8"))["architectures"][0]["totals"]
        for key in ("macs", "params", "activations", "peak_memory_bytes"):
            assert count_as_json(saved.totals[key]) == data[key]


def test_the_page() -> None:
    text = run(f"archcalc diff '{NAIVE}' '{REDUCED}'")
    assert "total           112.9M -> 5.268M  -95.3%  576.0K -> 26.94K  -95.3%" in text
    assert "+  conv1           added 1.505M" in text
    assert "-  conv1 -> conv2  112.9M -> 3.763M" in text
    assert "[exit" not in text
    assert text.isascii()


def test_exact() -> None:
    text = run(f"archcalc diff '{NAIVE}' '{REDUCED}' --exact --columns macs")
    assert "112,896,000 -> 5,268,480  -95.3%" in text
    assert "added 1,505,280" in text


def test_all_columns_are_those_that_count() -> None:
    data = json.loads(run("archcalc diff resnet18 resnet34 --columns all --format json"))
    keys = [one["quantity"] for one in data["nets"][0]["totals"]]
    assert {"macs", "params", "depth", "weight_bytes"} < set(keys)
    assert not {"output", "receptive_field", "arithmetic_intensity"} & set(keys)


def test_nothing_changed() -> None:
    text = run("archcalc diff resnet18 resnet18")
    assert "total  1.814G  11.69M" in text
    assert "->" not in text


@pytest.mark.parametrize("pair", ["resnet18 resnet34", "alexnet vgg16", "mobilenet_v2 resnet50"])
def test_fits_80_columns(pair: str) -> None:
    for line in run(f"archcalc diff {pair} --fail-if 'macs > +1%'").splitlines():
        assert len(line) <= 80, line


def test_layers_that_cost_nothing_are_counted_together() -> None:
    text = run(f"archcalc diff '{NAIVE}' '{NAIVE} | relu | relu'")
    assert "2 layers that cost nothing" in text
    data = json.loads(run(f"archcalc diff '{NAIVE}' '{NAIVE} | relu | relu' --format json"))
    assert [one["change"] for one in data["nets"][0]["layers"]] == ["added", "added"]


def test_json_follows_the_schema() -> None:
    for command in (
        f"archcalc diff '{NAIVE}' '{REDUCED}'",
        "archcalc diff resnet18 resnet34 --columns macs,params,peak_memory_bytes --batch 8",
        "archcalc diff 'HxWxC | conv 3x3xN' 'HxWxC | conv 5x5xN' --convention flops2",
        "archcalc diff '9x9x3 | opaque one 9x9x8' '9x9x3 | conv 3x3x8'",
    ):
        data = validated(run(f"{command} --format json"))
    assert data["nets"][0]["totals"][0]["before"]["unknown"]


def test_numbers_in_every_format() -> None:
    command = f"archcalc diff '{NAIVE}' '{REDUCED}'"
    rows = list(csv.DictReader(io.StringIO(run(f"{command} --format csv"))))
    total, added, renamed = rows
    assert (total["macs_before"], total["macs_after"]) == ("112896000", "5268480")
    assert (added["change"], added["macs_before"], added["macs_after"]) == ("added", "", "1505280")
    assert (renamed["before_name"], renamed["layer"]) == ("conv1", "conv2")
    assert "| net | 5.268M (-107.6M, -95.3%) |" in run(f"{command} --format markdown")
    for name in ("html", "latex", "plain"):
        text = run(f"{command} --format {name}")
        assert "5.268M" in text or "5268480" in text


@pytest.mark.parametrize(
    ("saved", "now", "option"),
    [
        ("--convention flops2", "", "--convention flops2"),
        ("", "--convention thop", "--convention macs"),
        ("--batch 8", "", "--batch 8"),
        ("--dtype float16", "", "--dtype float16"),
        ("--train", "", "--train"),
        ("", "--train", "without --train"),
        ("--layout chw", "", "--layout chw"),
    ],
)
def test_another_way_of_counting_is_refused(
    tmp_path: Path, saved: str, now: str, option: str
) -> None:
    path = tmp_path / "base.json"
    run(f"archcalc summary '9x9x9 | fc 10' --format json -o {path} {saved}")
    text = run(f"archcalc diff --base {path} '9x9x9 | fc 10' {now}")
    assert "error[E42]: x not comparable: the base was counted with" in text
    assert f"help: {option}; or save the base anew" in text
    assert text.endswith("[exit 2]")


def test_a_base_of_several_nets(tmp_path: Path) -> None:
    path = tmp_path / "base.json"
    run(f"archcalc compare lenet5 alexnet vgg11 --format json -o {path}")
    text = run(f"archcalc diff --base {path} vgg11 resnet18 alexnet")
    assert "total (new)" in text
    assert "1 of the base's nets not compared: lenet5" in text
    data = json.loads(run(f"archcalc diff --base {path} vgg11 resnet18 --format json"))
    assert [net["is_new"] for net in data["nets"]] == [False, True]
    assert data["not_compared"] == ["lenet5", "alexnet"]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"schema": 2}',
        "nothing",
        '{"schema": 1, "convention": "macs", "layout": "hwc", "batch": 1, "dtype": "float32", '
        '"train": false, "architectures": [{"name": 1}]}',
        '{"schema": 1, "convention": "macs", "layout": "hwc", "batch": 1, "dtype": "float32", '
        '"train": false, "architectures": [{"name": "lenet5", "input": [9], "output": [9], '
        '"layers": [], "totals": {"macs": 1e999}}]}',
        "[" * 100_000,
        "\ud800",
    ],
)
def test_a_broken_base_is_said(tmp_path: Path, content: str) -> None:
    path = tmp_path / "base.json"
    path.write_bytes(content.encode("utf-8", "surrogatepass"))
    text = run(f"archcalc diff --base {path} lenet5")
    assert "error[E33]" in text
    assert "help: save it anew" in text
    assert text.endswith("[exit 2]")


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("diff lenet5", "error[E50]: diff compares two specs"),
        ("diff lenet5 lenet5 lenet5", "got 3"),
        ("diff lenet5 base.json", "what is compared now is a spec"),
        ("diff --base nowhere.json lenet5", "error[E33]: cannot read nowhere.json"),
        ("diff lenet5 lenet5 --columns output", "diff compares counts; output is a shape"),
        ("diff lenet5 lenet5 --columns nothing", "error[E48]"),
        ("diff lenet5 lenet5 --step-summary", "$GITHUB_STEP_SUMMARY, which is not set"),
    ],
)
def test_bad_requests(command: str, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    text = " ".join(run(f"archcalc {command}").split())
    assert expected in text
    assert text.endswith("[exit 2]")


def test_a_strange_base_is_no_crash(tmp_path: Path) -> None:
    """Whatever a saved file holds as counts, there is a page or a clear error."""
    path = tmp_path / "base.json"
    for count in ("-5", '"a\\n::error::b"', "true", "1.5", "null", "[1]", "9" * 400):
        path.write_text(
            '{"schema": 1, "convention": "macs", "layout": "hwc", "batch": 1, "dtype": "float32",'
            '"train": false, "architectures": [{"name": "x", "input": [9], "layers": [],'
            f'"totals": {{"macs": {count}, "params": {count}}}}}]}}',
            encoding="utf-8",
        )
        for name in ("github", "markdown", "json", "csv", "html"):
            text = run(f"archcalc diff --base {path} lenet5 --format {name}")
            assert "internal error" not in text
            assert "\n::" not in text


def test_same_input_same_bytes() -> None:
    for name in ("table", "markdown", "json", "csv", "github"):
        command = f"archcalc diff resnet18 resnet34 --format {name}"
        assert run(command) == run(command)
