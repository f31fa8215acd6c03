"""Totals of many variants of one net: the engine runs once on arrays, and is held to itself.

Variants go through the formulas together for as long as every question has one answer for all;
where it has not, they part and go on by themselves. The first of every group is counted again
with plain integers; a group that a refusal or this check does not confirm is counted one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, NamedTuple

from ..analysis import Analysis, Settings, walk
from ..arithmetic.unknown import Unknown
from ..errors import SpecError, UsageError
from ..expansion import expand
from ..notation.entries import Aux, Call, Chain, Entry, Parallel, Spec
from ..notation.free import free_in, symbols
from ..quantities.base import Quantity
from .grid import Grid
from .varying import Differing, Family, Varying

CHUNK = 8192
_FEW = 4  # so many are counted one by one


class Refusal(NamedTuple):
    """Why a variant cannot be: the error's code, the layer, and the message for one of them."""

    code: str
    layer: str
    message: str
    example: int

    @property
    def key(self) -> tuple[str, str]:
        """What refusals for the same reason have in common."""
        return self.code, self.layer

    @property
    def why(self) -> str:
        """The reason in two words: the code of the error, and the layer."""
        return f"{self.code} {self.layer}".strip()


@dataclass
class Counted:
    """Totals of variants ``start`` to ``stop``: an array per column, and what was refused.

    ``refused`` holds for each variant -1, or which of ``refusals`` is the reason; the numbers of
    a refused one mean nothing. A total is a number, a tuple of numbers or an Unknown.
    """

    start: int
    stop: int
    columns: list[Any]
    refused: Any
    refusals: list[Refusal] = field(default_factory=list)


@dataclass(frozen=True)
class Counter:
    """What is counted: a spec, its settings, the columns, and the variants.

    ``batched`` says that ``batch`` among the symbols of the grid is the batch size.
    """

    spec: Spec
    settings: Settings
    quantities: tuple[Quantity, ...]
    grid: Grid
    batched: bool = False

    def counted(self, chunk: int = CHUNK) -> Iterator[Counted]:
        """Yield the totals of all variants in order, so many at a time."""
        for start in range(0, len(self.grid), chunk):
            yield self.between(start, min(start + chunk, len(self.grid)))

    def between(self, start: int, stop: int) -> Counted:
        """Return the totals of some variants."""
        import numpy

        indices = numpy.arange(start, stop, dtype=numpy.int64)
        places = self.grid.places(indices)
        found = Counted(
            start,
            stop,
            [numpy.zeros(stop - start, numpy.int64) for _ in self.quantities],
            numpy.full(stop - start, -1, numpy.int32),
        )
        groups = [numpy.arange(stop - start)]
        for name in self.apart():
            groups = [part for group in groups for part in _parts(group, places[name][group])]
        groups.reverse()
        while groups:
            group = groups.pop()
            if len(group) <= _FEW:
                self.one_by_one(group, found)
                continue
            try:
                self.together(group, places, found)
            except Differing as differing:
                groups += reversed(_parts(group, differing.labels))
        return found

    def apart(self) -> list[str]:
        """Return the symbols that no array can stand for: repeats, and those with fractions."""
        repeats: dict[str, Any] = {}
        _repeats(self.spec.body, repeats)
        return [
            name
            for name, values in self.grid.values.items()
            if name in repeats or any(isinstance(value, Fraction) for value in values)
        ]

    def together(self, group: Any, places: dict[str, Any], found: Counted) -> None:
        """Count variants with arrays; :class:`Differing` where they have to part."""
        family = Family(_prefix(self.spec))
        values: dict[str, Any] = {}
        for name, known in self.grid.values.items():
            here = places[name][group]
            if (here == here[0]).all():
                values[name] = known[int(here[0])]
            else:
                values[name] = family.number(_array(known)[here])
        first = found.start + int(group[0])
        try:
            totals = self.totals(values)
        except SpecError as error:
            alone = self.alone(first)
            if isinstance(alone, Refusal) and alone.code == error.problems[0].code:
                _refuse(found, group, alone)
            else:
                self.one_by_one(group, found)
            return
        finally:
            family.leave()
        spread = [_spread(total, len(group)) for total in totals]
        if self.alone(first) == [_entry(column, 0) for column in spread]:
            for i, column in enumerate(spread):
                found.columns[i] = _put(found.columns[i], group, column)
        else:
            self.one_by_one(group, found)

    def one_by_one(self, group: Any, found: Counted) -> None:
        """Count each variant with plain integers."""
        for place in group:
            alone = self.alone(found.start + int(place))
            if isinstance(alone, Refusal):
                _refuse(found, place, alone)
                continue
            for i, total in enumerate(alone):
                found.columns[i] = _put(found.columns[i], place, total)

    def alone(self, index: int) -> list[Any] | Refusal:
        """Return the totals of one variant, or why it cannot be."""
        try:
            return self.totals(self.grid.at(index))
        except SpecError as error:
            problem = error.problems[0]
            layer = problem.where.partition(",")[0].removeprefix("layer ")
            return Refusal(problem.code, layer, problem.message, index)

    def analysis(self, values: dict[str, Any]) -> Analysis:
        """Return the net for one number per symbol, of any kind."""
        settings = self.settings
        if self.batched:
            settings = replace(settings, batch=values["batch"])
        return walk(expand(self.spec, values, unused=True), settings)

    def totals(self, values: dict[str, Any]) -> list[Any]:
        """Return the total of each column for one number per symbol, of any kind."""
        analysis = self.analysis(values)
        return [quantity.total(analysis) for quantity in self.quantities]


def counter(
    spec: Spec, settings: Settings, quantities: Sequence[Quantity], grid: Grid
) -> Counter:  # fmt: skip
    """Return what counts; :class:`UsageError` (E29) where a symbol of the spec has no number."""
    free = [n for n in symbols(spec) if n not in grid.values and n not in spec.symbols]
    if free:
        raise UsageError(
            "E29",
            f"{' and '.join(free[:6])} {'has' if len(free) == 1 else 'have'} no value",
            " ".join(f"--set {name}=..." for name in free[:6]),
        )
    batched = "batch" in grid.values and "batch" not in symbols(spec)
    return Counter(spec, settings, tuple(quantities), grid, batched)


def _prefix(spec: Spec) -> str:
    """Return what no symbol of a spec begins with."""
    prefix = "V"
    while any(name.startswith(prefix) for name in symbols(spec)):
        prefix += "V"
    return prefix


def _repeats(entry: Entry, found: dict[str, Any]) -> None:
    if isinstance(entry, Chain | Parallel):
        free_in(entry.repeat, entry.span, found)
        for child in entry.entries if isinstance(entry, Chain) else entry.branches:
            _repeats(child, found)
    elif isinstance(entry, Aux | Call):
        _repeats(entry.body, found)


def _parts(group: Any, labels: Any) -> list[Any]:
    """Return the variants with each label, in the order of the labels' first ones."""
    import numpy

    _, firsts, which = numpy.unique(labels, return_index=True, return_inverse=True)
    return [group[which == part] for part in numpy.argsort(firsts)]


def _array(values: Sequence[Any]) -> Any:
    import numpy

    return numpy.array(values, dtype=numpy.int64)


def _spread(total: Any, count: int) -> Any:
    """Return a total as one value per variant: an array."""
    import numpy

    if isinstance(total, Varying):
        return total.variants
    if type(total) is int and abs(total) < 2**63:
        return numpy.full(count, total, numpy.int64)
    return _objects(_lanes(total, count))


def _lanes(value: Any, count: int) -> Sequence[Any]:
    """Return a total as one value per variant, whatever it is made of."""
    if isinstance(value, Varying):
        found: list[Any] = value.variants.tolist()
        return found
    if isinstance(value, tuple) and value:
        return list(zip(*(_lanes(part, count) for part in value), strict=True))
    if isinstance(value, Unknown):
        return [Unknown(value.reason, n) for n in _lanes(value.at_least, count)]
    return [value] * count


def _objects(values: Sequence[Any]) -> Any:
    import numpy

    made = numpy.empty(len(values), dtype=object)
    for i, value in enumerate(values):
        made[i] = value
    return made


def _entry(column: Any, place: int) -> Any:
    value = column[place]
    return value if column.dtype == object else int(value)


def _put(column: Any, place: Any, values: Any) -> Any:
    """Put values into a column, which holds objects from the first on that int64 does not."""
    whole = getattr(getattr(values, "dtype", None), "kind", "O") == "i"
    small = type(values) is int and abs(values) < 2**63
    if column.dtype != object and not (small or whole):
        column = column.astype(object)
    if isinstance(values, tuple):
        column[int(place)] = values
    else:
        column[place] = values
    return column


def _refuse(found: Counted, place: Any, refusal: Refusal) -> None:
    if refusal.key not in [known.key for known in found.refusals]:
        found.refusals.append(refusal)
    found.refused[place] = [known.key for known in found.refusals].index(refusal.key)
