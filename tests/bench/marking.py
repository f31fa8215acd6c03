"""How long marking a class takes: one process, a file for each student, as TAs run it.

python tests/bench/marking.py [--files 1000] [--questions 20] [--runs 3]

Right answers, slips, rounded numbers, unreadable cells and blanks are drawn with a fixed seed.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SPECS = {
    "vgg": "224x224x3 | a: conv 3x3x64 pad 1 | p: maxpool 2x2 | b: conv 3x3x128 pad 1 | f: fc 10",
    "naive": "14x14x480 | c: conv 5x5x48 pad 2",
    "small": "14x14x480 | r: conv 1x1x16 | c: conv 5x5x48 pad 2",
}
ASKED = (
    ("output", "vgg/a"),
    ("output", "vgg/b"),
    ("params", "vgg/a"),
    ("params", "vgg/b"),
    ("params", "vgg/f"),
    ("params", "vgg"),
    ("MACs", "vgg/a"),
    ("MACs", "vgg/b"),
    ("MACs", "vgg"),
    ("receptive_field", "vgg/b"),
    ("jump", "vgg/b"),
    ("memory", "vgg"),
    ("output", "naive"),
    ("params", "naive"),
    ("MACs", "naive"),
    ("MACs", "small"),
    ("params", "small/r"),
    ("MACs", "small/r"),
    ("FLOPs", "naive"),
    ("units", "vgg/a"),
)


def main() -> None:
    """Write a class, mark it some times, and print the seconds."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--questions", type=int, default=len(ASKED))
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        written(folder, given.files, given.questions)
        seconds = [marked(folder) for _ in range(given.runs)]
    runs = ", ".join(f"{one:.1f}" for one in seconds)
    middle = statistics.median(seconds)
    print(f"{given.files:,} files of {given.questions} questions: {runs} s (median {middle:.1f} s)")


def written(folder: Path, files: int, questions: int) -> None:
    """Write a key, and a sheet of answers for each student."""
    asked = [ASKED[n % len(ASKED)] for n in range(questions)]
    lines = ["archcalc-key: 1", "specs:", *(f"  {k}: '{text}'" for k, text in SPECS.items())]
    lines += ["questions:"]
    lines += [f"  - {{id: {n}, ask: {ask}, of: {of}}}" for n, (ask, of) in enumerate(asked, 1)]
    (folder / "hw.key.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    sys.path.insert(0, str(ROOT))
    from archcalc.homework.key import read_key

    right = [q.expected_text() for q in read_key(str(folder / "hw.key.yaml")).questions]
    rng = random.Random(5)
    for student in range(files):
        answers = [f"{n}. {answer(rng, text)}" for n, text in enumerate(right, 1)]
        text = "\n".join([f"Name: Student {student}", "", *answers]) + "\n"
        (folder / f"s{student:04}.md").write_text(text, encoding="utf-8")


def answer(rng: random.Random, right: str) -> str:
    """Return what a student may write: two in three are right."""
    way = rng.random()
    if way < 0.65:
        return right
    if way < 0.7:
        return ""
    if way < 0.72:
        return "112 9 M"
    plain = right.split()[0].replace(",", "")
    if not plain.isdigit():
        return f"{rng.randint(3, 224)}x{rng.randint(3, 224)}x{rng.choice((3, 64, 480))}"
    value = int(plain)
    if way < 0.76:
        return f"{value} = {value // 7} * 7"
    return str(rng.choice((2 * value, value // 2, value + 64, rng.randint(1, 10 * value + 9))))


def marked(folder: Path) -> float:
    """Mark the class in a process of its own; return the seconds."""
    words = [sys.executable, "-m", "archcalc", "check", "--key", "hw.key.yaml"]
    words += sorted(path.name for path in folder.glob("*.md"))
    started = time.perf_counter()
    done = subprocess.run(
        [*words, "-o", "marks.csv"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        check=False,
    )
    seconds = time.perf_counter() - started
    rows = (folder / "marks.csv").read_text(encoding="utf-8").count("\n") - 1
    assert (done.returncode, rows) == (1, len(words) - 6), "not everything was marked"
    return seconds


if __name__ == "__main__":
    main()
