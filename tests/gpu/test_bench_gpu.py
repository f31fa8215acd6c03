"""``archcalc bench`` on a CUDA device: what is said of the numbers, never how large they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from archcalc.renderers import render
from archcalc.timing import Rules, measure, read_times
from archcalc.timing.replay import Replay

TINY = "32x32x16 | conv 3x3x32 p1 +bn +relu | maxpool 2x2 | flatten | fc 10"
FAST = Rules(rounds=3, replays=10, limit=0.5)


@pytest.mark.parametrize("dtype", ["fp32", "tf32", "bf16", "fp16"])
@pytest.mark.parametrize("backward", [False, True])
def test_layers_and_net_are_measured(tmp_path: Path, dtype: str, backward: bool) -> None:
    path = str(tmp_path / "times.jsonl")
    how: dict[str, Any] = {"dtype": dtype, "backward": backward, "batches": (2, 8)}
    timing = measure(TINY, device="cuda", store=path, rules=FAST, **how)
    assert timing.is_complete, timing.failures
    assert len(timing.measurements) == 12
    for one in timing.measurements:
        assert all(sample > 0 for sample in one.samples)
        assert one.host is not None
        assert one.host > 0
        assert one.launches
        assert one.median * one.about["calls"] > 0.5e-3
    again = measure(TINY, stopwatch=Replay(read_times(path)), **how)
    assert again.measurements == timing.measurements
    flags = timing.header["flags"]
    assert flags["matmul_tf32"] == flags["cudnn_tf32"] == (dtype == "tf32")
    assert "An empty kernel takes" in render(timing.page(), "table")


def test_layers_are_cold_and_nets_warm() -> None:
    timing = measure(TINY, device="cuda", rules=FAST)
    caches = {one.name: one.key.cache for one in timing.measurements}
    assert caches["conv1"] == "cold"
    assert caches["A"] == "warm"
    layer = timing.layer("conv1")
    assert layer is not None
    assert layer.about["sets"] > 1


def test_what_does_not_fit_leaves_the_rest() -> None:
    text = "4096x4096x64 | conv 3x3x1024 p1"
    timing = measure(text, "8x8x4 | conv 3x3x8 p1", device="cuda", batches=(1024,), rules=FAST)
    assert any(failure.reason.startswith("does not fit") for failure in timing.failures)
    assert timing.layer("conv1", net=1) is not None


def test_compiled_nets_are_measured() -> None:
    timing = measure(TINY, device="cuda", compiled=True, parts="whole", rules=FAST)
    assert timing.whole() is not None, timing.failures
