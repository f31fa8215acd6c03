"""What reports say about numbers: agreement with printed ones, stored checks, reconciliation."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from archcalc.errors import UsageError
from archcalc.reporting.evidence import Verified
from archcalc.reporting.vocabulary import Vocabulary
from archcalc.table import Table
from archcalc.zoo import entries

ALL_EQUAL = {"equal": 9, "differs": 0, "not_checked": 1}


def column(table: Table, key: str) -> list[object]:
    place = [one.key for one in table.columns].index(key)
    return [row[place].value for row in table.rows]


def test_costs_say_who_and_which_printed_numbers_agree() -> None:
    words = Vocabulary()
    nets = words.architectures("vgg16", "alexnet:torchvision", "lenet5:modern")
    made = words.costs(nets, columns="source,input,macs,agrees,differs", ratios=False)
    assert column(made, "source") == ["Simonyan and Zisserman 2015", "torchvision 0.29.2", "Grosse"]
    assert column(made, "input") == ["224x224x3", "224x224x3", "32x32x1"]
    assert column(made, "agrees with") == [
        "138357544 params, 15.47G MACs", "61100840 params, 0.714G MACs", None,
    ]  # fmt: skip
    assert column(made, "differs from") == ["15.3G MACs", None, None]
    note = made.rows[0][-1].note
    assert "He et al. 2015" in note
    assert "123,633,664" in note  # what the fully connected layers add


def test_figures_of_training_say_so() -> None:
    words = Vocabulary()
    made = words.costs(*words.architectures("googlenet:torchvision"), columns="agrees")
    assert "13.00M params in training" in str(column(made, "agrees with")[0])


def test_agreement_counts_every_figure_once() -> None:
    words = Vocabulary()
    nets = words.architectures("alexnet", "alexnet:ungrouped", "inception28")
    made = words.agreement(nets)
    assert column(made, "family") == ["alexnet", "inception_module", "all"]
    counted = words.verdicts(nets)
    specs = [net.analysis.graph.spec for net in nets]
    assert counted["all"] == sum(len(spec.published) for spec in specs if spec)
    for verdict in ("equal", "rounded", "truncated", "differs"):
        assert column(made, verdict)[-1] == counted[verdict]
    differing = words.disagreements(nets)
    assert len(differing.rows) == counted["differs"]
    assert column(differing, "printed")[-1] == "358M"
    assert column(differing, "computed")[-1] == 271351808


def test_shares_of_a_total() -> None:
    (net,) = Vocabulary().architectures("alexnet")
    assert net.share("params", "fc") + net.share("params", "conv") == 1
    assert net.share("params", "fc") == pytest.approx(58631144 / 60965224)
    assert Vocabulary().net("4 | relu").share("params", "fc") == 0


def test_reconciliation_shows_as_many_ways_as_asked() -> None:
    words = Vocabulary()
    table, *conventions = words.reconcile("resnet50:v1", "3.86G", most=1)
    assert len(conventions) == 1
    assert isinstance(table, Table)
    assert str(column(table, "how")[0]).startswith("resnet50:v1, macs,")
    assert len(table.rows) == 2  # the way, and how many others there are
    assert len(words.reconcile("resnet50:v1", "3.86G")[0].rows) > 2
    with pytest.raises(UsageError, match="no reconciling"):
        words.reconcile("resnet50", "1", metric="depth")


def stored(tmp_path: Path, **nets: dict[str, object]) -> Verified:
    file = tmp_path / "zoo.json"
    found = [
        {"name": name, "layers": 3, "verdict": "equal", **ALL_EQUAL, **one}
        for name, one in nets.items()
    ]
    file.write_text(json.dumps({"torch": "2.13.0", "verified": found}), encoding="utf-8")
    return Verified.read(file)


def check(key: str, ours: int, by: str = "torch", **rest: object) -> dict[str, object]:
    return {
        "quantity": key, "title": key, "layer": None, "archcalc": ours, "witness": ours,
        "by": by, "verdict": "equal", "reason": "", **rest,
    }  # fmt: skip


def test_stored_checks_by_family_witness_and_reason(tmp_path: Path) -> None:
    missing = check("macs", 1, by="fvcore", verdict="not checked", reason="too large")
    run = stored(
        tmp_path,
        mlp={"checks": [check("params", 266610), missing]},
        vgg16={"checks": [check("params", 138357544), missing]},
        vgg11={"checks": [check("params", 132863336), check("params", 5, layer="conv1")]},
    )
    assert run.sums == {
        "nets": 3, "layers": 9, "equal": 27, "differs": 0, "not_checked": 3, "checks": 30,
    }  # fmt: skip
    assert column(run.families(), "family") == ["mlp", "vgg", "all"]
    assert column(run.families(), "nets") == [1, 2, 3]
    assert column(run.listed(), "equal") == [9, 9, 9, 27]
    witnesses = run.witnesses({"torch": "a library"})
    assert column(witnesses, "by") == ["torch", "fvcore"]
    assert column(witnesses, "equal") == [3, 0]  # layers are not whole nets
    assert column(witnesses, "means") == ["a library", ""]
    assert column(run.missing(), "which") == ["mlp, vgg16"]


def test_stored_checks_of_another_net_are_stale(tmp_path: Path) -> None:
    run = stored(
        tmp_path,
        mlp={"checks": [check("params", 266610)]},
        vgg16={"checks": [check("params", 138357543)]},
    )
    nets = Vocabulary().architectures("mlp", "vgg16", "vgg11")
    assert run.changed(nets) == ["vgg16: params 138,357,543, now 138,357,544", "vgg11 is new"]
    assert run.changed(nets[:1]) == []


def test_the_stored_checks_are_of_the_zoo() -> None:
    root = Path(__file__).resolve().parents[1]
    run = Verified.read(root / "reports" / "data" / "verification" / "zoo.json")
    assert run.sums["differs"] == 0
    assert {net["name"] for net in run.nets} <= set(entries())
