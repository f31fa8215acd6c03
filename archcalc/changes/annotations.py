"""What changed as GitHub reads it in a log: a table, then annotations of files and lines."""

from __future__ import annotations

import os

from ..errors import printable
from ..renderers import render
from .difference import Difference
from .page import difference_page, remedy

MOST_OF_A_KIND = 10  # GitHub drops what a step has beyond


def annotated(found: Difference) -> str:
    """Return the log of a step: what changed, and at most ten annotations of a kind.

    Errors are broken budgets, warnings those that could not be checked against the base, notices
    limits that may be lowered. Nothing that a spec says can begin a command of its own.
    """
    errors, warnings, notices = [], [], []
    for net in found.nets:
        for held in net.budgets:
            about = {"file": _file(net.source), "line": "1"} if net.is_file else {}
            if held.is_broken:
                if net.is_file:
                    path, line = net.place(held)
                    about = {"file": _file(path), "line": str(line)}
                said = f"{net.name}: {held.fact}\nhelp: {remedy(net, held)}"
                errors.append(_command("error", said, about))
            elif held.verdict == "new":
                warnings.append(_command("warning", f"{net.name}: {held.fact}", about))
            elif held.spare:
                notices.append(_command("notice", f"{net.name} {held.spare}", about))
    lines = [_inert(render(difference_page(found), "table", width=80)).rstrip("\n")]
    for commands in (errors, warnings, notices):
        lines += commands[:MOST_OF_A_KIND]
    more = sum(max(len(commands) - MOST_OF_A_KIND, 0) for commands in (errors, warnings, notices))
    if more:
        lines.append(f"{more} more: see the text above, or the summary (--step-summary)")
    return "\n".join(lines) + "\n"


def _file(path: str) -> str:
    """Return a path as GitHub knows it: from the top of what it checked out."""
    top = os.environ.get("GITHUB_WORKSPACE", "")
    place = os.path.abspath(path)
    inside = top and os.path.commonpath([place, os.path.abspath(top)]) == os.path.abspath(top)
    return os.path.relpath(place, top) if inside else path


def _inert(text: str) -> str:
    """Take apart what GitHub would run as a command of the log."""
    return text.replace("::", ": :").replace("##[", "## [")


def _command(kind: str, message: str, about: dict[str, str]) -> str:
    """Return one workflow command, its properties and its message escaped as GitHub wants it."""
    shown = "\n".join(printable(line) for line in message.split("\n"))
    properties = ",".join(f"{key}={_property(value)}" for key, value in about.items())
    return f"::{kind}{f' {properties}' if properties else ''}::{_data(shown)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
