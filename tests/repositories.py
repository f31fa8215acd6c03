"""Git repositories of nets for tests: made anew, with no configuration but their own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

STUDENT = """\
archcalc: 1
input: 56x56x64
layers:
  - stem: conv 3x3x64 pad 1
  - mid: 1x1 conv, 32
  - last: conv 3x3x64 pad 1
"""
GROWN = """\
archcalc: 1
input: 56x56x64
layers:
  - stem: conv 3x3x64 pad 1
  - narrow: 1x1 conv, 32
  - extra: conv 3x3x32 pad 1
  - last: conv 3x3x128 pad 1
"""
ISOLATED = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GITHUB_STEP_SUMMARY": "",
}


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments],
        env={**_inherited(), **ISOLATED},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def repository(folder: Path, files: dict[str, str]) -> Path:
    """Make a repository with one commit of these files, on the branch main."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "config", "user.name", "A Tester")
    git(folder, "config", "user.email", "tester@example.invalid")
    commit(folder, files)
    return folder


def commit(folder: Path, files: dict[str, str]) -> str:
    """Write and commit files; return the commit's name."""
    write(folder, files)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "nets")
    return git(folder, "rev-parse", "HEAD")


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


@contextmanager
def isolated(**environment: str) -> Iterator[None]:
    given = {**_inherited(), **ISOLATED, **environment}
    with mock.patch.dict(os.environ, given, clear=True):
        yield


def _inherited() -> dict[str, str]:
    """Return the environment without what a git hook or GitHub that runs the tests has set."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "GITHUB_"))}
