"""What the README shows of commands that need torch is what they print."""

from __future__ import annotations

import re

import pytest

from test_readme import README, ROOT
from transcripts import commands, rewritten, run

BLOCK = re.compile(r"```console torch\n(.*?)```", re.DOTALL)
TEXT = README.read_text(encoding="utf-8")
CONSOLE = [case for block in BLOCK.findall(TEXT) for case in commands(block)]


def test_update(update_golden: bool) -> None:
    if not update_golden:
        pytest.skip("rewrites with --update-golden only")
    text = README.read_text(encoding="utf-8")
    text = BLOCK.sub(lambda found: f"```console torch\n{rewritten(found[1], ROOT)}```", text)
    README.write_text(text, encoding="utf-8", newline="\n")


def test_there_are_some() -> None:
    assert CONSOLE


@pytest.mark.parametrize(("command", "output"), CONSOLE)
def test_console(command: str, output: str, update_golden: bool) -> None:
    if update_golden:
        pytest.skip("just rewritten")
    assert run(command, ROOT) == output.rstrip("\n")
