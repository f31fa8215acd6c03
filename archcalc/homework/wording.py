"""What a student is told about a slip: its message with the numbers of the layer it happened in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from ..arithmetic.units import exact, short, short_bytes, significant
from ..arithmetic.unknown import Unknown
from ..conventions import Convention
from ..layers.base import channels
from .candidates import Candidate, Candidates, mistaken
from .letters import Letters, letters, names_of, shown, side_text, wanted
from .measures import Cost, Measure, OfLayers, Place, Subject
from .slips import SLIPS, ShapeSlip, SizeSlip, Slip, TermSlip


@dataclass(frozen=True)
class Finding:
    """One explanation of a number: slips, or a convention; ``lines`` say it to the student.

    ``brief`` names it in a few words where the slip's own name is too general; ``count`` is what
    the number counts instead, where it answers another question.
    """

    slips: tuple[Slip, ...]
    lines: tuple[str, ...]
    convention: Convention | None = None
    candidate: Candidate | None = None
    brief: str = ""
    count: str = ""
    is_one_of_many: bool = False

    @property
    def tag(self) -> str:
        """The ids as a mark shows them: ``P02 + P03``; else what was counted instead."""
        return " + ".join(one.id for one in self.slips) or self.count

    @property
    def fraction(self) -> Fraction:
        """The credit by default: of a pair, the smaller; none for one layer counted of many."""
        if self.is_one_of_many:
            return Fraction(0)
        return min((one.fraction for one in self.slips), default=Fraction(0))


class Wording:
    """Puts candidates into words, for one question."""

    def __init__(self, candidates: Candidates, layout: str) -> None:
        self.candidates, self.layout = candidates, layout
        self.subject: Subject = candidates.subject
        self.measure: Measure = candidates.measure

    def finding(self, candidate: Candidate, given: str) -> Finding:
        """Return a candidate in words."""
        lines: list[str] = []
        for one in candidate.slips:
            lines += self._said(one, candidate, given)
        brief = ""
        if candidate.slips[0].id == "O08" and len(candidate.slips) == 1:
            brief = f"{self._gone(candidate)} left out"
        said = tuple(dict.fromkeys(lines))
        alone = (
            bool(brief)
            and len(candidate.positions) > 1
            and not self._kind_of(set(candidate.positions))
        )
        return Finding(candidate.slips, said, None, candidate, brief, is_one_of_many=alone)

    def _gone(self, candidate: Candidate) -> str:
        kind = self._kind_of(set(candidate.positions))
        if kind:
            return f"the {kind} layers"
        return " and ".join(self._names[p] for p in sorted(candidate.positions))

    def _kind_of(self, missing: set[int]) -> str:
        """Return the word of all layers left out, where all layers of that word are."""
        nodes = self.subject.analysis.nodes
        words = {nodes[p].layer.word for p in missing}
        kept = {nodes[p].layer.word for p in self.subject.positions if p not in missing}
        return words.pop() if len(missing) > 1 and len(words) == 1 and not words & kept else ""

    def _said(self, one: Slip, candidate: Candidate, given: str) -> list[str]:
        if one.id == "O08":
            return self._left_out(candidate, given)
        concerned = candidate.positions
        many = len(concerned) != 1 or len(self.subject.positions) > 1
        template = one.general if one.general and many and len(concerned) != 1 else one.message
        place = Place(self.subject.analysis, concerned[0]) if concerned else self._last
        texts = letters(place) if place is not None else Letters()
        texts |= self._numbers(one, candidate, given)
        texts |= self._own_numbers(one, candidate)
        of_all = {"given", "times"} if len(candidate.slips) > 1 else set()  # of the pair
        if one.general and (of_all & wanted(template) or not wanted(template) <= texts.keys()):
            template = one.general
        text = template.format_map(texts)
        if len(concerned) == 1 and (candidate.is_local or self._is_part(one, concerned[0])):
            text = f"In {self._name(concerned[0])}: {text}"
        return [text]

    def _is_part(self, one: Slip, position: int) -> bool:
        """Tell whether a layer in which a slip happened gives only a part of the answer."""
        if isinstance(one, SizeSlip | ShapeSlip):
            return position != self.subject.last
        if isinstance(one, TermSlip) and isinstance(self.measure, OfLayers):
            amounts = self.measure.amounts(self.subject)
            return sum(1 for amount in amounts if amount) > 1
        return False

    def _own_numbers(self, one: Slip, candidate: Candidate) -> dict[str, str]:
        """Return the right number, and the one given, of the layer in which a slip happened."""
        if not candidate.positions:
            return {}
        place = Place(self.subject.analysis, candidate.positions[0])
        if isinstance(one, SizeSlip | ShapeSlip):
            right: Any = place.facts.output
            if isinstance(one, ShapeSlip):
                return {"right": exact(int(channels(right)))}
            wrong = next(mistaken(one, place), right)
            if len(candidate.positions) > 1 and isinstance(candidate.value, tuple):
                wrong, right = candidate.value, self.candidates.right
            return {"right": side_text(right), "given": side_text(wrong)}
        if isinstance(one, TermSlip) and self._is_part(one, place.position):
            assert isinstance(self.measure, OfLayers)
            amounts = self.measure.amounts(self.subject)
            amount = amounts[self.subject.positions.index(place.position)]
            found = {"right": shown(amount, self.measure, given="full")}
            off = candidate.value - self.candidates.right
            if len(candidate.positions) == 1 and len(candidate.slips) == 1:
                found["given"] = shown(amount + off, self.measure, given="full")
                ratio = Fraction(amount + off, amount) if amount else Fraction(0)
                found["times"] = _times(ratio)
            return found
        return {}

    def _numbers(self, one: Slip, candidate: Candidate, given: str) -> dict[str, str]:
        right = self.candidates.right
        found = {"given": given, "label": candidate.label}
        if right is not None and not isinstance(right, Unknown):
            full = shown(right, self.measure, self.layout, given="full")
            found["right"] = full
            if one.id == "F07":
                unclipped = getattr(self.measure, "unclipped", lambda _: None)(self.subject)
                found["right"] = (
                    f"{unclipped} before clipping to the image" if unclipped else "whole"
                )
        if isinstance(right, int) and right:
            found["short"] = short(right)
            if isinstance(candidate.value, int | Fraction):
                ratio = Fraction(candidate.value) / right
                found["times"] = _times(ratio)
                if one.id in ("P14", "O16"):
                    power = round_power(1 / ratio)
                    found["binary"] = exact(1024**power)
            if self.measure.unit == "bytes":
                found["mib"], found["mb"] = short_bytes(right), _decimal_bytes(right)
        biases = [
            place.facts.weights["bias"][0]
            for place in self.subject.places
            if "bias" in place.facts.weights and place.position in (candidate.positions or ())
        ]
        if len(biases) > 1:
            found["all_b"] = exact(sum(int(n) for n in biases))
        return found

    def _left_out(self, candidate: Candidate, given: str) -> list[str]:
        missing = set(candidate.positions)
        assert isinstance(self.measure, OfLayers)
        worths = self.measure.amounts(self.subject)
        amounts = [
            (p, worth) for p, worth in zip(self.subject.positions, worths, strict=True) if worth
        ]
        kept = [p for p, _ in amounts if p not in missing]
        names = self._names
        what = "cost" if isinstance(self.measure, Cost) else f"{self.measure.title}"
        if len(kept) == 1:
            head = f"{given} equals the {what} of the {names[kept[0]]} layer alone:"
        else:
            head = f"{given} equals the {what} without {self._gone(candidate)}:"
        lines = [head]
        if len(amounts) <= 6:
            lines += self._parts(amounts, missing)
        gone = " and ".join(_plainly(names[p]) for p in sorted(missing))
        gone = self._kind_of(missing) or gone
        verb = "layer is" if len(missing) == 1 else "layers are"
        return [*lines, SLIPS["O08"].message.format(missing=f"{gone} {verb}")]

    def _parts(self, amounts: Sequence[tuple[int, int]], missing: set[int]) -> list[str]:
        from ..explanation import cost_formula

        rows = []
        for position, amount in amounts:
            node, facts = (
                self.subject.analysis.nodes[position],
                self.subject.analysis.facts[position],
            )
            formula = cost_formula(node.layer, facts) if self.measure.key == "macs" else ""
            said = "missing" if position in missing else "yours"
            rows.append((self._names[position], formula, exact(amount), said))
        widths = [max(len(row[i]) for row in rows) for i in range(3)]
        found = []
        for name, formula, amount_text, said in rows:
            equation = f"{formula.ljust(widths[1])} = " if formula else ""
            found.append(
                f"    {name.ljust(widths[0])}  {equation}{amount_text.rjust(widths[2])}   {said}"
            )
        return found

    @cached_property
    def _names(self) -> dict[int, str]:
        return names_of(self.subject)

    def _name(self, position: int) -> str:
        """Return what a layer is called, also one in front of those asked about."""
        if position in self._names:
            return self._names[position]
        analysis = self.subject.analysis
        return names_of(Subject(analysis, tuple(range(len(analysis.nodes)))))[position]

    @property
    def _last(self) -> Place | None:
        last = self.subject.last
        return Place(self.subject.analysis, last) if last >= 0 else None


def _times(ratio: Fraction) -> str:
    times = significant(ratio.numerator, ratio.denominator, 3)
    return f"{times.rstrip('0').rstrip('.') if '.' in times else times}x"


def round_power(ratio: Fraction) -> int:
    """Return the power n for which 1.024^n is nearest to a ratio."""
    return min(range(1, 5), key=lambda n: abs(Fraction(1024, 1000) ** n - ratio))


def _decimal_bytes(number: int) -> str:
    for scale, unit in ((10**9, "GB"), (10**6, "MB"), (10**3, "KB")):
        if number >= scale:
            return f"{significant(number, scale, 4)} {unit}"
    return f"{number} B"


def _plainly(name: str) -> str:
    """Return a layer's name without what it is for: the 1x1 reduction is the 1x1 layer."""
    return name.removesuffix(" reduction").removesuffix(" expansion")
