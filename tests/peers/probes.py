"""``make peers``: the twenty probes of tests/torch/probe_modules.py through every counter.

    python tests/peers/probes.py [--json FILE] [--update-readme]

Runs the counters side by side in the throw-away environment and prints the table of README.md.
reports/accuracy.md shows the record reports/data/peers.json.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

from counters import PROBED
from environment import DEEPSPEED, answer, peers
from table import TOOLS, put, rendered, tools

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = sorted({package for _, package in TOOLS.values()} - {"", "deepspeed"})
VERSIONS = f"""
import importlib.util, json
from importlib.metadata import version
found = {{name: version(name) for name in {PACKAGES!r}}}
if importlib.util.find_spec("deepspeed_profiler"):
    found["deepspeed"] = {DEEPSPEED.partition("==")[2]!r}
print(json.dumps(found))
"""


def probes() -> dict[str, tuple[int, int]]:
    """Return the probes by name, each with its multiply-adds by hand and what biases add."""
    sys.path.insert(0, str(ROOT / "tests" / "torch"))
    from probe_modules import BIASES, PROBES

    return {name: (macs, BIASES.get(name, 0)) for name, (_, _, macs) in PROBES.items()}


def printed(python: Path, counter: str, names: list[str]) -> dict[str, dict[str, int] | str]:
    """Return what a counter prints for each probe, or the error it stops with.

    A counter that failed is started anew for the probes that are left.
    """
    found: dict[str, dict[str, int] | str] = {}
    while left := [name for name in names if name not in found]:
        command = [str(python), str(Path(__file__).with_name("counters.py")), counter, "--probes"]
        done = subprocess.run([*command, *left], capture_output=True, text=True)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        found.update({line["net"]: line.get("counts") or line["error"] for line in lines})
        if done.returncode:
            failed = next(name for name in left if name not in found)
            found[failed] = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
    return found


def measured(python: Path) -> dict[str, Any]:
    """Run every counter and return the record."""
    hand = probes()
    versions = json.loads(answer(python, VERSIONS))
    results: dict[str, dict[str, int | str]] = {name: {} for name in hand}
    for counter in PROBED:
        if counter == "deepspeed" and counter not in versions:
            continue
        print(f"{counter} ...", file=sys.stderr, flush=True)
        counts = printed(python, counter, list(hand))
        keys = {key for one in counts.values() if isinstance(one, dict) for key in one} or {counter}
        for name, one in counts.items():
            for key in TOOLS:
                if key in keys:
                    results[name][key] = one[key] if isinstance(one, dict) else plain(one)
    return {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "versions": versions,
        "tools": tools(versions),
        "probes": [
            {"name": name, "macs": macs, "biases": biases, "printed": results[name]}
            for name, (macs, biases) in hand.items()
        ],
    }


def plain(error: str) -> str:
    """Return an error in one short line."""
    return (error.splitlines() or [""])[0].rstrip(": ")[:80]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", type=Path, metavar="FILE", help="record the numbers here")
    options.add_argument("--update-readme", action="store_true", help="put the table there")
    given = options.parse_args()
    with peers() as python:
        record = measured(python)
    text = rendered(record)
    print(text)
    if given.json:
        written = json.dumps(record, indent=1) + "\n"
        given.json.write_text(written, encoding="utf-8", newline="\n")
    if given.update_readme:
        put(text)
    wrong = [p["name"] for p in record["probes"] if p["printed"]["archcalc"] != p["macs"]]
    sys.exit(f"archcalc is wrong on {', '.join(wrong)}" if wrong else 0)


if __name__ == "__main__":
    main()
