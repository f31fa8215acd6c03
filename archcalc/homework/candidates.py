"""Every number that a known slip makes of a question, worked out on that very spec."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

from ..arithmetic.dims import NotExact, Shape
from ..arithmetic.unknown import Unknown
from ..errors import ArchcalcError
from ..layers.base import Facts, Layer, UnaryLayer, channels, spatial, volume
from ..layers.window import TransposedWindow, Window
from .measures import Measure, OfFacts, OfLayers, Place, Subject
from .slips import (
    FieldSlip,
    KindSlip,
    NetSlip,
    NumberSlip,
    ShapeSlip,
    SizeSlip,
    Slip,
    SumSlip,
    TermSlip,
    ways,
)
from .slips.term import Term, term_of

_MOST_WALKS = 400  # mistaken walks of one question
_MOST_PAIRED = 40  # layers for which pairs of slips are worked out
_PARAMS = ("params", "weights", "weight_bytes")
_MACS = ("macs", "flops", "flops2", "macs+bias", "connections", "connections_with_bias")


@dataclass(frozen=True)
class Candidate:
    """What one slip, or a pair, makes of a question.

    ``positions`` are the layers in which it happened; ``label`` is what the slip itself says,
    such as another input size. ``is_local`` says that it was made in one layer where others gave
    occasion for it too.
    """

    slips: tuple[Slip, ...]
    value: Any
    positions: tuple[int, ...] = ()
    label: str = ""
    is_local: bool = False


class Candidates:
    """The numbers that slips give for one question; each kind is worked out when first needed."""

    def __init__(self, subject: Subject, measure: Measure) -> None:
        self.subject, self.measure = subject, measure

    @cached_property
    def right(self) -> Any:
        """The exact answer."""
        return self.measure.value(self.subject)

    @cached_property
    def singles(self) -> tuple[Candidate, ...]:
        """One candidate per slip, and per layer where several layers are asked about."""
        if self.right is None or isinstance(self.right, Unknown):
            return ()
        found = [
            *self._terms(),
            *self._sums(),
            *self._shapes(),
            *self._fields(),
            *self._nets(),
        ]
        return _distinct(found, self.right)

    def numbers(self, power: int) -> tuple[Candidate, ...]:
        """Return what slips of unit and convention give, for a suffix of a power of 1000."""
        if not isinstance(self.right, int | Fraction) or self.measure.unit in ("pixels", "shape"):
            return ()
        found = [
            Candidate((one,), self.right * factor)
            for one in ways(NumberSlip)
            if isinstance(one, NumberSlip)
            for factor in one.factors(power, self.measure.key)
        ]
        return _distinct(found, self.right)

    @cached_property
    def pairs(self) -> tuple[Candidate, ...]:
        """Two slips at once: of counting, everywhere, and then perhaps multiply and add apart."""
        return _distinct([*self._paired_terms(), *self._doubled()], self.right)

    def kinds(self, value: Fraction) -> Iterator[Candidate]:
        """Return slips that are no formula but a kind of answer."""
        if self.measure.key not in _PARAMS or not self.subject.positions:
            return
        for one in ways(KindSlip):
            assert isinstance(one, KindSlip)
            if all(one.holds(place, value) for place in self.subject.places):
                yield Candidate((one,), value, self.subject.positions)

    # Shapes: a wrong size, and everything behind it

    def _shapes(self) -> Iterator[Candidate]:
        if not isinstance(self.measure, OfFacts) or self.subject.last < 0:
            return
        walks, kinds = 0, [*ways(SizeSlip), *ways(ShapeSlip)]
        if self.measure.key in _PARAMS and not any(p.word == "fc" for p in self.subject.places):
            kinds = [*ways(ShapeSlip)]  # parameters depend on depths, but on no sizes
        for one in kinds:
            wrong: dict[int, list[Shape]] = {}
            for position in self._upstream:
                shapes = list(mistaken(one, Place(self.subject.analysis, position)))
                if shapes:
                    wrong[position] = shapes
            chosen = [{p: shape} for p, shapes in wrong.items() for shape in shapes]
            if len(wrong) > 1:
                chosen.append({p: shapes[0] for p, shapes in wrong.items()})
            for outputs in chosen:
                walks += 1
                if walks > _MOST_WALKS:
                    return
                value = self._walked(outputs, one if len(outputs) > 1 else None)
                if value is not None:
                    local = len(outputs) < len(wrong)
                    yield Candidate((one,), value, tuple(outputs), is_local=local)

    @cached_property
    def _upstream(self) -> tuple[int, ...]:
        """Positions of the layers that the answer depends on, as far as sizes go."""
        analysis = self.subject.analysis
        wanted = {analysis.nodes[p].name for p in (*self.subject.positions, self.subject.last)}
        found = []
        for position in range(len(analysis.nodes) - 1, -1, -1):
            node = analysis.nodes[position]
            if node.name in wanted:
                wanted |= set(node.inputs)
                found.append(position)
        return tuple(reversed(found))

    def _walked(self, outputs: dict[int, Shape], again: Slip | None) -> Any:
        """Return the answer where some layers have other outputs; None where nothing fits them.

        With ``again`` the slip is made in every layer, on the sizes that it has made itself.
        """
        facts = mistaken_walk(self.subject, outputs, again)
        if facts is None:
            return None
        assert isinstance(self.measure, OfFacts)
        return self.measure.given(self.subject, facts)

    # Counts: a product with a wrong factor

    @cached_property
    def _changes(self) -> dict[int, list[tuple[TermSlip, Term]]]:
        """What each slip of counting makes of each layer asked about."""
        found: dict[int, list[tuple[TermSlip, Term]]] = {}
        group = _group(self.measure)
        if not group or not isinstance(self.measure, OfLayers):
            return found
        for place in self.subject.places:
            term = term_of(place)
            for one in ways(TermSlip):
                assert isinstance(one, TermSlip)
                if not one.counts & group:
                    continue
                changed = one.change(term, place)
                if changed is not None and changed != term:
                    found.setdefault(place.position, []).append((one, changed))
        return found

    @cached_property
    def _own(self) -> dict[int, Any]:
        """What each layer asked about adds to the answer."""
        assert isinstance(self.measure, OfLayers)
        amounts = self.measure.amounts(self.subject)
        return dict(zip(self.subject.positions, amounts, strict=True))

    def _amount(self, position: int, term: Term) -> Any:
        assert isinstance(self.measure, OfLayers)
        place = Place(self.subject.analysis, position)
        facts = term.facts(place)
        amount = self.measure.amount(place.layer, facts, self.subject.analysis)
        return 0 if amount is None else amount

    def _terms(self) -> Iterator[Candidate]:
        if not self._changes or isinstance(self.right, Unknown):
            return
        by_slip: dict[TermSlip, dict[int, Any]] = {}
        for position, changes in self._changes.items():
            for one, term in changes:
                by_slip.setdefault(one, {})[position] = self._amount(position, term)
        for one, amounts in by_slip.items():
            changed = {p: amount - self._own[p] for p, amount in amounts.items()}
            yield Candidate((one,), self.right + sum(changed.values()), tuple(changed))
            if len(changed) > 1:
                for position, change in changed.items():
                    yield Candidate((one,), self.right + change, (position,), is_local=True)

    def _paired_terms(self) -> Iterator[Candidate]:
        if not self._changes or isinstance(self.right, Unknown):
            return
        if len(self._changes) > _MOST_PAIRED:
            return
        known = list(dict.fromkeys(one for changes in self._changes.values() for one, _ in changes))
        for i, first in enumerate(known):
            for second in known[i + 1 :]:
                if second.id == first.id:
                    continue
                value, places = self.right, []
                for position, changes in self._changes.items():
                    term = self._both(first, second, position, changes)
                    if term is not None:
                        value = value + self._amount(position, term) - self._own[position]
                        places.append(position)
                yield Candidate((first, second), value, tuple(places))

    def _both(
        self, first: TermSlip, second: TermSlip, position: int, changes: list[tuple[TermSlip, Term]]
    ) -> Term | None:
        place = Place(self.subject.analysis, position)
        term = next((term for one, term in changes if one is first), None)
        if term is None:
            return next((term for one, term in changes if one is second), None)
        return second.change(term, place) or term

    def _doubled(self) -> Iterator[Candidate]:
        twice = [one for one in ways(NumberSlip) if one.id == "O01"]
        if self.measure.key not in ("macs", "macs+bias"):
            return
        for candidate in self.singles:
            if isinstance(candidate.value, int | Fraction):
                yield replace(
                    candidate, slips=(*candidate.slips, *twice), value=2 * candidate.value
                )

    # Sums, fields, other nets

    def _sums(self) -> Iterator[Candidate]:
        if not isinstance(self.measure, OfLayers) or len(self.subject.positions) < 2:
            return
        amounts = list(self._own.values())
        if not all(isinstance(amount, int) for amount in amounts):
            return
        for one in ways(SumSlip):
            assert isinstance(one, SumSlip)
            for value, places in one.sums(amounts):
                positions = tuple(self.subject.positions[i] for i in places)
                yield Candidate((one,), value, positions)
            if one.id == "O08":
                yield from self._kinds_left_out(one)

    def _kinds_left_out(self, one: Slip) -> Iterator[Candidate]:
        """Leave out all layers of a kind: every batch norm, every pooling."""
        kinds: dict[str, list[int]] = {}
        for place in self.subject.places:
            if self._own[place.position]:
                kinds.setdefault(place.word, []).append(place.position)
        for positions in kinds.values():
            if len(kinds) > 1 and len(positions) > 1:
                missing = sum(self._own[p] for p in positions)
                yield Candidate((one,), self.right - missing, tuple(positions))

    def _fields(self) -> Iterator[Candidate]:
        if self.measure.key not in ("receptive_field", "trunk_field") or self.subject.last < 0:
            return
        place = Place(self.subject.analysis, self.subject.last)
        for one in ways(FieldSlip):
            assert isinstance(one, FieldSlip)
            for value in one.walk(place):
                yield Candidate((one,), value, (place.position,))

    def _nets(self) -> Iterator[Candidate]:
        for one in ways(NetSlip):
            assert isinstance(one, NetSlip)
            for value, label in one.values(self.subject, self.measure):
                if not isinstance(value, Unknown):
                    yield Candidate((one,), value, (), label)


def mistaken_walk(
    subject: Subject, outputs: dict[int, Shape], again: Slip | None = None
) -> list[Facts] | None:
    """Return what the layers state where some have other outputs than they should.

    None where a later layer cannot take what it gets. With ``again`` the slip is made again in
    each of the layers, on the sizes that came out of it.
    """
    analysis = subject.analysis
    shapes: dict[str, Shape] = dict(analysis.graph.inputs)
    found: list[Facts] = list(analysis.facts)
    last = max((*subject.positions, subject.last))
    for position in range(last + 1):
        node, facts = analysis.nodes[position], analysis.facts[position]
        inputs = tuple(shapes[name] for name in node.inputs)
        if inputs != facts.inputs or position in outputs:
            if any(Fraction(n).denominator != 1 for x in inputs for n in x):
                return None  # a fraction goes no further than the layer that kept it
            try:
                place = Place(analysis, position)
                facts = _restated(place, inputs, outputs.get(position), again)
            except (ArchcalcError, NotExact, ZeroDivisionError):
                return None
            found[position] = facts
        shapes[node.name] = facts.output
    return found


def _restated(
    place: Place, inputs: tuple[Shape, ...], output: Shape | None, again: Slip | None
) -> Facts:
    """Return what a layer states for other inputs and, where given, another output."""
    layer: Layer = place.node.layer
    facts = layer.facts(*inputs)
    if output is None:
        return facts
    if inputs != place.facts.inputs and again is not None:
        made = next(mistaken(again, _Restated(place.analysis, place.position, facts)), None)
        output = facts.output if made is None else made
    if isinstance(layer, UnaryLayer) and all(Fraction(n).denominator == 1 for n in output):
        return layer.given(inputs[0], output)
    return replace(facts, output=output)


@dataclass(frozen=True)
class _Restated(Place):
    """A layer at sizes that came out of a slip before it."""

    stated: Facts

    @property
    def facts(self) -> Facts:
        return self.stated


def mistaken(one: Slip, place: Place) -> Iterator[Shape]:
    """Return the output shapes that a slip gives a layer."""
    right = place.facts.output
    if isinstance(one, ShapeSlip):
        yield from (shape for shape in one.shape(place) if shape != right)
        return
    windows = place.facts.windows
    if not isinstance(one, SizeSlip) or place.word not in one.words:
        return
    if not isinstance(windows, tuple) or len(place.facts.inputs) != 1:
        return
    sizes: list[Any] = []
    for window, n in zip(windows, spatial(place.facts.inputs[0]), strict=True):
        if not isinstance(window, Window | TransposedWindow):
            return
        wrong = one.size(window, n, place)
        sizes.append(int(window.output(n)) if wrong is None else wrong)
    shape = volume(channels(right), tuple(sizes))
    if shape != right and all(size > 0 for size in sizes):
        yield shape


def _group(measure: Measure) -> frozenset[str]:
    if measure.key in _PARAMS:
        return frozenset({"weights" if measure.key == "weights" else "params"})
    return frozenset({"macs"}) if measure.key in _MACS else frozenset()


def _distinct(found: Sequence[Candidate], right: Any) -> tuple[Candidate, ...]:
    """Drop what gives the right answer, and a slip's second way to the same number."""
    known: dict[Any, Candidate] = {}
    for candidate in found:
        if candidate.value is None or isinstance(candidate.value, Unknown):
            continue
        if candidate.value == right:
            continue
        key = (tuple(one.id for one in candidate.slips), candidate.value)
        kept = known.get(key)
        if kept is None or _nearness(candidate) < _nearness(kept):
            known[key] = candidate
    return tuple(known.values())


def _nearness(candidate: Candidate) -> tuple[int, int]:
    """Order ways to the same number: few layers first, then those near the one asked about."""
    return len(candidate.positions), -max(candidate.positions, default=0)
