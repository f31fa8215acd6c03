"""The worked steps to an expected answer, as lines of feedback."""

from __future__ import annotations

from ..conventions import CONVENTIONS
from ..explanation import working, workings
from ..renderers.worked import drawn_steps
from ..table import Steps
from .measures import Measure, Subject

INDENT = "    "
_MOST_LINES = 12


def worked_steps(subject: Subject, measure: Measure, layout: str = "hwc") -> Steps | None:
    """Return the working of a question; None where its measure has none."""
    if measure.metric not in workings() or subject.last < 0:
        return None
    positions: tuple[int, ...] | None = None if subject.is_whole else subject.positions
    if measure.metric == "output" or measure.unit == "pixels":
        positions = (subject.last,)
    counting = measure.key if measure.key in CONVENTIONS and measure.metric == "macs" else "macs"
    if positions is None and len(subject.analysis.nodes) == 1:
        positions = (0,)
    return working(subject.analysis, positions, measure.metric, counting=counting, layout=layout)


def worked_lines(subject: Subject, measure: Measure, layout: str = "hwc") -> tuple[str, ...]:
    """Return the working as lines that keep their blanks; long ones lose their middle."""
    steps = worked_steps(subject, measure, layout)
    if steps is None:
        reason = measure.reason(subject)
        return (INDENT + reason,) if reason else ()
    lines = [line[2:] for line in drawn_steps(steps, 72).split("\n")[1:]]
    if len(lines) > _MOST_LINES:
        half = _MOST_LINES // 2
        left_out = f"... ({len(lines) - 2 * half} lines more)"
        lines = [*lines[:half], left_out, *lines[-half:]]
    return tuple(INDENT + line for line in lines)
