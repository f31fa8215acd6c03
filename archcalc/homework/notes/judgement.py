"""A written number held against what a net comes to, and why it is wrong where it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from ...analysis import Analysis
from ...arithmetic.unknown import Unknown
from ...layers.base import ordered, spatial
from ...quantities.receptive_field import WHOLE
from ..diagnosis import Diagnosis, Finding
from ..letters import decimal, shown
from ..measures import Cost, Measure, OfLayers, OutputShape, Subject, measure
from ..numerals import Answer, Blank, Sizes, Unreadable, Written, number, sizes
from ..precision import Agreement, Tolerance, agreement, fits
from .arithmetic import compared, hedged
from .claims import CUT_OFF, RIGHT, UNCLEAR, UNREADABLE, WRONG
from .words import UNITS, Asked

_TOLERANCE = Tolerance(digits=1)
_MOST_EXPLAINED = 30
_MOST_LAYERS = 1000  # of a net whose wrong numbers are explained
_MOST_WORK = 20_000_000
_WHOLE = frozenset(("whole", "all", "everything", "전체", "모두"))
_VERDICTS = {Agreement.WRONG: WRONG, Agreement.TRUNCATED: CUT_OFF}
_PLAIN_UNITS = {
    "pixels": ("pixels", "positions", "values", "units"),
    "bytes": ("bytes",),
}


@dataclass(frozen=True)
class Ruling:
    """What is found about a number."""

    verdict: str
    written: str
    expected: str = ""
    lines: tuple[str, ...] = ()


class Judge:
    """Holds numbers against nets; what it works out, it works out once."""

    def __init__(self) -> None:
        self.values: dict[Any, Any] = {}
        self.kept: dict[int, Analysis] = {}
        self.diagnoses: dict[Any, Diagnosis] = {}
        self.explained = self.work = 0

    def ruling(
        self,
        asked: Asked,
        subject: Subject,
        text: str,
        *,
        rough: bool = False,
        scale: Fraction = Fraction(1),
    ) -> Ruling:
        """Return what is to be said about a text that states a quantity of a net.

        ``rough`` says that the number is only about right, ``scale`` the unit of its column.
        """
        try:
            return self._ruling(asked, subject, text, rough, scale)
        except Blank:
            return Ruling(UNCLEAR, text, lines=("no number",))
        except Unreadable as refusal:
            return Ruling(UNREADABLE, text, lines=(str(refusal),))

    def _ruling(
        self, asked: Asked, subject: Subject, text: str, rough: bool, scale: Fraction
    ) -> Ruling:
        first = measure(asked.key)
        value = self.value(first, subject)
        if not isinstance(value, int | Fraction | tuple) and value is not WHOLE:
            return Ruling(
                UNCLEAR, text, lines=(f"no {first.title} of {subject.name}: {_why(value)}",)
            )
        if isinstance(first, OutputShape) or isinstance(value, tuple) or value is WHOLE:
            return self._sizes(first, subject, value, text)
        if first.unit == "pixels" and (both := _square(text)):
            value = (value, value)
            return self._sizes(first, subject, value, both)
        answer = number(text)
        written = _in_unit(answer.final, scale)
        written = hedged(written) if rough else written
        refused = _other_unit(first, written)
        if refused:
            return Ruling(UNCLEAR, written.text, lines=(refused,))
        exact = "" if written.half else "full"
        agreeing = {
            key: _agreement(written, self.value(measure(key), subject))
            for key in (asked.key, *asked.also)
        }
        for verdict in (RIGHT, CUT_OFF):
            for key in (key for key, found in agreeing.items() if found is verdict):
                value = shown(self.value(measure(key), subject), measure(key), given=exact)
                said = [f"counted as {key}"] if key != asked.key else []
                return self._chained(answer, verdict, value, said)
        for key in asked.unsure:
            if _agreement(written, self.value(measure(key), subject)) is not WRONG:
                return Ruling(UNCLEAR, written.text, lines=(f"it may mean {measure(key).title}",))
        right = self.value(first, subject)
        lines = self._explained(first, subject, lambda one: one.of_number(written))
        off = abs(written.value - right)
        if not lines and not written.half and off < 10 <= right:
            lines = (f"Off by {decimal(off) if off.denominator > 1 else off}.",)
        return Ruling(WRONG, written.text, shown(right, first, given=exact), lines)

    def value(self, asked: Measure, subject: Subject) -> Any:
        """Return the exact value; None where that would take too long."""
        key = (asked.key, id(subject.analysis), subject.positions, subject.is_whole)
        if key not in self.values:
            many = len(subject.positions if isinstance(asked, OfLayers) else subject.analysis.nodes)
            self.work += many + 1
            late = self.work > _MOST_WORK
            self.kept[id(subject.analysis)] = subject.analysis  # or its id would be another's
            self.values[key] = None if late else asked.value(subject)
        return self.values[key]

    def _chained(self, answer: Answer, found: str, expected: str, said: list[str]) -> Ruling:
        """Return that a number is right, unless the calculation in front of it is not."""
        verdict, value, remark = compared(answer.sides)
        if verdict is WRONG:
            return Ruling(WRONG, answer.final.text, value, (f"the result is right, but {remark}",))
        lines = (*said, *([remark] if remark else ()))
        if found is CUT_OFF:
            lines = (*lines, f"cut off, not rounded: {expected}")
        return Ruling(found, answer.final.text, expected, lines)

    # Sizes

    def _sizes(self, asked: Measure, subject: Subject, value: Any, text: str) -> Ruling:
        expected = shown(value, asked)
        if value is WHOLE and any(word in _WHOLE for word in text.lower().split()):
            return Ruling(RIGHT, text, expected)
        read = sizes(text)
        if value is WHOLE:
            return self._whole(asked, subject, read)
        if self._same(asked, read, value):
            return Ruling(RIGHT, read.text, expected)
        lines: tuple[str, ...] = ()
        if isinstance(asked, OutputShape):
            if len(read.values) != len(value) and len(read.values) != len(spatial(value)):
                fact = f"{len(read.values)} numbers for an output of {len(value)}"
                return Ruling(UNCLEAR, read.text, lines=(fact,))
            lines = self._explained(
                asked,
                subject,
                lambda one: one.of_shape(read, lambda shape: self._same(asked, read, shape)),
            )
        return Ruling(WRONG, read.text, expected, lines)

    def _whole(self, asked: Measure, subject: Subject, read: Sizes) -> Ruling:
        """Judge a field that is the whole input: its size, or what it would be without a border."""
        unclipped = getattr(asked, "unclipped", lambda _: None)(subject)
        inputs = list(subject.analysis.graph.inputs.values())
        allowed = {unclipped, *(side for shape in inputs for side in spatial(shape))}
        if set(read.values) <= allowed:
            return Ruling(RIGHT, read.text, "whole")
        also = f"whole ({unclipped} without the border)" if unclipped else "whole"
        return Ruling(WRONG, read.text, also)

    def _same(self, asked: Measure, read: Sizes, value: Any) -> bool:
        """Tell whether sizes are a shape in either order, or its height and width."""
        if not isinstance(asked, OutputShape):
            given = list(read.values)
            return (given * len(value) if len(given) == 1 else given) == list(value)
        given = list(read.values)
        first = read.channels_first
        orders = ("hwc", "chw") if first is None else ("chw",) if first else ("hwc",)
        if any(given == list(ordered(value, order)) for order in orders):
            return True
        sides = list(spatial(value))
        if len(value) == 1:
            return given in ([1, 1, *value], [*value, 1, 1])
        return bool(sides) and (given == sides or (len(given) == 1 and set(given) == set(sides)))

    # Why it is wrong

    def _explained(self, asked: Measure, subject: Subject, finding: Any) -> tuple[str, ...]:
        late = self.explained >= _MOST_EXPLAINED or len(subject.analysis.nodes) > _MOST_LAYERS
        if late or (not subject.is_whole and len(subject.positions) > 1):
            return ()  # slips are told of layers and of nets
        self.explained += 1
        key = (asked.key, id(subject.analysis), subject.positions, subject.is_whole)
        if key not in self.diagnoses:
            self.diagnoses[key] = Diagnosis(subject, asked)
        return _lines(finding(self.diagnoses[key]))


def _square(text: str) -> str:
    """Return a size written for two axes, such as 163x163; nothing where it is no such size."""
    try:
        read = sizes(text)
    except Unreadable:
        return ""
    return read.text if len(read.values) == 2 else ""


def _lines(findings: Sequence[Finding]) -> tuple[str, ...]:
    lines: list[str] = []
    for one in findings:
        tag = f" [{one.tag}]" if one.slips else ""
        lines += [*one.lines[:-1], one.lines[-1] + tag]
    return tuple(lines)


def _agreement(written: Written, value: Any) -> str:
    if not isinstance(value, int | Fraction):
        return WRONG
    found = _VERDICTS.get(agreement(written, value, _TOLERANCE), RIGHT)
    if found is WRONG and Fraction(value).denominator != 1 and fits(written, value):
        return CUT_OFF
    return found


def _in_unit(written: Written, scale: Fraction) -> Written:
    """Read a bare number in the unit of its column: 112.9 under MACs (M)."""
    if scale == 1 or written.suffix or written.scale != 1:
        return written
    half = (written.half or Fraction(1, 2)) * scale
    return replace(written, value=written.value * scale, half=half, scale=scale, unit="")


def _other_unit(asked: Measure, written: Written) -> str:
    """Say why the unit of a number does not go with what is asked for."""
    unit = written.unit
    if asked.unit == "bytes":
        return "" if unit == "bytes" or written.scale != 1 else "bytes of what unit?"
    named = UNITS.get(unit)
    if not unit or unit in _PLAIN_UNITS.get(asked.unit, ()) or unit == "values":
        return ""
    same = named in (asked.key, "ops") or (unit == "layers" and asked.key == "depth")
    same = same or (isinstance(asked, Cost) and named == "flops" and asked.key != "macs")
    return "" if same else f"{unit} behind the number"


def _why(value: Any) -> str:
    return value.reason if isinstance(value, Unknown) else "it does not apply"
