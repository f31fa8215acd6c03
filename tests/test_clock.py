"""Time beside MACs: predictions say so, measurements keep their intervals, a store calibrates."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from archcalc.analysis import Analysis, Settings, walk
from archcalc.calibrating import calibrate, layers_of
from archcalc.clock import Time, compared, predicted
from archcalc.errors import UsageError
from archcalc.latency import Prediction, Work, calibration_layers, parsed, predict, profile, text_of
from archcalc.latency import works as works_of
from archcalc.readers import read
from archcalc.timing import read_times
from archcalc.timing.task import layer_piece

from transcripts import run

NAIVE = "14x14x480 | conv 5x5x48 pad 2"
REDUCED = "14x14x480 | conv 1x1x16 | conv 5x5x48 pad 2"


def analysis(spec: str, **settings: object) -> Analysis:
    return walk(read(spec), Settings(**settings))  # type: ignore[arg-type]


def test_predictions_say_that_they_are() -> None:
    clocked = predicted(
        [analysis(NAIVE), analysis(REDUCED)], ["A", "B"], profile("h200"), batches=(1, 512)
    )
    assert "predicted for NVIDIA H200 SXM" in clocked.title
    assert clocked.basis[0].startswith("Predicted for NVIDIA H200 SXM, not measured")
    assert "error" in clocked.basis[0]
    for times in clocked.times:
        for time in times:
            assert time is not None
            assert 0 < time.low <= time.seconds <= time.high
    small, large = ([one.seconds for one in row if one] for row in clocked.times)
    assert all(more >= less for more, less in zip(large, small, strict=True))
    assert any("B has 21.4x fewer MACs than A." in line for line in clocked.reasons())


def test_a_ratio_within_its_error_is_no_difference() -> None:
    one = Time("A", 1, 10e-6, 5e-6, 20e-6)
    assert compared(Time("B", 1, 9e-6, 4.5e-6, 18e-6), one) == "no clear difference (~0.90x)"
    far = compared(Time("B", 1, 1e-6, 0.5e-6, 2e-6), one)
    assert far.startswith("10x faster (")
    assert compared(None, one) == "?"


def _store(path: Path, device: str) -> list[tuple[str, int, float]]:
    """Write a store of layers whose times follow a device profile exactly."""
    truth = profile(device)
    lines: list[dict[str, object]] = [
        {
            "kind": "run",
            "schema": 1,
            "stopwatch": "fake",
            "device": {"name": "a fake device"},
            "environment": {},
            "flags": {},
            "protocol": {},
            "seed": 0,
            "specs": [],
        }
    ]
    known = []
    for layer in calibration_layers("quick"):
        made = analysis(layer.spec, batch=layer.batch, dtype="bfloat16")
        (work,) = (one for one in works_of(made, layer.batch, "bfloat16") if isinstance(one, Work))
        found = predict(work, truth, "bfloat16")
        if not isinstance(found, Prediction):
            continue
        piece = layer_piece(made.nodes[0], made.facts[0])
        lines.append(
            {
                "kind": "measurement",
                "spec": piece.text,
                "batch": layer.batch,
                "dtype": "bf16",
                "direction": "forward",
                "cache": "cold",
                "compiled": False,
                "name": piece.name,
                "layer": made.nodes[0].layer.word,
                "whole": False,
                "parses": True,
                "samples": [[found.seconds] * 3] * 7,
            }
        )
        known.append((layer.spec, layer.batch, found.seconds))
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return known


def test_a_store_calibrates_a_profile(tmp_path: Path) -> None:
    pytest.importorskip("scipy")
    path = tmp_path / "times.jsonl"
    known = _store(path, "h200")
    times = read_times(str(path))
    assert len(list(layers_of(times))) == len(known) > 20
    made = calibrate(times, profile("h200"), "mine")
    assert made.name == "mine"
    linear = made.calibration("linear", "bfloat16")
    assert linear is not None
    assert "a fake device" in linear.source
    assert parsed(text_of(made), "mine").calibration("linear", "bfloat16") is not None
    for spec, batch, seconds in known:
        (work,) = works_of(analysis(spec, batch=batch, dtype="bfloat16"), batch, "bfloat16")
        assert isinstance(work, Work)
        found = predict(work, made, "bfloat16")
        assert isinstance(found, Prediction)
        assert found.low <= seconds * 1.01
        assert found.high >= seconds * 0.99


def test_a_store_without_layers_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "times.jsonl"
    path.write_text('{"kind": "run", "schema": 1, "stopwatch": "fake"}\n')
    with pytest.raises(UsageError, match="no usable measurement"):
        calibrate(read_times(str(path)))


def test_the_command_shows_predicted_times() -> None:
    said = run(
        f"archcalc compare '{NAIVE}' '{REDUCED}' --time predicted --device h200 "
        "--batches 1,512 --dtype bfloat16"
    )
    assert "Time per batch, predicted for NVIDIA H200 SXM, bfloat16" in said
    assert "not measured" in said
    data = json.loads(
        run(
            f"archcalc compare '{NAIVE}' '{REDUCED}' --time predicted --device h200 "
            "--batches 1 --format json"
        )
    )
    assert data["times"]["basis"] == "predicted"
    assert {row["name"] for row in data["times"]["rows"]} == {"A", "B"}


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ("--time predicted", "a prediction is for a device"),
        ("--time predicted --device h9000", "no device"),
        ("--time predicted --device h200 --batches 0", "no batch size"),
        ("--time measured --times none.jsonl", "cannot read none.jsonl"),
    ],
)
def test_bad_requests(options: str, says: str) -> None:
    said = run(f"archcalc compare '{NAIVE}' '{REDUCED}' {options}")
    assert says in said
    assert "[exit 2]" in said


def test_what_is_measured_for_the_reports_can_be_read() -> None:
    path = Path(__file__).parent / "bench" / "measure.py"
    found = importlib.util.spec_from_file_location("measure", path)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    for device in ("cuda", "cpu"):
        parts = list(module.plan(device))
        assert parts[0].store == "comparisons"
        assert {part.store for part in parts} == {"comparisons", "calibration", "nets", "layers"}
        for part in parts:
            for spec in part.specs:
                assert analysis(spec).output
