"""Timing without a clock: order, stopping, warnings, resuming and files, driven by a fake."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archcalc
from archcalc.errors import ArchcalcError, UsageError
from archcalc.renderers import render
from archcalc.timing import Measurement, Rules, Times, measuring, ranks, ratio, read_times
from archcalc.timing.fake import Fake, Script
from archcalc.timing.measurement import suspects
from archcalc.timing.measuring import Interrupted, Timing
from archcalc.timing.plan import Conditions, Plan, automatic, rows
from archcalc.timing.replay import Replay
from archcalc.timing.schedule import Schedule, warmed_up
from archcalc.timing.stopwatch import DoesNotFit
from archcalc.timing.task import Key, Task, layer_piece
from archcalc.timing.times import Writer, conditions
from archcalc.timing.writing import written_rate, written_time

NET = "14x14x480 | conv 1x1x16 | conv 5x5x48 pad 2 | relu | flatten | fc 10"
QUICK = Rules(rounds=7, replays=10, limit=1.0)


def plan(text: str = NET, name: str = "A", refused: dict[str, str] | None = None) -> Plan:
    """Return the rows of a net as if torch had agreed with it."""
    analysis = archcalc.analyze(text).analysis
    views = [n.name for n, f in zip(analysis.nodes, analysis.facts, strict=True) if f.is_view]
    return rows(analysis, name, refused or {}, views)


def tasks(text: str = NET, batch: int = 1) -> list[Task]:
    return [Task(piece, batch) for piece in plan(text).pieces]


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The door, with plans made without torch."""
    monkeypatch.setattr(measuring, "require_torch", lambda: None)
    monkeypatch.setattr(
        measuring,
        "planned",
        lambda one, name, training, parts: rows(one, name, {}, ("flatten1",), parts),
    )
    return measuring.measure


def key(text: str = "8 | fc 4", **changes: Any) -> Key:
    return Key(text, 1, "fp32", "forward", "warm", False)._replace(**changes)


def made(*medians: float, **about: Any) -> Measurement:
    """Return a measurement whose rounds have one sample each."""
    return Measurement(key(**about), "fc1", tuple((m,) for m in medians))


# Statistics


@pytest.mark.parametrize(
    ("count", "d"), [(1, 1), (5, 1), (6, 1), (8, 1), (9, 2), (12, 3), (15, 4), (20, 6), (50, 18)]
)
def test_ranks_are_those_of_the_tables(count: int, d: int) -> None:
    assert ranks.rank(count) == d


@settings(deadline=None)
@given(st.integers(2, 400), st.sampled_from([0.5, 0.9, 0.95, 0.975, 0.99]))
def test_coverage_is_the_binomials(count: int, level: float) -> None:
    binom = pytest.importorskip("scipy.stats").binom
    d = ranks.rank(count, level)
    assert ranks.coverage(count, d) == pytest.approx(1 - 2 * binom.cdf(d - 1, count, 0.5))
    if d > 1:
        assert 1 - 2 * binom.cdf(d - 1, count, 0.5) >= level - 1e-12
    if 2 * (d + 1) <= count:
        assert 1 - 2 * binom.cdf(d, count, 0.5) < level


TIMES = st.lists(st.floats(1e-9, 1e3), min_size=1, max_size=60)


@given(TIMES)
def test_interval_holds_the_median_and_grows_with_the_level(values: list[float]) -> None:
    low, high = ranks.interval(values)
    least, most = ranks.interval(values, 0.99)
    assert min(values) <= least <= low <= ranks.median(values) <= high <= most <= max(values)


@given(TIMES, st.floats(1e-3, 1e3))
def test_interval_scales_and_ignores_the_order(values: list[float], scale: float) -> None:
    low, high = ranks.interval(values)
    assert ranks.interval(values[::-1]) == (low, high)
    scaled = ranks.interval([scale * v for v in values])
    assert scaled == pytest.approx((scale * low, scale * high))


def test_interval_is_right_as_often_as_it_says() -> None:
    """Of 4,000 samples of nine from a skewed distribution, count those that miss the median."""
    from math import log
    from random import Random

    random, hits = Random(5), 0
    for _ in range(4000):
        low, high = ranks.interval([random.expovariate(1) for _ in range(9)])
        hits += low <= log(2) <= high
    assert hits / 4000 == pytest.approx(ranks.coverage(9, 2), abs=0.01)


@given(TIMES)
def test_quartiles_and_median_are_numpys(values: list[float]) -> None:
    import numpy

    assert ranks.quartiles(values) == pytest.approx(numpy.percentile(values, [25, 75]))
    assert ranks.median(values) == pytest.approx(numpy.median(values))


def test_few_rounds_do_not_claim_95_percent() -> None:
    assert made(1, 2, 3, 4, 5).coverage == 0.9375
    assert not made(1, 1, 1, 1, 1).is_precise(0.01)
    assert made(1, 1, 1, 1, 1, 1).is_precise(0.01)


@pytest.mark.parametrize(
    ("spread", "verdict"), [(0.02, ""), (0.09, ""), (0.12, "noisy"), (0.3, "unusable")]
)
def test_spread_is_flagged(spread: float, verdict: str) -> None:
    low, high = 1 - spread / 2, 1 + spread / 2
    one = Measurement(key(), "fc1", ((low, low, 1, high, high),) * 7)
    assert one.spread == pytest.approx(spread)
    assert one.verdict == verdict


def test_a_ratio_has_an_interval_and_may_be_no_difference() -> None:
    slow = made(2.0, 2.1, 1.9, 2.0, 2.05, 1.95, 2.0)
    fast = made(1.0, 1.01, 0.99, 1.0, 1.02, 0.98, 1.0)
    found = ratio(slow, fast)
    assert (found.value, found.is_difference) == (2.0, True)
    assert found.low == pytest.approx(1.9 / 1.02)
    assert found.high == pytest.approx(2.1 / 0.98)
    assert found.coverage == pytest.approx(0.96875)
    assert str(found) == "2x slower (1.86 to 2.14)"
    assert str(ratio(fast, slow)) == "2x faster (1.86 to 2.14)"
    close = made(1.0, 1.04, 0.97, 1.03, 1.02, 0.98, 1.02)
    assert str(ratio(close, fast)) == "no measurable difference (~1.02x)"


@given(st.lists(st.floats(0.5, 2), min_size=7, max_size=20), st.floats(0.1, 10))
def test_a_ratio_and_its_inverse_agree(values: list[float], scale: float) -> None:
    one, other = made(*values), made(*[scale * v for v in values[::-1]])
    there, back = ratio(one, other), ratio(other, one)
    assert there.low <= there.value <= there.high
    assert there.value * back.value == pytest.approx(1)
    assert there.low * back.high == pytest.approx(1)
    assert there.is_difference == back.is_difference or there.low == 1 or there.high == 1


@given(st.floats(1e-9, 1e3), st.floats(0, 1.5))
def test_written_digits_are_measured_ones(seconds: float, share: float) -> None:
    value, _, half, unit = written_time(seconds, share * seconds).split()
    scale = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}[unit]
    digits = len(half.partition(".")[2]) if "." in half else 0
    step = max(10.0**-digits, 10 ** (len(half) - len(half.rstrip("0"))) if not digits else 0)
    assert float(value) > 0
    assert abs(float(value) * scale - seconds) <= 0.5001 * step * scale
    assert float(half) * scale >= 0.45 * share * seconds
    assert len(value.replace(".", "").strip("0")) <= 4


def test_rates_show_what_is_known() -> None:
    assert [written_rate(1234.5, doubt) for doubt in (0.001, 0.05, 0.5)] == ["1230", "1200", "1000"]
    assert written_rate(0, 0.1) == "-"


def test_what_cannot_be_is_suspect() -> None:
    big, small = made(*[1.0] * 7, batch=8), made(*[2.0] * 7)
    assert suspects([small, big]) == ["fc1: batch 8 was faster than batch 1"]
    cold, warm = made(*[1.0] * 7, cache="cold"), made(*[2.0] * 7)
    assert suspects([cold, warm]) == ["fc1, batch 1: cold was faster than warm"]
    assert suspects([made(*[1.0] * 7), made(*[2.0] * 7, batch=8)]) == []


# Order and stopping


def rounds_of(fake: Fake) -> list[str]:
    return [title for event, title in fake.events if event == "round"]


def test_subjects_take_turns_in_another_order_each_round() -> None:
    fake = Fake()
    outcome = Schedule(fake, QUICK).run(tasks())
    order = rounds_of(fake)
    each = [order[i : i + 5] for i in range(0, len(order), 5)]
    assert len(each) == 7
    assert all(set(one) == set(each[0]) and len(set(one)) == 5 for one in each)
    assert len({tuple(one) for one in each}) > 3
    assert {len(m.rounds) for m in outcome.measurements.values()} == {7}
    assert {len(m.samples) for m in outcome.measurements.values()} == {70}


def test_the_seed_gives_the_order() -> None:
    def order(seed: int) -> list[str]:
        fake = Fake()
        Schedule(fake, replace(QUICK, seed=seed)).run(tasks())
        return rounds_of(fake)

    assert order(1) == order(1) != order(2)


def test_rounds_go_on_until_the_interval_is_small() -> None:
    fake = Fake(lambda task: Script(1e-3, noise=0.2))
    rules = Rules(precision=0.02, limit=100)
    (one,) = Schedule(fake, rules).run(tasks("8 | fc 4")[:1]).measurements.values()
    assert len(one.rounds) > 7
    assert one.half <= 0.02 * one.median
    before = replace(one, rounds=one.rounds[:-1])
    assert not before.is_precise(0.02)


def test_the_limit_ends_what_stays_imprecise() -> None:
    fake = Fake(lambda task: Script(1e-3, noise=0.9))
    rules = Rules(precision=1e-9, limit=0.5)
    (one,) = Schedule(fake, rules).run(tasks("8 | fc 4")[:1]).measurements.values()
    spent = sum(one.samples)
    assert 0.5 <= spent < 0.5 + 2e-3 * 10


def test_slow_subjects_have_fewer_replays_but_all_rounds() -> None:
    fake = Fake(lambda task: Script(0.3))
    (one,) = Schedule(fake, Rules(limit=5)).run(tasks("8 | fc 4")[:1]).measurements.values()
    assert len(one.rounds) == 7
    assert {len(samples) for samples in one.rounds} == {2}


def test_only_so_many_are_held_together() -> None:
    fake = Fake()
    Schedule(fake, replace(QUICK, together=2)).run(tasks())
    held = most = 0
    for event, _ in fake.events:
        held += {"prepare": 1, "close": -1}.get(event, 0)
        most = max(most, held)
    assert (most, held) == (2, 0)


def test_kernels_are_asked_when_all_is_timed() -> None:
    fake = Fake(lambda task: Script(kernels=("implicit_gemm", "splitk_reduce")))
    outcome = Schedule(fake, replace(QUICK, together=2)).run(tasks())
    kinds = [event for event, _ in fake.events]
    assert kinds.index("kernels") > max(i for i, kind in enumerate(kinds) if kind == "round")
    assert {m.launches for m in outcome.measurements.values()} == {2}


@pytest.mark.parametrize(
    ("samples", "replay"),
    [
        ([1e-3], 1e-3),  # steady from the start
        ([50e-3, 40e-3, 30e-3, 20e-3, 5e-3], 1e-3),  # clocks that ramp up
        ([2.0], 2.0),  # one replay is longer than all of it
    ],
)
def test_warm_up_ends_when_windows_agree(samples: list[float], replay: float) -> None:
    seconds = 2.0 if samples == [2.0] else 1e-3
    fake = Fake(lambda task: Script(seconds, warming=samples))
    prepared = fake.prepare(tasks()[0])
    assert warmed_up(prepared, fake.clock) == pytest.approx(replay)
    assert fake.now >= 0.1


def test_warm_up_of_what_never_settles_ends() -> None:
    fake = Fake(lambda task: Script(1e-3, drift=0.1))
    warmed_up(fake.prepare(tasks()[0]), fake.clock)
    assert 1 <= fake.now < 3


# Failures


def test_what_fails_is_named_and_the_rest_goes_on() -> None:
    scripts = {
        "conv": Script(error=RuntimeError("no kernel for this\nmore")),
        "fc": Script(error=ValueError("late"), fails_in=3),
    }
    outcome = Schedule(Fake(lambda t: scripts.get(t.piece.word, Script())), QUICK).run(tasks())
    assert {f.task.piece.name: f.reason for f in outcome.failures.values()} == {
        "conv1": "no kernel for this",
        "conv2": "no kernel for this",
        "fc1": "late",
    }
    assert {m.name for m in outcome.measurements.values()} == {"relu1", "A"}


def test_what_does_not_fit_beside_others_is_tried_alone() -> None:
    fake = Fake()

    def script(task: Task) -> Script:
        held = sum({"prepare": 1, "close": -1}.get(event, 0) for event, _ in fake.events)
        too_much = task.piece.word == "fc" and held > 0
        never = task.piece.word == "relu"
        return Script(error=DoesNotFit("8 GiB wanted") if too_much or never else None)

    fake.script = script
    outcome = Schedule(fake, QUICK).run(tasks())
    assert [(f.task.piece.name, f.reason) for f in outcome.failures.values()] == [
        ("relu1", "does not fit: 8 GiB wanted")
    ]
    assert "fc1" in {m.name for m in outcome.measurements.values()}


def test_out_of_memory_in_a_round_keeps_the_others() -> None:
    bad = Script(error=DoesNotFit("full"), fails_in=2)
    fake = Fake(lambda t: bad if t.piece.word == "relu" else Script())
    outcome = Schedule(fake, QUICK).run(tasks())
    assert [f.reason for f in outcome.failures.values()] == ["does not fit: full"]
    assert len(outcome.measurements) == 4


# Batch auto


def test_auto_is_the_first_power_of_two_above_ten_launches() -> None:
    fake = Fake(lambda task: Script(2e-6 + 1e-6 * task.batch), empty=1e-6)
    (one,) = [plan("8 | fc 4")]
    assert automatic([one], fake, Conditions(), QUICK) == 16  # 18 us > 10 us * 1 layer
    assert automatic([one, plan()], fake, Conditions(), QUICK) == 64  # 4 layers that work


def test_auto_stays_within_memory() -> None:
    def script(task: Task) -> Script:
        return Script(1e-6, error=DoesNotFit("full") if task.batch > 32 else None)

    assert automatic([plan()], Fake(script), Conditions(), QUICK) == 32


def test_auto_does_not_go_on_for_ever() -> None:
    fake = Fake(lambda task: Script(1e-9))
    assert automatic([plan()], fake, Conditions(), QUICK) == 2**16


# The file of times


def timed(measured: Any, path: Path, fake: Fake | None = None, **options: Any) -> Timing:
    fake = fake or Fake(lambda task: Script(1e-3 * task.batch, noise=0.02))
    found = archcalc.analyze(NET)
    timing: Timing = measured(found, store=str(path), stopwatch=fake, rules=QUICK, **options)
    return timing


def kinds(path: Path) -> list[str]:
    return [json.loads(line)["kind"] for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_finished_run_is_a_header_and_a_line_per_subject(measured: Any, tmp_path: Path) -> None:
    path = tmp_path / "times.jsonl"
    timing = timed(measured, path, batches=(1, 8))
    assert kinds(path) == ["run"] + ["measurement"] * 10
    header, first, *_ = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    assert header["schema"] == 1
    assert header["protocol"] == QUICK.as_dict()
    assert {"device", "environment", "flags", "seed", "stopwatch"} <= set(header)
    assert len(first["samples"]) >= 7
    assert {len(one) for one in first["samples"]} == {10}
    assert read_times(str(path)).measurements == list(timing.measurements) or set(
        m.key for m in read_times(str(path)).measurements
    ) == {m.key for m in timing.measurements}


def test_layers_are_stored_as_specs_that_parse(measured: Any, tmp_path: Path) -> None:
    path = tmp_path / "times.jsonl"
    timed(measured, path)
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()[1:]]
    assert len(lines) == 5
    for line in lines:
        net = archcalc.analyze(line["spec"])
        assert line["parses"]
        assert net.total("macs") == line["macs"]
        assert net.total("params") == line["params"]
        assert list(net.analysis.output) == line["output"]


def test_every_layers_text_parses_again() -> None:
    from archcalc.layers import LAYERS

    seen = 0
    for word, layer in LAYERS().items():
        for example in layer.examples:
            analysis = archcalc.analyze(example.format(word=word)).analysis
            for node, facts in zip(analysis.nodes, analysis.facts, strict=True):
                piece = layer_piece(node, facts)
                if piece.parses:
                    again = archcalc.analyze(piece.text).analysis
                    assert (again.output, again.facts[-1].macs) == (facts.output, facts.macs)
                    seen += 1
                else:
                    assert piece.word in ("concat", "mul", "opaque")
    assert seen > 100


def test_long_nets_keep_their_spec_beside_a_digest(measured: Any, tmp_path: Path) -> None:
    path = tmp_path / "times.jsonl"
    measured("resnet18", store=str(path), stopwatch=Fake(), rules=QUICK, parts="whole")
    line = json.loads(path.read_text(encoding="utf-8").splitlines()[1])
    assert len(line["spec"]) < 100
    assert not line["parses"]
    whole = archcalc.analyze("resnet18")
    assert archcalc.analyze(line["source"]).total("macs") == whole.total("macs") == line["macs"]


def test_replaying_gives_the_same_table(measured: Any, tmp_path: Path) -> None:
    path = tmp_path / "times.jsonl"
    script = Script(1e-3, noise=0.3, host=2e-3, kernels=("k",))
    first = timed(measured, path, Fake(lambda task: script), batches=(1, "auto"))
    again = measured(
        archcalc.analyze(NET), stopwatch=Replay(read_times(str(path))), batches=(1, "auto")
    )
    assert again.batches == first.batches
    assert again.measurements == first.measurements
    shown = [render(replace(t, path="").page(), "table") for t in (first, again)]
    assert shown[0] == shown[1]


def test_what_is_not_stored_is_not_invented(measured: Any, tmp_path: Path) -> None:
    path = tmp_path / "times.jsonl"
    timed(measured, path)
    again = measured(archcalc.analyze(NET), stopwatch=Replay(read_times(str(path))), batches=(2,))
    assert again.measurements == ()
    assert {f.reason for f in again.failures} == {f"{path} has no time of it"}


def test_resume_skips_what_is_there(measured: Any, tmp_path: Path) -> None:
    path = tmp_path / "times.jsonl"
    first = timed(measured, path)
    fake = Fake(lambda task: Script(5.0))
    again = timed(measured, path, fake, resume=True)
    assert fake.events == []
    assert again.measurements == first.measurements
    more = timed(measured, path, resume=True, batches=(1, 8))
    assert len(more.measurements) == 10
    assert kinds(path) == ["run", *["measurement"] * 5, "run", *["measurement"] * 5]


def test_another_device_or_stack_is_not_mixed(measured: Any, tmp_path: Path) -> None:
    path = tmp_path / "times.jsonl"
    timed(measured, path)
    fake = Fake(device="another")
    timed(measured, path, fake, resume=True)
    assert len(rounds_of(fake)) == 35
    headers = read_times(str(path)).runs
    assert conditions(headers[0]) != conditions(headers[1])


def test_without_resume_a_run_is_added(measured: Any, tmp_path: Path) -> None:
    path = tmp_path / "times.jsonl"
    timed(measured, path)
    timed(measured, path, Fake())
    assert kinds(path).count("run") == 2
    assert kinds(path).count("measurement") == 10


@pytest.mark.parametrize("fails_in", [1, 4, 7])
def test_an_interrupt_loses_at_most_one_round(measured: Any, tmp_path: Path, fails_in: int) -> None:
    path = tmp_path / "times.jsonl"
    stop = Script(error=KeyboardInterrupt(), fails_in=fails_in)
    fake = Fake(lambda task: stop if task.piece.word == "relu" else Script())
    with pytest.raises(Interrupted) as caught:
        timed(measured, path, fake)
    assert caught.value.count == 5
    finished = rounds_of(fake)[:-1]
    kept = read_times(str(path))
    unfinished = sum(map(len, kept.rounds[0].values()))
    assert unfinished + sum(len(m.rounds) for m in kept.measurements) == len(finished)
    again = Fake()
    timing = timed(measured, path, again, resume=True)
    assert len(rounds_of(again)) == 35 - len(finished)
    assert {len(m.rounds) for m in timing.measurements} == {7}
    assert "round" not in kinds(path)


def test_a_torn_line_is_left_out(measured: Any, tmp_path: Path) -> None:
    path = tmp_path / "times.jsonl"
    timed(measured, path)
    whole = path.read_bytes()
    starts = len(whole) - len(whole.splitlines(keepends=True)[-1])
    for end in (starts + 1, starts + 40, len(whole) - 2):
        path.write_bytes(whole[:end])
        assert len(read_times(str(path)).measurements) == 4
        assert len(timed(measured, path, Fake(), resume=True).measurements) == 5
        assert len(read_times(str(path)).measurements) == 5


BAD = {
    "not json at all\n": "line 1: is no line",
    '{"kind":"measurement"}\n': "stands before the first run",
    '{"kind":"run","schema":2}\n': "has the schema 2, not 1",
    '{"kind":"run","schema":1}\n{"kind":"what"}\n': "line 2: is no line",
    '{"kind":"run","schema":1}\n{"kind":"round","spec":"8 | fc 4"}\n': 'has no "batch"',
    '{"kind":"run","schema":1}\nbroken\n{"kind":"run","schema":1}\n': "line 2: is no line",
    "[" * 100_000 + "\n": "is no line",
}


@pytest.mark.parametrize("text", BAD, ids=range(len(BAD)))
def test_what_is_no_file_of_times_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "times.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=BAD[text]) as caught:
        read_times(str(path))
    assert caught.value.code == "E35"
    with pytest.raises(UsageError):
        Writer(str(path)).begin({})
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    "samples", ["[]", "[[]]", "[[0]]", "[[-1]]", "[[1e999]]", "[[NaN]]", '[["1"]]', "[[true]]", "7"]
)
def test_samples_are_times_or_an_error(samples: str, tmp_path: Path) -> None:
    path = tmp_path / "times.jsonl"
    fields = '"batch":1,"dtype":"fp32","direction":"forward","cache":"warm","compiled":false'
    line = f'{{"kind":"measurement","spec":"8 | fc 4",{fields},"samples":{samples}}}'
    path.write_text(f'{{"kind":"run","schema":1}}\n{line}\n', encoding="utf-8")
    with pytest.raises(UsageError):
        read_times(str(path))


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "times.jsonl"
        path.write_bytes(b'{"kind":"run","schema":1}\n' + data)
        with suppress(ArchcalcError):
            assert isinstance(read_times(str(path)), Times)


def test_missing_and_huge_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="cannot read"):
        read_times(str(tmp_path / "none"))
    with pytest.raises(UsageError, match="cannot write"):
        Writer(str(tmp_path / "no" / "folder")).begin({})
    from archcalc.timing import reading

    monkeypatch.setattr(reading, "LONGEST_LINE", 10)
    path = tmp_path / "times.jsonl"
    path.write_text('{"kind":"run","schema":1}\n', encoding="utf-8")
    with pytest.raises(UsageError, match="too large"):
        read_times(str(path))


# What is shown


def shown(measured: Any, script: Any, **options: Any) -> Timing:
    timing: Timing = measured(archcalc.analyze(NET), stopwatch=Fake(script), rules=QUICK, **options)
    return timing


def test_the_page_shows_times_rates_and_conditions(measured: Any) -> None:
    timing = shown(measured, lambda task: Script(1e-3 * task.batch, noise=0.02), batches=(1, 8))
    text = render(timing.page(), "table")
    line = next(line for line in text.splitlines() if line.lstrip().startswith("conv2"))
    assert "3.763M" in line
    assert line.count(" ms") == 2
    assert "7.5" in line  # 2 * 3.763M / 1 ms
    assert "An empty operator takes 1.0 us here; nothing is subtracted." in text
    assert "Not timed: flatten1: a view: nothing is computed." in text
    assert "whole net" in text
    assert timing.is_complete


def test_doubts_are_said(measured: Any) -> None:
    def script(task: Task) -> Script:
        noise = {"relu": 0.15, "fc": 0.9}.get(task.piece.word, 0.0)
        host = 5e-3 if task.piece.word == "conv" else None
        return Script(1e-3, noise=noise, host=host, state={"load": 3.4})

    text = " ".join(render(shown(measured, script).page(), "table").split())
    assert "noisy (quartiles more than 10% of the median apart): relu1, batch 1." in text
    assert "unusable (quartiles more than 25% of the median apart): fc1, batch 1." in text
    assert "host-bound" in text
    assert "The machine was busy with other work: load 3.4 on 2 cores." in text
    assert "conv1, batch 1; conv2, batch 1." in text


def test_too_few_rounds_say_their_level(measured: Any) -> None:
    timing = measured(archcalc.analyze(NET), stopwatch=Fake(), rules=Rules(rounds=3, limit=1e-9))
    assert "half its 75% interval" in " ".join(render(timing.page(), "table").split())


def test_equal_layers_are_timed_once(measured: Any) -> None:
    fake = Fake()
    text = "8x8x16 | conv 3x3x16 p1 | conv 3x3x16 p1 | conv 3x3x16 p1"
    timing = measured(archcalc.analyze(text), stopwatch=fake, rules=QUICK)
    assert len(rounds_of(fake)) == 14
    assert timing.layer("conv1") is timing.layer("conv3") is not None
    assert "3 layers, 1 timings" in " ".join(render(timing.page(), "table").split())


def test_json_has_the_raw_samples(measured: Any) -> None:
    timing = shown(measured, lambda task: Script(1e-3, noise=0.02))
    data = json.loads(render(timing.page(), "json"))
    (net,) = data["nets"]
    one = net["layers"][0]["measured"][0]
    assert sum(map(len, one["samples"])) == 70
    assert one["interval"][0] <= one["seconds"] <= one["interval"][1]
    assert net["layers"][3]["not_timed"] == "a view: nothing is computed"
    assert net["whole"]["measured"][0]["macs"] == archcalc.analyze(NET).total("macs")


def test_csv_has_a_row_per_time(measured: Any) -> None:
    timing = shown(measured, lambda task: Script(1e-3 * task.batch), batches=(1, 8))
    found = list(csv.DictReader(io.StringIO(render(timing.page(), "csv"))))
    assert len(found) == 10
    assert {row["batch"] for row in found} == {"1", "8"}
    assert all(float(row["low"]) <= float(row["seconds"]) <= float(row["high"]) for row in found)


def test_failures_are_on_the_page_and_in_json(measured: Any) -> None:
    bad = Script(error=DoesNotFit("9 GiB wanted"))
    timing = shown(measured, lambda task: bad if task.piece.word == "fc" else Script())
    assert "Not timed: fc1, batch 1: does not fit: 9 GiB wanted." in " ".join(
        render(timing.page(), "table").split()
    )
    (failure,) = json.loads(render(timing.page(), "json"))["failures"]
    assert (failure["name"], failure["reason"]) == ("fc1", "does not fit: 9 GiB wanted")
    assert not timing.is_complete
    assert timing.layer("fc1") is None


def test_nothing_heavy_is_loaded() -> None:
    program = "import archcalc.timing, archcalc.cli.bench, sys; print('torch' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
