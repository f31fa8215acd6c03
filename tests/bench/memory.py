"""Peak memory of nets as the allocator saw it, beside the computed one.

    python tests/bench/memory.py [--device cuda] [--batch 8] [--out reports/data]

Of one call: what was allocated at most beyond weights and inputs, which is compared with the
largest set of live activations without the input (inference; what a layer makes for itself, as
the local response norm does, comes on top), and with what autograd keeps (training, where it is the
least: the backward pass gives it back while the gradients of the weights come, which are kept too).
On the processor the profiler's allocations are added up, on a GPU its allocator keeps the peak.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from measure import NETS, machine

from archcalc.analysis import Analysis, Settings, walk
from archcalc.arithmetic.dims import product
from archcalc.arithmetic.units import short_bytes
from archcalc.quantities import quantity
from archcalc.readers import read
from archcalc.timing.task import DTYPES, Task, net_piece
from archcalc.timing.workload import Workload


def main() -> int:
    """Measure every net, in inference and in training; print and keep the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--device", default="auto", choices=["auto", "cuda", "cpu"])
    parser.add_argument("--dtype", default="fp32", choices=list(DTYPES))
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--out", default="reports/data")
    parser.add_argument("nets", nargs="*", default=NETS)
    options = parser.parse_args()
    kind, header, _, folder = machine(options.device, options.dtype, options.out)
    rows = []
    for net in options.nets:
        for direction in ("forward", "training"):
            analysis = walk(read(net), Settings(options.batch, DTYPES[options.dtype]))
            task = Task(net_piece(analysis, net, 1), options.batch, options.dtype, direction)
            row = {"net": net, "direction": direction, "batch": options.batch,
                   "dtype": options.dtype, "measured": peak(task, kind),
                   **computed(analysis, direction)}  # fmt: skip
            rows.append(row)
            print(
                f"{net:14} {direction:9} measured {short_bytes(row['measured']):>10}, computed "
                f"{short_bytes(row['computed']):>10} ({row['measured'] / row['computed']:.3f})",
                flush=True,
            )
    made = {"header": header, "rows": rows}
    (folder / "memory.json").write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    return 0


def computed(analysis: Analysis, direction: str) -> dict[str, Any]:
    """Return what is expected beyond weights and inputs, in bytes."""
    settings = analysis.settings
    values = sum(product(shape) for shape in analysis.graph.inputs.values())
    inputs = values * settings.batch * settings.bytes_per_value
    if direction == "training":
        gradients = quantity("weight_bytes").total(analysis)
        kept = quantity("saved_bytes").total(analysis) - inputs
        return {"computed": kept, "gradients": gradients}
    (name,) = analysis.graph.inputs
    last = max(i for i, node in enumerate(analysis.nodes) if name in node.inputs)
    alive = quantity("peak_memory_bytes").of(analysis)
    return {"computed": max(n - inputs * (i <= last) for i, n in enumerate(alive))}


def peak(task: Task, device: str) -> int:
    """Return the most bytes that one call had allocated beyond what was there before."""
    import torch

    work = Workload(task, device, 0)
    (call,) = work.calls()
    with work.mode():
        call()  # libraries allocate their own on the first call
        if device == "cuda":
            torch.cuda.synchronize()
            torch.cuda.reset_peak_memory_stats()
            before = torch.cuda.memory_allocated()
            kept = call()
            torch.cuda.synchronize()
            del kept
            return torch.cuda.max_memory_allocated() - before
        return _profiled(call)


def _profiled(call: Any) -> int:
    """Return the largest sum of what the processor's allocator gave and took back."""
    from torch.profiler import ProfilerActivity, profile

    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as found:
        kept = call()
    del kept
    changes = [
        (event.start_ns(), event.nbytes())
        for event in found.profiler.kineto_results.events()
        if event.name() == "[memory]"
    ]
    if not changes:
        raise SystemExit("this torch's profiler does not say what was allocated")
    most = now = 0
    for _, change in sorted(changes, key=lambda one: one[0]):
        now += change
        most = max(most, now)
    return most


if __name__ == "__main__":
    sys.exit(main())
