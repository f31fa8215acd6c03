"""What was predicted before, beside what was measured after: comparisons and whole nets.

    python tests/bench/against.py FOLDER [--profile h200] [--dtypes bf16,fp32]

FOLDER holds the stores of measure.py. The profile has to be the one from before they were made: a
profile fitted to them predicts nothing. The table is printed as markdown, and kept as
predicted.json.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tabulate import tabulate

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from measure import COMPARISONS, NETS

from archcalc.analysis import Analysis, walk
from archcalc.clock import Clocked, predicted, stored
from archcalc.errors import ArchcalcError
from archcalc.latency import profile
from archcalc.quantities import quantity
from archcalc.readers import read
from archcalc.timing import read_times
from archcalc.timing.task import DTYPES

BATCHES = (1, 8, 32, 128, 512)


def main() -> int:
    """Print and keep the table; exit code 1 where nothing was measured."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("folder")
    parser.add_argument("--profile", default="h200")
    parser.add_argument("--dtypes", default="bf16,fp32,tf32")
    parser.add_argument("--any-device", action="store_true", help="to try this out")
    options = parser.parse_args()
    folder, known = Path(options.folder), profile(options.profile)
    device = device_of(folder)
    if options.profile.split("-")[0] not in device.lower() and not options.any_device:
        print(f"{folder} was measured on {device or 'nothing'}: predictions for {known.title} say "
              "nothing of it (--any-device)", file=sys.stderr)  # fmt: skip
        return 2
    rows: list[dict[str, Any]] = []
    for dtype in options.dtypes.split(","):
        if DTYPES[dtype] not in known.peaks:
            continue
        for title, specs in COMPARISONS.items():
            analyses = [walk(read(spec)) for spec in specs]
            names = [one.graph.name for one in analyses]
            store = folder / "comparisons.jsonl"
            rows += held(title, analyses, names, store, known, dtype)
        for net in NETS:
            rows += held("net", [walk(read(net))], [net], folder / "nets.jsonl", known, dtype)
    if not rows:
        print(f"no times in {folder} that {known.title} has predictions for")
        return 1
    print(tabulate(map(shown, rows), headers="keys", tablefmt="github", disable_numparse=True))
    for kind in ("seconds", "ratio"):
        errors = sorted(abs(row[kind][0] / row[kind][1] - 1) for row in rows if row[kind])
        if errors:
            mean = 100 * sum(errors) / len(errors)
            print(f"{kind}: mean error {mean:.0f}%, median {100 * errors[len(errors) // 2]:.0f}%")
    text = json.dumps({"profile": known.name, "rows": rows}, indent=1)
    (folder / "predicted.json").write_text(text + "\n", encoding="utf-8")
    return 0


def device_of(folder: Path) -> str:
    """Return the name of the device that the stores of a folder are of."""
    for path in sorted(folder.glob("*.jsonl")):
        for run in read_times(str(path)).runs:
            return str((run.get("device") or {}).get("name", ""))
    return ""


def held(
    title: str, analyses: Sequence[Analysis], names: Sequence[str], store: Path, known: Any,
    dtype: str,
) -> Iterator[dict[str, Any]]:  # fmt: skip
    """Yield a row per net and batch size: seconds, and the ratio to the first net's."""
    try:
        after = stored(analyses, names, str(store), batches=BATCHES, dtype=DTYPES[dtype])
    except ArchcalcError:
        return
    before = predicted(analyses, names, known, batches=BATCHES, dtype=DTYPES[dtype], mode="graph")
    macs = [quantity("macs").total(one) for one in analyses]
    for place, batch in enumerate(BATCHES):
        for i, name in enumerate(names):
            seconds = pair(before, after, place, i)
            base = pair(before, after, place, 0)
            if seconds is None:
                continue
            ratio = None
            if i and base is not None:
                ratio = tuple(one / own for one, own in zip(base, seconds, strict=True))
            yield {
                "comparison": title, "net": name, "batch": batch, "dtype": dtype,
                "seconds": seconds, "ratio": ratio, "macs": macs[0] / macs[i] if i else None,
            }  # fmt: skip


def pair(before: Clocked, after: Clocked, place: int, net: int) -> tuple[float, float] | None:
    """Return predicted and measured seconds; None where one is not there."""
    one, other = before.times[place][net], after.times[place][net]
    return None if one is None or other is None else (one.seconds, other.seconds)


def shown(row: dict[str, Any]) -> dict[str, str]:
    """Return a row of the table."""
    now, then = row["seconds"]
    cells = {
        "comparison": row["comparison"], "net": row["net"], "batch": str(row["batch"]),
        "dtype": row["dtype"],
        "predicted us": f"{1e6 * now:.3g}", "measured us": f"{1e6 * then:.3g}",
        "error": f"{100 * (now / then - 1):+.0f}%", "MACs": "", "predicted": "", "measured": "",
    }  # fmt: skip
    if row["ratio"]:
        cells |= {
            "MACs": f"{row['macs']:.3g}x", "predicted": f"{row['ratio'][0]:.3g}x",
            "measured": f"{row['ratio'][1]:.3g}x",
        }  # fmt: skip
    return cells


if __name__ == "__main__":
    sys.exit(main())
