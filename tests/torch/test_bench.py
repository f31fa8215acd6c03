"""``archcalc bench`` with torch: equality first, a real run on the processor, the command line."""

from __future__ import annotations

import json
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import nn

import archcalc
from archcalc.errors import MissingDependency, UsageError
from archcalc.layers.conv import Conv
from archcalc.oracles.subject import Subject
from archcalc.renderers import render
from archcalc.timing import Rules, cuda, measure, measuring, read_times
from archcalc.timing.cpu import Cpu, cache_bytes
from archcalc.timing.equality import idle, refusals
from archcalc.timing.fake import Fake, Script
from archcalc.timing.plan import planned
from archcalc.timing.replay import Replay
from archcalc.timing.stopwatch import DoesNotFit
from archcalc.timing.task import Task
from archcalc.timing.workload import Workload, precision

from transcripts import run

TINY = "8x8x4 | conv 3x3x8 p1 +relu | flatten | fc 10"
FAST = Rules(rounds=2, replays=2, limit=0.02)


def analysis(text: str) -> Any:
    return archcalc.analyze(text).analysis


def tasks(text: str, **options: Any) -> list[Task]:
    return [Task(piece, **options) for piece in planned(analysis(text), "A").pieces]


# Equality before timing


@pytest.mark.parametrize(
    "text",
    [
        TINY,
        "14x14x48 | res( conv 3x3x48 p1 groups 4 +bn +relu )",
        "16x32 | attn heads 4 | ln | linear 64",
        "12 | embedding 100x16 | lstm 8",
    ],
)
def test_what_agrees_is_timed(text: str) -> None:
    assert refusals(Subject(analysis(text))) == {}


def wrong_shape(self: Any, *inputs: Any) -> nn.Module:
    return nn.Conv2d(4, 8, 5)


def wrong_params(self: Any, *inputs: Any) -> nn.Module:
    return nn.Conv2d(4, 8, 3, padding=1, bias=False)


def wrong_macs(self: Any, *inputs: Any) -> nn.Module:
    class Twice(nn.Conv2d):
        def forward(self, x: Any) -> Any:
            return super().forward(x) + super().forward(x)

    return Twice(4, 8, 3, padding=1)


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (wrong_shape, "shape differ: archcalc 8x8x8, torch, on meta 4x4x8"),
        (wrong_params, "bias 8; weight 8x4x3x3"),
        (wrong_macs, "MACs differ: archcalc 18,432, FlopCounterMode/2 36,864"),
    ],
)
def test_what_differs_is_refused_with_both_numbers(
    monkeypatch: pytest.MonkeyPatch, build: Any, said: str
) -> None:
    monkeypatch.setattr(Conv, "build", build)
    found = refusals(Subject(analysis("8x8x4 | conv 3x3x8 p1 | relu")))
    assert said in found["conv1"]
    assert "" in found
    timing = measure(analysis("8x8x4 | conv 3x3x8 p1 | relu"), stopwatch=Fake(), rules=FAST)
    assert timing.layer("conv1") is None
    assert timing.whole() is None
    assert timing.layer("relu1") is not None
    assert not timing.is_complete


def test_what_cannot_be_built_is_named() -> None:
    found = planned(analysis("8x8x4 | conv 1x1x4 | opaque routing 8x8x4 params 0 macs 10"), "A")
    assert "only its cost is stated" in found.rows[1].reason
    assert found.whole is not None
    assert found.whole.reason.startswith("opaque1: ")


def test_layers_without_work_are_not_timed() -> None:
    one = Subject(analysis("8x8x4 | conv 1x1x4 | dropout | flatten | fc 2"))
    assert idle(one, training=False) == {"dropout1", "flatten1"}
    assert idle(one, training=True) == {"flatten1"}


def test_symbols_need_numbers() -> None:
    with pytest.raises(UsageError) as caught:
        measure("8x8xC | conv 1x1x4", stopwatch=Fake(), rules=FAST)
    assert caught.value.code == "E29"


# What is run


@pytest.mark.parametrize("dtype", ["fp32", "bf16"])
@pytest.mark.parametrize("direction", ["forward", "training"])
def test_sets_are_random_apart_and_channels_last(dtype: str, direction: str) -> None:
    task = replace(tasks(TINY)[0], dtype=dtype, direction=direction, batch=3)
    work = Workload(task, "cpu", 0)
    work.extend(3)
    assert len({one.inputs[0].data_ptr() for one in work.sets}) == 3
    assert len({next(one.module.parameters()).data_ptr() for one in work.sets}) == 3
    x = work.first.inputs[0]
    assert tuple(x.shape) == (3, 4, 8, 8)
    assert x.is_contiguous(memory_format=torch.channels_last)
    assert 0.5 < float(x.detach().float().std()) < 1.5
    assert work.first.module.training == (direction == "training")
    with work.mode():
        made = work.calls()[1]()
    if direction == "training":
        y, gradients = made
        assert [g.shape for g in gradients] == [(8, 4, 3, 3), (8,), (3, 4, 8, 8)]
    else:
        y = made
        assert y.is_inference()
    assert y.dtype == work.dtype
    assert work.output == y.numel() * y.element_size()


def test_the_seed_gives_the_data_and_leaves_the_callers() -> None:
    before = torch.random.get_rng_state()
    one, same, other = (Workload(tasks(TINY)[0], "cpu", seed).first.inputs[0] for seed in (1, 1, 2))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)
    assert torch.equal(before, torch.random.get_rng_state())


def test_tokens_are_numbers_of_the_vocabulary() -> None:
    for task in tasks("12 | embedding 100x16 | linear 4", batch=2):
        if task.piece.whole or task.piece.word == "embedding":
            (x,) = Workload(task, "cpu", 0).first.inputs
            assert x.dtype == torch.long
            assert 0 <= int(x.min()) <= int(x.max()) < 100


def test_every_layer_runs_in_both_directions() -> None:
    text = "8x8x4 | dwconv 3x3 p1 +bn +relu | res( conv 3x3x4 p1 ) | maxpool 2x2 | gap | fc 3"
    for direction in ("forward", "training"):
        for task in tasks(text, batch=2, direction=direction):
            work = Workload(task, "cpu", 0)
            with work.mode():
                assert work.calls()[0]() is not None


def test_cold_sets_exceed_the_cache() -> None:
    work = Workload(tasks("64 | fc 64")[0], "cpu", 0)
    each = work.first.bytes + work.output
    assert each == 4 * (64 + 64 * 64 + 64 + 64)
    assert work.sets_beyond(10 * each) == 30
    assert work.sets_beyond(10**12) == 1024
    assert cache_bytes() > 0


def test_precision_is_explicit_and_put_back() -> None:
    def now() -> tuple[bool, bool]:
        return torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32

    before = now()
    for dtype, wanted in (("fp32", False), ("tf32", True)):
        with precision(dtype):
            assert now() == (wanted, wanted)
        assert now() == before


def test_what_memory_cannot_hold_does_not_fit() -> None:
    cpu = Cpu()
    try:
        with pytest.raises(DoesNotFit, match=r"it takes about .* bytes and .* are free"):
            cpu.prepare(replace(tasks("1000 | fc 1000")[0], batch=2**40))
    finally:
        cpu.close()


# A real run on the processor


@pytest.mark.parametrize("options", [{}, {"backward": True, "dtype": "bf16"}, {"cache": "cold"}])
def test_two_layers_are_measured_stored_and_replayed(
    tmp_path: Path, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archcalc.timing.cpu.cache_bytes", lambda: 2**16)
    path = str(tmp_path / "times.jsonl")
    timing = measure(TINY, device="cpu", batches=(1, 2), store=path, rules=FAST, **options)
    assert timing.is_complete
    assert len(timing.measurements) == 8
    for one in timing.measurements:
        assert all(sample > 0 for sample in one.samples)
        assert one.interval[0] <= one.median <= one.interval[1]
        assert one.null is not None
        assert one.null > 0
        assert one.about["sets"] > 1 or "cache" not in options
    stored = Replay(read_times(path))
    again = measure(TINY, stopwatch=stored, batches=(1, 2), **options)
    assert again.measurements == timing.measurements
    pages = [render(replace(one, path="").page(), "table") for one in (timing, again)]
    assert pages[0] == pages[1]
    environment = stored.header()["environment"]
    assert environment["threads"] == torch.get_num_threads()
    assert environment["torch"] == torch.__version__


def test_a_layer_that_torch_refuses_is_named_and_the_rest_goes_on() -> None:
    """Batch norm of one value per channel cannot be trained."""
    text = "4x4x3 | conv 1x1x3 | gap | bn | fc 2"
    timing = measure(text, device="cpu", backward=True, rules=FAST)
    reasons = {failure.task.piece.name: failure.reason for failure in timing.failures}
    assert "more than 1 value per channel" in reasons["bn1"]
    assert timing.layer("fc1") is not None


# The CUDA stopwatch, on a stand-in for CUDA: its order of calls, not its numbers


class StandIn:
    """CUDA's part of torch, which notes what it is asked; every replay takes a millisecond."""

    def __init__(self) -> None:
        self.now = 0.0
        self.replays = 0

    def graph(self) -> Any:
        def replay() -> None:
            self.replays += 1
            self.now += 1.0

        return SimpleNamespace(replay=replay, reset=lambda: None)

    def event(self, enable_timing: bool) -> Any:
        one = SimpleNamespace(at=None)
        one.record = lambda: setattr(one, "at", self.now)
        one.elapsed_time = lambda other: other.at - one.at
        return one


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> StandIn:
    made = StandIn()
    stream = SimpleNamespace(wait_stream=lambda other: None)
    replaced = {
        "CUDAGraph": made.graph,
        "Event": made.event,
        "Stream": lambda: stream,
        "current_stream": lambda: stream,
        "stream": lambda one: nullcontext(),
        "graph": lambda one: nullcontext(),
        "synchronize": lambda: None,
        "empty_cache": lambda: None,
    }
    for name, value in replaced.items():
        monkeypatch.setattr(torch.cuda, name, value)
    return made


def test_a_graph_goes_round_the_sets(stand_in: StandIn) -> None:
    asked: list[int] = []
    calls = [lambda i=i: asked.append(i) for i in range(4)]
    cuda.captured(calls, 10)
    assert asked[3:] == [0, 1, 2, 3, 0, 1, 2, 3, 0, 1]  # three before the graph, to warm up


def test_replays_queue_behind_one_that_is_not_counted(stand_in: StandIn) -> None:
    assert cuda.replayed(stand_in.graph(), 4, 10) == pytest.approx((1e-3 / 4,) * 10)
    assert stand_in.replays == 11


@pytest.mark.parametrize(("cache", "sets"), [("warm", 1), ("cold", 23)])
def test_cold_graphs_hold_three_caches(stand_in: StandIn, cache: str, sets: int) -> None:
    work = Workload(replace(tasks("64 | fc 64")[0], cache=cache), "cpu", 0)
    prepared = cuda.Replays(work, 2**17, lambda: {"sm_mhz": 1980})
    assert prepared.sets == sets
    assert prepared.calls >= sets
    assert prepared.samples(3) == pytest.approx((1e-3 / prepared.calls,) * 3)
    assert prepared.host() is not None
    assert prepared.state() == {"sm_mhz": 1980}
    prepared.close()
    assert work.sets == []


def test_memory_that_ran_out_while_capturing_does_not_fit(stand_in: StandIn) -> None:
    def make() -> None:
        try:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 9 GiB")
        finally:
            raise RuntimeError("capture was invalidated")

    with pytest.raises(DoesNotFit, match="Tried to allocate 9 GiB"):
        cuda.fitting(make)
    with pytest.raises(RuntimeError, match="another"):
        cuda.fitting(lambda: (_ for _ in ()).throw(RuntimeError("another")))


# The command line


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Fake:
    clock = Fake(lambda task: Script(1e-3 * task.batch, noise=0.01))
    monkeypatch.setattr(measuring, "stopwatch_for", lambda device, dtype, seed: clock)
    return clock


def test_the_command_prints_a_table_per_spec(fake: Fake, tmp_path: Path) -> None:
    command = f"archcalc bench -qw '{TINY}' '8x8x4 | conv 1x1x8' --batch 1,2"
    text = run(command, tmp_path)
    assert [line.split()[0] for line in text.splitlines() if line.strip()] == [
        *("A", "layer", "conv1", "conv1.relu", "flatten1", "fc1", "whole"),
        *("B", "layer", "conv1", "whole"),
    ]
    assert read_times(str(tmp_path / "archcalc-times.jsonl")).measurements
    assert run(f"{command} --resume", tmp_path) == text
    assert run(f"{command} --replay archcalc-times.jsonl --no-store", tmp_path) == text


@pytest.mark.parametrize(("flag", "rows"), [("--per-layer", 4), ("--whole", 1)])
def test_parts(fake: Fake, tmp_path: Path, flag: str, rows: int) -> None:
    text = run(f"archcalc bench '{TINY}' {flag} --no-store --format json", tmp_path)
    (net,) = json.loads(text)["nets"]
    assert len(net["layers"]) + bool(net["whole"]) == rows
    assert not list(tmp_path.iterdir())


def test_ctrl_c_says_how_to_go_on(fake: Fake, tmp_path: Path) -> None:
    def script(task: Task) -> Script:
        stop = task.piece.word == "fc"
        return Script(error=KeyboardInterrupt() if stop else None, fails_in=3)

    fake.script = script
    text = run(f"archcalc bench '{TINY}' --store kept.jsonl", tmp_path)
    assert "interrupted: 0 of 4 timings are done" in text
    assert "kept in kept.jsonl; go on with:" in text
    assert text.splitlines()[-2].endswith("--store kept.jsonl --resume")
    assert text.endswith("[exit 130]")
    fake.script = lambda task: Script()
    fake.events.clear()
    assert "[exit" not in run(f"archcalc bench '{TINY}' --store kept.jsonl --resume", tmp_path)
    assert sum(event == "round" for event, _ in fake.events) < 28


def test_a_failing_layer_is_exit_code_1(fake: Fake, tmp_path: Path) -> None:
    bad = Script(error=DoesNotFit("9 GiB wanted"))
    fake.script = lambda task: bad if task.piece.word == "fc" else Script()
    text = run(f"archcalc bench '{TINY}' --no-store", tmp_path)
    assert "Not timed: fc1, batch 1: does not fit: 9 GiB wanted." in text
    assert text.endswith("[exit 1]")


REFUSED = {
    "--batch 0": "E48",
    "--batch 1,x": "E48",
    "--batch ''": "E48",
    f"--batch {','.join(['1'] * 40)}": "E44",
    "--no-store --resume": "E50",
    "--replay none.jsonl": "E33",
    "--store no/such/folder": "E33",
    "--device cpu --dtype tf32 --no-store": "E48",
}


@pytest.mark.parametrize("options", REFUSED)
def test_bad_options(options: str, tmp_path: Path) -> None:
    text = run(f"archcalc bench '{TINY}' {options}", tmp_path)
    assert f"error[{REFUSED[options]}]" in text
    assert text.endswith("[exit 2]")


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_no_cuda_device(tmp_path: Path) -> None:
    text = run(f"archcalc bench '{TINY}' --device cuda", tmp_path)
    assert text == "error[E40]: no CUDA device\nhelp: `--device cpu`\n[exit 3]"


def test_without_torch(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(__import__("sys").modules, "torch.nn", None)
    with pytest.raises(MissingDependency):
        measuring.require_torch()
    text = run(f"archcalc bench '{TINY}'", tmp_path)
    assert text.startswith("error[E39]: bench needs torch, which is not installed")
    assert text.endswith("[exit 3]")
