"""``make peers``: run other counters and hold what they print against their conventions here.

Installs them in a throw-away environment (nothing else is changed), runs each on torch modules
that archcalc builds from the zoo, and prints the differences, which should be none.
``--torchvision NAME...`` runs them on torchvision's modules instead, where it is installed.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from counters import COUNTERS
from environment import peers

from archcalc.analysis import walk
from archcalc.conventions import cost
from archcalc.readers import read

NETS = (
    "lenet5:modern",
    "alexnet:torchvision",
    "vgg11",
    "resnet18",
    "resnet50",
    "googlenet:torchvision",
    "densenet121",
    "mobilenet_v2",
    "squeezenet1_0",
    "efficientnet_b0",
)


def counted(python: Path, counter: str, names: list[str]) -> Iterator[tuple[str, dict[str, int]]]:
    """Give what a counter prints for each net; nothing where it cannot run."""
    command = [str(python), str(Path(__file__).with_name("counters.py")), counter, *names]
    done = subprocess.run(command, capture_output=True, text=True)
    for line in done.stdout.splitlines():
        found = json.loads(line)
        yield found["net"], found["counts"]
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
        print(f"{counter}: stopped: {reason[0]}", file=sys.stderr)


def main() -> None:
    names = sys.argv[1:] or list(NETS)
    differing = 0
    with peers() as python:
        for counter in COUNTERS:
            for name, counts in counted(python, counter, names):
                for key, number in counts.items():
                    line = f"{key:16} {name:24} {number:>16,}"
                    if "--torchvision" not in names:
                        mine = cost(key).total(walk(read(name)))
                        differing += mine != number
                        line += "  equal" if mine == number else f"  here {mine:,}"
                    print(line, flush=True)
    sys.exit(1 if differing else 0)


if __name__ == "__main__":
    main()
