"""Layers under the roof: intensities by hand, the roof from the profile, the plot, errors."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import archcalc
from archcalc.analysis import walk
from archcalc.cli import archcalc as commands
from archcalc.errors import MissingDependency, UsageError
from archcalc.graph import Node
from archcalc.latency import predict, profile, works
from archcalc.latency.work import Work
from archcalc.roofline import Roof, Roofline, roofline
from archcalc.roofline.measured import is_device
from archcalc.roofline.picture import MOST_NAMED, drawn
from archcalc.roofline.png import image
from archcalc.roofline.scale import FRAME, Log, free_place
from archcalc.roofline.spots import MOST_MARKS
from archcalc.roofline.svg import document
from archcalc.timing.measurement import Measurement
from archcalc.timing.task import Task, layer_piece
from archcalc.timing.times import Writer

from transcripts import run

pytest.importorskip("numpy")

FIVE = "14x14x480 | conv 5x5x48 pad 2"
SMALL = "28x28x192 | conv 3x3x32 pad 1 | relu | flatten | fc 10"
SVG = "{http://www.w3.org/2000/svg}"


def under(*specs: str, device: str = "h200", **options: object) -> Roofline:
    analyses = [archcalc.analyze(spec).analysis for spec in specs]
    names = [analysis.graph.name or "ABCDEF"[i] for i, analysis in enumerate(analyses)]
    return roofline(analyses, names, profile(device), **options)  # type: ignore[arg-type]


# spec, dtype, batch, FLOPs, bytes (input, weights, output)
BY_HAND = [
    (FIVE, "float32", 1, 2 * 112_896_000 + 9408, 376_320 + 2_304_192 + 37_632),
    (FIVE, "float32", 8, 8 * (2 * 112_896_000 + 9408), 8 * 376_320 + 2_304_192 + 8 * 37_632),
    (FIVE, "bfloat16", 8, 8 * (2 * 112_896_000 + 9408),
     (8 * 376_320 + 2_304_192 + 8 * 37_632) // 2),
    ("512 | fc 10 nobias", "float16", 4, 4 * 2 * 5120, 2 * (4 * 512 + 5120 + 4 * 10)),
    ("8x8x16 | relu", "float32", 2, 2 * 1024, 2 * 2 * 1024 * 4),
    ("8x8x16 | concat(id ; id)", "float32", 1, 0, 4 * (2 * 1024 + 2048)),
]  # fmt: skip


@pytest.mark.parametrize(("spec", "dtype", "batch", "flops", "moved"), BY_HAND)
def test_intensity_by_hand(spec: str, dtype: str, batch: int, flops: int, moved: int) -> None:
    (one,) = under(spec, dtype=dtype, batch=batch).points
    assert (one.flops, one.bytes) == (flops, moved)
    assert one.intensity == flops / moved


@pytest.mark.parametrize(
    ("device", "dtype"), [("h200", "bfloat16"), ("v100", "float32"), ("t4", "float16")]
)
def test_the_roof_is_the_profiles(device: str, dtype: str) -> None:
    roof, known = under(FIVE, device=device, dtype=dtype).roof, profile(device)
    assert (roof.peak, roof.bandwidth) == (known.peaks[dtype].value, known.bandwidth.value)
    assert roof.ridge == known.ridge(dtype)
    assert roof.attainable(roof.ridge) == pytest.approx(roof.peak)
    assert roof.attainable(roof.ridge / 2) == pytest.approx(roof.peak / 2)
    assert roof.attainable(roof.ridge * 7) == roof.peak
    assert (roof.bound(roof.ridge * 0.99), roof.bound(roof.ridge)) == ("memory", "compute")


def test_points_carry_the_prediction_and_its_error() -> None:
    made = under(FIVE, dtype="bfloat16", batch=32)
    (work,) = works(made.analyses[0], 32, "bfloat16")
    assert isinstance(work, Work)
    known = predict(work, profile("h200"))
    (one,) = made.points
    assert one.prediction == known
    assert (one.seconds, one.low, one.high) == (known.seconds, known.low, known.high)  # type: ignore[union-attr]
    assert one.label.startswith("predicted, ")
    assert one.rate == one.flops / one.seconds
    assert one.share(made.roof) == pytest.approx(one.rate / made.roof.attainable(one.intensity))


def test_views_are_left_out_and_unknown_layers_named() -> None:
    made = under("16x32 | lstm 8 | relu | flatten | fc 4")
    assert [one.layer for one in made.points] == ["relu1", "fc1"]
    assert list(made.unknown) == ["lstm1"]
    assert [one.layer for one in under(SMALL).points] == ["conv1", "relu1", "fc1"]
    shown = run("archcalc roofline '16x32 | lstm 8 | relu | flatten | fc 4' --device h200")
    assert "Not placed: lstm1: a recurrence" in shown


@pytest.mark.parametrize("spec", ["lenet5", "resnet50", "vit_b_16"])
def test_a_table_fits_into_80_columns(spec: str) -> None:
    shown = run(f"archcalc roofline {spec} --device h200 --dtype bfloat16 --batch 32")
    assert max(map(len, shown.splitlines())) <= 80
    assert "hidden" not in shown
    assert "Times are predicted, not measured." in shown
    assert "of roof" in shown


def test_formats() -> None:
    line = f"archcalc roofline '{SMALL}' --device h200 --batch 8 --format "
    header, *rows = run(line + "csv").splitlines()
    assert header.startswith("net,layer,flops,bytes,intensity,bound,")
    assert [row.split(",")[1] for row in rows] == ["conv1", "relu1", "fc1"]
    data = json.loads(run(line + "json"))["roofline"]
    assert data["ridge"] == profile("h200").ridge("float32")
    assert [one["layer"] for one in data["layers"]] == ["conv1", "relu1", "fc1"]
    assert {one["basis"] for one in data["layers"]} == {"predicted"}
    assert "| conv1" in run(line + "markdown")
    assert "<table" in run(line + "html")


# Measured times


def store(path: Path, device: str, spec: str = SMALL, *, cache: str = "cold") -> str:
    """Write a store that has the first layer at 20 us, and again warm at 10 us."""
    analysis = archcalc.analyze(spec).analysis
    piece = layer_piece(analysis.nodes[0], analysis.facts[0])
    writer = Writer(str(path))
    writer.begin({"stopwatch": "cuda", "device": {"name": device}, "environment": {}})
    for used, seconds in ((cache, 20e-6), ("warm", 10e-6)):
        key = Task(piece, 8, "bf16", cache=used).key
        rounds = tuple((seconds * (1 + i / 1000),) for i in range(7))
        writer.measurement(Measurement(key, "conv1", rounds))
    writer.close()
    return str(path)


def test_measured_where_measured(tmp_path: Path) -> None:
    path = store(tmp_path / "times.jsonl", "NVIDIA H200")
    made = under(SMALL, dtype="bf16", batch=8, times=path)
    assert [one.is_measured for one in made.points] == [True, False, False]
    one = made.points[0]
    assert one.seconds == pytest.approx(20e-6, rel=0.01)  # the cold one
    assert one.rate == pytest.approx(one.flops / 20e-6, rel=0.01)
    assert one.prediction is not None
    shown = run(f"archcalc roofline '{SMALL}' --device h200 --dtype bf16 --batch 8 --times {path}")
    assert "+-" in shown
    assert "~" in shown
    assert "measured (times.jsonl, on NVIDIA H200)" in shown
    text = document(drawn(made))
    assert "Filled points are measured (times.jsonl, on NVIDIA H200), hollow ones" in text
    marks = [mark.filled for mark in drawn(made).parts if getattr(mark, "title", "")]
    assert marks.count(True) == 2  # the ridge's and that of the layer


@pytest.mark.parametrize("options", [{"batch": 4}, {"dtype": "float16"}])
def test_times_of_other_conditions_are_not_taken(
    tmp_path: Path, options: dict[str, object]
) -> None:
    path = store(tmp_path / "times.jsonl", "NVIDIA H200")
    made = under(SMALL, **{"dtype": "bfloat16", "batch": 8, "times": path, **options})
    assert not any(one.is_measured for one in made.points)


def test_times_of_another_device_are_refused(tmp_path: Path) -> None:
    path = store(tmp_path / "times.jsonl", "AMD EPYC 9654")
    with pytest.raises(UsageError, match="AMD EPYC 9654, not of NVIDIA H200 SXM") as refused:
        under(SMALL, times=path)
    assert refused.value.code == "E61"


@pytest.mark.parametrize(
    ("name", "device", "is_it"),
    [
        ("NVIDIA H200", "h200", True),
        ("NVIDIA A100-SXM4-80GB", "a100-sxm-80", True),
        ("NVIDIA A100 80GB PCIe", "a100-sxm-80", False),
        ("NVIDIA A100 80GB PCIe", "a100-pcie", True),
        ("NVIDIA GeForce RTX 3090", "rtx3090", True),
        ("NVIDIA L40S", "l4", False),
        ("Tesla T4", "t4", True),
        ("", "t4", False),
    ],
)
def test_names_of_devices(name: str, device: str, is_it: bool) -> None:
    assert is_device(name, profile(device)) == is_it


# The plot


def texts(svg: str) -> list[str]:
    """Return what all text and title elements of a drawing say."""
    root = ElementTree.fromstring(svg)
    return [
        "".join(one.itertext()) for one in root.iter() if one.tag in (SVG + "text", SVG + "title")
    ]


def test_a_drawing_names_every_layer() -> None:
    made = under("googlenet", dtype="bfloat16", batch=32)
    picture = drawn(made)
    said = texts(document(picture))
    titles = [one.split(": ")[0].split(", ") for one in said if "of the roof" in one]
    named = [name for names in titles for name in names]
    computing = [one.layer for one in made.points if one.flops]
    assert sorted(named) == sorted(computing)
    assert "Roofline: NVIDIA H200 SXM, bfloat16, batch 32" in said
    assert "Every point is predicted, not measured." in said
    assert "ridge 206 FLOP/B" in said
    assert any(one.startswith("Not drawn, as they move bytes") for one in said)
    numbers = {str(i) for i in range(1, 41)}  # of many marks those that take longest
    assert len(titles) > len(numbers) > MOST_NAMED
    assert numbers <= set(said)
    assert "41" not in said
    bare = len(titles) - len(numbers)
    assert f"Marks without a number: {bare}, which take less time than those with one." in said
    assert not any("," in one and one.endswith(" GFLOP/s") for one in said)


def test_few_layers_carry_their_names() -> None:
    said = texts(document(drawn(under(SMALL))))
    assert {"conv1", "relu1", "fc1"} <= set(said)


def test_what_users_write_is_escaped() -> None:
    label = '<script>alert("&")</script>\x07\u202e'
    graph = archcalc.analyze("8x8x3 | conv 3x3x4").analysis.graph
    (node,) = graph.nodes
    named = walk(replace(graph, nodes=(Node(label, node.layer, node.inputs),), output=label))
    made = roofline([named, named], ["a<b", "]]>"], profile("h200"))
    document_ = document(drawn(made))
    assert "<script" not in document_
    assert not {"\x07", "\u202e"} & set(document_)
    said = texts(document_)
    assert {"a<b", "]]>"} <= set(said)
    assert any('a<b, <script>alert("&")</script>??: ' in one for one in said)


def test_a_drawing_is_the_same_every_time() -> None:
    assert document(drawn(under("alexnet"))) == document(drawn(under("alexnet")))


def test_too_many_places_are_cut_and_said() -> None:
    chain = " | ".join(f"conv 1x1x{i}" for i in range(2, MOST_MARKS + 12))
    made = under(f"4x4x1 | {chain}")
    said = texts(document(drawn(made)))
    assert len([one for one in said if "of the roof" in one]) == MOST_MARKS
    assert any(one.startswith(f"Not drawn: {len(made.points) - MOST_MARKS} more") for one in said)


def test_marks_lie_in_the_plot_and_under_the_roof() -> None:
    made = under("resnet50", dtype="bfloat16", batch=32)
    left, top, right, bottom = FRAME
    marks = [one for one in drawn(made).parts if "of the roof" in getattr(one, "title", "")]
    assert marks
    for mark in marks:
        assert left - 4 <= mark.x <= right + 4  # type: ignore[union-attr]
        assert top - 4 <= mark.y <= bottom + 4  # type: ignore[union-attr]
    assert all(one.share(made.roof) <= 1 for one in made.points)


def test_nets_have_signs_of_their_own() -> None:
    picture = drawn(under(f"one: {SMALL}", f"two: {FIVE}"))
    shapes = {mark.shape for mark in picture.parts if "of the roof" in getattr(mark, "title", "")}
    assert shapes == {"circle", "square"}
    assert {"one", "two"} <= set(texts(document(picture)))
    with pytest.raises(UsageError, match="4 nets at most"):
        drawn(under(*[FIVE] * 5))


@given(st.lists(st.floats(1e-9, 1e18), min_size=1, max_size=9))
def test_axes_hold_their_values(values: list[float]) -> None:
    axis = Log.around(values, 0.0, 100.0)
    assert all(0 <= axis.at(value) <= 100 for value in values)
    assert sorted(values) == sorted(values, key=lambda value: (axis.at(value), value))  # ties


def test_labels_take_free_places() -> None:
    taken: list[tuple[float, float, float, float]] = []
    for _ in range(12):
        left, low, _far = free_place(300, 300, 40, 12, taken, FRAME)
        box = (left, low - 12, left + 40, low)
        assert not any(
            min(box[2], b[2]) > max(box[0], b[0]) and min(box[3], b[3]) > max(box[1], b[1])
            for b in taken
        )
        taken.append(box)


@given(st.floats(1e9, 1e16), st.floats(1e9, 1e14), st.floats(1e-3, 1e5))
def test_the_roof_never_exceeds_either_bound(peak: float, bandwidth: float, at: float) -> None:
    roof = Roof(peak, bandwidth)
    assert roof.attainable(at) <= min(peak, bandwidth * at)
    assert roof.attainable(at) <= roof.attainable(2 * at)


# The command


def test_pictures_from_the_command_line(tmp_path: Path) -> None:
    path = tmp_path / "roofline.svg"
    run(f"archcalc roofline '{SMALL}' --device h200 -o {path}")
    text = path.read_text("utf-8")
    assert "conv1" in texts(text)
    assert run(f"archcalc roofline '{SMALL}' --device h200 --format svg") == text.rstrip("\n")


def test_a_png_without_matplotlib(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("figure", "backends.backend_agg"):
        monkeypatch.setitem(sys.modules, f"matplotlib.{name}", None)
    picture = drawn(under(SMALL))
    with pytest.raises(MissingDependency, match="needs matplotlib") as refused:
        image(picture)
    assert (refused.value.code, refused.value.exit_code) == ("E39", 3)
    path = tmp_path / "roofline.png"
    assert run(f"archcalc roofline '{SMALL}' --device h200 -o {path}").endswith("[exit 3]")
    assert not path.exists()


def test_a_png_with_matplotlib() -> None:
    pytest.importorskip("matplotlib")
    picture = drawn(under("8x8x3 | conv 3x3x4", SMALL))
    assert image(picture)[:4] == b"\x89PNG"
    assert image(picture) == image(picture)


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        ([FIVE], "E61", "a roof is a device's"),
        ([FIVE, "--device", "gtx1"], "E61", "no device"),
        ([FIVE, "--device", "v100", "--dtype", "bfloat16"], "E61", "no peak for bfloat16"),
        ([FIVE, "--device", "h200", "--dtype", "int3"], "E48", "unknown dtype"),
        (["8x8x3 | flatten", "--device", "h200"], "E61", "nothing lies under the roof"),
        (["CxHxW | conv 3x3x4", "--device", "h200"], "E61", "symbols"),
        ([FIVE, "--device", "h200", "--format", "png"], "E51", "goes to a file"),
        ([FIVE, "--device", "h200", "-o", "roof.bmp"], "E51", "no format"),
        ([FIVE, "--device", "h200", "-o", "no/such/folder/roof.svg"], "E33", "cannot write"),
        ([FIVE, "--device", "h200", "--times", "no-such.jsonl"], "E33", "no-such.jsonl"),
    ],
)
def test_errors(arguments: list[str], code: str, word: str) -> None:
    done = CliRunner().invoke(commands, ["roofline", *arguments])
    assert isinstance(done.exception, UsageError)
    assert done.exception.code == code
    assert word in done.exception.message
