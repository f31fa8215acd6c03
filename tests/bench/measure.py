"""Real times for the reports: the course's comparisons, a calibration, whole nets, a layer set.

python tests/bench/measure.py [--device cuda] [--minutes 9] [--out reports/data]

What matters most comes first, and each part begins only while there is time. The stores hold raw
samples; what is there already is not measured again, so a second run goes on where one stopped.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from archcalc.calibrating import calibrate, write_profile
from archcalc.devices import names as profiles
from archcalc.errors import ArchcalcError
from archcalc.latency import Profile, calibration_layers, profile
from archcalc.timing import Rules, measure, read_times
from archcalc.timing.clock import stopwatch_for

COMPARISONS = {
    "1x1 reduction": (
        "naive: 14x14x480 | conv 5x5x48 pad 2",
        "reduced: 14x14x480 | conv 1x1x16 | conv 5x5x48 pad 2",
    ),
    "inception": (
        "naive: 28x28x192 | naiveinception 64x128x32",
        "reduced: 28x28x192 | inception 64x96x128x16x32x32",
    ),
    "7x7 or three 3x3": (
        "one7x7: 28x28x128 | conv 7x7x128 pad 3",
        "three3x3: 28x28x128 | conv 3x3x128 pad 1 | conv 3x3x128 pad 1 | conv 3x3x128 pad 1",
    ),
    "5x5 or two 3x3": (
        "one5x5: 28x28x128 | conv 5x5x128 pad 2",
        "two3x3: 28x28x128 | conv 3x3x128 pad 1 | conv 3x3x128 pad 1",
    ),
    "basic or bottleneck": (
        "basic: 28x28x256 | res( conv 3x3x256 pad 1 | relu | conv 3x3x256 pad 1 )",
        "bottleneck: 28x28x256 | res( conv 1x1x64 | relu | conv 3x3x64 pad 1 | relu | "
        "conv 1x1x256 )",
    ),
    "full, grouped, depthwise": (
        "full: 28x28x256 | conv 3x3x256 pad 1",
        "grouped: 28x28x256 | conv 3x3x256 pad 1 groups 32",
        "depthwise: 28x28x256 | dwconv 3x3 pad 1 | conv 1x1x256",
    ),
    "head: fc or gap": (
        "fc: 7x7x512 | fc 4096 | relu | fc 1000",
        "gap: 7x7x512 | gap | fc 1000",
    ),
}
NETS = (
    *("alexnet", "vgg16", "googlenet", "resnet18", "resnet50", "resnet152"),
    *("mobilenet_v2", "vit_b_16"),
)


class Part(NamedTuple):
    """Specs timed together at some batch sizes, into one store; ``backward`` times training."""

    store: str
    specs: Sequence[str]
    batches: tuple[int, ...]
    parts: str
    backward: bool = False


def plan(device: str) -> Iterator[Part]:
    """Return what is measured, the most wanted first.

    A graph's time and the host's time of an eager call are in every measurement.
    """
    batches = (1, 8, 32, 128, 512) if device == "cuda" else (1, 8)
    few = (1, 32) if device == "cuda" else (1,)
    for specs in COMPARISONS.values():
        yield Part("comparisons", specs, batches, "whole")
    yield from _design("quick", "calibration")
    for backward in (False, True):
        for net in NETS:
            yield Part("nets", (net,), few, "whole", backward)
    yield from _design("full", "layers")


def specs_of_pilot(count: int) -> list[str]:
    """Return layers of all regimes: every so many of the calibration's, at batch 1."""
    specs = list(dict.fromkeys(layer.spec for layer in calibration_layers("quick")))
    return specs[:: max(1, len(specs) // count)][:count]


class Machine(NamedTuple):
    """A device: its kind, what its clock says of it, its name, and the folder of its data."""

    kind: str
    header: dict[str, Any]
    name: str
    folder: Path

    @property
    def profile(self) -> Profile | None:
        """What is known of such devices, where there is a profile."""
        words = self.name.lower().split()
        return next((profile(one) for one in profiles() if one.split("-")[0] in words), None)


def machine(device: str, dtype: str, out: str) -> Machine:
    """Return the device that is measured; the folder of its data is made."""
    clock = stopwatch_for(device, dtype, 0)
    kind, header = clock.kind, clock.header()
    clock.close()
    name = str(dict(header.get("device") or {}).get("name", kind))
    folder = Path(out) / (re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or kind)
    folder.mkdir(parents=True, exist_ok=True)
    return Machine(kind, header, name, folder)


def _design(size: str, store: str) -> Iterator[Part]:
    layers = calibration_layers(size)
    for batch in sorted({layer.batch for layer in layers}):
        specs = [layer.spec for layer in layers if layer.batch == batch]
        yield Part(store, specs, (batch,), "layers")


def main() -> int:
    """Measure until the time is over; write stores and a profile per number format."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--device", default="auto", choices=["auto", "cuda", "cpu"])
    parser.add_argument("--dtypes", default="", help="fp32,tf32,bf16; fp32 alone on the processor")
    parser.add_argument("--minutes", type=float, default=9.0)
    parser.add_argument("--limit", type=float, default=0.5, help="seconds per layer")
    parser.add_argument("--out", default="reports/data")
    options = parser.parse_args()
    here = machine(options.device, "fp32", options.out)
    kind, folder = here.kind, here.folder
    dtypes = options.dtypes or ("bf16,fp32,tf32" if kind == "cuda" else "fp32")
    end = time.monotonic() + 60 * options.minutes
    skipped = 0
    for part in plan(kind):  # every format of a part before the next part: ratios need both
        for dtype in dtypes.split(","):
            if time.monotonic() > end:
                skipped += 1
                continue
            _measured(part, dtype, kind, folder, options.limit)
    _profiles(here)
    print(f"{folder}: {skipped} parts left for another run" if skipped else f"{folder}: all done")
    return 0


def _measured(part: Part, dtype: str, device: str, folder: Path, limit: float) -> None:
    began = time.monotonic()
    try:
        timing = measure(
            *part.specs,
            device=device,
            dtype=dtype,
            batches=part.batches,
            parts=part.parts,
            backward=part.backward,
            store=str(folder / f"{part.store}.jsonl"),
            resume=True,
            rules=Rules(limit=limit),
        )
    except ArchcalcError as error:
        print(f"{part.store}, {dtype}, {part.specs[0][:40]}: {error.message}", file=sys.stderr)
        return
    failed = f", {len(timing.failures)} failed" if timing.failures else ""
    seconds = time.monotonic() - began
    how = ", training" if part.backward else ""
    print(f"{part.store}, {dtype}{how}, {part.specs[0][:40]}: {seconds:.0f} s{failed}", flush=True)


def _profiles(here: Machine) -> None:
    """Fit a profile from the calibration layers, on the datasheet's figures where there are any."""
    folder = here.folder
    for store in ("layers", "calibration"):
        path = folder / f"{store}.jsonl"
        if not path.exists():
            continue
        try:
            made = calibrate(read_times(str(path)), here.profile, folder.name)
        except (ArchcalcError, ImportError) as error:
            print(f"no profile from {path}: {error}", file=sys.stderr)
            continue
        write_profile(made, str(folder / "profile.yaml"))
        return


if __name__ == "__main__":
    sys.exit(main())
