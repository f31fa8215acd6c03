"""Transcripts: text files of ``$ archcalc ...`` lines, each followed by what it prints.

Standard output comes first, then standard error, then ``[exit N]`` where N is not 0. A line that
ends in a backslash goes on; ``echo TEXT | archcalc ...`` gives standard input; ``| tail`` and the
like are not supported: the output is whole.
"""

from __future__ import annotations

import contextlib
import io
import os
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

from archcalc.cli import main
from archcalc.readers import stored

GOLDEN = Path(__file__).parent / "golden"


class _Terminal(io.StringIO):
    """Standard output as a terminal of 80 columns."""

    def isatty(self) -> bool:
        return True


def commands(text: str) -> Iterator[tuple[str, str]]:
    """Split a transcript into commands and their outputs."""
    command: list[str] = []
    output: list[str] = []
    going_on = False
    for line in text.splitlines():
        if going_on:
            command.append(line)
            going_on = line.endswith("\\")
        elif line.startswith("$ "):
            if command:
                yield "\n".join(command), "\n".join(output)
            command, output = [line[2:]], []
            going_on = line.endswith("\\")
        elif command:
            output.append(line)
    if command:
        yield "\n".join(command), "\n".join(output)


def run(command: str, folder: Path | None = None) -> str:
    """Run a command in this process and return what it prints, as a transcript has it."""
    words = shlex.split(command.replace("\\\n", " "))
    given = ""
    if words[0] in ("echo", "cat"):
        bar = words.index("|")
        given = " ".join(words[1:bar]) + "\n"
        if words[0] == "cat":
            given = ((folder or GOLDEN) / words[1]).read_text(encoding="utf-8")
        words = words[bar + 1 :]
    assert words[0] == "archcalc", command
    out, err = _Terminal(), io.StringIO()
    stdin = io.TextIOWrapper(io.BytesIO(given.encode()), encoding="utf-8")
    stored._standard_input.cache_clear()
    code: int | str | None = 0
    with (
        contextlib.chdir(folder or GOLDEN)
        if hasattr(contextlib, "chdir")
        else _changed(folder or GOLDEN),
        mock.patch.object(sys, "argv", words),
        mock.patch.dict(os.environ, {"COLUMNS": "80"}),
        mock.patch.object(sys, "stdin", stdin),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as stop:
            code = stop.code
    parts = [out.getvalue().rstrip("\n"), err.getvalue().rstrip("\n")]
    text = "\n".join(part for part in parts if part)
    return f"{text}\n[exit {code}]".lstrip("\n") if code else text


@contextlib.contextmanager
def _changed(folder: Path) -> Iterator[None]:
    """Stand in for ``contextlib.chdir``, which Python 3.10 lacks."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def rewritten(text: str, folder: Path | None = None) -> str:
    """Return the transcript with the outputs of today; lines before the first command stay."""
    head = text.split("$ ", 1)[0] if not text.startswith("$ ") else ""
    blocks = [
        f"$ {command}\n{run(command, folder)}".rstrip() + "\n" for command, _ in commands(text)
    ]
    return head + "\n".join(blocks)
