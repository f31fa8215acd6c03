"""Predicted times: what layers ask for, the model's invariants, the fit, the device profiles."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import archcalc
from archcalc.arithmetic.unknown import Unknown
from archcalc.cli import archcalc as commands
from archcalc.devices import names, texts
from archcalc.errors import UsageError
from archcalc.latency import (
    KINDS,
    Prediction,
    calibrated,
    calibration_layers,
    fit,
    held_out,
    kernels_of,
    parsed,
    predict,
    predict_all,
    predict_net,
    profile,
    text_of,
    works,
)
from archcalc.latency.fit import parameters_of, seconds
from archcalc.latency.model import Device, floor, multiplying, streaming
from archcalc.latency.work import FREE, KIND_OF_WORD, MULTIPLYING, Work
from archcalc.layers import LAYERS

FIVE = "14x14x480 | conv 5x5x48 pad 2"
np = pytest.importorskip("numpy")


def work_of(spec: str, batch: int = 1, dtype: str = "float32") -> Work:
    """Return what the first layer of a spec asks for."""
    found = works(archcalc.analyze(spec).analysis, batch, dtype)[0]
    assert isinstance(found, Work)
    return found


# spec, batch, kind, M, N, K, groups, bytes in fp32 (input, weights, output)
BY_HAND = [
    (FIVE, 1, "conv", 196, 48, 12000, 1, (376320, 2304192, 37632)),
    (FIVE, 8, "conv", 1568, 48, 12000, 1, (3010560, 2304192, 301056)),
    ("224x224x3 | conv 7x7x64 s2 pad 3 nobias", 2, "conv", 25088, 64, 147, 1,
     (1204224, 37632, 6422528)),
    ("56x56x64 | conv 1x1x256 nobias", 4, "conv", 12544, 256, 64, 1, (3211264, 65536, 12845056)),
    ("27x27x96 | conv 5x5x256 pad 2 groups 2", 1, "grouped conv", 729, 128, 1200, 2,
     (279936, 1229824, 746496)),
    ("56x56x144 | dwconv 3x3 pad 1 nobias", 1, "depthwise conv", 3136, 1, 9, 144,
     (1806336, 5184, 1806336)),
    ("14x14x32 | deconv 4x4x16 s2 pad 1 nobias", 1, "conv", 196, 256, 32, 1, (25088, 32768, 50176)),
    ("784 | fc 10", 32, "linear", 32, 10, 784, 1, (100352, 31400, 1280)),
    ("6x6x256 | fc 4096 nobias", 1, "linear", 1, 4096, 9216, 1, (36864, 150994944, 16384)),
    ("197x768 | linear 3072 nobias", 2, "linear", 394, 3072, 768, 1, (1210368, 9437184, 4841472)),
    ("56x56x64 | relu", 2, "elementwise", 0, 0, 0, 0, (1605632, 0, 1605632)),
    ("55x55x96 | maxpool 3x3 s2", 1, "pooling", 0, 0, 0, 0, (1161600, 0, 279936)),
    ("56x56x64 | bn", 1, "normalization", 0, 0, 0, 0, (802816, 1028, 802816)),
    ("6x6x256 | flatten", 1, "view", 0, 0, 0, 0, (0, 0, 0)),
]  # fmt: skip


@pytest.mark.parametrize(("spec", "batch", "kind", "m", "n", "k", "groups", "moved"), BY_HAND)
def test_work_is_what_a_hand_gets(spec, batch, kind, m, n, k, groups, moved):
    work = work_of(spec, batch)
    assert (work.kind, work.m, work.n, work.k, work.groups) == (kind, m, n, k, groups)
    assert (work.read, work.stored, work.written) == moved
    assert work.bytes == sum(moved)


@pytest.mark.parametrize(
    ("stage", "tiles"),
    [
        ("conv 3x3x8 pad 1", (2 * 49, 2 * 16)),
        ("conv 3x3x8 pad 1 s2", (0, 0)),
        ("conv 3x3x8 pad 2 dilation 2", (0, 0)),
        ("conv 5x5x8 pad 2", (0, 0)),
        ("conv 3x3x8 pad 1 groups 4", (0, 0)),
    ],
)
def test_winograd_tiles_only_where_it_applies(stage, tiles):
    work = work_of(f"14x14x8 | {stage}", batch=2)
    assert (work.tiles2, work.tiles4) == tiles


def examples() -> list[tuple[str, str]]:
    """Return every layer's every example."""
    return [(w, e.replace("{word}", w)) for w, kind in LAYERS().items() for e in kind.examples]


@pytest.mark.parametrize(("word", "spec"), examples())
def test_every_layer_is_a_work_or_says_why_not(word, spec):
    analysis = archcalc.analyze(spec).analysis
    found = works(analysis, 3, "float16")
    assert len(found) == len(analysis.nodes)
    for node, facts, work in zip(analysis.nodes, analysis.facts, found, strict=True):
        if node.layer.word != word:
            continue
        if isinstance(work, Unknown):
            assert word in ("rnn", "lstm", "gru", "opaque")
            assert len(work.reason) > 10
            continue
        assert work.kind in KINDS
        if facts.macs and work.kind in (*MULTIPLYING, "depthwise conv"):
            assert facts.macs * 3 <= work.macs <= facts.macs * 3 * 1.01
        if not facts.is_view:
            assert work.bytes > 0


def test_every_word_has_a_kind():
    assert set(KIND_OF_WORD) | {"rnn", "lstm", "gru", "opaque"} == set(LAYERS())


# The model

DEVICE = Device(300e12, 2e12, 108, 40e6)
TRUE = {
    "launch_us": 3.5, "peak_share": 0.8, "bandwidth_share": 0.75, "small_tile": 0.3,
    "prologue": 2.0, "step_ns": 90.0, "split_us": 2.2, "cache_ratio": 1.6, "cache_share": 0.4,
}  # fmt: skip
NAMES = parameters_of("linear", "bfloat16")

sides = st.integers(1, 30000)


def linear(m: int, n: int, k: int) -> Work:
    return Work(
        "fc", "fc", "linear", m, "bfloat16", m, n, k, 1, (), 2 * m * k, 2 * n * k, 2 * m * n, 0
    )


def calibration_set(count: int, seed: int) -> list[Work]:
    """Return products of all magnitudes."""
    draw = np.random.default_rng(seed)
    sizes = np.exp(draw.uniform(np.log([1, 32, 32]), np.log([16384, 16384, 16384]), (count, 3)))
    return [linear(*(int(size) for size in row)) for row in sizes]


@given(m=sides, n=sides, k=sides, more=st.integers(1, 30000))
@settings(deadline=None, max_examples=60)
def test_a_larger_batch_never_takes_less(m, n, k, more):
    a, b = kernels_of([linear(m, n, k)]), kernels_of([linear(m + more, n, k)])
    assert multiplying(TRUE, a, DEVICE).seconds <= multiplying(TRUE, b, DEVICE).seconds


@given(m=sides, n=sides, k=sides)
@settings(deadline=None, max_examples=60)
def test_neighbours_agree_within_a_wave(m, n, k):
    first, second = kernels_of([linear(m, n, k)]), kernels_of([linear(m + 1, n, k)])
    # one more row may open one more row of tiles: at the worst another wave of a single one
    ratio = multiplying(TRUE, second, DEVICE).seconds / multiplying(TRUE, first, DEVICE).seconds
    assert 1 <= ratio <= 2.01


def specs() -> st.SearchStrategy[str]:
    side, depth = st.sampled_from([7, 14, 28, 56]), st.sampled_from([16, 48, 64, 480])
    stage = st.sampled_from(
        ["conv 1x1x64", "conv 3x3x64 pad 1", "conv 5x5x48 pad 2", "dwconv 3x3 pad 1", "bn",
         "conv 3x3x64 pad 1 s2", "relu", "maxpool 2x2", "conv 3x3x64 pad 1 groups 8", "fc 100"]
    )  # fmt: skip
    return st.builds(lambda s, d, layer: f"{s}x{s}x{d} | {layer}", side, depth, stage)


@given(specs(), st.sampled_from(["h200", "v100", "a100-pcie", "t4", "b200"]), st.integers(1, 300))
@settings(deadline=None, max_examples=60)
def test_predictions_keep_their_promises(spec, device, batch):
    known, dtype = profile(device), "float32"
    less, more = (predict(work_of(spec, b, dtype), known) for b in (batch, batch + 7))
    if isinstance(less, Unknown) or isinstance(more, Unknown):
        return
    assert less.terms.floor <= less.seconds
    assert less.low <= less.seconds <= less.high
    assert less.seconds <= more.seconds * (1 + 1e-12)
    assert "error" in less.error_class.label
    assert less.bound in ("launch", "memory", "compute", "tiles", "algorithm")


def test_the_correction_keeps_the_promises_too():
    found = calibration_set(200, 3)
    kernels = kernels_of(found)
    measured = multiplying(TRUE, kernels, DEVICE).seconds
    measured = measured * np.exp(0.25 * np.sin(np.log2(kernels.m)))  # what no parameter explains
    made = fit(kernels, measured, DEVICE, NAMES, residual=True)
    ladder = kernels_of([linear(m, 1000, 2048) for m in range(1, 600)])
    times = seconds(made, ladder, DEVICE)
    assert (np.diff(times) >= -1e-15).all()
    assert (times >= floor(ladder, DEVICE)).all()
    bare = seconds(replace(made, residual=None), kernels, DEVICE)
    helped = seconds(made, kernels, DEVICE)
    assert np.abs(np.log(helped / measured)).mean() < np.abs(np.log(bare / measured)).mean()


# The fit


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_fit_recovers_known_parameters_within_its_errors(seed):
    kernels = kernels_of(calibration_set(300, seed))
    noise = np.exp(np.random.default_rng(seed).normal(0, 0.03, len(kernels)))
    made = fit(kernels, multiplying(TRUE, kernels, DEVICE).seconds * noise, DEVICE, NAMES)
    for name in ("launch_us", "peak_share", "bandwidth_share", "step_ns", "split_us"):
        off = abs(np.log(made.values[name] / TRUE[name]))
        assert off <= 4 * made.errors[name] + 0.01, (name, made.values[name], made.errors[name])
        assert made.errors[name] < 0.5


def test_outliers_hardly_move_the_fit():
    kernels = kernels_of(calibration_set(200, 5))
    measured = multiplying(TRUE, kernels, DEVICE).seconds
    measured[::20] *= 5
    made = fit(kernels, measured, DEVICE, NAMES)
    assert made.values["peak_share"] == pytest.approx(TRUE["peak_share"], rel=0.08)
    assert made.values["launch_us"] == pytest.approx(TRUE["launch_us"], rel=0.08)


def test_streams_are_recovered_by_two_numbers():
    found = [work_of(f"{s}x{s}x64 | relu", b) for s in (7, 14, 56, 112) for b in (1, 4, 32)]
    kernels = kernels_of(found)
    true = {"launch_us": 2.5, "bandwidth_share": 0.85}
    names = parameters_of("elementwise", "float32")
    made = fit(kernels, streaming(true, kernels, DEVICE), DEVICE, names)
    assert made.values == pytest.approx(true, rel=0.02)
    assert held_out(kernels, streaming(true, kernels, DEVICE), DEVICE, names, 4).mape < 2


def test_a_calibration_on_the_quick_design_predicts_other_layers():
    base = profile("b200")
    layers = calibration_layers("quick")
    asked = [work_of(layer.spec, layer.batch, "bfloat16") for layer in layers]
    device, truth = base.device("bfloat16"), []
    for work in asked:
        one = kernels_of([work])
        product = work.kind in MULTIPLYING
        truth.append(
            float(multiplying(TRUE, one, device).seconds[0])
            if product
            else float(streaming(TRUE, one, device)[0])
        )
    made = calibrated(base, asked, truth, source="made up", uncertainty=[0.02] * len(asked))
    assert {c.kind for c in made.calibrations} == {work.kind for work in asked}
    other = [linear(300, 3000, 700), linear(5000, 5000, 500), linear(1, 1000, 9000)]
    expected = multiplying(TRUE, kernels_of(other), device).seconds
    for one, true in zip(predict_all(other, made), expected, strict=True):
        assert isinstance(one, Prediction)
        assert one.seconds == pytest.approx(true, rel=0.15)
        assert one.error_class.score.n == sum(work.kind == "linear" for work in asked)
    assert parsed(text_of(made), "b200").calibrations[0].fit.values == pytest.approx(
        made.calibrations[0].fit.values, rel=1e-3
    )


@pytest.mark.parametrize(("size", "least", "most"), [("quick", 24, 40), ("full", 250, 330)])
def test_the_designs_span_regimes_and_kinds(size, least, most):
    layers = calibration_layers(size)
    assert least <= len(layers) <= most
    assert len(set(layers)) == len(layers)
    assert {layer.regime for layer in layers} == {
        "launch",
        "bandwidth",
        "compute",
        "tiles",
        "long K",
    }
    counts: dict[str, int] = {}
    for layer in layers:
        work = work_of(layer.spec, layer.batch)
        assert work.kind == layer.kind
        counts[layer.kind] = counts.get(layer.kind, 0) + 1
    assert min(counts.values()) >= 4
    kinds = "linear|conv|depthwise conv|grouped conv|pooling|normalization|elementwise"
    assert set(counts) == set(kinds.split("|"))


def test_the_design_refuses_other_sizes():
    with pytest.raises(UsageError):
        calibration_layers("huge")


# Predictions


def test_far_outside_nothing_is_predicted_and_near_it_widens():
    known = profile("h200")
    hull = known.calibration("linear", "bfloat16").hull
    inside = predict(linear(512, 4096, 4096), known)
    outside = predict(linear(512, 4096, int(hull["k"][1]) * 4), known)
    assert outside.high / outside.seconds > 1.3 * inside.high / inside.seconds
    refused = predict(linear(512, 4096, int(hull["k"][1]) * 40), known)
    assert isinstance(refused, Unknown)
    assert "larger than any linear layer" in refused.reason


def test_what_was_not_calibrated_says_so():
    conv = predict(work_of(FIVE, 1, "bfloat16"), profile("h200"))
    assert "from linear layers" in conv.error_class.label
    nothing = predict(work_of(FIVE, 1, "bfloat16"), profile("b200"))
    assert "nothing calibrated" in nothing.error_class.label
    assert nothing.high / nothing.seconds > 2
    # what was fitted to 3x3 convolutions of stride 1 is not used for 5x5
    assert "from linear layers" in predict(work_of(FIVE), profile("v100")).error_class.label
    three = predict(work_of("14x14x480 | conv 3x3x48 pad 1", 32), profile("v100"))
    assert "held-out error" in three.error_class.label


def test_the_choice_of_tile_is_told():
    found = predict(linear(196, 48, 12000), profile("h200"))
    assert found.terms.split > 1
    assert "64x16 tile, 3 waves, 74% filled" in found.terms.text
    assert "K split in" in found.terms.text


def test_a_device_without_the_format_is_an_error():
    with pytest.raises(UsageError, match="no peak for bfloat16"):
        predict(linear(1, 1, 1), profile("v100"))


NET = "56x56x64 | conv 3x3x64 pad 1 | bn | relu | conv 1x1x64 | bn | relu | gap | fc 10"


def test_a_net_is_the_slower_of_host_and_device_or_the_device_alone():
    net, known = archcalc.analyze(NET).analysis, profile("h200")
    eager, graph, compiled = (
        predict_net(net, known, batch=8, dtype="bfloat16", mode=mode)
        for mode in ("eager", "graph", "compile")
    )
    assert eager.seconds == max(eager.host, eager.device)
    assert graph.seconds == graph.device == eager.device
    assert graph.device == pytest.approx(sum(p.seconds for p in graph.layers.values()))
    assert compiled.seconds < graph.seconds
    assert sum(p.seconds == 0 for p in compiled.layers.values()) == 2
    assert graph.low < graph.seconds < graph.high
    assert not graph.unknown
    with pytest.raises(UsageError):
        predict_net(net, known, mode="fast")


def test_a_net_with_a_layer_that_nobody_can_time_says_which():
    net = archcalc.analyze("20x16 | lstm 32 | linear 8").analysis
    found = predict_net(net, profile("t4"))
    assert next(iter(found.unknown.values())).startswith("a recurrence")
    assert found.seconds > 0


# Profiles

# name, dtype, TFLOP/s, GB/s, multiprocessors, ridge point
FIGURES = [
    ("v100", "float32", 15.7, 900, 80, 17.4), ("v100", "float16", 125, 900, 80, 138.9),
    ("t4", "float16", 65, 320, 40, 203.1), ("a100-sxm-40", "bfloat16", 312, 1555, 108, 200.6),
    ("a100-sxm-80", "bfloat16", 312, 2039, 108, 153.0), ("a100-pcie", "tf32", 156, 1935, 108, 80.6),
    ("a10g", "bfloat16", 125, 600, 80, 208.3), ("l4", "bfloat16", 121, 300, 58, 403.3),
    ("l40s", "bfloat16", 362, 864, 142, 419.0), ("rtx3090", "float32", 35.6, 936, 82, 38.0),
    ("rtx4090", "float32", 82.6, 1008, 128, 81.9), ("h100-sxm", "bfloat16", 989, 3350, 132, 295.2),
    ("h100-pcie", "bfloat16", 756, 2000, 114, 378.0), ("h200", "bfloat16", 989, 4800, 132, 206.0),
    ("h200", "float32", 67, 4800, 132, 14.0), ("b200", "bfloat16", 2250, 8000, 148, 281.3),
]  # fmt: skip


@pytest.mark.parametrize(("name", "dtype", "peak", "bandwidth", "processors", "ridge"), FIGURES)
def test_profiles_hold_the_datasheets_figures(name, dtype, peak, bandwidth, processors, ridge):
    known = profile(name)
    assert known.device(dtype)[:3] == pytest.approx((peak * 1e12, bandwidth * 1e9, processors))
    assert known.ridge(dtype) == pytest.approx(ridge, rel=0.01)


def test_the_figures_cover_every_profile():
    assert {row[0] for row in FIGURES} == set(names())
    assert len(names()) == 14


# fused multiply-adds per clock and multiprocessor, by device and format
PER_CLOCK = [
    ("v100", "float16", 512), ("t4", "float16", 512), ("a100-sxm-80", "bfloat16", 1024),
    ("h100-sxm", "bfloat16", 2048), ("h200", "bfloat16", 2048), ("b200", "bfloat16", 4096),
    ("l40s", "bfloat16", 512), ("rtx4090", "bfloat16", 256), ("v100", "float32", 64),
]  # fmt: skip


@pytest.mark.parametrize(("name", "dtype", "each"), PER_CLOCK)
def test_peaks_follow_from_clocks(name, dtype, each):
    known = profile(name)
    made = known.processors.value * known.clock.value * 2 * each
    assert known.device(dtype).peak == pytest.approx(made, rel=0.02)


@pytest.mark.parametrize("name", names())
def test_every_figure_has_a_source_and_every_fit_its_error(name):
    known = profile(name)
    figures = [known.bandwidth, known.processors, known.cache, known.clock, *known.peaks.values()]
    assert all(len(figure.source) > 8 and figure.value > 0 for figure in figures)
    for found in known.calibrations:
        assert found.source.startswith("fitted to timings published by")
        assert found.fit.n >= 60
        assert 0 < found.error.median < found.error.p90
        assert found.error.mape < 30
        assert set(found.fit.values) == set(parameters_of(found.kind, found.dtype))
        assert set(found.fit.errors) == set(found.fit.values)
        assert found.hull
    assert parsed(text_of(known), name) == known


def test_a_profile_that_is_none_is_an_error(tmp_path):
    with pytest.raises(UsageError, match='no device "h300"'):
        profile("h300")
    for text in ("schema: 1\n", "[1, 2", "schema: 9\nname: x\n", "3"):
        path = tmp_path / "own.yaml"
        path.write_text(text, "utf-8")
        with pytest.raises(UsageError, match="profile own"):
            profile(str(path))
    path.write_text(texts()["t4"], "utf-8")
    assert profile(str(path)).title == "NVIDIA T4"


def run(*arguments: str) -> str:
    """Return what a command prints."""
    done = CliRunner().invoke(commands, arguments)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize("format_", ["table", "plain", "markdown", "csv", "html"])
def test_devices_are_listed(format_):
    shown = run("devices", "--format", format_)
    assert all(name in shown for name in names())


def test_devices_as_data_and_one_device():
    data = json.loads(run("devices", "--format", "json"))
    assert {one["name"] for one in data["devices"]} == set(names())
    shown = run("devices", "h200")
    assert "NVIDIA H200 datasheet" in shown
    assert "held out" in shown


def test_free_layers_take_no_time():
    found = predict(work_of("6x6x256 | flatten"), profile("t4"))
    assert (work_of("6x6x256 | flatten").kind, found.seconds) == (FREE, 0.0)
