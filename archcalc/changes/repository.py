"""The files of a git repository as they were: read by git, with lists of arguments and no shell."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from ..errors import MissingDependency, UsageError
from ..notation.source import LARGEST_TEXT

_PATIENCE = 60  # seconds: a partial clone fetches what it lacks


@dataclass(frozen=True)
class Base:
    """A commit of a repository: its top folder, what the commit was asked for by, and its name."""

    top: Path
    ref: str
    commit: str

    def text(self, path: str) -> str | None:
        """Return a file as the commit has it; None where it has none.

        Errors: :class:`UsageError` E43 for a path outside the repository, E44 for a file over
        1 MiB, E35 for one that is not UTF-8.
        """
        place = Path(path).resolve()
        if not place.is_relative_to(self.top):
            fact = f"{path} is outside the repository {self.top}"
            raise UsageError("E43", fact, "--base FILE.json compares with saved numbers")
        inside = place.relative_to(self.top).as_posix()
        listed = _git(
            self.top, "--literal-pathspecs", "ls-tree", "-z", "--long", self.commit, "--", inside
        )
        entry = listed.split(b"\t")[0].split()
        if len(entry) != 4 or entry[1] != b"blob" or entry[0] == b"120000":
            return None
        if int(entry[3]) > LARGEST_TEXT:
            raise UsageError("E44", f"{self.ref}:{inside} is larger than 1 MiB")
        data = _git(self.top, "cat-file", "blob", entry[2].decode())
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise UsageError("E35", f"{self.ref}:{inside} is not UTF-8", "save it so") from None


def base_of(ref: str, folder: str = ".") -> Base:
    """Return the commit that a branch, a tag or another name stands for in a folder's repository.

    Errors: :class:`UsageError` (E43) outside a repository and for a name that it does not know,
    with the remedy for a shallow clone; :class:`MissingDependency` without git.
    """
    top = Path(os.fsdecode(_git(folder, "rev-parse", "--show-toplevel").rstrip(b"\n"))).resolve()
    if ref.startswith("-") or not ref.isprintable() or not ref:
        raise UsageError("E43", f'"{ref[:40]}" is no name of a commit', "--base origin/main")
    try:
        found = _git(top, "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
    except UsageError:
        raise _unknown(ref, top) from None
    return Base(top, ref, found.decode().strip())


def _unknown(ref: str, top: Path) -> UsageError:
    if _git(top, "rev-parse", "--is-shallow-repository").strip() == b"true":
        return UsageError(
            "E43",
            f"{ref} is not in this clone, which is shallow: it holds the last commits only",
            "fetch-depth: 0 in actions/checkout; or git fetch --unshallow origin",
        )
    if ref == "HEAD":
        fact = "there is no commit yet to compare with"
        return UsageError("E43", fact, "commit once; or --base FILE.json")
    remote, slash, branch = ref.partition("/")
    fetch = f"git fetch {remote} {branch}" if slash else "git fetch origin"
    return UsageError("E43", f"{ref} is not in this clone", f"{fetch}; git branch --all lists")


def _git(folder: str | Path, *arguments: str) -> bytes:
    environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=environment,
            timeout=_PATIENCE,
            check=False,
        )
    except FileNotFoundError:
        raise MissingDependency(
            "--base REF needs git, which is not installed", "--base FILE.json does not"
        ) from None
    except subprocess.TimeoutExpired:
        raise UsageError("E43", f"git {arguments[0]} took over {_PATIENCE} seconds") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        fact = said[0].removeprefix("fatal: ") if said else "it gave no reason"
        raise UsageError("E43", f"git: {fact}", "--base FILE.json compares with saved numbers")
    return done.stdout
