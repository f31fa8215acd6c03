"""Budgets in ``[tool.archcalc]`` of a project's pyproject.toml, with the lines they stand on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from ..errors import UsageError
from .budgets import Limit, condition, limit

FILE = "pyproject.toml"
_LARGEST = 2**20
_EXAMPLE = '[tool.archcalc.budget] with macs = "<= 310M", or [tool.archcalc.budget.NET]'


@dataclass(frozen=True)
class Budgets:
    """The limits of a project: those of every net, and those of single nets by name."""

    every: tuple[Limit, ...] = ()
    by_net: tuple[tuple[str, Limit], ...] = ()

    def of(self, net: str) -> list[Limit]:
        """Return the limits that a net has to keep."""
        return [*self.every, *(one for name, one in self.by_net if name == net)]


def project_budgets(folder: Path) -> Budgets:
    """Return the budgets of the nearest pyproject.toml, in a folder or above it.

    ``budget`` holds limits by column, for every net or in a table with a net's name; ``fail-if``
    is a list of conditions as ``--fail-if`` takes them. Errors: :class:`UsageError` (E50) for
    what is no budget, and where Python 3.10, which reads no TOML, would have to read one.
    """
    for place in (folder, *folder.parents):
        if (place / FILE).is_file():
            return _budgets(place / FILE)
        if (place / ".git").exists():
            break
    return Budgets()


def _budgets(path: Path) -> Budgets:
    try:
        with path.open("rb") as stream:
            text = stream.read(_LARGEST).decode("utf-8").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError("E33", f"cannot read {FILE}: {error}") from None
    if "archcalc" not in text:
        return Budgets()
    tool = _parsed(text).get("tool", {})
    ours = tool.get("archcalc", {}) if isinstance(tool, dict) else {}
    if not isinstance(ours, dict):
        raise UsageError("E50", f"{FILE}: tool.archcalc is no table", _EXAMPLE)
    budget, conditions = ours.get("budget", {}), ours.get("fail-if", [])
    if not isinstance(budget, dict) or not isinstance(conditions, list):
        fact = f"{FILE}: budget is a table, fail-if a list of conditions"
        raise UsageError("E50", fact, _EXAMPLE)
    every = [
        condition(str(one), _place(text, "tool.archcalc", "fail-if", str(one)))
        for one in conditions
    ]
    by_net: list[tuple[str, Limit]] = []
    for key, value in budget.items():
        if isinstance(value, dict):
            section = f"tool.archcalc.budget.{key}"
            by_net += [
                (key, limit(column, str(most), _place(text, section, column)))
                for column, most in value.items()
            ]
        else:
            every.append(limit(key, str(value), _place(text, "tool.archcalc.budget", key)))
    return Budgets(tuple(every), tuple(by_net))


def _parsed(text: str) -> dict[str, Any]:
    try:
        toml = import_module("tomllib")
    except ModuleNotFoundError:
        raise UsageError(
            "E50",
            f"{FILE} has budgets, and Python 3.10 reads no TOML",
            "Python 3.11 does; or give them as --fail-if 'macs > 310M'",
        ) from None
    try:
        found: dict[str, Any] = toml.loads(text)
    except toml.TOMLDecodeError as error:
        raise UsageError("E50", f"{FILE}: {error}") from None
    return found


def _place(text: str, section: str, key: str, item: str = "") -> str:
    """Return the file and the line of a key, or of an item of its list; no line if not found."""
    current, started = "", False
    for number, line in enumerate(text.split("\n"), 1):
        header = re.fullmatch(r"\s*\[\s*(.+?)\s*\]\s*(#.*)?", line)
        if header and "=" not in line and not started:
            current = re.sub(r"[\"'\s]", "", header[1])
            continue
        started = started or bool(
            current == re.sub(r"[\"'\s]", "", section)
            and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=", line)
        )
        if started and item in line:
            return f"{FILE}:{number}"
    return FILE
