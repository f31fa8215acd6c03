"""What the commands print, word for word: help screens and errors included."""

from __future__ import annotations

from pathlib import Path

import pytest

from transcripts import GOLDEN, commands, rewritten, run

FILES = sorted(GOLDEN.glob("*.txt"))
CASES = [
    pytest.param(path, command, output, id=f"{path.stem}:{i}")
    for path in FILES
    for i, (command, output) in enumerate(commands(path.read_text(encoding="utf-8")))
]


def test_there_are_goldens() -> None:
    assert len(CASES) > 50


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_update(path: Path, update_golden: bool) -> None:
    if not update_golden:
        pytest.skip("rewrites with --update-golden only")
    text = path.read_text(encoding="utf-8")
    path.write_text(rewritten(text), encoding="utf-8", newline="\n")


@pytest.mark.parametrize(("path", "command", "output"), CASES)
def test_output(path: Path, command: str, output: str, update_golden: bool) -> None:
    if update_golden:
        pytest.skip("just rewritten")
    assert run(command) == output.rstrip("\n")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_fits_80_columns(path: Path) -> None:
    """Tables and errors fit a terminal; file formats and formulas are as long as needed."""
    if path.stem in ("formats", "graders", "symbolic"):
        pytest.skip("not laid out for a terminal")
    wide = []
    for _, output in commands(path.read_text(encoding="utf-8")):
        if not output.startswith("{"):  # JSON is no table
            wide += [line for line in output.splitlines() if len(line) > 80]
    assert not wide
