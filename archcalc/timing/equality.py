"""Before anything is timed: is the torch module what the counts are about? Shapes, params, MACs.

On the meta device, so it costs nothing. What differs is refused with both numbers.
"""

from __future__ import annotations

from typing import Any

from ..layers.base import written
from ..oracles import flop_counter, shapes, weights
from ..oracles.base import DIFFERS, Check, Refused
from ..oracles.subject import Subject


def refusals(subject: Subject) -> dict[str, str]:
    """Return why layers, by name, or (``""``) the whole net are not to be timed.

    Errors: :class:`~archcalc.errors.UsageError` (E29) while a size is a symbol.
    """
    analysis = subject.analysis
    try:
        _ = subject.module
    except (RuntimeError, ValueError) as error:
        reason = f"torch cannot build the net: {str(error).splitlines()[0][:160]}"
        return dict.fromkeys(["", *(node.name for node in analysis.nodes)], reason)
    found: dict[str, str] = {}
    for oracle in (shapes.ORACLE, weights.ORACLE, flop_counter.ORACLE):
        for check in oracle.checks(subject):
            if check.verdict == DIFFERS:
                found.setdefault(check.layer, _both(check))
    for name, reason in subject.stand_ins.reasons.items():
        found.setdefault(name, reason)
    blocked = next((f"{name}: {reason}" for name, reason in found.items() if name), "")
    if blocked:
        found.setdefault("", blocked)
    return found


def idle(subject: Subject, *, training: bool) -> set[str]:
    """Return the layers whose output is the memory of an input: views, and what inference skips."""
    try:
        run = subject.training if training else subject.inference
    except (RuntimeError, ValueError) as error:  # the net cannot be built: it is refused anyway
        run = Refused(str(error))
    if isinstance(run, Refused):
        return {node.name for node, facts in subject.layers if facts.is_view}
    return {name for name, made in run.layers.items() if made.makes in made.reads}


def _both(check: Check) -> str:
    if isinstance(check.theirs, Refused):
        return check.theirs.reason
    ours, theirs = (_text(value, check.unit) for value in (check.ours, check.theirs))
    return f"{check.title} differ: archcalc {ours}, {check.witness} {theirs}"


def _text(value: Any, unit: str) -> str:
    if unit == "shape":
        return written(value)
    if unit == "names":
        return "; ".join(value) or "none"
    return f"{value:,}"
