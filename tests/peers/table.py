"""The probes as a markdown table, from what ``probes.py`` recorded; needs no peer and no torch.

``python tests/peers/table.py`` puts the recorded table in README.md.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import tabulate as tabulating
from tabulate import tabulate

tabulating.MIN_PADDING = 0  # as archcalc's own markdown has it

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
RECORD = ROOT / "reports" / "data" / "peers.json"  # reports/accuracy.md reads it too
MARKED = re.compile(r"(<!-- peers -->\n)(.*?)(<!-- /peers -->)", re.DOTALL)

# What a counter is called in the record, in the table, and by the package that has its version
TOOLS = {
    "archcalc": ("archcalc", ""),
    "torch-meta": ("FlopCounterMode, meta", "torch"),
    "torch-cpu": ("FlopCounterMode, CPU", "torch"),
    "deepspeed": ("DeepSpeed", "deepspeed"),
    "fvcore": ("fvcore", "fvcore"),
    "calflops": ("calflops", "calflops"),
    "ptflops-aten": ("ptflops, aten", "ptflops"),
    "ptflops": ("ptflops, pytorch", "ptflops"),
    "thop": ("thop", "thop"),
    "torchinfo": ("torchinfo", "torchinfo"),
}
LEGEND = (
    "Multiply-adds that a tool counts / those by hand, evaluation mode: `1` is exact, `0` is work"
    " it does not see, `?` is no number. Some count biases on purpose (the last row but one takes"
    " that as right), ptflops and thop activations and normalizations too. FlopCounterMode prints"
    " operations, halved here; ptflops, pytorch the mean over a batch, multiplied here."
)


def tools(versions: dict[str, str]) -> list[dict[str, str]]:
    """Return the counters as the record has them: key, title, version, each in its column."""
    return [
        {"key": key, "title": title, "version": release(versions.get(package, ""))}
        for key, (title, package) in TOOLS.items()
    ]


def release(version: str) -> str:
    """Return a version without what is behind its numbers.

    >>> release("2.13.0+cpu"), release("0.1.5.post20221221")
    ('2.13.0', '0.1.5')
    """
    return re.sub(r"[.]post.*|[-+].*", "", version)


def recorded() -> dict[str, Any]:
    """Return what the last run of ``probes.py`` recorded."""
    found: dict[str, Any] = json.loads(RECORD.read_text(encoding="utf-8"))
    return found


def ratio(printed: int, macs: int) -> str:
    """Write a count as a multiple of another: whole where it is, else with three decimals."""
    return str(printed // macs) if printed % macs == 0 else f"{printed / macs:.3f}"


def rendered(record: dict[str, Any]) -> str:
    """Return the table, what its cells are, and why some are without a number."""
    tools = [key for key in TOOLS if any(key in probe["printed"] for probe in record["probes"])]
    reasons: dict[str, str] = {}
    exact: Counter[str] = Counter()
    right: Counter[str] = Counter()
    rows = []
    for probe in record["probes"]:
        macs, row = probe["macs"], [probe["name"]]
        for key in tools:
            printed = probe["printed"][key]
            if isinstance(printed, str):
                sentence = f"{TOOLS[key][0]} stops with `{printed}`"
                row.append(f"? {reasons.setdefault(sentence, f'({len(reasons) + 1})')}")
                continue
            exact[key] += printed == macs
            right[key] += printed in (macs, macs + probe["biases"])
            row.append(ratio(printed, macs))
        rows.append(row)
    rows.append(["exact, or with biases", *(str(right[key]) for key in tools)])
    rows.append([f"**exact of {len(rows) - 1}**", *(f"**{exact[key]}**" for key in tools)])
    versions = [record["versions"].get(TOOLS[key][1], "") for key in tools]
    heads = [
        f"{TOOLS[key][0]} {release(version)}".strip()
        for key, version in zip(tools, versions, strict=True)
    ]
    table = tabulate(rows, ["", *heads], tablefmt="github", disable_numparse=True)
    notes = [f"{mark} {sentence}." for sentence, mark in reasons.items()]
    return "\n\n".join([table, LEGEND, *notes]) + "\n"


def put(text: str) -> None:
    """Replace the README's table."""
    old = README.read_text(encoding="utf-8")
    new = MARKED.sub(lambda found: f"{found[1]}{text}{found[3]}", old)
    README.write_text(new, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    put(rendered(recorded()))
