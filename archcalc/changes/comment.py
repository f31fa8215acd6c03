"""What changed as a comment on a pull request, and as a part of a step's summary on GitHub."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from ..conventions import convention
from ..errors import UsageError
from ..quantities.base import Quantity
from ..renderers.markdown import escaped
from .amounts import amount, both, relative, signed
from .difference import Difference, NetChange
from .matching import LayerChange
from .page import base_name, left_text, more_text, over_text, remedy

MARKER = "<!-- archcalc:default -->"
LONGEST_COMMENT = 65_536
LARGEST_SUMMARY = 1024 * 1024
_MOST_LAYERS = 200
_MOST_NAME = 120


def comment(found: Difference, *, marked: bool = False, longest: int = LONGEST_COMMENT) -> str:
    """Return the text, at most so many characters: rows of layers are left out first.

    ``marked`` puts a line in front by which a comment is found again and updated.
    """
    head = [MARKER] if marked else []
    for most in (_MOST_LAYERS, 50, 10, 0):
        text = "\n".join([*head, *_lines(found, most)]) + "\n"
        if len(text) <= longest:
            return text
    last = f"\n\nThe rest is left out: a comment has at most {longest:,} characters.\n"
    return text[: text.rfind("\n", 0, longest - len(last))] + last


def append_summary(text: str) -> None:
    """Append a text to the summary of a step on GitHub, within its limit of 1 MiB.

    Errors: :class:`UsageError` E50 where GitHub has named no file, E33 where it takes nothing.
    """
    path = os.environ.get("GITHUB_STEP_SUMMARY", "")
    if not path:
        fact = "--step-summary appends to $GITHUB_STEP_SUMMARY, which is not set"
        raise UsageError("E50", fact, "GitHub sets it; elsewhere --comment-file FILE")
    try:
        used = Path(path).stat().st_size if Path(path).exists() else 0
        data = text.encode()
        if used + len(data) > LARGEST_SUMMARY:
            data = b"archcalc: the summary is full (1024 KiB); the log has the rest.\n"
        if used + len(data) <= LARGEST_SUMMARY:
            with open(path, "ab") as stream:
                stream.write(data)
    except OSError as error:
        raise UsageError("E33", f"cannot write {path}: {error.strerror}") from None


def _lines(found: Difference, most: int) -> list[str]:
    broken = found.broken
    how = "not kept" if any(held.verdict == "unknown" for _, held in broken) else "exceeded"
    said = f"{len(broken)} budget{'s' * (len(broken) != 1)} {how}" if broken else ""
    any_budget = any(net.budgets for net in found.nets)
    title = said or ("budgets kept" if any_budget else "no budget set")
    lines = [f"### archcalc: {title}", "", *_totals(found), ""]
    for net, held in broken:
        lines.append(f"- {_text(over_text(net, held))}; {_text(remedy(net, held))}")
    for net in found.nets:
        for held in net.budgets:
            if held.verdict == "new":
                lines.append(f"- {_text(net.name)}: {_text(held.fact)}")
            elif held.spare:
                lines.append(f"- {_text(net.name)} {_text(held.spare)}")
    if lines[-1]:
        lines.append("")
    for net in found.nets if most else ():
        lines += _layers(found, net, most)
    if not most and any(net.changed for net in found.nets):
        lines += ["The changed layers are left out: there are too many.", ""]
    if found.left:
        lines += [_text(left_text(found)), ""]
    counting = found.counting
    sentence = convention(counting.convention).sentence
    lines.append(
        f"<sub>Convention {counting.convention}: {_text(sentence)}. Batch {counting.batch}, "
        f"{counting.dtype}. Base: {_text(base_name(found))}.</sub>"
    )
    return lines


def _totals(found: Difference) -> list[str]:
    titles = [_text(column.title) for column in found.quantities]
    lines = _head(["net", *titles, "budget"], len(titles))
    for net in found.nets:
        cells = [_text(net.name)]
        for column in found.quantities:
            before, after = net.total(column)
            now = amount(after, column.unit)
            if net.before is None:
                change = "new"
            elif before == after:
                change = "same"
            else:
                parts = [signed(before, after, column.unit), relative(before, after)]
                change = ", ".join(dict.fromkeys(parts))
            cells.append(f"{_text(now)} ({_text(change)})")
        lines.append(f"| {' | '.join([*cells, _budget(net)])} |")
    return lines


def _budget(net: NetChange) -> str:
    over = [f"{one.column.title} {one.limit.text}" for one in net.budgets if one.is_broken]
    if over:
        return f"**over**: {_text(', '.join(over))}"
    return "within" if any(one.verdict == "within" for one in net.budgets) else ""


def _layers(found: Difference, net: NetChange, most: int) -> list[str]:
    changed = net.changed
    if not changed:
        return []
    count = f"{len(changed)} changed layer{'s' * (len(changed) != 1)}"
    named = f"{_text(net.name)}: {count}" if len(found.nets) > 1 else count
    titles = [_text(column.title) for column in found.quantities]
    lines = [f"<details><summary>{named}</summary>", ""]
    costly = net.costly(found.quantities)
    if costly:
        lines += _head(["layer", "what", *titles], len(titles), first=2)
    for change in costly[:most]:
        counts = [_text(_counts(change, column)) for column in found.quantities]
        lines.append(f"| {' | '.join([_text(change.name), change.kind, *counts])} |")
    if more := more_text(net, len(costly), most):
        lines += ["", more]
    return [*lines, "", "</details>", ""]


def _counts(change: LayerChange, column: Quantity) -> str:
    values = [one.values.get(column.key) for one in (change.before, change.after) if one]
    return both(values[0], values[-1], column.unit)


def _head(titles: Sequence[str], right: int, first: int = 1) -> list[str]:
    rules = ["---"] * first + ["---:"] * right + ["---"] * (len(titles) - first - right)
    return [f"| {' | '.join(titles)} |", f"|{'|'.join(rules)}|"]


def _text(text: str) -> str:
    """Escape what markdown would take for markup, and mentions; a name's length is bounded."""
    shown = text if len(text) <= 2 * _MOST_NAME else f"{text[: 2 * _MOST_NAME]}..."
    return escaped(" ".join(shown.split())).replace("@", "&#64;")
