"""Two minutes that check the protocol itself, before anything is measured for long.

    python tests/bench/pilot.py [--device cuda] [--out reports/data]

The time of an empty launch, a large copy and a large product of matrices against what is known of
the device, ten layers in three runs (how far their medians spread), cold against warm memory, and
a graph against eager calls. The table is printed and all of it kept in pilot.json; what looks
wrong is said, and is to be mended before the long run.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from measure import machine, specs_of_pilot

from archcalc.arithmetic.units import short_seconds
from archcalc.timing import Rules, measure
from archcalc.timing.clock import stopwatch_for
from archcalc.timing.ranks import median

# What is known: bytes per second of a copy, and FLOP per second of a product in bf16
KNOWN = {"h200": {"copy": (4.0e12, 4.6e12), "product": (7.4e14, 8.3e14)}}
SPREAD = 0.03  # the most by which three runs of a layer may differ
RUNS = 3


def main() -> int:
    """Run the checks; exit code 1 where one looks wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--device", default="auto", choices=["auto", "cuda", "cpu"])
    parser.add_argument("--limit", type=float, default=1.0, help="seconds per layer and run")
    parser.add_argument("--layers", type=int, default=10)
    parser.add_argument("--out", default="reports/data")
    options = parser.parse_args()
    began = time.monotonic()
    here = machine(options.device, "fp32", options.out)
    kind, header, name, folder = here
    clock = stopwatch_for(options.device, "fp32", 0)
    null = median(clock.null())
    clock.close()
    known = next((KNOWN[one] for one in KNOWN if one in name.lower()), {})
    found: dict[str, Any] = {"header": header, "empty launch": null}
    wrong: list[str] = []
    print(f"{name}: an empty launch takes {short_seconds(null)}")
    for what, work in (("copy", copied), ("product", multiplied)):
        rate, unit = work(kind)
        found[what] = rate
        low, high = known.get(what, (0.0, float("inf")))
        said = f"known: {low / unit[1]:.3g} to {high / unit[1]:.3g}" if known else "nothing known"
        print(f"large {what}: {rate / unit[1]:.4g} {unit[0]} ({said})")
        if not low <= rate <= high:
            wrong.append(f"a large {what} is outside of what is known of {name}")
    specs = specs_of_pilot(options.layers)
    dtype = "bf16" if kind == "cuda" else "fp32"
    found |= repeated(specs, kind, dtype, options.limit, wrong)
    found["cold against warm"] = caches(specs[:4], kind, dtype, options.limit, wrong)
    found["eager against graph"] = eager(specs, kind, dtype, options.limit)
    peaks = {key: peak.value for key, peak in here.profile.peaks.items()} if here.profile else {}
    found |= {"seconds": time.monotonic() - began, "wrong": wrong, "near": peaks}
    (folder / "pilot.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    for line in wrong:
        print(f"WRONG: {line}")
    print(f"{folder / 'pilot.json'}, {found['seconds']:.0f} s")
    return int(bool(wrong))


def timed(action: Callable[[], object], kind: str, count: int) -> float:
    """Return the seconds of one call: the median of seven times so many, after as many unseen."""
    import torch

    wait = torch.cuda.synchronize if kind == "cuda" else lambda: None
    seconds = []
    for run in range(8):
        wait()
        start = time.perf_counter()
        for _ in range(count):
            action()
        wait()
        if run:
            seconds.append((time.perf_counter() - start) / count)
    return median(seconds)


def copied(kind: str) -> tuple[float, tuple[str, float]]:
    """Return bytes read and written per second by a copy far beyond the cache."""
    import torch

    size = 2**31 if kind == "cuda" else 2**28
    one = torch.empty(size, dtype=torch.uint8, device=kind).random_()
    other = torch.empty_like(one)
    return 2 * size / timed(lambda: other.copy_(one), kind, 10), ("TB/s", 1e12)


def multiplied(kind: str) -> tuple[float, tuple[str, float]]:
    """Return the FLOP per second of a large product of random matrices."""
    import torch

    size, dtype = (8192, torch.bfloat16) if kind == "cuda" else (2048, torch.float32)
    one, other = (torch.randn(size, size, device=kind, dtype=dtype) for _ in range(2))
    return 2 * size**3 / timed(lambda: one @ other, kind, 10), ("TFLOP/s", 1e12)


def repeated(
    specs: list[str], kind: str, dtype: str, limit: float, wrong: list[str]
) -> dict[str, Any]:
    """Time layers in several runs, each built anew; say how far their medians are apart."""
    runs: list[dict[str, float]] = []
    for seed in range(RUNS):
        timing = measure(
            *specs, device=kind, dtype=dtype, parts="layers", rules=Rules(limit=limit, seed=seed)
        )
        runs.append({one.key.text: one.median for one in timing.measurements})
        wrong += [f"{failure.task.title}: {failure.reason}" for failure in timing.failures]
    spreads = {}
    for text in runs[0]:
        times = [run[text] for run in runs if text in run]
        spreads[text] = (max(times) - min(times)) / median(times)
        print(
            f"{text[:56]:56} {short_seconds(median(times)):>9}  spread {100 * spreads[text]:.1f}%"
        )
        if spreads[text] > SPREAD:
            wrong.append(f"{text[:50]}: {RUNS} runs spread {100 * spreads[text]:.1f}%")
    return {"runs": runs, "spread": spreads}


def caches(
    specs: list[str], kind: str, dtype: str, limit: float, wrong: list[str]
) -> dict[str, list[float]]:
    """Time layers whose memory is in the cache, and layers whose memory is not."""
    found: dict[str, list[float]] = {}
    for cache in ("cold", "warm"):
        timing = measure(
            *specs, device=kind, dtype=dtype, parts="layers", cache=cache, rules=Rules(limit=limit)
        )
        for one in timing.measurements:
            found.setdefault(one.key.text, []).append(one.median)
    for text, (cold, warm) in ((text, times) for text, times in found.items() if len(times) == 2):
        print(f"{text[:50]:50} cold {short_seconds(cold):>8}, warm {short_seconds(warm):>8}")
        if cold < 0.97 * warm:
            wrong.append(f"{text[:50]}: cold memory is faster than warm")
    return found


def eager(specs: list[str], kind: str, dtype: str, limit: float) -> dict[str, list[float | None]]:
    """Time nets as a graph, and what the host takes for an eager call."""
    timing = measure(*specs, device=kind, dtype=dtype, parts="whole", rules=Rules(limit=limit))
    found: dict[str, list[float | None]] = {}
    for one in timing.measurements:
        found[one.key.text] = [one.median, one.host]
        host = "the host takes part" if one.host is None else short_seconds(one.host)
        print(f"{one.key.text[:50]:50} graph {short_seconds(one.median):>8}, eager call {host}")
    return found


if __name__ == "__main__":
    sys.exit(main())
