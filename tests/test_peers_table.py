"""The README's table of probes is the recorded one, and the record is of these probes."""

from __future__ import annotations

from pathlib import Path

import pytest
from peers.table import MARKED, README, TOOLS, ratio, recorded, release, rendered, tools

TORCH = Path(__file__).with_name("torch")


def test_the_readme_has_the_recorded_table() -> None:
    found = MARKED.search(README.read_text(encoding="utf-8"))
    assert found is not None
    assert found[2] == rendered(recorded()), "run: python tests/peers/table.py"


def test_the_record_names_its_columns() -> None:
    record = recorded()
    assert record["tools"] == tools(record["versions"])
    assert [release(v) for v in ("2.13.0+cpu", "0.1.5.post2", "1.8.0")] == [
        "2.13.0", "0.1.5", "1.8.0",
    ]  # fmt: skip


def test_archcalc_is_exact_on_all_twenty() -> None:
    record = recorded()
    assert len(record["probes"]) == 20
    for probe in record["probes"]:
        assert probe["printed"]["archcalc"] == probe["macs"], probe["name"]


def test_the_record_is_of_the_probes(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch.nn")
    monkeypatch.syspath_prepend(TORCH)
    from probe_modules import BIASES, PROBES

    hand = {name: (macs, BIASES.get(name, 0)) for name, (_, _, macs) in PROBES.items()}
    record = recorded()["probes"]
    assert {probe["name"]: (probe["macs"], probe["biases"]) for probe in record} == hand


def test_cells() -> None:
    assert [ratio(n, 300) for n in (300, 0, 1200, 302)] == ["1", "0", "4", "1.007"]
    printed = dict.fromkeys(TOOLS, 300) | {"thop": "KeyError: 3", "fvcore": 303}
    probe = {"name": "a layer", "macs": 300, "biases": 3, "printed": printed}
    text = rendered({"versions": {"torch": "2.0.0+cpu"}, "probes": [probe]})
    assert "FlopCounterMode, CPU 2.0.0 " in text
    assert "(1) thop stops with `KeyError: 3`." in text
    assert text.count("**1**") == len(TOOLS) - 2
    assert text.count("**0**") == 2
